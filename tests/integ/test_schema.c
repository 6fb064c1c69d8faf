/* The parts of the schema: schema.def has what the migrations make, and `kontor verify` names each lost part with a
 * statement that restores it. */
#include <stdio.h>
#include <string.h>

#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/text/file.h"
#include "store/admin/schema.h"
#include "store/admin/verify_store.h"
#include "store/sql.h"

static struct arena arena;

/* Some statements do not fit a changed schema. */
static struct db *
open_tool(void)
{
	struct db_setup setup;
	struct err e = {0};
	struct conf *conf = ARENA_NEW(&arena, struct conf);
	struct db *db;

	services_conf(&services, &arena, conf);
	setup = sql_setup(db_login_of(conf, DB_ACCOUNT_TOOL), NULL, DB_TOOL);
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	return db;
}

static void
read_parts(struct schema *s)
{
	struct err e = {0};

	ck_ok(schema_read(open_tool(), &arena, s, &e), &e);
}

START_TEST(schema_def_has_what_the_migrations_make)
{
	struct str text, head;
	const char *path;
	struct schema s;
	struct err e = {0};
	struct buf b;

	arena_init(&arena, (size_t)64 << 20);
	buf_init(&b, &arena, (size_t)1 << 20);
	read_parts(&s);
	schema_print(&s, &b);
	path = str_fmt(&arena, "%s/src/store/admin/schema.def", getenv("top_srcdir")).p;
	ck_ok(file_get(&arena, path, (size_t)1 << 20, &text, &e), &e);
	while (str_starts(text, STR("/*")) || str_starts(text, STR(" *")))
		ck_assert(str_cut(&text, '\n', &head));
	ck_assert_msg(str_eq(text, buf_str(&b)), "run `make update-schema`");
}
END_TEST

/* A change of the schema, and the part that must be named. */
static const struct {
	const char *sql, *what;
} losses[] = {
    {"ALTER TABLE orders DROP KEY orders_key", "key of orders: orders_key"},
    {"ALTER TABLE orders DROP KEY orders_key, ADD KEY orders_key (order_key)", "key of orders: orders_key"},
    {"ALTER TABLE orders DROP KEY orders_key, ADD UNIQUE KEY orders_key (order_key, id)", "key of orders: orders_key"},
    {"ALTER TABLE orders DROP KEY orders_session", "key of orders: orders_session"},
    {"ALTER TABLE product_spec DROP PRIMARY KEY, ADD PRIMARY KEY (product_id, position, label)",
	"key of product_spec: PRIMARY"},
    {"ALTER TABLE stock DROP CONSTRAINT stock_never_oversold", "check of stock: stock_never_oversold"},
    {"ALTER TABLE stock DROP CONSTRAINT stock_never_oversold, ADD CONSTRAINT stock_never_oversold CHECK (on_hand > -9)",
	"check of stock: stock_never_oversold"},
    {"ALTER TABLE order_line DROP FOREIGN KEY order_line_fk", "foreign key of order_line: order_line_fk"},
    {"ALTER TABLE cart_line DROP FOREIGN KEY cart_line_fk; ALTER TABLE cart_line ADD CONSTRAINT cart_line_fk FOREIGN"
     " KEY (cart_id) REFERENCES orders (id) ON DELETE CASCADE",
	"foreign key of cart_line: cart_line_fk"},
    {"ALTER TABLE cart_line DROP FOREIGN KEY cart_line_fk; ALTER TABLE cart_line ADD CONSTRAINT cart_line_fk FOREIGN"
     " KEY (cart_id) REFERENCES cart (id)",
	"foreign key of cart_line: cart_line_fk"},
    {"ALTER TABLE outbox ENGINE=Aria", "table outbox"},
    {"ALTER TABLE outbox DEFAULT COLLATE latin1_swedish_ci", "table outbox"},
    {"ALTER TABLE orders MODIFY email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL",
	"column of orders: email"},
    {"ALTER TABLE orders MODIFY email VARCHAR(254) CHARACTER SET latin1 NOT NULL", "column of orders: email"},
    {"ALTER TABLE orders MODIFY number VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL",
	"column of orders: number"},
    {"ALTER TABLE orders MODIFY total_minor INT NOT NULL", "column of orders: total_minor"},
    {"ALTER TABLE orders MODIFY total_minor BIGINT UNSIGNED NOT NULL", "column of orders: total_minor"},
    {"ALTER TABLE orders MODIFY id BIGINT UNSIGNED NOT NULL", "column of orders: id"},
    {"ALTER TABLE orders ALTER discount_minor SET DEFAULT 1", "column of orders: discount_minor"},
    {"ALTER TABLE orders DROP COLUMN note", "column of orders: note"},
};

struct seen {
	struct str remedy;
	size_t n;
	const char *what;
};

static void
look(void *arg, const struct verify_result *r)
{
	struct seen *s = arg;

	if (strcmp(r->check->name, "schema") != 0)
		return;
	s->n = r->n;
	for (size_t i = 0; i < r->n; i++) {
		ptrdiff_t at = str_find(r->breach[i].why, STR("; remedy: "));

		ck_assert_int_ge(at, 0);
		if (str_eq_z(r->breach[i].what, s->what))
			s->remedy = str_dup(&arena, str_from(r->breach[i].why, (size_t)at + 10));
	}
}

static void
verify(struct seen *s)
{
	struct db *db = open_tool();
	struct err e = {0};
	size_t n;

	if (!verify_run(db, 1800000000, look, s, &n, &e)) /* a later check may use the lost part */
		ck_assert_msg(e.kind == ERR_UPSTREAM, "%s", e.msg);
	db_close(db);
}

static void
run(struct str sql)
{
	struct str one;

	while (str_cut(&sql, ';', &one))
		services_sql(&services, str_zdup(&arena, str_trim(one)));
}

START_TEST(each_lost_part_is_a_breach_with_the_statement_that_restores_it)
{
	arena_init(&arena, (size_t)512 << 20);
	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		struct seen broken = {.what = losses[i].what}, mended = {.what = ""};

		run(str_z(losses[i].sql));
		verify(&broken);
		ck_assert_msg(broken.n == 1 && broken.remedy.n > 0, "%s: %zu parts", losses[i].sql, broken.n);
		run(broken.remedy);
		verify(&mended);
		ck_assert_msg(mended.n == 0, "%s: not restored by %s", losses[i].sql, broken.remedy.p);
	}
}
END_TEST

START_TEST(further_parts_are_no_breach)
{
	struct seen s = {.what = ""};

	arena_init(&arena, (size_t)64 << 20);
	run(STR("CREATE TABLE mine (a INT); ALTER TABLE orders ADD COLUMN mine INT, ADD KEY orders_mine (mine);"
		"CREATE VIEW own AS SELECT id FROM orders"));
	verify(&s);
	run(STR("DROP TABLE mine; DROP VIEW own; ALTER TABLE orders DROP KEY orders_mine, DROP COLUMN mine"));
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

INTEG_MAIN("schema", false, schema_def_has_what_the_migrations_make,
    each_lost_part_is_a_breach_with_the_statement_that_restores_it, further_parts_are_no_breach)
