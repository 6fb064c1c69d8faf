#include "plat/memc.h"

#include <errno.h>
#include <libmemcached/memcached.h>
#include <string.h>

#include "base/num.h"

struct memc {
	memcached_st *st, *unused; /* the second only to be cloned */
	memcached_result_st got;   /* of st; kept for its buffer, which the library else takes anew for each answer */
	const char *error;
};

static void
client_free(void *arg)
{
	struct memc *m = arg;

	if (m->st != NULL)
		memcached_result_free(&m->got);
	memcached_free(m->st);
	memcached_free(m->unused);
}

/* Makes `st` anew, with what belongs to it; false: everything is as it was. */
static bool
client_renew(struct memc *m)
{
	memcached_st *fresh = memcached_clone(NULL, m->unused);

	if (fresh == NULL)
		return false;
	if (m->st != NULL) {
		memcached_result_free(&m->got);
		memcached_free(m->st);
	}
	m->st = fresh;
	memcached_result_create(m->st, &m->got); /* in our memory: cannot fail */
	return true;
}

static bool
server_add(memcached_st *st, struct arena *a, struct str server, struct err *e)
{
	memcached_return_t rc;

	server = str_trim(server);
	if (str_starts(server, STR("/"))) {
		rc = memcached_server_add_unix_socket(st, str_zdup(a, server));
	} else {
		struct str rest = server, host;
		uint64_t port = MEMCACHED_DEFAULT_PORT;

		if (!str_cut(&rest, ':', &host) || host.n == 0)
			return err_set(e, ERR_INPUT, "cache.socket: an empty server name");
		if (rest.n > 0 && !num_u64(rest, 1, 65535, &port))
			return err_set(e, ERR_INPUT, "cache.socket: '%.*s' has no valid port", STR_ARG(server));
		rc = memcached_server_add(st, str_zdup(a, host), (in_port_t)port);
	}
	return rc == MEMCACHED_SUCCESS
	    || err_set(e, ERR_INPUT, "cache.socket: '%.*s': %s", STR_ARG(server), memcached_strerror(st, rc));
}

bool
memc_open(struct arena *a, const struct conf *conf, struct memc **out, struct err *e)
{
	const uint64_t ms = (uint64_t)conf->cache_timeout_ms;
	const struct {
		memcached_behavior_t which;
		uint64_t value;
	} behaviors[] = {
	    {MEMCACHED_BEHAVIOR_DISTRIBUTION, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA},
	    {MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, ms},
	    {MEMCACHED_BEHAVIOR_POLL_TIMEOUT, ms},
	    {MEMCACHED_BEHAVIOR_SND_TIMEOUT, ms * 1000},
	    {MEMCACHED_BEHAVIOR_RCV_TIMEOUT, ms * 1000},
	    {MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 1},
	    {MEMCACHED_BEHAVIOR_DEAD_TIMEOUT, 1},
	    {MEMCACHED_BEHAVIOR_AUTO_EJECT_HOSTS, 0},
	    {MEMCACHED_BEHAVIOR_NO_BLOCK, 1},
	    {MEMCACHED_BEHAVIOR_TCP_NODELAY, 1},
	    {MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1},
	    {MEMCACHED_BEHAVIOR_BINARY_PROTOCOL, 0},
	    {MEMCACHED_BEHAVIOR_VERIFY_KEY, 1},
	};
	struct memc *m = ARENA_NEW(a, struct memc);

	m->unused = memcached_create(NULL);
	if (m->unused == NULL)
		return err_set(e, ERR_LIMIT, "no memory for the memcached client");
	arena_defer(a, client_free, m);
	for (size_t i = 0; i < ARRAY_LEN(behaviors); i++) {
		if (memcached_behavior_set(m->unused, behaviors[i].which, behaviors[i].value) != MEMCACHED_SUCCESS)
			return err_set(e, ERR_BUG, "memcached behaviour %d refused", (int)behaviors[i].which);
	}
	for (size_t i = 0; i < conf->cache_socket.n; i++) {
		if (!server_add(m->unused, a, conf->cache_socket.v[i], e))
			return false;
	}
	if (!client_renew(m))
		return err_set(e, ERR_LIMIT, "no memory for the memcached client");
	*out = m;
	return true;
}

/* Anything but a plain answer: drop the connection, so that no late answer is taken for the next one. The client goes
 * with it: it would refuse the server untried for whole seconds, which is the breaker's to decide, for all workers. */
static enum memc_result
failed(struct memc *m, memcached_return_t rc)
{
	m->error = memcached_strerror(m->st, rc);
	if (!client_renew(m))
		memcached_quit(m->st);
	return MEMC_ERROR;
}

static enum memc_result
result_of(struct memc *m, memcached_return_t rc)
{
	switch (rc) {
	case MEMCACHED_SUCCESS:
	case MEMCACHED_STORED:
	case MEMCACHED_DELETED: return MEMC_OK;
	case MEMCACHED_NOTFOUND: return MEMC_MISS;
	case MEMCACHED_NOTSTORED:
	case MEMCACHED_DATA_EXISTS: return MEMC_EXISTS;
	default: return failed(m, rc);
	}
}

/* The item of that key that has no answer yet. */
static struct memc_item *
item_of(struct memc_item *items, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].result == MEMC_MISS && str_eq(items[i].key, key))
			return &items[i];
	return NULL;
}

/* The value that has just been read, onto the arena. */
static bool
take_value(struct memc *m, struct arena *a, struct memc_item *item)
{
	struct str value = str_n(memcached_result_value(&m->got), memcached_result_length(&m->got));
	char *p = arena_try(a, value.n + 1);

	if (p == NULL)
		return false;
	if (value.n > 0)
		memcpy(p, value.p, value.n);
	item->value = str_n(p, value.n);
	item->cas = memcached_result_cas(&m->got);
	return true;
}

/* Of several servers that do not answer in time, the library says that they had nothing (1.1.4). */
static bool
is_owed(struct memc *m)
{
	bool owed = false;

	for (uint32_t i = 0; i < memcached_server_count(m->st); i++)
		owed = owed || memcached_server_response_count(memcached_server_instance_by_position(m->st, i)) > 0;
	return owed;
}

static void
ask(struct memc *m, struct arena *a, struct memc_item *items, size_t n, bool values)
{
	const char **keys = ARENA_ARRAY(a, const char *, n);
	size_t *lens = ARENA_ARRAY(a, size_t, n);
	memcached_return_t rc;

	for (size_t i = 0; i < n; i++) {
		keys[i] = items[i].key.p;
		lens[i] = items[i].key.n;
		items[i].value = STR_NONE;
		items[i].result = MEMC_MISS;
	}
	rc = memcached_mget(m->st, keys, lens, n);
	if (rc == MEMCACHED_SUCCESS) {
		while (memcached_fetch_result(m->st, &m->got, &rc) != NULL) {
			struct memc_item *item = item_of(
			    items, n, str_n(memcached_result_key_value(&m->got), memcached_result_key_length(&m->got)));

			if (item == NULL || (values && !take_value(m, a, item))) {
				rc = MEMCACHED_PROTOCOL_ERROR;
				break;
			}
			item->result = MEMC_OK;
		}
	}
	if (is_owed(m))
		rc = MEMCACHED_TIMEOUT;
	if (rc == MEMCACHED_SUCCESS || rc == MEMCACHED_END || rc == MEMCACHED_NOTFOUND)
		return;
	for (size_t i = 0; i < n; i++)
		if (items[i].result == MEMC_MISS)
			items[i].result = MEMC_ERROR;
	failed(m, rc);
}

void
memc_get(struct memc *m, struct arena *a, struct memc_item *items, size_t n)
{
	ask(m, a, items, n, true);
}

void
memc_has(struct memc *m, struct arena *a, struct memc_item *items, size_t n)
{
	ask(m, a, items, n, false);
}

enum memc_result
memc_add(struct memc *m, struct str key, struct str value, int ttl_s)
{
	return result_of(m, memcached_add(m->st, key.p, key.n, value.p, value.n, ttl_s, 0));
}

enum memc_result
memc_cas(struct memc *m, struct memc_item *item, struct str value, int ttl_s)
{
	enum memc_result r = result_of(
	    m, memcached_cas(m->st, item->key.p, item->key.n, value.p, value.n, ttl_s, 0, item->cas));

	return r == MEMC_MISS ? MEMC_EXISTS : r;
}

enum memc_result
memc_delete(struct memc *m, struct str key)
{
	return result_of(m, memcached_delete(m->st, key.p, key.n, 0));
}

enum memc_result
memc_flush(struct memc *m)
{
	memcached_return_t rc = memcached_flush(m->st, 0);
	int why = rc == MEMCACHED_SUCCESS ? 0 : memcached_last_error_errno(m->st);
	enum memc_result r = result_of(m, rc);

	return why == ECONNREFUSED || why == ENOENT ? MEMC_MISS : r;
}

const char *
memc_error(const struct memc *m)
{
	return m->error == NULL ? "none" : m->error;
}
