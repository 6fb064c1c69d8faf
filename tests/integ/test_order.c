#include "order.h"
#include "store/order/order_change.h"

START_TEST(order_is_written_whole_and_read_by_its_link)
{
	struct order_moments moments;
	struct order_placed placed;
	struct submit sub;
	uint8_t hash[SECRET_HASH_B];
	struct order o;
	struct shop s;
	struct err e;
	unsigned variants[] = {12, 11};

	put_goods(11, 1190, 8, true);
	put_goods(12, 500, 0, false);
	shop_open(&s, DB_TOOL);
	prepare(&s, variants, 2, 2, "transfer", &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_assert(!placed.again);
	ck_ok(order_of(&s, placed.token, &o, &e), &e);
	ck_assert(secret_token_hash(placed.token, hash));
	ck_ok(order_moments_get(s.db, &s.a, str_n(hash, sizeof(hash)), &moments, &e), &e);
	ck_assert_uint_eq(o.id, placed.id);
	ck_assert(str_eq(o.number, placed.number));
	ck_assert_int_eq(o.total_minor, 2 * 1690 + 490);
	ck_assert_uint_eq(o.n, 2);
	ck_str(o.lines[0].title, "Tea 12");
	ck_assert_int_eq(o.lines[0].stock_taken, 0);
	ck_assert_int_eq(o.lines[1].stock_taken, 2);
	ck_str(o.address.field[ADDRESS_NAME], "Anna Müßig");
	ck_str(o.address.field[ADDRESS_STREET], "Deich \"1\"\\");
	ck_str(o.note, "ring\ntwice");
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_AWAITING_PAYMENT);
	ck_assert_uint_eq(moments.n, 3);
	ck_ok(order_adds_up(&o, &e), &e);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 11), 6);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 12), 0);
	ck_assert(!order_of(&s, STR("AAAAAAAAAAAAAAAAAAAAAA"), &o, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(order_submitted_again_is_shown_to_its_session_and_to_no_other)
{
	struct order_placed first, second;
	struct submit sub, thief;
	struct shop s;
	struct err e;

	put_goods(21, 1000, 5, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 21, &sub);
	prepare_one(&s, 21, &thief);
	ck_ok(place(&s, &sub, &first, &e), &e);
	ck_ok(place(&s, &sub, &second, &e), &e);
	ck_assert(second.again);
	ck_assert_uint_eq(first.id, second.id);
	ck_assert(str_eq(first.token, second.token));
	memcpy(thief.key, sub.key, sizeof(sub.key));
	ck_assert(!place(&s, &thief, &second, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	ck_assert_uint_eq(second.id, 0);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 21), 4);
	check_books();
	shop_close(&s);
}
END_TEST

/* All hosts have the same keys; a worker of an earlier release has none. */
START_TEST(order_keeps_the_link_that_it_was_placed_with_when_keys_come_or_are_replaced)
{
	struct order_placed old, linked, again;
	struct submit before, sub;
	struct secret_ring keys;
	struct order o;
	struct shop s;
	struct err e;

	put_goods(71, 1000, 5, true);
	shop_open(&s, DB_WEB);
	prepare_one(&s, 71, &before);
	ck_ok(place(&s, &before, &old, &e), &e);
	secret_ring_make(&keys, NOW);
	s.links = &keys;
	ck_ok(place(&s, &before, &again, &e), &e);
	ck_assert(again.again && str_eq(again.token, old.token));
	prepare_one(&s, 71, &sub);
	ck_ok(place(&s, &sub, &linked, &e), &e);
	ck_assert_uint_eq(linked.token.n, 44);
	ck_ok(order_of(&s, linked.token, &o, &e), &e);
	ck_assert_uint_eq(o.id, linked.id);
	secret_ring_turn(&keys, NOW, NOW, false);
	ck_ok(order_of(&s, linked.token, &o, &e), &e);
	ck_ok(place(&s, &sub, &again, &e), &e);
	ck_assert(again.again && again.id == linked.id && !str_eq(again.token, linked.token));
	ck_ok(order_of(&s, again.token, &o, &e), &e);
	ck_assert_uint_eq(o.id, linked.id);
	ck_ok(order_of(&s, old.token, &o, &e), &e);
	ck_assert_uint_eq(o.id, old.id);
	/* the order's key, which the storefront could read in the cart, is no longer there */
	ck_assert_int_eq(number("SELECT COUNT(*) FROM cart c JOIN orders o ON o.order_key = c.order_key"), 0);
	s.links = NULL;
	ck_assert(!place(&s, &sub, &again, &e) && strstr(e.msg, "link of the order") != NULL);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(order_is_refused_when_it_is_not_what_was_shown_and_the_cart_stays)
{
	struct order_placed placed;
	struct submit sub, wrong;
	struct cart_owner own;
	struct checkout_draft draft;
	struct cart cart;
	struct shop s;
	struct err e;
	bool found;

	put_goods(31, 1000, 5, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 31, &sub);
	wrong = sub;
	wrong.total_minor--;
	ck_assert(!place(&s, &wrong, &placed, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	run_sql("UPDATE variant SET price_minor = 900 WHERE id = 31");
	ck_assert(!place(&s, &sub, &placed, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	run_sql("UPDATE variant SET price_minor = 1000 WHERE id = 31;"
				"UPDATE product SET status = 2 WHERE id = 31");
	ck_assert(!place(&s, &sub, &placed, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	run_sql("UPDATE product SET status = 1 WHERE id = 31; UPDATE variant SET price_minor = 1000");
	own = owner(&sub.session);
	err_clear(&e);
	ck_ok(cart_find(s.db, &s.a, &own, &cart, &draft, &found, &e), &e);
	ck_assert(found && cart.n == 1);
	ck_str(draft.address.field[ADDRESS_NAME], "Anna Müßig");
	ck_ok(place(&s, &sub, &placed, &e), &e);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(sale_tells_the_cache_only_when_the_availability_class_changes)
{
	struct order_placed placed;
	struct submit sub;
	struct shop s;
	struct err e;

	put_goods(91, 1000, STOCK_LOW + 2, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 91, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE subject = 'product/%u'", 91), 0);
	prepare_one(&s, 91, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE subject = 'product/%u'", 91), 1);
	ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %u", 91), STOCK_FEW);
	shop_close(&s);
}
END_TEST

START_TEST(cart_joins_steps_removes_and_says_what_changed)
{
	struct checkout_draft draft;
	struct session *session, *again;
	struct session_wanted want;
	struct cart_change c;
	struct cart_owner own;
	struct cart cart;
	struct shop s;
	struct err e = {0};
	int64_t units;
	bool found;

	put_goods(95, 1000, 5, true);
	put_goods(96, 700, 5, true);
	shop_open(&s, DB_WEB);
	ck_ok(session_create(s.db, &s.a, NOW, &session, &e), &e);
	want = (struct session_wanted){.cookie = session_cookie(&s.a, session), .now_s = NOW};
	ck_ok(session_find(s.db, &s.a, &want, &again, &e), &e);
	ck_assert(again != NULL && again->id == session->id && again->cart_units == -1);
	ck_assert_uint_eq(session_csrf(again).n, SECRET_TOKEN_CHARS);
	ck_assert(str_eq(session_csrf(session), session_csrf(again)));
	want.cart_units = true;
	ck_ok(session_find(s.db, &s.a, &want, &again, &e), &e);
	ck_assert_int_eq(again->cart_units, 0);
	want.cookie = STR("AAAAAAAAAAAAAAAAAAAAAA");
	ck_ok(session_find(s.db, &s.a, &want, &again, &e), &e);
	ck_assert_ptr_null(again);
	own = owner(session);
	c = (struct cart_change){session->id, 96, 2, NOW};
	ck_ok(cart_add(s.db, &c, &e), &e);
	c = (struct cart_change){session->id, 95, 1, NOW + 1};
	ck_ok(cart_add(s.db, &c, &e), &e);
	ck_ok(cart_add(s.db, &c, &e), &e);
	ck_ok(cart_count(s.db, &s.a, session->id, &units, &e), &e);
	ck_assert_int_eq(units, 4);
	want.cookie = session_cookie(&s.a, session);
	ck_ok(session_find(s.db, &s.a, &want, &again, &e), &e);
	ck_assert_int_eq(again->cart_units, 4);
	ck_ok(cart_step(s.db, &c, &e), &e);
	run_sql("UPDATE variant SET price_minor = 1100 WHERE id = 95");
	run_sql("UPDATE stock SET on_hand = 2 WHERE variant_id = 95;"
				"UPDATE stock_movement SET qty = 2 WHERE variant_id = 95");
	ck_ok(cart_find(s.db, &s.a, &own, &cart, &draft, &found, &e), &e);
	ck_assert(found && cart.n == 2);
	ck_assert_uint_eq(cart.lines[0].variant_id, 96);
	ck_assert_int_eq(cart.lines[1].qty, 3);
	ck_assert_uint_eq(cart_notices(&cart.lines[1]), CART_NOTICE_PRICE | CART_NOTICE_SHORT);
	c = (struct cart_change){session->id, 96, 0, NOW};
	ck_ok(cart_set(s.db, &c, &e), &e);
	ck_ok(cart_find(s.db, &s.a, &own, &cart, &draft, &found, &e), &e);
	ck_assert(cart.n == 1);
	ck_assert_uint_eq(cart_notices(&cart.lines[0]), CART_NOTICE_SHORT);
	c = (struct cart_change){session->id, 4711, 1, NOW};
	ck_assert(!cart_add(s.db, &c, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	shop_close(&s);
}
END_TEST

START_TEST(drafts_of_carts_left_some_days_ago_are_deleted)
{
	struct submit sub;
	struct shop s;
	struct err e = {0};
	uint64_t n;

	put_goods(14, 500, 9, true);
	shop_open(&s, DB_WEB);
	prepare_one(&s, 14, &sub);
	shop_close(&s);
	shop_open(&s, DB_JOBS);
	ck_ok(cart_forget_drafts(s.db, NOW - 1, &n, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM cart WHERE session_id = %llu AND draft <> ''",
			     (unsigned long long)sub.session.id),
	    1);
	ck_ok(cart_forget_drafts(s.db, NOW, &n, &e), &e);
	ck_assert_uint_ge(n, 1);
	ck_ok(cart_forget_drafts(s.db, NOW, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM cart WHERE draft <> ''"), 0);
	shop_close(&s);
}
END_TEST

START_TEST(payments_and_pieces_of_an_order_are_read_by_its_link_and_by_no_other)
{
	static const uint8_t paid[ORDER_KEY_B] = "part of a total", cut[ORDER_KEY_B] = "one piece less";
	struct order_act act = {.key = str_n(paid, sizeof(paid)), .actor = "test"};
	struct order_money money = {.amount_minor = 400, .provider = STR("transfer")};
	struct order_piece piece = {1, 1};
	unsigned variants[] = {79};
	uint8_t hash[SECRET_HASH_B];
	struct str link = str_n(hash, sizeof(hash));
	struct order_account account;
	struct order_returns returns;
	struct order_fates fates;
	struct order_placed placed;
	struct order_done done;
	struct submit sub;
	struct shop s, tool;
	struct err e = {0};

	put_goods(79, 1000, 5, true);
	shop_open(&s, DB_WEB);
	shop_open(&tool, DB_TOOL);
	prepare(&s, variants, 1, 2, "transfer", &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	act.order_id = placed.id;
	money.cur = s.rules.cur;
	ck_ok(order_pay(tool.db, &tool.a, &act, &money, &done, &e), &e);
	act.key = str_n(cut, sizeof(cut));
	ck_ok(order_cancel(tool.db, &tool.a, &act, &(struct order_pieces){&piece, 1, false}, &done, &e), &e);
	ck_assert(secret_token_hash(placed.token, hash));
	ck_ok(order_account_get(s.db, &s.a, link, &account, &e), &e);
	ck_assert_int_eq(account.received_minor, 400);
	ck_assert_int_eq(account.owed_minor, done.owed_minor);
	ck_assert_int_eq(account.owed_minor, sub.total_minor - 1000 - 400);
	ck_ok(order_fates_get(s.db, &s.a, link, &fates, &e), &e);
	ck_assert_uint_eq(fates.n, 1);
	ck_assert(fates.v[0].kind == ORDER_FATE_CUT && fates.v[0].pos == 1 && fates.v[0].qty == 1);
	ck_ok(order_returns_get(s.db, &s.a, link, &returns, &e), &e);
	ck_assert_uint_eq(returns.n, 0);
	hash[0] ^= 1;
	ck_ok(order_account_get(s.db, &s.a, link, &account, &e), &e);
	ck_ok(order_fates_get(s.db, &s.a, link, &fates, &e), &e);
	ck_assert(account.received_minor == 0 && account.owed_minor == 0 && fates.n == 0);
	shop_close(&tool);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order", false, payments_and_pieces_of_an_order_are_read_by_its_link_and_by_no_other,
    drafts_of_carts_left_some_days_ago_are_deleted,
    order_is_written_whole_and_read_by_its_link,
    order_submitted_again_is_shown_to_its_session_and_to_no_other,
    order_keeps_the_link_that_it_was_placed_with_when_keys_come_or_are_replaced,
    order_is_refused_when_it_is_not_what_was_shown_and_the_cart_stays,
    sale_tells_the_cache_only_when_the_availability_class_changes, cart_joins_steps_removes_and_says_what_changed)
