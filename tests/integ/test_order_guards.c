/* Changes of orders that cannot be: each is refused by its guard, by the right kind of error, and changes nothing. */
#include "life.h"


static struct shop here;
static struct order_done done;
static uint8_t new_key[ORDER_KEY_B];
static struct order_act act; /* of the action that is tried */
static struct err why;

static void
begin(const struct life *l)
{
	db_deadline(here.db, clock_mono_ns() + 60 * CLOCK_S);
	act = life_act(l->order, new_key);
	why = (struct err){0};
}

/* All that a change of the order could leave behind. */
static long long
traces(const struct life *l)
{
	unsigned long long id = l->order;

	return number("SELECT version * 1000000 + (SELECT COUNT(*) FROM order_event WHERE order_id = %llu) * 10000"
		      " + (SELECT COUNT(*) FROM ledger_entry WHERE order_id = %llu) * 100"
		      " + (SELECT COUNT(*) FROM order_action WHERE order_id = %llu) FROM orders WHERE id = %llu",
	    id, id, id, id);
}

#define REFUSED(l_, kind_, words_, call_)                                                                              \
	do {                                                                                                           \
		long long before = traces(l_);                                                                         \
                                                                                                                       \
		begin(l_);                                                                                             \
		ck_assert_msg(!(call_), "%s is not refused", #call_);                                                  \
		ck_assert_msg(why.kind == (kind_) && strstr(why.msg, words_) != NULL, "%s: %s", #call_, why.msg);      \
		ck_assert_msg(traces(l_) == before, "%s changed something", #call_);                                   \
	} while (0)

#define PIECES(...)                                                                                                    \
	((struct order_pieces){.v = (struct order_piece[]){__VA_ARGS__},                                               \
	    .n = sizeof((struct order_piece[]){__VA_ARGS__}) / sizeof(struct order_piece)})
#define PAY(amount_, cur_)                                                                                             \
	order_pay(here.db, &here.a, &act, \
	    &(struct order_money){.amount_minor = amount_, .cur = cur_, .provider = STR("transfer")}, &done, &why)
#define SHIP(pieces_, tracking_)                                                                                       \
	order_ship(here.db, &here.a, &act, \
	    &(struct order_parcel){STR("DHL"), STR(tracking_), STR(""), pieces_, 0}, &done, &why)
#define NOTE(text_) order_note(here.db, &here.a, &act, &(struct order_note){text_, false}, &done, &why)
#define ADD(...) order_add(here.db, &here.a, &act, &(struct order_addition){__VA_ARGS__}, &done, &why)
#define REFUND(...) order_refund(here.db, &here.a, &act, &(struct order_refund_ask){__VA_ARGS__}, &done, &why)
#define RETURN(pieces_)                                                                                                \
	order_return_ask(                                                                                              \
	    here.db, &here.a, &act, &(struct order_return_ask){.pieces = pieces_}, &done, &why)
#define RECEIVE(id_, pieces_)                                                                                          \
	order_return_receive(                                                                                          \
	    here.db, &here.a, &act, &(struct order_return_goods){.return_id = (id_), .pieces = pieces_}, &done, &why)
#define SETTLE(id_, state_)                                                                                            \
	order_refund_settle(                                                                                           \
	    here.db, &here.a, &act, &(struct order_refund_answer){(id_), (state_), STR("")}, &done, &why)

static void
do_all(struct life *l, const enum life_verb *verb, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};

		db_deadline(here.db, clock_mono_ns() + 60 * CLOCK_S);
		ck_assert_msg(life_do(l, verb[i], 1, &e), "action %zu: %s", i, e.msg);
		l->owed_minor = l->done.owed_minor;
	}
}
#define DO(l_, ...)                                                                                                    \
	do_all(l_, (enum life_verb[]){__VA_ARGS__}, sizeof((enum life_verb[]){__VA_ARGS__}) / sizeof(enum life_verb))

START_TEST(an_action_needs_a_key_of_its_own_and_a_reason_that_fits)
{
	char text[ORDER_NOTE_MAX + 2];
	struct life l, other;
	uint8_t key[ORDER_KEY_B];

	life_goods();
	shop_open(&here, DB_TOOL);
	l = life_begin(&here, LIFE_TRANSFER);
	other = life_begin(&here, LIFE_TRANSFER);
	memset(text, 'x', sizeof(text));
	REFUSED(&l, ERR_INPUT, "key", (act.key = str_n(new_key, ORDER_KEY_B - 1), NOTE(STR("short key"))));
	REFUSED(&l, ERR_INPUT, "reason", (act.why = str_n(text, ORDER_WHY_MAX + 1), NOTE(STR("why"))));
	REFUSED(&l, ERR_INPUT, "reason", (act.why = STR("\xff"), NOTE(STR("why"))));
	REFUSED(&l, ERR_NOT_FOUND, "no order", (act.order_id = 999999999, NOTE(STR("nobody"))));
	REFUSED(&l, ERR_INPUT, "a note", NOTE(STR("")));
	REFUSED(&l, ERR_INPUT, "a note", NOTE(STR("\xc3")));
	REFUSED(&l, ERR_INPUT, "a note", NOTE(str_n(text, ORDER_NOTE_MAX + 1)));
	begin(&l);
	memcpy(key, new_key, sizeof(key));
	ck_ok(NOTE(STR("one")), &why);
	/* the same key for another order, and for another action */
	REFUSED(&other, ERR_CONFLICT, "another action", (memcpy(new_key, key, sizeof(key)), NOTE(STR("two"))));
	REFUSED(&l, ERR_CONFLICT, "another action", (memcpy(new_key, key, sizeof(key)), PAY(5, here.rules.cur)));
	shop_close(&here);
}
END_TEST

START_TEST(pieces_that_are_not_there_are_neither_sent_nor_delivered_nor_cut)
{
	struct life l, other;

	life_goods();
	shop_open(&here, DB_TOOL);
	l = life_begin(&here, LIFE_TRANSFER);
	other = life_begin(&here, LIFE_TRANSFER);
	REFUSED(&l, ERR_INPUT, "above 0", PAY(0, here.rules.cur));
	REFUSED(&l, ERR_INPUT, "above 0", PAY(-5, here.rules.cur));
	REFUSED(&l, ERR_INPUT, "is in EUR", PAY(5, (currency)(here.rules.cur + 1)));
	DO(&l, LIFE_PAY);
	DO(&other, LIFE_PAY);
	REFUSED(&l, ERR_INPUT, "no line 9", SHIP(PIECES({9, 1}), ""));
	REFUSED(&l, ERR_INPUT, "one quantity", SHIP(PIECES({1, 1}, {1, 1}), ""));
	REFUSED(&l, ERR_INPUT, "above 0", SHIP(PIECES({1, 0}), ""));
	REFUSED(&l, ERR_INPUT, "above 0", SHIP(PIECES({1, -1}), ""));
	REFUSED(&l, ERR_CONFLICT, "2 left to send", SHIP(PIECES({1, 3}), ""));
	REFUSED(&l, ERR_CONFLICT, "no parcel under way", order_deliver(here.db, &here.a, &act, 0, &done, &why));
	DO(&l, LIFE_SHIP_ONE);
	DO(&other, LIFE_SHIP_ONE);
	REFUSED(&l, ERR_CONFLICT, "no such parcel",
	    order_deliver(here.db, &here.a, &act, other.done.made, &done, &why));
	REFUSED(&l, ERR_CONFLICT, "1 left to cancel",
	    order_cancel(here.db, &here.a, &act, &PIECES({1, 2}), &done, &why));
	begin(&l);
	ck_ok(SHIP(PIECES({1, 1}), "T-1"), &why);
	REFUSED(&other, ERR_CONFLICT, "tracking number", SHIP(PIECES({1, 1}), "T-1"));
	DO(&l, LIFE_SHIP_ALL);
	REFUSED(&l, ERR_CONFLICT, "no pieces are left to send", SHIP(LIFE_ALL, ""));
	REFUSED(&l, ERR_CONFLICT, "no pieces are left to cancel",
	    order_cancel(here.db, &here.a, &act, &LIFE_ALL, &done, &why));
	shop_close(&here);
}
END_TEST

START_TEST(money_that_is_not_there_does_not_go_back)
{
	struct life l, other, dropped;

	life_goods();
	shop_open(&here, DB_TOOL);
	l = life_begin(&here, LIFE_TRANSFER);
	other = life_begin(&here, LIFE_TRANSFER);
	dropped = life_begin(&here, LIFE_TRANSFER);
	REFUSED(&l, ERR_CONFLICT, "at most 0", REFUND(.amount_minor = 1));
	DO(&l, LIFE_PAY);
	DO(&other, LIFE_PAY, LIFE_SHIP_ALL, LIFE_REFUND_AMOUNT);
	DO(&dropped, LIFE_PAY, LIFE_CANCEL_ALL);
	REFUSED(&l, ERR_CONFLICT, "nothing is owed back", REFUND(.by_hand = true));
	REFUSED(&l, ERR_INPUT, "not an amount", REFUND(.amount_minor = -1));
	REFUSED(&l, ERR_INPUT, "not an amount", REFUND(.amount_minor = INT64_MAX));
	REFUSED(&l, ERR_CONFLICT, "at most 3490", REFUND(.amount_minor = 3491));
	REFUSED(&l, ERR_CONFLICT, "sent and not refunded", REFUND(.pieces = LIFE_ALL));
	/* the order has ended: its goods and delivery are credited already */
	REFUSED(&dropped, ERR_CONFLICT, "has ended", REFUND(.delivery = true));
	REFUSED(&dropped, ERR_CONFLICT, "has ended", REFUND(.pieces = PIECES({1, 1})));
	REFUSED(&dropped, ERR_CONFLICT, "has ended", REFUND(.pieces = LIFE_ALL));
	/* what is asked for is spent, and settled once */
	REFUSED(&other, ERR_CONFLICT, "at most 3360", REFUND(.amount_minor = 3361));
	REFUSED(&l, ERR_NOT_FOUND, "has no refund", SETTLE(other.refund, ORDER_REFUND_DONE));
	DO(&other, LIFE_SETTLE_DONE);
	REFUSED(&other, ERR_CONFLICT, "is refused", SETTLE(other.refund, ORDER_REFUND_DONE));
	REFUSED(&other, ERR_CONFLICT, "is refused", SETTLE(other.refund, ORDER_REFUND_REFUSED));
	other = life_begin(&here, LIFE_TRANSFER);
	DO(&other, LIFE_PAY, LIFE_SHIP_ALL, LIFE_REFUND_ALL);
	REFUSED(&other, ERR_CONFLICT, "was refunded", REFUND(.delivery = true));
	REFUSED(&other, ERR_CONFLICT, "sent and not refunded", REFUND(.pieces = PIECES({1, 1})));
	check_books();
	shop_close(&here);
}
END_TEST

START_TEST(goods_come_back_once_and_for_their_own_order)
{
	struct life l, other, due;

	life_goods();
	shop_open(&here, DB_TOOL);
	l = life_begin(&here, LIFE_TRANSFER);
	other = life_begin(&here, LIFE_TRANSFER);
	due = life_begin(&here, LIFE_ON_DELIVERY);
	DO(&l, LIFE_PAY);
	REFUSED(&l, ERR_CONFLICT, "can come back", RETURN(LIFE_ALL));
	DO(&l, LIFE_SHIP_ALL, LIFE_RETURN_ONE);
	DO(&other, LIFE_PAY, LIFE_SHIP_ALL, LIFE_RETURN_ONE);
	/* one piece of line 1 is announced */
	REFUSED(&l, ERR_CONFLICT, "1 sent and can come back", RETURN(PIECES({1, 2})));
	REFUSED(&l, ERR_CONFLICT, "1 missing", RECEIVE(l.ret, PIECES({1, 2})));
	REFUSED(&l, ERR_CONFLICT, "0 missing", RECEIVE(l.ret, PIECES({2, 1})));
	REFUSED(&l, ERR_NOT_FOUND, "has no return", RECEIVE(other.ret, LIFE_ALL));
	REFUSED(&l, ERR_NOT_FOUND, "has no return", REFUND(.return_id = other.ret));
	REFUSED(&l, ERR_NOT_FOUND, "has no return",
	    order_return_refuse(here.db, &here.a, &act, other.ret, &done, &why));
	DO(&l, LIFE_RECEIVE_ALL);
	REFUSED(&l, ERR_CONFLICT, "1 sent and can come back", RETURN(PIECES({1, 2})));
	/* only the piece that came is paid for */
	DO(&l, LIFE_REFUND_RETURN);
	ck_assert_int_eq(number("SELECT amount_minor FROM refund WHERE id = %d", (int)l.refund), 1000);
	REFUSED(&l, ERR_CONFLICT, "it is settled", REFUND(.return_id = l.ret));
	/* of two pieces that were announced, one came; and a withdrawal in time cannot be refused */
	other = life_begin(&here, LIFE_TRANSFER);
	DO(&other, LIFE_PAY, LIFE_SHIP_ALL, LIFE_DELIVER, LIFE_WITHDRAW_ALL);
	REFUSED(&other, ERR_CONFLICT, "is refused",
	    order_return_refuse(here.db, &here.a, &act, other.ret, &done, &why));
	DO(&other, LIFE_RECEIVE_ONE, LIFE_REFUND_RETURN);
	ck_assert_int_eq(number("SELECT amount_minor FROM refund WHERE id = %d", (int)other.refund), 1000);
	/* unpaid goods that come back are not owed any more, with delivery once all are back */
	DO(&due, LIFE_SHIP_ALL, LIFE_RETURN_ONE, LIFE_RECEIVE_ALL);
	ck_assert_int_eq(due.done.owed_minor, 2490);
	DO(&due, LIFE_RETURN_ALL, LIFE_RECEIVE_ALL);
	ck_assert_int_eq(due.done.owed_minor, 0);
	check_books();
	shop_close(&here);
}
END_TEST

START_TEST(addresses_stay_in_their_tax_territory_and_lines_have_a_price)
{
	struct address swiss = draft_with("transfer").address, sea = swiss;
	struct life l;

	life_goods();
	shop_open(&here, DB_TOOL);
	l = life_begin(&here, LIFE_TRANSFER);
	swiss.field[ADDRESS_COUNTRY] = STR("CH");
	sea.field[ADDRESS_POSTCODE] = STR("27498"); /* Heligoland is outside of the tax territory */
	REFUSED(&l, ERR_CONFLICT, "tax of the new address",
	    order_address(here.db, &here.a, &act, &(struct order_readdress){ADDRESS_DELIVERY, &swiss}, &done, &why));
	REFUSED(&l, ERR_CONFLICT, "tax of the new address",
	    order_address(here.db, &here.a, &act, &(struct order_readdress){ADDRESS_DELIVERY, &sea}, &done, &why));
	REFUSED(&l, ERR_NOT_FOUND, "no variant", ADD(999999, 1, 100, 1900));
	REFUSED(&l, ERR_INPUT, "pieces at a price", ADD(301, 0, 100, 1900));
	REFUSED(&l, ERR_INPUT, "pieces at a price", ADD(301, -1, 100, 1900));
	REFUSED(&l, ERR_INPUT, "pieces at a price", ADD(301, CART_QTY_MAX + 1, 100, 1900));
	REFUSED(&l, ERR_INPUT, "pieces at a price", ADD(301, 1, -1, 1900));
	REFUSED(&l, ERR_INPUT, "pieces at a price", ADD(301, 3, INT64_MAX / 2, 1900));
	run_sql("UPDATE stock SET on_hand = 1 WHERE variant_id = 301;"
		"INSERT INTO stock_movement (variant_id, qty, reason, at) SELECT 301, 1 - SUM(qty), 1, 1"
		" FROM stock_movement WHERE variant_id = 301;");
	REFUSED(&l, ERR_CONFLICT, "301", ADD(301, 2, 100, 1900));
	check_books();
	shop_close(&here);
}
END_TEST

INTEG_MAIN("order_guards", false, an_action_needs_a_key_of_its_own_and_a_reason_that_fits,
    pieces_that_are_not_there_are_neither_sent_nor_delivered_nor_cut, money_that_is_not_there_does_not_go_back,
    goods_come_back_once_and_for_their_own_order, addresses_stay_in_their_tax_territory_and_lines_have_a_price)
