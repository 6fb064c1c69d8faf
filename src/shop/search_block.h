/* search_block.h - the posting lists of the search's inverted index, cut into blocks of product ids.
 *
 * A block covers SEARCH_BLOCK_IDS successive product ids. Its posting list holds an unsorted two-byte offset
 * (big-endian, from the block's first id) for each product with the word. Adding a product appends to the list, which
 * an UPDATE does without reading it. A search for several words intersects bit sets block by block, from the newest ids
 * down. Its cost is bounded by the number of blocks, even for common words that rarely occur together.
 *
 * Blocked posting lists: J. Zobel, A. Moffat, "Inverted files for text search engines", ACM Computing Surveys 38(2),
 * 2006. */
#ifndef KONTOR_SHOP_SEARCH_BLOCK_H
#define KONTOR_SHOP_SEARCH_BLOCK_H

#include "base/buf.h"

#define SEARCH_BLOCK_IDS 16384

/* The block number of an id. */
uint64_t search_block_of(uint64_t id);

/* Appends an id. */
void search_block_put(struct buf *, uint64_t id);

/* Appends a posting list without the ids in `gone`, which must belong to the same block. */
void search_block_put_without(struct buf *, struct str list, const uint64_t *gone, size_t n_gone);

/* The posting lists of one block, at least one. */
struct search_lists {
	uint64_t block;
	const struct str *list;
	size_t n;
};

/* Stores the ids below `before` that are in all lists, highest first, at most `max`. Returns their number. Ignores
 * offsets beyond the block. */
size_t search_block_common(const struct search_lists *, uint64_t before, uint64_t *ids, size_t max);

#endif
