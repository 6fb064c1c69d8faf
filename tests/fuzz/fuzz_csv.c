/* fuzz_csv.c - foreign tables: the reader, the import of products and translations, and the writer, whose rows must
 * read back unchanged. */
#include "plat/text/csv.h"
#include "import/translation_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_row(struct arena *a, const struct cells *row)
{
	struct csv_bad bad;
	struct err e = {0};
	struct cells back;
	struct buf b;
	struct csv *c;

	for (size_t i = 0; i < row->n; i++) {
		buf_init(&b, a, 4 * CSV_ROW_MAX_B);
		buf_z(&b, "a,b\r\n"); /* the first line decides the separator */
		csv_put(&b, STR("x"), true);
		csv_put(&b, row->cell[i].text, false);
		csv_end_row(&b);
		ASSERT(csv_open_mem(a, buf_str(&b), &c, &e));
		ASSERT(csv_next(c, &back, &bad, &e) == CSV_ROW && csv_next(c, &back, &bad, &e) == CSV_ROW);
		ASSERT(back.n == 2 && str_eq(back.cell[1].text, row->cell[i].text));
	}
}

static void
read_products(struct arena *a, struct arena *group, struct str s)
{
	struct product_csv_setup setup = {0};
	struct product_csv *pc;
	struct product *p;
	struct csv_bad bad;
	struct err e = {0};
	struct cells row;
	struct csv *c;
	struct buf b;
	enum csv_got got;

	if (!currency_find(STR("EUR"), &setup.cur) || !csv_open_mem(a, s, &c, &e)
	    || csv_next(c, &row, &bad, &e) != CSV_ROW || !product_csv_open(a, group, &setup, &row, &pc, &e))
		return;
	while ((got = csv_next(c, &row, &bad, &e)) == CSV_ROW || got == CSV_BAD) {
		if (got == CSV_BAD) {
			product_csv_spoiled(pc);
			continue;
		}
		if (!product_csv_same(pc, &row) && product_csv_take(pc, &p)) {
			ASSERT(p->n_variants > 0 && p->title.n > 0);
			buf_init(&b, group, 1 << 20);
			product_canon(p, &p->particulars, &b);
			arena_reset(group);
		}
		product_csv_add(pc, &row);
	}
	if (product_csv_take(pc, &p))
		ASSERT(p->n_variants > 0);
}

static void
read_translations(struct arena *a, struct str s)
{
	struct translation_csv t = {.own_lang = STR("en")};
	struct translation text;
	struct csv_bad bad;
	struct err e = {0};
	struct cells row;
	struct csv *c;

	if (!csv_open_mem(a, s, &c, &e) || csv_next(c, &row, &bad, &e) != CSV_ROW
	    || !translation_csv_open(&t, &row, &e))
		return;
	while (csv_next(c, &row, &bad, &e) == CSV_ROW)
		if (translation_csv_row(&t, a, &row, &text))
			ASSERT(text.lang.n >= 2 && text.of.n > 0);
}

/* The first byte chooses the header line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const heads[] = {"",
	    "Handle,Title,Variant Price,Option1 Name,Option1 Value,Variant SKU,Image Src,Type,Tags,Variant Grams\n",
	    ("Handle,Title,Variant Price,Variant Inventory Qty,Unit Price Total Measure,Unit Price Total Measure Unit,"
	     "Unit Price Base Measure,Unit Price Base Measure Unit,A (product.metafields.x.y),Status\n"),
	    "Kind,Handle,Language,Title,Body\n"};
	struct arena a, group;
	struct csv_bad bad;
	struct err e = {0};
	struct cells row;
	struct csv *c;
	struct buf b;
	enum csv_got got;
	size_t checked = 0;

	if (size == 0)
		return 0;
	arena_init(&a, (size_t)64 << 20);
	arena_init(&group, (size_t)64 << 20);
	buf_init(&b, &a, (size_t)1 << 20);
	buf_z(&b, heads[data[0] % ARRAY_LEN(heads)]);
	buf_put(&b, str_n(data + 1, size - 1));
	read_products(&a, &group, buf_str(&b));
	read_translations(&a, buf_str(&b));
	if (csv_open_mem(&a, buf_str(&b), &c, &e))
		while ((got = csv_next(c, &row, &bad, &e)) == CSV_ROW || got == CSV_BAD)
			if (got == CSV_ROW && checked++ < 1 && row.n < 5)
				check_row(&a, &row);
	arena_fini(&group);
	arena_fini(&a);
	return 0;
}
