#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "import/product_csv_impl.h"
#include "plat/text/fold.h"

#define NAME_CHARS 100 /* of one category */
#define PATH_CHARS 255

/* Blanks of all kinds: spreadsheets write no-break ones, web pages others. */
static bool
cell_is_blank(uint32_t cp)
{
	return (cp >= '\t' && cp <= '\r') || cp == ' ' || cp == 0x85 || cp == 0xa0 || (cp >= 0x2000 && cp <= 0x200b)
	       || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x3000 || cp == 0xfeff;
}

static bool
cell_is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp & 0xfffe) == 0xfffe || (cp >= 0xfdd0 && cp <= 0xfdef);
}

struct str
product_trim(struct str s)
{
	struct str rest, end = STR_NONE;
	uint32_t cp;

	if (s.n > 0 && s.p[0] > ' ' && s.p[s.n - 1] > ' ') /* nothing but ASCII at both ends */
		return s;
	for (rest = s; utf8_next(&rest, &cp) && cell_is_blank(cp);)
		s = rest;
	for (rest = s; utf8_next(&rest, &cp);)
		if (!cell_is_blank(cp))
			end = str_head(s, s.n - rest.n);
	return rest.n > 0 ? s : end;
}

/* Spreadsheets mark digits as text by an apostrophe, so that they stay as they are. */
struct str
product_unquote(struct str s)
{
	bool digit = false;

	if (s.n < 2 || s.p[0] != '\'')
		return s;
	for (size_t i = 1; i < s.n; i++) {
		digit = digit || (s.p[i] >= '0' && s.p[i] <= '9');
		if (strchr("0123456789+-.,:/eE ", s.p[i]) == NULL)
			return s;
	}
	return digit ? str_from(s, 1) : s;
}

struct str
product_one_line(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	bool blank = false;
	uint32_t cp;
	size_t n = 0;

	s = product_trim(s);
	while (s.n > 0) {
		struct str from = s;

		if (!utf8_next(&s, &cp)) {
			s = str_from(from, 1);
			continue;
		}
		if (cp <= ' ' || cell_is_control(cp)) {
			blank = blank || cell_is_blank(cp);
			continue;
		}
		if (blank && n > 0)
			p[n++] = ' ';
		blank = false;
		memcpy(p + n, from.p, from.n - s.n);
		n += from.n - s.n;
	}
	return str_n(p, n);
}

/* As in the table but for control characters: blanks inside a code are a part of it. */
struct str
product_code(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	uint32_t cp;
	size_t n = 0;

	for (struct str from = s; s.n > 0 && utf8_next(&s, &cp); from = s)
		if (!cell_is_control(cp)) {
			memcpy(p + n, from.p, from.n - s.n);
			n += from.n - s.n;
		}
	return str_n(p, n);
}

struct str
product_cut_words(struct str s, size_t max_chars)
{
	struct str rest = s, cut;
	uint32_t cp;
	size_t n = 0;

	while (n < max_chars && utf8_next(&rest, &cp))
		n++;
	if (rest.n == 0)
		return s;
	cut = str_head(s, s.n - rest.n);
	for (n = cut.n; n > cut.n / 4 * 3 && s.p[n] != ' '; n--)
		;
	return str_trim(s.p[n] == ' ' ? str_head(s, n) : cut);
}

struct str
product_cut(struct str s, size_t max_chars)
{
	struct str rest = s;
	uint32_t cp;

	for (size_t i = 0; i < max_chars && rest.n > 0; i++)
		if (!utf8_next(&rest, &cp))
			break;
	return str_trim(str_head(s, s.n - rest.n));
}

bool
product_category_clean(struct arena *a, struct str s, struct str *out)
{
	struct str name, rest = s;
	size_t depth = 0, chars = 0;
	bool whole = true;
	struct buf b;

	buf_init(&b, a, PATH_CHARS * 4 + 1);
	while (str_cut(&rest, '>', &name)) {
		struct str cut;

		name = product_one_line(a, name);
		if (name.n == 0)
			continue;
		cut = product_cut(name, NAME_CHARS);
		whole = whole && str_eq(cut, name);
		chars += utf8_len(cut) + (depth > 0 ? 3 : 0);
		if (++depth > PRODUCT_CATEGORY_DEPTH_MAX || chars > PATH_CHARS) {
			whole = false;
			break;
		}
		buf_z(&b, depth > 1 ? " > " : "");
		buf_put(&b, cut);
	}
	*out = buf_str(&b);
	return whole;
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

static PRINTF(4, 0) void note_column(
    const struct product_row *r, bool refused, enum product_column col, const char *fmt, va_list ap)
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

	return at < 0 || (size_t)at >= r->cells->n ? STR_NONE : product_unquote(product_trim(r->cells->cell[at].text));
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

void
product_text_cut(const struct product_row *r, enum product_column col, size_t max_chars, struct str *out)
{
	struct str s = product_one_line(r->pc->group, product_cell(r, col));

	*out = product_cut_words(s, max_chars);
	if (out->n < s.n)
		product_remark(r, col, "longer than %zu characters: cut", max_chars);
}

bool
product_truth_word(struct arena *a, struct str s, bool *out)
{
	static const struct {
		const char *word[2];
	} words[] = {{{"false", "true"}}, {{"no", "yes"}}, {{"0", "1"}}, {{"falsch", "wahr"}}, {{"nein", "ja"}},
	    {{"faux", "vrai"}}, {{"non", "oui"}}, {{"falso", "verdadero"}}, {{"no", "si"}}, {{"falso", "vero"}},
	    {{"falso", "verdadeiro"}}, {{"não", "sim"}}, {{"onwaar", "waar"}}, {{"nee", "ja"}}, {{"falskt", "sant"}},
	    {{"nej", "ja"}}, {{"falsk", "sand"}}, {{"usann", "sann"}}, {{"nei", "ja"}}, {{"epätosi", "tosi"}},
	    {{"ei", "kyllä"}}, {{"fałsz", "prawda"}}, {{"nie", "tak"}}, {{"nepravda", "pravda"}}, {{"ne", "ano"}},
	    {{"nie", "áno"}}, {{"hamis", "igaz"}}, {{"nem", "igen"}}, {{"fals", "adevărat"}}, {{"nu", "da"}},
	    {{"ne", "da"}}, {{"yanlış", "doğru"}}, {{"hayır", "evet"}}, {{"ψευδησ", "αληθησ"}}, {{"ψευδεσ", "αληθεσ"}},
	    {{"όχι", "ναι"}}, {{"ложь", "истина"}}, {{"нет", "да"}}, {{"хибність", "істина"}}, {{"ні", "так"}},
	    {{"лъжа", "истина"}}, {{"не", "да"}}, {{"laž", "istina"}}, {{"vale", "tõene"}}, {{"väär", "tõene"}},
	    {{"aplams", "patiess"}}, {{"klaidinga", "teisinga"}}, {{"fals", "cert"}}, {{"salah", "benar"}},
	    {{"偽", "真"}}, {{"いいえ", "はい"}}, {{"假", "真"}}, {{"否", "是"}}, {{"거짓", "참"}}, {{"n", "y"}},
	    {{"f", "t"}}, {{"off", "on"}}};
	struct err ignored = {0};
	struct str folded, word;

	if (s.n > 60 || !fold_text(a, s, FOLD_PLAIN, &folded, &ignored))
		return false;
	for (size_t i = 0; i < 2 * ARRAY_LEN(words); i++) {
		word = str_z(words[i / 2].word[i % 2]);
		*out = i % 2 == 1;
		if (str_eq_case(s, word) || (fold_text(a, word, FOLD_PLAIN, &word, &ignored) && str_eq(folded, word)))
			return true;
	}
	return false;
}

bool
product_truth(const struct product_row *r, enum product_column col, bool empty, bool unreadable)
{
	struct str s = product_cell(r, col);
	bool value;

	if (s.n == 0)
		return empty;
	if (str_eq_case(s, STR("true")))
		return true;
	if (str_eq_case(s, STR("false")))
		return false;
	if (product_truth_word(r->pc->group, s, &value))
		return value;
	product_remark(r, col, "neither TRUE nor FALSE: taken as %s", unreadable ? "TRUE" : "FALSE");
	return unreadable;
}
