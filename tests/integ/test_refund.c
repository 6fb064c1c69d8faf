/* Refunds through a provider that answers late, twice or never: no cent goes twice, none is lost. */
#include <signal.h>

#include "crowd.h"
#include "plat/host/http.h"
#include "plat/stats/stats_report.h"
#include "plat/text/json.h"
#include "shop/order_state.h"
#include "store/order/order_change.h"
#include "work/refund_run.h"

#define CLIENTS 8
#define TRIES 5 /* of each client for each order */
#define PAYERS 3
#define LIMIT_MS 60 /* of one exchange */
#define LATE_MS "200"
#define PRICE 2000

struct refunds {
	int orders; /* ids 1 to `orders` */
	int port;
	uint64_t seed;
	atomic_int asked, again, refused, running;
};

/* Starts the provider; its port. */
static int
start_provider(pid_t *pid, uint64_t seed)
{
	char program[512], port[16] = "", seeds[24];
	int out[2];

	snprintf(program, sizeof(program), "%s/tests/integ/pay_fake.js", getenv("top_srcdir"));
	snprintf(seeds, sizeof(seeds), "%llu", (unsigned long long)seed);
	ck_assert_int_eq(pipe(out), 0);
	*pid = fork();
	if (*pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		execlp("node", "node", program, seeds, LATE_MS, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	ck_assert_msg(read(out[0], port, sizeof(port) - 1) > 0, "node does not start");
	close(out[0]);
	return (int)strtol(port, NULL, 10);
}

static int64_t
from_provider(struct shop *s, int port, const char *path, const char *name)
{
	struct http_request rq = {.url = str_fmt(&s->a, "http://127.0.0.1:%d%s", port, path).p, .limit_ms = 10000};
	struct http_answer x;
	struct err e = {0};
	const struct json *v;
	int64_t n = -1;

	ck_ok(http_get(&s->a, &rq, &x, &e), &e);
	ck_assert_int_eq(x.status, 200);
	v = json_parse(x.body);
	(void)json_int(json_member(v, name), &n);
	json_free(v);
	printf("# %s: %.*s\n", path, STR_ARG(x.body));
	return n;
}

static void
fill_key(uint8_t key[ORDER_KEY_B], int order, int n, int client)
{
	memset(key, 0, ORDER_KEY_B);
	memcpy(key, &order, sizeof(order));
	memcpy(key + 4, &n, sizeof(n));
	memcpy(key + 8, &client, sizeof(client));
}

/* An order that was paid through the provider, by payments whose names tell their amounts. */
static void
put_paid(struct shop *s, int id)
{
	uint8_t key[ORDER_KEY_B] = {0};
	struct order_placed placed;
	struct order_done done;
	struct submit sub;
	struct err e = {0};
	struct order_act act = {.key = str_n(key, sizeof(key)), .actor = "test"};
	struct order_money money = {.cur = s->rules.cur, .provider = STR("test")};

	prepare(s, &(unsigned){1}, 1, 2, "transfer", &sub);
	ck_ok(place(s, &sub, &placed, &e), &e);
	ck_assert_uint_eq(placed.id, id);
	act.order_id = placed.id;
	for (int part = 0; part < 2; part++) {
		money.amount_minor = part == 0 ? 1500 : sub.total_minor - 1500;
		money.ref = str_fmt(&s->a, "p%d.%d-%s", id, part,
		    money_plain(&s->a, (struct money){money.amount_minor, money.cur}).p);
		fill_key(key, id, part, -1);
		ck_ok(order_pay(s->db, &s->a, &act, &money, &done, &e), &e);
	}
}

/* Every second try of the clients has one key in common, as if each had pressed the same button. */
static void
ask_refunds(int client, void *arg)
{
	struct refunds *r = arg;
	uint64_t x = r->seed * 1000003 + (uint64_t)client * 7919;
	uint8_t key[ORDER_KEY_B] = {0};
	struct shop s;

	shop_open(&s, DB_TOOL);
	for (int n = 0; n < TRIES; n++) {
		for (int order = 1; order <= r->orders; order++) {
			struct arena_mark mark = arena_mark(&s.a);
			bool common = n % 2 == 0;
			struct order_act act = {
			    .order_id = (uint64_t)order, .key = str_n(key, sizeof(key)), .actor = "test"};
			struct order_refund_ask ask = {.provider = STR("test")};
			struct order_done done;
			struct err e = {0};

			x = x * 6364136223846793005u + 1442695040888963407u;
			ask.amount_minor = common ? 100 + n : 1 + (int64_t)(x >> 33) % 900;
			fill_key(key, order, 100 + n, common ? 0 : client + 1);
			db_deadline(s.db, clock_mono_ns() + 30 * CLOCK_S);
			if (order_refund(s.db, &s.a, &act, &ask, &done, &e)) {
				atomic_fetch_add(done.again ? &r->again : &r->asked, 1);
			} else {
				if (e.kind != ERR_CONFLICT && e.kind != ERR_INPUT)
					fprintf(stderr, "%s\n", e.msg);
				FAIL_UNLESS(e.kind == ERR_CONFLICT || e.kind == ERR_INPUT);
				atomic_fetch_add(&r->refused, 1);
			}
			arena_rewind(&s.a, mark);
		}
	}
	shop_close(&s);
	atomic_fetch_sub(&r->running, 1);
}

/* Ends a claim, so that another process pays the same refund at the same time. False: none is under way. */
static bool
steal(void)
{
	long long id = services_number(&services,
	    "SELECT COALESCE((SELECT id FROM refund WHERE next_at > 0 ORDER BY RAND() LIMIT 1), 0)");
	char sql[80];

	snprintf(sql, sizeof(sql), "UPDATE refund SET next_at = 0 WHERE id = %lld AND next_at > 0", id);
	services_sql(&services, sql);
	return id != 0;
}

static void
pay_refunds(struct refunds *r)
{
	struct refund_run run = {.limit_ms = LIMIT_MS};
	bool found = true;
	struct shop s;

	shop_open(&s, DB_JOBS);
	s.conf.test_pay_url = str_fmt(&s.a, "http://127.0.0.1:%d", r->port);
	run.db = s.db;
	run.conf = &s.conf;
	run.a = &s.a;
	for (bool last = false; steal() || found || !last;) {
		struct arena_mark mark = arena_mark(&s.a);
		struct err e = {0};

		last = atomic_load(&r->running) == 0;
		db_deadline(s.db, clock_mono_ns() + 30 * CLOCK_S);
		if (!refund_run(&run, &found, &e)) {
			fprintf(stderr, "%s\n", e.msg);
			FAIL_UNLESS(e.kind == ERR_BUSY || e.kind == ERR_UPSTREAM);
			found = true;
		}
		arena_rewind(&s.a, mark);
	}
	shop_close(&s);
}

/* Pays refunds in a process that is killed, at any moment, until the clients are done. */
static void
pay_and_die(struct refunds *r)
{
	uint64_t x = r->seed;

	while (atomic_load(&r->running) > 0) {
		pid_t pid = fork();

		if (pid == 0) {
			pay_refunds(r);
			_exit(0);
		}
		x = x * 6364136223846793005u + 1442695040888963407u;
		usleep(50000 + (unsigned)(x >> 33) % 200000);
		kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
}

static void
work(int i, void *arg)
{
	if (i < CLIENTS)
		ask_refunds(i, arg);
	else if (i == CLIENTS)
		pay_and_die(arg);
	else
		pay_refunds(arg);
}

START_TEST(no_cent_is_refunded_twice_and_none_is_lost)
{
	const char *orders = getenv("KONTOR_TEST_REFUNDS"), *seed = getenv("KONTOR_TEST_SEED");
	struct refunds *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t paid;
	struct shop s;
	pid_t pid;

	r->orders = orders == NULL ? 12 : (int)strtol(orders, NULL, 10);
	r->seed = seed == NULL ? clock_mono_ns() % 1000000 : strtoull(seed, NULL, 10);
	r->running = CLIENTS;
	r->port = start_provider(&pid, r->seed);
	put_goods(1, PRICE, 100000, true);
	shop_open(&s, DB_TOOL);
	for (int id = 1; id <= r->orders; id++)
		put_paid(&s, id);
	run_crowd(CLIENTS + PAYERS, work, r);
	printf("# seed %llu: %d refunds, %d asked again by the same key, %d not allowed\n", (unsigned long long)r->seed,
	    r->asked, r->again, r->refused);
	paid = from_provider(&s, r->port, "/books", "paid");
	ck_assert_int_gt(paid, 0);
	/* each refund that was granted has one row and one end, and the provider agrees */
	ck_assert_int_eq(number("SELECT COUNT(*) FROM refund"), r->asked);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM refund WHERE state NOT IN (3, 4) OR next_at IS NOT NULL"), 0);
	ck_assert_int_eq(number("SELECT SUM(amount_minor) FROM refund WHERE state = 3"), paid);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM refund WHERE state = 3"),
	    from_provider(&s, r->port, "/books", "done"));
	ck_assert_int_eq(number("SELECT SUM(l.credit_minor - l.debit_minor) FROM ledger_entry e JOIN ledger_line l"
				" ON l.entry_id = e.id WHERE e.kind = 3 AND l.account = 'cash'"),
	    paid);
	/* nothing beyond what was received, in all and from each payment */
	ck_assert_int_eq(number("SELECT COUNT(*) FROM payment p WHERE p.amount_minor < (SELECT"
				" COALESCE(SUM(x.amount_minor), 0) FROM refund x WHERE x.payment_id = p.id"
				" AND x.state <> 4)"),
	    0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM (SELECT action_key FROM order_action WHERE event = 16 AND"
				" SUBSTR(action_key, 9, 4) = 0x00000000 GROUP BY action_key) k"),
	    number("SELECT COUNT(*) FROM order_action WHERE event = 16 AND SUBSTR(action_key, 9, 4) = 0x00000000"));
	ck_assert_int_gt(r->again, 0);
	ck_assert_int_gt(r->refused, 0);
	check_books();
	kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	shop_close(&s);
}
END_TEST

/* Runs the job until nothing is due. */
static void
run_all(struct shop *s, const char *url, struct stats *st)
{
	struct refund_run run = {.db = s->db, .conf = &s->conf, .st = st, .a = &s->a, .limit_ms = 10000};
	struct err e = {0};
	bool found = true;

	s->conf.test_pay_url = str_z(url);
	while (found)
		ck_ok(refund_run(&run, &found, &e), &e);
}

START_TEST(what_no_provider_pays_waits_for_a_person_and_what_no_payment_covers_is_refused)
{
	uint8_t key[ORDER_KEY_B] = {0};
	struct order_act act = {.key = str_n(key, sizeof(key)), .actor = "test"};
	struct order_refund_ask ask = {.amount_minor = 100, .provider = STR("transfer")};
	struct order_done transfer, lone, large;
	struct stats_report report;
	struct stats st;
	struct shop s;
	struct err e = {0};
	int64_t id;

	services_sql(&services, "UPDATE refund SET next_at = NULL");
	id = number("SELECT COALESCE(MAX(id), 0) + 1 FROM orders");
	shop_open(&s, DB_TOOL);
	put_paid(&s, (int)id);
	act.order_id = (uint64_t)id;
	fill_key(key, (int)id, 900, 1);
	ck_ok(order_refund(s.db, &s.a, &act, &ask, &transfer, &e), &e);
	fill_key(key, (int)id, 901, 1);
	ask.provider = STR("nobody");
	ck_ok(order_refund(s.db, &s.a, &act, &ask, &lone, &e), &e);
	fill_key(key, (int)id, 902, 1);
	ask = (struct order_refund_ask){.amount_minor = 3500, .provider = STR("test")};
	ck_ok(order_refund(s.db, &s.a, &act, &ask, &large, &e), &e);
	ck_ok(stats_open(&st, str_fmt(&s.a, "%s/refunds", services.dir).p, &e) && stats_claim(&st, "test", &e), &e);
	run_all(&s, "http://127.0.0.1:1", &st);
	ck_assert_int_eq(number("SELECT state * 10 + (next_at IS NULL) FROM refund WHERE id = %llu",
			     (unsigned long long)transfer.made),
	    ORDER_REFUND_ASKED * 10 + 1);
	ck_assert_int_eq(number("SELECT state * 10 + (next_at > UNIX_TIMESTAMP() + 30) FROM refund WHERE id = %llu",
			     (unsigned long long)lone.made),
	    ORDER_REFUND_ASKED * 10 + 1);
	ck_assert_int_eq(number("SELECT state * 10 + (next_at IS NULL) FROM refund WHERE id = %llu",
			     (unsigned long long)large.made),
	    ORDER_REFUND_REFUSED * 10 + 1);
	stats_read(&st, &s.a, &report);
	ck_assert_uint_eq(report.all->count[STAT_refunds_late], 0);
	services_sql(&services, "UPDATE refund SET next_at = 0, tries = 7 WHERE provider = 'nobody'");
	run_all(&s, "http://127.0.0.1:1", &st);
	stats_read(&st, &s.a, &report);
	ck_assert_uint_eq(report.all->count[STAT_refunds_late], 1);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(refund_goes_back_through_the_provider_of_a_payment_that_covers_it)
{
	static const struct {
		int64_t amount_minor;
		const char *provider;
	} cases[] = {{300, "cash"}, {1200, "test"}, {300, "cash"}, {200, "test"}};
	uint8_t key[ORDER_KEY_B] = {0};
	struct order_act act = {.key = str_n(key, sizeof(key)), .actor = "test"};
	struct order_money money = {.amount_minor = 700, .provider = STR("cash")};
	int64_t id = number("SELECT COALESCE(MAX(id), 0) + 1 FROM orders");
	struct order_done done;
	struct shop s;
	struct err e = {0};

	shop_open(&s, DB_TOOL);
	put_paid(&s, (int)id);
	act.order_id = (uint64_t)id;
	money.cur = s.rules.cur;
	fill_key(key, (int)id, 910, 1);
	ck_ok(order_pay(s.db, &s.a, &act, &money, &done, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct order_refund_ask ask = {.amount_minor = cases[i].amount_minor};

		fill_key(key, (int)id, 920 + (int)i, 1);
		ck_ok(order_refund(s.db, &s.a, &act, &ask, &done, &e), &e);
		ck_assert_msg(number("SELECT provider = '%s' FROM refund WHERE id = %llu", cases[i].provider,
				  (unsigned long long)done.made)
		                  == 1,
		    "refund %zu", i);
		run_sql("UPDATE refund SET next_at = NULL, payment_id = (SELECT MAX(p.id) FROM payment p WHERE"
			" p.order_id = refund.order_id AND p.provider = refund.provider) WHERE payment_id IS NULL;");
	}
	check_books();
	shop_close(&s);
}
END_TEST

INTEG_MAIN("refund", false, no_cent_is_refunded_twice_and_none_is_lost,
    what_no_provider_pays_waits_for_a_person_and_what_no_payment_covers_is_refused,
    refund_goes_back_through_the_provider_of_a_payment_that_covers_it)
