/* secret_ring.h - a secret file with two keys that are valid at a time, so that a key can be replaced without loss.
 *
 * Each key has an id, which is made from it, and a time from which on it is used: all hosts of a shop have the same
 * file, and the time leaves room for copying it. The newest key in use signs; both verify. The base key beside them is
 * never replaced. */
#ifndef KONTOR_PLAT_TEXT_SECRET_RING_H
#define KONTOR_PLAT_TEXT_SECRET_RING_H

#include <sys/types.h>

#include "plat/text/secret.h"

#define SECRET_RING_KEYS 2

struct secret_ring_key {
	uint8_t id;
	int64_t since_s; /* UTC */
	uint8_t key[SECRET_KEY_B];
};

struct secret_ring {
	uint8_t base[SECRET_KEY_B];
	struct secret_ring_key v[SECRET_RING_KEYS]; /* the newest first */
	size_t n; /* 0: no file was loaded yet */
	/* of the file */
	dev_t dev;
	ino_t inode;
	int64_t changed_ns;
	off_t size;
};

/* Reads the file if it is not the one that was read last. After a failure the ring is unchanged; ERR_NOT_FOUND when the
 * file does not exist. */
MUST_USE bool secret_ring_load(struct secret_ring *, const char *path, struct err *);

/* The key that signs at this time; NULL: none. */
const struct secret_ring_key *secret_ring_signer(const struct secret_ring *, int64_t now_s);

/* The key with this id; NULL: none. */
const struct secret_ring_key *secret_ring_find(const struct secret_ring *, uint8_t id);

/* A ring of new keys. */
void secret_ring_make(struct secret_ring *, int64_t since_s);

/* A new key takes the place of the older one: only the key that signs at `now_s` stays beside it, and none if
 * `revoke`. */
void secret_ring_turn(struct secret_ring *, int64_t since_s, int64_t now_s, bool revoke);

/* The file's text. */
struct str secret_ring_text(struct arena *, const struct secret_ring *);

#endif
