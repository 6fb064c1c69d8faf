/* Readers and a writer use the same keys while memcached is stopped and restarted. No reader may receive a value older
 * than a change that was complete before its request. `make check` makes a small run; `make check-race` counts 10^6
 * hits. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "cached.h"

#define KEYS 8
#define READERS 5
#define HITS 60000 /* of all readers together; KONTOR_RACE_HITS overrides it */
#define STOPS 10   /* KONTOR_RACE_STOPS */
#define LIMIT_S 20
#define BULK 65 /* number of keys; so many are deleted instead of marked */

struct race {
	_Atomic int value[KEYS]; /* the database */
	_Atomic int shown[KEYS]; /* no older one may be shown */
	_Atomic uint64_t hits, fills, stale, changes;
	_Atomic bool stop;
};

static struct race *race;

static int
number_in(struct str value)
{
	uint64_t n;

	return num_u64(value, 0, INT32_MAX, &n) ? (int)n : -1;
}

static void
pause_us(unsigned max)
{
	clock_sleep_ns((uint64_t)rand() % max * 1000);
}

static int
read_database(int k)
{
	int value = race->value[k];

	if (rand() % 4 == 0)
		pause_us(2000); /* a slow statement */
	race->fills++;
	return value;
}

static bool
race_fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < n; i++)
		want[i]->value = str_fmt(a, "%d", read_database(*(int *)arg));
	return true;
}

/* Reads as the shop does. */
static int
safe_read(struct cache *c, struct memc *m, struct arena *a, int k)
{
	struct cache_item item = item_of(c, str_fmt(a, "race %d", k).p);
	struct err e = {0};

	(void)m;
	cache_deadline(c, CLOCK_NEVER);
	ck_ok(cache_fetch(c, a, &item, 1, race_fill, &k, &e), &e);
	return number_in(item.value);
}

/* Reads without placeholders: gets, and adds on a miss. */
static int
unsafe_read(struct cache *c, struct memc *m, struct arena *a, int k)
{
	struct cache_key key = item_of(c, str_fmt(a, "race %d", k).p).key;
	struct memc_op op = {MEMC_GET, .key = str_n(key.text, key.n), .ttl_s = 60};
	uint64_t until_ns = clock_mono_ns() + 50 * CLOCK_MS;
	int value;

	memc_place(m, &op, 1);
	memc_do(m, a, &op, 1, until_ns);
	if (op.result == MEMC_OK && op.value.p[0] != '!')
		return number_in(op.value);
	value = read_database(k);
	if (op.result == MEMC_OK) { /* marked */
		op.what = MEMC_ERASE;
		memc_do(m, a, &op, 1, until_ns);
	}
	op.what = MEMC_ADD;
	op.value = str_fmt(a, "%d", value);
	memc_do(m, a, &op, 1, until_ns);
	return value;
}

typedef int reader_fn(struct cache *, struct memc *, struct arena *, int);

static void
run_reader(reader_fn *read_one, int seed)
{
	struct cache *c = open_cache(NULL);
	struct memc *m = open_memc();
	struct arena a;

	srand((unsigned)seed);
	arena_init(&a, 1 << 20);
	while (!race->stop) {
		int k = rand() % KEYS, must = race->shown[k];
		uint64_t fills = race->fills;
		int got = read_one(c, m, &a, k);

		race->stale += got < must;
		race->hits += race->fills == fills;
		arena_reset(&a);
	}
	_exit(0);
}

/* A change is complete once memcached has confirmed it, as with the outbox. */
static void
run_writer(void)
{
	struct cache *c = open_cache(NULL);
	struct cache_key keys[BULK];
	struct arena a;

	srand(99);
	arena_init(&a, 1 << 20);
	while (!race->stop) {
		int k = rand() % KEYS, now = ++race->value[k];

		for (int i = 0; i < BULK; i++)
			keys[i] = item_of(c, str_fmt(&a, "race %d", k).p).key;
		while (!cache_forget(c, &a, keys, rand() % 4 == 0 ? BULK : 1) && !race->stop)
			arena_reset(&a);
		if (!race->stop)
			race->shown[k] = now;
		race->changes++;
		pause_us(1500);
		arena_reset(&a);
	}
	_exit(0);
}

static unsigned long
wanted(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

/* Stops and restarts memcached during the readers' work, until there are enough hits. */
static void
disturb(unsigned long hits, unsigned long stops)
{
	uint64_t until_ns = clock_mono_ns() + LIMIT_S * CLOCK_S * (hits > HITS ? 30 : 1);
	uint64_t part = 0;

	while (clock_left_ns(until_ns) > 0 && (race->hits < hits || part < stops)) {
		if (race->hits < part * hits / (stops + 1)) {
			clock_sleep_ns(5 * CLOCK_MS);
			continue;
		}
		services_do(&services, part % 2 == 0 ? "mc-stop" : "mc-kill");
		clock_sleep_ns(70 * CLOCK_MS);
		services_do(&services, part % 2 == 0 ? "mc-cont" : "mc-start");
		part++;
	}
	race->stop = true;
	ck_assert_msg(part >= stops / 2, "memcached was stopped %lu times only", (unsigned long)part);
}

static void
run_race(const char *name, reader_fn *read_one, unsigned long hits, unsigned long stops)
{
	int status;

	set_up(name);
	conf.cache_l1_bytes = 0;
	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(race != MAP_FAILED);
	for (int i = 0; i < READERS; i++)
		if (fork() == 0)
			run_reader(read_one, i + 1);
	if (fork() == 0)
		run_writer();
	disturb(hits, stops);
	for (int i = 0; i < READERS + 1; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	printf("# %s: %lu hits, %lu fills, %lu changes, %lu stale\n", name, race->hits, race->fills, race->changes,
	    race->stale);
}

START_TEST(nobody_is_shown_what_a_complete_change_has_ended)
{
	run_race("safe", safe_read, wanted("KONTOR_RACE_HITS", HITS), wanted("KONTOR_RACE_STOPS", STOPS));
	ck_assert_uint_eq(race->stale, 0);
	ck_assert_uint_gt(race->hits, 1000);
}
END_TEST

START_TEST(without_placeholders_the_race_shows_stale_values)
{
	run_race("unsafe", unsafe_read, HITS / 10, 2);
	ck_assert_uint_gt(race->stale, 0);
}
END_TEST

INTEG_MAIN("cache_race", true, nobody_is_shown_what_a_complete_change_has_ended,
    without_placeholders_the_race_shows_stale_values)
