/* shared.h - a small file that several processes map, with kernel locks on its parts.
 *
 * The locks (F_OFD_SETLK) belong to the open file, so they end with the process, whatever ends it. Words are changed by
 * single atomic operations; readers take no lock. The lock of the first byte is held while the file is created. */
#ifndef KONTOR_PLAT_STATS_SHARED_H
#define KONTOR_PLAT_STATS_SHARED_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define SHARED_NAME_SIZE 256
#define SHARED_BOOT_SIZE 40

typedef _Atomic uint64_t shared_word;

struct shared {
	void *area; /* NULL: not open */
	size_t size_b;
	int fd; /* -1: none, also for an area in private memory */
	bool writable;
	dev_t dev;
	ino_t ino;
	char name[SHARED_NAME_SIZE];
};

/* Maps the first `size_b` bytes of the file `name`; a longer file is accepted, a shorter one is ERR_UPSTREAM. `flags`
 * are those of open(2). O_CREAT creates a missing file with mode 0660 (and, by root, with the folder's owner), reserves
 * its blocks, and holds the creation lock until shared_ready(). ERR_NOT_FOUND: no such file. */
MUST_USE bool shared_open(struct shared *, const char *name, int flags, size_t size_b, struct err *);
void shared_ready(struct shared *);

/* Unmaps and closes; accepts a zeroed struct. */
void shared_close(struct shared *);

/* The size of the file; 0: unknown. */
size_t shared_size(const struct shared *);

/* Fails with ERR_BUSY if the name no longer leads to the mapped file (other processes then use another file), or if the
 * file is shorter than the mapping (an access would then raise SIGBUS). */
MUST_USE bool shared_sound(const struct shared *, struct err *);

/* Takes or releases the lock of a range of bytes, or checks if another process holds it. */
MUST_USE bool shared_lock(const struct shared *, off_t from, size_t n);
void shared_unlock(const struct shared *, off_t from, size_t n);
bool shared_held(const struct shared *, off_t from, size_t n);

/* The id of this boot of the machine; CLOCK_MONOTONIC values are valid only within it. */
void shared_boot(char boot[SHARED_BOOT_SIZE]);

/* The inode of this process's pid namespace, in which its pid is valid; 0: unknown. */
uint64_t shared_pid_space(void);

static inline uint64_t
shared_get(const shared_word *w)
{
	return atomic_load_explicit(w, memory_order_relaxed);
}

static inline void
shared_set(shared_word *w, uint64_t v)
{
	atomic_store_explicit(w, v, memory_order_relaxed);
}

#endif
