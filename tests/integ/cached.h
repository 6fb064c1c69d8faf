/* cached.h - shared by the tests of the cache: a "database" of one number, and its readers. */
#ifndef KONTOR_TESTS_CACHED_H
#define KONTOR_TESTS_CACHED_H

#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "integ.h"
#include "plat/cache/cache_setup.h"
#include "plat/cache/cache_stored.h"
#include "plat/cache/memc.h"
#include "plat/stats/stats_report.h"

/* The "database": one number, shared by all processes, and a count of its reads. */
struct source {
	_Atomic int value, reads, waiting;
	_Atomic bool go, down;
	_Atomic int delay_ms;
	char path[128];
};

static struct source *src;
static struct arena arena;
static struct conf conf;

/* Called by a fill after it has read the number, while its placeholder is still in place. */
static void (*meanwhile)(void);

/* Number of blanks appended to each value. */
static int pad_b;

static inline bool
fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	(void)arg;
	if (src->down)
		return err_set(e, ERR_UPSTREAM, "the database is down");
	for (size_t i = 0; i < n; i++) {
		want[i]->value = str_fmt(a, "v%d%*s", src->value, pad_b, "");
		want[i]->version = (uint64_t)src->value;
		src->reads++;
	}
	if (src->delay_ms > 0)
		clock_sleep_ns((uint64_t)src->delay_ms * CLOCK_MS);
	if (meanwhile != NULL)
		meanwhile();
	return true;
}

static inline struct control *
open_control(void)
{
	static struct control ctl;
	static struct stats st;
	struct err e = {0};

	ck_ok(stats_open(&st, src->path, &e) && stats_claim(&st, "test", &e), &e);
	ck_ok(control_open(&ctl, str_fmt(&arena, "%s.control", src->path).p, &st, &e), &e);
	ck_ok(control_claim(&ctl, "test", &e), &e);
	return &ctl;
}

static inline struct cache *
open_cache(struct control *ctl)
{
	struct cache_setup setup = cache_setup(&conf, 1);
	struct err e = {0};
	struct cache *c;

	ck_ok(cache_open(&arena, &setup, ctl, &c, &e) && cache_unlock(c, &e), &e);
	return c;
}

/* Gives each test fresh numbers, a running memcached and keys of its own. */
static inline struct cache *
set_up(const char *name)
{
	src = mmap(NULL, sizeof(*src), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(src != MAP_FAILED);
	src->value = 1;
	snprintf(src->path, sizeof(src->path), "%s/stats-%s", services.dir, name);
	arena_init(&arena, (size_t)256 << 20);
	services_conf(&services, &arena, &conf);
	conf.cache_socket.n = 1;
	conf.cache_socket.v = ARENA_ARRAY(&arena, struct str, 1);
	conf.cache_socket.v[0] = str_fmt(&arena, "%s/mc.sock", services.dir);
	return open_cache(open_control());
}

static inline struct cache_item
item_of(const struct cache *c, const char *id)
{
	return (struct cache_item){.key = cache_key(c, CACHE_card, STR("en"), str_z(id))};
}

/* As in a separate request. */
static inline void
fetch_on(struct cache *c, struct arena *a, const char *id, const char *want, enum cache_how how)
{
	struct cache_item item;
	struct err e = {0};

	cache_deadline(c, CLOCK_NEVER);
	item = item_of(c, id);
	ck_ok(cache_fetch(c, a, &item, 1, fill, NULL, &e), &e);
	ck_str(item.value, want);
	ck_assert_int_eq((int)item.how, (int)how);
}

static inline void
fetch(struct cache *c, const char *id, const char *want, enum cache_how how)
{
	fetch_on(c, &arena, id, want, how);
}

static inline uint64_t
exchanges(const struct stats *st)
{
	struct stats_report r;

	stats_read(st, &arena, &r);
	return r.all->count[STAT_cache_exchanges];
}

static inline struct memc *
open_memc(void)
{
	struct err e = {0};
	struct memc *m;

	ck_ok(memc_open(&arena, conf.cache_socket.v, conf.cache_socket.n, &m, &e), &e);
	return m;
}

static inline void
ask_all(struct memc *m, struct memc_op *ops, size_t n)
{
	memc_place(m, ops, n);
	memc_do(m, &arena, ops, n, clock_mono_ns() + (uint64_t)conf.cache_timeout_ms * CLOCK_MS);
}

static inline struct memc_op
ask(struct memc *m, enum memc_what what, struct cache_key key)
{
	struct memc_op op = {what, .key = str_n(key.text, key.n), .value = STR("value"), .ttl_s = 60};

	op.key = str_dup(&arena, op.key);
	ask_all(m, &op, 1);
	return op;
}

/* Erases quietly, and returns once memcached has done it. */
static inline void
erase(struct cache_key key)
{
	struct memc_op ops[] = {{MEMC_ERASE, .key = str_n(key.text, key.n)}, {MEMC_GET, .key = str_n(key.text, key.n)}};

	ask_all(open_memc(), ops, ARRAY_LEN(ops));
	ck_assert_int_eq((int)ops[1].result, (int)MEMC_MISS);
}

enum state { NOTHING, PLACEHOLDER, VALUE, VOID_PLACEHOLDER, MARKED, NONSENSE };

/* The state of a key in memcached. */
static inline enum state
state_of(const struct cache *c, const char *id)
{
	struct cache_key key = cache_key(c, CACHE_card, STR("en"), str_z(id));
	struct memc_op got = ask(open_memc(), MEMC_GET, key);
	struct cache_stored s;

	ck_assert_int_ne((int)got.result, (int)MEMC_ERROR);
	if (got.result == MEMC_MISS)
		return NOTHING;
	cache_stored_parse(got.value, &s);
	switch (s.kind) {
	case CACHE_STORED_PLACEHOLDER: return s.marked ? VOID_PLACEHOLDER : PLACEHOLDER;
	case CACHE_STORED_VALUE: return s.marked ? MARKED : VALUE;
	case CACHE_STORED_NONE: break;
	}
	return NONSENSE;
}

#define ck_state(c, id, state) ck_assert_int_eq((int)state_of((c), (id)), (int)(state))

#endif
