/* cache_entry.h - the format of a value in memcached.
 *
 * Bytes from memcached are not trusted: whoever reaches the server can read and write there. An entry is encrypted and
 * authenticated (XChaCha20-Poly1305) together with its key, times and version; bytes that do not verify are refused.
 * This is as fast as a BLAKE2b MAC, so public values are encrypted too. Marks and placeholders are not
 * authenticated. */
#ifndef KONTOR_PLAT_CACHE_CACHE_ENTRY_H
#define KONTOR_PLAT_CACHE_CACHE_ENTRY_H

#include "base/buf.h"
#include "plat/stats/stats.h"
#include "plat/text/secret.h"

#define CACHE_ENTRY_KEY_MAX 250 /* bytes of a key in memcached */

struct cache_entry {
	uint64_t version;	  /* of the row it was made from */
	int64_t soft_at, hard_at; /* UTC seconds; soft and hard expiry */
	int64_t change_at;	  /* when it changes by itself; INT64_MAX: never */
	struct str payload;
};

/* Derives the key that seals entries from the secret file, which all hosts share. Fails like secret_file_load(). */
MUST_USE bool cache_entry_key(const char *secret_file, uint8_t seal[SECRET_KEY_B], struct err *);

/* `key`: the key in memcached, at most CACHE_ENTRY_KEY_MAX bytes. */
void cache_entry_format(struct buf *, const uint8_t seal[SECRET_KEY_B], struct str key, const struct cache_entry *);

/* ERR_UPSTREAM when the bytes are not an entry for this key, ERR_LIMIT when the arena has no room for the payload. */
MUST_USE bool cache_entry_parse(struct arena *, const uint8_t seal[SECRET_KEY_B], struct str key, struct str bytes,
    struct cache_entry *, struct err *);

/* Counts a value of this class that was refused and, once a minute, logs why. Always false. */
MUST_USE bool cache_entry_refused(struct stats *, const char *class_name, const struct err *);

#endif
