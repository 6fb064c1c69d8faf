#include "plat/cache/cache_impl.h"

#define PERMIT_WAIT_NS (300 * CLOCK_MS)
#define PERMIT_STEP_NS (2 * CLOCK_MS)
#define VALUE_MAX_B ((size_t)1000000) /* memcached's own limit is 1 MiB with key and header */
#define STORES_B ((size_t)1 << 20)    /* bytes of values sent in one batch */
#define ENDED_S (-1)		      /* an expired life time: storing with it deletes */

/* Takes a permit for a fill. The number of permits is limited over all workers. */
static bool
take_permit(struct cache *c)
{
	uint64_t until = clock_mono_ns() + PERMIT_WAIT_NS;

	if (until > c->deadline_ns)
		until = c->deadline_ns;
	while (!control_permit(c->ctl, PERMIT_FILL, c->set.fills)) {
		if (clock_left_ns(until) == 0 || control_db_stuck(c->ctl))
			return false;
		clock_sleep_ns(PERMIT_STEP_NS);
	}
	return true;
}

static struct memc_op
value_op(struct cache *c, const struct cache_work *w)
{
	int64_t now_s = clock_utc_s(), soft_s = c->set.soft_s;
	struct str key = cache_key_str(&w->item->key);
	struct cache_entry entry = {.version = w->item->version, .payload = w->item->value};
	struct memc_op op = {MEMC_CAS, .key = key, .ttl_s = (int)c->set.hard_s, .token = w->token};
	struct buf b;

	/* Jitter of a tenth, so that values filled together do not expire together. */
	entry.soft_at = now_s + soft_s - (int64_t)(str_hash(key) % 100) * soft_s / 1000;
	entry.hard_at = now_s + c->set.hard_s;
	entry.change_at = w->change_at;
	buf_init(&b, &c->stores, VALUE_MAX_B);
	cache_stored_value(&b, c->seal, key, &entry);
	op.value = buf_str(&b);
	if (w->item->value.p == NULL || b.over) {
		op.value = STR_NONE;
		op.ttl_s = ENDED_S;
	}
	return op;
}

/* Stores the values over the placeholder or value seen before the read, if it is still there. */
static void
store(struct cache_run *r, struct cache_work **want, size_t n)
{
	struct memc_op *ops = ARENA_ARRAY(r->a, struct memc_op, n);
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		if (want[i]->phase != CACHE_DIRECT)
			ops[m++] = value_op(r->c, want[i]);
		if (m > 0 && (i + 1 == n || r->c->stores.used_b > STORES_B)) {
			cache_exchange(r->c, NULL, ops, m, CACHE_QUIET);
			arena_reset(&r->c->stores);
			m = 0;
		}
	}
}

/* Falls back on the worker's own last value when there is no other. */
static void
remember(struct cache_run *r, struct cache_work *w)
{
	struct str old;

	if (w->stale.p == NULL && cache_class_in_l1(w->item->key.cls)
	    && cache_l1_find_old(r->c->l1, cache_key_str(&w->item->key), w->life.epoch, &old))
		w->stale = str_dup(r->a, old);
}

/* If the database cannot be read either, retries the keys that timed out in memcached, regardless of the wait budget:
 * one late answer of a busy machine must not cause an error page. */
static void
ask_again(struct cache_run *r)
{
	struct memc_op *got = ARENA_ARRAY(r->a, struct memc_op, r->n);
	struct cache_work **asked = ARENA_ARRAY(r->a, struct cache_work *, r->n);
	int64_t now_s = clock_utc_s();
	struct cache_entry entry;
	struct cache_stored s;
	size_t m = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (r->works[i].phase != CACHE_DIRECT || r->works[i].stale.p != NULL)
			continue;
		got[m] = (struct memc_op){MEMC_GET, .key = cache_key_str(&r->works[i].item->key)};
		asked[m++] = &r->works[i];
	}
	if (m == 0 || !r->c->unlocked)
		return;
	cache_exchange(r->c, r->a, got, m, CACHE_MUST);
	for (size_t i = 0; i < m; i++) {
		if (got[i].result == MEMC_OK && cache_parse(r, asked[i], got[i].value, &s, &entry)
		    && now_s < entry.hard_at) {
			asked[i]->stale = entry.payload;
			asked[i]->outage_only = s.marked || now_s >= entry.change_at;
		} else {
			asked[i]->item->made = NULL;
		}
	}
}

/* Removes our placeholders and locks, so that others do not wait for a value that will not come. */
static void
give_up(struct cache_run *r)
{
	struct memc_op *ops = ARENA_ARRAY(r->a, struct memc_op, r->n);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct cache_work *w = &r->works[i];
		struct str key = cache_key_str(&w->item->key);

		if (w->phase == CACHE_OURS)
			ops[n++] = (struct memc_op){MEMC_CAS, .key = key, .token = w->token, .ttl_s = ENDED_S};
		else if (w->phase == CACHE_RENEW && w->outage_only)
			ops[n++] = (struct memc_op){MEMC_ERASE, .key = w->lock, .near = key};
	}
	if (n > 0)
		cache_exchange(r->c, NULL, ops, n, CACHE_QUIET);
}

/* Falls back on stale values when the database was not read. Marked values, and values that only the worker remembers,
 * are used only when the database has failed, not when a permit was refused. False when an item has no value. */
static bool
fall_back(struct cache_run *r, bool failed)
{
	bool all = true;

	give_up(r);
	ask_again(r);
	for (size_t i = 0; i < r->n; i++) {
		struct cache_work *w = &r->works[i];

		if (w->phase == CACHE_DONE)
			continue;
		if (failed)
			remember(r, w);
		if (w->stale.p == NULL || (w->outage_only && !failed)) {
			all = false;
			continue;
		}
		cache_count_lookup(r->c, w, CACHE_HITS);
		cache_count(r->c, w, CACHE_STALES);
		cache_done(w, w->stale, CACHE_STALE);
	}
	return all;
}

static void
finish(struct cache_run *r, struct cache_work *w)
{
	struct cache *c = r->c;
	struct str value = w->item->value;

	w->life.until_s = clock_utc_s() + c->set.soft_s;
	if (w->change_at < w->life.until_s)
		w->life.until_s = w->change_at;
	cache_count_lookup(c, w, CACHE_MISSES);
	cache_count(c, w, CACHE_FILLS);
	if (cache_class_in_l1(w->item->key.cls) && value.p != NULL)
		cache_l1_put(c->l1, cache_key_str(&w->item->key), value, &w->life);
	cache_done(w, value, value.p == NULL ? CACHE_NONE : CACHE_FRESH);
}

bool
cache_fill(struct cache_run *r, struct err *e)
{
	struct cache_item **items = ARENA_ARRAY(r->a, struct cache_item *, r->n);
	struct cache_work **want = ARENA_ARRAY(r->a, struct cache_work *, r->n);
	size_t m = 0;
	int64_t began_s;
	bool ok;

	for (size_t i = 0; i < r->n; i++) {
		struct cache_work *w = &r->works[i];

		if (w->phase != CACHE_OURS && w->phase != CACHE_RENEW && w->phase != CACHE_DIRECT)
			continue;
		want[m] = w;
		w->item->value = STR_NONE;
		w->item->made = NULL;
		w->item->change_in_s = 0;
		items[m++] = w->item;
	}
	if (m == 0)
		return true;
	if (!take_permit(r->c)) {
		stats_add(r->c->st, STAT_cache_fills_refused, 1);
		return fall_back(r, false) || err_set(e, ERR_BUSY, "too many fills of the cache at a time");
	}
	began_s = clock_utc_s();
	ok = r->fill(r->arg, r->a, items, m, e);
	control_permit_release(r->c->ctl, PERMIT_FILL);
	if (!ok) {
		if (!fall_back(r, e->kind == ERR_UPSTREAM))
			return false;
		err_clear(e);
		return true;
	}
	for (size_t i = 0; i < m; i++)
		want[i]->change_at = items[i]->change_in_s > 0 ? began_s + items[i]->change_in_s : INT64_MAX;
	if (r->c->hold)
		give_up(r);
	else
		store(r, want, m);
	for (size_t i = 0; i < m; i++)
		finish(r, want[i]);
	return true;
}
