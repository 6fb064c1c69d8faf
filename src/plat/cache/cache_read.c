#include "plat/cache/cache_impl.h"

/* A placeholder contains the worker's random number, so that the worker recognises its own orphans. */
static struct str
new_placeholder(struct cache *c, struct arena *a, uint64_t bits)
{
	char *p = arena_alloc(a, CACHE_PLACEHOLDER_B);

	c->placeholder.number++;
	cache_stored_placeholder(&(struct cache_placeholder){c->placeholder.worker, c->placeholder.number | bits}, p);
	return str_n(p, CACHE_PLACEHOLDER_B);
}

bool
cache_parse(
    struct cache_run *r, struct cache_work *w, struct str bytes, struct cache_stored *s, struct cache_entry *entry)
{
	struct cache_item *item = w->item;
	struct err e = {0};

	cache_stored_parse(bytes, s);
	if (s->kind == CACHE_STORED_PLACEHOLDER)
		return false;
	if (s->kind == CACHE_STORED_VALUE
	    && cache_entry_parse(r->a, r->c->seal, cache_key_str(&item->key), s->bytes, entry, &e)
	    && (item->read == NULL || item->read(r->a, item, entry->payload, &e)))
		return true;
	s->kind = CACHE_STORED_NONE;
	return cache_entry_refused(r->c->st, cache_class_name(item->key.cls), &e);
}

/* Takes the lock for renewing this value. The key of the lock contains the cas id, so the next value has another
 * lock. */
static enum memc_result
take_lock(struct cache_run *r, struct cache_work *w)
{
	struct str key = cache_key_str(&w->item->key);
	struct memc_op op = {MEMC_ADD, .near = key, .value = STR("1"), .ttl_s = CACHE_PLACEHOLDER_S};

	op.key = str_fmt(r->a, "!%llx!%.*s", (unsigned long long)w->token.cas, STR_ARG(key));
	cache_exchange(r->c, r->a, &op, 1, CACHE_ORDINARY);
	w->lock = op.key;
	return op.result;
}

/* Stale-while-revalidate: after the soft expiry one reader renews the value, all others use the old one. While the
 * database is slow only one value in some seconds is renewed, since that reader would have to wait. */
static void
try_renew(struct cache_run *r, struct cache_work *w)
{
	if (!control_db_slow(r->c->ctl) && take_lock(r, w) == MEMC_OK) {
		w->phase = CACHE_RENEW;
		return;
	}
	cache_count_lookup(r->c, w, CACHE_HITS);
	cache_count(r->c, w, CACHE_STALES);
	cache_done(w, w->stale, CACHE_STALE);
}

/* The rows behind the value have changed: one reader reads them, all others wait. */
static void
try_replace_marked(struct cache_run *r, struct cache_work *w)
{
	switch (take_lock(r, w)) {
	case MEMC_OK: w->phase = CACHE_RENEW; break;
	case MEMC_EXISTS: w->phase = CACHE_THEIRS; break;
	default: w->phase = CACHE_DIRECT; break;
	}
}

static void
judge_placeholder(struct cache *c, struct cache_work *w, const struct cache_stored *s)
{
	w->phase = s->placeholder.worker == c->placeholder.worker ? CACHE_OURS : CACHE_THEIRS;
	w->orphaned = w->phase == CACHE_THEIRS && (s->placeholder.number & CACHE_PLACEHOLDER_SECOND) == 0;
}

/* Replaces an invalid value, if it is still stored, by our placeholder. */
static void
replace(struct cache_run *r, struct cache_work *w, uint64_t bits)
{
	struct str key = cache_key_str(&w->item->key);
	struct memc_op ops[] = {{MEMC_CAS, .key = key, .token = w->token, .ttl_s = CACHE_PLACEHOLDER_S},
	    {MEMC_GET, .key = key}};
	struct cache_stored s;

	ops[0].value = new_placeholder(r->c, r->a, bits);
	cache_exchange(r->c, r->a, ops, ARRAY_LEN(ops), CACHE_ORDINARY);
	w->phase = CACHE_DIRECT;
	w->orphaned = false;
	if (ops[1].result != MEMC_OK)
		return;
	w->token = ops[1].token;
	cache_stored_parse(ops[1].value, &s);
	if (s.marked)
		return;
	if (s.kind == CACHE_STORED_PLACEHOLDER)
		judge_placeholder(r->c, w, &s);
	else if (s.kind == CACHE_STORED_VALUE)
		w->phase = CACHE_THEIRS; /* stored meanwhile */
}

/* Takes over the placeholder of another reader. Its owner may be dead, or may have given up an exchange that a stopped
 * memcached completed later; nothing could then be stored until the placeholder expires. If the owner is alive, only
 * its store is lost. While the database keeps its callers waiting, the owner is probably one of them. */
void
cache_take_over(struct cache_run *r, struct cache_work *w)
{
	if (w->orphaned && w->stale.p == NULL && !control_db_stuck(r->c->ctl))
		replace(r, w, CACHE_PLACEHOLDER_SECOND);
	if (w->phase == CACHE_THEIRS)
		w->phase = CACHE_DIRECT;
}

static void
judge_value(
    struct cache_run *r, struct cache_work *w, bool marked, const struct cache_entry *entry, int64_t now_s)
{
	w->item->version = entry->version;
	marked = marked || now_s >= entry->change_at;
	if (now_s >= entry->hard_at) {
		replace(r, w, 0);
		return;
	}
	if (marked || now_s >= entry->soft_at) {
		w->stale = entry->payload;
		w->outage_only = marked;
		(marked ? try_replace_marked : try_renew)(r, w);
		return;
	}
	w->life.until_s = entry->soft_at < entry->change_at ? entry->soft_at : entry->change_at;
	cache_count_lookup(r->c, w, CACHE_HITS);
	cache_done(w, entry->payload, CACHE_FRESH);
	if (cache_class_in_l1(w->item->key.cls))
		cache_l1_put(r->c->l1, cache_key_str(&w->item->key), entry->payload, &w->life);
}

/* Sets an item's next phase from memcached's answer. */
static void
judge_answer(struct cache_run *r, struct cache_work *w, const struct memc_op *got, int64_t now_s)
{
	struct cache_entry entry;
	struct cache_stored s;

	w->token = got->token;
	if (got->result == MEMC_MISS) {
		w->phase = got->what == MEMC_TAKE ? CACHE_DIRECT /* memcached has no memory */ : CACHE_ABSENT;
	} else if (got->result != MEMC_OK) {
		cache_count_lookup(r->c, w, CACHE_ERRORS);
		w->phase = CACHE_DIRECT;
	} else if (cache_parse(r, w, got->value, &s, &entry)) {
		judge_value(r, w, s.marked, &entry, now_s);
	} else if (s.kind == CACHE_STORED_PLACEHOLDER && !s.marked) {
		judge_placeholder(r->c, w, &s);
	} else {
		replace(r, w, 0);
	}
}

/* Uses prefetched answers. Their life began with that exchange, not now. */
static void
use_ahead(struct cache_run *r)
{
	int64_t now_s = clock_utc_s();

	for (size_t i = 0; i < r->n; i++) {
		struct cache_work *w = &r->works[i];
		struct memc_op got;

		if (w->phase == CACHE_ASK
		    && cache_ahead_take(r->c->ahead, cache_key_str(&w->item->key), &got, &w->life))
			judge_answer(r, w, &got, now_s);
	}
}

static bool
asks_for(const struct memc_op *got, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(got[i].key, key))
			return true;
	return false;
}

/* Appends the page's probable keys to the `m` keys wanted now. Returns the total. */
static size_t
add_guesses(struct cache_run *r, struct memc_op *ops, size_t m, const struct cache_l1_now *now)
{
	struct str keys[CACHE_AHEAD_MAX], value;
	size_t n = cache_ahead_guess(r->c->ahead, r->a, keys, CACHE_AHEAD_MAX), all = m;

	for (size_t i = 0; i < n; i++)
		if (!cache_l1_find(r->c->l1, keys[i], now, &value, NULL) && !asks_for(ops, all, keys[i]))
			ops[all++] = (struct memc_op){.key = keys[i]};
	return all;
}

/* Adds prefetched keys that were absent, so that their placeholders are set together with those wanted now. */
static size_t
add_absent(struct cache_run *r, struct memc_op *ops, size_t m)
{
	return m + cache_ahead_take_all(r->c->ahead, r->a, MEMC_MISS, ops + m, CACHE_AHEAD_MAX);
}

/* One exchange for all items of a phase and the prefetched keys. Keys known from the last time, and those of several
 * items (cards of a list), are probably cached, so they are only read; an absent value costs a second exchange. A
 * single unknown key sets the placeholder in the same exchange as the read: each placeholder is a send of its own. */
static void
ask_phase(struct cache_run *r, enum cache_phase phase)
{
	struct memc_op *ops = arena_room(r->a, (r->n + CACHE_AHEAD_MAX) * sizeof(*ops));
	struct cache_work **asked = ARENA_ARRAY(r->a, struct cache_work *, r->n);
	const struct cache_l1_now now = cache_l1_now(r->c);
	struct str placeholder = new_placeholder(r->c, r->a, 0);
	size_t m = 0, all;

	for (size_t i = 0; i < r->n; i++) {
		if (r->works[i].phase != phase)
			continue;
		ops[m] = (struct memc_op){.key = cache_key_str(&r->works[i].item->key)};
		asked[m++] = &r->works[i];
	}
	all = phase == CACHE_ASK ? add_guesses(r, ops, m, &now) : add_absent(r, ops, m);
	for (size_t i = 0; i < all; i++) {
		ops[i].what = phase == CACHE_ASK && (m > 1 || cache_ahead_known(r->c->ahead)) ? MEMC_GET : MEMC_TAKE;
		ops[i].value = placeholder;
		ops[i].ttl_s = CACHE_PLACEHOLDER_S;
	}
	cache_exchange(r->c, r->a, ops, all, CACHE_ORDINARY);
	cache_ahead_put(
	    r->c->ahead, ops + m, all - m, &(struct cache_l1_life){now.epoch, now.mono_ns, INT64_MAX});
	for (size_t i = 0; i < m; i++)
		judge_answer(r, asked[i], &ops[i], now.utc_s);
}

void
cache_ask(struct cache_run *r)
{
	use_ahead(r);
	if (cache_count_phase(r, CACHE_ASK) > 0)
		ask_phase(r, CACHE_ASK);
	if (cache_count_phase(r, CACHE_ABSENT) > 0)
		ask_phase(r, CACHE_ABSENT);
}
