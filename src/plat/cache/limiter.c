#include "plat/cache/limiter.h"

#include <string.h>

#include "base/clock.h"
#include "plat/cache/cache_impl.h"

/* A window as it is in memcached. The version of its entry is the time of the last release, UTC in ms. */
struct stored {
	struct str key;
	struct memc_token token; /* cas 0: absent */
	struct rate_window window;
	uint64_t released_ms;
};

struct run {
	const struct limiter *l;
	const struct limiter_ask *ask;
	struct limiter_answer *answer;
	uint64_t mono_ms;
	struct tally_taken taken[RATE_MAX];
	size_t n_taken;
};

static struct tally_key
key_of_rate(const struct limiter_ask *ask, size_t i)
{
	struct tally_key key = {.rate = ask->rates->v[i], .per = ask->rates->per};

	str_copy(key.name, sizeof(key.name), str_z(ask->name));
	if (key.per != RATE_PER_ALL)
		memcpy(key.client, ask->client, sizeof(key.client));
	return key;
}

/* ---- the host ---- */

static void
give_back(struct run *r)
{
	while (r->n_taken > 0)
		tally_give_back(&r->taken[--r->n_taken]);
}

/* Counts the request for each rate, or for none. */
static bool
take_here(struct run *r, enum tally_how how)
{
	for (size_t i = 0; i < r->ask->rates->n; i++) /* for the rates after one that refuses */
		r->taken[i].left = (struct rate_left){r->ask->rates->v[i].n, 0};
	for (size_t i = 0; i < r->ask->rates->n; i++) {
		struct tally_key key = key_of_rate(r->ask, i);

		if (!tally_take(r->l->tally, &key, how, r->mono_ms, &r->taken[i])) {
			give_back(r);
			return false;
		}
		r->n_taken++;
	}
	return true;
}

static void
decide_here(struct run *r)
{
	struct limiter_answer *answer = r->answer;

	give_back(r);
	answer->by_host = true;
	if (r->l->tally == NULL || r->l->tally->area == NULL) {
		answer->end = LIMITER_UNCOUNTED;
		return;
	}
	answer->end = take_here(r, TALLY_STRICT) ? LIMITER_ALLOWED : LIMITER_REFUSED;
	for (size_t i = 0; i < r->ask->rates->n; i++)
		answer->left[i] = r->taken[i].left;
}

/* The part of this host in the window of all: it may only refuse what the window would refuse, had it not been lost. */
static bool
reserve_here(struct run *r)
{
	if (r->n_taken > 0 || r->l->tally == NULL || r->l->tally->area == NULL || take_here(r, TALLY_LENIENT))
		return true;
	for (size_t i = 0; i < r->ask->rates->n; i++)
		if (r->taken[i].left.n == 0)
			r->answer->left[i] = r->taken[i].left;
	return false;
}

static void
release_here(struct run *r, uint64_t released_ms)
{
	if (released_ms == 0 || r->l->tally == NULL || r->l->tally->area == NULL)
		return;
	for (size_t i = 0; i < r->ask->rates->n; i++) {
		struct tally_key key = key_of_rate(r->ask, i);

		tally_release(r->l->tally, &key, r->mono_ms, released_ms);
	}
}

/* ---- memcached ---- */

/* The key does not show the client: its hash needs the secret of the cache. */
static struct str
key_of_window(const struct cache *c, struct arena *a, const struct limiter_ask *ask)
{
	static const uint8_t all[TALLY_CLIENT_B];
	uint8_t hash[SECRET_TOKEN_B];

	secret_derive(str_n(c->seal, sizeof(c->seal)),
	    str_n(ask->rates->per == RATE_PER_ALL ? all : ask->client, sizeof(ask->client)), hash);
	return str_fmt(a, "%.*s%s:%s:%.*s", STR_ARG(c->window_head), ask->name, rate_per_name(ask->rates->per),
	    STR_ARG(secret_hex(a, hash, sizeof(hash))));
}

/* Bytes that are no window are replaced, like those of a cached value. */
static void
parse_window(struct run *r, struct str bytes, struct stored *s)
{
	struct cache *c = r->l->cache;
	struct cache_entry entry;
	struct err e = {0};
	size_t n;

	if (!cache_entry_parse(r->l->a, c->seal, s->key, bytes, &entry, &e) && !cache_entry_refused(c->st, "limit", &e))
		return;
	s->released_ms = entry.version;
	n = entry.hard_at < clock_utc_s() ? 0 : entry.payload.n / sizeof(uint32_t);
	s->window.time = ARENA_ARRAY(r->l->a, uint32_t, n + 1);
	s->window.n = n;
	if (n > 0)
		memcpy(s->window.time, entry.payload.p, n * sizeof(uint32_t));
}

static bool
fetch_window(struct run *r, struct stored *s)
{
	struct memc_op op = {MEMC_GET, .key = key_of_window(r->l->cache, r->l->a, r->ask)};

	*s = (struct stored){.key = op.key};
	cache_exchange(r->l->cache, r->l->a, &op, 1, CACHE_ORDINARY);
	if (op.result == MEMC_OK) {
		s->token = op.token;
		parse_window(r, op.value, s);
	}
	if (s->window.time == NULL)
		s->window.time = ARENA_NEW(r->l->a, uint32_t);
	return op.result == MEMC_OK || op.result == MEMC_MISS;
}

static enum memc_result
store_window(struct run *r, const struct stored *s)
{
	int64_t now_s = clock_utc_s(), longest_s = rates_longest_s(r->ask->rates);
	const struct cache_entry entry = {.version = s->released_ms,
	    .soft_at = now_s,
	    .hard_at = now_s + longest_s,
	    .payload = str_n(s->window.time, s->window.n * sizeof(uint32_t))};
	struct memc_op op = {s->token.cas == 0 ? MEMC_ADD : MEMC_SWAP,
	    .key = s->key, .ttl_s = (int)longest_s + 1, .token = s->token};
	struct buf b;

	buf_init(&b, r->l->a, (size_t)1 << 16);
	cache_entry_format(&b, r->l->cache->seal, s->key, &entry);
	if (b.over)
		return MEMC_ERROR;
	op.value = buf_str(&b);
	cache_exchange(r->l->cache, r->l->a, &op, 1, CACHE_ORDINARY);
	return op.result;
}

/* False if one of the rates is used up. */
static bool
read_left(struct run *r, const struct rate_window *w)
{
	bool room = true;

	r->answer->at_ms = clock_utc_ms();
	for (size_t i = 0; i < r->ask->rates->n; i++) {
		r->answer->left[i] = rate_window_left(w, &r->ask->rates->v[i], r->answer->at_ms);
		room = room && r->answer->left[i].n > 0;
	}
	return room;
}

/* One try. False: lost to another worker. */
static bool
try_window(struct run *r)
{
	struct limiter_answer *answer = r->answer;
	struct stored s;

	if (!fetch_window(r, &s)) {
		decide_here(r);
		return true;
	}
	release_here(r, s.released_ms);
	if (!read_left(r, &s.window) || !reserve_here(r)) {
		give_back(r);
		answer->end = LIMITER_REFUSED;
		return true;
	}
	rate_window_add(&s.window, r->ask->rates, answer->at_ms);
	switch (store_window(r, &s)) {
	case MEMC_OK:
		for (size_t i = 0; i < r->ask->rates->n; i++)
			answer->left[i] = rate_window_left(&s.window, &r->ask->rates->v[i], answer->at_ms);
		answer->end = LIMITER_ALLOWED;
		return true;
	case MEMC_EXISTS: answer->lost++; return false;
	default: decide_here(r); return true;
	}
}

static bool
uses_memcached(const struct limiter *l)
{
	return l->cache != NULL && l->cache->memc != NULL && l->cache->unlocked;
}

void
limiter_take(const struct limiter *l, const struct limiter_ask *ask, struct limiter_answer *answer)
{
	struct run r = {.l = l, .ask = ask, .answer = answer, .mono_ms = clock_mono_ns() / CLOCK_MS};

	*answer = (struct limiter_answer){.end = LIMITER_RACED};
	if (uses_memcached(l)) {
		for (int i = 0; i < LIMITER_TRIES; i++)
			if (try_window(&r))
				break;
	} else {
		decide_here(&r);
	}
	if (answer->end == LIMITER_RACED)
		give_back(&r);
	if (answer->by_host)
		answer->at_ms = clock_utc_ms();
	if (answer->end == LIMITER_REFUSED && l->tally != NULL && l->tally->area != NULL)
		for (size_t i = 0; i < ask->rates->n; i++)
			if (answer->left[i].n == 0) {
				struct tally_key key = key_of_rate(ask, i);

				tally_refuse(l->tally, &key, r.mono_ms, clock_utc_s());
			}
}

bool
limiter_release(const struct limiter *l, const struct limiter_ask *ask, struct err *e)
{
	struct limiter_answer answer = {.end = LIMITER_ALLOWED};
	struct run r = {.l = l, .ask = ask, .answer = &answer, .mono_ms = clock_mono_ns() / CLOCK_MS};
	uint64_t now_ms = clock_utc_ms();
	enum memc_result result = MEMC_EXISTS;

	release_here(&r, now_ms);
	for (int i = 0; i < LIMITER_TRIES && uses_memcached(l) && result == MEMC_EXISTS; i++) {
		struct stored s;

		if (!fetch_window(&r, &s))
			return err_set(e, ERR_UPSTREAM, "memcached does not answer");
		s.window.n = 0;
		s.released_ms = now_ms;
		result = store_window(&r, &s);
	}
	return !uses_memcached(l) || result == MEMC_OK
	    || err_set(e, ERR_UPSTREAM, "memcached did not take the release of limits.%s", ask->name);
}
