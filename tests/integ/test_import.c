#include <gd.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "import.h"
#include "store/catalogue/catalogue_read.h"
#include "store/catalogue/price_plan.h"
#include "store/control_store.h"

START_TEST(import_again_changes_nothing)
{
	static const char table[] = HEAD "tea-a,Tea,Drinks > Tea,Size,100 g,TA1,5.00,10\ntea-a,,,,250 g,TA2,11.00,20\n";
	struct import im = run_table(table);

	ck_assert_uint_eq(im.n.products_new, 1);
	ck_assert_uint_eq(im.n.variants_new, 2);
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM listing l JOIN product p ON p.id = l.product_id WHERE handle = 'tea-a'"), 3);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'Drinks'"), 1);
	ck_assert_int_eq(number("SELECT price_minor FROM product WHERE handle = 'tea-a'"), 500);
	ck_assert_int_eq(number("SELECT SUM(qty) FROM stock_movement"), 30);
}
END_TEST

/* As many as a product may have: the rows of one transaction then exceed the usual limit. */
START_TEST(import_of_products_with_very_many_variants)
{
	static char table[2000000];
	struct import im;
	size_t n = (size_t)snprintf(table, sizeof(table), "%s", HEAD);

	for (int p = 0; p < 60; p++)
		for (int v = 0; v < 200; v++)
			n += (size_t)snprintf(table + n, sizeof(table) - n,
			    "many-%d,%s,Many,Size,%d,MANY-%d-%d,5.00,%d\n", p, v == 0 ? "Tea" : "", v, p, v, v);
	im = run_table(table);
	ck_assert_uint_eq(im.n.variants_new, 12000);
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
	for (char *c = table; (c = strstr(c, ",5.00,")) != NULL; c++)
		c[1] = '6';
	im = run_table(table);
	ck_assert_uint_eq(im.n.products_changed, 60);
	ck_assert_uint_eq(im.n.variants_changed, 12000);
	ck_assert_str_eq(report, "");
}
END_TEST

START_TEST(import_never_gives_back_what_was_sold_unless_told_to_set_stock)
{
	static const char table[] = HEAD "tea-b,Tea,,Size,100 g,TB1,5.00,10\n";
	const char *stock = "SELECT on_hand FROM stock s JOIN variant v ON v.id = s.variant_id WHERE sku = 'TB1'";
	struct import im = run_table(table);

	services_sql(
	    &services, "UPDATE stock s JOIN variant v ON v.id = s.variant_id SET on_hand = 7 WHERE sku = 'TB1'");
	services_sql(&services,
	    "INSERT INTO stock_movement (variant_id, qty, reason, at) SELECT id, -3, 2, 1 FROM variant"
	    " WHERE sku = 'TB1'");
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert_int_eq(number("%s", stock), 7);
	im = importer();
	im.products = path_of("table.csv");
	im.set_stock = true;
	run(&im);
	ck_assert_uint_eq(im.n.stock_moved, 1);
	ck_assert_int_eq(number("%s", stock), 10);
	ck_assert_int_eq(
	    number("SELECT SUM(qty) FROM stock_movement m JOIN variant v ON v.id = m.variant_id WHERE sku = 'TB1'"),
	    10);
	im = importer();
	im.products = path_of("table.csv");
	im.set_stock = true;
	run(&im);
	ck_assert_uint_eq(import_changes(&im), 0);
}
END_TEST

START_TEST(import_marks_variants_as_gone_and_takes_them_back)
{
	const char *both = HEAD "tea-d,Tea,,Size,S,TD1,5.00,4\ntea-d,,,,L,TD2,9.00,5\n";
	struct import im = run_table(both);
	long long id = number("SELECT id FROM variant WHERE sku = 'TD2'");

	im = run_table(HEAD "tea-d,Tea,,Size,S,TD1,5.00,4\n");
	ck_assert_uint_eq(im.n.variants_gone, 1);
	ck_assert_int_eq(number("SELECT gone FROM variant WHERE id = %lld", id), 1);
	im = run_table(both);
	ck_assert_uint_eq(im.n.variants_changed, 1);
	ck_assert_int_eq(number("SELECT gone FROM variant WHERE id = %lld", id), 0);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %lld", id), 5);
}
END_TEST

START_TEST(import_knows_variants_by_their_options_before_their_skus)
{
	struct import im = run_table(HEAD "tea-e,Tea,,Size,S,TE1,5.00,4\ntea-e,,,,L,TE2,9.00,5\n");
	long long id = number("SELECT id FROM variant WHERE sku = 'TE1'");

	im = run_table(HEAD "tea-e,Tea,,Size,L,TE1,5.00,4\ntea-e,,,,S,TE2,9.00,5\n");
	ck_assert_uint_eq(im.n.variants_changed, 2);
	ck_assert_uint_eq(im.n.variants_new + im.n.variants_gone, 0);
	ck_assert_int_eq(number("SELECT id FROM variant WHERE value1 = 'S' AND sku = 'TE2'"), id);
	/* Only the option's value changes. */
	im = run_table(HEAD "tea-e,Tea,,Size,L,TE1,5.00,4\ntea-e,,,,Small,TE2,9.00,5\n");
	ck_assert_uint_eq(im.n.variants_new + im.n.variants_gone, 0);
	ck_assert_int_eq(number("SELECT id FROM variant WHERE value1 = 'Small' AND sku = 'TE2'"), id);
}
END_TEST

START_TEST(import_keeps_variants_whose_rows_were_bad)
{
	struct import im = run_table(HEAD "tea-f,Tea,,Size,S,TF1,5.00,4\ntea-f,,,,L,TF2,9.00,5\n");

	im = run_table(HEAD "tea-f,Tea,,Size,S,TF1,6.00,4\ntea-f,,,,L,TF2,nine,5\n");
	ck_assert_uint_eq(im.n.rows_refused, 1);
	ck_assert_uint_eq(im.n.variants_gone, 0);
	ck_assert_uint_eq(im.n.variants_changed, 1);
	ck_assert_ptr_nonnull(strstr(report, "table.csv:3:16: left out: Variant Price: 'nine' is not an amount"));
	im = run_table(HEAD "tea-f,Tea,,Size,S,TF1,6.00,4\ntea-f,,,,L,TF2,nine,5\n");
	ck_assert_uint_eq(import_changes(&im), 0);
	im = run_table(HEAD "tea-f,Tea,,Size,S,TF1,6.00,4\n");
	ck_assert_uint_eq(im.n.variants_gone, 1);
}
END_TEST

/* The text with the handle for each @. */
static struct str
named(const char *handle, const char *text)
{
	struct buf b;

	buf_init(&b, &a, 2000);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			buf_z(&b, handle);
		else
			buf_ch(&b, *text);
	}
	return buf_str(&b);
}

START_TEST(import_refuses_single_variants_and_keeps_the_others)
{
	static const struct {
		const char *rows; /* of S, M and L; @ is the handle */
		const char *left, *why;
	} cases[] = {
	    {"@,Tea,,Size,S,@-S,free,4\n@,,,,M,@-M,5,4\n@,,,,L,@-L,6,4\n", "ML", "Variant Price"},
	    {"@,Tea,,Size,S,@-S,4,4\n@,,,,M,@-M,-5,4\n@,,,,L,@-L,6,4\n", "SL", "Variant Price"},
	    {"@,Tea,,Size,S,@-S,4,4\n@,,,,M,@-M,5,4\n@,,,,L,@-L,1e9,4\n", "SM", "Variant Price"},
	    {"@,Tea,,Size,S,@-S,4,4\n@,,,,S,@-M,5,4\n@,,,,L,@-L,6,4\n", "SL", "Option1 Value"},
	    {"@,Tea,,Size,S,@-S,4,4\n@,,,,M,@-M,99999999999999999999,4\n@,,,,L,@-L,,4\n", "S", "Variant Price"},
	    {"@,Tea,,Size,S,@-S,?,4\n@,,,,M,@-M,5.999,4\n@,,,,L,@-L,6,4\n", "L", "Variant Price"}};

	prepare();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *h = str_fmt(&a, "part-%zu", i).p;
		struct str good = named(h, HEAD "@,Tea,,Size,S,@-S,1,4\n@,,,,M,@-M,2,4\n@,,,,L,@-L,3,4\n");
		struct str bad = str_fmt(&a, "%s%.*s", HEAD, STR_ARG(named(h, cases[i].rows)));
		struct import im;

		for (int known = 0; known < 2; known++) {
			im = run_table(str_zdup(&a, bad));
			ck_assert_msg(im.n.rows_refused > 0, "%zu: %s", i, report);
			ck_assert_msg(strstr(report, cases[i].why) != NULL, "%zu: %s", i, report);
			for (const char *size = known ? "SML" : cases[i].left; *size != '\0'; size++)
				ck_assert_msg(number("SELECT COUNT(*) FROM variant v JOIN product p"
						     " ON p.id = v.product_id WHERE handle = '%s'"
						     " AND value1 = '%c' AND gone = 0",
						  h, *size) == 1,
				    "%zu, %s: no %c: %s", i, known ? "known" : "new", *size, report);
			im = run_table(str_zdup(&a, bad));
			ck_assert_msg(import_changes(&im) == 0, "%zu: changes again", i);
			run_table(str_zdup(&a, good));
		}
	}
}
END_TEST

START_TEST(import_dry_run_counts_but_changes_nothing)
{
	struct import im = importer();

	write_text(path_of("table.csv"), HEAD "tea-g,Tea,Dry,Size,S,TG1,5.00,4\n");
	im.products = path_of("table.csv");
	im.dry_run = true;
	run(&im);
	ck_assert_uint_eq(im.n.products_new, 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product WHERE handle = 'tea-g'"), 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM category WHERE path = 'Dry'"), 0);
}
END_TEST

START_TEST(import_refuses_a_handle_that_comes_again_and_a_gift_card)
{
	struct import im =
	    run_table("Handle,Title,Variant Price,Gift Card,Variant SKU\ntea-h,Tea,5,,TH1\ntea-i,Tea,5,,TI1\n"
		      "tea-h,Mug,5,,TH2\nvoucher,Gift,5,TRUE,TH3\n");

	ck_assert_uint_eq(im.n.products_new, 2);
	ck_assert_uint_eq(im.n.products_refused, 1);
	ck_assert_uint_eq(im.n.rows_refused, 2);
	ck_assert_ptr_nonnull(strstr(report, "table.csv:4:1: left out: Handle: another product has this handle"));
	ck_assert_ptr_nonnull(strstr(report, "5:16: left out: Gift Card: gift cards are not supported yet"));
}
END_TEST

START_TEST(import_moves_a_product_between_categories_and_out_of_sight)
{
	struct import im = run_table("Handle,Title,Type,Variant Price,Status\ntea-j,Tea,J1 > X,5,active\n");

	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'J1'"), 1);
	im = run_table("Handle,Title,Type,Variant Price,Status\ntea-j,Tea,J1 > Y,5,active\n");
	ck_assert_uint_eq(im.n.products_changed, 1);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'J1'"), 1);
	ck_assert_int_eq(number("SELECT n_products FROM category WHERE path = 'J1 > X'"), 0);
	im = run_table("Handle,Title,Type,Variant Price,Status\ntea-j,Tea,J1 > Y,5,draft\n");
	ck_assert_int_eq(number("SELECT SUM(n_products) FROM category WHERE path LIKE 'J1%%'"), 0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM listing l JOIN product p ON p.id = l.product_id WHERE handle = 'tea-j'"), 0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM search_words t JOIN product p ON p.id = t.product_id WHERE handle = 'tea-j'"),
	    0);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM (" FOUND_ALL ") f JOIN product p ON p.id = f.id WHERE handle = 'tea-j'"), 0);
}
END_TEST

static size_t
found_by(const char *z)
{
	struct db *db = services_db(&services, &a, DB_WEB);
	struct catalogue_list_query query = {.n = 24};
	struct str words = str_z(z), token[4];
	struct catalogue_list list;
	struct err e = {0};
	size_t n = 0;

	while (str_cut(&words, ' ', &token[n]))
		n++;
	ck_ok(catalogue_search(db, &a, STR("en"), token, n, &query, &list, &e), &e);
	return list.n;
}

START_TEST(import_finds_a_product_by_its_words_of_now_only)
{
	static const char head[] = "Handle,Title,Type,Variant Price,Status\n";

	prepare();
	run_table(str_fmt(&a, "%stea-w,Wyvern oolong,W1,5,active\ntea-x,Wyvern sencha,W1,5,active\n", head).p);
	ck_assert_uint_eq(found_by("wyvern"), 2);
	ck_assert_uint_eq(found_by("oolong wyvern"), 1);
	run_table(str_fmt(&a, "%stea-w,Wyvern genmaicha,W1,5,active\ntea-x,Sencha,W1,5,active\n", head).p);
	ck_assert_uint_eq(found_by("wyvern"), 1);
	ck_assert_uint_eq(found_by("oolong"), 0);
	ck_assert_uint_eq(found_by("genmaicha wyvern w1"), 1);
	ck_assert_uint_eq(found_by("wyvern sencha"), 0);
	run_table(str_fmt(&a, "%stea-w,Wyvern genmaicha,W1,5,draft\n", head).p);
	ck_assert_uint_eq(found_by("wyvern"), 0);
	run_table(str_fmt(&a, "%stea-w,Wyvern oolong,W1,5,active\n", head).p);
	ck_assert_uint_eq(found_by("w1 oolong wyvern"), 1);
}
END_TEST

/* Reads page by page from the newest product down, across the limits of blocks. */
START_TEST(search_goes_through_all_blocks_page_by_page)
{
	struct catalogue_list_query query = {.n = 7};
	static const struct str words[] = {STR_INIT("zyzzyva"), STR_INIT("quokka")};
	uint64_t last = UINT64_MAX;
	struct catalogue_list list;
	struct err e = {0};
	struct db *db;
	size_t n = 0;

	prepare();
	services_sql(&services,
	    "INSERT INTO search_block SELECT 'en', IF(w.seq = 1, 'zyzzyva', 'quokka'), b.seq,"
	    " IF(w.seq = 1 OR b.seq % 3 = 0, UNHEX('000000013FFF'), UNHEX('00020001')) FROM seq_1_to_2 w"
	    " JOIN seq_300_to_340 b");
	db = services_db(&services, &a, DB_WEB);
	do {
		ck_ok(catalogue_search(db, &a, STR("en"), words, 2, &query, &list, &e), &e);
		for (size_t i = 0; i < list.n; i++, n++) {
			ck_assert_uint_lt(list.ids[i], last);
			last = list.ids[i];
		}
		query.after = list.next;
	} while (list.next.n > 0);
	services_sql(&services, "DELETE FROM search_block WHERE token IN ('zyzzyva', 'quokka')");
	ck_assert_uint_eq(n, 3 * 14 + 27); /* three ids in a third of the 41 blocks, one id in the others */
	ck_assert_uint_eq(last, UINT64_C(300) * 16384);
}
END_TEST

START_TEST(import_takes_texts_in_other_languages_of_products_categories_and_terms)
{
	struct import im = run_table("Handle,Title,Type,Variant Price\ntea-k,Green tea,K1,5\n");

	write_text(path_of("texts.csv"),
	    "Kind,Handle,Language,Title,Body,SEO Title,SEO Description\n"
	    "product,tea-k,de,Gr\xc3\xbcner Tee,<p>gut<script>x</script></p>,,\n"
	    "product,tea-k,zh-hans,\xe7\xbb\xbf\xe8\x8c\xb6,,,\n"
	    "category,K1,de,Tee,,,\noption,Size,de,Gr\xc3\xb6\xc3\x9f"
	    "e,,,\nvalue,Size: Small,de,Klein,,,\n"
	    "attribute,Origin,de,Herkunft,,,\nattribute_value,Origin: China,de,China,,,\n"
	    "product,none,de,Nichts,,,\nproduct,tea-k,en,Own,,,\nthing,tea-k,de,x,,,\nproduct,tea-k,german!,x,,,\n");
	im = importer();
	im.translations = path_of("texts.csv");
	run(&im);
	ck_assert_uint_eq(im.n.texts_new, 7);
	ck_assert_uint_eq(im.n.rows_refused, 4);
	ck_assert_uint_eq(im.n_langs, 2);
	ck_assert_ptr_nonnull(strstr(report, "texts.csv:9:1: left out: Handle: there is no such product"));
	ck_assert_int_eq(number("SELECT COUNT(*) FROM product_text WHERE lang = 'de' AND body_html = '<p>gut</p>'"), 1);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM search_block WHERE lang = 'de' AND token IN ('gruner', 'gruener', 'tee')"), 3);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM search_block WHERE lang = 'zh-Hans' AND token = '\xe7\xbb\xbf\xe8\x8c\xb6'"),
	    1);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM listing_name WHERE lang = 'de' AND title = 'Gr\xc3\xbcner Tee'"), 2);
	im = importer();
	im.translations = path_of("texts.csv");
	run(&im);
	ck_assert_uint_eq(import_changes(&im), 0);
	im = run_table("Handle,Title,Type,Variant Price\ntea-k,Green tea,K1,5\n");
	ck_assert_uint_eq(import_changes(&im), 0);
}
END_TEST

START_TEST(import_takes_pictures_by_content_and_reports_those_it_cannot)
{
	static const char table[] =
	    "Handle,Title,Variant Price,Image Src\ntea-l,Tea,5,pics/a.png\ntea-l,,,https://x.example/b.jpg\n"
	    "tea-l,,,gone.png\ntea-l,,,fake.png\ntea-l,,,../table.csv\n";
	struct import im;
	gdImagePtr img = gdImageCreateTrueColor(20, 10);
	FILE *f;

	prepare();
	ck_assert_int_eq(mkdir(path_of("in"), 0755), 0);
	f = fopen(path_of("in/a.png"), "wb");
	gdImagePng(img, f);
	gdImageDestroy(img);
	fclose(f);
	write_text(path_of("in/fake.png"), "<?php evil() ?>");
	write_text(path_of("table.csv"), table);
	for (int round = 0; round < 2; round++) {
		im = importer();
		im.products = path_of("table.csv");
		im.images = path_of("in");
		run(&im);
		ck_assert_uint_eq(im.n.pictures_new, round == 0 ? 1 : 0);
		ck_assert_uint_eq(im.n.pictures_remote, 1);
		ck_assert_uint_eq(im.n.pictures_missing, 2);
		ck_assert_uint_eq(im.n.pictures_broken, 1);
		ck_assert_uint_eq(im.n.rows_refused, 0);
	}
	ck_assert_uint_eq(import_changes(&im), 0);
	ck_assert_ptr_nonnull(strstr(report, "table.csv:5:9: note: Image Src: not a GIF, PNG, JPEG or WebP picture"));
	ck_assert_ptr_nonnull(strstr(report, "table.csv:6:9: note: Image Src: the picture file does not exist"));
	ck_assert_int_eq(number("SELECT w FROM product_image WHERE source = 'pics/a.png'"), 20);
	/* Without the folder the pictures stay. */
	im = run_table(table);
	ck_assert_uint_eq(import_changes(&im), 0);
}
END_TEST

START_TEST(import_of_a_file_that_is_no_table_says_why)
{
	static const struct {
		const char *text, *why;
	} bad[] = {{"", "the file is empty"}, {"Handle,Title\nx,y\n", "the column \"Variant Price\" is missing"},
	    {"Handle,Title,Variant Price\nx,Caf\xe9,1\ny,\xcf\xf0\xe8\xe2\xe5\xf2,2\n", "save the file as UTF-8"},
	    {"PK\3\4xx", "save it as CSV"}, {"\"Handle,Title", "never closed"}};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct import im = importer();
		struct err e = {0};

		write_text(path_of("table.csv"), bad[i].text);
		im.products = path_of("table.csv");
		ck_assert(!import_run(&im, &e));
		ck_assert_int_eq(e.kind, ERR_INPUT);
		ck_assert_msg(strstr(e.msg, bad[i].why) != NULL, "%s", e.msg);
	}
}
END_TEST

/* The shop's own language and a language without translations are read by different statements. */
static struct catalogue_product *
product_in(struct db *db, const char *lang, const char *handle)
{
	const struct catalogue_langs langs = {str_z(lang), STR("en")};
	struct catalogue_product *p;
	struct str moved;
	struct err e = {0};
	long long before = rows_read(), asking;

	asking = rows_read() - before;
	before = rows_read();
	ck_ok(catalogue_find_product(db, &a, &langs, str_z(handle), &p, &moved, &e), &e);
	ck_assert_int_le(rows_read() - before - asking, 60);
	ck_assert(p != NULL && moved.n == 0);
	return p;
}

static struct str
said_of(const struct catalogue_product *p)
{
	struct str s = str_fmt(&a, "%llu %.*s/%.*s/%.*s", (unsigned long long)p->category_id, STR_ARG(p->handle),
	    STR_ARG(p->title), STR_ARG(p->body_html));

	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++)
		s = str_fmt(&a, "%.*s\n%.*s=%.*s", STR_ARG(s), STR_ARG(p->options[i].value),
		    STR_ARG(p->options[i].text));
	for (size_t i = 0; i < p->n_variants; i++) {
		const struct catalogue_variant *v = &p->variants[i];

		s = str_fmt(&a, "%.*s\n%.*s %lld %lld %lld", STR_ARG(s), STR_ARG(v->sku), (long long)v->price_minor,
		    (long long)v->was_minor, (long long)v->rrp_minor);
		for (size_t k = 0; k < CATALOGUE_OPTIONS; k++)
			s = str_fmt(&a, "%.*s %.*s=%.*s", STR_ARG(s), STR_ARG(v->words[k].value),
			    STR_ARG(v->words[k].text));
	}
	for (size_t i = 0; i < p->n_facts; i++)
		s = str_fmt(&a, "%.*s\n%.*s: %.*s", STR_ARG(s), STR_ARG(p->facts[i].name), STR_ARG(p->facts[i].text));
	for (size_t i = 0; i < p->n_tags; i++)
		s = str_fmt(&a, "%.*s\n#%.*s", STR_ARG(s), STR_ARG(p->tags[i]));
	return s;
}

/* The test has written history behind the program's back. */
static void
replan(const struct catalogue_product *p)
{
	struct db *db = services_db(&services, &a, DB_TOOL);
	struct err e = {0};
	uint64_t ids[2];
	int64_t now_s;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = p->variants[i].id;
	ck_ok(shop_control_clock(db, &a, &now_s, &e), &e);
	ck_ok(price_plan_save(db, &a, ids, ARRAY_LEN(ids), now_s, &e), &e);
}

START_TEST(product_reads_the_same_in_the_shops_own_language_and_in_one_without_translations)
{
	static const char history[] = "INSERT INTO price_history (variant_id, since_at, price_minor)"
				      " SELECT id, UNIX_TIMESTAMP() - %d * 86400, %d FROM variant WHERE sku = '%s'";
	struct import im = run_table("Handle,Title,Body (HTML),Type,Tags,Option1 Name,Option1 Value,Option2 Name,"
				     "Option2 Value,Variant SKU,Variant Price,Variant Compare At Price,"
				     "Origin (product.metafields.custom.origin)\n"
				     "own-tea,Tea,<p>Good.</p>,Own,\"new,fine\",Size,S,Kind,Raw,OWN1,5.00,6.00,Japan\n"
				     "own-tea,,,,,,L,,Bags,OWN2,9.00,9.00,\n");
	struct db *db = services_db(&services, &a, DB_WEB);
	struct catalogue_product *p;
	struct str own;

	ck_assert_uint_eq(im.n.variants_new, 2);
	services_sql(&services, str_fmt(&a, history, 29, 900, "OWN1").p);
	services_sql(&services, str_fmt(&a, history, 31, 800, "OWN1").p); /* in force when the 30 days began */
	services_sql(&services, str_fmt(&a, history, 60, 200, "OWN1").p);
	services_sql(&services, str_fmt(&a, history, 29, 100, "OWN2").p);
	services_sql(&services, "INSERT INTO term_text (kind, term, lang, text) VALUES (0, 'Size', 'de', 'Format'),"
				" (1, 'Kind: Bags', 'de', 'Beutel'), (2, 'Origin', 'de', 'Herkunft'),"
				" (3, 'Origin: Japan', 'de', 'aus Japan')"
				" ON DUPLICATE KEY UPDATE text = VALUES(text)");
	replan(product_in(db, "en", "own-tea"));
	p = product_in(db, "en", "own-tea");
	own = said_of(p);
	ck_assert_int_eq(p->variants[0].was_minor, 800);
	ck_assert_int_eq(p->variants[0].rrp_minor, 600);
	ck_assert_int_eq(p->variants[1].was_minor, 0);
	ck_assert_int_eq(p->variants[1].rrp_minor, 0);
	ck_str(p->facts[0].text, "Japan");
	ck_str(said_of(product_in(db, "xx", "own-tea")), own.p);
	p = product_in(db, "de", "own-tea");
	ck_str(p->options[0].text, "Format");
	ck_str(p->options[1].text, "Kind");
	ck_str(p->variants[1].words[1].text, "Beutel");
	ck_str(p->variants[1].words[1].value, "Bags");
	ck_str(p->facts[0].name, "Herkunft");
	ck_str(p->facts[0].text, "aus Japan");
	ck_assert_int_eq(p->variants[0].was_minor, 800);
}
END_TEST

START_TEST(all_that_was_imported_is_consistent)
{
	check_imported();
}
END_TEST

INTEG_MAIN("import", false, import_again_changes_nothing, import_of_products_with_very_many_variants,
    import_never_gives_back_what_was_sold_unless_told_to_set_stock,
    import_marks_variants_as_gone_and_takes_them_back, import_knows_variants_by_their_options_before_their_skus,
    import_keeps_variants_whose_rows_were_bad, import_refuses_single_variants_and_keeps_the_others,
    import_dry_run_counts_but_changes_nothing,
    import_refuses_a_handle_that_comes_again_and_a_gift_card,
    import_moves_a_product_between_categories_and_out_of_sight, import_finds_a_product_by_its_words_of_now_only,
    search_goes_through_all_blocks_page_by_page,
    import_takes_texts_in_other_languages_of_products_categories_and_terms,
    import_takes_pictures_by_content_and_reports_those_it_cannot, import_of_a_file_that_is_no_table_says_why,
    product_reads_the_same_in_the_shops_own_language_and_in_one_without_translations,
    all_that_was_imported_is_consistent)
