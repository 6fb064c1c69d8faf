#include <gd.h>
#include <sys/stat.h>

#include "import.h"
#include "store/catalogue/catalogue_generate.h"
#include "store/catalogue/catalogue_read.h"
#include "store/admin/migrate.h"
#include "store/catalogue/product_parts.h"
#include "store/sql.h"

/* The parts of a product (pictures, facts, tags) as stored with it, compared with the tables that they copy. */

static const struct db_stmt written[] = {
    {"PARTS_WRITTEN", DB_TOOL, "", "ss?", "SELECT handle, parts FROM product ORDER BY id"}};

static void
put_parts(struct buf *b, const struct catalogue_product *p)
{
	for (size_t i = 0; i < p->n_images; i++) {
		const struct catalogue_image *im = &p->images[i];

		buf_fmt(b, "picture %llu %lld x %lld ", (unsigned long long)im->position, (long long)im->w,
		    (long long)im->h);
		for (size_t k = 0; k < im->hash.n; k++)
			buf_fmt(b, "%02x", (unsigned char)im->hash.p[k]);
		buf_fmt(b, " %.*s\n", STR_ARG(im->alt));
	}
	for (size_t i = 0; i < p->n_facts; i++)
		buf_fmt(b, "%.*s: %.*s\n", STR_ARG(p->facts[i].name), STR_ARG(p->facts[i].text));
	for (size_t i = 0; i < p->n_tags; i++)
		buf_fmt(b, "#%.*s\n", STR_ARG(p->tags[i]));
}

static void
put_variant(struct buf *b, const struct catalogue_variant *v)
{
	buf_fmt(b, "%llu %.*s %.*s %lld %lld %lld %d %llu\n", (unsigned long long)v->id, STR_ARG(v->sku),
	    STR_ARG(v->barcode), (long long)v->price_minor, (long long)v->rrp_minor, (long long)v->was_minor,
	    v->shipped, (unsigned long long)v->image_position);
	buf_fmt(b, "%lld %.*s %lld %.*s %lld %d %d", (long long)v->measure.content_milli,
	    STR_ARG(v->measure.content_unit), (long long)v->measure.base_milli, STR_ARG(v->measure.base_unit),
	    (long long)v->stock.on_hand, v->stock.tracked, v->stock.sell_over);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++)
		buf_fmt(b, " %.*s=%.*s", STR_ARG(v->words[i].value), STR_ARG(v->words[i].text));
	buf_ch(b, '\n');
}

static struct str
parts_of(const struct catalogue_product *p)
{
	struct buf b;

	buf_init(&b, &a, 1 << 20);
	put_parts(&b, p);
	return buf_str(&b);
}

static struct str
all_of(const struct catalogue_product *p)
{
	struct buf b;

	buf_init(&b, &a, 1 << 20);
	buf_fmt(&b, "%llu %llu %llu %.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n", (unsigned long long)p->id,
	    (unsigned long long)p->category_id, (unsigned long long)p->version, STR_ARG(p->handle),
	    STR_ARG(p->vendor), STR_ARG(p->title), STR_ARG(p->body_html), STR_ARG(p->seo_title),
	    STR_ARG(p->seo_description));
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++)
		buf_fmt(&b, "%.*s=%.*s\n", STR_ARG(p->options[i].value), STR_ARG(p->options[i].text));
	for (size_t i = 0; i < p->n_variants; i++)
		put_variant(&b, &p->variants[i]);
	put_parts(&b, p);
	return buf_str(&b);
}

/* A language without translations is read from the tables; the shop's own by one statement. */
static struct catalogue_product *
read_in(struct db *db, const char *lang, struct str handle)
{
	const struct catalogue_langs langs = {str_z(lang), STR("en")};
	struct catalogue_product *p;
	struct str moved;
	struct err e = {0};

	ck_ok(catalogue_find_product(db, &a, &langs, handle, &p, &moved, &e), &e);
	ck_assert_msg(p != NULL, "%.*s", STR_ARG(handle));
	return p;
}

static long long
executed(void)
{
	return number("SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status"
		      " WHERE variable_name = 'COM_STMT_EXECUTE'");
}

/* Both ways give the same product, and the shop's own language took this number of statements. */
static void
ck_same(struct db *db, const char *handle, long long statements)
{
	long long before = executed();
	struct catalogue_product *own = read_in(db, "en", str_z(handle));

	ck_assert_int_eq(executed() - before, statements);
	ck_str(all_of(own), all_of(read_in(db, "xx", str_z(handle))).p);
}

/* For all products, the stored parts equal the tables. Returns the stored parts of all. */
static struct str
ck_written(void)
{
	struct db_setup setup = {.role = DB_TOOL, .stmts = written, .n_stmts = ARRAY_LEN(written)};
	struct db *db = services_db(&services, &a, DB_WEB), *look;
	struct db_rows rows;
	struct err e = {0};
	struct buf all;

	services_sql(&services, "UPDATE product SET status = 1"); /* only active products are read */
	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	ck_ok(db_open(&a, &setup, &look, &e), &e);
	ck_ok(db_select(db_query(look, 0), &a, &rows, &e), &e);
	buf_init(&all, &a, 64 << 20);
	while (db_next(&rows)) {
		struct catalogue_product p = {0};
		struct str handle = c_str(&rows);

		ck_assert_msg(!c_is_null(&rows), "%.*s has nothing written", STR_ARG(handle));
		ck_assert_msg(product_parts_parse(&a, c_str(&rows), &p), "%.*s", STR_ARG(handle));
		ck_str(parts_of(&p), parts_of(read_in(db, "xx", handle)).p);
		ck_str(all_of(read_in(db, "en", handle)), all_of(read_in(db, "xx", handle)).p);
		buf_put(&all, handle);
		buf_ch(&all, '\n');
		put_parts(&all, &p);
	}
	ck_ok(buf_check(&all, &e), &e);
	return buf_str(&all);
}

static void
import_demo(void)
{
	struct import im = importer();
	const char *src = getenv("top_srcdir");

	im.products = str_fmt(&a, "%s/etc/demo/products.csv", src).p;
	im.images = str_fmt(&a, "%s/etc/demo/images", src).p;
	run(&im);
}

START_TEST(parts_of_imported_and_of_generated_goods_say_what_their_tables_say)
{
	struct str all;
	struct import im;
	struct catalogue_save s;
	struct err e = {0};

	import_demo();
	im = importer();
	s = (struct catalogue_save){.db = im.db, .a = &a, .now_s = clock_utc_s(),
	    .langs = conf.site_languages.v, .n_langs = conf.site_languages.n};
	db_deadline(im.db, CLOCK_NEVER);
	ck_ok(catalogue_generate(&s, 300, 7, NULL, &e), &e);
	all = ck_written();
	ck_assert_int_ge(str_find(all, STR("\npicture 1 ")), 0);
	ck_assert_int_ge(str_find(all, STR("\npicture 2 ")), 0);
	ck_assert_int_ge(str_find(all, STR("\n#loose leaf")), 0);
	ck_assert_int_ge(str_find(all, STR("\nOrigin: ")), 0);
	ck_assert_int_ge(str_find(all, STR("generated-7-299\npicture 1 ")), 0);
}
END_TEST

/* Generated goods have no pictures, facts or tags. */
START_TEST(parts_of_generated_goods_are_written_also_in_a_shop_without_pictures)
{
	struct import im = importer();
	struct catalogue_save s = {.db = im.db, .a = &a, .now_s = clock_utc_s(),
	    .langs = conf.site_languages.v, .n_langs = conf.site_languages.n};
	struct err e = {0};

	ck_ok(catalogue_generate(&s, 5, 8, NULL, &e), &e);
	ck_assert_int_ge(str_find(ck_written(), STR("generated-8-4\n")), 0);
	ck_same(services_db(&services, &a, DB_WEB), "generated-8-4", 1);
}
END_TEST

static void
draw(const char *name, int w)
{
	gdImagePtr img = gdImageCreateTrueColor(w, 10);
	FILE *f = fopen(path_of(name), "wb");

	ck_assert_ptr_nonnull(f);
	gdImagePng(img, f);
	gdImageDestroy(img);
	fclose(f);
}

static struct str
after_import(const char *text)
{
	struct import im = importer();

	write_text(path_of("table.csv"), text);
	im.products = path_of("table.csv");
	im.images = path_of("in");
	run(&im);
	ck_written();
	return parts_of(read_in(services_db(&services, &a, DB_WEB), "en", STR("kept")));
}

#define PARTS_HEAD                                                                                                     \
	"Handle,Title,Tags,Variant Price,Image Src,Image Alt Text,Origin (product.metafields.custom.origin)\n"

START_TEST(parts_follow_what_is_imported_anew)
{
	struct str first, next;

	prepare();
	ck_assert_int_eq(mkdir(path_of("in"), 0755), 0);
	draw("in/a.png", 20);
	draw("in/b.png", 30);
	first = after_import(PARTS_HEAD "kept,Tea,\"fine,new\",5,a.png,A tin,Uji\nkept,,,,none.png,Nothing,\n"
					"kept,,,,b.png,Leaves,\n");
	ck_assert_int_ge(str_find(first, STR("picture 1 20 x 10 ")), 0);
	ck_assert_int_ge(str_find(first, STR("picture 3 30 x 10 ")), 0);
	ck_assert_int_ge(str_find(first, STR(" Leaves\nOrigin: Uji\n#fine\n#new\n")), 0);
	/* The texts change; the files of the pictures are missing. */
	ck_assert_int_eq(rename(path_of("in"), path_of("away")), 0);
	ck_assert_int_eq(mkdir(path_of("in"), 0755), 0);
	next = after_import(PARTS_HEAD "kept,Tea,new,5,a.png,A green tin,Kyoto\nkept,,,,none.png,Nothing,\n"
				       "kept,,,,b.png,Leaves,\n");
	ck_assert_int_ge(str_find(next, STR(" A green tin\npicture 3 30 x 10 ")), 0);
	ck_assert_int_ge(str_find(next, STR(" Leaves\nOrigin: Kyoto\n#new\n")), 0);
	ck_assert_int_lt(str_find(next, STR("#fine")), 0);
	ck_assert(str_eq(str_head(next, 50), str_head(first, 50))); /* up to the end of its hash */
	/* The texts stay; the picture changes. */
	draw("in/a.png", 40);
	next = after_import(PARTS_HEAD "kept,Tea,new,5,a.png,A green tin,Kyoto\nkept,,,,none.png,Nothing,\n"
				       "kept,,,,b.png,Leaves,\n");
	ck_assert_int_ge(str_find(next, STR("picture 1 40 x 10 ")), 0);
	next = after_import(PARTS_HEAD "kept,Tea,,5,,,\n");
	ck_str(next, "");
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE handle = 'kept' AND parts = '[]'"), 1);
}
END_TEST

static bool
save_body(struct db *db, void *arg, struct err *e)
{
	struct catalogue_save s = {.db = db, .a = &a, .now_s = 1,
	    .langs = conf.site_languages.v, .n_langs = conf.site_languages.n};
	const struct product *p = arg;
	struct catalogue_saved saved;

	return catalogue_save_products(&s, &p, 1, &saved, e);
}

static int
by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

/* Every character that is special in JSON, SQL or HTML; some of them no table could contain. */
static void
save_odd(const char *handle)
{
	static const char odd[] =
	    "\"quoted\" 'too' \\ \\u0041 \\\" [1,2] {\"a\":null} <b>&amp;</b> %s ?\n\r\t\b\f\x01\x1f\x7f"
	    " ü 茶 🍵\xe2\x80\xa8\xe2\x80\xa9";
	struct product_variant v = {.price_minor = 500, .compare_minor = -1, .cost_minor = -1, .stock = 1};
	struct product_image im[] = {{.source = STR("a.jpg"), .alt = str_z(odd), .has_picture = true, .w = 1, .h = 2},
	    {.source = STR("b.jpg"), .alt = STR("missing")}, {.source = STR("c.jpg"), .has_picture = true}};
	struct product_spec specs[] = {{STR("z\\"), STR("\\")}, {STR("a"), str_z(odd)}, {STR("\""), STR(" blank ")}};
	struct str tags[] = {STR("\x01"), STR(" "), STR("\""), STR("A"), str_z(odd), STR("ä"), STR("茶"), STR("🍵")};
	struct product p = {.handle = str_z(handle),
	    .title = STR("Tea"),
	    .status = PRODUCT_ACTIVE,
	    .variants = &v,
	    .n_variants = 1,
	    .images = im,
	    .n_images = ARRAY_LEN(im),
	    .specs = specs,
	    .n_specs = ARRAY_LEN(specs),
	    .tags = tags,
	    .n_tags = ARRAY_LEN(tags)};
	struct err e = {0};

	for (size_t i = 0; i < PRODUCT_PICTURE_B; i++)
		im[0].picture[i] = im[2].picture[i] = (uint8_t)(255 - 17 * i);
	qsort(tags, ARRAY_LEN(tags), sizeof(tags[0]), by_bytes);
	prepare();
	ck_ok(db_tx(services_db(&services, &a, DB_TOOL), save_body, &p, &e), &e);
}

START_TEST(parts_hold_every_character)
{
	struct catalogue_product *p;

	save_odd("odd");
	ck_written();
	p = read_in(services_db(&services, &a, DB_WEB), "en", STR("odd"));
	ck_assert_uint_eq(p->n_images, 2);
	ck_assert_uint_eq(p->images[1].position, 3);
	ck_assert_uint_eq(p->n_facts, 3);
	ck_assert_uint_eq(p->n_tags, 8);
	ck_assert(str_eq(p->images[0].alt, p->facts[1].text));
}
END_TEST

static void
say(const char *text)
{
	(void)text;
}

/* Lets the migrations from the third on run again. */
static void
forget_migrations(void)
{
	static const char *const undo[] = {
	    "ALTER TABLE orders DROP KEY orders_client, DROP COLUMN client, DROP KEY orders_queue, DROP COLUMN queue,"
	    " DROP KEY orders_indexed, DROP COLUMN indexed, DROP KEY orders_state, DROP KEY orders_email,"
	    " DROP KEY orders_amount, DROP KEY orders_created, DROP COLUMN version, DROP COLUMN country",
	    "ALTER TABLE order_event DROP COLUMN ref_id",
	    "ALTER TABLE ledger_entry DROP COLUMN currency, DROP COLUMN actor, DROP COLUMN ref_id",
	    "ALTER TABLE stock_movement DROP KEY stock_movement_key, DROP COLUMN actor, DROP COLUMN ref,"
	    " DROP COLUMN action_key",
	    "ALTER TABLE variant DROP COLUMN prices",
	    "DROP TABLE placing_turn, sale_price, sale, mail_bounce, mail_suppressed, stock_low",
	    "ALTER TABLE outbox DROP COLUMN lease_until, DROP COLUMN lease_by, DROP COLUMN use_by,"
	    " DROP COLUMN hold_until, DROP COLUMN cause, DROP KEY outbox_order, DROP COLUMN order_id,"
	    " DROP COLUMN done_at, DROP COLUMN why",
	    "DROP TABLE pay_attempt",
	    "ALTER TABLE product_text DROP COLUMN maker, DROP COLUMN operator",
	    "ALTER TABLE product_text DROP COLUMN particulars",
	    "DROP TABLE maker",
	    "ALTER TABLE orders DROP COLUMN early_version, DROP COLUMN early_at",
	    "DROP TABLE hook, hook_try, withdrawal",
	    "DROP TABLE order_download_take, order_download, download_file, sale_code",
	    "DROP TABLE document, document_series",
	};

	for (size_t i = 0; i < ARRAY_LEN(undo); i++)
		services_sql(&services, undo[i]);
	services_sql(&services, "DELETE FROM schema_migration WHERE version >= 3");
}

/* Starts from a database of the previous release, whose products lack the column. */
START_TEST(migration_writes_the_parts_that_an_import_writes)
{
	struct db_login logins[DB_ACCOUNT__MAX];
	struct migrate m = {.logins = logins, .say = say};
	struct db_setup setup;
	struct err e = {0};
	struct str imported;

	import_demo();
	m.dir = str_fmt(&a, "%s/etc/sql", getenv("top_srcdir")).p;
	save_odd("odd-too");
	imported = ck_written();
	services_sql(&services, "ALTER TABLE product DROP COLUMN parts");
	services_sql(&services, "UPDATE product SET status = 2 WHERE handle = 'odd-too'");
	forget_migrations();
	db_login_all(&conf, logins);
	setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);
	ck_ok(db_open(&a, &setup, &m.db, &e) && migrate_run(&m, &a, &e), &e);
	ck_assert_uint_eq(m.n_applied, SQL_SCHEMA - 2);
	ck_str(ck_written(), imported.p);
	/* Running it again keeps parts that were written since. */
	services_sql(&services, "UPDATE product SET parts = '[[2,\"newer\"]]' WHERE handle = 'odd-too'");
	forget_migrations();
	ck_ok(migrate_run(&m, &a, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE parts = '[[2,\"newer\"]]'"), 1);
	services_sql(&services, "UPDATE product SET parts = NULL WHERE handle = 'odd-too'");
	forget_migrations();
	ck_ok(migrate_run(&m, &a, &e), &e);
	ck_str(ck_written(), imported.p);
}
END_TEST

#define ROW "variant v JOIN product p ON p.id = v.product_id AND p.handle = 'bent'"

START_TEST(product_reads_the_same_whatever_is_missing_in_its_row)
{
	static const struct {
		const char *change;
		long long statements; /* without a lowest price */
	} cases[] = {
	    {"DO 1", 1},
	    {"UPDATE product SET parts = NULL WHERE handle = 'bent'", 2},
	    {"UPDATE product SET parts = '[[2,\"cut of' WHERE handle = 'bent'", 2},
	    {"UPDATE product SET parts = '' WHERE handle = 'bent'", 2},
	    {"UPDATE " ROW " SET v.position = v.position + 3", 3},
	    {"UPDATE " ROW " SET v.gone = 1 WHERE v.position = 1", 3},
	    {"UPDATE " ROW " SET v.gone = 1", 1},
	    {"UPDATE " ROW " SET v.position = 4 - v.position", 1},
	    {"UPDATE " ROW " SET v.position = 1", 1},
	    {"UPDATE " ROW " SET v.position = 0 WHERE v.position = 3", 1},
	    {"DELETE s FROM stock s JOIN " ROW " ON s.variant_id = v.id WHERE v.position = 1", 1},
	    {"DELETE s FROM stock s JOIN " ROW " ON s.variant_id = v.id", 1},
	    {"DELETE t FROM product_text t JOIN product p ON p.id = t.product_id AND p.handle = 'bent'", 1},
	};
	struct db *db;

	prepare();
	db = services_db(&services, &a, DB_WEB);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		services_sql(&services, "DELETE s FROM stock s JOIN " ROW " ON s.variant_id = v.id");
		services_sql(&services, "DELETE v FROM " ROW);
		services_sql(&services, "DELETE FROM product WHERE handle = 'bent'");
		run_table("Handle,Title,Body (HTML),Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
			  "Origin (product.metafields.custom.origin)\n"
			  "bent,Tea,<p>Good.</p>,\"new,fine\",Size,S,BENT1,5.00,Japan\nbent,,,,,M,BENT2,6.00,\n"
			  "bent,,,,,L,BENT3,7.00,\n");
		services_sql(&services, cases[i].change);
		ck_same(db, "bent", cases[i].statements);
	}
}
END_TEST

/* Simulates a server that reads rows in the order of their keys, which is not the order of a product's variants. */
START_TEST(product_has_its_variants_in_their_places_however_the_server_reads_them)
{
	run_table("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
		  "turned,Tea,Size,S,TURNED1,5.00\nturned,,,M,TURNED2,6.00\nturned,,,L,TURNED3,7.00\n");
	services_sql(&services, "UPDATE variant SET position = 4 - position WHERE sku LIKE 'TURNED_'");
	services_sql(&services, "SET GLOBAL join_cache_level = 8");
	services_sql(&services, "SET GLOBAL optimizer_switch = 'mrr=on,mrr_sort_keys=on,join_cache_bka=on'");
	ck_same(services_db(&services, &a, DB_WEB), "turned", 1);
	services_sql(&services, "SET GLOBAL join_cache_level = DEFAULT");
	services_sql(&services, "SET GLOBAL optimizer_switch = DEFAULT");
}
END_TEST

INTEG_MAIN("parts", false, parts_of_generated_goods_are_written_also_in_a_shop_without_pictures,
    parts_of_imported_and_of_generated_goods_say_what_their_tables_say, parts_follow_what_is_imported_anew,
    parts_hold_every_character, migration_writes_the_parts_that_an_import_writes,
    product_reads_the_same_whatever_is_missing_in_its_row,
    product_has_its_variants_in_their_places_however_the_server_reads_them)
