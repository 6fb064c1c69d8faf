/* test_import_rows.c - how whole tables are read: encodings, numbers, quantities, repeated rows, pictures by name. */
#include <gd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import.h"
#include "work/export_run.h"

static struct import
run_bytes(struct str bytes, const char *encoding)
{
	struct import im = importer();
	FILE *f = fopen(path_of("table.csv"), "w");

	ck_assert(f != NULL && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
	im.products = path_of("table.csv");
	im.encoding = encoding;
	run(&im);
	return im;
}

#define price_of(handle) number("SELECT COALESCE(MAX(price_minor), -1) FROM product WHERE handle = '%s'", (handle))

START_TEST(import_reads_tables_of_european_spreadsheets)
{
	static const struct {
		const char *handle;
		struct str table;
		long long minor;
	} tables[] = {{"eu-a", STR_INIT("Handle;Title;Variant Price\neu-a;K\xe4se;19,90\n"), 1990},
	    {"eu-b", STR_INIT("sep=;\r\nHandle;Title;Variant Price;Published\r\neu-b;Tee;1.234,50 \x80;WAHR\r\n"),
		123450},
	    {"eu-c",
		STR_INIT("Handle;Title;Variant Price\neu-c;Th\xc3\xa9;1\xc2\xa0"
			 "234,5\n"),
		123450},
	    {"eu-d", STR_INIT("Handle\tTitle\tVariant Price\neu-d\tTee\t5,00\neu-d2\tTee\t2.000\n"), 500},
	    {"eu-d2", STR_INIT("Handle\tTitle\tVariant Price\neu-d\tTee\t5,00\neu-d2\tTee\t2.000\n"), 200000},
	    {"eu-e",
		STR_INIT("\xff\xfeH\0a\0n\0d\0l\0e\0;\0T\0i\0t\0l\0e\0;\0P\0r\0i\0c\0e\0\n\0e\0u\0-\0e\0;\0\xe4\0;\0"
			 "7\0,\0005\0\n\0"),
		750},
	    {"eu-f", STR_INIT("Handle;Title;Variant Price\neu-f;Tea;\"1'000.00\"\n"), 100000}};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		struct import im = run_bytes(tables[i].table, NULL);

		ck_assert_uint_eq(im.n.rows_refused, 0);
		ck_assert_int_eq(price_of(tables[i].handle), tables[i].minor);
		im = run_bytes(tables[i].table, NULL);
		ck_assert_uint_eq(import_changes(&im), 0);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_text WHERE title = 'K\xc3\xa4se'"), 1);
}
END_TEST

START_TEST(import_refuses_a_table_as_a_whole_before_its_first_row)
{
	static const struct {
		struct str table;
		const char *encoding, *why;
	} tables[] = {
	    {STR_INIT("Handle,Title,Price\nwhole,Tea,\"1,234\"\nwhole-2,Tea,7\n"), NULL, "line 2 can be read as"},
	    {STR_INIT("Handle;Title;Price\nwhole;Tea;7\nwhole-2;Tea;1.234\n"), NULL, "line 3 can be read as"},
	    {STR_INIT("Handle\tTitle\tPrice\nwhole\tTea\t7\nwhole-2\tTea\t1,234\n"), NULL, "ambiguous"},
	    {STR_INIT("Handle,Title,Price\nwhole,Tea,7\nwhole-2,\xd7\xe0\xf8\xea\xe0 \xf7\xe0\xff,7\n"), NULL,
		"encoding"},
	    {STR_INIT("Handle,Title,Price\nwhole,Tea,7\nwhole-2,T\xe9,7\n"), "UTF-8", "line 3: not UTF-8"},
	    {STR_INIT("Handle,Title,Price\nwhole,Tea,7\n"), "no-such", "not a known encoding"},
	    {STR_INIT("Handle,Title,Price\nwhole,Tea,7.50\nwhole,Tea,\"7,50\"\nwhole-2,Tea,\"1,234\"\n"), NULL,
		"line 4"}};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		struct import im = importer();
		struct err e = {0};
		FILE *f = fopen(path_of("table.csv"), "w");

		ck_assert(fwrite(tables[i].table.p, 1, tables[i].table.n, f) == tables[i].table.n && fclose(f) == 0);
		im.products = path_of("table.csv");
		im.encoding = tables[i].encoding;
		ck_assert(!import_run(&im, &e));
		ck_assert_msg(strstr(e.msg, tables[i].why) != NULL, "%s", e.msg);
		ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE handle = 'whole'"), 0);
	}
}
END_TEST

/* All findings as standard error shows them. */
static const char *
findings(const struct import *im)
{
	static char text[20000];
	FILE *f = fmemopen(text, sizeof(text), "w");

	import_findings(im, f);
	fclose(f);
	return text;
}

START_TEST(import_sums_up_findings_of_one_kind_and_reports_each)
{
	struct import im =
	    run_table("Handle,Title,Option1 Name,Option1 Value,Price,Variant Grams,Cost per item\n"
		      "sum,Tea,No,1,5,1.00011,\nsum,,,2,5,2.00022,x\nsum,,,3,5,3.5,y\nsum,,,4,5,4.00044,\n"
		      "sum,,,5,5,5.00055,\nsum,,,6,5,6.00066,\nsum,,,7,5,7.00077,\nsum,,,8,nine,1,\n");
	const char *text = findings(&im);

	ck_assert_ptr_nonnull(strstr(text, "table.csv: 6 x note: Variant Grams: rounded to 1.000 grams"
					   " (lines 2, 3, 5, 6, 7 and 1 more)\n"));
	ck_assert_ptr_nonnull(strstr(text, "table.csv: 2 x note: Cost per item: 'x' is not an amount"));
	ck_assert_ptr_nonnull(strstr(text, "table.csv:9:9: left out: Variant Price: 'nine' is not an amount"));
	ck_assert_ptr_nonnull(strstr(report, "table.csv:8:11: note: Variant Grams: rounded to 7.001 grams\n"));
}
END_TEST

START_TEST(import_says_once_that_quantities_are_missing)
{
	struct import im =
	    run_table("Handle,Title,Price,Variant Inventory Tracker\nq-a,A,5,shopify\nq-b,B,5,shopify\n");

	ck_assert_uint_eq(im.n.unstocked, 2);
	ck_assert_ptr_nonnull(strstr(report, "no column with quantities: 2 tracked variants have stock 0"));
	im =
	    run_table("Handle,Title,Price,Variant Inventory Tracker,Inventory quantity\nq-c,C,5,shopify,\nq-d,D,5,,\n");
	ck_assert_uint_eq(im.n.unstocked, 1);
	ck_assert_ptr_nonnull(strstr(report, "some rows have no quantity: 1 tracked variant has stock 0"));
	im = run_table("Handle,Title,Price,Variant Inventory Tracker\nq-e,E,5,\n"); /* not counted */
	ck_assert_uint_eq(im.n.unstocked, 0);
	im = run_table(
	    "Handle,Title,Price,Variant Inventory Tracker,Variant Inventory Policy\nq-f,F,5,shopify,continue\n");
	ck_assert_uint_eq(im.n.unstocked, 0);
	im = run_table("Handle,Title,Price,Variant Inventory Tracker,Inventory quantity\nq-g,G,5,shopify,0\n");
	ck_assert_uint_eq(im.n.unstocked, 0);
	im = run_table("Handle,Title,Price,Variant Inventory Tracker\nq-a,A,6,shopify\n"); /* known */
	ck_assert_uint_eq(im.n.unstocked, 0);
}
END_TEST

START_TEST(import_ignores_repeated_rows_wherever_they_stand)
{
	struct import im =
	    run_table("Handle,Title,Option1 Name,Option1 Value,Price,Image Src\n"
		      "rep-a,A,Size,S,5,a.png\nrep-a,A,Size,S,5,a.png\nrep-a,,,M,6,\nrep-b,B,Size,S,7,b.png\n"
		      "rep-a,,,M,6,\nrep-b,,,M,8,c.png\nrep-b,,,,,c.png\nrep-b,,,,,c.png\nrep-b,,,M,8,d.png\n"
		      "rep-a,A,Size,S,5,a.png\n");

	ck_assert_uint_eq(im.n.products_new, 2);
	ck_assert_uint_eq(im.n.variants_new, 4);
	ck_assert_uint_eq(im.n.rows_refused, 0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM product_image i JOIN product p ON p.id = i.product_id WHERE handle = 'rep-b'"),
	    3);
}
END_TEST

START_TEST(import_gathers_the_rows_of_a_product_wherever_they_stand)
{
	struct import im = run_table(
	    "Handle,Title,Option1 Name,Option1 Value,Price,Image Src\n"
	    "far-a,A,Size,S,5,\nfar-b,B,Size,S,7,\nfar-a,,,M,6,\nfar-c,C,,,9,\nfar-b,,,M,8,\nfar-a,,,,,a.png\n"
	    "far-a,A,Size,L,5,\nfar-c,Other,,,4,\nfar-c,,,,,c.png\nfar-d,D,,,1,\n");

	ck_assert_uint_eq(im.n.products_new, 4);
	ck_assert_uint_eq(im.n.variants_new, 7);
	ck_assert_uint_eq(im.n.rows_refused, 2); /* the other product of far-c, and its picture */
	ck_assert_ptr_nonnull(strstr(report, "table.csv:9:1: left out: Handle: another product has this handle"));
	ck_assert_int_eq(price_of("far-c"), 900);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_image i JOIN product p ON p.id = i.product_id WHERE "
	                        "handle LIKE 'far-%%'"),
	    1);
}
END_TEST

START_TEST(import_keeps_a_product_whose_description_cannot_be_kept)
{
	static char table[1200000];
	size_t n = (size_t)snprintf(table, sizeof(table), "Handle,Title,Price,Body (HTML)\nbody-a,A,5,\"<p>x</p>");
	struct import im;

	while (n < 500000)
		n += (size_t)snprintf(table + n, sizeof(table) - n, "<p>Lorem ipsum %zu</p>", n);
	n += (size_t)snprintf(
	    table + n, sizeof(table) - n, "\"\nbody-b,B,5,\"<p>y<img alt='z' src='data:image/png;base64,");
	while (n < 1000000)
		n += (size_t)snprintf(table + n, sizeof(table) - n, "QUJDREVGRw");
	snprintf(table + n, sizeof(table) - n, "'></p>\"\n");
	im = run_table(table);
	ck_assert_uint_eq(im.n.products_new, 2);
	ck_assert_ptr_nonnull(strstr(report, "note: Body (HTML): longer than 256 KiB: cut"));
	ck_assert_int_gt(number("SELECT LENGTH(body_html) FROM product_text t JOIN product p ON p.id = t.product_id"
				" WHERE handle = 'body-a'"),
	    200000);
	ck_assert_int_eq(
	    number("SELECT body_html = '<p>yz</p>' FROM product_text t JOIN product p ON p.id = t.product_id"
		   " WHERE handle = 'body-b'"),
	    1);
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
}
END_TEST

static struct str
exported(bool excel)
{
	char *bytes = NULL;
	struct export x = {.db = services_db(&services, &a, DB_TOOL), .conf = &conf, .excel = excel};
	struct err e = {0};
	struct str s;
	size_t n = 0;

	x.products = open_memstream(&bytes, &n);
	ck_ok(export_run(&x, &e), &e);
	fclose(x.products);
	s = str_dup(&a, str_n(bytes, n));
	free(bytes);
	return s;
}

START_TEST(import_of_an_export_changes_nothing_and_exports_the_same_bytes)
{
	struct import im;
	struct str first, second;

	run_table("Handle,Title,Option1 Name,Option1 Value,Price,SKU,Variant Grams,A (product.metafields.x.y),"
		  "A (product.metafields.x.z)\n"
		  "trip-a,A,Size,S,5,'0112,453.59237,\"[\"\"a\"\",\"\"b\"\"]\",c\ntrip-a,,,M,nine,,,,\ntrip-a,,,L,7,a  "
		  "b,1,,\n");
	first = exported(false);
	im = run_bytes(first, NULL);
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert_uint_eq(im.n.notes, 0);
	second = exported(true);
	ck_assert(str_starts(second, STR("\xef\xbb\xbfHandle,")));
	im = run_bytes(second, NULL);
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert(str_eq(first, exported(false)));
	ck_assert(str_eq(first, str_from(second, 3)));
	ck_assert_int_ge((int)str_find(first, STR(",a  b,")), 0);
}
END_TEST

static void
put_picture(const char *name, int width)
{
	gdImagePtr img = gdImageCreateTrueColor(width, 10);
	FILE *f = fopen(path_of(name), "wb");

	ck_assert_ptr_nonnull(f);
	gdImagePng(img, f);
	gdImageDestroy(img);
	fclose(f);
}

START_TEST(import_finds_pictures_by_the_last_part_of_their_address)
{
	static const struct {
		const char *source;
		int width;
	} sources[] = {{"https://cdn.example.com/s/files/1/0001/red.png?v=14", 20}, {"/r/e/red.png", 20},
	    {"HTTPS://cdn.example.com/gr%C3%BCn%20a.png", 21}, {"//cdn.example.com/x/red_1024x1024.png?v=2", 20},
	    {"https://cdn.example.com/red_0a1b2c3d-1111-2222-3333-444455556666.png", 20}, {"C:\\shop\\red.png", 20},
	    {"https://cdn.example.com/get.php?file=1", 22}, {"../../red.png", 20}, {"sub/deep.png", 23}};
	struct import im = importer();
	struct str table = STR("Handle,Title,Price,Image Src\n");

	ck_assert_int_eq(mkdir(path_of("named"), 0755), 0);
	ck_assert_int_eq(mkdir(path_of("named/sub"), 0755), 0);
	put_picture("named/red.png", 20);
	put_picture("named/gr\xc3\xbcn a.png", 21);
	put_picture("named/get.php?file=1", 22);
	put_picture("named/sub/deep.png", 23);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		table = str_fmt(&a, "%.*snamed-%zu,N,5,%s\n", STR_ARG(table), i, sources[i].source);
	write_text(path_of("table.csv"), str_zdup(&a, table));
	im.products = path_of("table.csv");
	im.images = path_of("named");
	run(&im);
	ck_assert_uint_eq(im.n.pictures_missing + im.n.pictures_remote + im.n.pictures_broken, 0);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		ck_assert_int_eq(number("SELECT w FROM product_image i JOIN product p ON p.id = i.product_id"
					" WHERE handle = 'named-%zu'",
				     i),
		    sources[i].width);
}
END_TEST

START_TEST(import_follows_no_link_out_of_the_folder_of_pictures)
{
	static const struct {
		const char *target, *name;
	} out[] = {{"../beside/b.png", "linked/file.png"}, {"../beside", "linked/folder"}, {"../..", "linked/up"},
	    {"chain-2.png", "linked/chain.png"}, {"../beside/b.png", "linked/chain-2.png"}};
	struct import im = importer();

	ck_assert_int_eq(mkdir(path_of("linked"), 0755), 0);
	ck_assert_int_eq(mkdir(path_of("linked/sub"), 0755), 0);
	ck_assert_int_eq(mkdir(path_of("beside"), 0755), 0);
	put_picture("beside/b.png", 30);
	put_picture("linked/sub/a.png", 31);
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		ck_assert_int_eq(symlink(out[i].target, path_of(out[i].name)), 0);
	ck_assert_int_eq(symlink(path_of("beside/b.png"), path_of("linked/absolute.png")), 0);
	ck_assert_int_eq(symlink("sub/a.png", path_of("linked/inside.png")), 0);
	ck_assert_int_eq(symlink("sub", path_of("linked/other")), 0);
	write_text(path_of("table.csv"),
	    "Handle,Title,Price,Image Src\nlinks,N,5,file.png\nlinks,,,folder/b.png\nlinks,,,up/beside/b.png\n"
	    "links,,,chain.png\nlinks,,,absolute.png\nlinks,,,inside.png\nlinks,,,other/a.png\n");
	im.products = path_of("table.csv");
	im.images = path_of("linked");
	run(&im);
	ck_assert_uint_eq(im.n.pictures_broken, 5);
	ck_assert_ptr_nonnull(strstr(report, "a symbolic link leads out of the folder of pictures"));
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_image i JOIN product p ON p.id = i.product_id"
				" WHERE handle = 'links' AND w = 31"),
	    2);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_image WHERE w = 30"), 0);
}
END_TEST

static struct import
run_inventory(const char *text, const char *location)
{
	struct import im = importer();

	write_text(path_of("table.csv"), text);
	im.products = path_of("table.csv");
	im.location = location;
	run(&im);
	ck_assert(im.n.inventory);
	return im;
}

#define stock_of(sku)                                                                                                  \
	number("SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE sku = '%s'", (sku))

START_TEST(import_sets_the_stock_of_shopifys_inventory_tables_of_all_layouts)
{
	static const char goods[] = "Handle,Title,Option1 Name,Option1 Value,Price,SKU\ninv-a,A,Size,S,5,IA1\n"
				    "inv-a,,,L,6,IA2\ninv-b,B,Title,Default Title,7,'0123\n";
	static const char *const tables[] = {
	    /* a column for each location */
	    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,"
	    "COO,Berlin,Wien\ninv-a,A,Size,S,,,,,IA1,,,4,3\ninv-a,A,Size,L,,,,,IA2,,,not stocked,0\n"
	    "inv-b,B,Title,Default Title,,,,,'0123,,,5,\n",
	    /* a row for each location */
	    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,"
	    "On hand\ninv-a,A,Size,S,IA1,,,Berlin,9,1,2,4,7\ninv-b,B,Title,Default Title,0123,,,Berlin,,,,5,5\n"
	    "inv-a,A,Size,L,IA2,,,Wien,,,,0,0\ninv-a,A,Size,S,IA1,,,Wien,,,,3,3\n",
	    /* the newest: what was counted replaces what the shop believed */
	    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),"
	    "Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),"
	    "On hand (new)\ninv-a,A,Size,S,IA1,,,Berlin,,0,1,2,90,90,10\ninv-a,A,Size,L,IA2,,,Berlin,,,,,0,3,\n"
	    "inv-b,B,Title,Default Title,0123,,,Berlin,,,,,5,5,\n",
	    /* no quantity that can be sold, semicolons */
	    "Handle;Option1 Value;SKU;Location;On hand;Committed\ninv-a;S;IA1;Berlin;9;2\ninv-a;L;IA2;Berlin;1;1\n"
	    "inv-b;Default Title;0123;Wien;\"5,00\";\n",
	    /* no handles */
	    "SKU,Location,Available\nIA1,Berlin,7\nIA2,Berlin,-3\n0123,Berlin,5\n",
	};
	struct import im = run_table(goods);

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		im = run_inventory(tables[i], NULL);
		ck_assert_msg(im.n.stock_moved == (i == 0 ? 2 : 0) && im.n.rows_refused == 0,
		    "table %zu: %llu moved: %s", i, (unsigned long long)im.n.stock_moved, report);
		ck_assert_int_eq(stock_of("IA1"), 7);
		ck_assert_int_eq(stock_of("IA2"), 0);
		ck_assert_int_eq(stock_of("0123"), 5);
	}
	ck_assert_int_eq(number("SELECT avail > 0 FROM product WHERE handle = 'inv-b'"), 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM stock_movement m JOIN variant v ON v.id = m.variant_id"
				" WHERE sku = '0123'"),
	    1);
	im = run_table(goods);
	ck_assert_uint_eq(import_changes(&im), 0);
}
END_TEST

START_TEST(import_takes_one_location_and_reports_what_it_does_not_know)
{
	static const char table[] = "Handle,SKU,Location,Available\nloc-a,L1,Berlin,4\nloc-a,L1,Wien,3\nnone,,Wien,1\n"
				    "loc-a,L1,Graz,many\n";
	struct import im = run_table("Handle,Title,Price,SKU\nloc-a,A,5,L1\nloc-b,B,5,LX\nloc-c,C,5,LX\n");
	struct err e = {0};

	im = run_inventory(table, "wien");
	ck_assert_int_eq(stock_of("L1"), 3);
	ck_assert_uint_eq(im.n.stock_unknown, 1);
	ck_assert_ptr_nonnull(strstr(report, "table.csv:4:1: left out: Handle: there is no such variant"));
	im = run_inventory(table, NULL);
	ck_assert_int_eq(stock_of("L1"), 7);
	ck_assert_ptr_nonnull(strstr(report, "summed up, --location takes one: Berlin, Wien, Graz"));
	ck_assert_ptr_nonnull(strstr(report, "table.csv:5:15: left out: quantity: not a whole number"));
	im = run_inventory("SKU,Location,Available\nLX,Berlin,4\n", NULL); /* ambiguous */
	ck_assert_uint_eq(im.n.stock_unknown, 1);
	im = importer();
	im.products = path_of("table.csv");
	im.location = "Paris";
	ck_assert(!import_run(&im, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "no location 'Paris', only: Berlin"));
	err_clear(&e);
	write_text(path_of("table.csv"), "Handle,Title,Price\nloc-a,A,5\n");
	im = importer();
	im.products = path_of("table.csv");
	im.inventory = true;
	ck_assert(!import_run(&im, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "not an inventory table"));
}
END_TEST

#define PART(lang, name)                                                                                               \
	number("SELECT COUNT(*) FROM product_text t JOIN product p ON p.id = t.product_id WHERE p.handle = 'pa'"       \
	       " AND t.lang = '%s' AND JSON_VALUE(t.particulars, '$.%s') IS NOT NULL",                                 \
	    lang, name)

START_TEST(import_keeps_particulars_that_have_no_column_and_removes_those_with_an_empty_cell)
{
	static const char plain[] = HEAD "pa,Punch,Drinks,,,PA1,5.00,10\n";
	struct import im;

	run_table("Handle,Title,Variant SKU,Variant Price,Warnings,Alcohol % vol,Food Operator\n"
		  "pa,Punch,PA1,5.00,Hot.,\"12,5 %\",Ada\n");
	ck_assert_int_eq(PART("en", "warnings") + PART("en", "alcohol"), 2);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_text WHERE operator = 'ada'"), 1);
	im = run_table(plain);
	ck_assert_uint_eq(im.n.products_changed, 1);
	ck_assert_int_eq(PART("en", "warnings") + PART("en", "alcohol"), 2);
	im = run_table(plain);
	ck_assert_uint_eq(im.n.products_changed, 0);
	im = run_table("Handle,Title,Type,Variant SKU,Variant Price,Warnings\npa,Punch,Drinks,PA1,5.00,\n");
	ck_assert_uint_eq(im.n.products_changed, 1);
	ck_assert_int_eq(PART("en", "warnings"), 0);
	ck_assert_int_eq(PART("en", "alcohol"), 1);
	im = importer();
	write_text(path_of("texts.csv"), "Kind,Handle,Language,Title,Warnings\nproduct,pa,de,Punsch,Hei\xc3\x9f.\n");
	im.translations = path_of("texts.csv");
	run(&im);
	ck_assert_int_eq(PART("de", "warnings"), 1);
	write_text(path_of("texts.csv"), "Kind,Handle,Language,Title\nproduct,pa,de,Punsch\n");
	run(&im);
	ck_assert_int_eq(PART("de", "warnings"), 1);
	ck_assert_uint_eq(im.n.texts_changed, 0);
}
END_TEST

INTEG_MAIN("import_rows", false, import_reads_tables_of_european_spreadsheets,
    import_refuses_a_table_as_a_whole_before_its_first_row, import_sums_up_findings_of_one_kind_and_reports_each,
    import_says_once_that_quantities_are_missing, import_ignores_repeated_rows_wherever_they_stand,
    import_gathers_the_rows_of_a_product_wherever_they_stand, import_keeps_a_product_whose_description_cannot_be_kept,
    import_of_an_export_changes_nothing_and_exports_the_same_bytes,
    import_finds_pictures_by_the_last_part_of_their_address, import_follows_no_link_out_of_the_folder_of_pictures,
    import_sets_the_stock_of_shopifys_inventory_tables_of_all_layouts,
    import_takes_one_location_and_reports_what_it_does_not_know,
    import_keeps_particulars_that_have_no_column_and_removes_those_with_an_empty_cell)
