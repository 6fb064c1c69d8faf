/* Imports of whole catalogues: real, demo and generated ones. */
#include <gd.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "work/export_run.h"
#include "import.h"
#include "store/catalogue/catalogue_generate.h"
#include "store/catalogue/catalogue_read.h"

/* The real data, which is not part of the project. */
static const char *
data(void)
{
	const char *dir = getenv("KONTOR_TEST_DATA"), *src = getenv("top_srcdir");

	prepare();
	if (dir == NULL)
		dir = str_fmt(&a, "%s/../shared/data", src == NULL ? "." : src).p;
	if (access(str_fmt(&a, "%s/adventureworks/products.csv", dir).p, R_OK) == 0)
		return dir;
	printf("# skipped: no data in %s (KONTOR_TEST_DATA)\n", dir);
	return NULL;
}

START_TEST(import_adventureworks_whole_and_again)
{
	const char *dir = data();

	for (int round = 0; dir != NULL && round < 3; round++) {
		struct import im = importer();

		im.products = str_fmt(&a, "%s/adventureworks/products.csv", dir).p;
		im.translations = str_fmt(&a, "%s/adventureworks/translations.csv", dir).p;
		im.images = str_fmt(&a, "%s/adventureworks", dir).p;
		run(&im);
		ck_assert_uint_eq(im.n.rows_refused, 0);
		ck_assert_uint_eq(im.n.products_new, round == 0 ? 119 : 0);
		ck_assert_uint_eq(im.n.variants_new, round == 0 ? 295 : 0);
		ck_assert_uint_eq(im.n.pictures_new, round == 0 ? 41 : 0);
		ck_assert_uint_eq(im.n_langs, 5);
		ck_assert(round == 0 || import_changes(&im) == 0);
		if (round == 1)
			services_sql(&services,
			    "UPDATE stock s JOIN variant v ON v.id = s.variant_id SET on_hand = on_hand - 1"
			    " WHERE sku = 'HL-U509-R'");
	}
	if (dir != NULL)
		ck_assert_int_eq(
		    number("SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE sku = 'HL-U509-R'"),
		    287);
}
END_TEST

START_TEST(import_a_real_shops_export_and_again)
{
	const char *dir = data();

	for (int round = 0; dir != NULL && round < 2; round++) {
		struct import im = importer();

		im.products = str_fmt(&a, "%s/shopify/jewelry.csv", dir).p;
		run(&im);
		ck_assert_uint_eq(im.n.products_new, round == 0 ? 19 : 0);
		ck_assert_uint_eq(im.n.rows_refused, 0);
		ck_assert_uint_eq(im.n.pictures_remote, 25);
		ck_assert(round == 0 || import_changes(&im) == 0);
	}
}
END_TEST

START_TEST(import_demo_catalogue_whole)
{
	const char *src = getenv("top_srcdir");

	for (int round = 0; round < 2; round++) {
		struct import im = importer();

		im.products = str_fmt(&a, "%s/etc/demo/products.csv", src == NULL ? "." : src).p;
		im.translations = str_fmt(&a, "%s/etc/demo/translations.csv", src == NULL ? "." : src).p;
		run(&im);
		ck_assert_msg(im.n.rows_refused + im.n.notes == 0, "%s", report);
		ck_assert_uint_ge(im.n.products_new + im.n.products_same, 60);
		ck_assert(round == 0 || import_changes(&im) == 0);
	}
}
END_TEST

START_TEST(generated_goods_are_whole_and_a_seed_serves_once)
{
	struct import im = importer();
	struct catalogue_save s = {.db = im.db, .a = &a, .now_s = clock_utc_s(),
	    .langs = conf.site_languages.v, .n_langs = conf.site_languages.n};
	struct err e = {0};

	db_deadline(im.db, CLOCK_NEVER);
	ck_ok(catalogue_generate(&s, 2500, 7, NULL, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE vendor = 'Generated'"), 2500);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM listing l JOIN product p ON p.id = l.product_id WHERE vendor = 'Generated'"),
	    7500);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product p WHERE vendor = 'Generated' AND price_minor <>"
				" (SELECT MIN(price_minor) FROM variant v WHERE v.product_id = p.id)"),
	    0);
	ck_assert(!catalogue_generate(&s, 1, 7, NULL, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
}
END_TEST

START_TEST(search_reads_few_rows_also_while_the_server_believes_its_tables_empty)
{
	static const struct str searches[][3] = {{STR_INIT("oak")}, {STR_INIT("generated"), STR_INIT("oak")},
	    {STR_INIT("oak"), STR_INIT("generated")}, {STR_INIT("generated"), STR_INIT("1234")},
	    {STR_INIT("made"), STR_INIT("generated"), STR_INIT("tray")}};
	struct db *db;

	prepare();
	services_sql(&services, "ALTER TABLE search_block STATS_AUTO_RECALC = 0");
	services_sql(&services, "UPDATE mysql.innodb_table_stats SET n_rows = 0, clustered_index_size = 1,"
				" sum_of_other_index_sizes = 1 WHERE table_name = 'search_block'");
	services_sql(&services, "RENAME TABLE search_block TO reads_its_statistics_again");
	services_sql(&services, "RENAME TABLE reads_its_statistics_again TO search_block");
	db = services_db(&services, &a, DB_WEB);
	for (size_t i = 0; i < ARRAY_LEN(searches); i++) {
		struct catalogue_list_query query = {.n = 24};
		struct catalogue_list list;
		struct err e = {0};
		size_t n = 0;
		long long before, asking;

		while (n < 3 && searches[i][n].n > 0)
			n++;
		before = rows_read();
		asking = rows_read() - before;
		before = rows_read();
		ck_ok(catalogue_search(db, &a, STR("en"), searches[i], n, &query, &list, &e), &e);
		ck_assert_uint_ge(list.n, 1);
		/* Of 2,500 products some 125 have a word such as "oak", all have "generated"; all are in one block. */
		ck_assert_int_le(rows_read() - before - asking, 50);
	}
}
END_TEST

/* A checksum of the lists and tokens of the generated goods. */
static long long
generated_index(void)
{
	return number("SELECT SUM(CRC32(CONCAT_WS('/', f.lang, f.token, f.id))) FROM (" FOUND_ALL ") f"
		      " JOIN product p ON p.id = f.id WHERE p.vendor = 'Generated'")
	    + number("SELECT SUM(CRC32(CONCAT_WS('/', l.category_id, l.lang, l.title, l.product_id)))"
		     " FROM listing_name l JOIN product p ON p.id = l.product_id WHERE p.vendor = 'Generated'");
}

/* Runs last, so that there is much to write. */
START_TEST(export_then_import_changes_nothing)
{
	struct import im = importer();
	struct export x = {.db = im.db, .conf = &conf};
	long long index = generated_index();
	struct err e = {0};

	/* An export omits whatever an import would refuse. */
	services_sql(&services, "INSERT INTO term_text (kind, term, lang, text) VALUES (0, 'Size', 'en', 'Dimension')");
	x.products = fopen(path_of("out.csv"), "w");
	x.translations = fopen(path_of("texts-out.csv"), "w");
	ck_ok(export_run(&x, &e), &e);
	fclose(x.products);
	fclose(x.translations);
	ck_assert_int_eq((long long)x.n, number("SELECT COUNT(*) FROM product"));
	im = importer();
	im.products = path_of("out.csv");
	im.translations = path_of("texts-out.csv");
	run(&im);
	ck_assert_uint_eq(im.n.rows_refused, 0);
	/* Generated goods do not have the fingerprint of an import yet. */
	ck_assert_uint_eq(im.n.products_changed, number("SELECT COUNT(*) FROM product WHERE vendor = 'Generated'"));
	ck_assert_uint_eq(im.n.texts_new + im.n.texts_changed + im.n.products_new + im.n.variants_new, 0);
	ck_assert_uint_eq(im.n.variants_changed + im.n.variants_gone, 0);
	/* The generator makes the same lists and search index as an import. */
	ck_assert_int_eq(generated_index(), index);
}
END_TEST

START_TEST(whole_catalogues_are_consistent)
{
	check_imported();
}
END_TEST

INTEG_MAIN("import_goods", false, import_adventureworks_whole_and_again, import_a_real_shops_export_and_again,
    import_demo_catalogue_whole, generated_goods_are_whole_and_a_seed_serves_once,
    search_reads_few_rows_also_while_the_server_believes_its_tables_empty, export_then_import_changes_nothing,
    whole_catalogues_are_consistent)
