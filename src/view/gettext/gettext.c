#include "view/gettext/gettext.h"

#include <string.h>

#define MAGIC UINT32_C(0x950412de)
#define MAGIC_SWAPPED UINT32_C(0xde120495)
#define HEADER_B 28

/* The caller has checked the bounds. */
static uint32_t
u32(const struct catalogue *c, size_t at)
{
	uint32_t u;

	memcpy(&u, c->bytes.p + at, sizeof(u));
	return c->swapped ? __builtin_bswap32(u) : u;
}

static bool
table_fits(const struct catalogue *c, uint32_t at)
{
	return at <= c->bytes.n && c->n <= (c->bytes.n - at) / 8;
}

static struct str
entry(const struct catalogue *c, uint32_t table_at, uint32_t i)
{
	uint32_t n = u32(c, table_at + (size_t)i * 8), at = u32(c, table_at + (size_t)i * 8 + 4);

	if (at > c->bytes.n || n > c->bytes.n - at)
		return STR_NONE;
	return str_n(c->bytes.p + at, n);
}

/* The singular: the bytes before the first NUL. */
static struct str
source_at(const struct catalogue *c, uint32_t i)
{
	struct str s = entry(c, c->source_at, i);
	ptrdiff_t nul = str_chr(s, '\0');

	return nul < 0 ? s : str_head(s, (size_t)nul);
}

bool
catalogue_find(const struct catalogue *c, struct str source, struct str *text)
{
	/* The file sorts whole keys. A key is the singular alone or followed by NUL and the plural, so the singulars
	 * are sorted too. */
	uint32_t low = 0, high = c->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int cmp = str_cmp(source, source_at(c, mid));

		if (cmp == 0) {
			*text = entry(c, c->text_at, mid);
			return text->n > 0;
		}
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

bool
catalogue_open(struct str bytes, struct catalogue *c, struct err *e)
{
	struct str header, line;
	uint32_t magic;

	*c = (struct catalogue){.bytes = bytes};
	if (bytes.n < HEADER_B || bytes.n > UINT32_MAX)
		return err_set(e, ERR_INPUT, "not a catalogue: too short");
	memcpy(&magic, bytes.p, sizeof(magic));
	c->swapped = magic == MAGIC_SWAPPED;
	if ((magic != MAGIC && !c->swapped) || u32(c, 4) >> 16 > 1)
		return err_set(e, ERR_INPUT, "not a catalogue: wrong magic number or version");
	c->n = u32(c, 8);
	c->source_at = u32(c, 12);
	c->text_at = u32(c, 16);
	if (!table_fits(c, c->source_at) || !table_fits(c, c->text_at))
		return err_set(e, ERR_INPUT, "broken catalogue: a table does not fit");
	if (c->n > 0 && source_at(c, 0).n == 0) {
		header = entry(c, c->text_at, 0);
		while (str_cut(&header, '\n', &line))
			if (str_starts(line, STR("Plural-Forms:")))
				return plural_parse(line, &c->plural, e);
	}
	return err_set(e, ERR_INPUT, "catalogue without a plural rule");
}
