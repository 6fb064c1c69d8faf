/* search_block.h - which products hold a word, as blocks of ids: an inverted index whose lists are cut by product id.
 *
 * A block says which of SEARCH_BLOCK_IDS successive ids hold a word: two bytes for each, the higher one first, counted
 * from the block's first id, in no order. So a product is added by appending, which the database can do by itself, and
 * products that hold several words are found by sets of bits, block by block from the newest ids down: what a search
 * costs is bounded by the number of blocks, however often its words are there and however seldom together.
 *
 * Lists in blocks: J. Zobel, A. Moffat, "Inverted files for text search engines", ACM Computing Surveys 38(2), 2006. */
#ifndef KONTOR_SHOP_SEARCH_BLOCK_H
#define KONTOR_SHOP_SEARCH_BLOCK_H

#include "base/buf.h"

#define SEARCH_BLOCK_IDS 16384

/* The number of the block that an id belongs to. */
uint64_t search_block_of(uint64_t id);

/* Appends an id. */
void search_block_put(struct buf *, uint64_t id);

/* Appends what a list holds without the ids in `gone`, all of which are of its block. */
void search_block_put_without(struct buf *, struct str list, const uint64_t *gone, size_t n_gone);

/* Lists of the same block, at least one. */
struct search_lists {
	uint64_t block;
	const struct str *list;
	size_t n;
};

/* The ids below `before` that are in all of them, the highest first; gives how many, at most `max`. What no list can
 * hold is passed over. */
size_t search_block_common(const struct search_lists *, uint64_t before, uint64_t *ids, size_t max);

#endif
