/* test_product_mend.c - cells that are mended: what each kind of unusual cell becomes. */
#include <stdio.h>
#include <string.h>

#include "import/product_csv.h"
#include "plat/text/csv.h"
#include "unit.h"

static struct arena a, group;
static size_t n_notes;

static void
note(void *arg, const struct product_note *n)
{
	(void)arg;
	ck_assert_msg(!n->refused, "left out: %s: %s", n->column, n->why);
	n_notes++;
}

/* The only product of a table with more columns. */
static struct product *
product_with(const char *column, const char *cell)
{
	struct product_csv_setup setup = {.note = note, .point = '.'};
	struct product_csv *pc;
	struct product *p = NULL;
	struct err e = {0};
	struct csv_bad bad;
	struct cells row;
	struct csv *c;
	struct buf b;

	arena_init(&a, 64 << 20);
	arena_init(&group, 32 << 20);
	n_notes = 0;
	buf_init(&b, &a, 1 << 20);
	buf_fmt(&b, "Handle,Title,Variant Price,%s\ncup,Cup,5,\"", column);
	for (; *cell != '\0'; cell++) { /* | separates cells */
		buf_z(&b, *cell == '"' ? "\"\"" : *cell == '|' ? "\",\"" : "");
		if (*cell != '"' && *cell != '|')
			buf_ch(&b, *cell);
	}
	buf_z(&b, "\"\n");
	ck_assert(currency_find(STR("EUR"), &setup.cur));
	ck_ok(csv_open_mem(&a, buf_str(&b), &c, &e), &e);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_ok(product_csv_open(&a, &group, &setup, &row, &pc, &e), &e);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	product_csv_add(pc, &row);
	ck_assert(product_csv_take(pc, &p));
	return p;
}

static void
done(void)
{
	arena_fini(&a);
	arena_fini(&group);
}

#define ck_mends(column, cell, field, want)                                                                            \
	do {                                                                                                           \
		ck_str(product_with(column, cell)->field, want);                                                       \
		done();                                                                                                \
	} while (0)

START_TEST(apostrophes_before_digits_are_removed)
{
	ck_mends("Variant SKU", "'30235", variants[0].sku, "30235");
	ck_mends("Variant SKU", "'0112", variants[0].sku, "0112");
	ck_mends("Variant SKU", "'1.5-2", variants[0].sku, "1.5-2");
	ck_mends("Variant SKU", "'70s-poster", variants[0].sku, "'70s-poster");
	ck_mends("Variant SKU", "'", variants[0].sku, "'");
	ck_mends("Variant Barcode", "'4006381333931", variants[0].barcode, "4006381333931");
	ck_mends("Count (product.metafields.custom.count)", "'21", specs[0].value, "21");
	ck_mends("Vendor", "'1984", vendor, "1984");
	ck_mends("Vendor", "'t Hooft", vendor, "'t Hooft");
}
END_TEST

START_TEST(blanks_inside_a_sku_are_a_part_of_it)
{
	ck_mends("Variant SKU", "A  B", variants[0].sku, "A  B");
	ck_mends("Variant SKU", " A\tB ", variants[0].sku, "AB");
	ck_mends("Variant SKU", "A\u00a0B", variants[0].sku, "A\u00a0B");
	ck_mends("Variant SKU",
	    "\u00a0"
	    "AB\u00a0",
	    variants[0].sku, "AB");
	ck_mends("Variant SKU",
	    "A\x03"
	    "B\x7f",
	    variants[0].sku, "AB");
}
END_TEST

START_TEST(control_characters_and_odd_blanks_vanish_from_lines)
{
	ck_mends("Vendor", "Tea\x03 House\x1b", vendor, "Tea House");
	ck_mends("Vendor", "Tea\xc2\x80House", vendor, "TeaHouse");
	ck_mends("Vendor", "\xef\xbb\xbf Tea \u2009", vendor, "Tea");
	ck_mends("Vendor", "Tea\r\n House", vendor, "Tea House");
	ck_mends("Vendor", "Tea\xef\xbf\xbe", vendor, "Tea");
	ck_mends("SEO Title", "\u202fTea\u00a0", seo_title, "Tea");
}
END_TEST

START_TEST(truth_is_read_in_the_words_of_spreadsheets_of_all_languages)
{
	static const char *const yes[] = {"WAHR", "vrai", "VERDADERO", "Vero", "VERDADEIRO", "WAAR", "SANT", "SAND",
	    "TOSI", "PRAWDA", "PRAVDA", "IGAZ", "ADEVĂRAT", "DOĞRU", "ΑΛΗΘΗΣ", "ИСТИНА", "ja", "Oui", "sí", "1", "yes"},
				 *const no[] = {"FALSCH", "faux", "FALSO", "ONWAAR", "FALSKT", "EPÄTOSI", "FAŁSZ",
				     "NEPRAVDA", "HAMIS", "FALS", "YANLIŞ", "ЛОЖЬ", "ХИБНІСТЬ", "nein", "não", "0",
				     "no"};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		ck_assert_msg(product_with("Variant Inventory Policy", yes[i])->variants[0].sell_over, "%s", yes[i]);
		ck_assert_uint_eq(n_notes, 0);
		done();
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		ck_assert_msg(product_with("Published", no[i])->status == PRODUCT_DRAFT, "%s", no[i]);
		ck_assert_uint_eq(n_notes, 0);
		done();
	}
}
END_TEST

START_TEST(texts_are_cut_between_words)
{
	static char text[2000];
	struct product *p;

	for (size_t i = 0; i < 100; i++)
		memcpy(text + 7 * i, "garden ", 7);
	p = product_with("SEO Description", text);
	ck_assert_uint_le(p->seo_description.n, 500);
	ck_assert(str_ends(p->seo_description, STR(" garden")));
	ck_assert_uint_eq(n_notes, 1);
	done();
	p = product_with("Use (product.metafields.custom.use)", text);
	ck_assert(p->specs[0].value.n > 480 && str_ends(p->specs[0].value, STR(" garden")));
	done();
	p = product_with("Vendor", text);
	ck_assert(p->vendor.n > 180 && p->vendor.n <= 190 && str_ends(p->vendor, STR("garden")));
	done();
	p = product_with("SEO Title", text);
	ck_assert(p->seo_title.n > 240 && p->seo_title.n <= 255);
	done();
	memset(text, 'x', 700); /* no blank to cut at */
	text[700] = '\0';
	p = product_with("SEO Description", text);
	ck_assert_uint_eq(p->seo_description.n, 500);
	done();
	for (size_t i = 0; i < 600; i++)
		memcpy(text + 3 * i, "\xe8\x8c\xb6", 3);
	p = product_with("SEO Description", text);
	ck_assert_uint_eq(p->seo_description.n, 1500);
	done();
}
END_TEST

START_TEST(specifications_are_shown_as_text)
{
	static const char column[] = "S (product.metafields.custom.s)";

	ck_mends(column, "[\"1 x pot, 2 l\",\"1 x lid\"]", specs[0].value, "1 x pot, 2 l; 1 x lid");
	ck_mends(column, "[1,2.50]", specs[0].value, "1; 2.5");
	ck_mends(column, "{\"value\":12.0,\"unit\":\"CENTIMETERS\"}", specs[0].value, "12 cm");
	ck_mends(column, "[{\"value\":1.5,\"unit\":\"kg\"},{\"value\":2,\"unit\":\"POUNDS\"}]", specs[0].value,
	    "1.5 kg; 2 lb");
	ck_mends(column, "{\"amount\":\"9.90\",\"currency_code\":\"EUR\"}", specs[0].value, "9.90 EUR");
	ck_mends(column,
	    "{\"type\":\"root\",\"children\":[{\"type\":\"paragraph\",\"children\":[{\"value\":\"Wash\"},"
	    "{\"value\":\"cold\"}]}]}",
	    specs[0].value, "Wash cold");
	ck_mends(column, "[draft] a", specs[0].value, "[draft] a");
	ck_mends(column, "{oak}", specs[0].value, "{oak}");
	ck_assert_uint_eq(product_with(column, "[\"gid://shopify/Metaobject/1\"]")->n_specs, 0);
	ck_assert_uint_eq(n_notes, 0);
	done();
	ck_assert_uint_eq(product_with(column, "{\"a\":{\"b\":1}}")->n_specs, 0);
	ck_assert_uint_eq(n_notes, 1);
	done();
	ck_assert_uint_eq(product_with(column, "[]")->n_specs, 0);
	ck_assert_uint_eq(n_notes, 0);
	done();
}
END_TEST

START_TEST(bookkeeping_metafields_are_passed_over)
{
	static const char *const spaces[] = {"mm-google-shopping", "shopify--discovery--product_recommendation",
	    "reviews", "app--123--x", "judgeme", "seo", "spr", "shopify--other"},
				 *const kept[] = {
				     "custom", "shopify", "descriptors", "facts", "my_fields", "reviewsmith"};

	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		char column[200];

		snprintf(column, sizeof(column), "X (product.metafields.%s.key)", spaces[i]);
		ck_assert_msg(product_with(column, "1")->n_specs == 0 && n_notes == 0, "%s", spaces[i]);
		done();
	}
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		char column[200];

		snprintf(column, sizeof(column), "X (product.metafields.%s.key)", kept[i]);
		ck_assert_msg(product_with(column, "1")->n_specs == 1, "%s", kept[i]);
		done();
	}
}
END_TEST

START_TEST(columns_of_one_label_share_a_row)
{
	static const char columns[] =
	    "C (product.metafields.a.x),C (product.metafields.b.y),C (product.metafields.c.z)";

	ck_mends(columns, "red|poppy red|glazed", specs[0].value, "red; poppy red; glazed");
	ck_mends(columns, "red|red|", specs[0].value, "red");
	ck_mends(columns, "|poppy|", specs[0].value, "poppy");
	ck_assert_uint_eq(product_with(columns, "a|b|c")->n_specs, 1);
	done();
	ck_mends("(product.metafields.custom.material)", "Oak", specs[0].label, "material");
}
END_TEST

START_TEST(category_falls_back_to_the_taxonomy)
{
	ck_mends("Product Category", "Home & Garden > Linens", category, "Home & Garden > Linens");
	ck_mends("Product category", "Home", category, "Home");
	ck_mends("Type,Product Category", "Towels|Home", category, "Towels");
	ck_mends("Type,Product Category", "|Home", category, "Home");
	ck_mends("Product Category", "gid://shopify/TaxonomyCategory/hg-1", category, "");
	ck_mends("Product Category", "Uncategorized", category, "");
}
END_TEST

UNIT_MAIN("product_mend", apostrophes_before_digits_are_removed, blanks_inside_a_sku_are_a_part_of_it,
    control_characters_and_odd_blanks_vanish_from_lines, truth_is_read_in_the_words_of_spreadsheets_of_all_languages,
    texts_are_cut_between_words, specifications_are_shown_as_text, bookkeeping_metafields_are_passed_over,
    columns_of_one_label_share_a_row, category_falls_back_to_the_taxonomy)
