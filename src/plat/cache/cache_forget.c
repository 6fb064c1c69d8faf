#include "plat/cache/cache_impl.h"

#define MARK_MAX 64 /* keys to mark; more are deleted, since marking costs an exchange each */

/* Deletes with quiet operations; the answer to a final get proves that the server has processed all of them. */
static void
erase(struct cache *c, struct arena *a, struct memc_op *ops, size_t n)
{
	size_t servers = memc_servers(c->memc);
	struct memc_op *all = ARENA_ARRAY(a, struct memc_op, n + servers);
	bool asked[CONTROL_CACHES] = {false};
	size_t m = n;

	memc_place(c->memc, ops, n);
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct memc_op){MEMC_ERASE, .key = ops[i].key};
		if (!asked[ops[i].server])
			all[m++] = (struct memc_op){MEMC_GET, .key = ops[i].key};
		asked[ops[i].server] = true;
	}
	cache_exchange(c, a, all, m, CACHE_MUST);
	for (size_t i = 0; i < n; i++)
		ops[i].result = all[i].result;
}

/* A failed mark means that the value is absent, that memcached is out of memory (both have the same answer), or an
 * error such as a lost connection. The key is then deleted, except on a server whose breaker is open. */
static size_t
mark(struct cache *c, struct arena *a, struct memc_op *ops, size_t n)
{
	size_t left = 0, errors = 0;

	if (n == 0)
		return 0;
	cache_exchange(c, a, ops, n, CACHE_MUST);
	for (size_t i = 0; i < n; i++) {
		if (ops[i].result == MEMC_ERROR && breaker_is_open(c->ctl, BREAKER_CACHE + (unsigned)ops[i].server))
			errors++;
		else if (ops[i].result != MEMC_OK)
			ops[left++] = ops[i];
	}
	if (left > 0)
		erase(c, a, ops, left);
	for (size_t i = 0; i < left; i++)
		errors += ops[i].result == MEMC_ERROR;
	return errors;
}

/* Returns the number of failures. */
static size_t
forget(struct cache *c, struct arena *a, const struct cache_key *keys, size_t n)
{
	struct memc_op *marks = ARENA_ARRAY(a, struct memc_op, n), *erased = ARENA_ARRAY(a, struct memc_op, n);
	size_t n_marks = 0, n_erased = 0, errors;

	for (size_t i = 0; i < n; i++) {
		if (n > MARK_MAX || !cache_class_stale(keys[i].cls))
			erased[n_erased++] = (struct memc_op){MEMC_ERASE, .key = cache_key_str(&keys[i])};
		else
			marks[n_marks++] = (struct memc_op){
			    MEMC_PREPEND, .key = cache_key_str(&keys[i]), .value = STR(CACHE_MARK)};
	}
	errors = mark(c, a, marks, n_marks);
	if (n_erased > 0)
		erase(c, a, erased, n_erased);
	for (size_t i = 0; i < n_erased; i++)
		errors += erased[i].result == MEMC_ERROR;
	return errors;
}

bool
cache_forget(struct cache *c, struct arena *a, const struct cache_key *keys, size_t n)
{
	size_t errors = c->memc != NULL && n > 0 ? forget(c, a, keys, n) : 0;
	bool raise = false;

	for (size_t i = 0; i < n; i++)
		raise = raise || cache_class_in_l1(keys[i].cls);
	if (raise)
		control_epoch_raise(c->ctl);
	stats_add(c->st, STAT_cache_delete_errors, errors);
	stats_add(c->st, STAT_cache_deletes, n - errors);
	return errors == 0;
}

bool
cache_flush(struct cache *c, struct err *e)
{
	size_t n = c->memc == NULL ? 0 : memc_servers(c->memc);
	bool ok = true;

	for (size_t i = 0; i < n; i++)
		if (memc_flush(c->memc, i, clock_mono_ns() + c->set.timeout_ns) == MEMC_ERROR)
			ok = err_set(e, ERR_UPSTREAM, "memcached at %.*s did not empty itself",
			    STR_ARG(c->set.servers[i]));
	control_epoch_raise(c->ctl);
	return ok;
}
