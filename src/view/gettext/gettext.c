#include "view/gettext/gettext.h"

#include <string.h>

#define MAGIC UINT32_C(0x950412de)
#define MAGIC_SWAPPED UINT32_C(0xde120495)
#define HEADER_B 28

/* The caller has checked the bounds. */
static uint32_t
u32(const struct messages *m, size_t at)
{
	uint32_t u;

	memcpy(&u, m->bytes.p + at, sizeof(u));
	return m->swapped ? __builtin_bswap32(u) : u;
}

static bool
table_fits(const struct messages *m, uint32_t at)
{
	return at <= m->bytes.n && m->n <= (m->bytes.n - at) / 8;
}

static struct str
entry(const struct messages *m, uint32_t table_at, uint32_t i)
{
	uint32_t n = u32(m, table_at + (size_t)i * 8), at = u32(m, table_at + (size_t)i * 8 + 4);

	if (at > m->bytes.n || n > m->bytes.n - at)
		return STR_NONE;
	return str_n(m->bytes.p + at, n);
}

/* The singular: the bytes before the first NUL. */
static struct str
source_at(const struct messages *m, uint32_t i)
{
	struct str s = entry(m, m->source_at, i);
	ptrdiff_t nul = str_chr(s, '\0');

	return nul < 0 ? s : str_head(s, (size_t)nul);
}

bool
messages_find(const struct messages *m, struct str source, struct str *text)
{
	/* The file sorts whole keys. A key is the singular alone or followed by NUL and the plural, so the singulars
	 * are sorted too. */
	uint32_t low = 0, high = m->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int cmp = str_cmp(source, source_at(m, mid));

		if (cmp == 0) {
			*text = entry(m, m->text_at, mid);
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
messages_open(struct str bytes, struct messages *m, struct err *e)
{
	struct str header, line;
	uint32_t magic;

	*m = (struct messages){.bytes = bytes};
	if (bytes.n < HEADER_B || bytes.n > UINT32_MAX)
		return err_set(e, ERR_INPUT, "not a catalogue: too short");
	memcpy(&magic, bytes.p, sizeof(magic));
	m->swapped = magic == MAGIC_SWAPPED;
	if ((magic != MAGIC && !m->swapped) || u32(m, 4) >> 16 > 1)
		return err_set(e, ERR_INPUT, "not a catalogue: wrong magic number or version");
	m->n = u32(m, 8);
	m->source_at = u32(m, 12);
	m->text_at = u32(m, 16);
	if (!table_fits(m, m->source_at) || !table_fits(m, m->text_at))
		return err_set(e, ERR_INPUT, "broken catalogue: a table does not fit");
	if (m->n > 0 && source_at(m, 0).n == 0) {
		header = entry(m, m->text_at, 0);
		while (str_cut(&header, '\n', &line))
			if (str_starts(line, STR("Plural-Forms:")))
				return plural_parse(line, &m->plural, e);
	}
	return err_set(e, ERR_INPUT, "catalogue without a plural rule");
}
