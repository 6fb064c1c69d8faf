/* Invoices and credit notes: which are due, their sums, and their numbers while processes are killed. */
#include <signal.h>

#include "crowd.h"
#include "jobs/events.h"
#include "life.h"
#include "work/document/document_issue.h"
#include "work/document/document_json.h"

#define VERBS 10
#define INVOICES 40 /* KONTOR_TEST_INVOICES: another number */
#define ISSUERS 8
#define KILL_US 20000

/* What a shop needs to issue documents. */
static void
desk_conf(struct shop *s)
{
	const char *src = getenv("top_srcdir"), *build = getenv("top_builddir");

	s->conf.paths_template_dir = str_fmt(&s->a, "%s/templates", src == NULL ? ".." : src);
	s->conf.paths_locale_dir = str_fmt(&s->a, "%s/po", build == NULL ? "." : build);

	s->conf.site_address = STR("Deichstraße 1\n20459 Hamburg");
	s->conf.site_vat_id = STR("DE123456789");
	s->conf.order_bank = STR("Kontor\nIBAN DE89 3704 0044 0532 0130 00");
}

static void
desk_join(struct shop *s, struct document_shop *desk)
{
	struct err e = {0};

	desk_conf(s);
	ck_ok(document_shop_open(&s->a, &s->conf, desk, &e), &e);
}

/* The same, with no document yet. */
static void
desk_open(struct shop *s, struct document_shop *desk)
{
	desk_join(s, desk);
	run_sql("DELETE FROM document; DELETE FROM document_series;");
}

static struct document_issued
issue(struct shop *s, const struct document_shop *desk, uint64_t order)
{
	struct document_issued done;
	struct err e = {0};

	db_deadline(s->db, clock_mono_ns() + 60 * CLOCK_S);
	ck_ok(document_issue(s->db, &s->a, desk, order, &done, &e), &e);
	return done;
}

/* The documents of an order add up to what the ledger says that it sold, in total and in tax. */
static long long
sold_differs(uint64_t order)
{
	return number("SELECT COALESCE((SELECT SUM(IF(kind = 0, total_minor, -total_minor)) FROM document WHERE"
		      " order_id = %llu), 0) - COALESCE((SELECT SUM(x.debit_minor - x.credit_minor) FROM ledger_entry e"
		      " JOIN ledger_line x ON x.entry_id = e.id AND x.account = 'receivable' WHERE e.order_id = %llu"
		      " AND e.kind NOT IN (2, 3)), 0)",
	    (unsigned long long)order, (unsigned long long)order);
}

static long long
tax_differs(uint64_t order)
{
	return number("SELECT COALESCE((SELECT SUM(IF(kind = 0, 1, -1) * JSON_VALUE(json, '$.tax')) FROM document WHERE"
		      " order_id = %llu), 0) - COALESCE((SELECT SUM(x.credit_minor - x.debit_minor) FROM ledger_entry e"
		      " JOIN ledger_line x ON x.entry_id = e.id AND x.account = 'tax' WHERE e.order_id = %llu), 0)",
	    (unsigned long long)order, (unsigned long long)order);
}

static const struct {
	enum life_kind kind;
	enum life_verb verbs[VERBS]; /* ended by LIFE__MAX; after each the documents that are due are issued */
	const char *documents;       /* kind and total */
} stories[] = {
    {LIFE_TRANSFER, {LIFE_PAY, LIFE__MAX}, ""},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_CANCEL_ALL, LIFE_REFUND_OWED, LIFE__MAX}, ""},
    {LIFE_TRANSFER, {LIFE_EXPIRE, LIFE__MAX}, ""},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_DELIVER, LIFE__MAX}, "0:3490"},
    {LIFE_COLLECTED, {LIFE_PAY, LIFE_SHIP_ALL, LIFE__MAX}, "0:3000"},
    /* one invoice, with the last parcel */
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ONE, LIFE__MAX}, ""},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ONE, LIFE_SHIP_ALL, LIFE__MAX}, "0:3490"},
    /* cut pieces are not on it; the cut makes it due */
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_CANCEL_ONE, LIFE_SHIP_ALL, LIFE__MAX}, "0:2490"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ONE, LIFE_CANCEL_ALL, LIFE__MAX}, "0:1490"},
    /* a refund before it makes a credit note after it */
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_REFUND_AMOUNT, LIFE_SETTLE_DONE, LIFE_SHIP_ALL, LIFE__MAX}, "0:3490 1:130"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_REFUND_AMOUNT, LIFE_SETTLE_DONE, LIFE__MAX}, "0:3490 1:130"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_REFUND_ALL, LIFE__MAX}, "0:3490 1:3490"},
    {LIFE_TRANSFER,
	{LIFE_PAY, LIFE_SHIP_ALL, LIFE_RETURN_ONE, LIFE_RECEIVE_ONE, LIFE_REFUND_RETURN, LIFE_SETTLE_DONE, LIFE__MAX},
	"0:3490 1:1000"},
    /* money that was never owed is not the invoice's */
    {LIFE_TRANSFER, {LIFE_PAY_MORE, LIFE_SHIP_ALL, LIFE_REFUND_OWED, LIFE__MAX}, "0:3490"},
    /* goods that come back unpaid, some and all */
    {LIFE_ON_DELIVERY, {LIFE_SHIP_ALL, LIFE_RETURN_ONE, LIFE_RECEIVE_ONE, LIFE_PAY, LIFE__MAX}, "0:3490 1:1000"},
    {LIFE_ON_DELIVERY, {LIFE_SHIP_ALL, LIFE_RETURN_ALL, LIFE_RECEIVE_ALL, LIFE__MAX}, "0:3490 1:3490"},
    {LIFE_ON_DELIVERY,
	{LIFE_SHIP_ALL, LIFE_RETURN_ONE, LIFE_RECEIVE_ONE, LIFE_RETURN_ALL, LIFE_RECEIVE_ALL, LIFE__MAX},
	"0:3490 1:1000 1:2490"},
    /* a line that is added later has an invoice of its own */
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_ADD, LIFE_PAY, LIFE_SHIP_ALL, LIFE__MAX}, "0:3490 0:700"},
    {LIFE_FREE, {LIFE_SHIP_ALL, LIFE__MAX}, ""},
};

START_TEST(each_story_has_the_documents_that_the_law_asks_for)
{
	struct document_shop desk;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	desk_open(&s, &desk);
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		struct life l = life_begin(&s, stories[i].kind);
		unsigned long long id = l.order;

		for (const enum life_verb *v = stories[i].verbs; *v != LIFE__MAX; v++) {
			struct err e = {0};

			ck_ok(life_do(&l, *v, 1, &e), &e);
			if (*v != LIFE_EXPIRE)
				l.owed_minor = l.done.owed_minor;
			(void)issue(&s, &desk, l.order);
		}
		ck_assert_msg(number("SELECT '%s' = COALESCE(GROUP_CONCAT(CONCAT(kind, ':', total_minor) ORDER BY id"
				     " SEPARATOR ' '), '') FROM document WHERE order_id = %llu",
				  stories[i].documents, id)
				== 1,
		    "story %zu, order %llu: not %s", i, id, stories[i].documents);
		if (stories[i].documents[0] != '\0') {
			ck_assert_msg(sold_differs(l.order) == 0, "story %zu", i);
			ck_assert_msg(tax_differs(l.order) == 0, "story %zu: tax", i);
		}
		ck_assert_uint_eq(issue(&s, &desk, l.order).n, 0);
	}
	check_books();
	shop_close(&s);
}
END_TEST

/* Whatever happens to an order, in any order: once all of it is sent, its documents are worth what was sold. */
START_TEST(documents_of_random_orders_add_up)
{
	struct document_shop desk;
	unsigned seed = 16, whole = 0;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	desk_open(&s, &desk);
	for (int i = 0; i < 60; i++) {
		struct life l = life_begin(&s, i % 3 == 2 ? LIFE_ON_DELIVERY : LIFE_TRANSFER);
		struct err e = {0};

		for (int k = 0; k < 14; k++) {
			enum life_verb verb = k == 0 ? LIFE_PAY : (enum life_verb)((unsigned)rand_r(&seed) % LIFE__MAX);

			if (life_do(&l, verb, 1 + rand_r(&seed) % 2, &e) && verb != LIFE_EXPIRE)
				l.owed_minor = l.done.owed_minor;
			err_clear(&e);
			(void)issue(&s, &desk, l.order);
		}
		(void)life_do(&l, LIFE_SHIP_ALL, 1, &e);
		(void)issue(&s, &desk, l.order);
		if (number("SELECT COUNT(*) FROM document WHERE order_id = %llu", (unsigned long long)l.order) == 0
		    || number("SELECT SUM(l.qty) - (SELECT COALESCE(SUM(p.qty), 0) FROM parcel_line p WHERE p.order_id"
			      " = l.order_id) - (SELECT COALESCE(SUM(c.qty), 0) FROM order_cut c WHERE c.order_id ="
			      " l.order_id) FROM order_line l WHERE l.order_id = %llu",
			   (unsigned long long)l.order)
			   > 0)
			continue;
		whole++;
		ck_assert_msg(sold_differs(l.order) == 0, "order %llu: %lld", (unsigned long long)l.order,
		    sold_differs(l.order));
		if (number("SELECT COUNT(*) FROM document WHERE kind = 0 AND order_id = %llu",
			(unsigned long long)l.order)
		    == 1)
			ck_assert_msg(tax_differs(l.order) == 0, "order %llu: tax %lld", (unsigned long long)l.order,
			    tax_differs(l.order));
	}
	printf("# %u orders with documents that were sent as a whole\n", whole);
	ck_assert_uint_gt(whole, 10);
	check_books();
	shop_close(&s);
}
END_TEST

static uint64_t
sent_order(struct shop *s)
{
	struct life l = life_begin(s, LIFE_TRANSFER);
	struct err e = {0};

	ck_ok(life_do(&l, LIFE_PAY, 1, &e) && life_do(&l, LIFE_SHIP_ALL, 1, &e), &e);
	return l.order;
}

struct issuers {
	size_t n;
	uint64_t *order;
};

static void
issue_all(const struct issuers *x, size_t who)
{
	struct document_shop desk;
	struct shop s;

	shop_open(&s, DB_TOOL);
	desk_join(&s, &desk);
	for (size_t i = 0; i < x->n; i++) {
		struct arena_mark mark = arena_mark(&s.a);
		struct document_issued done;
		struct err e = {0};

		db_deadline(s.db, clock_mono_ns() + 60 * CLOCK_S);
		if (!document_issue(s.db, &s.a, &desk, x->order[(i + who * x->n / ISSUERS) % x->n], &done, &e)) {
			fprintf(stderr, "%s\n", e.msg);
			_exit(1);
		}
		arena_rewind(&s.a, mark);
	}
	_exit(0);
}

static pid_t
issuer(const struct issuers *x, size_t who)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		issue_all(x, who);
	return pid;
}

START_TEST(numbers_have_neither_gap_nor_double_while_issuers_are_killed)
{
	const char *most = getenv("KONTOR_TEST_INVOICES");
	struct issuers x = {.n = most == NULL ? INVOICES : (size_t)strtol(most, NULL, 10)};
	pid_t pid[ISSUERS];
	unsigned seed = 1, kills = 0, running = ISSUERS;
	int status;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	run_sql("DELETE FROM document; DELETE FROM document_series;");
	x.order = ARENA_ARRAY(&s.a, uint64_t, x.n);
	for (size_t i = 0; i < x.n; i++)
		x.order[i] = sent_order(&s);
	for (size_t i = 0; i < ISSUERS; i++)
		pid[i] = issuer(&x, i);
	/* each is killed a few times, wherever it is, and another one takes its place */
	while (kills < 24 && number("SELECT COUNT(*) FROM document") < (long long)x.n) {
		size_t i = (size_t)rand_r(&seed) % ISSUERS;

		usleep((unsigned)rand_r(&seed) % KILL_US);
		ck_assert_int_eq(kill(pid[i], SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
		kills += WIFSIGNALED(status);
		pid[i] = issuer(&x, i);
	}
	while (running-- > 0) {
		ck_assert_int_eq(waitpid(pid[running], &status, 0), pid[running]);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
	}
	printf("# %zu invoices by %d processes, %u of them killed\n", x.n, ISSUERS, kills);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM document"), (long long)x.n);
	ck_assert_int_eq(number("SELECT COUNT(DISTINCT order_id) FROM document"), (long long)x.n);
	ck_assert_int_eq(number("SELECT MAX(seq) FROM document"), (long long)x.n);
	ck_assert_int_eq(number("SELECT COUNT(DISTINCT number) FROM document"), (long long)x.n);
	ck_assert_int_eq(number("SELECT last_seq FROM document_series"), (long long)x.n);
	check_books();
	shop_close(&s);
}
END_TEST

/* Each exchange of the transaction fails in turn. */
START_TEST(a_failure_anywhere_gives_the_number_back)
{
	struct document_shop desk;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	desk_open(&s, &desk);
	for (unsigned n = 1; n <= 24; n++) {
		uint64_t order = sent_order(&s);
		struct document_issued done;
		struct err e = {0};

		db_deadline(s.db, clock_mono_ns() + 60 * CLOCK_S);
		db_fault(s.db, n, n % 3 == 0 ? 1062 : n % 3 == 1 ? DB_FAULT_LOST_AFTER : 1213);
		if (document_issue(s.db, &s.a, &desk, order, &done, &e))
			ck_assert_uint_le(done.n, 1);
		db_fault(s.db, 0, 0);
		(void)issue(&s, &desk, order);
		ck_assert_int_eq(
		    number("SELECT COUNT(*) FROM document WHERE order_id = %llu", (unsigned long long)order), 1);
	}
	ck_assert_int_eq(number("SELECT MAX(seq) - COUNT(*) FROM document"), 0);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(the_page_is_made_again_from_its_facts_whatever_the_shop_is_now)
{
	struct document_shop desk, later;
	struct document_full d;
	struct err e = {0};
	struct shop s;
	struct str page;

	life_goods();
	shop_open(&s, DB_TOOL);
	desk_open(&s, &desk);
	ck_ok(document_get(s.db, &s.a, issue(&s, &desk, sent_order(&s)).number[0], &d, &e), &e);
	ck_assert_int_ge(str_find(d.page, STR("Anna M\xc3\xbc\xc3\x9fig")), 0);
	ck_assert_int_ge(str_find(d.page, STR("DE123456789")), 0);
	ck_assert_int_ge(str_find(d.page, d.row.number), 0);
	s.conf.site_name = STR("Another name");
	s.conf.site_address = STR("Elsewhere");
	run_sql("UPDATE orders SET email = ''; UPDATE order_address SET name = '';"
		" UPDATE order_line SET title = 'another';");
	ck_ok(document_shop_open(&s.a, &s.conf, &later, &e), &e);
	ck_ok(document_page(&s.a, &later.paper, d.json, &page, &e), &e);
	ck_assert(str_eq(page, d.page));
	ck_assert(str_eq(d.row.template, later.template));
	shop_close(&s);
}
END_TEST

static const struct {
	const char *fault, *what;
} forged[] = {
    {"UPDATE document SET json = REPLACE(json, 'Hamburg', 'Bremen') WHERE seq = 2", "document R-%-0002"},
    {"UPDATE document SET page = CONCAT(page, ' ') WHERE seq = 3", "document R-%-0003"},
    {"UPDATE document SET template = 'x' WHERE seq = 1", "document R-%-0001"},
    {"DELETE FROM document WHERE seq = 2", "document R-%-0003"},
    {"DELETE FROM document WHERE seq = 3", "series R-%"},
    {"UPDATE document SET total_minor = 1 WHERE seq = 1", "document R-%-0001"},
    {"UPDATE document SET json = REPLACE(json, 'Hamburg', 'Bremen'), sha256 = UNHEX(SHA2(CONCAT(prev_sha256, number,"
     " 0x0A, template, 0x0A, json, 0x0A, page), 256)) WHERE seq = 2",
	"document R-%-0003"},
    {"UPDATE document SET json = REPLACE(json, 'Hamburg', 'Bremen'), sha256 = UNHEX(SHA2(CONCAT(prev_sha256, number,"
     " 0x0A, template, 0x0A, json, 0x0A, page), 256)) WHERE seq = 3",
	"series R-%"},
};

START_TEST(verify_finds_what_was_forged)
{
	struct document_shop desk;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	desk_open(&s, &desk);
	for (int i = 0; i < 3; i++)
		(void)issue(&s, &desk, sent_order(&s));
	run_sql("CREATE TABLE kept AS SELECT * FROM document;");
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		struct document_breaches b;
		struct err e = {0};

		ck_ok(document_check(s.db, &s.a, &b, &e), &e);
		ck_assert_uint_eq(b.n, 0);
		services_sql(&services, forged[i].fault);
		ck_ok(document_check(s.db, &s.a, &b, &e), &e);
		ck_assert_msg(b.n > 0 && number("SELECT '%s' LIKE '%s'", b.v[0].what.p, forged[i].what) == 1, "%s: %s",
		    forged[i].fault, b.n > 0 ? b.v[0].what.p : "nothing");
		run_sql("DELETE FROM document; INSERT INTO document SELECT * FROM kept;");
	}
	run_sql("DROP TABLE kept;");
	shop_close(&s);
}
END_TEST

/* The event of the last parcel issues the invoice, with the rights of kontor-jobs; a template that fails holds no
 * mail. */
START_TEST(the_event_issues_the_invoice_and_does_not_wait_for_it)
{
	struct event_run events;
	struct outbox_run run;
	struct err e = {0};
	struct shop s, jobs;
	bool more;

	life_goods();
	shop_open(&s, DB_TOOL);
	shop_open(&jobs, DB_JOBS);
	desk_conf(&jobs);
	run_sql("DELETE FROM document; DELETE FROM document_series; DELETE FROM outbox;");
	events = (struct event_run){.db = jobs.db, .a = &jobs.a, .conf = &jobs.conf};
	run = (struct outbox_run){.db = jobs.db,
	    .a = &jobs.a,
	    .kind = "event",
	    .deliver = event_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + 60 * CLOCK_S};
	db_deadline(jobs.db, clock_mono_ns() + 60 * CLOCK_S);
	(void)sent_order(&s);
	ck_ok(outbox_run(&run, &more, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM document WHERE kind = 0"), 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE kind = 'cache' AND version = (1 << 62) +"
				" (SELECT cause FROM document)"),
	    1);
	jobs.conf.merchant++;
	jobs.conf.paths_template_dir = STR("/nowhere");
	(void)sent_order(&s);
	ck_ok(outbox_run(&run, &more, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM document"), 1);
	ck_assert_int_gt(number("SELECT COUNT(*) FROM outbox WHERE kind = 'document' AND state = 0"), 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND subject LIKE 'shipped/%%'"), 2);
	shop_close(&jobs);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("documents", false, each_story_has_the_documents_that_the_law_asks_for, documents_of_random_orders_add_up,
    numbers_have_neither_gap_nor_double_while_issuers_are_killed, a_failure_anywhere_gives_the_number_back,
    the_page_is_made_again_from_its_facts_whatever_the_shop_is_now,
    verify_finds_what_was_forged, the_event_issues_the_invoice_and_does_not_wait_for_it)
