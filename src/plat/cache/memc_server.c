#include "plat/cache/memc_impl.h"

#include <string.h>

void
memc_server_drop(struct memc_server *s)
{
	if (s->client == NULL)
		return;
	/* The library sends "quit", which may block. */
	memcached_behavior_set(s->client, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, 1);
	memcached_result_free(&s->result);
	memcached_free(s->client);
	s->client = NULL;
	s->connected = false;
	s->connection++;
}

bool
memc_server_add(memcached_st *client, const struct memc_name *name)
{
	memcached_return_t rc;

	if (name->port == 0)
		rc = memcached_server_add_unix_socket_with_weight(client, name->host.p, name->weight);
	else
		rc = memcached_server_add_with_weight(client, name->host.p, name->port, name->weight);
	return rc == MEMCACHED_SUCCESS;
}

bool
memc_server_need(struct memc_server *s)
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
	if (!memc_server_add(c, &s->name) || memcached_result_create(c, &s->result) == NULL) {
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
is_at(const struct memc *m, const struct memc_server *s, const struct memc_op *op)
{
	return !op->skip && op->server == (size_t)(s - m->server);
}

static memcached_return_t
send_quiet(struct memc_server *s, struct memc_op *op)
{
	switch (op->what) {
	case MEMC_CAS:
		if (op->token.cas == 0 || op->token.connection != s->connection) {
			op->result = MEMC_EXISTS;
			return MEMCACHED_SUCCESS;
		}
		op->result = MEMC_OK;
		return memcached_cas(s->client, op->key.p, op->key.n, op->value.n > 0 ? op->value.p : "", op->value.n,
		    op->ttl_s, 0, op->token.cas);
	case MEMC_ERASE:
		op->result = MEMC_OK;
		return memcached_delete(s->client, op->key.p, op->key.n, 0);
	default:
		return memcached_add(s->client, op->key.p, op->key.n, op->value.p, op->value.n, op->ttl_s, 0);
	}
}

/* Fails all operations of this exchange on the server, since no further answer can be trusted. */
static void
fail_server(struct memc *m, struct memc_server *s, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_at(m, s, &ops[i]))
			ops[i].result = MEMC_ERROR;
	s->n_keys = 0;
	memc_server_drop(s);
}

static bool
send_quiet_ones(struct memc *m, struct memc_server *s, struct memc_op *ops, size_t n)
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

/* Lists the keys to read from this server. False when there is no room for the list. */
static bool
list_reads(struct memc *m, struct memc_server *s, struct memc_op *ops, size_t n)
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

void
memc_server_send(struct memc *m, struct memc_server *s, struct memc_op *ops, size_t n)
{
	bool any = false;

	s->n_keys = 0;
	for (size_t i = 0; i < n; i++)
		any = any || (is_at(m, s, &ops[i]) && ops[i].what <= MEMC_GET);
	if (!any)
		return;
	if (!memc_server_need(s) || !send_quiet_ones(m, s, ops, n) || !list_reads(m, s, ops, n)
	    || (s->n_keys > 0
		&& memcached_mget(s->client, s->keys, s->keys_b, s->n_keys) != MEMCACHED_SUCCESS)) {
		fail_server(m, s, ops, n);
		return;
	}
	s->connected = true;
}

static bool
take_value(const struct memc_server *s, struct arena *a, struct memc_op *op)
{
	size_t n = memcached_result_length(&s->result);
	uint64_t cas = memcached_result_cas(&s->result);
	char *p = n < PTRDIFF_MAX ? arena_try(a, n + 1) : NULL; /* libmemcached does not refuse a negative length */

	if (p == NULL || cas == 0) /* cas 0: memcached -C, where nothing could be replaced */
		return false;
	memcpy(p, memcached_result_value(&s->result), n);
	op->value = str_n(p, n);
	op->token = (struct memc_token){cas, s->connection};
	op->result = MEMC_OK;
	return true;
}

/* Values arrive in the order of the requested keys. Keys left out before the end are absent. */
static bool
fetch_values(struct memc_server *s, struct arena *a)
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

void
memc_server_fetch(struct memc *m, struct memc_server *s, struct arena *a, struct memc_op *ops, size_t n)
{
	if (s->n_keys > 0 && !fetch_values(s, a))
		fail_server(m, s, ops, n);
}

static enum memc_result
ask_one(struct memc_server *s, const struct memc_op *op)
{
	memcached_return_t rc;

	if (op->what == MEMC_SWAP && (op->token.cas == 0 || op->token.connection != s->connection))
		return MEMC_EXISTS;
	if (op->what == MEMC_SWAP)
		rc = memcached_cas(s->client, op->key.p, op->key.n, op->value.n > 0 ? op->value.p : "", op->value.n,
		    op->ttl_s, 0, op->token.cas);
	else if (op->what == MEMC_ADD)
		rc = memcached_add(s->client, op->key.p, op->key.n, op->value.p, op->value.n, op->ttl_s, 0);
	else if (op->what == MEMC_PREPEND)
		rc = memcached_prepend(s->client, op->key.p, op->key.n, op->value.p, op->value.n, 0, 0);
	else
		rc = memcached_delete(s->client, op->key.p, op->key.n, 0);
	switch (rc) {
	case MEMCACHED_SUCCESS: return MEMC_OK;
	case MEMCACHED_DATA_EXISTS: return op->what == MEMC_SWAP ? MEMC_EXISTS : MEMC_ERROR;
	case MEMCACHED_NOTFOUND:
		return op->what == MEMC_DELETE ? MEMC_MISS : op->what == MEMC_SWAP ? MEMC_EXISTS : MEMC_ERROR;
	case MEMCACHED_NOTSTORED:
		return op->what == MEMC_ADD ? MEMC_EXISTS : op->what == MEMC_PREPEND ? MEMC_MISS : MEMC_ERROR;
	case MEMCACHED_E2BIG:
	case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE: return op->what == MEMC_DELETE ? MEMC_ERROR : MEMC_REFUSED;
	default: return MEMC_ERROR;
	}
}

/* One by one, since the library waits for each answer. Stops at the first error. */
void
memc_server_ask(struct memc *m, struct memc_server *s, struct memc_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ops[i].what < MEMC_ADD || !is_at(m, s, &ops[i]))
			continue;
		if (clock_left_ns(m->deadline_ns) == 0 || !memc_server_need(s))
			return;
		ops[i].result = ask_one(s, &ops[i]);
		if (ops[i].result == MEMC_ERROR) {
			memc_server_drop(s);
			return;
		}
		s->connected = true;
	}
}
