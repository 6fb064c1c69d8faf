#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cached.h"

#define READERS 64

START_TEST(second_fetch_is_a_hit)
{
	struct cache *c = set_up("hit");

	fetch(c, "hit", "v1", CACHE_FRESH);
	src->value = 2;
	fetch(c, "hit", "v1", CACHE_FRESH);			 /* the worker's own */
	conf.cache_l1_bytes = 0;
	fetch(open_cache(NULL), "hit", "v1", CACHE_FRESH); /* memcached's */
	ck_assert_int_eq(src->reads, 1);
}
END_TEST

/* READERS processes fetch `id` at once; returns how often the database was read. */
static int
stampede(const char *id, bool any_value)
{
	int before = src->reads;

	conf.cache_timeout_ms = 5000; /* so many at once may be slow */
	src->go = false;
	src->waiting = 0;
	for (int i = 0; i < READERS; i++) {
		if (fork() == 0) {
			struct cache *c = open_cache(open_control());
			struct cache_item item = item_of(c, id);
			struct err e = {0};

			src->waiting++;
			while (!src->go)
				clock_sleep_ns(CLOCK_MS / 2);
			_exit(cache_fetch(c, &arena, &item, 1, fill, NULL, &e)
					&& (any_value || str_eq_z(item.value, "v1"))
				? 0
				: 1);
		}
	}
	while (src->waiting < READERS)
		clock_sleep_ns(CLOCK_MS);
	src->go = true;
	for (int i = 0; i < READERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	return src->reads - before;
}

START_TEST(missing_key_is_read_once_by_64_readers)
{
	set_up("herd");
	src->delay_ms = 60;
	ck_assert_int_eq(stampede("herd", false), 1);
}
END_TEST

START_TEST(soft_expired_key_is_read_once_by_64_readers)
{
	struct cache *c = set_up("soft");

	conf.cache_soft_s = 1;
	c = open_cache(open_control());
	fetch(c, "soft", "v1", CACHE_FRESH);
	clock_sleep_ns(2 * CLOCK_S);
	src->delay_ms = 60;
	ck_assert_int_eq(stampede("soft", true), 1);
}
END_TEST

/* Another process commits a change and deletes the key. */
static void
write_and_forget(void)
{
	struct cache *writer = open_cache(NULL);
	struct cache_key key = cache_key(writer, CACHE_card, STR("en"), STR("race"));

	src->value = 2;
	ck_assert(cache_forget(writer, &arena, &key, 1));
}

START_TEST(what_was_read_before_a_forget_is_never_stored)
{
	struct cache *c = set_up("race");

	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	meanwhile = write_and_forget; /* after the reading, before the store */
	fetch(c, "race", "v1", CACHE_FRESH);
	meanwhile = NULL;
	fetch(c, "race", "v2", CACHE_FRESH);
}
END_TEST

static struct cache *reader;

/* A memcached that was started anew and that the reader is connected with again, and in it a placeholder of somebody
 * else's with the cas id that ours had. */
static void
restart_memcached_and_let_another_begin(void)
{
	struct cache *c = open_cache(NULL);
	struct cache_key key = cache_key(c, CACHE_card, STR("en"), STR("anew"));
	uint64_t ours = ask(open_memc(), MEMC_GET, key).token.cas, theirs;
	const struct cache_placeholder somebody = {1, 1};
	char placeholder[CACHE_PLACEHOLDER_B];
	struct memc_op take = {MEMC_TAKE, .key = str_n(key.text, key.n), .ttl_s = 60};
	struct memc *m;

	ck_assert_uint_gt(ours, 0);
	services_do(&services, "mc-kill");
	services_do(&services, "mc-start");
	m = open_memc();
	cache_stored_placeholder(&somebody, placeholder);
	do {
		erase(key);
		take.value = str_n(placeholder, sizeof(placeholder));
		ask_all(m, &take, 1);
		theirs = take.token.cas;
	} while (theirs < ours);
	ck_assert_uint_eq(theirs, ours);
	meanwhile = NULL;
	for (int i = 0; i < 2; i++) /* the first finds the old connection broken */
		fetch(reader, str_fmt(&arena, "anew %d", i).p, "v1", CACHE_FRESH);
	src->value = 2;
}

START_TEST(placeholder_of_another_survives_a_restart_of_memcached)
{
	struct cache *c = set_up("anew");

	conf.cache_l1_bytes = 0;
	c = reader = open_cache(NULL);
	meanwhile = restart_memcached_and_let_another_begin;
	fetch(c, "anew", "v1", CACHE_FRESH);
	ck_state(c, "anew", PLACEHOLDER);
}
END_TEST

START_TEST(forget_by_another_process_ends_the_workers_own_copy)
{
	struct cache *c = set_up("epoch");
	int status;

	fetch(c, "epoch", "v1", CACHE_FRESH);
	if (fork() == 0) {
		struct cache *writer = open_cache(open_control());
		struct cache_key key = cache_key(writer, CACHE_card, STR("en"), STR("epoch"));

		src->value = 2;
		_exit(cache_forget(writer, &arena, &key, 1) ? 0 : 1);
	}
	ck_assert_int_gt(wait(&status), 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	fetch(c, "epoch", "v2", CACHE_FRESH);
}
END_TEST

#define MANY 100

/* The keys "NAME 0" to "NAME 99", of which some are held. */
static const struct cache_key *
many_keys(const struct cache *c, const char *name)
{
	struct cache_key *keys = ARENA_ARRAY(&arena, struct cache_key, MANY);

	for (int i = 0; i < MANY; i++)
		keys[i] = cache_key(c, CACHE_card, STR("en"), str_fmt(&arena, "%s %d", name, i));
	return keys;
}

static void
fetch_some(struct cache *c, const char *name, const char *want)
{
	for (int i = 0; i < MANY; i += 10)
		fetch(c, str_fmt(&arena, "%s %d", name, i).p, want, CACHE_FRESH);
}

START_TEST(to_forget_many_keys_costs_one_exchange)
{
	struct cache *c = set_up("many"), *writer;
	struct control *ctl = open_control();
	uint64_t before;

	fetch_some(c, "many", "v1");
	src->value = 2;
	writer = open_cache(ctl);
	before = exchanges(ctl->stats);
	ck_assert(cache_forget(writer, &arena, many_keys(writer, "many"), MANY));
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 1);
	fetch_some(c, "many", "v2"); /* not from the worker's own memory */
	src->value = 3;
	ck_assert(cache_forget(writer, &arena, many_keys(writer, "many"), MANY));
	conf.cache_l1_bytes = 0;
	fetch_some(open_cache(NULL), "many", "v3"); /* not from memcached */
}
END_TEST

START_TEST(to_forget_what_memcached_does_not_hold_ends_the_workers_own_copies)
{
	struct cache *c = set_up("lost");
	const struct cache_key *keys = many_keys(c, "lost");

	fetch_some(c, "lost", "v1");
	for (int i = 0; i < MANY; i += 10)
		erase(keys[i]);
	src->value = 2;
	ck_assert(cache_forget(open_cache(open_control()), &arena, keys, MANY));
	fetch_some(c, "lost", "v2");
}
END_TEST

static void
write_and_forget_many(void)
{
	struct cache *writer = open_cache(NULL);

	src->value = 2;
	ck_assert(cache_forget(writer, &arena, many_keys(writer, "between"), MANY));
}

START_TEST(what_was_read_before_many_are_forgotten_is_never_stored)
{
	struct cache *c = set_up("between");

	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	meanwhile = write_and_forget_many; /* there is a placeholder only */
	fetch(c, "between 50", "v1", CACHE_FRESH);
	meanwhile = NULL;
	fetch(c, "between 50", "v2", CACHE_FRESH);
}
END_TEST

/* A server that takes what it is sent, and says nothing. */
static struct str
silent_server(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", services.dir, name);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	return str_dup(&arena, str_z(at.sun_path));
}

START_TEST(what_several_silent_servers_hold_is_an_error_and_no_miss)
{
	struct cache *c = set_up("owed");
	const struct cache_key *keys = many_keys(c, "owed");
	struct memc_op ops[MANY];

	conf.cache_socket.n = 2;
	conf.cache_socket.v = ARENA_ARRAY(&arena, struct str, 2);
	conf.cache_socket.v[0] = silent_server("silent-1");
	conf.cache_socket.v[1] = silent_server("silent-2");
	for (int i = 0; i < MANY; i++)
		ops[i] = (struct memc_op){MEMC_GET, .key = str_n(keys[i].text, keys[i].n)};
	ask_all(open_memc(), ops, MANY);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq((int)ops[i].result, (int)MEMC_ERROR);
	ck_assert(!cache_forget(open_cache(open_control()), &arena, keys, MANY));
}
END_TEST

START_TEST(to_forget_many_keys_is_given_up_when_memcached_is_silent)
{
	struct cache *c = set_up("silent");
	struct control *ctl = open_control();
	struct stats_report r;
	uint64_t before;

	c = open_cache(ctl);
	fetch_some(c, "silent", "v1");
	services_do(&services, "mc-stop");
	before = exchanges(ctl->stats);
	ck_assert(!cache_forget(c, &arena, many_keys(c, "silent"), MANY));
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 1);
	stats_read(ctl->stats, &arena, &r);
	ck_assert_uint_eq(r.all->count[STAT_cache_delete_errors], MANY);
	services_do(&services, "mc-cont");
}
END_TEST

static void
change_all_and_flush(void)
{
	struct err e = {0};

	src->value++;
	ck_ok(cache_flush(open_cache(open_control()), &e), &e);
}

START_TEST(a_flush_ends_every_value_and_whatever_is_being_read)
{
	struct cache *c = set_up("flush"), *shared;

	fetch(c, "flush", "v1", CACHE_FRESH);
	change_all_and_flush();
	fetch(c, "flush", "v2", CACHE_FRESH); /* not from the worker's own memory */
	conf.cache_l1_bytes = 0;
	shared = open_cache(NULL);
	change_all_and_flush();
	fetch(shared, "flush", "v3", CACHE_FRESH); /* not from memcached, though it is the same second */
	meanwhile = change_all_and_flush;
	fetch(shared, "flush more", "v3", CACHE_FRESH);
	meanwhile = NULL;
	fetch(shared, "flush more", "v4", CACHE_FRESH);
}
END_TEST

START_TEST(a_flush_is_not_believed_when_a_server_is_silent_but_is_when_it_is_gone)
{
	struct cache *c = set_up("unflushed");
	struct err e = {0};

	services_do(&services, "mc-stop");
	ck_assert(!cache_flush(c, &e));
	ck_assert_int_eq((int)e.kind, (int)ERR_UPSTREAM);
	services_do(&services, "mc-kill");
	for (uint64_t until = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S; clock_left_ns(until) > 0;) {
		err_clear(&e);
		if (cache_flush(c, &e))
			return;
		clock_sleep_ns(5 * CLOCK_MS); /* the last of its threads still holds the socket */
	}
	ck_abort_msg("%s", e.msg);
}
END_TEST

START_TEST(stopped_memcached_costs_one_time_out_and_no_page)
{
	struct cache *c = set_up("stopped");
	uint64_t start;

	fetch(c, "stopped", "v1", CACHE_FRESH);
	src->value = 2;
	control_epoch_raise(open_control()); /* so that L1 does not answer */
	services_do(&services, "mc-stop");
	for (int i = 0; i < 10; i++) {
		char id[16];

		snprintf(id, sizeof(id), "stopped%d", i);
		fetch(c, id, "v2", CACHE_FRESH);
	}
	start = clock_mono_ns();
	for (int i = 10; i < 30; i++) {
		char id[16];

		snprintf(id, sizeof(id), "stopped%d", i);
		fetch(c, id, "v2", CACHE_FRESH);
	}
	ck_assert_msg(clock_mono_ns() - start < 20 * 40 * CLOCK_MS, "the breaker did not open");
	services_do(&services, "mc-cont");
	for (uint64_t until = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S; clock_left_ns(until) > 0;) {
		int before = src->reads;

		fetch(open_cache(NULL), "back", "v2", CACHE_FRESH);
		if (src->reads == before)
			return; /* memcached answers again */
		clock_sleep_ns(50 * CLOCK_MS);
	}
	ck_abort_msg("memcached was not used again");
}
END_TEST

START_TEST(dead_memcached_means_the_database_is_read)
{
	struct cache *c = set_up("dead");

	services_do(&services, "mc-kill");
	fetch(c, "dead", "v1", CACHE_FRESH);
	services_do(&services, "mc-start");
	ck_assert_int_ge(src->reads, 1);
}
END_TEST

START_TEST(old_value_serves_while_the_database_is_down)
{
	struct cache *c = set_up("outage");
	struct cache_item item;
	struct err e = {0};

	conf.cache_soft_s = 1;
	c = open_cache(open_control());
	fetch(c, "outage", "v1", CACHE_FRESH);
	clock_sleep_ns(2 * CLOCK_S);
	src->down = true;
	fetch(c, "outage", "v1", CACHE_STALE);
	fetch(c, "outage", "v1", CACHE_STALE);
	item = item_of(c, "never seen");
	ck_assert(!cache_fetch(c, &arena, &item, 1, fill, NULL, &e));
	ck_assert_int_eq((int)e.kind, (int)ERR_UPSTREAM);
	src->down = false;
	src->value = 2;
	for (uint64_t until = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S; clock_left_ns(until) > 0;) {
		err_clear(&e);
		item = item_of(c, "outage");
		ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
		if (str_eq_z(item.value, "v2"))
			return;
		clock_sleep_ns(50 * CLOCK_MS);
	}
	ck_abort_msg("the value was not renewed");
}
END_TEST

START_TEST(fills_are_capped_for_all_workers_together)
{
	struct cache *c = set_up("cap");
	struct cache_item item = item_of(c, "capped");
	struct err e = {0};
	int ready[2], status;
	char byte;
	pid_t holder;

	conf.cache_fills = 1;
	c = open_cache(open_control());
	ck_assert_int_eq(pipe(ready), 0);
	holder = fork();
	if (holder == 0) {
		bool got = control_permit(open_control(), PERMIT_FILL, 1);

		(void)!write(ready[1], got ? "y" : "n", 1);
		pause();
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'y');
	ck_assert(!cache_fetch(c, &arena, &item, 1, fill, NULL, &e));
	ck_assert_int_eq((int)e.kind, (int)ERR_BUSY);
	kill(holder, SIGKILL);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	fetch(c, "capped", "v1", CACHE_FRESH); /* the permit died with its holder */
}
END_TEST

START_TEST(a_cache_on_hold_shows_values_but_stores_none_and_leaves_no_placeholder)
{
	struct cache *other = set_up("hold"), *c = open_cache(control_none());

	fetch(other, "held", "v1", CACHE_FRESH);
	cache_hold(c, true);
	fetch(c, "held", "v1", CACHE_FRESH);
	ck_assert_int_eq(src->reads, 1);
	fetch(c, "unread", "v1", CACHE_FRESH);
	src->value = 2;
	conf.cache_l1_bytes = 0;
	fetch(open_cache(control_none()), "unread", "v2", CACHE_FRESH); /* it did not wait either */
	ck_assert_int_eq(src->reads, 3);
	cache_hold(c, false);
	src->value = 3;
	fetch(c, "later", "v3", CACHE_FRESH);
	src->value = 4;
	fetch(open_cache(control_none()), "later", "v3", CACHE_FRESH);
}
END_TEST

START_TEST(another_salt_leaves_no_value_behind)
{
	struct cache *c = set_up("salt");

	fetch(c, "salted", "v1", CACHE_FRESH);
	src->value = 2;
	cache_resalt(c, 2);
	fetch(c, "salted", "v2", CACHE_FRESH);
	cache_resalt(c, 2); /* the worker's own are dropped, memcached's are not */
	src->value = 3;
	fetch(c, "salted", "v2", CACHE_FRESH);
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

INTEG_MAIN("cache", true, second_fetch_is_a_hit, missing_key_is_read_once_by_64_readers,
    soft_expired_key_is_read_once_by_64_readers, what_was_read_before_a_forget_is_never_stored,
    placeholder_of_another_survives_a_restart_of_memcached, forget_by_another_process_ends_the_workers_own_copy,
    to_forget_many_keys_costs_one_exchange, to_forget_what_memcached_does_not_hold_ends_the_workers_own_copies,
    what_was_read_before_many_are_forgotten_is_never_stored, what_several_silent_servers_hold_is_an_error_and_no_miss,
    to_forget_many_keys_is_given_up_when_memcached_is_silent, a_flush_ends_every_value_and_whatever_is_being_read,
    a_flush_is_not_believed_when_a_server_is_silent_but_is_when_it_is_gone,
    stopped_memcached_costs_one_time_out_and_no_page, dead_memcached_means_the_database_is_read,
    old_value_serves_while_the_database_is_down, another_salt_leaves_no_value_behind,
    a_cache_on_hold_shows_values_but_stores_none_and_leaves_no_placeholder, fills_are_capped_for_all_workers_together)
