/* Orders placed concurrently, and orders placed during faults. */
#include <signal.h>

#include "crowd.h"

struct rush {
	struct submit sub[200];
	int n, processes;
	bool limited; /* they are one client */
	atomic_int placed, refused, kept;
};

#define CLIENT STR("client 192.0.2.7") /* ORDER_CLIENT_B */

static void
buy_in_rush(int i, void *arg)
{
	struct rush *r = arg;
	struct shop s;

	shop_open(&s, DB_WEB);
	if (r->limited) {
		s.client = CLIENT;
		s.rules.unpaid_orders_max = 7;
	}
	for (int j = i; j < r->n; j += r->processes) {
		struct order_placed placed;
		struct checkout_draft draft;
		struct cart_owner own = owner(&r->sub[j].session);
		struct cart cart;
		struct err e;
		bool found;

		if (place(&s, &r->sub[j], &placed, &e)) {
			atomic_fetch_add(&r->placed, 1);
			continue;
		}
		if (e.kind != (r->limited ? ERR_UNPAID : ERR_CONFLICT))
			fprintf(stderr, "%s\n", e.msg);
		FAIL_UNLESS(e.kind == (r->limited ? ERR_UNPAID : ERR_CONFLICT));
		atomic_fetch_add(&r->refused, 1);
		err_clear(&e);
		FAIL_UNLESS(cart_find(s.db, &s.a, &own, &cart, &draft, &found, &e));
		FAIL_UNLESS(found && cart.n == 1 && cart.lines[0].qty == 1);
		atomic_fetch_add(&r->kept, 1);
	}
	shop_close(&s);
}

START_TEST(order_200_buyers_32_at_a_time_and_10_in_stock_are_exactly_10_orders)
{
	struct rush *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct shop s;

	put_goods(41, 1000, 10, true);
	shop_open(&s, DB_TOOL);
	r->n = 200;
	r->processes = 32;
	for (int i = 0; i < r->n; i++)
		prepare_one(&s, 41, &r->sub[i]);
	run_crowd(r->processes, buy_in_rush, r);
	ck_assert_int_eq(r->placed, 10);
	ck_assert_int_eq(r->refused, 190);
	ck_assert_int_eq(r->kept, 190);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_line WHERE variant_id = %u", 41), 10);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 41), 0);
	ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %u", 41), STOCK_SOLD_OUT);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(orders_that_one_client_submits_at_once_never_pass_its_limit)
{
	struct rush *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct shop s;

	put_goods(42, 1000, 1000, true);
	put_goods(43, 1000, 1000, true);
	shop_open(&s, DB_TOOL);
	r->n = 64;
	r->processes = 32;
	r->limited = true;
	for (int round = 1; round <= 4; round++) {
		r->placed = r->refused = r->kept = 0;
		for (int i = 0; i < r->n; i++)
			prepare_one(&s, i % 2 == 0 ? 42 : 43, &r->sub[i]);
		run_crowd(r->processes, buy_in_rush, r);
		ck_assert_int_eq(r->placed, 7);
		ck_assert_int_eq(r->refused, 57);
		ck_assert_int_eq(r->kept, 57);
		ck_assert_int_eq(
		    number("SELECT SUM(on_hand) FROM stock WHERE variant_id IN (%u, 43)", 42), 2000 - 7 * round);
		run_sql("UPDATE orders SET client = NULL");
	}
	check_books();
	shop_close(&s);
}
END_TEST

static bool
buy_some(struct shop *s, int qty, const char *payment, struct submit *sub, struct err *e)
{
	struct order_placed placed;
	unsigned variant = 44;

	prepare(s, &variant, 1, qty, payment, sub);
	return place(s, sub, &placed, e);
}

#define ck_refused(call, e)                                                                                            \
	do {                                                                                                           \
		ck_assert(!(call));                                                                                    \
		ck_assert_msg((e)->kind == ERR_UNPAID, "%s", (e)->msg);                                                \
	} while (0)

START_TEST(what_one_client_holds_unpaid_is_limited_until_it_pays_or_its_orders_end)
{
	struct order_placed again;
	struct submit first, sub;
	struct shop s, jobs;
	struct err e = {0};
	unsigned ended;
	uint64_t n;

	put_goods(44, 1000, 1000, true);
	put_goods(45, 1000, 1000, false);
	shop_open(&s, DB_WEB);
	shop_open(&jobs, DB_JOBS);
	run_sql("UPDATE orders SET client = NULL;"
		"UPDATE orders SET expires_at = 4000000000 WHERE expires_at IS NOT NULL");
	s.client = CLIENT;
	s.rules.unpaid_pieces_max = 10;
	ck_ok(buy_some(&s, 6, "transfer", &first, &e), &e);
	ck_ok(buy_some(&s, 4, "on_delivery", &sub, &e), &e);
	ck_refused(buy_some(&s, 1, "transfer", &sub, &e), &e);
	ck_ok(place(&s, &first, &again, &e), &e); /* the same order again is no other one */
	ck_assert(again.again);
	prepare_one(&s, 45, &sub); /* its stock is not tracked */
	ck_ok(place(&s, &sub, &again, &e), &e);
	s.client = STR("client 192.0.2.8");
	ck_ok(buy_some(&s, 10, "transfer", &sub, &e), &e);
	s.client = STR_NONE; /* trusted */
	ck_ok(buy_some(&s, 50, "transfer", &sub, &e), &e);
	s.client = CLIENT;
	s.rules.unpaid_pieces_max = 0;
	s.rules.unpaid_orders_max = 3;
	ck_refused(buy_some(&s, 1, "transfer", &sub, &e), &e);
	s.rules.unpaid_orders_max = 4;
	ck_ok(buy_some(&s, 1, "transfer", &sub, &e), &e);
	ck_refused(buy_some(&s, 1, "transfer", &sub, &e), &e);

	/* two end unpaid: those of transfer */
	run_sql("UPDATE orders SET expires_at = 5 WHERE client = 'client 192.0.2.7' AND expires_at IS NOT NULL"
		" AND id IN (SELECT order_id FROM order_line WHERE variant_id = 44)");
	ck_ok(order_expire(jobs.db, &jobs.a, clock_utc_s(), 100, &ended, &e), &e);
	ck_assert_uint_eq(ended, 2);
	ck_ok(buy_some(&s, 1, "transfer", &sub, &e), &e);
	ck_ok(buy_some(&s, 1, "transfer", &sub, &e), &e);
	ck_refused(buy_some(&s, 1, "transfer", &sub, &e), &e);

	/* the order to be paid on delivery has no time to pay: its client is forgotten after it */
	ck_ok(order_forget_clients(jobs.db, 0, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	ck_ok(order_forget_clients(jobs.db, 4000000000, &n, &e), &e);
	ck_assert_uint_eq(n, 1);
	ck_ok(buy_some(&s, 1, "transfer", &sub, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM orders WHERE client IS NOT NULL"
						    " AND expires_at IS NULL"), 0);
	check_books();
	run_sql("UPDATE orders SET client = NULL");
	shop_close(&jobs);
	shop_close(&s);
}
END_TEST

#define TABS 4

struct doubles {
	struct submit sub[100];
	int n;
	atomic_int at[100];
	uint64_t id[100][TABS];
	char token[100][TABS][SECRET_TOKEN_CHARS + 1];
};

static void
submit_together(int tab, void *arg)
{
	struct doubles *d = arg;
	struct shop s;

	shop_open(&s, DB_WEB);
	for (int i = 0; i < d->n; i++) {
		struct order_placed placed;
		struct err e;

		atomic_fetch_add(&d->at[i], 1);
		while (atomic_load(&d->at[i]) < TABS)
			;
		if (!place(&s, &d->sub[i], &placed, &e))
			fprintf(stderr, "%s\n", e.msg);
		FAIL_UNLESS(e.kind == ERR_NONE);
		d->id[i][tab] = placed.id;
		snprintf(d->token[i][tab], sizeof(d->token[i][tab]), "%.*s", STR_ARG(placed.token));
	}
	shop_close(&s);
}

START_TEST(order_100_carts_each_submitted_4_times_at_once_are_exactly_100_orders)
{
	struct doubles *d = mmap(NULL, sizeof(*d), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct shop s;

	put_goods(51, 1000, 1000, true);
	shop_open(&s, DB_TOOL);
	d->n = 100;
	for (int i = 0; i < d->n; i++)
		prepare_one(&s, 51, &d->sub[i]);
	run_crowd(TABS, submit_together, d);
	for (int i = 0; i < d->n; i++) {
		for (int tab = 1; tab < TABS; tab++) {
			ck_assert_uint_eq(d->id[i][tab], d->id[i][0]);
			ck_assert_str_eq(d->token[i][tab], d->token[i][0]);
		}
		for (int j = 0; j < i; j++)
			ck_assert_uint_ne(d->id[i][0], d->id[j][0]);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_line WHERE variant_id = %u", 51), 100);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 51), 900);
	check_books();
	shop_close(&s);
}
END_TEST

/* Places orders with the fault at each exchange with the database in turn, to beyond the last one. */
static int
place_through_faults(struct shop *s, unsigned variant, int code)
{
	struct order_placed placed;
	struct submit sub;
	struct err e;
	int n = 0;

	for (unsigned at = 1; at < 60; at++) {
		prepare_one(s, variant, &sub);
		db_fault(s->db, at, code);
		if (!place(s, &sub, &placed, &e)) {
			ck_assert_msg(e.kind == ERR_UPSTREAM || e.kind == ERR_BUSY, "at %u: %s", at, e.msg);
			db_fault(s->db, 0, 0);
			ck_ok(place(s, &sub, &placed, &e), &e);
		}
		db_fault(s->db, 0, 0);
		n++;
	}
	return n;
}

START_TEST(order_is_placed_exactly_once_whatever_exchange_a_fault_meets)
{
	static const int codes[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER, 1213, 1205};
	struct shop s;

	shop_open(&s, DB_TOOL);
	s.client = CLIENT;
	s.rules.unpaid_orders_max = 1000;
	for (unsigned i = 0; i < ARRAY_LEN(codes); i++) {
		int n;

		put_goods(61 + i, 1000, 1000, true);
		n = place_through_faults(&s, 61 + i, codes[i]);
		ck_assert_int_eq(number("SELECT COUNT(*) FROM order_line WHERE variant_id = %u", 61 + i), n);
		ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 61 + i), 1000 - n);
	}
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(order_is_placed_exactly_once_when_the_worker_is_killed_and_the_buyer_tries_again)
{
	struct order_placed placed;
	struct submit sub;
	struct shop s;
	struct err e;
	int killed = 0;

	put_goods(71, 1000, 1000, true);
	shop_open(&s, DB_TOOL);
	for (int i = 0; i < 60; i++) {
		int ready[2], status;
		pid_t pid;
		char c;

		prepare_one(&s, 71, &sub);
		ck_assert_int_eq(pipe(ready), 0);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			struct shop own;

			shop_open(&own, DB_WEB);
			FAIL_UNLESS(write(ready[1], "r", 1) == 1);
			_exit(place(&own, &sub, &placed, &e) ? 0 : 1);
		}
		ck_assert_int_eq(read(ready[0], &c, 1), 1);
		usleep((useconds_t)(i * 150));
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		killed += WIFSIGNALED(status);
		close(ready[0]);
		close(ready[1]);
		ck_ok(place(&s, &sub, &placed, &e), &e);
	}
	ck_assert_int_gt(killed, 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_line WHERE variant_id = %u", 71), 60);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 71), 940);
	check_books();
	shop_close(&s);
}
END_TEST

static void
expire_all(int i, void *arg)
{
	atomic_int *ended = arg;
	struct shop s;
	struct err e = {0};
	unsigned n;

	(void)i;
	shop_open(&s, DB_JOBS);
	do {
		FAIL_UNLESS(order_expire(s.db, &s.a, NOW + 400 * 86400, 3, &n, &e));
		atomic_fetch_add(ended, (int)n);
	} while (n > 0);
	shop_close(&s);
}

START_TEST(order_unpaid_gives_its_stock_back_once_even_with_several_jobs)
{
	atomic_int *ended = mmap(NULL, sizeof(*ended), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned variants[] = {82, 81};
	struct order_placed placed;
	struct submit sub;
	struct order o;
	struct shop s;
	struct err e = {0};
	unsigned n;

	run_sql("UPDATE orders SET expires_at = 4000000000 WHERE expires_at IS NOT NULL");
	put_goods(81, 1000, 30, true);
	put_goods(82, 1000, 100, true);
	shop_open(&s, DB_TOOL);
	for (int i = 0; i < 30; i++) {
		prepare(&s, variants, 2, 1, i % 3 == 0 ? "on_delivery" : "transfer", &sub);
		ck_ok(place(&s, &sub, &placed, &e), &e);
	}
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 81), 0);
	ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %u", 81), STOCK_SOLD_OUT);
	ck_ok(order_expire(s.db, &s.a, clock_utc_s(), 100, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	run_crowd(4, expire_all, ended);
	ck_assert_int_eq(*ended, 20);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 81), 20);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %u", 82), 90);
	ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %u", 81), STOCK_PLENTY);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM orders WHERE state = 5"), 20);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM outbox x JOIN orders o ON x.subject ="
		" CONCAT('order/', LOWER(HEX(o.token_hash))) WHERE x.kind = 'cache' AND o.state = 5"), 20);
	ck_ok(order_of(&s, placed.token, &o, &e), &e);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_EXPIRED);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_PAYMENT], ORDER_PAYMENT_DROPPED);
	check_books();
	shop_close(&s);
}
END_TEST

static void
add_at_once(int i, void *arg)
{
	const struct session *session = arg;
	struct cart_change c = {session->id, 97, 1, NOW + i};
	struct err e = {0};
	struct shop s;

	shop_open(&s, DB_WEB);
	FAIL_UNLESS(cart_add(s.db, &c, &e));
	shop_close(&s);
}

START_TEST(cart_of_a_new_session_is_one_cart_also_when_its_first_forms_come_at_once)
{
	struct session *session;
	struct err e = {0};
	struct shop s;

	put_goods(97, 1000, 5, true);
	shop_open(&s, DB_WEB);
	for (int round = 1; round <= 10; round++) {
		ck_ok(session_create(s.db, &s.a, NOW, &session, &e), &e);
		run_crowd(4, add_at_once, session);
		ck_assert_int_eq(
		    number("SELECT COUNT(*) FROM cart WHERE session_id = %llu", (unsigned long long)session->id), 1);
		ck_assert_int_eq(number("SELECT l.qty FROM cart_line l JOIN cart c ON c.id = l.cart_id"
					" WHERE c.session_id = %llu",
				     (unsigned long long)session->id),
		    4);
	}
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_crowd", false, order_200_buyers_32_at_a_time_and_10_in_stock_are_exactly_10_orders,
    orders_that_one_client_submits_at_once_never_pass_its_limit,
    order_100_carts_each_submitted_4_times_at_once_are_exactly_100_orders,
    order_is_placed_exactly_once_whatever_exchange_a_fault_meets,
    order_is_placed_exactly_once_when_the_worker_is_killed_and_the_buyer_tries_again,
    order_unpaid_gives_its_stock_back_once_even_with_several_jobs,
    cart_of_a_new_session_is_one_cart_also_when_its_first_forms_come_at_once,
    what_one_client_holds_unpaid_is_limited_until_it_pays_or_its_orders_end)
