/* Stock changed by hand, alone and while goods are sold. */
#include "order.h"
#include "plat/text/secret.h"
#include "store/order/stock_store.h"

static struct stock_booking
booking(unsigned variant, enum stock_how how, int64_t n)
{
	static uint8_t keys[1000][STOCK_KEY_B];
	static size_t used;
	uint8_t *key = keys[used++ % ARRAY_LEN(keys)];

	secret_random(key, STOCK_KEY_B);
	return (struct stock_booking){.variant_id = variant,
	    .product_id = variant,
	    .key = str_n(key, STOCK_KEY_B),
	    .how = how,
	    .reason = how == STOCK_COUNT ? STOCK_COUNTED : STOCK_CORRECTED,
	    .n = n,
	    .actor = "kontor:anna",
	    .ref = STR("L 17")};
}

static void
sell(struct shop *s, unsigned variant, int qty)
{
	struct order_placed placed;
	struct submit sub;
	struct err e;

	prepare(s, &variant, 1, qty, "transfer", &sub);
	ck_ok(place(s, &sub, &placed, &e), &e);
}

#define ON_HAND(variant) number("SELECT on_hand FROM stock WHERE variant_id = %u", variant)

START_TEST(a_change_by_hand_is_a_movement_with_reason_actor_and_reference)
{
	struct stock_booking b;
	struct stock_booked done;
	struct stock_moves moves;
	struct err e = {0};
	struct shop s;

	put_goods(101, 1000, 10, true);
	shop_open(&s, DB_TOOL);
	b = booking(101, STOCK_BY, 5);
	b.reason = STOCK_RECEIVED;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert(done.before == 10 && done.after == 15 && !done.again && !done.stale);
	b = booking(101, STOCK_BY, -3);
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	b = booking(101, STOCK_TO, 20);
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert(done.before == 12 && done.after == 20);
	b = booking(101, STOCK_TO, 20);
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert(done.before == done.after);
	ck_ok(stock_moves(s.db, &s.a, 101, 0, 10, &moves, &e), &e);
	ck_assert_uint_eq(moves.n, 4); /* nothing was booked where nothing changed */
	ck_assert_int_eq(moves.v[0].qty, 8);
	ck_assert_int_eq(moves.v[2].reason, STOCK_RECEIVED);
	ck_str(moves.v[2].actor, "kontor:anna");
	ck_str(moves.v[2].ref, "L 17");
	ck_assert_int_eq(ON_HAND(101), 20);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(what_is_not_there_cannot_be_taken_and_what_is_not_tracked_cannot_be_counted)
{
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;

	put_goods(111, 1000, 2, true);
	put_goods(112, 1000, 0, false);
	put_goods(113, 1000, 2, true);
	run_sql("UPDATE stock SET sell_over = 1 WHERE variant_id = 113");
	shop_open(&s, DB_TOOL);
	for (int how = STOCK_BY; how <= STOCK_COUNT; how++) {
		b = booking(111, (enum stock_how)how, -3);
		ck_assert(!stock_book(s.db, &s.a, &b, &done, &e));
		ck_assert_int_eq(e.kind, ERR_CONFLICT);
		err_clear(&e);
		b = booking(112, (enum stock_how)how, 3);
		ck_assert(!stock_book(s.db, &s.a, &b, &done, &e));
		ck_assert_int_eq(e.kind, ERR_CONFLICT);
		err_clear(&e);
	}
	b = booking(119, STOCK_BY, 1);
	ck_assert(!stock_book(s.db, &s.a, &b, &done, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	err_clear(&e);
	b = booking(113, STOCK_BY, -3);
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, -1);
	b = booking(111, STOCK_BY, 7);
	b.dry_run = true;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, 9);
	ck_assert_int_eq(ON_HAND(111), 2);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM stock_movement WHERE variant_id = %u", 111), 1);
	run_sql("UPDATE stock SET on_hand = 1, sell_over = 1 WHERE variant_id = 113;"
		"UPDATE stock_movement SET qty = 1 WHERE variant_id = 113 AND reason = 9;"
		"UPDATE stock_movement SET qty = 0 WHERE variant_id = 113 AND reason = 0");
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(a_change_is_booked_once_however_often_it_is_tried)
{
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;

	put_goods(121, 1000, 10, true);
	shop_open(&s, DB_TOOL);
	for (unsigned lost = 1; lost <= 8; lost++) { /* each exchange of the transaction loses its answer, COMMIT too */
		b = booking(121, STOCK_BY, 1);
		db_fault(s.db, lost, DB_FAULT_LOST_AFTER);
		ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
		db_fault(s.db, 0, 0);
		ck_assert_int_eq(ON_HAND(121), 10 + (int64_t)lost);
		ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
		ck_assert(done.again);
		ck_assert_int_eq(done.after, 10 + (int64_t)lost);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM stock_movement WHERE variant_id = %u", 121), 9);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(a_count_applies_the_difference_since_the_moment_of_counting)
{
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;
	int64_t then;

	put_goods(131, 1000, 20, true);
	shop_open(&s, DB_TOOL);
	then = number("SELECT UNIX_TIMESTAMP() - %d", 100);
	sell(&s, 131, 3); /* after the count */
	b = booking(131, STOCK_BY, 10);
	b.reason = STOCK_RECEIVED; /* after it, too */
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	b = booking(131, STOCK_COUNT, 18); /* 18 were found where the books said 20 */
	b.counted_at = then;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.before, 27);
	ck_assert_int_eq(done.after, 25);
	b = booking(131, STOCK_COUNT, 18); /* the same list again */
	b.counted_at = then;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, 25);
	b = booking(131, STOCK_COUNT, 24); /* counted now: nothing has moved since */
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, 24);
	check_books();
	shop_close(&s);
}
END_TEST

/* Goods that moved `n` times in pairs that cancel out, one movement each second from `from_s` on. */
static void
move(unsigned variant, int n, long long from_s)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO stock_movement (variant_id, qty, reason, at)"
	    " SELECT %u, IF(seq MOD 2 = 1, 1, -1), 6, %lld + seq FROM seq_1_to_%d",
	    variant, from_s, n);
	services_sql(&services, sql);
}

START_TEST(a_count_reads_the_movements_of_many_pieces_and_refuses_more_than_its_bound)
{
	const long long most = (long long)STOCK_PIECE * STOCK_PIECES, now_s = number("SELECT UNIX_TIMESTAMP()"),
			from_s = now_s - 2 * most;
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;

	put_goods(135, 1000, 20, true);
	shop_open(&s, DB_TOOL);
	move(135, (int)most + STOCK_PIECE + 2, from_s);
	b = booking(135, STOCK_COUNT, 20);
	b.counted_at = from_s + STOCK_PIECE + 2;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, 20);
	b.counted_at = from_s + most - 2 * STOCK_PIECE - 3; /* one more went out than came in since */
	b.n = 19;
	ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
	ck_assert_int_eq(done.after, 18);
	b = booking(135, STOCK_COUNT, 20);
	b.counted_at = from_s;
	ck_assert(!stock_book(s.db, &s.a, &b, &done, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert(strstr(e.msg, "more than 50000 times") != NULL);
	shop_close(&s);
}
END_TEST

START_TEST(pages_are_stale_only_when_the_availability_changes)
{
	struct {
		int64_t to;
		bool stale;
		int avail;
	} steps[] = {{STOCK_LOW + 20, false, STOCK_PLENTY}, {STOCK_LOW, true, STOCK_FEW}, {1, false, STOCK_FEW},
	    {0, true, STOCK_SOLD_OUT}, {500, true, STOCK_PLENTY}};
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;

	put_goods(141, 1000, STOCK_LOW + 5, true);
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int64_t version = number("SELECT version FROM product WHERE id = %u", 141);
		int64_t rows = number("SELECT COUNT(*) FROM outbox WHERE subject = 'product/%u'", 141);

		b = booking(141, STOCK_TO, steps[i].to);
		ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
		ck_assert_int_eq(done.stale, steps[i].stale);
		ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %u", 141), steps[i].avail);
		ck_assert_int_eq(number("SELECT version FROM product WHERE id = %u", 141), version + steps[i].stale);
		ck_assert_int_eq(
		    number("SELECT COUNT(*) FROM outbox WHERE subject = 'product/%u'", 141), rows + steps[i].stale);
	}
	check_books();
	shop_close(&s);
}
END_TEST

#define SELLERS 4
#define SALES 25

/* Every count finds what is there, so it must change nothing, whatever is sold meanwhile. */
START_TEST(counts_while_goods_are_sold_lose_no_piece)
{
	struct submit sub[SELLERS * SALES];
	struct stock_booking b;
	struct stock_booked done;
	struct err e = {0};
	struct shop s;
	pid_t pid[SELLERS];
	int status, running = SELLERS;
	int64_t then;

	put_goods(151, 1000, 1000, true);
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(sub); i++)
		prepare_one(&s, 151, &sub[i]);
	then = number("SELECT UNIX_TIMESTAMP() - %d", 1);
	for (int p = 0; p < SELLERS; p++) {
		pid[p] = fork();
		ck_assert_int_ge(pid[p], 0);
		if (pid[p] > 0)
			continue;
		shop_open(&s, DB_WEB);
		for (int i = 0; i < SALES; i++) {
			struct order_placed placed;

			if (!place(&s, &sub[p * SALES + i], &placed, &e))
				_exit(1);
		}
		_exit(0);
	}
	while (running > 0) {
		b = booking(151, STOCK_COUNT, 1000);
		b.counted_at = then;
		ck_ok(stock_book(s.db, &s.a, &b, &done, &e), &e);
		ck_assert_msg(done.before == done.after, "%lld -> %lld", (long long)done.before, (long long)done.after);
		for (int p = 0; p < SELLERS; p++)
			if (pid[p] > 0 && waitpid(pid[p], &status, WNOHANG) == pid[p]) {
				ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
				pid[p] = 0;
				running--;
			}
	}
	ck_assert_int_eq(ON_HAND(151), 1000 - SELLERS * SALES);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(few_left_are_found_by_stretches_and_movements_by_pages)
{
	struct stock_looks low;
	struct stock_moves moves;
	struct err e = {0};
	struct shop s;
	uint64_t after = 0, before = 0;
	size_t n = 0;

	for (unsigned id = 161; id < 170; id++)
		put_goods(id, 1000, id - 161, id != 165);
	run_sql("UPDATE variant SET sku = 'S-161' WHERE id IN (161, 162); UPDATE variant SET gone = 1 WHERE id = 162");
	shop_open(&s, DB_TOOL);
	do {
		ck_ok(stock_low(s.db, &s.a, STR("en"), 3, &after, &low, &e), &e);
		for (size_t i = 0; i < low.n; i++)
			n += low.v[i].variant_id >= 161 && low.v[i].variant_id < 170;
	} while (after != 0);
	ck_assert_uint_eq(n, 3); /* 161, 163, 164: 162 is gone, 165 is not tracked */
	ck_ok(stock_by_sku(s.db, &s.a, STR("S-161"), STR("en"), &low, &e), &e);
	ck_assert_uint_eq(low.n, 1);
	ck_assert_uint_eq(low.v[0].variant_id, 161);
	ck_str(low.v[0].title, "Tea 161");
	ck_ok(stock_by_id(s.db, &s.a, 162, STR("en"), &low, &e), &e);
	ck_assert(low.n == 1 && !low.v[0].sold);
	for (n = 0;; n++) {
		ck_ok(stock_moves(s.db, &s.a, 0, before, 1, &moves, &e), &e);
		if (moves.n == 0)
			break;
		ck_assert(before == 0 || moves.v[0].id < before);
		before = moves.v[0].id;
	}
	ck_assert_int_eq((int64_t)n, number("SELECT COUNT(*) FROM stock_movement WHERE id > %d", 0));
	shop_close(&s);
}
END_TEST

INTEG_MAIN("stock", false, a_change_by_hand_is_a_movement_with_reason_actor_and_reference,
    what_is_not_there_cannot_be_taken_and_what_is_not_tracked_cannot_be_counted,
    a_change_is_booked_once_however_often_it_is_tried, a_count_applies_the_difference_since_the_moment_of_counting,
    a_count_reads_the_movements_of_many_pieces_and_refuses_more_than_its_bound,
    pages_are_stale_only_when_the_availability_changes, counts_while_goods_are_sold_lose_no_piece,
    few_left_are_found_by_stretches_and_movements_by_pages)
