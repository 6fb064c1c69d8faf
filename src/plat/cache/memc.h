/* memc.h - memcached behind a few operations, any number of which go to it in one exchange.
 *
 * The client is libmemcached, in the text protocol. Each server has one of its own; another, which is never connected,
 * only says by ketama which server has a key. No server is left out for having failed: one that comes back would answer
 * with what it held before.
 *
 * What libmemcached 1.1.4 does not do, and this does:
 *  - One deadline for an exchange. The library's limit is per poll, so a byte now and then would last for ever. Its
 *    polls have no limit here, and a timer's signal ends them: from the deadline on, each millisecond.
 *  - After an answer that is odd in any way the connection is dropped, and all that the server was asked in this
 *    exchange is an error: the library calls a refusal or garbage a miss and reads on where it is.
 *  - A returned key is compared with those asked for: the library gives out whatever comes.
 *
 * Not guarded: a returned key of more than 250 bytes overruns the library's buffer, and "END" or "DELETED" in answer to
 * an add fails an assertion of it; only a rogue server sends these. Looking up a host's name has no time limit.
 *
 * A mark names a value as it was on a server: its cas id, never 0, and the connection on which that came. Cas ids begin
 * again when memcached is restarted, and no connection lives through that; so nothing is ever stored by a mark over
 * something else. */
#ifndef KONTOR_PLAT_CACHE_MEMC_H
#define KONTOR_PLAT_CACHE_MEMC_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct memc;

/* In the order in which they are done; those of one kind in the caller's order. */
enum memc_what {
	MEMC_CAS,    /* quiet: stores `value` over what has the mark, and over nothing else; ttl_s < 0 ends it */
	MEMC_ERASE,  /* quiet: deletes */
	MEMC_TAKE,   /* a quiet add of `value`, then MEMC_GET, in one exchange */
	MEMC_GET,    /* value, and its mark */
	MEMC_ADD,    /* stores `value` where there is nothing; an exchange for each from here on */
	MEMC_PREPEND, /* puts `value` in front of what is there, which gets another cas id */
	MEMC_DELETE
};

enum memc_result {
	MEMC_OK,      /* there; done; a quiet one: sent */
	MEMC_MISS,    /* not there */
	MEMC_EXISTS,  /* add: there is something; cas: not sent, since its mark is of another connection */
	MEMC_REFUSED, /* too large, or there is no room */
	MEMC_ERROR    /* time-out, no connection, an answer that is none */
};

struct memc_mark {
	uint64_t cas;
	uint64_t connection;
};

struct memc_op {
	enum memc_what what;
	struct str key;   /* 1 to 250 bytes, none of them a blank or a control character */
	struct str value; /* in: all that store. Out: get, take; on the arena of memc_do() */
	int ttl_s;	  /* take, add, cas: up to 30 days */
	struct str near;  /* the key at whose server it is; none: its own */
	bool skip;	  /* is not to be asked: the result is MEMC_ERROR */
	size_t server;	  /* set by memc_place() */
	struct memc_mark mark;	 /* in: cas. Out: get, take */
	enum memc_result result; /* out */
};

/* Makes a client for these servers (memc_name.h); no connection is made yet. It lives on the arena, in one process. */
MUST_USE bool memc_open(struct arena *, const struct str *servers, size_t n, struct memc **, struct err *);

size_t memc_servers(const struct memc *);

/* Sets the server of each. */
void memc_place(const struct memc *, struct memc_op *ops, size_t n);

/* Does all of them. All servers are asked before any is read. Every operation gets its result; past the deadline that
 * is MEMC_ERROR, but what has come by then is taken. The arena takes values that are read: NULL when nothing reads. */
void memc_do(struct memc *, struct arena *, struct memc_op *ops, size_t n, uint64_t deadline_ns);

/* Forgets everything that the server holds. MEMC_MISS: it does not run, so it holds nothing. */
MUST_USE enum memc_result memc_flush(struct memc *, size_t server, uint64_t deadline_ns);

#endif
