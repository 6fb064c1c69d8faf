/* memc.h - memcached behind a few operations, any number of which go to it in one exchange.
 *
 * Meta commands (memcached 1.6.18, doc/protocol.txt). Every exchange has a time limit. A server's connection is dropped
 * after any error: a late answer to an old question must not be read as the answer to the next one. A time-out is
 * MEMC_ERROR, never MEMC_MISS. No server is left out for having failed: one that comes back would answer with what it
 * held before. Among several, the key decides (rendezvous hashing).
 *
 * A mark names a value as it was on a server: its cas id, and the connection on which that was told. Cas ids begin
 * again when memcached is restarted, and connections do not live through that; so nothing is ever stored by a mark
 * over something else. */
#ifndef KONTOR_PLAT_CACHE_MEMC_H
#define KONTOR_PLAT_CACHE_MEMC_H

#include "base/err.h"
#include "base/str.h"
#include "plat/conf/conf.h"

struct memc;

enum memc_what {
	MEMC_GET,    /* value, and its mark */
	MEMC_TAKE,   /* the same; what is not there is made: an empty value of ours, which lives for ttl_s */
	MEMC_ADD,    /* stores `value` when there is nothing */
	MEMC_CAS,    /* stores `value` over what has the mark, and over nothing else */
	MEMC_DELETE
};

enum memc_result {
	MEMC_OK,     /* there; done */
	MEMC_MISS,   /* get, delete: not there. take: neither, and there is no room */
	MEMC_OURS,   /* take: was not there; now it is, empty and with a mark */
	MEMC_THEIRS, /* get, take: somebody's empty value is there */
	MEMC_EXISTS, /* add: there is something; cas: it was changed or is gone */
	MEMC_REFUSED, /* add, cas: too large, or there is no room */
	MEMC_ERROR   /* time-out, no connection, an answer that is none */
};

struct memc_mark {
	uint64_t cas;
	uint64_t connection;
};

struct memc_op {
	enum memc_what what;
	struct str key;		/* 1 to 250 bytes, none of them a blank or a control character */
	struct str value;	/* in: add, cas. Out: get, take; on the arena of memc_do() */
	int ttl_s;		/* take, add, cas: 1 s to 30 days */
	struct memc_mark mark;	/* in: cas. Out: get, take */
	enum memc_result result; /* out */
};

/* Makes a client for the configured servers; no connection is made yet. It lives on the arena. */
MUST_USE bool memc_open(struct arena *, const struct conf *, struct memc **, struct err *);

/* Does all of them, those of one server in their order. One round trip for all servers together, when there are no more
 * than 1,000 operations, 64 of them reading, and what stores stands before what reads. Every operation gets its
 * result. The arena takes values that are read: NULL when nothing reads. */
void memc_do(struct memc *, struct arena *, struct memc_op *ops, size_t n);

/* Forgets everything that the servers hold. MEMC_MISS: one does not run, so it holds nothing. For a client with one
 * server: of several, only the last one's trouble is known. */
MUST_USE enum memc_result memc_flush(struct memc *);

#endif
