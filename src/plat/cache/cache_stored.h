/* cache_stored.h - the bytes stored in memcached: marks, then a placeholder or a value.
 *
 * A placeholder is a lease to fill: the worker's random number and a count, with or without the bit
 * CACHE_PLACEHOLDER_SECOND. A mark is one byte that the writer prepends after changing the rows behind a value: a
 * marked value is used only when the database has failed, a marked placeholder is void. Marks are not authenticated. */
#ifndef KONTOR_PLAT_CACHE_CACHE_STORED_H
#define KONTOR_PLAT_CACHE_CACHE_STORED_H

#include "plat/cache/cache_entry.h"

#define CACHE_MARK "!"
#define CACHE_PLACEHOLDER_B 17

/* This placeholder replaced another worker's. It must not be replaced in turn: with a slow database no fill would ever
 * be stored. */
#define CACHE_PLACEHOLDER_SECOND (UINT64_C(1) << 63)

struct cache_placeholder {
	uint64_t worker, number;
};

enum cache_stored_kind {
	CACHE_STORED_NONE, /* foreign or damaged bytes */
	CACHE_STORED_PLACEHOLDER,
	CACHE_STORED_VALUE /* looks like an entry; cache_entry_parse() verifies it */
};

struct cache_stored {
	enum cache_stored_kind kind;
	bool marked;
	struct cache_placeholder placeholder;
	struct str bytes; /* of the entry */
};

void cache_stored_placeholder(const struct cache_placeholder *, char to[CACHE_PLACEHOLDER_B]);
void cache_stored_value(
    struct buf *, const uint8_t seal[SECRET_KEY_B], struct str key, const struct cache_entry *);

void cache_stored_parse(struct str bytes, struct cache_stored *);

#endif
