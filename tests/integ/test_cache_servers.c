/* Several memcached servers, one of which fails; and hosts that share values or do not. */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cached.h"

#define KEYS 60

static struct control *ctl;

/* A cache with a second server beside the real one. */
static struct cache *
with_second(const char *name, struct str second)
{
	set_up(name);
	ctl = open_control();
	conf.cache_l1_bytes = 0;
	conf.cache_socket.n = 2;
	conf.cache_socket.v = ARENA_ARRAY(&arena, struct str, 2);
	conf.cache_socket.v[0] = str_fmt(&arena, "%s/mc.sock", services.dir);
	conf.cache_socket.v[1] = second;
	return open_cache(ctl);
}

static size_t
server_of(const struct cache *c, const char *id)
{
	struct cache_key key = item_of(c, id).key;
	struct memc_op op = {MEMC_GET, .key = str_n(key.text, key.n)};

	memc_place(open_memc(), &op, 1);
	return op.server;
}

/* Fetches all keys twice. Keys of the first server must be hits the second time; the others are not requested once the
 * breaker is open. */
static void
only_the_first_serves(struct cache *c, const char *name)
{
	size_t first = 0;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < KEYS; i++) {
			const char *id = str_fmt(&arena, "%s %d", name, i).p;
			int before = src->reads;

			fetch(c, id, "v1", CACHE_FRESH);
			if (round == 0 || server_of(c, id) != 0)
				continue;
			ck_assert_int_eq(src->reads, before);
			first++;
		}
	}
	ck_assert_msg(first > KEYS / 5 && first < KEYS, "%zu keys at the first server", first);
	ck_assert(!breaker_is_open(ctl, BREAKER_CACHE));
	ck_assert(breaker_is_open(ctl, BREAKER_CACHE + 1));
}

START_TEST(a_dead_server_takes_its_own_keys_only)
{
	struct cache *c;

	set_up("dead");
	c = with_second("dead", str_fmt(&arena, "%s/nobody.sock", services.dir));
	only_the_first_serves(c, "dead");
}
END_TEST

START_TEST(a_silent_server_takes_its_own_keys_only)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/mute.sock", services.dir);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	set_up("mute");
	only_the_first_serves(with_second("mute", str_dup(&arena, str_z(at.sun_path))), "mute");
}
END_TEST

START_TEST(a_change_is_not_confirmed_while_a_server_of_its_keys_is_dead)
{
	struct cache_key keys[KEYS];
	struct cache *c;

	set_up("unconfirmed");
	c = with_second("unconfirmed", str_fmt(&arena, "%s/nobody.sock", services.dir));
	for (int i = 0; i < KEYS; i++) {
		const char *id = str_fmt(&arena, "unconfirmed %d", i).p;

		keys[i] = item_of(c, id).key;
		ck_assert(cache_forget(c, &arena, &keys[i], 1) == (server_of(c, id) == 0));
	}
	ck_assert(!cache_forget(c, &arena, keys, KEYS));
}
END_TEST

START_TEST(a_probe_closes_the_breaker_without_any_page)
{
	struct cache *c = set_up("probe");

	c = open_cache(ctl = open_control());
	services_do(&services, "mc-stop");
	for (int i = 0; i < 6; i++)
		cache_probe(c);
	ck_assert(breaker_is_open(ctl, BREAKER_CACHE));
	services_do(&services, "mc-cont");
	cache_probe(c);
	ck_assert(!breaker_is_open(ctl, BREAKER_CACHE));
}
END_TEST

START_TEST(another_database_has_other_values)
{
	struct cache *c = set_up("identity");
	struct str page;

	c = open_cache(ctl = open_control());
	control_set_identity(ctl, 1);
	fetch(c, "identity", "v1", CACHE_FRESH);
	src->value = 2;
	fetch(c, "identity", "v1", CACHE_FRESH);
	cache_page_begin(c, &arena, STR("page"));
	cache_page_keep(c, STR("page"), STR("head"), STR("body"));
	ck_assert(cache_page_find(c, STR("page"), &page));
	control_set_identity(ctl, 2); /* neither from memcached nor from the worker's own memory */
	fetch(c, "identity", "v2", CACHE_FRESH);
	ck_assert(!cache_page_find(c, STR("page"), &page));
	control_set_identity(ctl, 1);
	fetch(c, "identity", "v1", CACHE_FRESH); /* memcached's */
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

START_TEST(another_list_of_servers_has_other_keys)
{
	struct cache_key one, two;

	one = cache_key(set_up("list"), CACHE_card, STR("en"), STR("1"));
	arena_fini(&arena);
	two = cache_key(with_second("list", STR("b:1")), CACHE_card, STR("en"), STR("1"));
	ck_assert(one.n != two.n || memcmp(one.text, two.text, one.n) != 0);
}
END_TEST

INTEG_MAIN("cache_servers", true, a_dead_server_takes_its_own_keys_only, a_silent_server_takes_its_own_keys_only,
    a_change_is_not_confirmed_while_a_server_of_its_keys_is_dead, a_probe_closes_the_breaker_without_any_page,
    another_database_has_other_values, another_list_of_servers_has_other_keys)
