#include "import/product_particular.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "import/number.h"
#include "import/product_csv.h"

#define CELL_MAX_B ((size_t)64 << 10)

enum particular
particular_of_column(struct str name)
{
	int i = 0;

	for (; i < PARTICULAR__MAX; i++) {
		const struct particular_info *in = particular_info((enum particular)i);

		if (str_eq_case(name, str_z(in->column)))
			break;
		if (in->other[0] != '\0' && str_eq_case(name, str_z(in->other)))
			break;
	}
	return (enum particular)i;
}

/* The length of a tag of bold type that the text begins with; 0: none. */
static size_t
bold_tag(struct str s)
{
	static const struct str names[] = {STR_INIT("b"), STR_INIT("/b"), STR_INIT("strong"), STR_INIT("/strong")};

	for (size_t i = 0; i < ARRAY_LEN(names) && s.p[0] == '<'; i++)
		if (str_eq_case(str_head(str_from(s, 1), names[i].n), names[i]) && s.n > names[i].n + 1
		    && s.p[names[i].n + 1] == '>')
			return names[i].n + 2;
	return 0;
}

/* Lines without blanks at their ends, and no two empty ones in a row. Bold markup of HTML becomes asterisks. */
static struct str
cell_lines(struct arena *a, struct str s)
{
	struct str line;
	struct buf b;
	bool gap = false;

	buf_init(&b, a, 4 * CELL_MAX_B);
	while (str_cut(&s, '\n', &line)) {
		line = product_one_line(a, line);
		gap = gap || line.n == 0;
		if (line.n == 0)
			continue;
		if (b.n > 0)
			buf_z(&b, gap ? "\n\n" : "\n");
		gap = false;
		while (line.n > 0) {
			size_t tag = bold_tag(line);

			buf_ch(&b, tag > 0 ? '*' : line.p[0]);
			line = str_from(line, tag > 0 ? tag : 1);
		}
	}
	return buf_str(&b);
}

static const char *
cell_text(struct arena *a, struct str s, size_t max_chars, struct str *out)
{
	s = str_head(s, CELL_MAX_B);
	s = max_chars == PARTICULAR_TEXT_CHARS ? cell_lines(a, s) : product_one_line(a, s);
	*out = product_cut(s, max_chars);
	if (out->n == s.n)
		return NULL;
	return max_chars == PARTICULAR_TEXT_CHARS ? "longer than 4000 characters: cut"
						  : "longer than 190 characters: cut";
}

/* "12,5 % vol", "<0.5 g", "1 200 kJ": the number, with the sign before it. */
static const char *
cell_number(struct arena *a, struct str s, char point, struct str *out)
{
	bool less = s.p[0] == '<', rounded;
	struct str plain;
	int64_t milli;
	size_t n;

	if (less)
		s = str_trim(str_from(s, 1));
	for (n = s.n; n > 0 && (s.p[n - 1] < '0' || s.p[n - 1] > '9'); n--)
		;
	plain = number_plain(a, str_head(s, n), point);
	if (plain.n == 0 || plain.p[0] == '-' || !number_round(plain, PARTICULAR_DIGITS, &milli, &rounded))
		return "not a number: ignored";
	s = str_fmt(a, "%s%lld.%03lld", less ? "<" : "", (long long)(milli / 1000), (long long)(milli % 1000));
	while (s.p[s.n - 1] == '0')
		s.n--;
	*out = s.p[s.n - 1] == '.' ? str_head(s, s.n - 1) : s;
	return NULL;
}

static const char *
cell_per(struct str s, struct str *out)
{
	struct str hundred = STR("100");

	if (str_starts(s, hundred)) {
		s = str_trim(str_from(s, hundred.n));
		*out = str_eq_case(s, STR("g")) ? STR("100 g") : str_eq_case(s, STR("ml")) ? STR("100 ml") : STR_NONE;
	}
	return out->n > 0 ? NULL : "neither 100 g nor 100 ml: ignored";
}

static const char *
cell_class(struct arena *a, struct str s, struct str *out)
{
	char *up = arena_alloc(a, s.n + 1);

	if (s.n > 4)
		return "not an energy class: ignored";
	for (size_t i = 0; i < s.n; i++)
		up[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
	*out = str_n(up, s.n);
	return NULL;
}

/* A web address, or a path on the shop's own server. */
static const char *
cell_url(struct arena *a, struct str s, struct str *out)
{
	bool ok = (str_starts(s, STR("https://")) || str_starts(s, STR("http://"))
		      || (str_starts(s, STR("/")) && !str_starts(s, STR("//"))))
	       && s.n <= PARTICULAR_URL_B;

	for (size_t i = 0; i < s.n && ok; i++)
		ok = s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '<' && s.p[i] != '>' && s.p[i] != '\\';
	if (!ok)
		return "not an address (https://... or /...): ignored";
	*out = str_dup(a, s);
	return NULL;
}

const char *
particular_cell(struct arena *a, enum particular p, struct str s, char point, struct str *out)
{
	*out = STR_NONE;
	s = str_trim(s);
	if (s.n == 0)
		return NULL;
	switch (particular_info(p)->form) {
	case PARTICULAR_FORM_TEXT: return cell_text(a, s, PARTICULAR_TEXT_CHARS, out);
	case PARTICULAR_FORM_NUMBER: return cell_number(a, s, point, out);
	case PARTICULAR_FORM_PER: return cell_per(s, out);
	case PARTICULAR_FORM_CLASS: return cell_class(a, s, out);
	case PARTICULAR_FORM_SCALE:
		*out = particular_energy_scale(s);
		return out->n > 0 ? NULL : "not one of A-G, A+++-D, A++-E, A+-F: ignored";
	case PARTICULAR_FORM_URL: return cell_url(a, s, out);
	default: return cell_text(a, s, PARTICULAR_LINE_CHARS, out);
	}
}

const char *
particulars_settle(struct particulars *p, enum particular *about)
{
	struct str *cls = &p->v[PARTICULAR_ENERGY_CLASS];
	bool amounts = false;

	if (cls->n > 0 && particular_energy_step(p->v[PARTICULAR_ENERGY_SCALE], *cls) == 0) {
		*cls = STR_NONE;
		*about = PARTICULAR_ENERGY_CLASS;
		return "not on the scale, which is A-G if no other is given: ignored";
	}
	for (int i = PARTICULAR_KJ; i <= PARTICULAR_SALT; i++)
		amounts = amounts || p->v[i].n > 0;
	*about = PARTICULAR_PER;
	return amounts && p->v[PARTICULAR_PER].n == 0 ? "empty: the amounts of nutrition are not shown" : NULL;
}
