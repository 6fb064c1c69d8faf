#include "import/product_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "import/product_csv_impl.h"

static const struct {
	const char *name, *other;
} columns[] = {
#define PRODUCT_COLUMN(id, name, other) {name, other},
#define PRODUCT_COLUMN_IGNORED(name)
#include "import/product_csv.def"
#undef PRODUCT_COLUMN
#undef PRODUCT_COLUMN_IGNORED
};

static const char *const ignored[] = {
#define PRODUCT_COLUMN(id, name, other)
#define PRODUCT_COLUMN_IGNORED(name) name,
#include "import/product_csv.def"
#undef PRODUCT_COLUMN
#undef PRODUCT_COLUMN_IGNORED
};

const char *
product_column_name(enum product_column c)
{
	return columns[c].name;
}

static bool
is_ignored(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++) {
		size_t n = strlen(ignored[i]);
		bool prefix = ignored[i][n - 1] == '*';

		if (prefix ? str_eq_case(str_head(name, n - 1), str_n(ignored[i], n - 1))
			   : str_eq_case(name, str_z(ignored[i])))
			return true;
	}
	return name.n == 0;
}

static bool
is_known(struct product_csv *pc, struct str name, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (!str_eq_case(name, str_z(columns[i].name))
		    && (columns[i].other[0] == '\0' || !str_eq_case(name, str_z(columns[i].other))))
			continue;
		if (pc->at[i] >= 0)
			return false;
		pc->at[i] = (int)at;
		return true;
	}
	return false;
}

bool
product_csv_open(struct arena *table, struct arena *group, const struct product_csv_setup *setup,
    const struct cells *header, struct product_csv **out, struct err *e)
{
	static const enum product_column needed[] = {PRODUCT_COLUMN_TITLE, PRODUCT_COLUMN_PRICE};
	struct product_csv *pc = ARENA_NEW(table, struct product_csv);
	struct product_row row = {pc, header, false};

	pc->a = table;
	pc->group = group;
	pc->setup = *setup;
	pc->specs = ARENA_ARRAY(table, struct spec_column, header->n);
	pc->variants = ARENA_ARRAY(table, struct product_variant, PRODUCT_VARIANTS_MAX);
	pc->images = ARENA_ARRAY(table, struct product_image, PRODUCT_IMAGES_MAX);
	pc->n_columns = header->n;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		pc->at[i] = -1;
	for (size_t i = 0; i < PARTICULAR__MAX; i++)
		pc->particular_at[i] = -1;
	for (size_t i = 0; i < header->n; i++) {
		struct str name = str_trim(header->cell[i].text);

		if (!is_known(pc, name, i) && !product_particular_column(pc, name, i)
		    && !product_spec_column(pc, name, i) && !is_ignored(name))
			product_note_cell(&row, false, (int)i, str_zdup(table, str_head(name, 60)),
			    "unknown or repeated column: ignored");
	}
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (pc->at[needed[i]] < 0)
			return err_set(e, ERR_INPUT, "line %u: the column \"%s\" is missing", header->line,
			    columns[needed[i]].name);
	if (pc->at[PRODUCT_COLUMN_HANDLE] < 0)
		product_remark(&row, PRODUCT_COLUMN_HANDLE, "no such column: handles are made from the titles");
	*out = pc;
	return true;
}

static void
read_tags(const struct product_row *r, struct product *p)
{
	struct str rest = product_cell(r, PRODUCT_COLUMN_TAGS), tag;
	size_t n = 0;

	p->tags = ARENA_ARRAY(r->pc->group, struct str, PRODUCT_TAGS_MAX);
	while (str_cut(&rest, ',', &tag)) {
		tag = str_trim(tag);
		if (tag.n == 0)
			continue;
		if (n == PRODUCT_TAGS_MAX) {
			product_remark(
			    r, PRODUCT_COLUMN_TAGS, "more than %d: the others are dropped", PRODUCT_TAGS_MAX);
			break;
		}
		if (utf8_len(tag) > PRODUCT_TAG_CHARS)
			product_remark(
			    r, PRODUCT_COLUMN_TAGS, "a tag longer than %d characters: cut", PRODUCT_TAG_CHARS);
		p->tags[n++] = product_cut(product_one_line(r->pc->group, tag), PRODUCT_TAG_CHARS);
	}
	if (n > 0)
		qsort(p->tags, n, sizeof(*p->tags), str_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !str_eq(p->tags[i], p->tags[p->n_tags - 1]))
			p->tags[p->n_tags++] = p->tags[i];
}

/* An unreadable cell makes a draft: nothing is shown that was perhaps meant to be hidden. */
static void
read_status(const struct product_row *r, struct product *p)
{
	static const struct {
		const char *word;
		enum product_status status;
	} words[] = {{"active", PRODUCT_ACTIVE}, {"draft", PRODUCT_DRAFT}, {"unlisted", PRODUCT_DRAFT},
	    {"archived", PRODUCT_ARCHIVED}};
	struct str s = product_cell(r, PRODUCT_COLUMN_STATUS);

	p->status = PRODUCT_ACTIVE;
	if (s.n > 0) {
		size_t i = 0;

		while (i < ARRAY_LEN(words) && !str_eq_case(s, str_z(words[i].word)))
			i++;
		p->status = i < ARRAY_LEN(words) ? words[i].status : PRODUCT_DRAFT;
		if (i == ARRAY_LEN(words))
			product_remark(r, PRODUCT_COLUMN_STATUS, "not one of active, draft, archived: a draft");
	}
	if (!product_truth(r, PRODUCT_COLUMN_PUBLISHED, true, false) && p->status == PRODUCT_ACTIVE)
		p->status = PRODUCT_DRAFT;
}

static bool
read_options(const struct product_row *r, struct product *p)
{
	static const enum product_column names[] = {
	    PRODUCT_COLUMN_OPTION1, PRODUCT_COLUMN_OPTION2, PRODUCT_COLUMN_OPTION3};

	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++) {
		struct str name;

		if (!product_text(r, names[i], PRODUCT_OPTION_CHARS, &name))
			return false;
		if (name.n == 0)
			continue;
		if (i > p->n_options)
			return product_refuse(r, names[i], "the option before it has no name");
		for (size_t k = 0; k < i; k++)
			if (str_eq_case(p->option[k], name))
				return product_refuse(r, names[i], "two options have the same name");
		p->option[p->n_options++] = name;
	}
	if (p->n_options == 1 && str_eq_case(p->option[0], STR("Title"))
	    && str_eq_case(product_cell(r, PRODUCT_COLUMN_VALUE1), STR("Default Title"))) {
		p->n_options = 0;
		p->option[0] = STR_NONE;
	}
	return true;
}

static bool
read_title(const struct product_row *r, struct product *p)
{
	if (!product_text(r, PRODUCT_COLUMN_TITLE, 255, &p->title))
		return false;
	if (p->title.n == 0)
		return product_refuse(r, PRODUCT_COLUMN_TITLE,
		    r->pc->spoiled ? "empty; was it in the row above, which could not be read?"
				   : "empty; the rows of a product must stand together, the one with the title first");
	return !product_truth(r, PRODUCT_COLUMN_GIFT_CARD, false, false)
	       || product_refuse(r, PRODUCT_COLUMN_GIFT_CARD, "gift cards are not supported yet");
}
/* Exports since 2021 mostly have the category of Shopify's taxonomy alone. */
static struct str
category_cell(const struct product_row *r)
{
	struct str s = product_cell(r, PRODUCT_COLUMN_TYPE);

	if (s.n == 0)
		s = product_cell(r, PRODUCT_COLUMN_TAXONOMY);
	return str_starts(s, STR("gid://")) || str_eq_case(s, STR("Uncategorized")) ? STR_NONE : s;
}

static bool
read_product(const struct product_row *r, struct product *p)
{
	struct str body = product_cell(r, PRODUCT_COLUMN_BODY), tax = product_cell(r, PRODUCT_COLUMN_TAX_CLASS);

	p->body_html = str_dup(r->pc->group, body);
	read_tags(r, p);
	if (tax.n > 0 && !tax_class_find(str_lower(r->pc->group, str_head(tax, 40)), &p->tax_class))
		product_remark(r, PRODUCT_COLUMN_TAX_CLASS, "not one of standard, reduced, zero: standard");
	if (!product_category_clean(r->pc->group, category_cell(r), &p->category))
		product_remark(r, PRODUCT_COLUMN_TYPE,
		    "a path has at most %d names of 100 characters each, 255 in all: cut", PRODUCT_CATEGORY_DEPTH_MAX);
	product_read_more(r, p);
	product_text_cut(r, PRODUCT_COLUMN_VENDOR, 190, &p->vendor);
	product_text_cut(r, PRODUCT_COLUMN_SEO_TITLE, 255, &p->seo_title);
	product_text_cut(r, PRODUCT_COLUMN_SEO_DESCRIPTION, 500, &p->seo_description);
	read_status(r, p);
	product_read_specs(r, p);
	product_read_particulars(r, p);
	return read_title(r, p) && read_options(r, p);
}

static bool
is_empty(const struct cells *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_trim(row->cell[i].text).n > 0)
			return false;
	return true;
}

struct str
product_csv_handle(const struct product_csv *pc, const struct cells *cells)
{
	struct product_row r = {(struct product_csv *)pc, cells, false};

	return product_cell(&r, PRODUCT_COLUMN_HANDLE);
}

struct str
product_csv_title(const struct product_csv *pc, const struct cells *cells)
{
	struct product_row r = {(struct product_csv *)pc, cells, false};

	return product_cell(&r, PRODUCT_COLUMN_TITLE);
}

bool
product_csv_has(const struct product_csv *pc, enum product_column col)
{
	return pc->at[col] >= 0;
}

void
product_csv_vote(const struct product_csv *pc, const struct cells *cells, struct number_votes *votes)
{
	static const enum product_column numbers[] = {PRODUCT_COLUMN_PRICE, PRODUCT_COLUMN_COMPARE, PRODUCT_COLUMN_COST,
	    PRODUCT_COLUMN_GRAMS, PRODUCT_COLUMN_CONTENT, PRODUCT_COLUMN_BASE};
	struct product_row r = {(struct product_csv *)pc, cells, false};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct str s = product_cell(&r, numbers[i]);

		if (s.n > 0)
			number_vote(votes, number_of_amount(s, currency_code(pc->setup.cur)),
			    numbers[i] == PRODUCT_COLUMN_PRICE, cells->line);
	}
}

bool
product_csv_same(const struct product_csv *pc, const struct cells *cells)
{
	struct product_row r = {(struct product_csv *)pc, cells, false};
	struct str handle = product_cell(&r, PRODUCT_COLUMN_HANDLE);

	if (pc->p == NULL)
		return true;
	return handle.n > 0 ? str_eq(handle, pc->p->typed) : product_cell(&r, PRODUCT_COLUMN_TITLE).n == 0;
}

static void
csv_begin(struct product_row *r)
{
	struct product_csv *pc = r->pc;
	struct product *p = ARENA_NEW(pc->group, struct product);

	pc->p = p;
	p->handle = p->typed = str_dup(pc->group, product_cell(r, PRODUCT_COLUMN_HANDLE));
	p->handle_made = !product_handle_check(p->typed);
	if (p->handle_made)
		p->handle = product_handle_make(
		    pc->group, p->typed.n > 0 ? p->typed : product_cell(r, PRODUCT_COLUMN_TITLE));
	p->line = r->cells->line;
	p->partial = pc->spoiled;
	p->variants = pc->variants;
	p->images = pc->images;
	r->first = true;
	pc->p_refused = !read_product(r, p);
	pc->row_refused = pc->row_refused || pc->p_refused;
	pc->spoiled = false;
}

/* The row has more cells than the header: no cell can be trusted, since a separator may be misplaced. */
static bool
fits_header(const struct product_row *r)
{
	for (size_t i = r->pc->n_columns; i < r->cells->n; i++) {
		if (str_trim(r->cells->cell[i].text).n == 0)
			continue;
		r->pc->row_refused = true;
		product_note_cell(r, true, (int)i, "", "more cells than the header has columns; is a quote missing?");
		return false;
	}
	return true;
}

static void
add_row(struct product_row *r)
{
	struct product_csv *pc = r->pc;
	struct str title;

	if (pc->p == NULL)
		csv_begin(r);
	else if (pc->p_refused) {
		product_refuse(r, PRODUCT_COLUMN_HANDLE, "the product is left out, see line %u", pc->p->line);
		return;
	}
	if (pc->p_refused)
		return;
	title = product_cell(r, PRODUCT_COLUMN_TITLE);
	if (!r->first && title.n > 0 && !str_eq(product_one_line(pc->group, str_head(title, 2000)), pc->p->title)) {
		product_refuse(r, PRODUCT_COLUMN_TITLE, "another product with the handle of line %u", pc->p->line);
		return;
	}
	if ((r->first || product_row_has_variant(r)) && !product_add_variant(r)) {
		product_add_image(r);
		return;
	}
	if (!r->first && !product_row_has_variant(r) && product_cell(r, PRODUCT_COLUMN_IMAGE).n == 0) {
		product_refuse(r, PRODUCT_COLUMN_PRICE, "the row contains neither a variant nor a picture");
		return;
	}
	product_add_image(r);
}

/* The row has neither handle nor title, and the product before it has a handle of its own. */
static bool
belongs_to_none(const struct product_row *r)
{
	const struct product *p = r->pc->p;

	return product_cell(r, PRODUCT_COLUMN_HANDLE).n == 0 && product_cell(r, PRODUCT_COLUMN_TITLE).n == 0
	    && (p == NULL || p->typed.n > 0);
}

void
product_csv_add(struct product_csv *pc, const struct cells *cells)
{
	struct product_row r = {pc, cells, false};

	if (is_empty(cells))
		return;
	pc->n_rows++;
	pc->row_refused = false;
	if (belongs_to_none(&r))
		product_refuse(&r, PRODUCT_COLUMN_HANDLE, "empty: the row belongs to no product");
	else if (fits_header(&r))
		add_row(&r);
	if (pc->row_refused) {
		pc->n_refused++;
		if (pc->p != NULL)
			pc->p->partial = true;
		else
			pc->spoiled = true;
	}
}

void
product_csv_spoiled(struct product_csv *pc)
{
	pc->n_rows++;
	pc->n_refused++;
	pc->spoiled = true;
	if (pc->p != NULL)
		pc->p->partial = true;
}

static int
image_order(const void *va, const void *vb)
{
	const struct product_image *a = va, *b = vb;

	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->col > b->col) - (a->col < b->col);
}

/* Sorts the pictures and updates the variants' references to them. */
static void
sort_images(struct product_csv *pc, struct product *p)
{
	struct str *was = ARENA_ARRAY(pc->group, struct str, p->n_images + 1);

	for (size_t i = 0; i < p->n_images; i++)
		was[i] = p->images[i].source;
	if (p->n_images > 0)
		qsort(p->images, p->n_images, sizeof(*p->images), image_order);
	for (size_t i = 0; i < p->n_variants; i++) {
		struct product_variant *v = &p->variants[i];

		for (size_t k = 0; v->image > 0 && k < p->n_images; k++)
			if (str_eq(p->images[k].source, was[v->image - 1])) {
				v->image = k + 1;
				break;
			}
	}
}

/* Copies the collected lists to the product's arena. */
static void
keep_lists(struct product_csv *pc, struct product *p)
{
	p->variants = ARENA_ARRAY(pc->group, struct product_variant, p->n_variants);
	memcpy(p->variants, pc->variants, p->n_variants * sizeof(*p->variants));
	p->images = ARENA_ARRAY(pc->group, struct product_image, p->n_images);
	if (p->n_images > 0)
		memcpy(p->images, pc->images, p->n_images * sizeof(*p->images));
}

bool
product_csv_is_open(const struct product_csv *pc)
{
	return pc->p != NULL;
}

bool
product_csv_take(struct product_csv *pc, struct product **out)
{
	struct product *p = pc->p;

	pc->p = NULL;
	if (p == NULL || pc->p_refused)
		return false;
	if (p->n_variants == 0) {
		struct product_note n = {true, p->line, 1, "", "no variant remains: the product is left out"};

		if (pc->setup.note != NULL)
			pc->setup.note(pc->setup.arg, &n);
		return false;
	}
	keep_lists(pc, p);
	sort_images(pc, p);
	*out = p;
	return true;
}

uint64_t
product_csv_rows(const struct product_csv *pc)
{
	return pc->n_rows;
}

uint64_t
product_csv_refused(const struct product_csv *pc)
{
	return pc->n_refused;
}
