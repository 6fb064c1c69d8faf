/* memc_impl.h - internals of the client: memc.c has the servers, the ring and the timer; memc_server.c talks to one
 * server. */
#ifndef KONTOR_PLAT_CACHE_MEMC_IMPL_H
#define KONTOR_PLAT_CACHE_MEMC_IMPL_H

#include <libmemcached-1.0/memcached.h>
#include <time.h>

#include "base/clock.h"
#include "plat/cache/memc.h"
#include "plat/cache/memc_name.h"

struct memc_server {
	struct memc_name name;
	memcached_st *client; /* NULL: none yet, or dropped after an error */
	memcached_result_st result;
	uint64_t connection; /* number of the current connection, or of the next */
	bool connected;
	bool first; /* among the operations with an exchange each: it was connected before them */
	size_t n_keys;
	const char **keys; /* of the pending reads, for the library */
	size_t *keys_b;
	struct memc_op **reads;
};

struct memc {
	struct memc_server *server;
	size_t n_servers;
	memcached_st *ring;
	timer_t timer;
	struct arena keys;
	uint64_t deadline_ns; /* of the current exchange */
};

/* Adds the server to a client or the ring. */
MUST_USE bool memc_server_add(memcached_st *, const struct memc_name *);

/* Makes the client of a server, which connects on first use. False: out of memory. */
MUST_USE bool memc_server_need(struct memc_server *);
void memc_server_drop(struct memc_server *);

/* Execute the operations of this server in three steps: send the quiet ones and one get for all reads; read the
 * answers; execute the others one by one. */
void memc_server_send(struct memc *, struct memc_server *, struct memc_op *ops, size_t n);
void memc_server_fetch(struct memc *, struct memc_server *, struct arena *, struct memc_op *ops, size_t n);
void memc_server_ask(struct memc *, struct memc_server *, struct memc_op *ops, size_t n);

#endif
