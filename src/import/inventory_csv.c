#include "import/inventory_csv.h"

#include "base/num.h"
#include "base/utf8.h"
#include "import/product_csv_impl.h"

#define CELL_MAX_B ((size_t)1200) /* longer texts are no handle and no option */
#define QTY_MAX INT64_C(1000000000)

static const char *const names[INVENTORY__MAX] = {"Handle", "Option1 Value", "Option2 Value", "Option3 Value", "SKU",
    "Location", "Unavailable", "Committed", "Available", "On hand", "On hand (new)"};

static const char *const ignored[] = {
    "Title", "Option1 Name", "Option2 Name", "Option3 Name", "HS Code", "COO", "Bin name", "Incoming", "URL handle"};

/* The name of a column without what says whether it may be edited. */
static struct str
bare_name(const struct cell *c)
{
	static const char *const tails[] = {" (not editable)", " (current)"};
	struct str s = product_trim(c->text);

	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (str_ends(s, str_z(tails[i])))
			return str_head(s, s.n - str_z(tails[i]).n);
	return s;
}

static int
column_of(const struct cells *header, const char *name)
{
	for (size_t i = 0; i < header->n; i++)
		if (str_eq_case(bare_name(&header->cell[i]), str_z(name)))
			return (int)i;
	return -1;
}

bool
inventory_csv_header(const struct cells *h)
{
	bool quantities = column_of(h, "Available") >= 0 || column_of(h, "On hand") >= 0
	                  || column_of(h, names[INVENTORY_ON_HAND_NEW]) >= 0;

	return (column_of(h, "Handle") >= 0 || column_of(h, "SKU") >= 0) && column_of(h, "Variant Price") < 0
	       && column_of(h, "Price") < 0
	       && ((column_of(h, "Location") >= 0 && quantities)
		   || (column_of(h, "HS Code") >= 0 && column_of(h, "COO") >= 0));
}

static bool
known_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_case(name, str_z(names[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		if (str_eq_case(name, str_z(ignored[i])))
			return true;
	return name.n == 0;
}

/* Remembers the location; at: its column, if it has one. */
static void
add_location(struct inventory_csv *t, struct str name, int at)
{
	for (size_t i = 0; i < t->n_locations; i++)
		if (str_eq(t->location[i], name))
			return;
	if (t->n_locations == INVENTORY_LOCATIONS_MAX)
		return;
	t->location[t->n_locations] = str_dup(t->a, name);
	t->location_at[t->n_locations++] = at;
}

void
inventory_csv_open(struct inventory_csv *t, const struct cells *header)
{
	for (size_t i = 0; i < INVENTORY__MAX; i++)
		t->at[i] = column_of(header, names[i]);
	if (t->at[INVENTORY_HANDLE] < 0)
		t->at[INVENTORY_HANDLE] = column_of(header, "URL handle");
	t->n_locations = 0;
	for (size_t i = 0; i < header->n && t->at[INVENTORY_LOCATION] < 0; i++)
		if (!known_name(bare_name(&header->cell[i])))
			add_location(t, bare_name(&header->cell[i]), (int)i);
}

static struct str
inventory_cell(const struct cells *row, int at)
{
	return at < 0 || (size_t)at >= row->n
	           ? STR_NONE
	           : product_unquote(product_trim(utf8_head(row->cell[at].text, CELL_MAX_B)));
}

/* Adds the quantity of a cell times `sign`; *any: there was one. False: the cell is no number, and was reported. */
static bool
add_qty(const struct inventory_csv *t, const struct cells *row, int at, int sign, struct inventory_row *out)
{
	struct str s = inventory_cell(row, at), plain;
	char digits[64];
	struct arena a;
	int64_t n;
	bool ok;

	if (s.n == 0 || str_eq_case(s, STR("not stocked")))
		return true;
	arena_init(&a, sizeof(digits) * 64);
	plain = s.n < sizeof(digits) ? number_plain(&a, s, '.') : STR_NONE;
	ok = num_decimal(plain, 0, &n) && n >= -QTY_MAX && n <= QTY_MAX;
	arena_fini(&a);
	if (!ok) {
		struct product_note note = {
		    true, row->cell[at].line, row->cell[at].col, "quantity", "not a whole number"};

		t->note(t->arg, &note);
		return false;
	}
	out->qty += sign * n;
	out->has_qty = true;
	return true;
}

/* The quantity that can be sold at the row's location. */
static bool
read_qty(const struct inventory_csv *t, const struct cells *row, struct inventory_row *out)
{
	int counted = t->at[INVENTORY_ON_HAND_NEW];
	bool has_count = inventory_cell(row, counted).n > 0;

	if (!has_count && inventory_cell(row, t->at[INVENTORY_AVAILABLE]).n > 0)
		return add_qty(t, row, t->at[INVENTORY_AVAILABLE], 1, out);
	if (!add_qty(t, row, has_count ? counted : t->at[INVENTORY_ON_HAND], 1, out))
		return false;
	return !out->has_qty
	       || (add_qty(t, row, t->at[INVENTORY_COMMITTED], -1, out)
		   && add_qty(t, row, t->at[INVENTORY_UNAVAILABLE], -1, out));
}

/* The quantities of all columns that are locations. */
static bool
read_qtys(const struct inventory_csv *t, const struct cells *row, struct inventory_row *out)
{
	for (size_t i = 0; i < t->n_locations; i++)
		if ((t->only.n == 0 || str_eq_case(t->only, t->location[i]))
		    && !add_qty(t, row, t->location_at[i], 1, out))
			return false;
	return true;
}

bool
inventory_csv_row(struct inventory_csv *t, struct arena *a, const struct cells *row, struct inventory_row *out)
{
	struct str location = inventory_cell(row, t->at[INVENTORY_LOCATION]);

	*out = (struct inventory_row){.line = row->line};
	out->handle = str_dup(a, inventory_cell(row, t->at[INVENTORY_HANDLE]));
	out->sku = product_code(a, inventory_cell(row, t->at[INVENTORY_SKU]));
	for (int i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		out->value[i] = product_one_line(a, inventory_cell(row, t->at[INVENTORY_VALUE1 + i]));
	if (str_eq_case(out->value[0], STR("Default Title")))
		out->value[0] = STR_NONE;
	if (t->at[INVENTORY_LOCATION] < 0)
		return read_qtys(t, row, out);
	if (location.n > 0)
		add_location(t, location, -1);
	if (t->only.n > 0 && !str_eq_case(t->only, location))
		return false;
	return read_qty(t, row, out);
}
