/* Many people change the same orders at once. */
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
		struct life l = life_begin(&s, i % 4 == 3 ? LIFE_ON_DELIVERY : LIFE_TRANSFER);

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
	if (!order_pay(s.db, &s.a, &act, &(struct order_money){100, s.rules.cur, STR("transfer"), STR("")}, &done, &e))
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

INTEG_MAIN("order_life_crowd", false, clients_that_change_the_same_orders_at_random_leave_the_books_exact,
    an_action_that_is_sent_many_times_at_once_is_done_once)
