/* tally.h - how often each client was served, counted by all processes of a host. The host's part of the rate limits.
 *
 * A file beside the control file is mapped by every process: a table of entries, one for each client and rate. An entry
 * counts in buckets, each a part of the rate's period, so its size does not depend on the rate. Every change is one
 * compare-and-swap of a word and leaves the table valid, so a process may die at any point.
 *
 * Two ways to count a request:
 *  - TALLY_STRICT includes the whole of the oldest bucket: never more than N in any period, sometimes a few less.
 *  - TALLY_LENIENT leaves it out: never refuses what a moving window of the same requests would allow, and allows at
 *    most 2 N in any period. It holds while the windows in memcached decide: after the loss of these the host still
 *    allows at most twice the limit, however often they are lost.
 *
 * The table is bounded. A new client replaces the one of its row of TALLY_WAYS entries that has been idle longest. */
#ifndef KONTOR_PLAT_CONTROL_TALLY_H
#define KONTOR_PLAT_CONTROL_TALLY_H

#include "base/rate.h"
#include "plat/stats/shared.h"

#define TALLY_NAME_B 16
#define TALLY_CLIENT_B 16

struct tally_area;

struct tally {
	struct shared file;
	struct tally_area *area; /* NULL: not open */
};

/* An entry is identified by the name of a limit, one of its rates, and the client. */
struct tally_key {
	char name[TALLY_NAME_B]; /* ends with NULs */
	struct rate rate;
	enum rate_per per;
	uint8_t client[TALLY_CLIENT_B];
};

enum tally_how { TALLY_STRICT, TALLY_LENIENT };

/* A request that was counted, and can be taken back, or refused. */
struct tally_taken {
	struct rate_left left; /* the state afterwards */
	shared_word *bucket;
	uint64_t mark;
};

/* Opens the file `control_path` + "-limits" unless it is open and sound, creating it when missing. On failure the old
 * mapping stays. */
MUST_USE bool tally_join(struct tally *, const char *control_path, struct err *);

/* The same for a tool: the file must exist (else ERR_NOT_FOUND). `write`: to release a client. */
MUST_USE bool tally_open_tool(struct tally *, const char *control_path, bool write, struct err *);
void tally_close(struct tally *);

/* A private table in memory; never fails. For tests. */
struct tally *tally_none(void);

/* Counts a request unless that would exceed the rate. `mono_ms`: CLOCK_MONOTONIC. tally_give_back() takes a
 * counted request back. */
MUST_USE bool tally_take(
    struct tally *, const struct tally_key *, enum tally_how, uint64_t mono_ms, struct tally_taken *);
void tally_give_back(const struct tally_taken *);

/* Counts a refusal, for display. */
void tally_refuse(struct tally *, const struct tally_key *, uint64_t mono_ms, int64_t utc_s);

/* Forgets all requests of the client that were counted before its release at `utc_ms`. Later calls with the same time
 * do nothing. */
void tally_release(struct tally *, const struct tally_key *, uint64_t mono_ms, uint64_t utc_ms);

/* Drops the entries of the next row that have been idle for longer than their period and an hour, so that no address is
 * kept for long. To be called now and then; TALLY_ROWS calls cover the table. */
void tally_tidy(struct tally *, uint64_t mono_ms);

/* An entry, for display. */
struct tally_seen {
	struct tally_key key;
	uint64_t taken;	  /* in the last period */
	uint64_t refused; /* since the client came */
	int64_t refused_s; /* UTC, of the last refusal */
};

/* Copies the entries to the arena. Returns their number. */
size_t tally_list(const struct tally *, struct arena *, uint64_t mono_ms, struct tally_seen **);

#endif
