#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "import.h"
#include "plat/cache/cache_setup.h"
#include "plat/cache/memc.h"
#include "shop/stock.h"
#include "store/catalogue/catalogue_save.h"

/* Imports into a shop that is selling: who waits, and the state of its cache afterwards. */

/* A second connection, which locks rows and looks for locked ones. */
enum { HOLD_LISTING, HOLD_STOCK, TRY_STOCK, HOLD__MAX };
static const struct db_stmt holding[HOLD__MAX] = {
    [HOLD_LISTING] = {"HOLD_LISTING", DB_TOOL, "u", "u",
	"SELECT product_id FROM listing WHERE category_id = 0 AND product_id = ? FOR UPDATE"},
    [HOLD_STOCK] = {"HOLD_STOCK", DB_TOOL, "u", "i", "SELECT on_hand FROM stock WHERE variant_id = ? FOR UPDATE"},
    [TRY_STOCK] = {"TRY_STOCK", DB_TOOL, "u", "i",
	"SELECT on_hand FROM stock WHERE variant_id = ? FOR UPDATE NOWAIT"},
};

static struct db *
open_holder(void)
{
	struct db_setup setup = {.role = DB_TOOL, .stmts = holding, .n_stmts = HOLD__MAX};
	struct err e = {0};
	struct db *db;

	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	ck_ok(db_open(&a, &setup, &db, &e), &e);
	return db;
}

static bool
can_take(struct db *db, unsigned stmt, long long id)
{
	struct db_query *q = db_query(db, stmt);
	struct err e = {0};
	struct db_rows rows;

	q_u64(q, (uint64_t)id);
	return db_get(q, &a, &rows, &e);
}

/* Imports table.csv with its stock in another process, and waits until that process blocks on a locked row. */
static pid_t
import_and_wait_for_lock(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct import im = importer();
		struct err e = {0};

		im.products = path_of("table.csv");
		im.set_stock = true;
		_exit(import_run(&im, &e) && im.n.stock_moved > 0 ? 0 : 1);
	}
	ck_assert_int_gt(pid, 0);
	for (uint64_t until = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S; clock_left_ns(until) > 0;) {
		if (number("SELECT variable_value FROM information_schema.global_status"
			   " WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'")
		    > 0)
			return pid;
		clock_sleep_ns(10 * CLOCK_MS);
	}
	ck_abort_msg("the import does not wait");
}

static void
end_import(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static long long
variant_of(const char *sku)
{
	return number("SELECT id FROM variant WHERE sku = '%s'", sku);
}

START_TEST(import_of_stock_leaves_it_to_buyers_while_it_writes_lists)
{
	struct err e = {0};
	struct db *holder;
	long long id, product;
	pid_t pid;

	run_table(HEAD "held,Tea,,Size,S,HELD,5.00,1\n");
	id = variant_of("HELD");
	product = number("SELECT id FROM product WHERE handle = 'held'");
	holder = open_holder();
	ck_ok(db_begin(holder, &e), &e);
	ck_assert(can_take(holder, HOLD_LISTING, product));
	write_text(path_of("table.csv"), HEAD "held,Tea,,Size,S,HELD,6.00,50\n");
	pid = import_and_wait_for_lock();
	ck_assert_msg(can_take(holder, TRY_STOCK, id), "a buyer would wait for the whole import");
	db_rollback(holder);
	end_import(pid);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %lld", id), 50);
	ck_assert_int_eq(number("SELECT price_minor FROM listing WHERE category_id = 0 AND product_id = %lld", product),
	    600);
	ck_assert_int_eq(number("SELECT avail FROM product WHERE id = %lld", product), STOCK_PLENTY);
}
END_TEST

START_TEST(import_of_stock_locks_it_in_the_order_of_variants_whatever_product_they_are_of)
{
	struct err e = {0};
	struct db *holder;
	pid_t pid;

	run_table(HEAD "order-a,Tea,,Size,S,ORDER-1,5.00,1\norder-b,Tea,,Size,S,ORDER-2,5.00,1\n");
	run_table(HEAD "order-a,Tea,,Size,S,ORDER-1,5.00,1\norder-a,,,,M,ORDER-3,5.00,1\n");
	holder = open_holder();
	ck_ok(db_begin(holder, &e), &e);
	ck_assert(can_take(holder, HOLD_STOCK, variant_of("ORDER-2")));
	write_text(path_of("table.csv"), HEAD "order-a,Tea,,Size,S,ORDER-1,5.00,7\norder-a,,,,M,ORDER-3,5.00,7\n"
					      "order-b,Tea,,Size,S,ORDER-2,5.00,7\n");
	pid = import_and_wait_for_lock();
	ck_assert_msg(can_take(holder, TRY_STOCK, variant_of("ORDER-3")), "the last one is held before its turn");
	ck_assert(!can_take(holder, TRY_STOCK, variant_of("ORDER-1")));
	db_rollback(holder);
	end_import(pid);
	ck_assert_int_eq(number("SELECT SUM(on_hand) FROM stock s JOIN variant v ON v.id = s.variant_id"
				" WHERE v.sku LIKE 'ORDER-_'"),
	    21);
}
END_TEST

START_TEST(import_sets_stock_and_its_kind_together)
{
	const char *head = "Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
			   "Variant Inventory Qty,Variant Inventory Tracker,Variant Inventory Policy\n";
	struct import im;
	long long id;

	prepare();
	run_table(str_fmt(&a, "%skind,Tea,,Size,S,KIND,5.00,3,shopify,continue\n", head).p);
	id = variant_of("KIND");
	services_sql(&services, str_fmt(&a, "UPDATE stock SET on_hand = -2 WHERE variant_id = %lld", id).p);
	services_sql(&services,
	    str_fmt(&a, "INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (%lld, -5, 2, 1)", id).p);
	write_text(path_of("table.csv"), str_fmt(&a, "%skind,Tea,,Size,S,KIND,5.00,4,shopify,deny\n", head).p);
	im = importer();
	im.products = path_of("table.csv");
	im.set_stock = true;
	run(&im);
	ck_assert_uint_eq(im.n.stock_moved, 1);
	ck_assert_int_eq(number("SELECT on_hand * 10 + sell_over FROM stock WHERE variant_id = %lld", id), 40);
}
END_TEST

START_TEST(import_does_not_begin_while_another_one_is_at_work)
{
	struct import im = importer();
	struct err e = {0};
	struct db *other;

	other = services_db(&services, &a, DB_TOOL);
	ck_ok(catalogue_save_lock(other, &a, &e), &e);
	write_text(path_of("table.csv"), "Handle,Title,Type,Variant Price\nsecond,Tea,,5\n");
	im.products = path_of("table.csv");
	im.report = stdout;
	ck_assert(!import_run(&im, &e));
	ck_assert_int_eq((int)e.kind, (int)ERR_CONFLICT);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE handle = 'second'"), 0);
	catalogue_save_unlock(other, &a);
	err_clear(&e);
	ck_ok(import_run(&im, &e), &e);
	ck_assert_uint_eq(im.n.products_new, 1);
}
END_TEST

/* As long as goods are owed to buyers, selling over must stay allowed. */
START_TEST(import_ends_the_selling_of_what_is_not_there_as_soon_as_there_is_stock)
{
	const char *head = "Handle,Title,Type,Variant SKU,Variant Price,Variant Inventory Qty,"
			   "Variant Inventory Tracker,Variant Inventory Policy\n";
	struct import im;
	long long id;

	prepare();
	run_table(str_fmt(&a, "%sowed,Tea,,OWED,5.00,3,shopify,continue\n", head).p);
	id = variant_of("OWED");
	services_sql(&services, str_fmt(&a, "UPDATE stock SET on_hand = -2 WHERE variant_id = %lld", id).p);
	services_sql(&services,
	    str_fmt(&a, "INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (%lld, -5, 2, 1)", id).p);
	run_table(str_fmt(&a, "%sowed,Tea,,OWED,5.00,5,shopify,deny\n", head).p);
	ck_assert_int_eq(number("SELECT on_hand * 10 + CAST(sell_over AS SIGNED) FROM stock WHERE variant_id = %lld",
			     id),
	    -19);
	im = importer();
	im.products = path_of("table.csv");
	im.set_stock = true;
	run(&im);
	ck_assert_uint_eq(im.n.products_same, 1);
	ck_assert_int_eq(number("SELECT on_hand * 10 + CAST(sell_over AS SIGNED) FROM stock WHERE variant_id = %lld",
			     id),
	    50);
}
END_TEST

/* A cache with planted values; a value exists if its key does. */
static struct cache *
open_cache(struct memc **m)
{
	struct cache_setup setup;
	struct err e = {0};
	struct cache *c;

	conf.cache_socket.n = 1;
	conf.cache_socket.v = ARENA_ARRAY(&a, struct str, 1);
	conf.cache_socket.v[0] = str_fmt(&a, "%s/mc.sock", services.dir);
	setup = cache_setup(&conf, 1);
	ck_ok(cache_open(&a, &setup, control_none(), &c, &e)
		  && memc_open(&a, conf.cache_socket.v, conf.cache_socket.n, m, &e),
	    &e);
	return c;
}

#define LONG_NS (5 * CLOCK_S)

/* True if the value exists and is not marked. */
static bool
cache_has(struct memc *m, const struct cache_key *key)
{
	struct memc_op op = {MEMC_GET, .key = str_n(key->text, key->n)};

	memc_place(m, &op, 1);
	memc_do(m, &a, &op, 1, clock_mono_ns() + LONG_NS);
	ck_assert_int_ne((int)op.result, (int)MEMC_ERROR);
	return op.result == MEMC_OK && !str_starts(op.value, STR("!"));
}

#define BATCH_AND_MORE 120

START_TEST(import_forgets_all_that_the_cache_holds_of_what_it_changed)
{
	static struct cache_key keys[BATCH_AND_MORE * 8];
	struct import im;
	struct cache *c;
	struct memc *m;
	size_t n = 0;
	struct buf b;

	prepare();
	buf_init(&b, &a, 1 << 20);
	buf_z(&b, HEAD);
	for (int i = 0; i < BATCH_AND_MORE; i++)
		buf_fmt(&b, "cached-%d,Tea,,Size,S,CACHED-%d,5.00,1\n", i, i);
	run_table(buf_str(&b).p);
	run_table(HEAD "cached-new,Tea,,Size,S,CACHED-0,5.00,1\n"); /* renamed, from "cached-0" */
	c = open_cache(&m);
	for (int i = 0; i < BATCH_AND_MORE; i++) {
		struct str id = str_fmt(&a, "%lld",
		    number("SELECT product_id FROM variant WHERE sku = 'CACHED-%d'", i));

		for (size_t l = 0; l < conf.site_languages.n; l++) {
			struct str lang = conf.site_languages.v[l];

			keys[n++] = cache_key(c, CACHE_card, lang, id);
			keys[n++] = cache_key(c, CACHE_product, lang, str_fmt(&a, "cached-%d", i));
		}
	}
	keys[n++] = cache_key(c, CACHE_product, conf.site_languages.v[0], STR("cached-new"));
	ck_assert_uint_le(n, ARRAY_LEN(keys));
	for (size_t i = 0; i < n; i++) {
		struct memc_op op = {
		    MEMC_ADD, .key = str_n(keys[i].text, keys[i].n), .value = STR("planted"), .ttl_s = 60};

		memc_place(m, &op, 1);
		memc_do(m, NULL, &op, 1, clock_mono_ns() + LONG_NS);
		ck_assert_int_eq((int)op.result, (int)MEMC_OK);
	}
	/* All products change. The old handle of a renamed one now belongs to a new product. */
	for (char *p = strstr(buf_str(&b).p, ",5.00,"); p != NULL; p = strstr(p, ",5.00,"))
		p[1] = '6';
	buf_z(&b, "cached-new,Tea,,Size,S,CACHED-NEW,6.00,1\n");
	write_text(path_of("table.csv"), buf_str(&b).p);
	im = importer();
	im.products = path_of("table.csv");
	im.cache = c;
	run(&im);
	ck_assert_uint_eq(im.n.products_new, 1);
	ck_assert_uint_eq(im.n.products_changed, BATCH_AND_MORE);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(!cache_has(m, &keys[i]), "%.*s", (int)keys[i].n, keys[i].text);
}
END_TEST

INTEG_MAIN("import_shop", false, import_of_stock_leaves_it_to_buyers_while_it_writes_lists,
    import_of_stock_locks_it_in_the_order_of_variants_whatever_product_they_are_of,
    import_does_not_begin_while_another_one_is_at_work, import_sets_stock_and_its_kind_together,
    import_ends_the_selling_of_what_is_not_there_as_soon_as_there_is_stock,
    import_forgets_all_that_the_cache_holds_of_what_it_changed)
