#include "plat/cache/memc.h"

#include <errno.h>
#include <libmemcached-1.0/memcached.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "plat/cache/memc_name.h"

#define KEY_MAX_B 250
#define KEYS_MAX_B ((size_t)1 << 20) /* of the lists of keys of one exchange */
#define TICK_NS (1 * CLOCK_MS)	     /* between the timer's signals past the deadline */
#define WAKE (SIGRTMIN + 1)

struct server {
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
	struct server *server;
	size_t n_servers;
	memcached_st *ring;
	timer_t timer;
	struct arena keys;
	uint64_t deadline_ns; /* of the exchange under way */
};

static void
wake(int signal)
{
	(void)signal; /* a poll ends with EINTR, which the library takes for a time-out since its own limit is -1 */
}

/* From the deadline on, again and again: the first signal may fall between two polls. 0: off. */
static void
arm_timer(struct memc *m, uint64_t at_ns)
{
	struct itimerspec at = {
	    .it_value = {.tv_sec = (time_t)(at_ns / CLOCK_S), .tv_nsec = (long)(at_ns % CLOCK_S)}};

	if (at_ns > 0)
		at.it_interval.tv_nsec = TICK_NS;
	timer_settime(m->timer, TIMER_ABSTIME, &at, NULL);
	m->deadline_ns = at_ns;
}

static void
drop_client(struct server *s)
{
	if (s->client == NULL)
		return;
	/* The library sends "quit", and may wait for room to do so. */
	memcached_behavior_set(s->client, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, 1);
	memcached_result_free(&s->result);
	memcached_free(s->client);
	s->client = NULL;
	s->connected = false;
	s->connection++;
}

static void
memc_free(void *arg)
{
	struct memc *m = arg;

	for (size_t i = 0; i < m->n_servers; i++)
		drop_client(&m->server[i]);
	memcached_free(m->ring);
	timer_delete(m->timer);
	arena_fini(&m->keys);
}

static bool
add_server(memcached_st *client, const struct memc_name *name)
{
	memcached_return_t rc;

	if (name->port == 0)
		rc = memcached_server_add_unix_socket_with_weight(client, name->host.p, name->weight);
	else
		rc = memcached_server_add_with_weight(client, name->host.p, name->port, name->weight);
	return rc == MEMCACHED_SUCCESS;
}

static bool
make_ring(struct memc *m)
{
	m->ring = memcached_create(NULL);
	if (m->ring == NULL
	    || memcached_behavior_set(m->ring, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1) != MEMCACHED_SUCCESS)
		return false;
	for (size_t i = 0; i < m->n_servers; i++)
		if (!add_server(m->ring, &m->server[i].name))
			return false;
	return true;
}

static bool
make_timer(struct memc *m)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = WAKE};
	struct sigaction sa = {.sa_handler = wake};

	sigemptyset(&sa.sa_mask);
	return sigaction(WAKE, &sa, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &m->timer) == 0;
}

bool
memc_open(struct arena *a, const struct str *servers, size_t n, struct memc **out, struct err *e)
{
	struct memc *m = ARENA_NEW(a, struct memc);

	m->server = ARENA_ARRAY(a, struct server, n);
	m->n_servers = n;
	for (size_t i = 0; i < n; i++)
		if (!memc_name_parse(a, servers[i], &m->server[i].name, e))
			return false;
	if (!make_timer(m))
		return err_set(e, ERR_LIMIT, "memcached: no timer: %s", strerror(errno));
	arena_init(&m->keys, KEYS_MAX_B);
	arena_defer(a, memc_free, m);
	*out = m;
	return make_ring(m) || err_set(e, ERR_LIMIT, "memcached: libmemcached does not take the list of servers");
}

size_t
memc_servers(const struct memc *m)
{
	return m->n_servers;
}

void
memc_place(const struct memc *m, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str key = ops[i].near.n > 0 ? ops[i].near : ops[i].key;

		ops[i].server = m->n_servers == 1 ? 0 : memcached_generate_hash(m->ring, key.p, key.n);
	}
}

/* The client of a server, which connects at its first use. */
static bool
need_client(struct server *s)
{
	memcached_st *c;

	if (s->client != NULL)
		return true;
	c = memcached_create(NULL);
	if (c == NULL)
		return false;
	memcached_behavior_set(c, MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1);
	memcached_behavior_set(c, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
	memcached_behavior_set(c, MEMCACHED_BEHAVIOR_TCP_KEEPALIVE, 1);
	memcached_behavior_set(c, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, (uint64_t)-1);
	memcached_behavior_set(c, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, (uint64_t)-1);
	if (!add_server(c, &s->name) || memcached_result_create(c, &s->result) == NULL) {
		memcached_free(c);
		return false;
	}
	s->client = c;
	return true;
}

static bool
is_read(const struct memc_op *op)
{
	return op->what == MEMC_GET || op->what == MEMC_TAKE;
}

static bool
is_at(const struct memc *m, const struct server *s, const struct memc_op *op)
{
	return !op->skip && op->server == (size_t)(s - m->server);
}

static memcached_return_t
send_quiet(struct server *s, struct memc_op *op)
{
	switch (op->what) {
	case MEMC_CAS:
		if (op->mark.cas == 0 || op->mark.connection != s->connection) {
			op->result = MEMC_EXISTS;
			return MEMCACHED_SUCCESS;
		}
		op->result = MEMC_OK;
		return memcached_cas(s->client, op->key.p, op->key.n, op->value.n > 0 ? op->value.p : "", op->value.n,
		    op->ttl_s, 0, op->mark.cas);
	case MEMC_ERASE:
		op->result = MEMC_OK;
		return memcached_delete(s->client, op->key.p, op->key.n, 0);
	default:
		return memcached_add(s->client, op->key.p, op->key.n, op->value.p, op->value.n, op->ttl_s, 0);
	}
}

/* Nothing that the server was asked in this exchange is to be believed. */
static void
fail_server(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_at(m, s, &ops[i]))
			ops[i].result = MEMC_ERROR;
	s->n_keys = 0;
	drop_client(s);
}

static bool
send_quiet_ones(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	static const enum memc_what order[] = {MEMC_CAS, MEMC_ERASE, MEMC_TAKE};
	bool ok = true;

	memcached_behavior_set(s->client, MEMCACHED_BEHAVIOR_NOREPLY, 1);
	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		for (size_t i = 0; ok && i < n; i++)
			if (ops[i].what == order[k] && is_at(m, s, &ops[i]))
				ok = send_quiet(s, &ops[i]) == MEMCACHED_SUCCESS;
	memcached_behavior_set(s->client, MEMCACHED_BEHAVIOR_NOREPLY, 0);
	return ok;
}

/* Lists what is to be read there. False when there is no room for the list. */
static bool
list_reads(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	s->keys = arena_try(&m->keys, n * sizeof(*s->keys));
	s->keys_b = arena_try(&m->keys, n * sizeof(*s->keys_b));
	s->reads = arena_try(&m->keys, n * sizeof(struct memc_op *));
	if (s->keys == NULL || s->keys_b == NULL || s->reads == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_read(&ops[i]) || !is_at(m, s, &ops[i]))
			continue;
		s->keys[s->n_keys] = ops[i].key.p;
		s->keys_b[s->n_keys] = ops[i].key.n;
		s->reads[s->n_keys++] = &ops[i];
		ops[i].value = STR_NONE;
	}
	return true;
}

/* Sends the quiet ones and the one question for all that is read. */
static void
send_part(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	bool any = false;

	s->n_keys = 0;
	for (size_t i = 0; i < n; i++)
		any = any || (is_at(m, s, &ops[i]) && ops[i].what <= MEMC_GET);
	if (!any)
		return;
	if (!need_client(s) || !send_quiet_ones(m, s, ops, n) || !list_reads(m, s, ops, n)
	    || (s->n_keys > 0
		&& memcached_mget(s->client, s->keys, s->keys_b, s->n_keys) != MEMCACHED_SUCCESS)) {
		fail_server(m, s, ops, n);
		return;
	}
	s->connected = true;
}

static bool
take_value(const struct server *s, struct arena *a, struct memc_op *op)
{
	size_t n = memcached_result_length(&s->result);
	uint64_t cas = memcached_result_cas(&s->result);
	char *p = n < PTRDIFF_MAX ? arena_try(a, n + 1) : NULL; /* libmemcached does not refuse a negative length */

	if (p == NULL || cas == 0) /* without cas ids (memcached -C) nothing could be stored over it */
		return false;
	memcpy(p, memcached_result_value(&s->result), n);
	op->value = str_n(p, n);
	op->mark = (struct memc_mark){cas, s->connection};
	op->result = MEMC_OK;
	return true;
}

/* Values come in the order in which they were asked for. What is left out is not there, once the end has come. */
static bool
fetch_values(struct server *s, struct arena *a)
{
	memcached_return_t rc = MEMCACHED_SUCCESS;
	size_t at = 0;

	for (size_t i = 0; i < s->n_keys; i++)
		s->reads[i]->result = MEMC_MISS;
	for (;;) {
		s->result.count = 1; /* at 0, the library would call every refusal a miss */
		if (memcached_fetch_result(s->client, &s->result, &rc) == NULL)
			return rc == MEMCACHED_END;
		while (at < s->n_keys
		       && !str_eq(s->reads[at]->key, str_n(memcached_result_key_value(&s->result),
						     memcached_result_key_length(&s->result))))
			at++;
		if (rc != MEMCACHED_SUCCESS || at == s->n_keys || !take_value(s, a, s->reads[at++]))
			return false;
	}
}

static void
fetch_part(struct memc *m, struct server *s, struct arena *a, struct memc_op *ops, size_t n)
{
	if (s->n_keys > 0 && !fetch_values(s, a))
		fail_server(m, s, ops, n);
}

static enum memc_result
ask_one(struct server *s, const struct memc_op *op)
{
	memcached_return_t rc;

	if (op->what == MEMC_ADD)
		rc = memcached_add(s->client, op->key.p, op->key.n, op->value.p, op->value.n, op->ttl_s, 0);
	else if (op->what == MEMC_PREPEND)
		rc = memcached_prepend(s->client, op->key.p, op->key.n, op->value.p, op->value.n, 0, 0);
	else
		rc = memcached_delete(s->client, op->key.p, op->key.n, 0);
	switch (rc) {
	case MEMCACHED_SUCCESS: return MEMC_OK;
	case MEMCACHED_NOTFOUND: return op->what == MEMC_DELETE ? MEMC_MISS : MEMC_ERROR;
	case MEMCACHED_NOTSTORED:
		return op->what == MEMC_ADD ? MEMC_EXISTS : op->what == MEMC_PREPEND ? MEMC_MISS : MEMC_ERROR;
	case MEMCACHED_E2BIG:
	case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE: return op->what == MEMC_DELETE ? MEMC_ERROR : MEMC_REFUSED;
	default: return MEMC_ERROR;
	}
}

/* One after the other: the library waits for each answer. After the first error the server is left alone. */
static void
ask_part(struct memc *m, struct server *s, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ops[i].what < MEMC_ADD || !is_at(m, s, &ops[i]))
			continue;
		if (clock_left_ns(m->deadline_ns) == 0 || !need_client(s))
			return;
		ops[i].result = ask_one(s, &ops[i]);
		if (ops[i].result == MEMC_ERROR) {
			drop_client(s);
			return;
		}
		s->connected = true;
	}
}

void
memc_do(struct memc *m, struct arena *a, struct memc_op *ops, size_t n, uint64_t deadline_ns)
{
	for (size_t i = 0; i < n; i++) {
		ASSERT(ops[i].key.n > 0 && ops[i].key.n <= KEY_MAX_B);
		ops[i].result = MEMC_ERROR;
	}
	arm_timer(m, deadline_ns);
	/* First those that are connected, since connecting may take all the time. One whose connection turns out to be
	 * broken gets a second try with the rest. */
	for (int connected = 1; connected >= 0; connected--)
		for (size_t k = 0; k < m->n_servers; k++)
			if (m->server[k].connected == connected)
				send_part(m, &m->server[k], ops, n);
	for (size_t k = 0; k < m->n_servers; k++)
		fetch_part(m, &m->server[k], a, ops, n);
	for (size_t k = 0; k < m->n_servers; k++)
		ask_part(m, &m->server[k], ops, n);
	arm_timer(m, 0);
	arena_reset(&m->keys);
}

enum memc_result
memc_flush(struct memc *m, size_t server, uint64_t deadline_ns)
{
	struct server *s = &m->server[server];
	enum memc_result result = MEMC_ERROR;
	int code;

	arm_timer(m, deadline_ns);
	drop_client(s); /* on a new connection, an error is about connecting */
	if (need_client(s)) {
		if (memcached_flush(s->client, 0) == MEMCACHED_SUCCESS) {
			result = MEMC_OK;
		} else {
			code = memcached_last_error_errno(s->client);
			result = code == ECONNREFUSED || code == ENOENT ? MEMC_MISS : MEMC_ERROR;
			drop_client(s);
		}
	}
	arm_timer(m, 0);
	return result;
}
