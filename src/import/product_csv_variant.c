
#include "base/num.h"
#include "base/utf8.h"
#include "import/number.h"
#include "import/picture_name.h"
#include "import/product_csv_impl.h"

#define MINOR_MAX INT64_C(1000000000000)
#define STOCK_MAX INT64_C(1000000000)
#define GRAMS_MAX_MG INT64_C(10000000000000)
#define SOURCE_MAX_CHARS 500
#define BARCODE_MAX 32
#define SKU_MAX 100

static const enum product_column values[] = {PRODUCT_COLUMN_VALUE1, PRODUCT_COLUMN_VALUE2, PRODUCT_COLUMN_VALUE3};

static bool
filled(const struct product_row *r, const enum product_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (product_cell(r, columns[i]).n > 0)
			return true;
	return false;
}

/* In a row with a picture, a stray code or quantity makes no variant. */
bool
product_row_has_variant(const struct product_row *r)
{
	static const enum product_column essential[] = {PRODUCT_COLUMN_VALUE1, PRODUCT_COLUMN_VALUE2,
	    PRODUCT_COLUMN_VALUE3, PRODUCT_COLUMN_PRICE},
					 others[] = {PRODUCT_COLUMN_SKU, PRODUCT_COLUMN_QTY, PRODUCT_COLUMN_BARCODE};

	return filled(r, essential, ARRAY_LEN(essential))
	       || (product_cell(r, PRODUCT_COLUMN_IMAGE).n == 0 && filled(r, others, ARRAY_LEN(others)));
}

/* The number in a cell as digits and a point; none: empty or no number. */
static struct str
cell_number(const struct product_row *r, enum product_column col)
{
	return number_plain(r->pc->group, product_cell(r, col), r->pc->setup.point == ',' ? ',' : '.');
}

/* An amount of at least 0; -1 when the cell is empty or unreadable. Returns the reason for the latter. */
static const char *
read_money(const struct product_row *r, enum product_column col, int64_t *out)
{
	currency cur = r->pc->setup.cur;
	struct str s = number_of_amount(product_cell(r, col), currency_code(cur));
	struct err e = {0};
	struct money m;

	*out = -1;
	if (s.n == 0)
		return NULL;
	if (!money_parse(number_plain(r->pc->group, s, r->pc->setup.point == ',' ? ',' : '.'), cur, &m, &e))
		return str_fmt(r->pc->group, "'%.*s' is not an amount with at most %d decimals",
		    STR_ARG(utf8_head(s, 40)), currency_digits(cur))
		    .p;
	if (m.minor < 0)
		return "below zero";
	if (m.minor > MINOR_MAX)
		return "too large";
	*out = m.minor;
	return NULL;
}

/* An amount that is not essential. */
static void
read_other_money(const struct product_row *r, enum product_column col, int64_t *out)
{
	const char *why = read_money(r, col, out);

	if (why != NULL)
		product_remark(r, col, "%s: ignored", why);
}

static bool
read_prices(const struct product_row *r, struct product_variant *v)
{
	const char *why = read_money(r, PRODUCT_COLUMN_PRICE, &v->price_minor);

	if (why != NULL || v->price_minor < 0)
		return product_refuse(r, PRODUCT_COLUMN_PRICE, "%s", why == NULL ? "empty" : why);
	read_other_money(r, PRODUCT_COLUMN_COMPARE, &v->compare_minor);
	read_other_money(r, PRODUCT_COLUMN_COST, &v->cost_minor);
	if (v->compare_minor > 0 && v->compare_minor <= v->price_minor)
		product_remark(r, PRODUCT_COLUMN_COMPARE, "not above the price: ignored");
	if (v->compare_minor <= v->price_minor)
		v->compare_minor = -1;
	return true;
}

/* A measure above zero in thousandths, rounded; 0 when the cell is empty. False: unreadable. */
static bool
read_milli(const struct product_row *r, enum product_column col, int64_t *out)
{
	bool rounded;

	*out = 0;
	if (product_cell(r, col).n == 0)
		return true;
	return number_round(cell_number(r, col), 3, out, &rounded) && *out > 0 && *out <= MINOR_MAX;
}

/* The unit's dimension; 0: unknown unit. */
static int
dimension(struct str unit)
{
	static const struct {
		const char *unit;
		int dimension;
	} units[] = {{"mg", 1}, {"g", 1}, {"kg", 1}, {"ml", 2}, {"cl", 2}, {"l", 2}, {"m3", 2}, {"mm", 3}, {"cm", 3},
	    {"m", 3}, {"m2", 4}, {"item", 5}};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_eq_z(unit, units[i].unit))
			return units[i].dimension;
	return 0;
}

/* The cell that makes a unit price impossible, and why; NULL: none. */
static const char *
unit_price_fault(const struct product_row *r, struct product_variant *v, enum product_column *col)
{
	*col = PRODUCT_COLUMN_CONTENT;
	if (!read_milli(r, *col, &v->content_milli))
		return "not a measure above zero";
	if (v->content_milli == 0)
		return NULL;
	*col = PRODUCT_COLUMN_BASE;
	if (!read_milli(r, *col, &v->base_milli))
		return "not a measure above zero";
	if (v->base_milli == 0)
		return "empty, though there is a total measure";
	*col = PRODUCT_COLUMN_CONTENT_UNIT;
	if (dimension(v->content_unit) == 0)
		return "not a unit: mg g kg ml cl l m3 mm cm m m2 item";
	*col = PRODUCT_COLUMN_BASE_UNIT;
	return dimension(v->base_unit) == dimension(v->content_unit)
	           ? NULL
	           : "does not measure the same as the total measure's unit";
}

static void
read_unit_price(const struct product_row *r, struct product_variant *v)
{
	struct arena *a = r->pc->group;
	enum product_column col;
	const char *why;

	v->content_unit = str_lower(a, str_head(product_cell(r, PRODUCT_COLUMN_CONTENT_UNIT), 8));
	v->base_unit = str_lower(a, str_head(product_cell(r, PRODUCT_COLUMN_BASE_UNIT), 8));
	why = unit_price_fault(r, v, &col);
	if (why != NULL)
		product_remark(r, col, "%s: no unit price", why);
	if (why != NULL || v->content_milli == 0) {
		v->content_milli = v->base_milli = 0;
		v->content_unit = v->base_unit = STR_NONE;
	}
}

static bool
read_policy(const struct product_row *r)
{
	struct str s = product_cell(r, PRODUCT_COLUMN_POLICY);

	if (str_eq_case(s, STR("continue")))
		return true;
	return !str_eq_case(s, STR("deny")) && product_truth(r, PRODUCT_COLUMN_POLICY, false, false);
}

static void
read_stock(const struct product_row *r, struct product_variant *v)
{
	struct str qty = product_cell(r, PRODUCT_COLUMN_QTY);

	v->tracked = product_cell(r, PRODUCT_COLUMN_TRACKER).n > 0 || r->pc->at[PRODUCT_COLUMN_TRACKER] < 0;
	v->sell_over = read_policy(r);
	if (qty.n == 0)
		return;
	if (!num_decimal(cell_number(r, PRODUCT_COLUMN_QTY), 0, &v->stock) || v->stock < -STOCK_MAX
	    || v->stock > STOCK_MAX) {
		product_remark(
		    r, PRODUCT_COLUMN_QTY, "'%.*s' is not a whole number: ignored", STR_ARG(utf8_head(qty, 40)));
		v->stock = 0;
		return;
	}
	v->has_stock = true;
	if (v->stock < 0 && !v->sell_over) {
		if (v->tracked)
			product_remark(r, PRODUCT_COLUMN_QTY, "below zero: taken as 0");
		v->stock = 0;
	}
}

static void
read_weight(const struct product_row *r, struct product_variant *v)
{
	bool rounded = false;

	if (product_cell(r, PRODUCT_COLUMN_GRAMS).n == 0)
		return;
	if (!number_round(cell_number(r, PRODUCT_COLUMN_GRAMS), 3, &v->weight_mg, &rounded) || v->weight_mg < 0
	    || v->weight_mg > GRAMS_MAX_MG) {
		product_remark(r, PRODUCT_COLUMN_GRAMS, "not a weight in grams: ignored");
		v->weight_mg = 0;
	} else if (rounded)
		product_remark(r, PRODUCT_COLUMN_GRAMS, "rounded to %lld.%03lld grams",
		    (long long)(v->weight_mg / 1000), (long long)(v->weight_mg % 1000));
}

/* Spreadsheets show long numbers as 4,00638E+12, and save them so. */
static bool
cut_by_spreadsheet(struct str s)
{
	ptrdiff_t e = str_find(s, STR("E+"));

	return e > 0 && number_kind(str_head(s, (size_t)e)) != NUMBER_NONE;
}

static void
read_barcode(const struct product_row *r, struct product_variant *v)
{
	struct str s = product_code(r->pc->group, product_cell(r, PRODUCT_COLUMN_BARCODE));
	const char *why = NULL;

	for (size_t i = 0; i < s.n && why == NULL; i++)
		if ((unsigned char)s.p[i] >= 0x7f)
			why = "not ASCII";
	if (why == NULL && s.n > BARCODE_MAX)
		why = "longer than 32 characters";
	if (why == NULL && cut_by_spreadsheet(s))
		why = "a spreadsheet has rounded it";
	if (why != NULL)
		product_remark(r, PRODUCT_COLUMN_BARCODE, "%s: ignored", why);
	else
		v->barcode = s;
}

static void
read_goods(const struct product_row *r, struct product_variant *v)
{
	struct str sku = product_code(r->pc->group, product_cell(r, PRODUCT_COLUMN_SKU));

	v->sku = str_trim(utf8_len(sku) > SKU_MAX ? product_cut_words(sku, SKU_MAX) : sku);
	if (v->sku.n < sku.n)
		product_remark(r, PRODUCT_COLUMN_SKU, "longer than %d characters: cut", SKU_MAX);
	read_weight(r, v);
	read_barcode(r, v);
	v->shipped = product_truth(r, PRODUCT_COLUMN_SHIPPED, true, true);
	v->taxable = product_truth(r, PRODUCT_COLUMN_TAXABLE, true, true);
}

static bool
read_values(const struct product_row *r, struct product_variant *v)
{
	const struct product *p = r->pc->p;

	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++) {
		if (!product_text(r, values[i], PRODUCT_OPTION_CHARS, &v->value[i]))
			return false;
		if (i < p->n_options && v->value[i].n == 0)
			return product_refuse(
			    r, values[i], "empty, though the product has the option \"%.*s\"", STR_ARG(p->option[i]));
		if (i == 0 && p->n_options == 0 && str_eq_case(v->value[0], STR("Default Title")))
			v->value[0] = STR_NONE;
		if (i >= p->n_options && v->value[i].n > 0)
			return product_refuse(
			    r, values[i], "a value of an option that has no name in line %u", p->line);
	}
	return true;
}

/* Options tell variants apart. A SKU may occur on several: it is kept, and reported. */
static bool
check_unique(const struct product_row *r, const struct product_variant *v)
{
	const struct product *p = r->pc->p;
	const struct product_variant *alike = NULL;

	for (size_t i = 0; i < p->n_variants; i++) {
		const struct product_variant *w = &p->variants[i];

		if (str_eq(v->value[0], w->value[0]) && str_eq(v->value[1], w->value[1])
		    && str_eq(v->value[2], w->value[2]))
			return p->n_options == 0 ? product_refuse(
				   r, PRODUCT_COLUMN_PRICE, "a second variant of a product without options")
			                         : product_refuse(r, PRODUCT_COLUMN_VALUE1,
						     "the same options as in line %u", w->line);
		if (alike == NULL && v->sku.n > 0 && str_eq(v->sku, w->sku))
			alike = w;
	}
	if (alike != NULL)
		product_remark(r, PRODUCT_COLUMN_SKU, "ambiguous: the same SKU as in line %u", alike->line);
	return true;
}

/* The index, from 1, of the picture in a cell; appends a new one. 0: none, or unusable and reported. */
static size_t
image_of(const struct product_row *r, enum product_column col)
{
	struct product *p = r->pc->p;
	struct str s = product_cell(r, col);
	bool remote = picture_is_remote(s);
	struct product_image *im;

	if (remote && utf8_len(s) > SOURCE_MAX_CHARS && str_chr(s, '?') >= 0)
		s = str_head(s, (size_t)str_chr(s, '?'));
	if (s.n == 0)
		return 0;
	for (size_t i = 0; i < p->n_images; i++)
		if (str_eq(p->images[i].source, s))
			return i + 1;
	if (s.n > SOURCE_MAX_CHARS * 4 || utf8_len(s) > SOURCE_MAX_CHARS)
		product_remark(r, col, "longer than %d characters: picture ignored", SOURCE_MAX_CHARS);
	else if (p->n_images == PRODUCT_IMAGES_MAX)
		product_remark(r, col, "more than %d pictures: picture ignored", PRODUCT_IMAGES_MAX);
	else {
		im = &p->images[p->n_images++];
		*im = (struct product_image){.source = str_dup(r->pc->group, s),
		    .remote = remote,
		    .position = INT64_MAX,
		    .line = r->cells->cell[r->pc->at[col]].line,
		    .col = r->cells->cell[r->pc->at[col]].col};
		return p->n_images;
	}
	return 0;
}

void
product_add_image(const struct product_row *r)
{
	struct str position = product_cell(r, PRODUCT_COLUMN_IMAGE_POSITION), alt;
	size_t at = image_of(r, PRODUCT_COLUMN_IMAGE);
	struct product_image *im;

	if (at == 0)
		return;
	im = &r->pc->p->images[at - 1];
	if (position.n > 0 && im->position == INT64_MAX && !num_i64(position, 0, 1000000, &im->position))
		product_remark(r, PRODUCT_COLUMN_IMAGE_POSITION, "not a number: the picture comes last");
	alt = product_one_line(r->pc->group, str_head(product_cell(r, PRODUCT_COLUMN_IMAGE_ALT), 4000));
	if (utf8_len(alt) > 255) {
		product_remark(r, PRODUCT_COLUMN_IMAGE_ALT, "longer than 255 characters: cut");
		for (size_t n = 255 * 4; utf8_len(alt) > 255; n--)
			alt = utf8_head(alt, n);
	}
	if (im->alt.n == 0)
		im->alt = alt;
}

/* The variant with the same options; NULL: none. */
static const struct product_variant *
variant_with(const struct product *p, const struct product_variant *v)
{
	for (size_t i = 0; i < p->n_variants; i++) {
		const struct product_variant *w = &p->variants[i];

		if (str_eq(v->value[0], w->value[0]) && str_eq(v->value[1], w->value[1])
		    && str_eq(v->value[2], w->value[2]))
			return w;
	}
	return NULL;
}

bool
product_add_variant(const struct product_row *r)
{
	struct product *p = r->pc->p;
	struct product_variant v = {.line = r->cells->line};
	const struct product_variant *w;

	if (!read_values(r, &v) || !read_prices(r, &v))
		return false;
	/* Some programs repeat the variant in each row of a picture. */
	w = variant_with(p, &v);
	if (w != NULL && w->price_minor == v.price_minor) {
		if (product_cell(r, PRODUCT_COLUMN_IMAGE).n == 0)
			product_remark(r, PRODUCT_COLUMN_VALUE1, "repeats the variant of line %u: ignored", w->line);
		return true;
	}
	if (p->n_variants == PRODUCT_VARIANTS_MAX)
		return product_refuse(r, PRODUCT_COLUMN_PRICE, "more than %d variants", PRODUCT_VARIANTS_MAX);
	read_goods(r, &v);
	read_stock(r, &v);
	read_unit_price(r, &v);
	if (!check_unique(r, &v))
		return false;
	v.image = image_of(r, PRODUCT_COLUMN_VARIANT_IMAGE);
	p->variants[p->n_variants++] = v;
	return true;
}
