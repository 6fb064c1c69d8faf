#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "plat/text/csv.h"
#include "import/product_csv.h"
#include "unit.h"

static struct arena a, group;
static struct buf got; /* what was reported and made, one line each */

static void
note(void *arg, const struct product_note *n)
{
	(void)arg;
	buf_fmt(&got, "%u:%u: %s%s%s%s\n", n->line, n->col, n->refused ? "" : "(", n->column, n->column[0] ? ": " : "",
	    n->why);
}

static void
take(struct product_csv *pc)
{
	struct product *p;

	if (product_csv_take(pc, &p)) {
		buf_fmt(&got, "= %.*s%s", STR_ARG(p->handle), p->partial ? "*" : "");
		for (size_t i = 0; i < p->n_variants; i++)
			buf_fmt(&got, " %.*s/%.*s=%lld", STR_ARG(p->variants[i].value[0]),
			    STR_ARG(p->variants[i].value[1]), (long long)p->variants[i].price_minor);
		buf_z(&got, "\n");
	}
	arena_reset(&group);
}

static struct product_csv *
open_table(struct csv *c, struct err *e)
{
	struct product_csv_setup setup = {.note = note};
	struct product_csv *pc = NULL;
	struct csv_bad bad;
	struct cells row;

	ck_assert(currency_find(STR("EUR"), &setup.cur));
	ck_assert_int_eq(csv_next(c, &row, &bad, e), CSV_ROW);
	if (!product_csv_open(&a, &group, &setup, &row, &pc, e))
		return NULL;
	return pc;
}

/* Returns all reports and products of a table as text. */
static const char *
read_table(const char *text)
{
	struct product_csv *pc;
	struct err e = {0};
	struct csv *c;
	struct csv_bad bad;
	struct cells row;
	enum csv_got g;

	arena_init(&a, 64 << 20);
	arena_init(&group, 32 << 20);
	buf_init(&got, &a, 1 << 20);
	buf_z(&got, "");
	ck_ok(csv_open_mem(&a, str_z(text), &c, &e), &e);
	pc = open_table(c, &e);
	if (pc == NULL)
		return e.msg[0] != '\0' ? str_zdup(&a, str_z(e.msg)) : "failed";
	while ((g = csv_next(c, &row, &bad, &e)) != CSV_END) {
		ck_assert_int_ne(g, CSV_FAILED);
		if (g == CSV_BAD) {
			buf_fmt(&got, "%u:%u: %s\n", bad.line, bad.col, bad.why);
			product_csv_spoiled(pc);
			continue;
		}
		if (!product_csv_same(pc, &row))
			take(pc);
		product_csv_add(pc, &row);
	}
	take(pc);
	return str_zdup(&a, buf_str(&got));
}

static void
done(void)
{
	arena_fini(&a);
	arena_fini(&group);
}

#define ck_reads(text, z)                                                                                              \
	do {                                                                                                           \
		ck_assert_str_eq(read_table(text), (z));                                                               \
		done();                                                                                                \
	} while (0)

#define HEAD "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"

START_TEST(product_csv_groups_rows_by_handle)
{
	ck_reads(HEAD "cup,Cup,Color,Red,c-r,5.00\ncup,,,Blue,c-b,5.50\npot,Pot,Title,Default Title,p,20\n",
	    "= cup Red/=500 Blue/=550\n= pot /=2000\n");
	ck_reads(HEAD "\n,,,,,\n", "");
}
END_TEST

START_TEST(product_csv_takes_the_newer_column_names)
{
	ck_reads("Title,URL handle,Option1 name,Option1 value,SKU,Price,Continue selling when out of stock\n"
		 "Cup,cup,Color,Red,x,1.5,DENY\n",
	    "= cup Red/=150\n");
}
END_TEST

START_TEST(product_csv_names_a_missing_column_and_ignores_unknown_ones_once)
{
	ck_assert_str_eq(read_table("Handle,Title\nx,y\n"), "line 1: the column \"Variant Price\" is missing");
	done();
	ck_reads("Handle,Title,Variant Price,Shoe last,Google Shopping / MPN\ncup,Cup,1,x,y\n",
	    "1:28: (Shoe last: unknown or repeated column: ignored\n= cup /=100\n");
}
END_TEST

/* Each row of the table in doc/import.md that needs only a product file. The valid product beside it is imported. */
static const struct {
	const char *rows, *report;
} broken[] = {
    {"cup,Cup,Color,Red,x,\n", "2:21: Variant Price: empty\n2:1: no variant remains: the product is left out\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,Blue,y,5 USD\n",
	"3:14: Variant Price: '5 USD' is not an amount with at most 2 decimals\n= cup* Red/=500\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,Blue,y,-1\n", "3:14: Variant Price: below zero\n= cup* Red/=500\n"},
    {"cup,Cup,Color,Red,x,5.005\n",
	"2:21: Variant Price: '5.005' is not an amount with at most 2 decimals\n"
	"2:1: no variant remains: the product is left out\n"},
    {"cup,Cup,Color,Red,x,99999999999999\n",
	"2:21: Variant Price: too large\n2:1: no variant remains: the product is left out\n"},
    {"cup,,Color,Red,x,5\ncup,,,Blue,y,5\n",
	"2:5: Title: empty; the rows of a product must stand together, the one with the title first\n"
	"3:1: Handle: the product is left out, see line 2\n"},
    {",,Color,Red,x,5\n", "2:1: Handle: empty: the row belongs to no product\n"},
    {"cup,Cup,Color,Red,x,5\n,,,Blue,y,6\n",
	"3:1: Handle: empty: the row belongs to no product\n= cup* Red/=500\n"},
    {",Big cup,Color,Red,x,5\n,,,Blue,y,6\n,Mug,Title,Default Title,z,7\n",
	"= big-cup Red/=500 Blue/=600\n= mug /=700\n"},
    {"a cup,Cup,Color,Red,x,5\na cup,,,Blue,y,6\n", "= a-cup Red/=500 Blue/=600\n"},
    {"../etc,Cup,Color,Red,x,5\n", "= etc Red/=500\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,Red,y,6\n", "3:7: Option1 Value: the same options as in line 2\n= cup* Red/=500\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,Blue,x,6\n",
	"3:12: (Variant SKU: ambiguous: the same SKU as in line 2\n= cup Red/=500 Blue/=600\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,,y,6\n",
	"3:7: Option1 Value: empty, though the product has the option \"Color\"\n= cup* Red/=500\n"},
    {"cup,Cup,,,x,5\ncup,,,,y,6\n",
	"3:10: Variant Price: a second variant of a product without options\n= cup* /=500\n"},
    {"cup,Cup,,Red,x,5\n", "2:10: Option1 Value: a value of an option that has no name in line 2\n"
			   "2:1: no variant remains: the product is left out\n"},
    {"cup,Cup,Color,Red,x,5\ncup,Mug,,Blue,y,6\n",
	"3:5: Title: another product with the handle of line 2\n= cup* Red/=500\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,,,\n",
	"3:9: Variant Price: the row contains neither a variant nor a picture\n= cup* Red/=500\n"},
    {"cup,Cup,Color,Red,x,5,more\n", "2:23: more cells than the header has columns; is a quote missing?\n"},
    {"cup,Cup,Color,Red,x,5\n\"cup\"x,,,Blue,y,6\n",
	"3:6: text after the closing quote of a field\n= cup* Red/=500\n"},
    {"cup,Cup,Color,R\xff,x,5\n", "2:15: not UTF-8; save the file as UTF-8\n"},
    {"cup,Cup,Color,Red,x,5\ncup,,,\"Blue,y,6\n",
	"3:7: the quote that opens this field is never closed\n= cup* Red/=500\n"},
};

START_TEST(product_csv_reports_each_broken_row_and_keeps_the_rest)
{
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		static char text[4000];

		snprintf(text, sizeof(text), HEAD "%s", broken[i].rows);
		ck_reads(text, broken[i].report);
	}
}
END_TEST

/* One cell each of a table with a single good product. */
static const struct {
	const char *column, *cell, *report;
} cells[] = {
    {"Published", "maybe", "2:11: (Published: neither TRUE nor FALSE: taken as FALSE\n+"},
    {"Status", "sold", "2:11: (Status: not one of active, draft, archived: a draft\n+"},
    {"Gift Card", "TRUE", "2:11: Gift Card: gift cards are not supported yet\n"},
    {"Tax Class", "luxury", "2:11: (Tax Class: not one of standard, reduced, zero: standard\n+"},
    {"Type", "a>b>c>d>e>f>g>h>i",
	"2:11: (Type: a path has at most 8 names of 100 characters each, 255 in all: cut\n+"},
    {"Option2 Name", "Size", "2:11: Option2 Name: the option before it has no name\n"},
    {"Variant Grams", "heavy", "2:11: (Variant Grams: not a weight in grams: ignored\n+"},
    {"Variant Grams", "453.59237", "2:11: (Variant Grams: rounded to 453.592 grams\n+"},
    {"Variant Inventory Qty", "12.5", "2:11: (Variant Inventory Qty: '12.5' is not a whole number: ignored\n+"},
    {"Variant Inventory Policy", "perhaps",
	"2:11: (Variant Inventory Policy: neither TRUE nor FALSE: taken as FALSE\n+"},
    {"Variant Requires Shipping", "x", "2:11: (Variant Requires Shipping: neither TRUE nor FALSE: taken as TRUE\n+"},
    {"Variant Compare At Price", "x",
	"2:11: (Variant Compare At Price: 'x' is not an amount with at most 2 decimals: ignored\n+"},
    {"Cost per item", "x", "2:11: (Cost per item: 'x' is not an amount with at most 2 decimals: ignored\n+"},
    {"Variant Compare At Price", "4", "2:11: (Variant Compare At Price: not above the price: ignored\n+"},
    {"Variant Barcode", "\xc3\xa4", "2:11: (Variant Barcode: not ASCII: ignored\n+"},
    {"Variant Barcode", "4.00638E+12", "2:11: (Variant Barcode: a spreadsheet has rounded it: ignored\n+"},
    {"Variant Barcode", "123456789012345678901234567890123",
	"2:11: (Variant Barcode: longer than 32 characters: ignored\n+"},
    {"Unit Price Total Measure", "250",
	"2:1: (Unit Price Base Measure: empty, though there is a total measure: no unit price\n+"},
    {"Unit Price Total Measure", "0", "2:11: (Unit Price Total Measure: not a measure above zero: no unit price\n+"},
};

START_TEST(product_csv_reports_each_broken_cell_at_its_place)
{
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		static char text[1000], want[1000];
		size_t n = strlen(cells[i].report);
		char last = cells[i].report[n - 1];

		snprintf(text, sizeof(text), "Handle,Title,Variant Price,%s\ncup,Cup,5,%s\n", cells[i].column,
		    cells[i].cell);
		snprintf(want, sizeof(want), "%.*s%s", (int)(last == '\n' ? n : n - 1), cells[i].report,
		    last == '-'	  ? "2:1: no variant remains: the product is left out\n"
			: last == '+' ? "= cup /=500\n"
				      : "");
		ck_reads(text, want);
	}
}
END_TEST

static struct product *
only_product(const char *text)
{
	struct product_csv *pc;
	struct product *p = NULL;
	struct err e = {0};
	struct csv *c;
	struct csv_bad bad;
	struct cells row;

	arena_init(&a, 64 << 20);
	arena_init(&group, 32 << 20);
	buf_init(&got, &a, 1 << 20);
	ck_ok(csv_open_mem(&a, str_z(text), &c, &e), &e);
	pc = open_table(c, &e);
	ck_assert_ptr_nonnull(pc);
	while (csv_next(c, &row, &bad, &e) == CSV_ROW)
		product_csv_add(pc, &row);
	ck_assert(product_csv_take(pc, &p));
	return p;
}

START_TEST(product_csv_orders_pictures_by_position_and_variants_follow)
{
	struct product *p =
	    only_product("Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src,Image Position,"
			 "Image Alt Text,Variant Image\n"
			 "cup,Cup,Color,Red,5,b.png,2,B,b.png\n"
			 "cup,,,Blue,5,https://x.example/a.png,1,A,c.png\n"
			 "cup,,,,,b.png,1,again,\n");

	ck_assert_uint_eq(p->n_images, 3);
	ck_str(p->images[0].source, "https://x.example/a.png");
	ck_assert(p->images[0].remote);
	ck_str(p->images[1].source, "b.png");
	ck_str(p->images[1].alt, "B");
	ck_str(p->images[2].source, "c.png");
	ck_assert_uint_eq(p->variants[0].image, 2);
	ck_assert_uint_eq(p->variants[1].image, 3);
	done();
}
END_TEST

START_TEST(product_csv_reads_all_fields_of_a_product)
{
	struct product *p = only_product(
	    "Handle,Title,Type,Tags,Published,Variant Price,Variant Grams,Variant Inventory Tracker,Variant Inventory "
	    "Qty,"
	    "Variant Inventory Policy,Variant Requires Shipping,Unit Price Total Measure,Unit Price Total Measure Unit,"
	    "Unit Price Base Measure,Unit Price Base Measure Unit,Tax Class,Origin "
	    "(product.metafields.kontor.origin),Status\n"
	    "tea,\" Green\n tea \",Tea>Green  tea ,\"b, "
	    "a,b\",TRUE,4.9,250.5,shopify,7,continue,FALSE,250,g,1,KG,Reduced,China,\n");
	struct product_variant *v = &p->variants[0];

	ck_str(p->title, "Green tea");
	ck_str(p->category, "Tea > Green tea");
	ck_assert_uint_eq(p->n_tags, 2);
	ck_str(p->tags[0], "a");
	ck_assert_int_eq(p->status, PRODUCT_ACTIVE);
	ck_assert_int_eq(p->tax_class, TAX_REDUCED);
	ck_str(p->specs[0].label, "Origin");
	ck_str(p->specs[0].value, "China");
	ck_assert_int_eq(v->weight_mg, 250500);
	ck_assert_int_eq(v->stock, 7);
	ck_assert(v->tracked && v->sell_over && !v->shipped && v->taxable);
	ck_assert_int_eq(v->content_milli, 250000);
	ck_str(v->base_unit, "kg");
	done();
}
END_TEST

START_TEST(product_category_paths_are_split)
{
	struct str path = STR("Tea > Green tea > Japan");

	ck_assert_uint_eq(product_category_depth(path), 3);
	ck_str(product_category_head(path, 1), "Tea");
	ck_str(product_category_head(path, 2), "Tea > Green tea");
	ck_str(product_category_head(path, 3), "Tea > Green tea > Japan");
	ck_str(product_category_name(path), "Japan");
	ck_str(product_category_name(STR("Tea")), "Tea");
	ck_assert_uint_eq(product_category_depth(STR_NONE), 0);
}
END_TEST

START_TEST(product_csv_bounds_the_variants_of_a_product)
{
	static char text[200000];
	size_t n = (size_t)snprintf(text, sizeof(text), HEAD "cup,Cup,No,0,,1\n");
	struct product *p;

	for (int i = 1; i < 2050; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "cup,,,%d,,1\n", i);
	p = only_product(text);
	ck_assert_uint_eq(p->n_variants, PRODUCT_VARIANTS_MAX);
	ck_assert(p->partial);
	ck_assert_ptr_nonnull(strstr(buf_str(&got).p, "2002:13: Variant Price: more than 2000 variants"));
	done();
}
END_TEST

/* What is typed as a handle, or stands as a title. */
START_TEST(handles_are_made_of_what_people_type)
{
	static const char *const cases[][2] = {{"Blue Shirt", "blue-shirt"}, {"salt&pepper", "salt-pepper"},
	    {"100%-wool", "100-wool"}, {"  Walnut   board ", "walnut-board"}, {"Men's shirt", "mens-shirt"},
	    {"Cr\xc3\xa8me br\xc3\xbbl\xc3\xa9" "e", "creme-brulee"}, {"a/b\\c?d#e", "a-b-c-d-e"},
	    {"\xe9\xbe\x99\xe4\xba\x95 \xe8\x8c\xb6", "\xe9\xbe\x99\xe4\xba\x95-\xe8\x8c\xb6"},
	    {"Tea \xe2\x80\x93 500 g", "tea-500-g"}, {"\xf0\x9f\x8d\xb5 Tea!", "tea"}, {"..", "product"},
	    {"!?", "product"}, {"product_1", "product_1"}};

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_str(product_handle_make(&a, str_z(cases[i][0])), cases[i][1]);
		ck_assert(product_handle_check(str_z(cases[i][1])));
	}
	arena_fini(&a);
}
END_TEST

START_TEST(handles_made_of_long_texts_have_room_for_a_number)
{
	static char text[4000];

	arena_init(&a, 1 << 20);
	for (size_t n = 1; n < sizeof(text) - 4; n += 97) {
		struct str made;

		for (size_t i = 0; i < n; i++)
			text[i] = "x-\xc3\xa4 "[i % 5];
		made = product_handle_make(&a, str_n(text, n - n % 5));
		ck_assert(product_handle_check(str_fmt(&a, "%.*s-9999", STR_ARG(made))));
	}
	arena_fini(&a);
}
END_TEST

START_TEST(product_csv_reads_further_categories)
{
	static const char *const cases[][2] = {{"Gifts", "|Gifts"}, {"Tea; Gifts;Tea", "|Gifts|Tea"}, {" ; ;", ""},
	    {"Drinks", ""}, {"Pots\\; pans > Big", "|Pots; pans > Big"}, {"a > b;a;A", "|A|a|a > b"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static char text[400];
		struct product *p;
		struct buf b;

		snprintf(text, sizeof(text),
		    "Handle,Title,Variant Price,Type,Further Categories\ncup,Cup,5,Drinks,%s\n", cases[i][0]);
		p = only_product(text);
		buf_init(&b, &a, 1000);
		buf_z(&b, "");
		for (size_t k = 0; k < p->n_more; k++)
			buf_fmt(&b, "|%.*s", STR_ARG(p->more[k]));
		ck_str(buf_str(&b), cases[i][1]);
		ck_str(p->category, "Drinks");
		done();
	}
}
END_TEST

START_TEST(product_csv_keeps_a_product_with_too_many_tags)
{
	static char text[400 * 10 + 300];
	size_t n = (size_t)snprintf(text, sizeof(text), "Handle,Title,Variant Price,Tags\ncup,Cup,5,\"");
	struct product *p;

	for (int i = 0; i < 300; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "tag %03d,", i);
	snprintf(text + n, sizeof(text) - n, "\"\n");
	p = only_product(text);
	ck_assert_uint_eq(p->n_tags, PRODUCT_TAGS_MAX);
	ck_assert(!p->partial);
	ck_assert_ptr_nonnull(strstr(buf_str(&got).p, "(Tags: more than 250: the others are dropped"));
	done();
}
END_TEST

UNIT_MAIN("product_csv", handles_are_made_of_what_people_type, handles_made_of_long_texts_have_room_for_a_number,
    product_csv_reads_further_categories, product_csv_keeps_a_product_with_too_many_tags,
    product_csv_groups_rows_by_handle, product_csv_takes_the_newer_column_names,
    product_csv_names_a_missing_column_and_ignores_unknown_ones_once,
    product_csv_reports_each_broken_row_and_keeps_the_rest, product_csv_reports_each_broken_cell_at_its_place,
    product_csv_orders_pictures_by_position_and_variants_follow, product_csv_reads_all_fields_of_a_product,
    product_category_paths_are_split, product_csv_bounds_the_variants_of_a_product)
