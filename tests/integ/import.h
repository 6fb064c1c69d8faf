/* import.h - shared by the tests of imports: writes a table and imports it. */
#ifndef KONTOR_TESTS_IMPORT_H
#define KONTOR_TESTS_IMPORT_H

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "work/import_run.h"
#include "integ.h"

/* Each test has its own process, but all use one database: each uses handles and SKUs of its own. */
static struct arena a;
static struct conf conf;
static char report[20000];

static inline void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static inline const char *
path_of(const char *name)
{
	return str_fmt(&a, "%s/%s", services.dir, name).p;
}

static inline void
prepare(void)
{
	if (conf.file != NULL)
		return;
	arena_init(&a, (size_t)1024 << 20);
	services_conf(&services, &a, &conf);
	conf.paths_media_dir = str_fmt(&a, "%s/media", services.dir);
}

static inline struct import
importer(void)
{
	prepare();
	return (struct import){
	    .a = &a, .db = services_db(&services, &a, DB_TOOL), .conf = &conf, .now_s = clock_utc_s()};
}

/* Runs an import; `report` receives its messages. */
static inline void
run(struct import *im)
{
	struct err e = {0};

	memset(report, 0, sizeof(report));
	im->report = fmemopen(report, sizeof(report) - 1, "w");
	ck_ok(import_run(im, &e), &e);
	fclose(im->report);
}

static inline struct import
run_table(const char *text)
{
	struct import im = importer();

	write_text(path_of("table.csv"), text);
	im.products = path_of("table.csv");
	run(&im);
	return im;
}

#define number(...) services_number(&services, str_fmt(&a, __VA_ARGS__).p)

/* Every pair of word and product that the search index knows, from the posting lists and from the products' own
 * rows. */
#define FOUND_ALL                                                                                                      \
	"SELECT b.lang, b.token, 16384 * b.block + CAST(CONV(j.x, 16, 10) AS UNSIGNED) AS id FROM search_block b,"     \
	" JSON_TABLE(CONCAT('[\"', REGEXP_REPLACE(HEX(b.ids), '(....)(?=.)', '\\\\1\",\"'), '\"]'), '$[*]'"           \
	" COLUMNS (x CHAR(4) PATH '$')) j"
#define NOTED_ALL                                                                                                      \
	"SELECT w.lang, CAST(j.x AS BINARY) AS token, w.product_id AS id FROM search_words w,"                         \
	" JSON_TABLE(CONCAT('[\"', REPLACE(w.words, CHAR(10), '\",\"'), '\"]'), '$[*]'"                               \
	" COLUMNS (x VARCHAR(64) PATH '$')) j"
#define SUM_OF "SELECT SUM(CRC32(CONCAT_WS('/', lang, token, id))) FROM ("
#define HEAD "Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty\n"

/* The number of rows that the server has read, including those of this query. */
static inline long long
rows_read(void)
{
	return number("SELECT CAST(SUM(variable_value) AS SIGNED) FROM information_schema.global_status"
		      " WHERE variable_name LIKE 'HANDLER_READ%%'");
}

/* Invariants that hold in every table, at every moment of the tests. */
static inline void
check_imported(void)
{
	prepare();
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM stock s WHERE on_hand <>"
		   " (SELECT COALESCE(SUM(qty), 0) FROM stock_movement m WHERE m.variant_id = s.variant_id)"
		   " AND variant_id NOT IN (SELECT id FROM variant WHERE sku = 'HL-U509-R')"),
	    0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM category c WHERE n_products <>"
				" (SELECT COUNT(*) FROM listing l WHERE l.category_id = c.id)"),
	    0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product p WHERE (status = 1) <>"
				" EXISTS (SELECT 1 FROM listing l WHERE l.product_id = p.id AND l.category_id = 0)"),
	    0);
	/* The posting lists agree with the words recorded with each product. */
	ck_assert_int_gt(number("SELECT COUNT(*) FROM (" FOUND_ALL ") f"), 1000);
	ck_assert_int_eq(number("SELECT COUNT(*) - COUNT(DISTINCT lang, token, id) FROM (" FOUND_ALL ") f"), 0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM (" FOUND_ALL ") f"), number("SELECT COUNT(*) FROM (" NOTED_ALL ") f"));
	ck_assert_int_eq(number(SUM_OF FOUND_ALL ") f"), number(SUM_OF NOTED_ALL ") f"));
	ck_assert_int_eq(number("SELECT COUNT(*) FROM search_block WHERE ids = ''"), 0);
	ck_assert_int_eq(
	    number(
		"SELECT COUNT(*) FROM variant v LEFT JOIN stock s ON s.variant_id = v.id WHERE s.variant_id IS NULL"),
	    0);
}

#endif
