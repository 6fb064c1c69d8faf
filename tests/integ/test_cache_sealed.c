/* The values in memcached: sealed, bound to their key, and checked by their reader. */
#include <string.h>

#include "cached.h"
#include "plat/cache/cache_entry.h"

START_TEST(bytes_of_another_key_are_no_value)
{
	struct cache *c = set_up("mixup");
	struct cache_key a, b;
	struct memc_op got;

	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	a = cache_key(c, CACHE_card, STR("en"), STR("mix-a"));
	b = cache_key(c, CACHE_card, STR("en"), STR("mix-b"));
	fetch(c, "mix-a", "v1", CACHE_FRESH);
	got = ask(open_memc(), MEMC_GET, a);
	got = (struct memc_op){MEMC_ADD, .key = str_n(b.text, b.n), .value = got.value, .ttl_s = 60};
	ask_all(open_memc(), &got, 1);
	ck_assert_int_eq((int)got.result, (int)MEMC_OK);
	src->value = 2;
	fetch(c, "mix-b", "v2", CACHE_FRESH);
	fetch(c, "mix-b", "v2", CACHE_FRESH);
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

static uint64_t
refused(const struct stats *st)
{
	struct stats_report r;

	stats_read(st, &arena, &r);
	return r.all->count[STAT_cache_corrupt];
}

/* Puts bytes under the key, as anybody may who reaches memcached. */
static void
plant(struct cache_key key, struct str bytes)
{
	struct memc_op op = {MEMC_ADD, .key = str_n(key.text, key.n), .value = bytes, .ttl_s = 60};

	erase(key);
	ask_all(open_memc(), &op, 1);
	ck_assert_int_eq((int)op.result, (int)MEMC_OK);
}

static struct str
entry_by(const char *secret_file, struct cache_key key, struct str payload)
{
	struct cache_entry entry = {.soft_at = INT64_MAX, .hard_at = INT64_MAX, .payload = payload};
	uint8_t seal[SECRET_KEY_B];
	struct err e = {0};
	struct buf b;

	ck_ok(cache_entry_key(secret_file, seal, &e), &e);
	buf_init(&b, &arena, 1000);
	cache_stored_value(&b, seal, str_n(key.text, key.n), &entry);
	return buf_str(&b);
}

START_TEST(planted_values_are_misses_and_counted)
{
	struct cache_key other, key;
	struct err e = {0};
	struct control *ctl;
	struct cache *c = set_up("planted");
	const char *guess;
	struct str bytes;
	char *own;

	guess = str_fmt(&arena, "%s/guess", services.dir).p;
	ck_ok(secret_file_make(guess, "nosuchgroup", &e), &e);
	conf.cache_l1_bytes = 0;
	ctl = open_control();
	c = open_cache(ctl);
	other = cache_key(c, CACHE_card, STR("en"), STR("planted other"));
	key = cache_key(c, CACHE_card, STR("en"), STR("planted"));
	plant(key, entry_by(guess, key, STR("their bank account"))); /* the form is right, the secret is not */
	fetch(c, "planted", "v1", CACHE_FRESH);
	ck_assert_uint_eq(refused(ctl->stats), 1);
	fetch(c, "planted", "v1", CACHE_FRESH); /* ours took its place */
	ck_assert_uint_eq(refused(ctl->stats), 1);
	ck_assert_int_eq(src->reads, 1);

	src->value = 2;
	fetch(c, "planted other", "v2", CACHE_FRESH);
	plant(key, ask(open_memc(), MEMC_GET, other).value); /* ours, but of another key */
	src->value = 3;
	fetch(c, "planted", "v3", CACHE_FRESH);
	ck_assert_uint_eq(refused(ctl->stats), 2);

	bytes = ask(open_memc(), MEMC_GET, key).value; /* of this key, but made to live longer */
	own = (char *)(uintptr_t)bytes.p;
	own[1 + 24] ^= 1;
	plant(key, bytes);
	src->value = 4;
	fetch(c, "planted", "v4", CACHE_FRESH);
	ck_assert_uint_eq(refused(ctl->stats), 3);
	plant(key, STR("x"));
	fetch(c, "planted", "v4", CACHE_FRESH);
	ck_assert_uint_eq(refused(ctl->stats), 4);
}
END_TEST

/* Takes what begins with v, as a reader of trees takes what has its shape. */
static bool
read_v(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	if (!str_starts(value, STR("v")))
		return err_set(e, ERR_UPSTREAM, "not of this class");
	item->made = ARENA_NEW(a, struct str);
	*(struct str *)item->made = value;
	return true;
}

START_TEST(what_its_reader_refuses_is_a_miss_and_counted_in_an_outage_too)
{
	const char *secret;
	struct cache_item item;
	struct control *ctl;
	struct cache *c = set_up("shape");
	struct err e = {0};

	conf.cache_l1_bytes = 0;
	ctl = open_control();
	c = open_cache(ctl);
	secret = conf.cache_secret_file.p;
	item = item_of(c, "shape");
	item.read = read_v;
	plant(item.key, entry_by(secret, item.key, STR("<script>")));
	ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
	ck_str(*(struct str *)item.made, "v1");
	ck_assert_uint_eq(refused(ctl->stats), 1);
	item = item_of(c, "shape");
	item.read = read_v;
	ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e); /* from memcached */
	ck_str(*(struct str *)item.made, "v1");
	ck_assert_int_eq(src->reads, 1);
	plant(item.key, entry_by(secret, item.key, STR("<script>")));
	src->down = true;
	item = item_of(c, "shape");
	item.read = read_v;
	ck_assert(!cache_fetch(c, &arena, &item, 1, fill, NULL, &e));
	ck_assert_int_eq((int)e.kind, (int)ERR_UPSTREAM);
}
END_TEST

START_TEST(values_cannot_be_read_in_memcached)
{
	struct cache *c = set_up("sealed");
	struct cache_item item = item_of(c, "sealed");

	src->value = 20457;
	fetch(c, "sealed", "v20457", CACHE_FRESH);
	ck_assert(str_find(ask(open_memc(), MEMC_GET, item.key).value, STR("20457")) < 0);
	src->value = 1;
	conf.cache_l1_bytes = 0;
	fetch(open_cache(NULL), "sealed", "v20457", CACHE_FRESH);
}
END_TEST

START_TEST(without_the_secret_nothing_is_read_or_stored_but_deletes_go_out)
{
	struct cache *with = set_up("locked"), *without;
	struct cache_key key = cache_key(with, CACHE_card, STR("en"), STR("locked"));
	struct cache_setup setup;
	struct err e = {0};

	conf.cache_l1_bytes = 0;
	fetch(with, "locked", "v1", CACHE_FRESH);
	src->value = 2;
	conf.cache_secret_file = STR("/nonexistent/secret");
	setup = cache_setup(&conf, 1);
	ck_ok(cache_open(&arena, &setup, open_control(), &without, &e), &e);
	ck_assert(!cache_unlock(without, &e));
	fetch(without, "locked", "v2", CACHE_FRESH);
	fetch(without, "locked new", "v2", CACHE_FRESH);
	ck_state(without, "locked new", NOTHING);
	ck_state(without, "locked", VALUE);
	ck_assert(cache_forget(without, &arena, &key, 1));
	ck_state(without, "locked", MARKED);
}
END_TEST

INTEG_MAIN("cache_sealed", true, bytes_of_another_key_are_no_value, planted_values_are_misses_and_counted,
    what_its_reader_refuses_is_a_miss_and_counted_in_an_outage_too, values_cannot_be_read_in_memcached,
    without_the_secret_nothing_is_read_or_stored_but_deletes_go_out)
