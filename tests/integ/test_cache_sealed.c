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

static const char *const class_names[] = {
#define CLASS(name, l1, stale, help) [CACHE_##name] = #name,
#include "plat/cache/cache.def"
};

static struct cache_key
key_of(const struct cache *c, enum cache_class cls, const char *id)
{
	return cache_key(c, cls, STR("en"), str_z(id));
}

static void
fetch_class(struct cache *c, enum cache_class cls, const char *id, const char *want)
{
	struct cache_item item = {.key = key_of(c, cls, id)};
	struct err e = {0};

	cache_deadline(c, CLOCK_NEVER);
	ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
	ck_assert_msg(str_eq_z(item.value, want), "%s: %.*s, not %s", class_names[cls], STR_ARG(item.value), want);
}

/* Plants the bytes where `id` of this class is; a reader must see the database, and count the value. */
static void
refuse_planted(struct cache *c, struct stats *st, enum cache_class cls, const char *id, struct str bytes)
{
	uint64_t before = refused(st);
	char want[20];

	plant(key_of(c, cls, id), bytes);
	src->value++;
	snprintf(want, sizeof(want), "v%d", src->value);
	fetch_class(c, cls, id, want);
	ck_assert_msg(refused(st) == before + 1, "%s", class_names[cls]);
}

START_TEST(changed_or_moved_values_of_every_class_are_never_shown_and_counted)
{
	struct control *ctl;
	struct cache *c = set_up("classes");

	conf.cache_l1_bytes = 0;
	ctl = open_control();
	c = open_cache(ctl);
	for (int i = 0; i < CACHE__MAX; i++) {
		enum cache_class cls = (enum cache_class)i, other = (enum cache_class)((i + 1) % CACHE__MAX);
		const char *one = str_fmt(&arena, "one of %s", class_names[cls]).p; /* the same id in two classes */
		struct str own, bytes;

		if (cls == CACHE_page) /* is never in memcached */
			continue;
		other = other == CACHE_page ? CACHE_card : other;
		src->value = 1;
		fetch_class(c, cls, one, "v1");
		fetch_class(c, other, one, "v1");
		own = ask(open_memc(), MEMC_GET, key_of(c, cls, one)).value;
		for (size_t at = 1; at < own.n; at += 7) { /* each part: the times, the version, the text, the MAC */
			bytes = str_dup(&arena, own);
			((char *)(uintptr_t)bytes.p)[at] ^= 1;
			refuse_planted(c, ctl->stats, cls, one, bytes);
		}
		refuse_planted(c, ctl->stats, cls, "two", own);
		refuse_planted(c, ctl->stats, cls, one,
		    ask(open_memc(), MEMC_GET, key_of(c, other, one)).value);
		refuse_planted(c, ctl->stats, cls, one, str_head(own, own.n - 1));
		refuse_planted(c, ctl->stats, cls, one, STR("<script>alert(1)</script>"));
	}
}
END_TEST

/* Nothing in a value says that a newer one exists. doc/security.md says what follows for each class. */
START_TEST(an_older_value_of_the_same_key_is_shown_again_but_not_past_its_own_expiry)
{
	struct cache *c = set_up("replay");
	struct str old;
	struct err e = {0};
	struct cache_item item;

	conf.cache_l1_bytes = 0;
	conf.cache_soft_s = 1;
	conf.cache_hard_s = 2;
	c = open_cache(open_control());
	fetch(c, "replay", "v1", CACHE_FRESH);
	old = ask(open_memc(), MEMC_GET, item_of(c, "replay").key).value;
	src->value = 2;
	plant(item_of(c, "replay").key, old);
	fetch(c, "replay", "v1", CACHE_FRESH);
	for (uint64_t end_ns = clock_mono_ns() + (uint64_t)TEST_PATIENCE_S * CLOCK_S; clock_mono_ns() < end_ns;) {
		plant(item_of(c, "replay").key, old);
		item = item_of(c, "replay");
		cache_deadline(c, CLOCK_NEVER);
		ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
		if (str_eq_z(item.value, "v2"))
			break;
		clock_sleep_ns(100 * CLOCK_MS);
	}
	ck_str(item.value, "v2");
	src->down = true; /* not even in an outage */
	plant(item_of(c, "replay").key, old);
	item = item_of(c, "replay");
	while (cache_fetch(c, &arena, &item, 1, fill, NULL, &e)) {
		ck_str(item.value, "v1"); /* between the two expiries */
		clock_sleep_ns(100 * CLOCK_MS);
		plant(item_of(c, "replay").key, old);
		item = item_of(c, "replay");
	}
	ck_assert_int_eq((int)e.kind, (int)ERR_UPSTREAM);
}
END_TEST

INTEG_MAIN("cache_sealed", true, bytes_of_another_key_are_no_value, planted_values_are_misses_and_counted,
    what_its_reader_refuses_is_a_miss_and_counted_in_an_outage_too, values_cannot_be_read_in_memcached,
    without_the_secret_nothing_is_read_or_stored_but_deletes_go_out,
    changed_or_moved_values_of_every_class_are_never_shown_and_counted,
    an_older_value_of_the_same_key_is_shown_again_but_not_past_its_own_expiry)
