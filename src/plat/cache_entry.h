/* cache_entry.h - what stands in memcached under a key: a placeholder while somebody fills it, or a value.
 *
 * Bytes from memcached are not trusted: another program, an older release or a mixed-up answer may have put them
 * there. An entry carries a hash of its key, and one that does not fit is no entry. */
#ifndef KONTOR_PLAT_CACHE_ENTRY_H
#define KONTOR_PLAT_CACHE_ENTRY_H

#include "base/buf.h"

#define CACHE_NONCE_B 16

enum cache_entry_kind { CACHE_ENTRY_PLACEHOLDER = 1, CACHE_ENTRY_VALUE = 2 };

struct cache_entry {
	enum cache_entry_kind kind;
	uint64_t key_hash;
	char nonce[CACHE_NONCE_B]; /* placeholder: whose it is */
	uint64_t version;	   /* value: of the row it was made from */
	int64_t soft_at, hard_at;  /* value: UTC seconds; reload from, use until */
	struct str payload;	   /* value: borrowed from the bytes that were parsed */
};

void cache_entry_format(struct buf *, const struct cache_entry *);

/* False when the bytes are no entry for a key of this hash. */
MUST_USE bool cache_entry_parse(struct str bytes, uint64_t key_hash, struct cache_entry *);

#endif
