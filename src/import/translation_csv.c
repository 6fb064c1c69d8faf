#include "import/translation_csv.h"

#include <ctype.h>

#include "base/utf8.h"
#include "import/product_particular.h"

#define ATTRIBUTE_CHARS 190
#define TERM_CHARS 512 /* an option's name and value */
#define BODY_MAX_B ((size_t)256 << 10)

static const char *const columns[] = {"Kind", "Handle", "Language", "Title", "Body", "SEO Title", "SEO Description"};

static const char *const kinds[] = {"option", "value", "attribute", "attribute_value", "product", "category"};

const char *
translation_kind_name(enum translation_kind k)
{
	return kinds[k];
}

static void
find_particulars(struct translation_csv *t, const struct cells *header)
{
	for (size_t i = 0; i < PARTICULAR__MAX; i++)
		t->particular_at[i] = -1;
	for (size_t k = 0; k < header->n; k++) {
		enum particular p = particular_of_column(str_trim(header->cell[k].text));

		if (p == PARTICULAR__MAX || !particular_info(p)->words || t->particular_at[p] >= 0)
			continue;
		t->particular_at[p] = (int)k;
		t->given |= 1U << p;
	}
}

bool
translation_csv_open(struct translation_csv *t, const struct cells *header, struct err *e)
{
	static const enum translation_column needed[] = {TRANSLATION_COLUMN_HANDLE, TRANSLATION_COLUMN_LANGUAGE};

	find_particulars(t, header);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		t->at[i] = -1;
		for (size_t k = 0; k < header->n && t->at[i] < 0; k++)
			if (str_eq_case(str_trim(header->cell[k].text), str_z(columns[i])))
				t->at[i] = (int)k;
	}
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (t->at[needed[i]] < 0)
			return err_set(
			    e, ERR_INPUT, "line %u: the column \"%s\" is missing", header->line, columns[needed[i]]);
	if (t->at[TRANSLATION_COLUMN_TITLE] < 0 && t->at[TRANSLATION_COLUMN_BODY] < 0)
		return t->given != 0
		    || err_set(e, ERR_INPUT, "line %u: the header has no column \"Title\" or \"Body\"", header->line);
	return true;
}

bool
translation_lang(struct arena *a, struct str s, struct str *out)
{
	char *p = arena_alloc(a, 17);
	size_t part = 0, start = 0;

	if (s.n < 2 || s.n > 16)
		return false;
	for (size_t i = 0; i <= s.n; i++) {
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : '-';

		if (c == '-' || c == '_') {
			size_t len = i - start;

			if (len < (part == 0 ? 2 : 1) || len > 8)
				return false;
			for (size_t k = start; k < i && part > 0 && len == 2; k++)
				p[k] = (char)toupper((unsigned char)p[k]);
			if (part > 0 && len == 4)
				p[start] = (char)toupper((unsigned char)p[start]);
			if (i < s.n)
				p[i] = '-';
			part++;
			start = i + 1;
			continue;
		}
		if (c >= 0x80 || !isalnum(c) || (part == 0 && !isalpha(c)))
			return false;
		p[i] = (char)tolower(c);
	}
	*out = str_n(p, s.n);
	return true;
}

static struct str
cell(const struct translation_csv *t, const struct cells *row, enum translation_column col)
{
	return t->at[col] < 0 || (size_t)t->at[col] >= row->n ? STR_NONE : str_trim(row->cell[t->at[col]].text);
}

static bool
refuse(const struct translation_csv *t, const struct cells *row, enum translation_column col, const char *why)
{
	struct product_note n = {true, row->line, 1, columns[col], why};

	if (t->at[col] >= 0 && (size_t)t->at[col] < row->n) {
		n.line = row->cell[t->at[col]].line;
		n.col = row->cell[t->at[col]].col;
	}
	if (t->note != NULL)
		t->note(t->arg, &n);
	return false;
}

static void
translation_read_particulars(const struct translation_csv *t, struct arena *a, const struct cells *row,
    struct translation *out)
{
	out->given = t->given;
	for (int i = 0; i < PARTICULAR__MAX; i++) {
		int at = t->particular_at[i];
		const char *why;

		if (at < 0 || (size_t)at >= row->n)
			continue;
		why = particular_cell(a, (enum particular)i, row->cell[at].text, '.', &out->particulars.v[i]);
		if (why != NULL && t->note != NULL)
			t->note(t->arg, &(struct product_note){false, row->cell[at].line, row->cell[at].col,
					    particular_info((enum particular)i)->column, why});
	}
}

static bool
read_kind(const struct translation_csv *t, const struct cells *row, enum translation_kind *out)
{
	struct str s = cell(t, row, TRANSLATION_COLUMN_KIND);

	*out = TRANSLATION_PRODUCT;
	if (t->at[TRANSLATION_COLUMN_KIND] < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq_case(s, str_z(kinds[i]))) {
			*out = (enum translation_kind)i;
			return true;
		}
	return refuse(t, row, TRANSLATION_COLUMN_KIND,
	    "not one of product, category, option, value, attribute, attribute_value");
}

static bool
translation_read_line(const struct translation_csv *t, struct arena *a, const struct cells *row,
    enum translation_column col,
    struct str *out)
{
	static const size_t max[TRANSLATION_COLUMN__MAX] = {[TRANSLATION_COLUMN_HANDLE] = TERM_CHARS,
	    [TRANSLATION_COLUMN_TITLE] = 255,
	    [TRANSLATION_COLUMN_SEO_TITLE] = 255,
	    [TRANSLATION_COLUMN_SEO_DESCRIPTION] = 500};
	struct str s = cell(t, row, col);

	if (s.n <= max[col] * 8) {
		*out = product_one_line(a, s);
		if (utf8_len(*out) <= max[col])
			return true;
	}
	return refuse(t, row, col, str_fmt(a, "longer than %zu characters", max[col]).p);
}

/* Reads the text's subject (handle, category path or term) in its stored form. */
static bool
read_of(const struct translation_csv *t, struct arena *a, const struct cells *row, struct translation *out)
{
	if (!translation_read_line(t, a, row, TRANSLATION_COLUMN_HANDLE, &out->of))
		return false;
	if (out->of.n == 0)
		return refuse(t, row, TRANSLATION_COLUMN_HANDLE, "empty");
	if (out->kind == TRANSLATION_CATEGORY && !product_category_clean(a, out->of, &out->of) && out->of.n == 0)
		return refuse(t, row, TRANSLATION_COLUMN_HANDLE, "not a category path");
	if (out->kind == TRANSLATION_ATTRIBUTE_VALUE) /* pages compare as many characters */
		out->of = product_cut(out->of, ATTRIBUTE_CHARS);
	return true;
}

bool
translation_csv_row(
    const struct translation_csv *t, struct arena *a, const struct cells *row, struct translation *out)
{
	struct str body = cell(t, row, TRANSLATION_COLUMN_BODY);

	*out = (struct translation){.line = row->line};
	if (!read_kind(t, row, &out->kind) || !read_of(t, a, row, out))
		return false;
	if (!translation_lang(a, cell(t, row, TRANSLATION_COLUMN_LANGUAGE), &out->lang))
		return refuse(t, row, TRANSLATION_COLUMN_LANGUAGE, "not a language tag such as de, zh-Hans or pt-BR");
	if (out->kind != TRANSLATION_CATEGORY && str_eq(out->lang, t->own_lang))
		return refuse(t, row, TRANSLATION_COLUMN_LANGUAGE,
		    "the shop's own language: these texts come with the products");
	if (!translation_read_line(t, a, row, TRANSLATION_COLUMN_TITLE, &out->title)
	    || !translation_read_line(t, a, row, TRANSLATION_COLUMN_SEO_TITLE, &out->seo_title)
	    || !translation_read_line(t, a, row, TRANSLATION_COLUMN_SEO_DESCRIPTION, &out->seo_description))
		return false;
	if (body.n > BODY_MAX_B)
		return refuse(t, row, TRANSLATION_COLUMN_BODY, "longer than 256 KiB");
	out->body_html = str_dup(a, body);
	if (out->kind == TRANSLATION_PRODUCT)
		translation_read_particulars(t, a, row, out);
	if (out->kind < TRANSLATION_PRODUCT && out->title.n == 0)
		return refuse(t, row, TRANSLATION_COLUMN_TITLE, "empty");
	if (out->kind == TRANSLATION_CATEGORY && utf8_len(out->title) > 190)
		return refuse(t, row, TRANSLATION_COLUMN_TITLE, "longer than 190 characters");
	return true;
}
