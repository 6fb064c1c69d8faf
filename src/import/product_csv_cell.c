#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "import/product_csv_impl.h"

struct str
product_one_line(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	bool blank = false;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= 0x20) {
			blank = blank || c == ' ' || (c >= '\t' && c <= '\r');
			continue;
		}
		if (c == 0x7f)
			continue;
		if (blank && n > 0)
			p[n++] = ' ';
		blank = false;
		p[n++] = s.p[i];
	}
	return str_n(p, n);
}

bool
product_category_clean(struct arena *a, struct str s, struct str *out)
{
	struct str name, rest = s;
	size_t depth = 0;
	struct buf b;

	buf_init(&b, a, 1000);
	while (str_cut(&rest, '>', &name)) {
		name = product_one_line(a, name);
		if (name.n == 0)
			continue;
		if (b.n > 0)
			buf_z(&b, " > ");
		buf_put(&b, name);
		if (utf8_len(name) > 100)
			return false;
		depth++;
	}
	*out = buf_str(&b);
	return !b.over && depth <= PRODUCT_CATEGORY_DEPTH_MAX && utf8_len(*out) <= 255;
}

bool
product_handle_check(struct str s)
{
	uint32_t cp;

	if (s.n == 0 || utf8_len(s) > 190 || str_eq_z(s, ".") || str_eq_z(s, ".."))
		return false;
	while (s.n > 0) {
		if (!utf8_next(&s, &cp))
			return false;
		if (cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0x3000)
			return false;
		if (cp < 0x80 && strchr("/?#%\\\"<>&", (int)cp) != NULL)
			return false;
	}
	return true;
}

void
product_note_cell(const struct product_row *r, bool refused, int at, const char *column, const char *why)
{
	const struct cells *c = r->cells;
	struct product_note n = {refused, c->line, 1, column, why};

	if (at >= 0 && (size_t)at < c->n) {
		n.line = c->cell[at].line;
		n.col = c->cell[at].col;
	}
	if (r->pc->setup.note != NULL)
		r->pc->setup.note(r->pc->setup.arg, &n);
}

static PRINTF(4, 0) void
note_column(const struct product_row *r, bool refused, enum product_column col, const char *fmt, va_list ap)
{
	char why[200];

	vsnprintf(why, sizeof(why), fmt, ap);
	product_note_cell(r, refused, r->pc->at[col], product_column_name(col), why);
}

bool
product_refuse(const struct product_row *r, enum product_column col, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_column(r, true, col, fmt, ap);
	va_end(ap);
	r->pc->row_refused = true;
	return false;
}

void
product_remark(const struct product_row *r, enum product_column col, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_column(r, false, col, fmt, ap);
	va_end(ap);
}

struct str
product_cell(const struct product_row *r, enum product_column col)
{
	int at = r->pc->at[col];

	return at < 0 || (size_t)at >= r->cells->n ? STR_NONE : str_trim(r->cells->cell[at].text);
}

bool
product_text(const struct product_row *r, enum product_column col, size_t max_chars, struct str *out)
{
	struct str s = product_cell(r, col);

	if (s.n > max_chars * 8) /* cleaning never removes so many blanks and line ends */
		return product_refuse(r, col, "longer than %zu characters", max_chars);
	*out = product_one_line(r->pc->group, s);
	return utf8_len(*out) <= max_chars || product_refuse(r, col, "longer than %zu characters", max_chars);
}

bool
product_truth(const struct product_row *r, enum product_column col, bool otherwise, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"1", true}, {"0", false}};
	struct str s = product_cell(r, col);

	*out = otherwise;
	if (s.n == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_case(s, str_z(words[i].word))) {
			*out = words[i].value;
			return true;
		}
	return product_refuse(r, col, "neither TRUE nor FALSE");
}
