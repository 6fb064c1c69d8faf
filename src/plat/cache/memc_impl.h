/* memc_impl.h - what the two files of the client share: memc.c has the servers, the ring and the timer, memc_server.c
 * speaks with one server. */
#ifndef KONTOR_PLAT_CACHE_MEMC_IMPL_H
#define KONTOR_PLAT_CACHE_MEMC_IMPL_H

#include <libmemcached-1.0/memcached.h>
#include <time.h>

#include "base/clock.h"
#include "plat/cache/memc.h"
#include "plat/cache/memc_name.h"

struct memc_server {
	struct memc_name name;
	memcached_st *client; /* NULL: none since the last trouble */
	memcached_result_st result;
	uint64_t connection; /* which one it is, or the next one */
	bool connected;
	size_t n_keys;
	const char **keys; /* of the reads under way, as the library wants them */
	size_t *keys_b;
	struct memc_op **reads;
};

struct memc {
	struct memc_server *server;
	size_t n_servers;
	memcached_st *ring;
	timer_t timer;
	struct arena keys;
	uint64_t deadline_ns; /* of the exchange under way */
};

/* Adds the server to a client or the ring. */
MUST_USE bool memc_server_add(memcached_st *, const struct memc_name *);

/* The client of a server, which connects at its first use. False: there is no memory for it. */
MUST_USE bool memc_server_need(struct memc_server *);
void memc_server_drop(struct memc_server *);

/* Of the operations, those of this server, in three steps: sends the quiet ones and one question for all that is read;
 * reads the answers; does the others one after the other. */
void memc_server_send(struct memc *, struct memc_server *, struct memc_op *ops, size_t n);
void memc_server_fetch(struct memc *, struct memc_server *, struct arena *, struct memc_op *ops, size_t n);
void memc_server_ask(struct memc *, struct memc_server *, struct memc_op *ops, size_t n);

#endif
