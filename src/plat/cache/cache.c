#include "plat/cache/cache.h"

#include <string.h>

#include "plat/cache/cache_impl.h"
#include "plat/text/secret.h"

#define WAITS 2			      /* limit of a request's total wait, in timeout_ns */
#define WAIT_STEP_NS (1 * CLOCK_MS)   /* the first; each is twice the one before, up to WAIT_STEP_MAX_NS */
#define WAIT_STEP_MAX_NS (16 * CLOCK_MS)
#define TAKE_OVER_PART 8 /* this part of timeout_ns is reserved for taking over fills */
#define STORES_MAX_B ((size_t)8 << 20)

static void
free_stores(void *arg)
{
	arena_fini(&((struct cache *)arg)->stores);
}

bool
cache_open(
    struct arena *a, const struct cache_setup *set, struct control *ctl, struct cache **out, struct err *e)
{
	struct cache *c = ARENA_NEW(a, struct cache);

	if (set->n_servers > CONTROL_CACHES)
		return err_set(e, ERR_INPUT, "cache.socket: more than %d servers", CONTROL_CACHES);
	if (!secret_init(e))
		return false;
	secret_random(&c->placeholder.worker, sizeof(c->placeholder.worker));
	c->set = *set;
	c->ctl = ctl;
	c->st = control_stats(ctl);
	cache_key_head(c, control_identity(ctl));
	c->l1 = cache_l1_new(a, set->l1_b / 2);
	c->pages = cache_l1_new(a, set->l1_b / 2);
	c->ahead = cache_ahead_new(a);
	arena_init(&c->stores, STORES_MAX_B);
	arena_defer(a, free_stores, c);
	cache_deadline(c, CLOCK_NEVER);
	*out = c;
	for (size_t i = 0; i < set->n_servers; i++)
		breaker_set_server(ctl, BREAKER_CACHE + (unsigned)i, set->servers[i].p);
	return set->n_servers == 0 || memc_open(a, set->servers, set->n_servers, &c->memc, e);
}

bool
cache_unlock(struct cache *c, struct err *e)
{
	return c->memc == NULL || (c->unlocked = cache_entry_key(c->set.secret_file, c->seal, e));
}

void
cache_resalt(struct cache *c, uint64_t salt)
{
	c->set.salt = salt;
	cache_key_head(c, c->identity);
	cache_l1_empty(c->l1); /* with the same salt they may have been made from other settings */
	cache_l1_empty(c->pages);
}

void
cache_hold(struct cache *c, bool hold)
{
	c->hold = hold;
}

void
cache_deadline(struct cache *c, uint64_t mono_ns)
{
	uint64_t identity = control_identity(c->ctl);

	if (identity != c->identity) {
		cache_key_head(c, identity);
		cache_l1_empty(c->pages); /* the keys of pages do not contain the identity of the database */
	}
	c->deadline_ns = mono_ns;
	c->wait_ns = WAITS * c->set.timeout_ns;
}

struct cache_l1_now
cache_l1_now(struct cache *c)
{
	return (struct cache_l1_now){control_epoch(c->ctl), clock_mono_ns(), clock_utc_s()};
}

void
cache_done(struct cache_work *w, struct str value, enum cache_how how)
{
	w->item->value = value;
	w->item->how = how;
	w->phase = CACHE_DONE;
}

size_t
cache_count_phase(const struct cache_run *r, enum cache_phase p)
{
	size_t m = 0;

	for (size_t i = 0; i < r->n; i++)
		m += r->works[i].phase == p;
	return m;
}

static void
nap(struct cache *c, uint64_t ns, uint64_t keep_ns)
{
	uint64_t since_ns = clock_mono_ns(), left_ns = clock_left_ns(c->deadline_ns);

	if (ns > c->wait_ns - keep_ns)
		ns = c->wait_ns - keep_ns;
	clock_sleep_ns(ns < left_ns ? ns : left_ns);
	cache_waited(c, since_ns);
}

/* Waits for other workers' fills of our items. If an item is deleted meanwhile, this worker fills it. Items that do not
 * arrive are taken over, or read from the database directly. Does not wait while the database keeps its callers
 * waiting: this may be the backend's last free worker. */
static void
wait_for_others(struct cache_run *r)
{
	uint64_t step_ns = WAIT_STEP_NS, keep_ns = r->c->set.timeout_ns / TAKE_OVER_PART;

	while (cache_count_phase(r, CACHE_THEIRS) > 0 && r->c->wait_ns > keep_ns
	       && clock_left_ns(r->c->deadline_ns) > 0 && !control_db_stuck(r->c->ctl)) {
		nap(r->c, step_ns, keep_ns);
		if (step_ns < WAIT_STEP_MAX_NS)
			step_ns *= 2;
		for (size_t i = 0; i < r->n; i++)
			if (r->works[i].phase == CACHE_THEIRS)
				r->works[i].phase = CACHE_ASK;
		cache_ask(r);
		if (cache_count_phase(r, CACHE_DONE) + cache_count_phase(r, CACHE_THEIRS) < r->n)
			return; /* the caller fills these first, then waits again */
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->works[i].phase == CACHE_THEIRS)
			cache_take_over(r, &r->works[i]);
}

static void
look_in_l1(struct cache_run *r, struct cache_work *w, const struct cache_l1_now *now)
{
	struct str value;
	char *copy;

	if (!cache_class_in_l1(w->item->key.cls)
	    || !cache_l1_find(r->c->l1, cache_key_str(&w->item->key), now, &value, &w->life)
	    || (copy = arena_try(r->a, value.n + 1)) == NULL)
		return;
	memcpy(copy, value.p, value.n);
	cache_count_lookup(r->c, w, CACHE_HITS);
	stats_add(r->c->st, STAT_cache_l1_hits, 1);
	cache_done(w, str_n(copy, value.n), CACHE_FRESH);
}

/* A page lives as long as its shortest-lived value. */
static void
shorten_page(const struct cache_run *r)
{
	struct cache *c = r->c;

	for (size_t i = 0; i < r->n; i++) {
		const struct cache_l1_life *life = &r->works[i].life;

		c->page_whole = c->page_whole && r->works[i].phase == CACHE_DONE
				&& r->works[i].item->how != CACHE_STALE;
		if (life->from_ns < c->page.from_ns)
			c->page.from_ns = life->from_ns;
		if (life->until_s < c->page.until_s)
			c->page.until_s = life->until_s;
	}
}

static void
begin_run(struct cache_run *r, struct cache_item *items)
{
	const struct cache_l1_now now = cache_l1_now(r->c);

	for (size_t i = 0; i < r->n; i++) {
		r->works[i] = (struct cache_work){.item = &items[i], .life = {now.epoch, now.mono_ns, INT64_MAX}};
		if (items[i].key.cls != CACHE_session) /* a session belongs to the visitor, not to the page */
			cache_ahead_note(r->c->ahead, cache_key_str(&items[i].key));
		look_in_l1(r, &r->works[i], &now);
	}
}

/* Decodes the values that did not come from memcached; those were decoded when they were verified. */
static bool
read_rest(struct arena *a, struct cache_item *item, struct err *e)
{
	return item->read == NULL || item->how == CACHE_NONE || item->made != NULL
	       || item->read(a, item, item->value, e);
}

bool
cache_fetch(struct cache *c, struct arena *a, struct cache_item *items, size_t n, cache_fill_fn *fn, void *arg,
    struct err *e)
{
	struct cache_run r = {c, a, ARENA_ARRAY(a, struct cache_work, n), n, fn, arg};
	bool ok;

	begin_run(&r, items);
	cache_ask(&r);
	for (;;) {
		ok = cache_fill(&r, e);
		if (!ok || cache_count_phase(&r, CACHE_THEIRS) == 0)
			break;
		wait_for_others(&r);
	}
	for (size_t i = 0; i < n; i++) {
		if (r.works[i].phase == CACHE_DONE && read_rest(a, &items[i], e))
			continue;
		ok = false;
		cache_count_lookup(c, &r.works[i], CACHE_MISSES);
		items[i].value = STR_NONE;
		items[i].how = CACHE_LOST;
	}
	shorten_page(&r);
	return ok;
}
