#include "shop/search_block.h"

#include <string.h>

#define WORDS (SEARCH_BLOCK_IDS / 64)

struct bits {
	uint64_t word[WORDS];
};

static void
set(struct bits *b, unsigned offset)
{
	b->word[offset / 64] |= UINT64_C(1) << (offset % 64);
}

static bool
has(const struct bits *b, unsigned offset)
{
	return (b->word[offset / 64] >> (offset % 64) & 1) != 0;
}

/* Reads the next offset of a posting list; false at its end. */
static bool
next(struct str *list, unsigned *offset)
{
	const uint8_t *p = (const uint8_t *)list->p;

	if (list->n < 2)
		return false;
	*offset = (unsigned)p[0] << 8 | p[1];
	*list = str_from(*list, 2);
	return true;
}

static void
read_list(struct bits *b, struct str list)
{
	unsigned offset;

	memset(b, 0, sizeof(*b));
	while (next(&list, &offset))
		if (offset < SEARCH_BLOCK_IDS)
			set(b, offset);
}

static void
put_offset(struct buf *b, unsigned offset)
{
	buf_ch(b, (char)(offset >> 8));
	buf_ch(b, (char)(offset & 0xff));
}

uint64_t
search_block_of(uint64_t id)
{
	return id / SEARCH_BLOCK_IDS;
}

void
search_block_put(struct buf *b, uint64_t id)
{
	put_offset(b, (unsigned)(id % SEARCH_BLOCK_IDS));
}

void
search_block_put_without(struct buf *b, struct str list, const uint64_t *gone, size_t n_gone)
{
	struct bits leave = {{0}};
	unsigned offset;

	for (size_t i = 0; i < n_gone; i++)
		set(&leave, (unsigned)(gone[i] % SEARCH_BLOCK_IDS));
	while (next(&list, &offset))
		if (offset < SEARCH_BLOCK_IDS && !has(&leave, offset))
			put_offset(b, offset);
}

size_t
search_block_common(const struct search_lists *lists, uint64_t before, uint64_t *ids, size_t max)
{
	uint64_t first = lists->block * SEARCH_BLOCK_IDS;
	struct bits all, one;
	size_t n = 0;

	read_list(&all, lists->list[0]);
	for (size_t i = 1; i < lists->n; i++) {
		read_list(&one, lists->list[i]);
		for (size_t w = 0; w < WORDS; w++)
			all.word[w] &= one.word[w];
	}
	for (size_t w = WORDS; w-- > 0;) {
		for (uint64_t left = all.word[w]; left != 0 && n < max;) {
			unsigned bit = 63 - (unsigned)__builtin_clzll(left);
			uint64_t id = first + w * 64 + bit;

			left &= ~(UINT64_C(1) << bit);
			if (id < before)
				ids[n++] = id;
		}
	}
	return n;
}
