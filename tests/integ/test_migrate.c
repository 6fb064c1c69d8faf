#include <limits.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/text/file.h"
#include "store/admin/migrate.h"
#include "store/admin/schema.h"
#include "store/sql.h"
#include "work/outbox_run.h"

static struct arena arena;
static struct conf conf;
static struct db_login logins[DB_ACCOUNT__MAX];
static char dir[96];

static void
write_sql(const char *name, const char *text)
{
	FILE *f = fopen(str_fmt(&arena, "%s/%s", dir, name).p, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* An empty database, and a folder with one migration. */
static void
begin(void)
{
	arena_init(&arena, (size_t)256 << 20);
	services_conf(&services, &arena, &conf);
	services_sql(&services, "CREATE OR REPLACE DATABASE kontor");
	snprintf(dir, sizeof(dir), "%s/sql-XXXXXX", services.dir);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_sql("0001_one.sql", "CREATE TABLE one (a INT);\nINSERT INTO one VALUES (1);\n");
}

static void
say(const char *text)
{
	(void)text;
}

static bool
migrate(struct migrate *m, struct err *e)
{
	struct db_setup setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);

	db_login_all(&conf, logins);
	m->logins = logins;
	m->dir = m->dir == NULL ? dir : m->dir;
	m->say = say;
	return db_open(&arena, &setup, &m->db, e) && migrate_run(m, &arena, e);
}

#define ck_refused(m, e, kind_, says)                                                                                  \
	do {                                                                                                           \
		ck_assert(!migrate((m), (e)));                                                                         \
		ck_assert_msg((e)->kind == (kind_) && strstr((e)->msg, (says)) != NULL, "%d %s", (e)->kind, (e)->msg); \
	} while (0)

START_TEST(migrating_twice_applies_once)
{
	struct migrate m = {0}, again = {0};
	struct err e = {0};

	begin();
	ck_ok(migrate(&m, &e), &e);
	ck_assert_uint_eq(m.n_applied, 1);
	ck_ok(migrate(&again, &e), &e);
	ck_assert_uint_eq(again.n_applied, 0);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM one"), 1);
	write_sql("0002_two.sql", "INSERT INTO one VALUES (2);");
	ck_ok(migrate(&again, &e), &e);
	ck_assert_uint_eq(again.n_applied, 1);
	ck_assert_int_eq(services_number(&services, "SELECT SUM(a) FROM one"), 3);
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	struct migrate m = {.dry_run = true};
	struct err e = {0};

	begin();
	ck_ok(migrate(&m, &e), &e);
	ck_assert_uint_eq(m.n_waiting, 1);
	ck_assert_int_eq(
	    services_number(&services, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'kontor'"),
	    0);
}
END_TEST

START_TEST(a_changed_file_is_refused_by_name)
{
	struct migrate m = {0};
	struct err e = {0};

	begin();
	ck_ok(migrate(&m, &e), &e);
	write_sql("0001_one.sql", "CREATE TABLE one (a INT);\nINSERT INTO one VALUES (7);\n");
	ck_refused(&m, &e, ERR_INPUT, "0001_one.sql was changed after it was applied");
}
END_TEST

START_TEST(a_gap_or_a_double_number_is_refused)
{
	struct migrate m = {0};
	struct err e = {0};

	begin();
	write_sql("0003_three.sql", "DO 1;");
	ck_refused(&m, &e, ERR_INPUT, "0003_three.sql, expected number 0002");
	write_sql("0002_two.sql", "DO 1;");
	write_sql("0002_too.sql", "DO 1;");
	err_clear(&e);
	ck_refused(&m, &e, ERR_INPUT, "expected number 0003");
}
END_TEST

START_TEST(wrong_sql_is_told_with_file_and_line_and_can_be_resumed)
{
	struct migrate m = {0}, resume = {.resume = true};
	struct err e = {0};

	begin();
	write_sql(
	    "0002_bad.sql", "INSERT INTO one VALUES (2);\n-- now a mistake\n\nINSERT INTO none VALUES (3);\nDO 1;\n");
	ck_refused(&m, &e, ERR_UPSTREAM, "0002_bad.sql:4: ");
	ck_assert_int_eq(e.code, ER_NO_SUCH_TABLE);
	err_clear(&e);
	ck_refused(&m, &e, ERR_UPSTREAM, "0002_bad.sql:4: ");
	write_sql("0002_bad.sql", "INSERT INTO one VALUES (2);\nINSERT INTO one VALUES (3);\n");
	err_clear(&e);
	ck_refused(&m, &e, ERR_CONFLICT, "0002_bad.sql is half applied (1 of its statements");
	err_clear(&e);
	ck_ok(migrate(&resume, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT SUM(a) FROM one"), 6);
	ck_ok(migrate(&m, &e), &e);
}
END_TEST

START_TEST(a_database_newer_than_the_program_is_refused)
{
	struct migrate m = {0};
	struct err e = {0};

	begin();
	write_sql("0002_two.sql", "DO 1;");
	ck_ok(migrate(&m, &e), &e);
	ck_assert_int_eq(unlink(str_fmt(&arena, "%s/0002_two.sql", dir).p), 0);
	ck_refused(&m, &e, ERR_CONFLICT, "0002_two.sql, which is newer");
}
END_TEST

START_TEST(two_migrators_at_once_apply_once)
{
	struct migrate m = {0};
	struct err e = {0};
	int status;
	pid_t pid;

	begin();
	write_sql("0002_slow.sql", "DO SLEEP(0.5);\nINSERT INTO one VALUES (2);");
	pid = fork();
	if (pid == 0)
		_exit(migrate(&m, &e) ? (int)m.n_applied : 100);
	ck_ok(migrate(&m, &e), &e);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq((int)m.n_applied + WEXITSTATUS(status), 2);
	ck_assert_int_eq(services_number(&services, "SELECT SUM(a) FROM one"), 3);
}
END_TEST

/* Every kind of statement. Executed twice, each of them would fail or show. The last one depends on the session. */
static const char kinds_of_statement[] =
    "SET @kontor_c = 4;\n"
    "CREATE TABLE two (a INT NOT NULL PRIMARY KEY, b INT NOT NULL, c INT NOT NULL) ENGINE=InnoDB;\n"
    "INSERT INTO one SELECT a + 1 FROM one;\n"
    "UPDATE one SET a = a + 10;\n"
    "ALTER TABLE two ADD COLUMN d INT NOT NULL, DROP COLUMN b;\n"
    "ALTER TABLE two ADD UNIQUE KEY two_c (c);\n"
    "ALTER TABLE two ADD CONSTRAINT two_positive CHECK (c > 0);\n"
    "CREATE TABLE three (a INT NOT NULL, CONSTRAINT three_fk FOREIGN KEY (a) REFERENCES two (a)) ENGINE=InnoDB;\n"
    "ALTER TABLE three CHANGE a z INT NOT NULL;\n"
    "CREATE INDEX three_z ON three (z);\n"
    "RENAME TABLE three TO four;\n"
    "ALTER TABLE two MODIFY c BIGINT NOT NULL, COLLATE utf8mb4_bin;\n"
    "DELETE FROM one WHERE a = 12;\n"
    "INSERT INTO two (a, c, d) SELECT 7, @kontor_c, 0;\n"
    "ALTER TABLE four DROP FOREIGN KEY three_fk, DROP KEY three_z;\n"
    "DROP TABLE four;\n";

static struct db *
open_plain(struct arena *a)
{
	struct db_setup setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);
	struct err e = {0};
	struct db *db;

	ck_ok(db_open(a, &setup, &db, &e), &e);
	return db;
}

/* The schema and the record of the migrations, as they are now. */
static struct str
state_now(struct arena *a)
{
	struct schema s;
	struct err e = {0};
	struct db_rows rows;
	struct db *db = open_plain(a);
	struct buf b;

	buf_init(&b, a, (size_t)1 << 20);
	ck_ok(schema_read(db, a, &s, &e), &e);
	schema_print(&s, &b);
	ck_ok(db_get(db_query(db, SQL_SCHEMA_STEPS), a, &rows, &e), &e);
	if (c_i64(&rows) != 0)
		buf_fmt(&b, "%lld", services_number(&services,
			"SELECT COALESCE(SUM(version * 1000000 + begun * 10000 + done * 10 + (finished_at IS NULL)), 0)"
			" FROM schema_migration"));
	db_close(db);
	return buf_str(&b);
}

/* One run that loses its connection after the server has executed the n-th exchange (0: none). True if it came to its
 * end. *now is the state that it leaves. */
static bool
run_until(const char *from, unsigned n, struct arena *a, struct str *now)
{
	struct migrate m = {.dir = from, .logins = logins, .say = say, .db = open_plain(a)};
	struct err e = {0};
	bool ok;

	db_fault(m.db, n, DB_FAULT_LOST_AFTER);
	ok = migrate_run(&m, a, &e);
	db_close(m.db);
	ck_assert_msg(ok || e.kind == ERR_UPSTREAM, "killed at exchange %u: %s", n, e.msg);
	*now = state_now(a);
	return ok;
}

/* Kills a run after each exchange that changes anything, so that the next run begins at each state that a kill can
 * leave. In between, runs die before they change anything. Returns the number of these states. */
static unsigned
kill_everywhere(const char *from)
{
	unsigned first = 1, n = 1, states = 0;
	struct str before = STR("");

	for (;; n++) {
		struct arena a;
		struct str now;
		bool ok;

		arena_init(&a, (size_t)64 << 20);
		ok = run_until(from, n, &a, &now);
		if (!ok && !str_eq(now, before)) {
			before = str_dup(&arena, now);
			first = n < 12 ? 1 : n - 5;
			n = first;
			states++;
		}
		arena_fini(&a);
		if (ok)
			return states;
		ck_assert_uint_lt(n, 1000);
	}
}

static void
compare_killed(const char *from, unsigned least)
{
	struct str whole, killed;
	unsigned states;

	db_login_all(&conf, logins);
	services_sql(&services, "CREATE OR REPLACE DATABASE kontor");
	ck_assert(run_until(from, 0, &arena, &whole));
	services_sql(&services, "CREATE OR REPLACE DATABASE kontor");
	states = kill_everywhere(from);
	killed = state_now(&arena);
	ck_assert_msg(str_eq(whole, killed), "after kills:\n%s\nwithout:\n%s", killed.p, whole.p);
	ck_assert_msg(states >= least, "%u states", states);
}

START_TEST(a_migration_killed_at_each_exchange_is_continued_by_the_next_run)
{
	begin();
	write_sql("0002_kinds.sql", kinds_of_statement);
	compare_killed(dir, 45);
	ck_assert_int_eq(services_number(&services, "SELECT SUM(a) FROM one"), 11);
	ck_assert_int_eq(services_number(&services, "SELECT c FROM two"), 4);
}
END_TEST

START_TEST(the_shops_migrations_killed_at_each_exchange_are_continued_by_the_next_run)
{
	begin();
	compare_killed(str_fmt(&arena, "%s/etc/sql", getenv("top_srcdir")).p, 100);
}
END_TEST

static void
migrate_real(void)
{
	struct migrate m = {.dir = str_fmt(&arena, "%s/etc/sql", getenv("top_srcdir")).p};
	struct err e = {0};

	ck_ok(migrate(&m, &e), &e);
	ck_assert_uint_eq(m.n_applied, SQL_SCHEMA);
}

/* Views and rights are those of the release. */
static void
migrate_again(void)
{
	struct migrate m = {.dir = str_fmt(&arena, "%s/etc/sql", getenv("top_srcdir")).p};
	struct err e = {0};

	ck_ok(migrate(&m, &e), &e);
}

static void
take_real(const char *name)
{
	const char *from = str_fmt(&arena, "%s/etc/sql/%s", getenv("top_srcdir"), name).p;
	char here[PATH_MAX];

	ck_assert_ptr_nonnull(realpath(from, here));
	ck_assert_int_eq(symlink(here, str_fmt(&arena, "%s/%s", dir, name).p), 0);
}

START_TEST(the_search_index_of_the_first_schema_is_taken_over)
{
	struct migrate m = {0};
	struct err e = {0};

	begin();
	ck_assert_int_eq(unlink(str_fmt(&arena, "%s/0001_one.sql", dir).p), 0);
	take_real("0001_schema.sql");
	ck_ok(migrate(&m, &e), &e);
	services_sql(&services, "INSERT INTO search_token (lang, token, product_id, weight) VALUES"
				" ('en', 'tea', 16383, 1), ('en', 'tea', 16384, 1), ('en', 'tea', 16385, 1),"
				" ('en', 'pot', 16385, 1), ('de', 'tea', 16385, 1)");
	take_real("0002_search_blocks.sql");
	ck_ok(migrate(&m, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM search_block"), 4);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM search_block WHERE token = 'tea' AND"
						    " lang = 'en' AND (block = 0 AND HEX(ids) = '3FFF'"
						    " OR block = 1 AND HEX(ids) IN ('00000001', '00010000'))"),
	    2);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM search_words"), 4);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM search_words WHERE product_id = 16385"
						    " AND lang = 'en' AND REPLACE(words, CHAR(10), ' ')"
						    " IN ('pot tea', 'tea pot')"),
	    1);
}
END_TEST

#define OUTBOX_MIGRATION "0011_mail_documents.sql"
#define OLD_MAILS 10000

static bool
deliver_none(void *ctx, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	(void)ctx;
	(void)r;
	(void)e;
	ck_abort_msg("%.*s was delivered", STR_ARG(x->subject));
	return false;
}

/* The migrations before the one that lets mail leave. */
static void
take_earlier(void)
{
	struct str *names;
	struct err e = {0};
	size_t n;

	ck_assert_int_eq(unlink(str_fmt(&arena, "%s/0001_one.sql", dir).p), 0);
	ck_ok(
	    file_list(&arena, str_fmt(&arena, "%s/etc/sql", getenv("top_srcdir")).p, STR(".sql"), &names, &n, &e), &e);
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i].p, OUTBOX_MIGRATION) < 0)
			take_real(names[i].p);
}

/* Nobody delivered the mail of earlier releases. What their workers write during the upgrade is kept. */
START_TEST(no_mail_of_earlier_releases_leaves_after_an_upgrade)
{
	struct migrate m = {0}, again = {0};
	struct outbox_run run = {.a = &arena, .kind = "mail", .deliver = deliver_none, .lease_s = 60,
	    .until_ns = CLOCK_NEVER};
	struct err e = {0};
	bool more;

	begin();
	take_earlier();
	ck_ok(migrate(&m, &e), &e);
	services_sql(&services,
	    str_fmt(&arena, "INSERT INTO outbox (kind, subject, version, payload, state, due_at, created_at)"
			    " SELECT 'mail', CONCAT('order_placed/', seq), 1,"
			    " CONCAT('{\"order\":', seq, ',\"lang\":\"en\",\"token\":\"secret\"}'), 0, 5, 5"
			    " FROM seq_1_to_%d",
		OLD_MAILS).p);
	services_sql(&services, "INSERT INTO outbox (kind, subject, version, payload, due_at, created_at)"
				" VALUES ('cache', 'order/3', 1, '', 5, 5)");
	take_real(OUTBOX_MIGRATION);
	ck_ok(migrate(&again, &e), &e);
	ck_assert_uint_eq(again.n_applied, 1);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM outbox WHERE state = 3 AND payload = ''"
						    " AND done_at >= UNIX_TIMESTAMP() - 600 AND due_at = done_at"),
	    OLD_MAILS);
	ck_assert_int_eq(
	    services_number(&services, "SELECT COUNT(*) FROM outbox WHERE state = 0 AND kind = 'cache'"), 1);
	migrate_again();
	run.db = services_db(&services, &arena, DB_JOBS);
	ck_ok(outbox_run(&run, &more, &e), &e);
	services_sql(&services, "INSERT INTO outbox (kind, subject, version, payload, due_at, created_at)"
				" VALUES ('mail', 'order_placed/10001', 1, '{}', 5, 5)");
	migrate_again();
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM outbox WHERE state = 0 AND kind = 'mail'"
						    " AND payload = '{}'"), 1);
}
END_TEST

START_TEST(a_worker_takes_its_own_schema_or_the_next)
{
	static const struct {
		int version;
		bool fits;
	} cases[] = {{SQL_SCHEMA - 1, false}, {SQL_SCHEMA, true}, {SQL_SCHEMA + 1, true}, {SQL_SCHEMA + 2, false}};

	begin();
	migrate_real();
	services_sql(&services, str_fmt(&arena, "DELETE FROM schema_migration WHERE version < %d", SQL_SCHEMA).p);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct db_setup setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_WEB), NULL, DB_WEB);
		struct err e = {0};
		struct db *db;

		services_sql(
		    &services, str_fmt(&arena, "UPDATE schema_migration SET version = %d ORDER BY version DESC LIMIT 1",
				   cases[i].version)
				   .p);
		ck_ok(db_open(&arena, &setup, &db, &e), &e);
		ck_assert_msg(db_connect(db, &e) == cases[i].fits, "%d: %s", cases[i].version, e.msg);
		if (cases[i].fits)
			continue;
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		ck_assert_msg(
		    strstr(e.msg, i == 0 ? "run `kontor migrate`" : "install the release") != NULL, "%s", e.msg);
	}
}
END_TEST

START_TEST(a_worker_without_a_schema_says_what_to_do)
{
	struct db_setup setup;
	struct err e = {0};
	struct db *db;

	begin();
	services_sql(&services, "GRANT SELECT ON kontor.* TO kontor_web@localhost");
	setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_WEB), NULL, DB_WEB);
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	ck_assert(!db_connect(db, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(e.msg, "kontor migrate"));
}
END_TEST

INTEG_MAIN("migrate", true, migrating_twice_applies_once, a_dry_run_changes_nothing, a_changed_file_is_refused_by_name,
    a_gap_or_a_double_number_is_refused, wrong_sql_is_told_with_file_and_line_and_can_be_resumed,
    a_database_newer_than_the_program_is_refused, two_migrators_at_once_apply_once,
    a_migration_killed_at_each_exchange_is_continued_by_the_next_run,
    the_shops_migrations_killed_at_each_exchange_are_continued_by_the_next_run,
    the_search_index_of_the_first_schema_is_taken_over,
    no_mail_of_earlier_releases_leaves_after_an_upgrade, a_worker_takes_its_own_schema_or_the_next,
    a_worker_without_a_schema_says_what_to_do)
