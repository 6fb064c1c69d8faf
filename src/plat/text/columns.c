#include "plat/text/columns.h"

#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

#define GAP 2

size_t
columns_width(struct str s)
{
	size_t width = 0;
	uint32_t cp;

	while (utf8_next(&s, &cp)) {
		int w = utf8proc_charwidth((utf8proc_int32_t)cp);

		width += w > 0 ? (size_t)w : 0;
	}
	return width;
}

static bool
steers(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || cp == 0x061c
	       || (cp >= 0x200e && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

struct str
columns_plain(struct arena *a, struct str s, bool lines)
{
	struct buf b;
	uint32_t cp;

	buf_init(&b, a, s.n * 2 + 1);
	while (s.n > 0) {
		if (!utf8_next(&s, &cp)) {
			s = str_from(s, 1);
			cp = '?';
		}
		if (cp == '\r')
			continue;
		if (cp == '\n' || cp == '\t')
			buf_ch(&b, cp == '\n' && lines ? '\n' : ' ');
		else
			buf_utf8(&b, steers(cp) ? '?' : cp);
	}
	return buf_str(&b);
}

void
columns_init(struct columns *c, struct arena *a, const char *names)
{
	struct str rest = str_z(names), name;
	struct str head[COLUMNS_MAX];

	memset(c, 0, sizeof(*c));
	c->a = a;
	while (str_cut(&rest, '|', &name)) {
		ASSERT(c->n < COLUMNS_MAX);
		c->column[c->n].right = str_starts(name, STR(">"));
		head[c->n] = str_from(name, c->column[c->n].right ? 1 : 0);
		c->n++;
	}
	for (size_t i = 0; i < c->n; i++)
		columns_put(c, head[i]);
}

void
columns_put(struct columns *c, struct str text)
{
	size_t i = c->n_cells % c->n, width;

	c->cell = arena_more(c->a, c->cell, c->n_cells, &c->max_cells, sizeof(*c->cell));
	text = columns_plain(c->a, text, false);
	width = columns_width(text);
	if (width > c->column[i].width)
		c->column[i].width = width;
	c->cell[c->n_cells++] = text;
}

static void
put_blanks(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_ch(b, ' ');
}

void
columns_print(const struct columns *c, struct buf *b)
{
	size_t blanks = 0; /* not written yet: none at the end of a line */

	if (c->n_cells <= c->n)
		return;
	for (size_t k = 0; k < c->n_cells; k++) {
		size_t i = k % c->n, fill = c->column[i].width - columns_width(c->cell[k]);

		if (i == 0)
			blanks = 0;
		if (c->cell[k].n > 0) {
			put_blanks(b, blanks + (c->column[i].right ? fill : 0));
			buf_put(b, c->cell[k]);
			blanks = c->column[i].right ? 0 : fill;
		} else {
			blanks += fill;
		}
		blanks += GAP;
		if (i == c->n - 1)
			buf_ch(b, '\n');
	}
}
