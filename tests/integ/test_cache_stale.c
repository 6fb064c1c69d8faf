/* Changed values and placeholders: when a stale value is served, who fills, who waits. */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cached.h"
#include "plat/cache/cache_impl.h"

static struct control *ctl; /* of reader() */

/* A reader without L1. */
static struct cache *
reader(const char *name)
{
	set_up(name);
	conf.cache_l1_bytes = 0;
	return open_cache(ctl = open_control());
}

/* One that waits much longer than even a busy machine needs for an exchange. */
static struct cache *
patient_reader(const char *name)
{
	(void)reader(name);
	conf.cache_timeout_ms = 1000;
	return open_cache(ctl);
}

static void
change(const struct cache *c, const char *id)
{
	struct cache_key key = item_of(c, id).key;

	src->value++;
	ck_assert(cache_forget(open_cache(NULL), &arena, &key, 1));
}

static void
plant_placeholder(const struct cache *c, const char *id, uint64_t worker, uint64_t number)
{
	const struct cache_placeholder p = {worker, number};
	struct cache_key key = item_of(c, id).key;
	char bytes[CACHE_PLACEHOLDER_B];
	struct memc_op op = {MEMC_ADD, .key = str_n(key.text, key.n), .ttl_s = 60};

	cache_stored_placeholder(&p, bytes);
	op.value = str_n(bytes, sizeof(bytes));
	ask_all(open_memc(), &op, 1);
	ck_assert_int_eq((int)op.result, (int)MEMC_OK);
}

static bool
fetch_fails(struct cache *c, const char *id, enum err_kind kind)
{
	struct cache_item item = item_of(c, id);
	struct err e = {0};

	cache_deadline(c, CLOCK_NEVER);
	if (cache_fetch(c, &arena, &item, 1, fill, NULL, &e))
		return false;
	ck_assert_int_eq((int)item.how, (int)CACHE_LOST);
	ck_assert_int_eq((int)e.kind, (int)kind);
	return true;
}

START_TEST(a_change_marks_the_value_and_the_next_reader_renews_it)
{
	struct cache *c = reader("mark");

	fetch(c, "mark", "v1", CACHE_FRESH);
	change(c, "mark");
	ck_state(c, "mark", MARKED);
	change(c, "mark"); /* a second mark before the first */
	ck_state(c, "mark", MARKED);
	fetch(c, "mark", "v3", CACHE_FRESH);
	ck_state(c, "mark", VALUE);
	fetch(c, "mark", "v3", CACHE_FRESH);
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

START_TEST(a_marked_value_serves_while_the_database_is_down_and_no_longer)
{
	struct cache *c = reader("down");

	fetch(c, "down", "v1", CACHE_FRESH);
	change(c, "down");
	src->down = true;
	for (int i = 0; i < 3; i++) { /* each tries at once; none waits for another */
		uint64_t before = exchanges(ctl->stats);

		fetch(c, "down", "v1", CACHE_STALE);
		ck_assert_uint_eq(exchanges(ctl->stats) - before, 2);
	}
	src->down = false;
	fetch(c, "down", "v2", CACHE_FRESH);
}
END_TEST

START_TEST(a_marked_value_is_not_shown_for_want_of_a_permit_but_a_soft_expired_one_is)
{
	struct cache *c = reader("permit");
	int ready[2], status;
	pid_t holder;
	char byte;

	conf.cache_fills = 1;
	conf.cache_soft_s = 1;
	c = open_cache(open_control());
	fetch(c, "marked", "v1", CACHE_FRESH);
	fetch(c, "expired", "v1", CACHE_FRESH);
	change(c, "marked");
	clock_sleep_ns(2 * CLOCK_S);
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
	ck_assert(fetch_fails(c, "marked", ERR_BUSY));
	fetch(c, "expired", "v1", CACHE_STALE);
	kill(holder, SIGKILL);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	fetch(c, "marked", "v2", CACHE_FRESH); /* at once: nobody holds its lock */
}
END_TEST

/* Ends all connections of this process to memcached. */
static void
break_connections(void)
{
	struct sockaddr_un at;
	int n = 0;

	for (int fd = 3; fd < 256; fd++) {
		socklen_t len = sizeof(at);

		memset(&at, 0, sizeof(at));
		if (getpeername(fd, (struct sockaddr *)&at, &len) == 0 && at.sun_family == AF_UNIX
		    && strstr(at.sun_path, "mc.sock") != NULL)
			n += shutdown(fd, SHUT_RDWR) == 0;
	}
	ck_assert_int_gt(n, 0);
}

START_TEST(a_change_on_a_broken_connection_deletes_on_a_new_one)
{
	struct cache *c = patient_reader("broken");
	struct cache_key key = item_of(c, "broken").key;

	fetch(c, "broken", "v1", CACHE_FRESH);
	break_connections();
	ck_assert(cache_forget(c, &arena, &key, 1));
	ck_state(c, "broken", NOTHING);
}
END_TEST

static struct {
	struct cache *c;
	const char *id;
} between;

static void
change_between(void)
{
	meanwhile = NULL;
	change(between.c, between.id);
}

START_TEST(what_was_read_before_a_second_change_is_not_stored_over_a_marked_value)
{
	struct cache *c = reader("again");

	between.c = c;
	between.id = "again";
	fetch(c, "again", "v1", CACHE_FRESH);
	change(c, "again");
	meanwhile = change_between; /* after v2 was read */
	fetch(c, "again", "v2", CACHE_FRESH);
	ck_state(c, "again", MARKED);
	fetch(c, "again", "v3", CACHE_FRESH); /* and stored: it is another value, so it has another lock */
	ck_state(c, "again", VALUE);
	ck_assert_int_eq(src->reads, 3);
}
END_TEST

START_TEST(a_placeholder_is_there_before_the_database_is_read_and_void_after_a_change)
{
	struct cache *c = reader("void");

	between.c = c;
	between.id = "void";
	meanwhile = change_between;
	fetch(c, "void", "v1", CACHE_FRESH);
	ck_state(c, "void", VOID_PLACEHOLDER);
	fetch(open_cache(NULL), "void", "v2", CACHE_FRESH); /* by another worker, without waiting */
	ck_state(c, "void", VALUE);
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

START_TEST(others_placeholders_are_waited_for_once_for_a_whole_request)
{
	struct cache *c = patient_reader("wait");
	uint64_t asked = 0;

	for (int i = 0; i < 5; i++)
		plant_placeholder(c, str_fmt(&arena, "wait %d", i).p, 1, 1000 | CACHE_PLACEHOLDER_SECOND);
	cache_deadline(c, CLOCK_NEVER);
	for (int i = 0; i < 5; i++) {
		struct cache_item item = item_of(c, str_fmt(&arena, "wait %d", i).p);
		struct err e = {0};

		ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
		ck_str(item.value, "v1");
		ck_state(c, str_fmt(&arena, "wait %d", i).p, PLACEHOLDER);
		if (i == 0)
			asked = exchanges(ctl->stats);
	}
	ck_assert_uint_gt(asked, 2);
	ck_assert_uint_le(exchanges(ctl->stats), asked + 4); /* the others were asked for once */
}
END_TEST

START_TEST(time_outs_and_waiting_together_are_bounded_in_a_request)
{
	struct cache *c = reader("stalled");

	services_do(&services, "mc-stop");
	cache_deadline(c, CLOCK_NEVER);
	for (int i = 0; i < 10; i++) {
		struct cache_item item = item_of(c, str_fmt(&arena, "stalled %d", i).p);
		struct err e = {0};

		ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
	}
	ck_assert_uint_eq(c->wait_ns, 0);
	ck_assert_uint_le(exchanges(ctl->stats), 3); /* two time-outs, and the remaining wait budget */
	services_do(&services, "mc-cont");
}
END_TEST

START_TEST(an_orphan_of_our_own_is_not_waited_for)
{
	struct cache *c = reader("orphan");

	plant_placeholder(c, "orphan", c->placeholder.worker, 1000);
	fetch(c, "orphan", "v1", CACHE_FRESH);
	ck_assert_uint_eq(exchanges(ctl->stats), 1);
	ck_state(c, "orphan", VALUE);
}
END_TEST

/* As of a worker that died, or of an exchange that was given up and that a stopped memcached has read since. */
START_TEST(what_does_not_come_is_taken_over_and_stored_on_the_same_page)
{
	struct cache *c = patient_reader("vain");

	for (int i = 0; i < 5; i++)
		plant_placeholder(c, str_fmt(&arena, "vain %d", i).p, 1, 1000);
	cache_deadline(c, CLOCK_NEVER);
	for (int i = 0; i < 5; i++) {
		struct cache_item item = item_of(c, str_fmt(&arena, "vain %d", i).p);
		struct err e = {0};

		ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
		ck_state(c, str_fmt(&arena, "vain %d", i).p, VALUE);
	}
	ck_assert_int_eq(src->reads, 5);
}
END_TEST

/* Whoever comes back late finds another's placeholder. */
static void
take_over_and_change(void)
{
	meanwhile = NULL;
	src->value++;
	fetch(open_cache(NULL), "slow", "v2", CACHE_FRESH);
}

START_TEST(a_filler_that_was_too_slow_stores_nothing_over_what_was_read_after_it)
{
	struct cache *c = patient_reader("slow");

	meanwhile = take_over_and_change;
	fetch(c, "slow", "v1", CACHE_FRESH);
	ck_state(c, "slow", VALUE);
	fetch(open_cache(NULL), "slow", "v2", CACHE_FRESH);
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

START_TEST(a_fill_that_fails_leaves_no_placeholder)
{
	struct cache *c = reader("failed");

	src->down = true;
	ck_assert(fetch_fails(c, "failed", ERR_UPSTREAM));
	ck_state(c, "failed", NOTHING);
}
END_TEST

START_TEST(what_can_be_had_is_there_though_another_item_is_not)
{
	struct cache *c = reader("some");
	struct cache_item items[] = {item_of(c, "some old"), item_of(c, "some new")};
	struct err e = {0};

	fetch(c, "some old", "v1", CACHE_FRESH);
	change(c, "some old");
	src->down = true;
	cache_deadline(c, CLOCK_NEVER);
	ck_assert(!cache_fetch(c, &arena, items, ARRAY_LEN(items), fill, NULL, &e));
	ck_assert_int_eq((int)items[0].how, (int)CACHE_STALE);
	ck_str(items[0].value, "v1");
	ck_assert_int_eq((int)items[1].how, (int)CACHE_LOST);
}
END_TEST

START_TEST(what_is_never_shown_stale_is_deleted)
{
	struct cache *c = reader("sealed");
	struct cache_item item = {.key = cache_key(c, CACHE_session, STR_NONE, STR("sealed"))};
	struct err e = {0};

	ck_ok(cache_fetch(c, &arena, &item, 1, fill, NULL, &e), &e);
	ck_assert_int_eq((int)ask(open_memc(), MEMC_GET, item.key).result, (int)MEMC_OK);
	ck_assert(cache_forget(open_cache(NULL), &arena, &item.key, 1));
	ck_assert_int_eq((int)ask(open_memc(), MEMC_GET, item.key).result, (int)MEMC_MISS);
}
END_TEST

START_TEST(a_marked_value_is_renewed_by_one_of_many_readers)
{
	enum { READERS = 32 };
	struct cache *c;
	int status;

	set_up("crowd");
	conf.cache_l1_bytes = 0;
	conf.cache_timeout_ms = 5000; /* so many at once may be slow */
	c = open_cache(NULL);
	fetch(c, "crowd", "v1", CACHE_FRESH);
	change(c, "crowd");
	src->delay_ms = 30;
	for (int i = 0; i < READERS; i++) {
		if (fork() == 0) {
			struct cache *own = open_cache(open_control());

			src->waiting++;
			while (!src->go)
				clock_sleep_ns(CLOCK_MS / 2);
			fetch(own, "crowd", "v2", CACHE_FRESH);
			_exit(0);
		}
	}
	while (src->waiting < READERS)
		clock_sleep_ns(CLOCK_MS);
	src->go = true;
	for (int i = 0; i < READERS; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(src->reads, 2);
}
END_TEST

START_TEST(what_could_not_be_marked_is_deleted)
{
	struct cache *c = reader("absent");
	struct cache_key key = item_of(c, "absent").key;

	/* "Not stored" may also mean that there was no room for the mark. */
	ck_assert(cache_forget(c, &arena, &key, 1));
	ck_assert_uint_eq(exchanges(ctl->stats), 2);
}
END_TEST

INTEG_MAIN("cache_stale", true, a_change_on_a_broken_connection_deletes_on_a_new_one,
    a_change_marks_the_value_and_the_next_reader_renews_it,
    a_marked_value_serves_while_the_database_is_down_and_no_longer,
    a_marked_value_is_not_shown_for_want_of_a_permit_but_a_soft_expired_one_is,
    what_was_read_before_a_second_change_is_not_stored_over_a_marked_value,
    a_placeholder_is_there_before_the_database_is_read_and_void_after_a_change,
    others_placeholders_are_waited_for_once_for_a_whole_request,
    time_outs_and_waiting_together_are_bounded_in_a_request, an_orphan_of_our_own_is_not_waited_for,
    what_does_not_come_is_taken_over_and_stored_on_the_same_page,
    a_filler_that_was_too_slow_stores_nothing_over_what_was_read_after_it,
    a_fill_that_fails_leaves_no_placeholder, what_can_be_had_is_there_though_another_item_is_not,
    what_is_never_shown_stale_is_deleted, what_could_not_be_marked_is_deleted,
    a_marked_value_is_renewed_by_one_of_many_readers)
