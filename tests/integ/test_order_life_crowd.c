/* Many people change the same orders at once, and changes during faults. */
#include "crowd.h"
#include "life.h"

#define CLIENTS 64
#define ORDERS 100
#define TRIES 1500 /* KONTOR_LIFE_TRIES: another number */

struct storm {
	uint64_t order[ORDERS];
	_Atomic uint64_t refund[ORDERS], ret[ORDERS];
	_Atomic int64_t owed[ORDERS];
	atomic_int left, done, refused, busy, paid;
	_Atomic int64_t paid_minor;
};

static void
try_one(struct shop *s, struct storm *x, unsigned *seed)
{
	unsigned i = (unsigned)rand_r(seed) % ORDERS;
	enum life_verb verb = (enum life_verb)((unsigned)rand_r(seed) % LIFE__MAX);
	struct life l = {
	    .s = s, .order = x->order[i], .owed_minor = x->owed[i], .refund = x->refund[i], .ret = x->ret[i]};
	struct arena_mark mark = arena_mark(&s->a);
	struct err e = {0};

	db_deadline(s->db, clock_mono_ns() + 60 * CLOCK_S);
	if (life_do(&l, verb, 1 + rand_r(seed) % 2, &e)) {
		x->refund[i] = l.refund;
		x->ret[i] = l.ret;
		if (verb != LIFE_EXPIRE) {
			x->owed[i] = l.done.owed_minor;
			atomic_fetch_add(&x->done, 1);
		}
		if (verb == LIFE_PAY || verb == LIFE_PAY_PART || verb == LIFE_PAY_MORE) {
			atomic_fetch_add(&x->paid, 1);
			atomic_fetch_add(&x->paid_minor, l.paid_minor);
		}
	} else {
		if (e.kind != ERR_CONFLICT && e.kind != ERR_NOT_FOUND && e.kind != ERR_INPUT && e.kind != ERR_BUSY)
			fprintf(stderr, "verb %d: %s\n", verb, e.msg);
		FAIL_UNLESS(
		    e.kind == ERR_CONFLICT || e.kind == ERR_NOT_FOUND || e.kind == ERR_INPUT || e.kind == ERR_BUSY);
		atomic_fetch_add(e.kind == ERR_BUSY ? &x->busy : &x->refused, 1);
	}
	arena_rewind(&s->a, mark);
}

static void
change_at_random(int i, void *arg)
{
	struct storm *x = arg;
	unsigned seed = (unsigned)i + 1;
	struct shop s;

	shop_open(&s, DB_TOOL);
	while (atomic_fetch_sub(&x->left, 1) > 0)
		try_one(&s, x, &seed);
	shop_close(&s);
}

START_TEST(clients_that_change_the_same_orders_at_random_leave_the_books_exact)
{
	struct storm *x = mmap(NULL, sizeof(*x), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const char *tries = getenv("KONTOR_LIFE_TRIES");
	struct err e = {0};
	unsigned ended;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (int i = 0; i < ORDERS; i++) {
		struct life l = life_begin(
		    &s, i % 8 == 7 ? LIFE_AT_PICKUP : i % 4 == 3 ? LIFE_ON_DELIVERY : LIFE_TRANSFER);

		x->order[i] = l.order;
		x->owed[i] = l.owed_minor;
	}
	x->left = tries == NULL ? TRIES : (int)strtol(tries, NULL, 10);
	run_crowd(CLIENTS, change_at_random, x);
	/* an order that was made due while another process held it */
	ck_ok(order_expire(s.db, &s.a, clock_utc_s(), ORDERS, &ended, &e), &e);
	printf("# %d changes, %d refused, %d busy\n", x->done, x->refused, x->busy);
	check_books();
	ck_assert_int_gt(x->done, (x->done + x->refused) / 10);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_action"), x->done);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM payment"), x->paid);
	ck_assert_int_eq(number("SELECT SUM(amount_minor) FROM payment"), x->paid_minor);
	ck_assert_int_eq(
	    number("SELECT SUM(IF(l.account = 'cash', l.debit_minor, 0)) FROM ledger_line l"), x->paid_minor);
	shop_close(&s);
}
END_TEST

struct doubled {
	uint64_t order;
	uint8_t key[ORDER_KEY_B];
	atomic_int first, again;
	_Atomic uint64_t made;
};

static void
pay_with_one_key(int i, void *arg)
{
	struct doubled *d = arg;
	struct order_act act = {
	    .order_id = d->order, .key = str_n(d->key, ORDER_KEY_B), .actor = "anna", .why = STR("")};
	struct order_done done;
	struct err e = {0};
	struct shop s;

	(void)i;
	shop_open(&s, DB_TOOL);
	db_deadline(s.db, clock_mono_ns() + 60 * CLOCK_S);
	if (!order_pay(s.db, &s.a, &act,
		&(struct order_money){.amount_minor = 100, .cur = s.rules.cur, .provider = STR("transfer")}, &done, &e))
		fprintf(stderr, "%s\n", e.msg);
	FAIL_UNLESS(e.kind == ERR_NONE);
	atomic_fetch_add(done.again ? &d->again : &d->first, 1);
	if (!done.again)
		d->made = done.made;
	shop_close(&s);
}

START_TEST(an_action_that_is_sent_many_times_at_once_is_done_once)
{
	struct doubled *d = mmap(NULL, sizeof(*d), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (int round = 0; round < 5; round++) {
		d->order = life_begin(&s, LIFE_TRANSFER).order;
		secret_random(d->key, ORDER_KEY_B);
		d->first = d->again = 0;
		run_crowd(8, pay_with_one_key, d);
		ck_assert_int_eq(d->first, 1);
		ck_assert_int_eq(d->again, 7);
		ck_assert_int_eq(
		    number("SELECT SUM(amount_minor) FROM payment WHERE order_id = %llu", (unsigned long long)d->order),
		    100);
	}
	check_books();
	shop_close(&s);
}
END_TEST

/* Does the action with the fault at each exchange in turn, to beyond the last one, and repeats it with its key. */
static int
do_through_faults(struct life *l, int code, bool (*action)(struct life *, const struct order_act *, struct err *))
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act;
	int n = 0;

	for (unsigned at = 1; at < 24; at++) {
		struct err e = {0};

		act = life_act(l->order, key);
		db_deadline(l->s->db, clock_mono_ns() + 60 * CLOCK_S);
		db_fault(l->s->db, at, code);
		if (!action(l, &act, &e)) {
			ck_assert_msg(e.kind == ERR_UPSTREAM || e.kind == ERR_BUSY, "at %u: %s", at, e.msg);
			db_fault(l->s->db, 0, 0);
			err_clear(&e);
			ck_ok(action(l, &act, &e), &e);
		}
		db_fault(l->s->db, 0, 0);
		n++;
	}
	return n;
}

static bool
pay_little(struct life *l, const struct order_act *act, struct err *e)
{
	return order_pay(l->s->db, &l->s->a, act,
	    &(struct order_money){.amount_minor = 200, .cur = l->s->rules.cur, .provider = STR("transfer")},
	    &l->done, e);
}

static bool
refund_little(struct life *l, const struct order_act *act, struct err *e)
{
	return order_refund(
	    l->s->db, &l->s->a, act, &(struct order_refund_ask){.amount_minor = 7, .by_hand = true}, &l->done, e);
}

START_TEST(money_is_booked_exactly_once_whatever_exchange_a_fault_meets)
{
	static const int codes[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER, 1213, 1205};
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (unsigned i = 0; i < ARRAY_LEN(codes); i++) {
		struct life l = life_begin(&s, LIFE_TRANSFER);
		int n = do_through_faults(&l, codes[i], pay_little);

		ck_assert_int_eq(
		    number("SELECT SUM(amount_minor) FROM payment WHERE order_id = %d", (int)l.order), 200 * n);
		n = do_through_faults(&l, codes[i], refund_little);
		ck_assert_int_eq(
		    number("SELECT SUM(amount_minor) FROM refund WHERE order_id = %d", (int)l.order), 7 * n);
	}
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(account_of_kontor_jobs_may_book_payments_and_refunds_and_revive_orders)
{
	struct err e = {0};
	struct shop s, jobs;
	struct life l;

	life_goods();
	shop_open(&s, DB_TOOL);
	shop_open(&jobs, DB_JOBS);
	l = life_begin(&s, LIFE_TRANSFER);
	l.s = &jobs;
	ck_ok(life_expire(&l, &e), &e);
	ck_ok(life_pay(&l, l.owed_minor, STR("B-9"), &e), &e);
	ck_assert(l.done.revived);
	ck_ok(life_refund(&l, &(struct order_refund_ask){.amount_minor = 100}, &e), &e);
	ck_ok(life_settle(&l, ORDER_REFUND_UNKNOWN, &e), &e);
	ck_ok(life_settle(&l, ORDER_REFUND_DONE, &e), &e);
	ck_assert_int_eq(l.done.states.of[ORDER_MACHINE_PAYMENT], ORDER_PAYMENT_PART_REFUNDED);
	check_books();
	shop_close(&jobs);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_life_crowd", false, clients_that_change_the_same_orders_at_random_leave_the_books_exact,
    an_action_that_is_sent_many_times_at_once_is_done_once,
    money_is_booked_exactly_once_whatever_exchange_a_fault_meets,
    account_of_kontor_jobs_may_book_payments_and_refunds_and_revive_orders)
