/* tally_area.h - the bytes of the table; only tally.c looks inside. */
#ifndef KONTOR_PLAT_CONTROL_TALLY_AREA_H
#define KONTOR_PLAT_CONTROL_TALLY_AREA_H

#include "plat/control/tally.h"

#define TALLY_MAGIC UINT64_C(0x31796c6c6174) /* "tally1"; a new layout takes another */
#define TALLY_ROWS 2048
#define TALLY_WAYS 8
#define TALLY_BUCKETS 7

/* A tag is a hash of the key, 0: free. The words marked (tagged) carry its low 16 bits, so that replacing the tag
 * empties them at once. */
struct tally_entry {
	shared_word bucket[TALLY_BUCKETS]; /* (tagged) number of the part of time (24 bits), count (24 bits) */
	shared_word used_s;		   /* CLOCK_MONOTONIC of the last request */
	shared_word refused, refused_s;	   /* (tagged) */
	shared_word released;		   /* (tagged) UTC, ms */
	shared_word client[2], name[2];	   /* for display, and checked against the tag */
	shared_word period_s, n_per;	   /* n * 4 + per */
	shared_word reserved[7];
};

struct tally_row {
	shared_word tag[TALLY_WAYS];
};

struct tally_area {
	shared_word magic; /* set last */
	shared_word seed;  /* of the tags, so that nobody can choose clients that share a row */
	char boot[SHARED_BOOT_SIZE]; /* the boot in which the times are valid */
	shared_word reserved[1];
	struct tally_row row[TALLY_ROWS];
	struct tally_entry entry[TALLY_ROWS][TALLY_WAYS];
};

_Static_assert(sizeof(struct tally_row) == 64 && offsetof(struct tally_area, row) == 64
	&& sizeof(struct tally_entry) == 192,
    "the tags of a row, and all that counting a request touches, are one line of the processor's cache each");

#endif
