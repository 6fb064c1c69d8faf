
#include "base/num.h"
#include "base/utf8.h"
#include "import/product_csv_impl.h"

#define MINOR_MAX INT64_C(1000000000000)
#define STOCK_MAX INT64_C(1000000000)
#define GRAMS_MAX_MG INT64_C(10000000000000)
#define SOURCE_MAX_CHARS 500

static const enum product_column values[] = {PRODUCT_COLUMN_VALUE1, PRODUCT_COLUMN_VALUE2, PRODUCT_COLUMN_VALUE3};

bool
product_row_has_variant(const struct product_row *r)
{
	static const enum product_column signs[] = {PRODUCT_COLUMN_VALUE1, PRODUCT_COLUMN_VALUE2, PRODUCT_COLUMN_VALUE3,
	    PRODUCT_COLUMN_SKU, PRODUCT_COLUMN_PRICE, PRODUCT_COLUMN_QTY, PRODUCT_COLUMN_BARCODE};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (product_cell(r, signs[i]).n > 0)
			return true;
	return false;
}

/* An amount of at least 0; -1 when the cell is empty. */
static bool
read_money(const struct product_row *r, enum product_column col, int64_t *out)
{
	struct str s = product_cell(r, col);
	struct err e = {0};
	struct money m;

	*out = -1;
	if (s.n == 0)
		return true;
	if (!money_parse(s, r->pc->setup.cur, &m, &e))
		return product_refuse(r, col, "'%.*s' is not an amount: digits, a point and at most %d digits",
		    s.n > 40 ? 40 : (int)s.n, s.p, currency_digits(r->pc->setup.cur));
	if (m.minor < 0)
		return product_refuse(r, col, "below zero");
	if (m.minor > MINOR_MAX)
		return product_refuse(r, col, "too large");
	*out = m.minor;
	return true;
}

static bool
read_prices(const struct product_row *r, struct product_variant *v)
{
	if (!read_money(r, PRODUCT_COLUMN_PRICE, &v->price_minor)
	    || !read_money(r, PRODUCT_COLUMN_COMPARE, &v->compare_minor)
	    || !read_money(r, PRODUCT_COLUMN_COST, &v->cost_minor))
		return false;
	if (v->price_minor < 0)
		return product_refuse(r, PRODUCT_COLUMN_PRICE, "empty");
	if (v->compare_minor > 0 && v->compare_minor <= v->price_minor)
		product_remark(r, PRODUCT_COLUMN_COMPARE, "not above the price: ignored");
	if (v->compare_minor <= v->price_minor)
		v->compare_minor = -1;
	return true;
}

/* A measure above zero with up to three decimals, in thousandths; 0 when the cell is empty. */
static bool
read_milli(const struct product_row *r, enum product_column col, int64_t *out)
{
	struct str s = product_cell(r, col);

	*out = 0;
	if (s.n == 0)
		return true;
	if (!num_decimal(s, 3, out) || *out <= 0 || *out > MINOR_MAX)
		return product_refuse(r, col, "not a measure above zero: digits, a point and at most 3 digits");
	return true;
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

static bool
read_unit_price(const struct product_row *r, struct product_variant *v)
{
	struct arena *a = r->pc->group;

	v->content_unit = str_lower(a, str_head(product_cell(r, PRODUCT_COLUMN_CONTENT_UNIT), 8));
	v->base_unit = str_lower(a, str_head(product_cell(r, PRODUCT_COLUMN_BASE_UNIT), 8));
	if (!read_milli(r, PRODUCT_COLUMN_CONTENT, &v->content_milli)
	    || !read_milli(r, PRODUCT_COLUMN_BASE, &v->base_milli))
		return false;
	if (v->content_milli == 0) {
		v->base_milli = 0;
		v->content_unit = v->base_unit = STR_NONE;
		return true;
	}
	if (v->base_milli == 0)
		return product_refuse(r, PRODUCT_COLUMN_BASE, "empty, though there is a total measure");
	if (dimension(v->content_unit) == 0)
		return product_refuse(r, PRODUCT_COLUMN_CONTENT_UNIT, "not a unit: mg g kg ml cl l m3 mm cm m m2 item");
	if (dimension(v->base_unit) != dimension(v->content_unit))
		return product_refuse(
		    r, PRODUCT_COLUMN_BASE_UNIT, "does not measure the same as the total measure's unit");
	return true;
}

static bool
read_stock(const struct product_row *r, struct product_variant *v)
{
	struct str policy = product_cell(r, PRODUCT_COLUMN_POLICY), qty = product_cell(r, PRODUCT_COLUMN_QTY);

	v->tracked = product_cell(r, PRODUCT_COLUMN_TRACKER).n > 0 || r->pc->at[PRODUCT_COLUMN_TRACKER] < 0;
	if (str_eq_case(policy, STR("continue")) || str_eq_case(policy, STR("true")))
		v->sell_over = true;
	else if (policy.n > 0 && !str_eq_case(policy, STR("deny")) && !str_eq_case(policy, STR("false")))
		return product_refuse(r, PRODUCT_COLUMN_POLICY, "neither deny nor continue");
	if (qty.n == 0)
		return true;
	if (!num_i64(qty, -STOCK_MAX, STOCK_MAX, &v->stock))
		return product_refuse(
		    r, PRODUCT_COLUMN_QTY, "'%.*s' is not a whole number", qty.n > 40 ? 40 : (int)qty.n, qty.p);
	v->has_stock = true;
	if (v->stock < 0 && !v->sell_over) {
		if (v->tracked)
			product_remark(r, PRODUCT_COLUMN_QTY, "below zero: taken as 0");
		v->stock = 0;
	}
	return true;
}

static bool
read_goods(const struct product_row *r, struct product_variant *v)
{
	struct str grams = product_cell(r, PRODUCT_COLUMN_GRAMS), barcode;

	if (grams.n > 0 && (!num_decimal(grams, 3, &v->weight_mg) || v->weight_mg < 0 || v->weight_mg > GRAMS_MAX_MG))
		return product_refuse(r, PRODUCT_COLUMN_GRAMS, "not a weight in grams");
	if (!product_text(r, PRODUCT_COLUMN_BARCODE, 32, &barcode))
		return false;
	/* Spreadsheets mark long digit strings as text with an apostrophe. */
	v->barcode = str_starts(barcode, STR("'")) ? str_from(barcode, 1) : barcode;
	for (size_t i = 0; i < v->barcode.n; i++)
		if ((unsigned char)v->barcode.p[i] >= 0x7f)
			return product_refuse(r, PRODUCT_COLUMN_BARCODE, "not ASCII");
	return product_text(r, PRODUCT_COLUMN_SKU, 100, &v->sku)
	    && product_truth(r, PRODUCT_COLUMN_SHIPPED, true, &v->shipped)
	    && product_truth(r, PRODUCT_COLUMN_TAXABLE, true, &v->taxable);
}

static bool
read_values(const struct product_row *r, struct product_variant *v)
{
	const struct product *p = r->pc->p;

	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++) {
		if (!product_text(r, values[i], 100, &v->value[i]))
			return false;
		if (i < p->n_options && v->value[i].n == 0)
			return product_refuse(r, values[i], "empty, though the product has the option \"%.*s\"",
			    STR_ARG(p->option[i]));
		if (i == 0 && p->n_options == 0 && str_eq_case(v->value[0], STR("Default Title")))
			v->value[0] = STR_NONE;
		if (i >= p->n_options && v->value[i].n > 0)
			return product_refuse(
			    r, values[i], "a value of an option that has no name in line %u", p->line);
	}
	return true;
}

static bool
check_unique(const struct product_row *r, const struct product_variant *v)
{
	const struct product *p = r->pc->p;

	for (size_t i = 0; i < p->n_variants; i++) {
		const struct product_variant *w = &p->variants[i];

		if (str_eq(v->value[0], w->value[0]) && str_eq(v->value[1], w->value[1])
		    && str_eq(v->value[2], w->value[2]))
			return p->n_options == 0
			    ? product_refuse(r, PRODUCT_COLUMN_PRICE, "a second variant of a product without options")
			    : product_refuse(r, PRODUCT_COLUMN_VALUE1, "the same options as in line %u", w->line);
		if (v->sku.n > 0 && str_eq(v->sku, w->sku))
			return product_refuse(r, PRODUCT_COLUMN_SKU, "the same SKU as in line %u", w->line);
	}
	return true;
}

static bool
leads_out(struct str path)
{
	struct str part;

	if (path.n > 0 && path.p[0] == '/')
		return true;
	while (str_cut(&path, '/', &part))
		if (str_eq_z(part, ".."))
			return true;
	return str_chr(path, '\\') >= 0;
}

/* The index, from 1, of the picture in a cell; appends a new one. 0: none, or unusable and reported. */
static size_t
image_of(const struct product_row *r, enum product_column col)
{
	struct product *p = r->pc->p;
	struct str s = product_cell(r, col);
	bool remote = str_starts(s, STR("http://")) || str_starts(s, STR("https://")) || str_starts(s, STR("//"));
	struct product_image *im;

	if (s.n == 0)
		return 0;
	for (size_t i = 0; i < p->n_images; i++)
		if (str_eq(p->images[i].source, s))
			return i + 1;
	if (s.n > SOURCE_MAX_CHARS * 4 || utf8_len(s) > SOURCE_MAX_CHARS)
		product_remark(r, col, "longer than %d characters: picture ignored", SOURCE_MAX_CHARS);
	else if (!remote && leads_out(s))
		product_remark(r, col, "outside the folder of pictures: picture ignored");
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

bool
product_add_variant(const struct product_row *r)
{
	struct product *p = r->pc->p;
	struct product_variant v = {.line = r->cells->line};

	if (p->n_variants == PRODUCT_VARIANTS_MAX)
		return product_refuse(r, PRODUCT_COLUMN_PRICE, "more than %d variants", PRODUCT_VARIANTS_MAX);
	if (!read_values(r, &v) || !read_prices(r, &v) || !read_goods(r, &v) || !read_stock(r, &v)
	    || !read_unit_price(r, &v) || !check_unique(r, &v))
		return false;
	v.image = image_of(r, PRODUCT_COLUMN_VARIANT_IMAGE);
	p->variants[p->n_variants++] = v;
	return true;
}
