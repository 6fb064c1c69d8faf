/* cache_entry.h - a value as it stands in memcached under a key. While somebody fills it, nothing stands there.
 *
 * Bytes from memcached are not trusted: another program, an older release or a mixed-up answer may have put them
 * there. An entry carries a hash of its key, and one that does not fit is no entry. */
#ifndef KONTOR_PLAT_CACHE_CACHE_ENTRY_H
#define KONTOR_PLAT_CACHE_CACHE_ENTRY_H

#include "base/buf.h"

struct cache_entry {
	uint64_t key_hash;
	uint64_t version;	  /* of the row it was made from */
	int64_t soft_at, hard_at; /* UTC seconds; reload from, use until */
	struct str payload;	  /* borrowed from the bytes that were parsed */
};

void cache_entry_format(struct buf *, const struct cache_entry *);

/* False when the bytes are no entry for a key of this hash. */
MUST_USE bool cache_entry_parse(struct str bytes, uint64_t key_hash, struct cache_entry *);

#endif
