/* test_import_tables.c - imports tables as other programs and people may spoil them: good tables of all layouts are
 * mutated at random. A product must be in the shop, whole, unless one of its essential cells was spoiled.
 *
 * KONTOR_TABLES and KONTOR_SEED choose other sets, KONTOR_TABLES_FROM begins in the middle. */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "import.h"

#define COLUMNS_MAX 40
#define ROWS_MAX 60
#define PRODUCTS_MAX 5

enum column_id {
	HANDLE,
	TITLE,
	OPTION1,
	VALUE1,
	OPTION2,
	VALUE2,
	PRICE,
	ESSENTIAL, /* the others */
	BODY = ESSENTIAL,
	VENDOR,
	TYPE,
	TAGS,
	PUBLISHED,
	STATUS,
	SKU,
	GRAMS,
	TRACKER,
	QTY,
	POLICY,
	COMPARE,
	COST,
	SHIPPED,
	TAXABLE,
	BARCODE,
	IMAGE,
	IMAGE_POSITION,
	IMAGE_ALT,
	SEO_TITLE,
	SEO_TEXT,
	TOTAL,
	TOTAL_UNIT,
	BASE,
	BASE_UNIT,
	SPEC,
	LIST,
	CATEGORY,
	TAX,
	COLUMNS
};

/* The older and the newer names. */
static const char *const names[COLUMNS][2] = {
    [HANDLE] = {"Handle", "URL handle"},
    [TITLE] = {"Title", "Title"},
    [OPTION1] = {"Option1 Name", "Option1 name"},
    [VALUE1] = {"Option1 Value", "Option1 value"},
    [OPTION2] = {"Option2 Name", "Option2 name"},
    [VALUE2] = {"Option2 Value", "Option2 value"},
    [PRICE] = {"Variant Price", "Price"},
    [BODY] = {"Body (HTML)", "Description"},
    [VENDOR] = {"Vendor", "Vendor"},
    [TYPE] = {"Type", "Type"},
    [TAGS] = {"Tags", "Tags"},
    [PUBLISHED] = {"Published", "Published on online store"},
    [STATUS] = {"Status", "Status"},
    [SKU] = {"Variant SKU", "SKU"},
    [GRAMS] = {"Variant Grams", "Weight value (grams)"},
    [TRACKER] = {"Variant Inventory Tracker", "Inventory tracker"},
    [QTY] = {"Variant Inventory Qty", "Inventory quantity"},
    [POLICY] = {"Variant Inventory Policy", "Continue selling when out of stock"},
    [COMPARE] = {"Variant Compare At Price", "Compare-at price"},
    [COST] = {"Cost per item", "Cost per item"},
    [SHIPPED] = {"Variant Requires Shipping", "Requires shipping"},
    [TAXABLE] = {"Variant Taxable", "Charge tax"},
    [BARCODE] = {"Variant Barcode", "Barcode"},
    [IMAGE] = {"Image Src", "Product image URL"},
    [IMAGE_POSITION] = {"Image Position", "Image position"},
    [IMAGE_ALT] = {"Image Alt Text", "Image alt text"},
    [SEO_TITLE] = {"SEO Title", "SEO title"},
    [SEO_TEXT] = {"SEO Description", "SEO description"},
    [TOTAL] = {"Unit Price Total Measure", "Unit price total measure"},
    [TOTAL_UNIT] = {"Unit Price Total Measure Unit", "Unit price total measure unit"},
    [BASE] = {"Unit Price Base Measure", "Unit price base measure"},
    [BASE_UNIT] = {"Unit Price Base Measure Unit", "Unit price base measure unit"},
    [SPEC] = {"Material (product.metafields.custom.material)", "Material (product.metafields.custom.material)"},
    [LIST] = {"In the box (product.metafields.custom.box)", "In the box (product.metafields.custom.box)"},
    [CATEGORY] = {"Product Category", "Product category"},
    [TAX] = {"Tax Class", "Variant Tax Code"},
};

struct product_made {
	const char *handle;
	int variants;
	long long prices; /* of all variants, in cents */
	bool spoiled;
};

struct row {
	struct str cell[COLUMNS_MAX];
	int product; /* -1: the header */
};

struct table {
	struct arena a;
	uint64_t random;
	enum column_id column[COLUMNS_MAX];
	int n_columns;
	struct row row[ROWS_MAX];
	int n_rows;
	struct product_made product[PRODUCTS_MAX];
	int n_products;
	bool commas;     /* decimal commas, so fields are separated by semicolons */
	bool only_latin; /* the file will be in an encoding of Windows */
	char separator;
	bool has_mark, has_sep_line, utf16;
};

static uint32_t
draw(struct table *t, uint32_t below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (uint32_t)(t->random >> 33) % below;
}

static struct str
amount(struct table *t, long long cents)
{
	return str_fmt(&t->a, "%lld%c%02lld", cents / 100, t->commas ? ',' : '.', cents % 100);
}

/* A good cell. The first row of a product (v = 0) has the product's own cells. */
static struct str
good_cell(struct table *t, enum column_id c, int p, int v, long long cents)
{
	const char *truth = draw(t, 2) == 0 ? "TRUE" : "true";

	if (v > 0 && (c == TITLE || c == OPTION1 || c == OPTION2 || c == BODY || c == VENDOR || c == TYPE || c == TAGS))
		return STR_NONE;
	switch (c) {
	case HANDLE: return str_z(t->product[p].handle);
	case TITLE: return str_fmt(&t->a, "Möbel für Gäste %d", p);
	case OPTION1: return STR("Größe");
	case VALUE1: return str_fmt(&t->a, "G %d", v / 2);
	case OPTION2: return STR("Farbe");
	case VALUE2: return v % 2 == 0 ? STR("grün") : STR("weiß");
	case PRICE: return amount(t, cents);
	case BODY: return STR("<p>Würzig, <b>schön</b></p>\n<ul><li>eins</li></ul>");
	case VENDOR: return STR("Müller & Söhne");
	case TYPE: return draw(t, 3) == 0 ? STR_NONE : STR("Möbel > Stühle");
	case CATEGORY: return STR("Home & Garden > Furniture > Chairs");
	case TAGS: return STR("neu, grün, featured");
	case PUBLISHED:
	case SHIPPED:
	case TAXABLE: return str_z(truth);
	case STATUS: return STR("active");
	case SKU: return str_fmt(&t->a, "%s-%d", t->product[p].handle, v);
	case GRAMS: return draw(t, 2) == 0 ? STR("250") : amount(t, 45359);
	case TRACKER: return STR("shopify");
	case QTY: return STR("4");
	case POLICY: return STR("deny");
	case COMPARE: return amount(t, cents + 500);
	case COST: return amount(t, cents / 2);
	case BARCODE: return STR("'4006381333931");
	case IMAGE: return str_fmt(&t->a, "https://cdn.example.com/p/%d-%d.jpg?v=1", p, v);
	case IMAGE_POSITION: return str_fmt(&t->a, "%d", v + 1);
	case IMAGE_ALT: return STR("Ein Stuhl");
	case SEO_TITLE: return STR("Stühle");
	case SEO_TEXT: return STR("Stühle für Gäste");
	case TOTAL: return STR("250");
	case TOTAL_UNIT: return STR("g");
	case BASE: return STR("1");
	case BASE_UNIT: return STR("kg");
	case SPEC: return STR("Eiche; Buche");
	case LIST: return STR("[\"1 x Stuhl, grün\",\"1 x Kissen\"]");
	case TAX: return STR("standard");
	default: return STR_NONE;
	}
}

static void
add_product(struct table *t, uint32_t number, int p)
{
	struct product_made *made = &t->product[p];
	int variants = 1 + (int)draw(t, 6);

	*made = (struct product_made){.handle = str_fmt(&t->a, "table-%u-%d", number, p).p, .variants = variants};
	for (int v = 0; v < variants; v++) {
		long long cents = 100 + draw(t, 90000);
		struct row *r = &t->row[t->n_rows++];

		made->prices += cents;
		r->product = p;
		for (int c = 0; c < t->n_columns; c++)
			r->cell[c] = good_cell(t, t->column[c], p, v, cents);
	}
	if (draw(t, 2) == 0) { /* a row with a picture only */
		struct row *r = &t->row[t->n_rows++];

		*r = (struct row){.product = p};
		for (int c = 0; c < t->n_columns; c++)
			if (t->column[c] == HANDLE || t->column[c] == IMAGE)
				r->cell[c] = good_cell(t, t->column[c], p, 9, 0);
	}
}

static void
make_table(struct table *t, uint32_t number)
{
	int newer = (int)draw(t, 2);

	for (int c = 0; c < COLUMNS; c++)
		if (c < ESSENTIAL || draw(t, 4) > 0)
			t->column[t->n_columns++] = (enum column_id)c;
	for (int i = t->n_columns - 1; i > 0; i--) { /* in any order */
		int k = (int)draw(t, (uint32_t)i + 1);
		enum column_id c = t->column[i];

		t->column[i] = t->column[k];
		t->column[k] = c;
	}
	t->commas = draw(t, 4) == 0;
	t->separator = t->commas ? ';' : ",,,;\t"[draw(t, 5)];
	t->only_latin = draw(t, 5) == 0;
	t->utf16 = !t->only_latin && draw(t, 6) == 0;
	t->has_mark = draw(t, 2) == 0;
	t->has_sep_line = !t->utf16 && draw(t, 8) == 0;
	t->row[t->n_rows++].product = -1;
	for (int c = 0; c < t->n_columns; c++)
		t->row[0].cell[c] = str_z(names[t->column[c]][newer]);
	for (t->n_products = 0; t->n_products < 2 + (int)draw(t, PRODUCTS_MAX - 1); t->n_products++)
		add_product(t, number, t->n_products);
}

static struct str
longer(struct table *t, struct str s)
{
	static const uint32_t lengths[] = {20, 200, 700, 5000, 300000};
	uint32_t want = lengths[draw(t, draw(t, 20) == 0 ? 5 : 4)];
	struct buf b;

	buf_init(&b, &t->a, 400000);
	while (b.n < want) {
		buf_put(&b, s.n == 0 ? STR("wörter") : s);
		buf_z(&b, draw(t, 3) == 0 ? "" : " ");
	}
	return buf_str(&b);
}

static struct str
bad_cell(struct table *t, struct str s)
{
	static const char *const odd[] = {"453.59237", "-5", "1e9", "n/a", "12,5", "1.234.567,89", "''''", "\"",
	    "[\"a\"", "{\"value\":1.5,\"unit\":\"KILOGRAMS\"}", "<script>alert(1)</script>", "=1+1", "\x03\x04", "TRUE",
	    "ungefähr", "WAHR", "../../etc/passwd", "https://", ">>>>>", ",,,,",
	    "a > b > c > d > e > f > g > h > i > j", "gid://shopify/X/1", "99999999999999999999", "0", "a\nb\r\nc",
	    "\x7f\xc2\x85", "'007", "[[[[[[", "&#3;&#xD800;", "no", "sold", "4,00638E+12"};
	static const char *const wide[] = {"茶", "\xf0\x9f\x8d\xb5", "ＡＢＣ", "\xe2\x80\x8b", "\xef\xbf\xbe", "٣٫٥",
	    "\xe4", "\xff\xfe", "\xc3", "caf\xe9"};

	switch (draw(t, t->only_latin ? 3 : 4)) {
	case 0: return STR_NONE;
	case 1: return longer(t, s);
	case 2: return str_z(odd[draw(t, ARRAY_LEN(odd))]);
	default:
		return str_fmt(
		    &t->a, "%.*s%s", STR_ARG(str_head(s, 30)), wide[draw(t, t->utf16 ? 6 : ARRAY_LEN(wide))]);
	}
}

static void
spoil_cell(struct table *t)
{
	int c = (int)draw(t, (uint32_t)t->n_columns);
	struct row *r = &t->row[1 + draw(t, (uint32_t)t->n_rows - 1)];

	if (t->column[c] < ESSENTIAL && draw(t, 4) > 0)
		return; /* rarely, so that most products must arrive */
	if (t->column[c] < ESSENTIAL)
		t->product[r->product].spoiled = true;
	r->cell[c] = bad_cell(t, r->cell[c]);
}

static void
repeat_row(struct table *t)
{
	int from = 1 + (int)draw(t, (uint32_t)t->n_rows - 1), to = draw(t, 2) == 0 ? from + 1 : t->n_rows;

	if (t->n_rows == ROWS_MAX)
		return;
	if (draw(t, 3) == 0)
		to = 1 + (int)draw(t, (uint32_t)t->n_rows);
	if (to <= from) /* the first one counts, and it must begin its product */
		to = from + 1;
	memmove(&t->row[to + 1], &t->row[to], (size_t)(t->n_rows - to) * sizeof(t->row[0]));
	t->row[to] = t->row[from];
	t->n_rows++;
}

static void
spoil_column(struct table *t)
{
	int c = (int)draw(t, (uint32_t)t->n_columns);

	if (t->column[c] < ESSENTIAL)
		return;
	if (draw(t, 3) == 0) { /* of another name, or a second one of it */
		t->row[0].cell[c] = draw(t, 2) == 0 ? STR("Shelf") : t->row[0].cell[draw(t, (uint32_t)t->n_columns)];
		if (str_eq_case(t->row[0].cell[c], STR("Shelf")))
			return;
		for (int i = 0; i < t->n_columns; i++) /* the first column of a name counts */
			if (i != c && t->column[i] < ESSENTIAL && i > c && str_eq(t->row[0].cell[i], t->row[0].cell[c]))
				t->row[0].cell[c] = STR("Shelf");
		return;
	}
	t->n_columns--;
	for (int i = c; i < t->n_columns; i++)
		t->column[i] = t->column[i + 1];
	for (int r = 0; r < t->n_rows; r++)
		for (int i = c; i < t->n_columns; i++)
			t->row[r].cell[i] = t->row[r].cell[i + 1];
}

static void
put_cell(struct table *t, struct buf *b, struct str s, bool first)
{
	if (!first)
		buf_ch(b, t->separator);
	buf_ch(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_ch(b, '"');
		buf_ch(b, s.p[i]);
	}
	buf_ch(b, '"');
}

static struct str
converted(struct table *t, struct str s, const char *to)
{
	iconv_t cd = iconv_open(to, "UTF-8");
	size_t in_n = s.n, left = 2 * s.n + 10, size = left;
	char *in = (char *)(uintptr_t)s.p, *out = arena_alloc(&t->a, left), *start = out;

	ck_assert(cd != (iconv_t)-1);
	while (iconv(cd, &in, &in_n, &out, &left) == (size_t)-1 && in_n > 0 && errno == EILSEQ)
		; /* characters that the encoding lacks are left out, and end the call */
	ck_assert_msg(in_n == 0, "%s: '%.20s'", to, in);
	iconv_close(cd);
	return str_n(start, size - left);
}

static struct str
table_bytes(struct table *t)
{
	struct buf b;
	struct str s;

	buf_init(&b, &t->a, 100 << 20);
	if (t->has_mark && !t->only_latin && !t->utf16)
		buf_z(&b, "\xef\xbb\xbf");
	if (t->has_sep_line)
		buf_fmt(&b, "sep=%c\r\n", t->separator);
	for (int r = 0; r < t->n_rows; r++) {
		for (int c = 0; c < t->n_columns; c++)
			put_cell(t, &b, t->row[r].cell[c], c == 0);
		buf_z(&b, "\r\n");
	}
	s = buf_str(&b);
	if (t->only_latin)
		return converted(t, s, "WINDOWS-1252//IGNORE");
	return t->utf16 ? converted(t, s, "UTF-16") : s;
}

static void
import_table(struct db *db, struct table *t, bool again)
{
	static char out[4 << 20];
	struct import im = {
	    .a = &t->a, .db = db, .conf = &conf, .now_s = clock_utc_s(), .products = path_of("table.csv")};
	struct err e = {0};

	memset(out, 0, 1);
	im.report = fmemopen(out, sizeof(out) - 1, "w");
	ck_ok(import_run(&im, &e), &e);
	fclose(im.report);
	ck_assert_msg(!again || import_changes(&im) == 0, "%llu changes the second time: %s",
	    (unsigned long long)import_changes(&im), out);
	for (int p = 0; p < t->n_products && !again; p++) {
		const struct product_made *made = &t->product[p];

		if (made->spoiled)
			continue;
		ck_assert_msg(services_number(&services, str_fmt(&t->a,
							     "SELECT COUNT(*) FROM variant v JOIN product p"
							     " ON p.id = v.product_id WHERE handle = '%s' AND gone = 0",
							     made->handle)
							     .p)
				  == made->variants,
		    "%s: lost variants: %s", made->handle, out);
		ck_assert_msg(services_number(&services,
				  str_fmt(&t->a,
				      "SELECT COALESCE(SUM(v.price_minor), 0) FROM variant v"
				      " JOIN product p ON p.id = v.product_id WHERE handle = '%s' AND gone = 0",
				      made->handle)
				      .p)
				  == made->prices,
		    "%s: wrong prices: %s", made->handle, out);
	}
}

static void
run_mutated(struct db *db, uint32_t number, uint64_t seed)
{
	struct table *t = calloc(1, sizeof(*t));
	struct str bytes;
	FILE *f;

	arena_init(&t->a, (size_t)1 << 30);
	t->random = (seed * 2654435761 + number) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	make_table(t, number);
	for (uint32_t n = draw(t, 12); n > 0; n--)
		switch (draw(t, 8)) {
		case 0: repeat_row(t); break;
		case 1: spoil_column(t); break;
		default: spoil_cell(t);
		}
	bytes = table_bytes(t);
	f = fopen(path_of("table.csv"), "w");
	ck_assert(f != NULL && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
	import_table(db, t, false);
	import_table(db, t, true);
	arena_fini(&t->a);
	free(t);
}

static uint32_t
from_environment(const char *name, uint32_t otherwise)
{
	const char *value = getenv(name);

	return value == NULL ? otherwise : (uint32_t)strtoul(value, NULL, 10);
}

/* One quarter of the tables: libcheck cannot record a test that takes more than 35 minutes. */
static void
run_quarter(uint32_t quarter)
{
	uint32_t n = from_environment("KONTOR_TABLES", 200), seed = from_environment("KONTOR_SEED", 1);
	uint32_t from = from_environment("KONTOR_TABLES_FROM", 0), i = n / 4 * quarter;
	struct db *db;

	prepare();
	db = services_db(&services, &a, DB_TOOL);
	for (i = i < from ? from : i; i < (quarter == 3 ? n : n / 4 * (quarter + 1)); i++) {
		run_mutated(db, i, seed);
		if ((i + 1) % 1000 == 0)
			fprintf(stderr, "# %u tables\n", i + 1);
	}
	printf("# %u tables, seed %u: %lld products\n", i, seed, number("SELECT COUNT(*) FROM product"));
	fflush(stdout);
}

START_TEST(import_loses_no_product_of_mutated_tables_for_a_cell_that_is_not_essential)
{
	run_quarter(0);
}
END_TEST

START_TEST(nor_of_the_second_quarter_of_them)
{
	run_quarter(1);
}
END_TEST

START_TEST(nor_of_the_third)
{
	run_quarter(2);
}
END_TEST

START_TEST(nor_of_the_fourth)
{
	run_quarter(3);
}
END_TEST

INTEG_MAIN("import_tables", false, import_loses_no_product_of_mutated_tables_for_a_cell_that_is_not_essential,
    nor_of_the_second_quarter_of_them, nor_of_the_third, nor_of_the_fourth)
