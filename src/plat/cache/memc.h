/* memc.h - a memcached client with a few operations, any number of them in one exchange.
 *
 * Wraps libmemcached with the text protocol. Each server has a memcached_st of its own; another one, never connected,
 * maps keys to servers by ketama. A failed server stays in the ring: on its return it would otherwise serve outdated
 * values.
 *
 * Additions to libmemcached 1.1.4:
 *  - A deadline per exchange. The library's time-out is per poll, so a dripping server could block it for ever. Here
 *    polls have no time-out, and from the deadline on a timer's signal interrupts them each millisecond.
 *  - After any unexpected answer the connection is dropped, and all operations of this exchange on the server fail: the
 *    library would treat a refusal or garbage as a miss and continue reading at that point.
 *  - Returned keys are compared with the requested ones; the library returns any key.
 *
 * Not guarded: a returned key over 250 bytes overruns the library's buffer, and "END" or "DELETED" in answer to an add
 * fails an assertion of the library; only a rogue server sends these. Name resolution has no time limit.
 *
 * A token identifies a value on a server: its cas id, never 0, and the connection that returned it. Cas ids restart
 * with memcached, but connections do not survive a restart. So a store with a token never replaces another value. */
#ifndef KONTOR_PLAT_CACHE_MEMC_H
#define KONTOR_PLAT_CACHE_MEMC_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct memc;

/* In the order of execution; operations of one kind in the caller's order. */
enum memc_what {
	MEMC_CAS,    /* quiet: stores `value` only over the value with the token; ttl_s < 0 deletes */
	MEMC_ERASE,  /* quiet: deletes */
	MEMC_TAKE,   /* a quiet add of `value`, then MEMC_GET, in one exchange */
	MEMC_GET,    /* value, and its token */
	MEMC_ADD,    /* stores `value` if the key is absent; this and the next kinds take an exchange each */
	MEMC_SWAP,   /* stores `value` only over the value with the token */
	MEMC_PREPEND, /* prepends `value`, which changes the cas id */
	MEMC_DELETE
};

enum memc_result {
	MEMC_OK,      /* found or done; for a quiet operation: sent */
	MEMC_MISS,    /* absent */
	MEMC_EXISTS,  /* add: the key exists; swap: it has another value, or none; cas, swap: not sent, since the token
		       * is of another connection */
	MEMC_REFUSED, /* too large, or out of memory */
	MEMC_ERROR    /* time-out, no connection, invalid answer */
};

struct memc_token {
	uint64_t cas;
	uint64_t connection;
};

struct memc_op {
	enum memc_what what;
	struct str key;   /* 1 to 250 bytes, no blanks or control characters */
	struct str value; /* in: for storing. Out: get, take; on the arena of memc_do() */
	int ttl_s;	  /* take, add, cas, swap: up to 30 days */
	struct str near;  /* a key that chooses the server; none: its own */
	bool skip;	  /* not executed: the result is MEMC_ERROR */
	size_t server;	  /* set by memc_place() */
	struct memc_token token; /* in: cas, swap. Out: get, take */
	enum memc_result result; /* out */
};

/* Makes a client for these servers (memc_name.h) on the arena, without connecting. A forked process must not use it. */
MUST_USE bool memc_open(struct arena *, const struct str *servers, size_t n, struct memc **, struct err *);

size_t memc_servers(const struct memc *);

/* Sets the server of each operation. */
void memc_place(const struct memc *, struct memc_op *ops, size_t n);

/* Executes all operations: sends to all servers before reading from any. Every operation gets a result; at the deadline
 * the missing ones get MEMC_ERROR. Values read are on the arena, which may be NULL without reads. */
void memc_do(struct memc *, struct arena *, struct memc_op *ops, size_t n, uint64_t deadline_ns);

/* Flushes the server. MEMC_MISS: the server is not running, so it has no values. */
MUST_USE enum memc_result memc_flush(struct memc *, size_t server, uint64_t deadline_ns);

#endif
