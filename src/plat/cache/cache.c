#include "plat/cache/cache.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plat/cache/cache_ahead.h"
#include "plat/cache/cache_entry.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/memc.h"
#include "plat/text/secret.h"

#define PLACEHOLDER_S 3		      /* how long a filler may take before another one may try */
#define WAIT_NS (500 * CLOCK_MS)      /* for somebody else's fill, in all */
#define WAIT_STEP_NS (1 * CLOCK_MS)   /* the first; each is twice the one before, up to WAIT_STEP_MAX_NS */
#define WAIT_STEP_MAX_NS (40 * CLOCK_MS)
#define PERMIT_WAIT_NS (300 * CLOCK_MS)
#define PERMIT_STEP_NS (2 * CLOCK_MS)
#define VALUE_MAX_B ((size_t)1000000) /* memcached's own limit is 1 MiB with key and header */
#define ID_MAX_B 120
#define LANG_MAX_B 16
#define DIGEST_B 16		      /* of an id that is too long for a key, or not plain */
#define AHEAD_MAX 64		      /* keys asked for beside those that are wanted now */
#define LATER_MAX 32		      /* values that wait to go with the next question, */
#define LATER_FULL_B ((size_t)1 << 20) /* bytes of theirs after which they wait no longer, */
#define LATER_MAX_B ((size_t)8 << 20)  /* and what one more may need while it is written */
#define KEY_FORMAT 4		      /* raise when the form of keys or values changes */

struct cache {
	const struct conf *conf;
	struct control *ctl;
	struct stats *st;
	struct memc *memc;
	struct cache_l1 *l1, *pages;
	struct cache_ahead *ahead;
	struct str key_head; /* of every key: format and salt */
	uint64_t deadline_ns;
	struct arena *page_arena;  /* of the page that was begun; NULL: none */
	struct cache_l1_life page; /* of what was fetched since cache_page_begin() */
	bool page_whole;	   /* all of it was fresh */
	struct memc_op later[LATER_MAX];
	size_t n_later;
	struct arena later_mem; /* keys and values of those */
	bool carried;		/* they are of the page before */
};

static const bool in_l1[CACHE__MAX] = {
#define CLASS(name, l1, help) [CACHE_##name] = l1,
#include "plat/cache/cache.def"
#undef CLASS
};

static const char *const class_names[CACHE__MAX] = {
#define CLASS(name, l1, help) [CACHE_##name] = #name,
#include "plat/cache/cache.def"
#undef CLASS
};

enum class_counter { HITS, MISSES, ERRORS, STALE, FILLS };

static const enum stats_counter counters[CACHE__MAX][5] = {
#define CLASS(name, l1, help)                                                                                          \
	[CACHE_##name] = {STAT_cache_##name##_hits, STAT_cache_##name##_misses, STAT_cache_##name##_errors,           \
	    STAT_cache_##name##_stale, STAT_cache_##name##_fills},
#include "plat/cache/cache.def"
#undef CLASS
};

/* Where an item stands while cache_fetch() works on it. */
enum phase {
	ASK,	 /* memcached has not answered yet */
	DONE,	 /* value is final */
	OURS,	 /* our placeholder is in: read the database, then store over it */
	RENEW,	 /* our lock is in, the old value too: read, then store over the old one */
	THEIRS,	 /* somebody else fills */
	DIRECT	 /* read the database, store nothing */
};

struct work {
	struct cache_item *item;
	enum phase phase;
	struct cache_l1_life life;  /* its epoch was read before memcached was asked */
	struct memc_mark mark;	    /* OURS, RENEW: of what is stored over; told before the database is read */
	struct str stale;	    /* a value to fall back on */
	bool counted;		    /* as a hit, a miss or an error */
};

static void
free_later(void *arg)
{
	arena_fini(&((struct cache *)arg)->later_mem);
}

bool
cache_open(
    struct arena *a, const struct conf *conf, struct control *ctl, uint64_t salt, struct cache **out, struct err *e)
{
	struct cache *c = ARENA_NEW(a, struct cache);

	c->conf = conf;
	c->ctl = ctl;
	c->st = control_stats(ctl);
	c->key_head = str_fmt(a, "k%d:%016llx:", KEY_FORMAT, (unsigned long long)salt);
	c->deadline_ns = CLOCK_NEVER;
	c->l1 = cache_l1_new(a, (size_t)conf->cache_l1_bytes / 2);
	c->pages = cache_l1_new(a, (size_t)conf->cache_l1_bytes / 2);
	c->ahead = cache_ahead_new(a);
	arena_init(&c->later_mem, LATER_MAX_B);
	arena_defer(a, free_later, c);
	*out = c;
	return conf->cache_socket.n == 0 || memc_open(a, conf, &c->memc, e);
}

void
cache_deadline(struct cache *c, uint64_t mono_ns)
{
	c->deadline_ns = mono_ns;
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static void
key_put(struct cache_key *key, struct str s)
{
	ASSERT(s.n < sizeof(key->text) - key->n);
	if (s.n > 0)
		memcpy(key->text + key->n, s.p, s.n);
	key->n += s.n;
}

static void
key_put_lower(struct cache_key *key, struct str s)
{
	size_t from = key->n;

	key_put(key, s);
	for (size_t i = from; i < key->n; i++)
		if (key->text[i] >= 'A' && key->text[i] <= 'Z')
			key->text[i] = (char)(key->text[i] - 'A' + 'a');
}

struct cache_key
cache_key(const struct cache *c, enum cache_class cls, struct str lang, struct str id)
{
	struct cache_key key = {.cls = cls};
	char digest[2 * DIGEST_B + 1];
	uint8_t hash[SECRET_HASH_B];

	if (id.n > ID_MAX_B || !is_plain(id)) {
		secret_hash(id, hash);
		for (size_t i = 0; i < DIGEST_B; i++)
			snprintf(digest + 2 * i, 3, "%02x", hash[i]);
		id = str_z(digest);
	}
	key_put(&key, c->key_head);
	key_put(&key, str_z(class_names[cls]));
	key_put(&key, STR(":"));
	key_put_lower(&key, str_head(lang, LANG_MAX_B)); /* as configured and as known, which may differ in that */
	key_put(&key, STR(":"));
	key_put(&key, id);
	return key;
}

static struct str
key_str(const struct cache_item *item)
{
	return str_n(item->key.text, item->key.n);
}

static uint64_t
key_hash(const struct cache_item *item)
{
	return str_hash(key_str(item));
}

static void
cache_count(struct cache *c, const struct work *w, enum class_counter which)
{
	stats_add(c->st, counters[w->item->key.cls][which], 1);
}

/* Each lookup is one hit, one miss or one error, however often memcached is asked: who waited for another's fill and
 * got it had a hit. */
static void
count_lookup(struct cache *c, struct work *w, enum class_counter which)
{
	if (!w->counted)
		cache_count(c, w, which);
	w->counted = true;
}

static void
done(struct work *w, struct str value, enum cache_how how)
{
	w->item->value = value;
	w->item->how = how;
	w->phase = DONE;
}

static size_t
count_phase(const struct work *works, size_t n, enum phase p)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		m += works[i].phase == p;
	return m;
}

static bool
use_memc(struct cache *c)
{
	return c->memc != NULL && breaker_allow(c->ctl, BREAKER_CACHE);
}

/* One exchange: counts it, and tells the breaker how memcached behaved. */
static void
exchange(struct cache *c, struct arena *a, struct memc_op *ops, size_t n)
{
	bool failed = false;

	memc_do(c->memc, a, ops, n);
	for (size_t i = 0; i < n; i++)
		failed = failed || ops[i].result == MEMC_ERROR;
	stats_add(c->st, STAT_cache_exchanges, 1);
	if (failed)
		breaker_failure(c->ctl, BREAKER_CACHE);
	else
		breaker_success(c->ctl, BREAKER_CACHE);
}

static enum memc_result
exchange_one(struct cache *c, struct memc_op op)
{
	exchange(c, NULL, &op, 1);
	return op.result;
}

/* Values that wait ------------------------------------------------------------------------------------------------ */

/* They are sent; `ops` have the results. */
static void
settled(struct cache *c, const struct memc_op *ops)
{
	for (size_t i = 0; i < c->n_later; i++) {
		if (ops[i].what == MEMC_CAS)
			stats_add(c->st, ops[i].result == MEMC_OK ? STAT_cache_stores : STAT_cache_lost, 1);
	}
	c->n_later = 0;
	c->carried = false;
	arena_reset(&c->later_mem);
}

bool
cache_waits(const struct cache *c)
{
	return c->n_later > 0;
}

void
cache_settle(struct cache *c, bool more)
{
	if (c->n_later == 0)
		return;
	if (more && !c->carried) {
		c->carried = true;
		return;
	}
	if (use_memc(c))
		exchange(c, NULL, c->later, c->n_later);
	settled(c, c->later);
}

/* What goes to memcached with the next question, or by cache_settle(); at once where no page was begun. The value is on
 * later_mem. */
static void
put_later(struct cache *c, const struct arena *a, struct memc_op op)
{
	op.key = str_dup(&c->later_mem, op.key);
	op.result = MEMC_ERROR;
	c->later[c->n_later++] = op;
	if (c->page_arena != a || c->n_later == LATER_MAX || c->later_mem.used_b > LATER_FULL_B)
		cache_settle(c, false);
}

static void
end_page(void *arg)
{
	struct cache *c = arg;

	if (!c->carried)
		cache_settle(c, false);
	c->page_arena = NULL;
}

/* Answers ------------------------------------------------------------------------------------------------------- */

/* The value is past its soft expiry: one renews it, all others use it. */
static void
try_renew(struct cache *c, struct arena *a, struct work *w, struct str old_payload)
{
	struct str lock = str_fmt(a, "!%.*s", STR_ARG(key_str(w->item))); /* no value's key */

	w->stale = old_payload;
	if (use_memc(c) /* no longer, when it fell silent meanwhile */
	    && exchange_one(c, (struct memc_op){MEMC_ADD, .key = lock, .value = STR("1"), .ttl_s = PLACEHOLDER_S})
		   == MEMC_OK) {
		w->phase = RENEW;
		return;
	}
	count_lookup(c, w, HITS);
	cache_count(c, w, STALE);
	done(w, old_payload, CACHE_STALE);
}

/* What memcached answers where it has no value. */
static void
judge_taken(struct cache *c, struct work *w, const struct memc_op *got)
{
	switch (got->result) {
	case MEMC_OURS:
		w->mark = got->mark;
		w->phase = OURS;
		break;
	case MEMC_THEIRS: w->phase = THEIRS; break;
	case MEMC_MISS: w->phase = DIRECT; break;
	default:
		count_lookup(c, w, ERRORS);
		w->phase = DIRECT;
		break;
	}
}

/* There are bytes, but no entry of ours, or one that is too old. */
static void
replace(struct cache *c, struct arena *a, struct work *w)
{
	struct memc_op ops[] = {{MEMC_DELETE, .key = key_str(w->item)},
	    {MEMC_TAKE, .key = key_str(w->item), .ttl_s = PLACEHOLDER_S}};

	if (use_memc(c))
		exchange(c, a, ops, ARRAY_LEN(ops));
	else
		ops[1].result = MEMC_ERROR;
	if (ops[1].result == MEMC_OK)
		w->phase = THEIRS; /* stored since then */
	else
		judge_taken(c, w, &ops[1]);
}

static void
judge_value(struct cache *c, struct arena *a, struct work *w, const struct memc_op *got, int64_t now_s)
{
	struct cache_entry entry;

	if (!cache_entry_parse(got->value, key_hash(w->item), &entry)) {
		stats_add(c->st, STAT_cache_corrupt, 1);
		replace(c, a, w);
		return;
	}
	w->mark = got->mark;
	w->item->version = entry.version;
	if (now_s < entry.soft_at) {
		w->life.until_s = entry.soft_at;
		count_lookup(c, w, HITS);
		done(w, entry.payload, CACHE_FRESH);
		if (in_l1[w->item->key.cls])
			cache_l1_put(c->l1, key_str(w->item), entry.payload, &w->life);
	} else if (now_s < entry.hard_at)
		try_renew(c, a, w, entry.payload);
	else
		replace(c, a, w);
}

/* memcached's answer about one item decides what is next. */
static void
judge_answer(struct cache *c, struct arena *a, struct work *w, const struct memc_op *got, int64_t now_s)
{
	if (got->result == MEMC_OK)
		judge_value(c, a, w, got, now_s);
	else
		judge_taken(c, w, got);
}

static struct cache_l1_now
l1_now(struct cache *c)
{
	return (struct cache_l1_now){control_epoch(c->ctl), clock_mono_ns(), clock_utc_s()};
}

/* What an exchange on the same page has brought already. Its life began then, not now. What was missing then is asked
 * for again: somebody else may have it by now. */
static void
use_ahead(struct cache *c, struct arena *a, struct work *works, size_t n)
{
	int64_t now_s = clock_utc_s();

	for (size_t i = 0; i < n; i++) {
		struct memc_op got;

		if (works[i].phase == ASK && cache_ahead_take(c->ahead, key_str(works[i].item), &got, &works[i].life)
		    && got.result == MEMC_OK)
			judge_answer(c, a, &works[i], &got, now_s);
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

/* Puts what the page will probably need behind the `m` that are wanted now; gives how many there are in all. */
static size_t
add_ahead(struct cache *c, struct arena *a, struct memc_op *got, size_t m, const struct cache_l1_now *now)
{
	struct str keys[AHEAD_MAX], value;
	size_t n = cache_ahead_guess(c->ahead, a, keys, AHEAD_MAX), all = m;

	for (size_t i = 0; i < n; i++)
		if (!cache_l1_find(c->l1, keys[i], now, &value, NULL) && !asks_for(got, all, keys[i]))
			got[all++] = (struct memc_op){MEMC_GET, .key = keys[i]};
	return all;
}

/* Those that are to be asked for, as questions; gives how many. None while memcached is not to be asked. */
static size_t
questions(struct cache *c, struct work *works, size_t n, struct memc_op *ask, struct work **asked)
{
	bool up = use_memc(c);
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		if (works[i].phase != ASK)
			continue;
		if (!up) {
			count_lookup(c, &works[i], ERRORS);
			works[i].phase = DIRECT;
			continue;
		}
		ask[m] = (struct memc_op){MEMC_TAKE, .key = key_str(works[i].item), .ttl_s = PLACEHOLDER_S};
		asked[m++] = &works[i];
	}
	return m;
}

/* One exchange: what waits to be stored, what is wanted now, what the page will probably want. */
static void
ask_memcached(struct cache *c, struct arena *a, struct work *works, size_t n)
{
	const struct cache_l1_now now = l1_now(c);
	struct memc_op *ops, *ask;
	struct work **asked;
	size_t m, all;

	use_ahead(c, a, works, n);
	if (count_phase(works, n, ASK) == 0)
		return; /* before the breaker is asked: who may probe must do so */
	ops = ARENA_ARRAY(a, struct memc_op, LATER_MAX + n + AHEAD_MAX);
	asked = ARENA_ARRAY(a, struct work *, n);
	ask = ops + c->n_later;
	m = questions(c, works, n, ask, asked);
	if (m == 0)
		return;
	if (c->n_later > 0)
		memcpy(ops, c->later, c->n_later * sizeof(*ops));
	all = add_ahead(c, a, ask, m, &now);
	exchange(c, a, ops, c->n_later + all);
	settled(c, ops);
	if (all > m)
		cache_ahead_put(
		    c->ahead, ask + m, all - m, &(struct cache_l1_life){now.epoch, now.mono_ns, INT64_MAX});
	for (size_t i = 0; i < m; i++)
		judge_answer(c, a, asked[i], &ask[i], now.utc_s);
}

/* Stores what was read over what stood there before it was read, if nobody has deleted that meanwhile. */
static void
store(struct cache *c, struct arena *a, struct work *w)
{
	int64_t now_s = clock_utc_s(), soft_s = c->conf->cache_soft_s, hard_s = c->conf->cache_hard_s;
	struct cache_entry entry = {
	    .key_hash = key_hash(w->item), .version = w->item->version, .payload = w->item->value};
	struct memc_op op = {MEMC_CAS, .key = key_str(w->item), .ttl_s = (int)hard_s, .mark = w->mark};
	struct buf b;

	/* A spread of a tenth, so that what was filled together does not expire together. */
	entry.soft_at = now_s + soft_s - (int64_t)(key_hash(w->item) % 100) * soft_s / 1000;
	entry.hard_at = now_s + hard_s;
	buf_init(&b, &c->later_mem, VALUE_MAX_B);
	cache_entry_format(&b, &entry);
	op.value = buf_str(&b);
	if (w->item->value.p == NULL || b.over) {
		op.what = MEMC_DELETE;
		op.value = STR_NONE;
	}
	put_later(c, a, op);
}

/* A place among the fills that all workers may run at a time. */
static bool
take_permit(struct cache *c)
{
	uint64_t until = clock_mono_ns() + PERMIT_WAIT_NS;

	if (until > c->deadline_ns)
		until = c->deadline_ns;
	while (!control_permit(c->ctl, PERMIT_FILL, (int)c->conf->cache_fills)) {
		if (clock_left_ns(until) == 0)
			return false;
		clock_sleep_ns(PERMIT_STEP_NS);
	}
	return true;
}

/* The worker's own last values, for those that have nothing else. */
static void
remember(struct cache *c, struct arena *a, struct work **want, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str old;

		if (want[i]->stale.p == NULL && in_l1[want[i]->item->key.cls]
		    && cache_l1_find_old(c->l1, key_str(want[i]->item), want[i]->life.epoch, &old))
			want[i]->stale = str_dup(a, old);
	}
}

/* What memcached did not say in time it is asked again when the database cannot say either, whatever the breaker holds
 * of it: one late answer of a busy machine is no reason for an error page. */
static void
ask_again(struct cache *c, struct arena *a, struct work **want, size_t n)
{
	struct memc_op *got = ARENA_ARRAY(a, struct memc_op, n);
	struct work **asked = ARENA_ARRAY(a, struct work *, n);
	int64_t now_s = clock_utc_s();
	struct cache_entry entry;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		if (want[i]->phase != DIRECT || want[i]->stale.p != NULL)
			continue;
		got[m] = (struct memc_op){MEMC_GET, .key = key_str(want[i]->item)};
		asked[m++] = want[i];
	}
	if (m == 0 || c->memc == NULL)
		return;
	exchange(c, a, got, m);
	for (size_t i = 0; i < m; i++)
		if (got[i].result == MEMC_OK && cache_entry_parse(got[i].value, key_hash(asked[i]->item), &entry)
		    && now_s < entry.hard_at)
			asked[i]->stale = entry.payload;
}

/* The database cannot say: what has an old value keeps it. False when one has none. */
static bool
fall_back(struct cache *c, struct arena *a, struct work **want, size_t n)
{
	bool all = true;

	ask_again(c, a, want, n);
	remember(c, a, want, n);
	for (size_t i = 0; i < n; i++) {
		if (want[i]->phase == OURS)
			put_later(c, a, (struct memc_op){MEMC_DELETE, .key = key_str(want[i]->item)});
		if (want[i]->stale.p == NULL) {
			count_lookup(c, want[i], MISSES);
			all = false;
			continue;
		}
		count_lookup(c, want[i], HITS);
		cache_count(c, want[i], STALE);
		done(want[i], want[i]->stale, CACHE_STALE);
	}
	return all;
}

/* Reads everything of the phases OURS, RENEW and DIRECT from the database. */
static bool
cache_fill(struct cache *c, struct arena *a, struct work *works, size_t n, cache_fill_fn *fn, void *arg, struct err *e)
{
	struct cache_item **items = ARENA_ARRAY(a, struct cache_item *, n);
	struct work **want = ARENA_ARRAY(a, struct work *, n);
	size_t m = 0;
	bool ok;

	for (size_t i = 0; i < n; i++) {
		if (works[i].phase != OURS && works[i].phase != RENEW && works[i].phase != DIRECT)
			continue;
		want[m] = &works[i];
		works[i].item->value = STR_NONE;
		items[m++] = works[i].item;
	}
	if (m == 0)
		return true;
	if (!take_permit(c)) {
		stats_add(c->st, STAT_cache_fills_refused, 1);
		return fall_back(c, a, want, m) || err_set(e, ERR_BUSY, "too many fills of the cache at a time");
	}
	ok = fn(arg, a, items, m, e);
	control_permit_release(c->ctl, PERMIT_FILL);
	if (!ok) {
		if (!fall_back(c, a, want, m))
			return false;
		err_clear(e);
		return true;
	}
	for (size_t i = 0; i < m; i++) {
		want[i]->life.until_s = clock_utc_s() + c->conf->cache_soft_s;
		count_lookup(c, want[i], MISSES);
		cache_count(c, want[i], FILLS);
		if (want[i]->phase != DIRECT)
			store(c, a, want[i]);
		if (in_l1[want[i]->item->key.cls] && want[i]->item->value.p != NULL)
			cache_l1_put(c->l1, key_str(want[i]->item), want[i]->item->value, &want[i]->life);
		done(want[i], want[i]->item->value, want[i]->item->value.p == NULL ? CACHE_NONE : CACHE_FRESH);
	}
	return true;
}

/* Waits for those who fill our items. What was deleted meanwhile becomes ours; what does not come is read directly. */
static void
wait_for_others(struct cache *c, struct arena *a, struct work *works, size_t n)
{
	uint64_t until = clock_mono_ns() + WAIT_NS, step_ns = WAIT_STEP_NS;

	if (until > c->deadline_ns)
		until = c->deadline_ns;
	while (count_phase(works, n, THEIRS) > 0 && clock_left_ns(until) > 0) {
		clock_sleep_ns(step_ns);
		if (step_ns < WAIT_STEP_MAX_NS)
			step_ns *= 2;
		for (size_t i = 0; i < n; i++)
			if (works[i].phase == THEIRS)
				works[i].phase = ASK;
		ask_memcached(c, a, works, n);
		if (count_phase(works, n, OURS) + count_phase(works, n, RENEW) + count_phase(works, n, DIRECT) > 0)
			return; /* read these first, then wait on */
	}
	for (size_t i = 0; i < n; i++) {
		if (works[i].phase == THEIRS)
			works[i].phase = DIRECT;
	}
}

static void
look_in_l1(struct cache *c, struct arena *a, struct work *w, const struct cache_l1_now *now)
{
	struct str value;
	char *copy;

	if (!in_l1[w->item->key.cls] || !cache_l1_find(c->l1, key_str(w->item), now, &value, &w->life)
	    || (copy = arena_try(a, value.n + 1)) == NULL)
		return;
	memcpy(copy, value.p, value.n);
	count_lookup(c, w, HITS);
	stats_add(c->st, STAT_cache_l1_hits, 1);
	done(w, str_n(copy, value.n), CACHE_FRESH);
}

/* A page lives as long as what it is made of does. */
static void
shorten_page(struct cache *c, const struct work *works, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct cache_l1_life *life = &works[i].life;

		c->page_whole = c->page_whole && works[i].phase == DONE && works[i].item->how != CACHE_STALE;
		if (life->from_ns < c->page.from_ns)
			c->page.from_ns = life->from_ns;
		if (life->until_s < c->page.until_s)
			c->page.until_s = life->until_s;
	}
}

bool
cache_fetch(struct cache *c, struct arena *a, struct cache_item *items, size_t n, cache_fill_fn *fn, void *arg,
    struct err *e)
{
	struct work *works = ARENA_ARRAY(a, struct work, n);
	const struct cache_l1_now now = l1_now(c);
	bool ok;

	for (size_t i = 0; i < n; i++) {
		works[i] = (struct work){.item = &items[i], .life = {now.epoch, now.mono_ns, INT64_MAX}};
		if (items[i].key.cls != CACHE_session) /* a page has no visitor of its own */
			cache_ahead_note(c->ahead, key_str(&items[i]));
		look_in_l1(c, a, &works[i], &now);
	}
	ask_memcached(c, a, works, n);
	for (;;) {
		ok = cache_fill(c, a, works, n, fn, arg, e);
		if (!ok || count_phase(works, n, THEIRS) == 0)
			break;
		wait_for_others(c, a, works, n);
	}
	for (size_t i = 0; !ok && i < n; i++)
		if (works[i].phase != DONE)
			count_lookup(c, &works[i], MISSES);
	shorten_page(c, works, n);
	return ok;
}

void
cache_page_begin(struct cache *c, struct arena *a, struct str name)
{
	cache_ahead_begin(c->ahead, a, name);
	c->page_arena = a;
	arena_defer(a, end_page, c);
	c->page = (struct cache_l1_life){control_epoch(c->ctl), clock_mono_ns(), INT64_MAX};
	c->page_whole = true;
}

bool
cache_page_find(struct cache *c, struct str key, struct str *page)
{
	const struct cache_l1_now now = l1_now(c);

	if (!cache_l1_find(c->pages, key, &now, page, NULL))
		return false;
	stats_add(c->st, STAT_cache_page_hits, 1);
	stats_add(c->st, STAT_cache_l1_hits, 1);
	return true;
}

bool
cache_page_wanted(struct cache *c, struct str key)
{
	stats_add(c->st, STAT_cache_page_misses, 1);
	return c->page_whole && cache_l1_again(c->pages, key, clock_mono_ns());
}

void
cache_page_keep(struct cache *c, struct str key, struct str head, struct str body)
{
	cache_l1_put_both(c->pages, key, head, body, &c->page);
}

bool
cache_forget(struct cache *c, struct arena *a, const struct cache_key *keys, size_t n)
{
	struct memc_op *ops = ARENA_ARRAY(a, struct memc_op, n);
	size_t errors = 0;
	bool raise = false;

	for (size_t i = 0; i < n; i++) {
		ops[i] = (struct memc_op){MEMC_DELETE, .key = str_n(keys[i].text, keys[i].n)};
		raise = raise || in_l1[keys[i].cls];
	}
	/* Also while the breaker is open: a delete that can be made must not be left out. */
	if (c->memc != NULL && n > 0)
		exchange(c, a, ops, n);
	for (size_t i = 0; c->memc != NULL && i < n; i++)
		errors += ops[i].result == MEMC_ERROR;
	if (raise)
		control_epoch_raise(c->ctl);
	stats_add(c->st, STAT_cache_delete_errors, errors);
	stats_add(c->st, STAT_cache_deletes, n - errors);
	return errors == 0;
}

bool
cache_flush(struct cache *c, struct arena *a, struct err *e)
{
	const struct conf_list *servers = &c->conf->cache_socket;
	bool ok = true;

	for (size_t i = 0; ok && i < servers->n; i++) {
		struct conf one = *c->conf;
		struct memc *memc;

		one.cache_socket = (struct conf_list){1, &servers->v[i]};
		ok = memc_open(a, &one, &memc, e)
		    && (memc_flush(memc) != MEMC_ERROR
			|| err_set(e, ERR_UPSTREAM, "memcached at %s did not empty itself", servers->v[i].p));
	}
	control_epoch_raise(c->ctl);
	return ok;
}
