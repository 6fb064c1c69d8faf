#include <mysqld_error.h>
#include <string.h>

#include "db_table.h"
#include "store/sql.h"

static const struct {
	struct db_stmt stmt;
	const char *says;
	int code;
} drifts[] = {
    {{"TOO_FEW", DB_TOOL, "", "u", "SELECT id FROM t WHERE id = ?"}, "TOO_FEW has 1 parameters", 0},
    {{"TOO_MANY", DB_TOOL, "u", "uu", "SELECT id FROM t WHERE id = ?"}, "TOO_MANY has 1 columns", 0},
    {{"SIGN", DB_TOOL, "", "i", "SELECT id FROM t"}, "SIGN: column 1 (id) is BIGINT UNSIGNED NOT NULL", 0},
    {{"KIND", DB_TOOL, "", "us", "SELECT id, n FROM t"}, "KIND: column 2 (n) is BIGINT NOT NULL", 0},
    {{"MAY_BE_NULL", DB_TOOL, "", "s", "SELECT s FROM t"}, "MAY_BE_NULL: column 1 (s) is TEXT NULL", 0},
    {{"BYTES", DB_TOOL, "", "s", "SELECT b FROM t"}, "BYTES: column 1 (b) is CHAR (bytes) NOT NULL", 0},
    {{"DECIMAL", DB_TOOL, "", "i?", "SELECT SUM(n) FROM t"}, "DECIMAL: column 1 (SUM(n)) is DECIMAL", 0},
    {{"OUTER", DB_TOOL, "", "i", "SELECT x.n FROM t LEFT JOIN t x ON x.id = t.id + 1"}, "OUTER: column 1 (n)", 0},
    {{"GONE", DB_TOOL, "", "i", "SELECT gone FROM t"}, "GONE cannot be prepared: 1054", ER_BAD_FIELD_ERROR},
    {{"CALLED", DB_TOOL, "u", "i", "CALL fit(?)"}, "CALLED: column 1 (id) is BIGINT UNSIGNED NOT NULL", 0},
    {{"CALLED_MORE", DB_TOOL, "u", "uu", "CALL fit(?)"}, "CALLED_MORE has 1 columns", 0},
    {{"NO_PROCEDURE", DB_TOOL, "u", "u", "CALL none(?)"}, "NO_PROCEDURE cannot be executed: 1305",
	ER_SP_DOES_NOT_EXIST},
    {{"NOWHERE", DB_TOOL, "", "i", "SELECT 1 FROM nowhere"}, "NOWHERE cannot be prepared: 1146",
	ER_NO_SUCH_TABLE},
};

#define MAKE_FIT "CREATE OR REPLACE PROCEDURE fit(x BIGINT UNSIGNED) SELECT id FROM t WHERE id >= x ORDER BY id"

/* Executes it once, with a 1 for each parameter. */
static bool
use(struct db *db, unsigned id, const struct db_stmt *def, struct err *e)
{
	struct db_query *q = db_query(db, id);
	struct db_rows rows;

	for (const char *p = def->in; *p != '\0'; p++)
		q_u64(q, 1);
	return db_select(q, &arena, &rows, e);
}

START_TEST(a_statement_that_does_not_fit_fails_alone_and_is_named)
{
	make_table();
	services_sql(&services, MAKE_FIT);
	for (size_t i = 0; i < ARRAY_LEN(drifts); i++) {
		const struct db_stmt table[] = {drifts[i].stmt, stmts[ALL]};
		struct db *db = open_with(table, ARRAY_LEN(table));
		struct err e = {0}, first = {0};

		ck_ok(db_connect(db, &e), &e);
		ck_assert_uint_eq(db_unusable(db, &first), 1);
		ck_assert_msg(!use(db, 0, &table[0], &e), "%s", table[0].name);
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		ck_assert_int_eq(e.code, drifts[i].code);
		ck_assert_msg(strstr(e.msg, drifts[i].says) != NULL, "'%s' lacks '%s'", e.msg, drifts[i].says);
		ck_assert_str_eq(first.msg, e.msg);
		err_clear(&e);
		ck_ok(use(db, 1, &table[1], &e), &e);
	}
}
END_TEST

START_TEST(a_procedure_returns_its_rows_each_time)
{
	static const struct db_stmt call = {"CALLED", DB_TOOL, "u", "u", "CALL fit(?)"};
	const struct db_stmt table[] = {call, stmts[NUMBER], stmts[PUT]};
	struct err e = {0};
	struct db_rows rows;
	struct db *db;

	make_table();
	services_sql(&services, MAKE_FIT);
	services_sql(&services, "INSERT INTO t (id, n, s, b) SELECT seq, seq, '', '' FROM seq_1_to_500");
	db = open_with(table, ARRAY_LEN(table));
	for (uint64_t from = 1; from <= 501; from += 250) {
		ck_ok(db_select_u64(db, 0, from, &arena, &rows, &e), &e);
		ck_assert_uint_eq(rows.n, 501 - from);
		if (rows.n > 0)
			ck_assert(db_next(&rows) && c_u64(&rows) == from);
		ck_assert_int_eq(number_of(db, 1, 7), 7);
	}
	db_limits(db, 400, DB_BYTES_MAX);
	/* the rest of the answer is not taken for the next one */
	ck_assert(!db_select_u64(db, 0, 1, &arena, &rows, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	err_clear(&e);
	ck_assert_int_eq(number_of(db, 1, 7), 7);
	ck_ok(db_select_u64(db, 0, 200, &arena, &rows, &e), &e);
	ck_assert_uint_eq(rows.n, 301);
}
END_TEST

START_TEST(an_unusable_statement_is_prepared_again_a_second_later)
{
	static const struct db_stmt later = {"LATER", DB_TOOL, "", "i", "SELECT n FROM later"};
	struct db *db = open_with(&later, 1);
	uint64_t began_ns = clock_mono_ns();
	struct err e = {0}, none = {0};

	services_sql(&services, "DROP TABLE IF EXISTS later");
	ck_assert(!use(db, 0, &later, &e));
	services_sql(&services, "CREATE TABLE later (n INT NOT NULL)");
	err_clear(&e);
	ck_assert(!use(db, 0, &later, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "LATER"));
	do {
		err_clear(&e);
		clock_sleep_ns(20 * CLOCK_MS);
	} while (!use(db, 0, &later, &e) && ms_since(began_ns) < 5000);
	ck_ok(use(db, 0, &later, &e), &e);
	ck_assert_uint_ge(ms_since(began_ns), 900);
	ck_assert_uint_eq(db_unusable(db, &none), 0);
}
END_TEST

START_TEST(a_column_dropped_by_hand_disables_only_what_reads_it)
{
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(put(db, 1, 7, &e), &e);
	services_sql(&services, "ALTER TABLE t DROP COLUMN s");
	for (int i = 0; i < 3; i++) {
		err_clear(&e);
		ck_assert(!use(db, GET, &stmts[GET], &e));
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		ck_assert_int_eq(e.code, ER_BAD_FIELD_ERROR);
		ck_assert_int_eq(number_of(db, NUMBER, 1), 7);
	}
	ck_assert_ptr_nonnull(strstr(e.msg, "statement GET cannot be prepared"));
	ck_assert_ptr_nonnull(strstr(e.msg, "'s'"));
}
END_TEST

START_TEST(an_unusable_statement_undoes_its_transaction)
{
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(put(db, 1, 7, &e), &e);
	services_sql(&services, "ALTER TABLE t DROP COLUMN s");
	for (int i = 0; i < 2; i++) { /* prepared before the change, unusable after it */
		err_clear(&e);
		ck_ok(db_begin(db, &e), &e);
		ck_ok(add(db, 1, 1, NULL, &e), &e);
		ck_assert(!use(db, GET, &stmts[GET], &e));
		db_rollback(db);
		ck_assert_int_eq(services_number(&services, "SELECT n FROM t"), 7);
	}
}
END_TEST

/* Checks the error that the storefront gets when somebody else has changed its schema. */
static void
drift_says(const char *change, const char *back, const char *says)
{
	struct err first = {0}, e = {0};
	struct db_setup setup;
	struct db *db;

	arena_init(&arena, (size_t)64 << 20);
	services_conf(&services, &arena, &conf);
	setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_WEB), NULL, DB_WEB);
	services_sql(&services, change);
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	ck_assert(!db_connect(db, &first) || db_unusable(db, &first) > 0);
	services_sql(&services, back);
	ck_assert_msg(strstr(first.msg, says) != NULL, "'%s' lacks '%s'", first.msg, says);
	arena_fini(&arena);
}

#define VERSION(by) "UPDATE schema_migration SET version = version " by " ORDER BY version DESC LIMIT 1"
#define CITY_GONE "ALTER TABLE order_address CHANGE city town VARCHAR(190) NOT NULL"
#define CITY_BACK "ALTER TABLE order_address CHANGE town city VARCHAR(190) NOT NULL"

START_TEST(the_remedy_told_is_the_true_one)
{
	drift_says(CITY_GONE, CITY_BACK, "undo what was changed by hand");
	drift_says("REVOKE INSERT ON kontor.placing_address FROM kontor_web@localhost",
	    "GRANT INSERT ON kontor.placing_address TO kontor_web@localhost", "the account lacks a privilege");
	drift_says("REVOKE EXECUTE ON PROCEDURE kontor.order_by_link FROM kontor_web@localhost",
	    "GRANT EXECUTE ON PROCEDURE kontor.order_by_link TO kontor_web@localhost",
	    "ORDER_BY_TOKEN cannot be executed: 1370");
	services_sql(&services, VERSION("+ 1"));
	drift_says(CITY_GONE, CITY_BACK, "install the newer release");
	services_sql(&services, VERSION("- 1"));
	drift_says(VERSION("+ 2"), VERSION("- 2"), "install the release that made it");
}
END_TEST

#define PRODUCT                                                                                                        \
	"INSERT INTO product (id, handle, status, price_minor, avail, created_at, content_hash)"                       \
	" VALUES (1, 'p', 1, 650, 2, 1, REPEAT('x', 16))"
#define VARIANT "INSERT INTO variant (id, product_id, position, price_minor, weight_mg) VALUES (1, 1, 1, 650, 1)"

static bool
connects_as(const char *currency, enum db_account account, enum db_role role, struct err *e)
{
	struct db_setup setup = sql_setup(db_login_of(&conf, account), NULL, role);
	struct db *db;

	err_clear(e);
	setup.currency = currency;
	return db_open(&arena, &setup, &db, e) && db_connect(db, e);
}

START_TEST(a_database_with_prices_in_another_currency_is_refused)
{
	static const struct {
		enum db_account account;
		enum db_role role;
	} programs[] = {{DB_ACCOUNT_WEB, DB_WEB}, {DB_ACCOUNT_JOBS, DB_JOBS}, {DB_ACCOUNT_TOOL, DB_TOOL}};
	struct err e = {0};

	arena_init(&arena, (size_t)64 << 20);
	services_conf(&services, &arena, &conf);
	services_sql(&services, "REPLACE INTO shop_currency (id, code) VALUES (1, 'EUR')");
	ck_ok(connects_as("KWD", DB_ACCOUNT_WEB, DB_WEB, &e), &e); /* no prices yet */
	services_sql(&services, PRODUCT);
	services_sql(&services, VARIANT);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		ck_assert(!connects_as("KWD", programs[i].account, programs[i].role, &e));
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		ck_assert_msg(strstr(e.msg, "prices in the database are in EUR") != NULL, "%s", e.msg);
		ck_ok(connects_as("EUR", programs[i].account, programs[i].role, &e), &e);
	}
	services_sql(&services, "DELETE FROM shop_currency");
	ck_ok(connects_as("KWD", DB_ACCOUNT_WEB, DB_WEB, &e), &e); /* not named: as before the first migration */
	services_sql(&services, "DELETE FROM variant");
	services_sql(&services, "DELETE FROM product");
	arena_fini(&arena);
}
END_TEST

START_TEST(every_statement_fits_the_schema_for_every_role)
{
	static const enum db_role roles[] = {DB_WEB, DB_JOBS, DB_TOOL};

	arena_init(&arena, (size_t)64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		ck_assert_ptr_nonnull(services_db(&services, &arena, roles[i]));
}
END_TEST

INTEG_MAIN("db_fit", false, every_statement_fits_the_schema_for_every_role,
    a_statement_that_does_not_fit_fails_alone_and_is_named, a_procedure_returns_its_rows_each_time,
    an_unusable_statement_is_prepared_again_a_second_later,
    a_column_dropped_by_hand_disables_only_what_reads_it, an_unusable_statement_undoes_its_transaction,
    the_remedy_told_is_the_true_one, a_database_with_prices_in_another_currency_is_refused)
