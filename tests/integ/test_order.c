#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "integ.h"
#include "plat/conf/conf.h"
#include "store/order/order_store.h"
#include "store/shop_rules.h"
#include "store/admin/verify_store.h"

#define NOW 1800000000
#define ARENA_B ((size_t)64 << 20)

/* A process's own connection and rules. */
struct shop {
	struct arena a;
	struct conf conf;
	struct db *db;
	struct shop_rules rules;
};

/* All that a form would carry. */
struct submit {
	struct session session;
	uint8_t key[CART_KEY_B];
	uint64_t hash;
	int64_t total_minor;
};

static void
shop_open(struct shop *s, enum db_role role)
{
	struct err e = {0};

	arena_init(&s->a, ARENA_B);
	ck_ok(secret_init(&e), &e);
	services_conf(&services, &s->a, &s->conf);
	ck_ok(shop_rules_init(&s->rules, &s->conf, &e), &e);
	s->db = services_db(&services, &s->a, role);
}

static void
shop_close(struct shop *s)
{
	arena_fini(&s->a);
}

/* Several statements, each ended by ';'. */
static void
run_sql(const char *text)
{
	struct str rest = str_z(text), one;
	struct arena a;

	arena_init(&a, 1 << 20);
	while (str_cut(&rest, ';', &one)) {
		if (str_trim(one).n > 0)
			services_sql(&services, str_zdup(&a, one));
	}
	arena_fini(&a);
}

/* A product with one variant of the same id. */
static void
put_goods(unsigned id, int64_t price_minor, int64_t on_hand, bool tracked)
{
	char sql[1500];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO product (id, handle, status, price_minor, avail, created_at, content_hash)"
	    " VALUES (%u, 'p%u', 1, %lld, 2, 1, REPEAT('x', 16));"
	    "INSERT INTO product_text (product_id, lang, title, body_html) VALUES (%u, 'en', 'Tea %u', '');"
	    "INSERT INTO variant (id, product_id, position, price_minor, weight_mg) VALUES (%u, %u, 1, %lld, 100000);"
	    "INSERT INTO stock VALUES (%u, %lld, %d, 0);"
	    "INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (%u, %lld, 0, 1);",
	    id, id, (long long)price_minor, id, id, id, id, (long long)price_minor, id, (long long)on_hand, tracked, id,
	    (long long)on_hand);
	run_sql(sql);
}

static long long PRINTF(1, 2) number(const char *fmt, ...)
{
	char sql[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	return services_number(&services, sql);
}

static void
look(void *arg, const struct verify_result *r)
{
	(void)arg;
	if (strcmp(r->check->name, "catalogue") == 0) /* these goods are in no list */
		return;
	ck_assert_msg(
	    r->n == 0, "%s: %.*s: %.*s", r->check->name, STR_ARG(r->breach[0].what), STR_ARG(r->breach[0].why));
}

/* The books, after whatever happened. */
static void
check_books(void)
{
	struct err e = {0};
	struct arena a;
	size_t n;

	arena_init(&a, ARENA_B);
	ck_ok(verify_run(services_db(&services, &a, DB_TOOL), NOW, look, NULL, &n, &e), &e);
	arena_fini(&a);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM stock s WHERE s.on_hand <> (SELECT COALESCE(SUM(m.qty), 0)"
			     " FROM stock_movement m WHERE m.variant_id = s.variant_id)"),
	    0);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM stock WHERE on_hand < 0"), 0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM (SELECT entry_id FROM ledger_line GROUP BY entry_id"
			     " HAVING SUM(debit_minor) <> SUM(credit_minor)) x"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE o.total_minor <> o.shipping_minor + (SELECT"
			     " SUM(line_minor) FROM order_line l WHERE l.order_id = o.id)"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE (SELECT COUNT(*) FROM order_event v"
			     " WHERE v.order_id = o.id AND v.event = 0) <> 3"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE (SELECT COUNT(*) FROM outbox b WHERE b.kind = 'mail'"
			     " AND b.subject = CONCAT('order_placed/', o.id)) <> 1"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM cart c JOIN orders o ON o.order_key = c.order_key"
			     " WHERE c.is_open IS NOT NULL"),
	    0);
}

static struct checkout_draft
draft_with(const char *payment)
{
	return (struct checkout_draft){
	    .address = {{
		[ADDRESS_EMAIL] = STR_INIT("anna@example.org"),
		[ADDRESS_NAME] = STR_INIT("Anna Müßig"),
		[ADDRESS_STREET] = STR_INIT("Deich \"1\"\\"),
		[ADDRESS_POSTCODE] = STR_INIT("20095"),
		[ADDRESS_CITY] = STR_INIT("Hamburg"),
		[ADDRESS_COUNTRY] = STR_INIT("DE"),
	    }},
	    .shipping = STR_INIT("standard"),
	    .payment = str_z(payment),
	};
}

static struct cart_owner
owner(const struct session *s)
{
	return (struct cart_owner){.session_id = s->id, .lang = STR("en"), .fallback = STR("en")};
}

/* A visitor who has gone all the way to the review page. */
static void
prepare(struct shop *s, const unsigned *variants, size_t n, int qty, const char *payment, struct submit *out)
{
	struct checkout_draft draft = draft_with(payment);
	struct session *session;
	struct cart_owner own;
	struct checkout_plan plan;
	struct cart cart;
	struct err e = {0};
	bool found;

	ck_ok(session_create(s->db, &s->a, NOW, &session, &e), &e);
	own = owner(session);
	for (size_t i = 0; i < n; i++) {
		struct cart_change c = {session->id, variants[i], qty, NOW + (int64_t)i};

		ck_ok(cart_add(s->db, &c, &e), &e);
	}
	ck_ok(cart_find(s->db, &s->a, &own, &cart, &(struct checkout_draft){0}, &found, &e), &e);
	ck_assert(found);
	ck_ok(cart_draft_save(s->db, &s->a, cart.id, &draft, NOW, &e), &e);
	ck_ok(cart_find(s->db, &s->a, &own, &cart, &draft, &found, &e), &e);
	ck_ok(checkout_plan(&s->a, &s->rules, &cart, &draft, &plan, &e), &e);
	ck_assert_int_eq(plan.step, CHECKOUT_REVIEW);
	*out = (struct submit){.session = *session, .hash = plan.hash, .total_minor = plan.totals.total_minor};
	memcpy(out->key, cart.order_key, sizeof(out->key));
}

static void
prepare_one(struct shop *s, unsigned variant, struct submit *out)
{
	prepare(s, &variant, 1, 1, "transfer", out);
}

static bool
place(struct shop *s, const struct submit *sub, struct order_placed *placed, struct err *e)
{
	struct order_request rq = {.rules = &s->rules,
	    .session = &sub->session,
	    .owner = owner(&sub->session),
	    .note = STR("ring\ntwice"),
	    .key = str_n(sub->key, sizeof(sub->key)),
	    .seen_hash = sub->hash,
	    .seen_total_minor = sub->total_minor,
	    .now_s = NOW};

	*e = (struct err){0};
	db_deadline(s->db, clock_mono_ns() + 30 * CLOCK_S);
	return order_place(s->db, &s->a, &rq, placed, e);
}

struct crowd {
	atomic_int ready;
};

/* Runs `work(i)` in n processes that begin together. */
static void
run_crowd(int n, void (*work)(int i, void *arg), void *arg)
{
	struct crowd *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t *pids = calloc((size_t)n, sizeof(*pids));
	int status;

	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			atomic_fetch_add(&c->ready, 1);
			while (atomic_load(&c->ready) < n)
				usleep(200);
			work(i, arg);
			_exit(0);
		}
	}
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "process %d: status %x", i, status);
	}
	free(pids);
	munmap(c, sizeof(*c));
}

#define FAIL_UNLESS(cond)                                                                                              \
	do {                                                                                                           \
		if (!(cond)) {                                                                                         \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                                     \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)

static bool
order_of(struct shop *s, struct str token, struct order *o, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];

	ck_assert(secret_token_hash(token, hash));
	return order_get(s->db, &s->a, str_n(hash, sizeof(hash)), o, e);
}

START_TEST(order_is_written_whole_and_read_by_its_link)
{
	struct order_moments moments;
	struct order_placed placed;
	struct submit sub;
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
	ck_ok(order_moments_get(s.db, &s.a, o.id, &moments, &e), &e);
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
	ck_assert_int_eq(o.is.of[ORDER_MACHINE_ORDER], ORDER_ORDER_AWAITING_PAYMENT);
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

struct rush {
	struct submit sub[200];
	int n, processes;
	atomic_int placed, refused, kept;
};

static void
buy_in_rush(int i, void *arg)
{
	struct rush *r = arg;
	struct shop s;

	shop_open(&s, DB_WEB);
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
		if (e.kind != ERR_CONFLICT)
			fprintf(stderr, "%s\n", e.msg);
		FAIL_UNLESS(e.kind == ERR_CONFLICT);
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

/* Each fault at every exchange with the database in turn, until one is past the last. */
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
	ck_ok(order_expire(s.db, &s.a, NOW, 100, &n, &e), &e);
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
	ck_assert_int_eq(o.is.of[ORDER_MACHINE_ORDER], ORDER_ORDER_EXPIRED);
	ck_assert_int_eq(o.is.of[ORDER_MACHINE_PAYMENT], ORDER_PAYMENT_DROPPED);
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

INTEG_MAIN("order", false, cart_of_a_new_session_is_one_cart_also_when_its_first_forms_come_at_once,
    cart_joins_steps_removes_and_says_what_changed, order_is_written_whole_and_read_by_its_link,
    order_submitted_again_is_shown_to_its_session_and_to_no_other,
    order_is_refused_when_it_is_not_what_was_shown_and_the_cart_stays,
    order_200_buyers_32_at_a_time_and_10_in_stock_are_exactly_10_orders,
    order_100_carts_each_submitted_4_times_at_once_are_exactly_100_orders,
    order_is_placed_exactly_once_whatever_exchange_a_fault_meets,
    order_is_placed_exactly_once_when_the_worker_is_killed_and_the_buyer_tries_again,
    order_unpaid_gives_its_stock_back_once_even_with_several_jobs,
    sale_tells_the_cache_only_when_the_availability_class_changes)
