/* The rights of each database account: the storefront has exactly those that its statements need.
 *
 * The needed rights are parsed from the text of the statements (store/sql/). The granted rights are found by trying
 * everything on every table and column. */
#include <mysql.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>

#include "order.h"
#include "store/sql.h"

#define RIGHTS_MAX 2000
#define ORDER_COLUMNS                                                                                                  \
	"(order_key, number, session_id, token_hash, state, payment_state, fulfilment_state, lang, currency,"          \
	" tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, phone, delivery, payment, note,"   \
	" terms_version, terms_at, created_at, expires_at)"

static struct arena arena;
static struct conf conf;

/* "INSERT cart", "UPDATE cart.draft", sorted. */
struct rights {
	struct str v[RIGHTS_MAX];
	size_t n;
};

static void
begin(void)
{
	arena_init(&arena, (size_t)256 << 20);
	services_conf(&services, &arena, &conf);
}

static MYSQL *
log_in(const char *user)
{
	MYSQL *mysql = mysql_init(NULL);

	ck_assert_ptr_nonnull(mysql_real_connect(mysql, NULL, user, "", "kontor", 0, conf.db_socket.p, 0));
	return mysql;
}

static bool
is_refused(MYSQL *mysql, const char *sql)
{
	unsigned code;

	mysql_query(mysql, sql);
	code = mysql_errno(mysql);
	if (code == 0) {
		MYSQL_RES *res = mysql_store_result(mysql);

		if (res != NULL)
			mysql_free_result(res);
		mysql_rollback(mysql);
	}
	return code == ER_TABLEACCESS_DENIED_ERROR || code == ER_COLUMNACCESS_DENIED_ERROR
	       || code == ER_DBACCESS_DENIED_ERROR || code == ER_SPECIFIC_ACCESS_DENIED_ERROR
	       || code == ER_ACCESS_DENIED_ERROR || code == ER_PROCACCESS_DENIED_ERROR;
}

static int
by_text(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static void
add(struct rights *r, struct str right)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i], right))
			return;
	ck_assert_uint_lt(r->n, RIGHTS_MAX);
	r->v[r->n++] = right;
}

/* The next word of the statement; words may contain dots: "l.seen_minor". */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t i = 0, n = 0;

	while (i < rest->n && strchr(" ,()'=<>+-*/", rest->p[i]) != NULL)
		i++;
	while (i + n < rest->n && strchr(" ,()'=<>+-*/", rest->p[i + n]) == NULL)
		n++;
	*word = str_n(rest->p + i, n);
	*rest = str_from(*rest, i + n);
	return n > 0;
}

/* The columns before an equals sign, at the top level, between SET or UPDATE and WHERE. */
static void
add_columns(struct rights *r, struct str table, struct str assignments)
{
	int depth = 0;
	size_t begin = 0;

	for (size_t i = 0; i <= assignments.n; i++) {
		char c = i < assignments.n ? assignments.p[i] : ',';
		struct str part, column = STR("");

		if (depth == 0 && str_starts(str_from(assignments, i), STR(" WHERE "))) {
			assignments = str_head(assignments, i);
			c = ',';
		}
		depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (c != ',' || depth != 0)
			continue;
		part = str_n(assignments.p + begin, i - begin);
		begin = i + 1;
		(void)str_cut(&part, '=', &column);
		column = str_trim(column);
		if (str_chr(column, '.') >= 0)
			column = str_from(column, (size_t)str_chr(column, '.') + 1);
		add(r, str_fmt(&arena, "UPDATE %.*s.%.*s", STR_ARG(table), STR_ARG(column)));
	}
}

/* MariaDB requires the right to update every column that such a statement inserts. */
static void
add_inserted(struct rights *r, struct str table, struct str text)
{
	struct str names = str_from(text, (size_t)str_chr(text, '(') + 1), name;

	names = str_head(names, (size_t)str_chr(names, ')'));
	while (str_cut(&names, ',', &name))
		add(r, str_fmt(&arena, "UPDATE %.*s.%.*s", STR_ARG(table), STR_ARG(str_trim(name))));
}

static void
add_needed(struct rights *r, struct str text)
{
	struct str rest = text, word, before = STR(""), changed = STR("");
	ptrdiff_t at;
	bool deletes = str_starts(text, STR("DELETE"));

	while (next_word(&rest, &word)) {
		if (str_eq_z(before, "CALL"))
			add(r, str_fmt(&arena, "EXECUTE %.*s", STR_ARG(word)));
		else if (str_eq_z(before, "INTO"))
			add(r, str_fmt(&arena, "INSERT %.*s", STR_ARG(word)));
		else if (str_eq_z(before, "FROM") && deletes)
			add(r, str_fmt(&arena, "DELETE %.*s", STR_ARG(word)));
		if ((str_eq_z(before, "FROM") || str_eq_z(before, "JOIN")
			|| str_eq_z(before, "STRAIGHT_JOIN") || str_eq_z(before, "UPDATE"))
		    && !str_starts(word, STR("JSON_TABLE")) && !str_starts(word, STR("seq_"))
		    && !str_eq_z(word, "SELECT") && str_chr(word, '.') < 0)
			add(r, str_fmt(&arena, "SELECT %.*s", STR_ARG(word)));
		if (str_eq_z(before, "INTO") || (str_eq_z(before, "UPDATE") && changed.n == 0))
			changed = word;
		before = word;
	}
	at = str_find(text, STR(" ON DUPLICATE KEY UPDATE "));
	if (at >= 0) {
		add_columns(r, changed, str_from(text, (size_t)at + 25));
		add_inserted(r, changed, text);
	}
	at = str_find(text, STR(" SET "));
	if (at >= 0 && str_starts(text, STR("UPDATE ")))
		add_columns(r, changed, str_from(text, (size_t)at + 5));
}

/* False for a column: "SELECT changed_at" may come from ON DUPLICATE KEY UPDATE, so only reading a table counts. */
static bool
is_table(const struct str *tables, size_t n, struct str right)
{
	struct str name = str_from(right, (size_t)str_chr(right, ' ') + 1);

	if (!str_starts(right, STR("SELECT ")))
		return true;
	for (size_t i = 0; i < n; i++)
		if (str_eq(tables[i], name))
			return true;
	return false;
}

static size_t
list(MYSQL *root, const char *sql, struct str *out)
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	size_t n = 0;

	ck_assert_msg(mysql_query(root, sql) == 0, "%s", mysql_error(root));
	res = mysql_store_result(root);
	while ((row = mysql_fetch_row(res)) != NULL && n < RIGHTS_MAX)
		out[n++] = str_dup(&arena, str_z(row[0]));
	mysql_free_result(res);
	return n;
}

static void
try_verb(struct rights *r, MYSQL *mysql, const char *right, const char *sql)
{
	if (!is_refused(mysql, sql))
		add(r, str_dup(&arena, str_z(right)));
}

#define F(...) str_fmt(&arena, __VA_ARGS__).p

static void
try_table(struct rights *r, MYSQL *mysql, MYSQL *root, const char *t)
{
	static struct str columns[RIGHTS_MAX];
	size_t n = list(root,
	    F("SELECT column_name FROM information_schema.columns WHERE table_schema = 'kontor' AND table_name = '%s'",
		t),
	    columns);

	for (size_t i = 0; i < n; i++)
		try_verb(r, mysql, F("SELECT %s", t), F("SELECT %s FROM %s LIMIT 0", columns[i].p, t));
	try_verb(r, mysql, F("INSERT %s", t), F("INSERT INTO %s () VALUES ()", t));
	try_verb(r, mysql, F("DELETE %s", t), F("DELETE FROM %s WHERE 1 = 0", t));
	for (size_t i = 0; i < n; i++)
		try_verb(r, mysql, F("UPDATE %s.%s", t, columns[i].p),
		    F("UPDATE %s SET %s = DEFAULT WHERE 1 = 0", t, columns[i].p));
}

static void
compare(struct rights *allowed, struct rights *needed)
{
	struct buf b;

	buf_init(&b, &arena, 1 << 20);
	qsort(allowed->v, allowed->n, sizeof(allowed->v[0]), by_text);
	qsort(needed->v, needed->n, sizeof(needed->v[0]), by_text);
	for (size_t i = 0, k = 0; i < allowed->n || k < needed->n;) {
		int c = i == allowed->n ? 1 : k == needed->n ? -1 : str_cmp(allowed->v[i], needed->v[k]);

		if (c != 0)
			buf_fmt(&b, "%s %s; ", c < 0 ? "not needed:" : "missing:",
			    c < 0 ? allowed->v[i].p : needed->v[k].p);
		i += c <= 0 ? 1 : 0;
		k += c >= 0 ? 1 : 0;
	}
	ck_assert_msg(b.n == 0, "%s", b.p);
}

static struct str tables[RIGHTS_MAX];

static void
try_routines(struct rights *r, MYSQL *mysql, MYSQL *root)
{
	static struct str routines[RIGHTS_MAX];
	size_t n = list(
	    root, "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'kontor'", routines);

	for (size_t i = 0; i < n; i++) {
		bool refused = is_refused(mysql, F("CALL %s(NULL)", routines[i].p));

		while (mysql_next_result(mysql) == 0)
			mysql_free_result(mysql_store_result(mysql));
		if (!refused)
			add(r, str_fmt(&arena, "EXECUTE %s", routines[i].p));
	}
}

static size_t
list_tables(MYSQL *root)
{
	return list(root, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'kontor'", tables);
}

static void
check_account(const char *user, enum db_role role, const char *also)
{
	static struct rights allowed, needed;
	struct db_setup setup = sql_setup((struct db_login){0}, NULL, role);
	struct str rest = str_z(also), one;
	MYSQL *mysql, *root;
	size_t n;

	mysql = log_in(user);
	root = log_in("root");
	mysql_autocommit(mysql, 0);
	n = list_tables(root);
	for (size_t i = 0; i < n; i++)
		try_table(&allowed, mysql, root, tables[i].p);
	try_routines(&allowed, mysql, root);
	for (size_t i = 0; i < setup.n_stmts; i++)
		if ((setup.stmts[i].roles & role) != 0)
			add_needed(&needed, str_z(setup.stmts[i].text));
	while (str_cut(&rest, ';', &one))
		if (one.n > 0)
			add(&needed, str_dup(&arena, one));
	for (size_t i = 0; i < needed.n;)
		if (is_table(tables, n, needed.v[i]))
			i++;
		else
			needed.v[i] = needed.v[--needed.n];
	compare(&allowed, &needed);
	mysql_close(mysql);
	mysql_close(root);
}

START_TEST(the_storefront_may_do_what_its_statements_need_and_nothing_else)
{
	begin();
	/* workers of schema 1, 9 and 10 need these */
	check_account("kontor_web", DB_WEB,
	    "SELECT search_token;EXECUTE order_by_token;EXECUTE order_events_by_token;EXECUTE order_owed_by_link");
}
END_TEST

START_TEST(the_jobs_may_do_what_their_statements_need_and_nothing_else)
{
	begin();
	check_account("kontor_jobs", DB_JOBS, "UPDATE product.version");
}
END_TEST

/* What the storefront's account must not do to an order that was placed, even with the shop's own views. */
static const char *const crimes[] = {
    /* mark it paid, or change it */
    "UPDATE orders SET payment_state = 2", "UPDATE orders SET state = 2", "UPDATE orders SET number = 'X'",
    "UPDATE orders SET expires_at = NULL", "UPDATE orders SET total_minor = 1", "DELETE FROM orders",
    "UPDATE placing_order SET payment_state = 2", "UPDATE placing_number SET state = 2",
    "UPDATE placing_number SET payment_state = 2", "UPDATE placing_found SET number = 'X'",
    "REPLACE INTO placing_order (id, order_key, number) SELECT id, order_key, number FROM placing_found",
    "INSERT INTO placing_order (order_key, number) SELECT order_key, number FROM placing_found"
    " ON DUPLICATE KEY UPDATE payment_state = 2",
    /* a new one that is paid */
    "INSERT INTO placing_order " ORDER_COLUMNS " VALUES ('0123456789abcdef', HEX('0123456789abcdef'), 1,"
    " REPEAT('x', 32), 1, 2, 1, 'en', 'EUR', 1, 100, 0, 0, 100, '', '', 'standard', 'transfer', '', '1', 1, 1, 1)",
    "INSERT INTO placing_order " ORDER_COLUMNS " VALUES ('0123456789abcdef', HEX('0123456789abcdef'), 1,"
    " REPEAT('x', 32), 2, 1, 1, 'en', 'EUR', 1, 100, 0, 0, 100, '', '', 'standard', 'transfer', '', '1', 1, 1, 1)",
    "INSERT INTO placing_order " ORDER_COLUMNS " VALUES ('0123456789abcdef', 'K-1', 1, REPEAT('x', 32),"
    " 1, 1, 1, 'en', 'EUR', 1, 100, 0, 0, 100, '', '', 'standard', 'transfer', '', '1', 1, 1, 1)",
    /* change a journal */
    "INSERT INTO order_event (order_id, machine, event, from_state, to_state, actor, at)"
    " VALUES (@o, 1, 1, 1, 2, 'job', 1)",
    "INSERT INTO placing_event (order_id, machine, event, from_state, to_state, actor, why, at)"
    " VALUES (@o, 1, 1, 1, 2, 'job', '', 1)",
    "INSERT INTO placing_event (order_id, machine, event, from_state, to_state, actor, why, at)"
    " VALUES (@o, 1, 0, 0, 2, 'buyer', '', 1)",
    "INSERT INTO placing_event (order_id, machine, event, from_state, to_state, actor, why, at)"
    " VALUES (@o, 0, 0, 0, 1, 'buyer', '', 1)",
    "UPDATE order_event SET to_state = 2", "DELETE FROM order_event", "UPDATE placing_event SET to_state = 2",
    "INSERT INTO ledger_entry (order_id, kind, at) VALUES (@o, 2, 1)",
    "INSERT INTO placing_entry (order_id, kind, at) VALUES (@o, 2, 1)",
    "INSERT INTO placing_entry (order_id, kind, at) VALUES (@o, 0, 1)",
    "INSERT INTO placing_entry_line (entry_id, pos, account, debit_minor, credit_minor) VALUES (1, 9, 'cash', 1, 0)",
    "INSERT INTO placing_entry_line (entry_id, pos, account, debit_minor, credit_minor) VALUES (1, 9, 'sales', 1, 0)",
    "INSERT INTO ledger_line (entry_id, pos, account) VALUES (1, 9, 'cash')", "UPDATE ledger_line SET debit_minor = 0",
    "DELETE FROM ledger_line", "DELETE FROM ledger_entry", "UPDATE placing_entry SET kind = 2",
    "INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (1, 9, 1, 1)",
    "INSERT INTO placing_movement (variant_id, qty, reason, order_id, at) VALUES (1, 9, 1, NULL, 1)",
    "INSERT INTO placing_movement (variant_id, qty, reason, order_id, at) VALUES (1, -1, 2, @o, 1)",
    "INSERT INTO placing_movement (variant_id, qty, reason, order_id, at) VALUES (1, 1, 3, @o, 1)",
    "UPDATE stock_movement SET qty = 0", "DELETE FROM stock_movement",
    /* add to an order, or send its mail again */
    "INSERT INTO placing_line (order_id, pos, variant_id, product_id, sku, title, qty, unit_minor, line_minor, tax_bp,"
    " tax_minor, stock_taken) VALUES (@o, 9, 1, 1, '', '', 1, 1, 1, 1, 1, 1)",
    "INSERT INTO placing_tax (order_id, tax_bp, base_minor, tax_minor) VALUES (@o, 9, 1, 1)",
    "INSERT INTO placing_address (order_id, kind, name, street, postcode, city, country)"
    " VALUES (@o, 1, 'A', 'S', '1', 'C', 'DE')",
    "INSERT INTO outbox_put (kind, subject, version, payload, due_at, created_at)"
    " VALUES ('mail', CONCAT('order_placed/', @o), 2, '', 1, 1)",
    "INSERT INTO outbox_put (kind, subject, version, payload, due_at, created_at)"
    " VALUES ('event', CONCAT('order/', @o), 1, '', 1, 1)",
    "INSERT INTO outbox_put (kind, subject, version, payload, due_at, created_at) VALUES ('hook', 'x', 1, '', 1, 1)",
    "UPDATE outbox SET state = 1", "UPDATE outbox_put SET due_at = 1", "SELECT subject FROM outbox_put",
    "DELETE FROM outbox",
    /* read another's address, or what leads to it */
    "SELECT name FROM order_address", "SELECT * FROM placing_address", "SELECT email FROM orders",
    "SELECT phone FROM orders", "SELECT note FROM orders", "SELECT token_hash FROM orders", "SELECT 1 FROM orders",
    "SELECT email FROM placing_order", "SELECT token_hash FROM placing_order", "SELECT state FROM placing_number",
    "SELECT order_key FROM placing_found", "SELECT 1 FROM placing_found", "SELECT title FROM order_line",
    "SELECT 1 FROM order_event", "SELECT 1 FROM ledger_line",
    "SELECT payload FROM outbox", "SELECT subject FROM outbox", "SELECT payload FROM outbox_put",
    /* read or change a declaration of withdrawal, or give it another time or state */
    "SELECT name FROM withdrawal", "SELECT 1 FROM withdrawal", "SELECT email FROM withdrawal_put",
    "UPDATE withdrawal SET name = ''", "UPDATE withdrawal SET state = 4", "UPDATE withdrawal_put SET goods = ''",
    "DELETE FROM withdrawal", "DELETE FROM withdrawal_put", "SELECT key_hash FROM withdrawal",
    "INSERT INTO withdrawal (key_hash, at, lang, name, email, contract, goods, pieces)"
    " VALUES (REPEAT('x', 32), UNIX_TIMESTAMP(), 'en', '', '', '', '', '')",
    "INSERT INTO withdrawal_put (key_hash, at, lang, name, email, contract, goods, pieces)"
    " VALUES (REPEAT('x', 32), UNIX_TIMESTAMP() - 60, 'en', '', '', '', '', '')",
    "REPLACE INTO withdrawal_put (key_hash, at, lang, name, email, contract, goods, pieces)"
    " VALUES (REPEAT('x', 32), UNIX_TIMESTAMP(), 'en', '', '', '', '', '')",
    "INSERT INTO withdrawal_put (key_hash, at, lang, name, email, contract, goods, pieces)"
    " VALUES (REPEAT('x', 32), UNIX_TIMESTAMP(), 'en', '', '', '', '', '') ON DUPLICATE KEY UPDATE name = 'x'",
    "SHOW CREATE PROCEDURE order_by_token", "CREATE OR REPLACE PROCEDURE order_by_token(x INT) SELECT 1",
    "ALTER VIEW placing_number AS SELECT 1", "DROP VIEW placing_number",
};

/* Refused by the lack of a right, or by the condition of a view. */
static void
check_crime(MYSQL *mysql, const char *sql)
{
	unsigned code;
	MYSQL_RES *res;
	uint64_t rows;

	if (is_refused(mysql, sql) || (code = mysql_errno(mysql)) == ER_VIEW_CHECK_FAILED)
		return;
	ck_assert_msg(code == 0 && str_starts(str_z(sql), STR("SHOW ")), "%s: %u %s", sql, code, mysql_error(mysql));
	/* SHOW names the procedure, without its text */
	ck_assert_int_eq(mysql_query(mysql, sql), 0);
	res = mysql_store_result(mysql);
	rows = mysql_num_rows(res);
	ck_assert(rows == 1 && mysql_fetch_row(res)[2] == NULL);
	mysql_free_result(res);
}

#define BOOKS                                                                                                          \
	"SELECT (SELECT SUM(CRC32(CONCAT_WS('/', id, number, state, payment_state, fulfilment_state, total_minor,"     \
	" expires_at))) FROM orders) + (SELECT SUM(CRC32(CONCAT_WS('/', id, order_id, machine, event, to_state)))"     \
	" FROM order_event) + (SELECT SUM(CRC32(CONCAT_WS('/', entry_id, pos, account, debit_minor, credit_minor)))"   \
	" FROM ledger_line) + (SELECT SUM(CRC32(CONCAT_WS('/', id, order_id, kind))) FROM ledger_entry)"               \
	" + (SELECT SUM(CRC32(CONCAT_WS('/', id, variant_id, qty, reason))) FROM stock_movement)"                      \
	" + (SELECT COUNT(*) FROM order_line) + (SELECT COUNT(*) FROM order_address) + (SELECT COUNT(*) FROM outbox)"

static uint64_t
rows_by_token(MYSQL *mysql, const char *hash)
{
	static const char *const routines[] = {"order_by_token", "order_lines_by_token", "order_taxes_by_token",
	    "order_events_by_token"};
	uint64_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(routines); i++) {
		MYSQL_RES *res;

		ck_assert_msg(mysql_query(mysql, F("CALL %s(%s)", routines[i], hash)) == 0, "%s", mysql_error(mysql));
		res = mysql_store_result(mysql);
		n += mysql_num_rows(res);
		mysql_free_result(res);
		while (mysql_next_result(mysql) == 0)
			mysql_free_result(mysql_store_result(mysql));
	}
	return n;
}

START_TEST(an_order_that_was_placed_cannot_be_changed_paid_or_read_by_the_storefronts_account)
{
	struct order_placed placed;
	uint8_t hash[SECRET_HASH_B];
	struct submit sub;
	struct shop s;
	struct err e;
	MYSQL *mysql;
	long long before;

	begin();
	shop_open(&s, DB_WEB);
	put_goods(1, 500, 9, true);
	prepare_one(&s, 1, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM cart WHERE draft <> ''"), 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM cart WHERE draft LIKE '%%Hamburg%%' OR draft LIKE '{%%'"), 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%%token%%'"), 0);
	before = services_number(&services, BOOKS);
	mysql = log_in("kontor_web");
	ck_assert_int_eq(mysql_query(mysql, F("SET @o = %llu", (unsigned long long)placed.id)), 0);
	for (size_t i = 0; i < ARRAY_LEN(crimes); i++)
		check_crime(mysql, crimes[i]);
	ck_assert_int_eq(mysql_query(mysql, "UPDATE placing_number SET number = 'X' WHERE id = @o"), 0);
	ck_assert_uint_eq(mysql_affected_rows(mysql), 0);
	ck_assert_int_eq(services_number(&services, BOOKS), before);
	/* who knows the token's hash reads the order; nobody else does */
	ck_assert(secret_token_hash(placed.token, hash));
	ck_assert_uint_ge(rows_by_token(mysql, F("UNHEX('%s')", secret_hex(&arena, hash, sizeof(hash)).p)), 6);
	ck_assert_uint_eq(rows_by_token(mysql, "NULL"), 0);
	ck_assert_uint_eq(rows_by_token(mysql, "''"), 0);
	ck_assert_uint_eq(rows_by_token(mysql, "'%'"), 0);
	check_books();
	mysql_close(mysql);
	shop_close(&s);
}
END_TEST

/* Must fail even if a page has a security hole. `%s`: each table in turn. */
static const char *const never[] = {"DELETE FROM %s", "DROP TABLE %s", "TRUNCATE %s", "ALTER TABLE %s ADD x INT",
    "CREATE INDEX x ON %s (id)", "CREATE TRIGGER x BEFORE INSERT ON %s FOR EACH ROW SET @a = 1",
    "RENAME TABLE %s TO x", "CREATE OR REPLACE VIEW x AS SELECT * FROM %s", "LOCK TABLES %s WRITE",
    "GRANT SELECT ON %s TO kontor_jobs@localhost", "SELECT * FROM %s INTO OUTFILE '/tmp/kontor-test-rights'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE %s"};

START_TEST(no_table_is_open_to_more_than_rows)
{
	MYSQL *mysql, *root;
	size_t n;

	begin();
	mysql = log_in("kontor_web");
	root = log_in("root");
	n = list_tables(root);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = str_eq_z(tables[i], "cart_line") ? 1 : 0; k < ARRAY_LEN(never); k++) {
			char sql[400];

			snprintf(sql, sizeof(sql), "%s", never[k]);
			ck_assert_msg(is_refused(mysql, F("%.*s%s%s", (int)(strstr(sql, "%s") - sql), sql, tables[i].p,
						     strstr(sql, "%s") + 2)),
			    "%s with %s: %s", sql, tables[i].p, mysql_error(mysql));
		}
	}
	mysql_close(mysql);
	mysql_close(root);
}
END_TEST

static const struct {
	const char *user, *sql;
} refused[] = {
    {"kontor_web", "CREATE TABLE x (a INT)"},
    {"kontor_web", "CREATE DATABASE x"},
    {"kontor_web", "DROP DATABASE kontor"},
    {"kontor_web", "CREATE PROCEDURE x() SELECT 1"},
    {"kontor_web", "CREATE FUNCTION x() RETURNS INT RETURN 1"},
    {"kontor_web", "CREATE EVENT x ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders"},
    {"kontor_web", "CREATE USER x"},
    {"kontor_web", "SET PASSWORD FOR root@localhost = PASSWORD('x')"},
    {"kontor_web", "SET GLOBAL max_connections = 1"},
    {"kontor_web", "SET SESSION sql_log_bin = 0"},
    {"kontor_web", "FLUSH TABLES"},
    {"kontor_web", "SHUTDOWN"},
    {"kontor_web", "SELECT * FROM mysql.user"},
    {"kontor_web", "SELECT * FROM mysql.global_priv"},
    {"kontor_web", "INSTALL SONAME 'ha_x'"},
    {"kontor_web", "CHANGE MASTER TO MASTER_HOST = 'x'"},
    {"kontor_web", "GRANT ALL ON *.* TO kontor_web@localhost"},
    {"kontor_jobs", "UPDATE variant SET price_minor = 1"},
    {"kontor_jobs", "UPDATE orders SET total_minor = 1"},
    {"kontor_jobs", "UPDATE ledger_line SET debit_minor = 1"},
    {"kontor_jobs", "DELETE FROM ledger_line"},
    {"kontor_jobs", "DELETE FROM order_event"},
    {"kontor_jobs", "DROP TABLE orders"},
    {"kontor_jobs", "SELECT text FROM note"},
    {"kontor_jobs", "UPDATE orders SET note = ''"},
    {"kontor_jobs", "UPDATE orders SET order_key = ''"},
    {"kontor_jobs", "SELECT order_key FROM cart"},
    {"kontor_jobs", "CALL order_by_token('')"},
    {"kontor_jobs", "UPDATE document SET total_minor = 1"},
    {"kontor_jobs", "UPDATE document SET page = ''"},
    {"kontor_jobs", "DELETE FROM document"},
    {"kontor_jobs", "REPLACE INTO document (id) VALUES (1)"},
    {"kontor_jobs", "INSERT INTO document (id) VALUES (1) ON DUPLICATE KEY UPDATE json = ''"},
    {"kontor_jobs", "TRUNCATE TABLE document"},
    {"kontor_jobs", "DELETE FROM document_series"},
    {"kontor_web", "SELECT page FROM document"},
    {"kontor_web", "INSERT INTO document (id) VALUES (1)"},
    {"kontor_web", "UPDATE document SET page = ''"},
    {"kontor_web", "DELETE FROM document"},
    {"kontor_backup", "UPDATE orders SET lang = ''"},
    {"kontor_backup", "DELETE FROM session"},
    {"kontor_backup", "DROP TABLE outbox"},
    {"kontor_backup", "CREATE DATABASE other"},
    {"kontor_backup", "CREATE DATABASE kontor_trialx"},
    {"kontor_backup", "SELECT * FROM mysql.user"},
    {"kontor_tool", "SELECT * FROM mysql.user"},
    {"kontor_tool", "CREATE DATABASE other"},
    {"kontor_tool", "SET GLOBAL max_connections = 1"},
};

START_TEST(each_account_is_refused_what_it_does_not_need)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		MYSQL *mysql = log_in(refused[i].user);

		ck_assert_msg(is_refused(mysql, refused[i].sql), "%s: %s: %u %s", refused[i].user, refused[i].sql,
		    mysql_errno(mysql), mysql_error(mysql));
		mysql_close(mysql);
	}
}
END_TEST

INTEG_MAIN("rights", false, the_storefront_may_do_what_its_statements_need_and_nothing_else,
    the_jobs_may_do_what_their_statements_need_and_nothing_else,
    an_order_that_was_placed_cannot_be_changed_paid_or_read_by_the_storefronts_account,
    no_table_is_open_to_more_than_rows, each_account_is_refused_what_it_does_not_need)
