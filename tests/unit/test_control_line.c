/* The line for the database with real processes: never more holders than permits, and no waiting for stuck ones. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "child.h"
#include "plat/control/control_area.h"

#define WORKERS 3 /* so two permits */
#define AGE_NS (251 * CLOCK_MS)

static char dir[] = "/tmp/kontor-line-XXXXXX";
static char path[64];
static struct err e;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kontor-line-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/control", dir);
	err_clear(&e);
	ck_assert(log_open("test", "/dev/null", LOG_ERROR));
}

static void
teardown(void)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

/* Several in one process stand for as many workers: each has an open file, and so a lock, of its own. */
static void
enter(struct control *c, const char *backend, int workers)
{
	*c = (struct control){.slot = -1};
	control_set_workers(c, workers);
	ck_ok(control_join(c, path, backend, stats_none(), &e), &e);
}

/* As if it had asked the database, and found it slow or quick, so much earlier. */
static void
age(struct control *c, uint64_t by_ns)
{
	control_db_asked(c);
	atomic_fetch_sub(&control_own(c)->line_asked_ns, by_ns);
	if (atomic_load(&control_own(c)->line_found_ns) > by_ns)
		atomic_fetch_sub(&control_own(c)->line_found_ns, by_ns & ~UINT64_C(1));
}

static struct child
start(void (*fn)(struct control *), const char *backend)
{
	struct child c = child_fork();

	if (c.pid == 0) {
		struct control own;

		enter(&own, backend, WORKERS);
		fn(&own);
		child_wait(c);
	}
	return c;
}

static void
hold(struct control *own)
{
	if (!control_db_permit(own))
		_exit(1);
}

static void
insist(struct control *own)
{
	control_set_workers(own, 2);
	while (!control_db_permit(own))
		;
}

/* `epoch` counts the holders, `identity` how often there were too many. */
static void
contend(struct control *own)
{
	uint64_t first = UINT64_C(1) << 40;

	for (int i = 0; i < 20000; i++) {
		if (!control_db_permit(own))
			continue;
		if (atomic_fetch_add(&own->area->epoch, 1) - first >= WORKERS - 1)
			atomic_fetch_add(&own->area->identity, 1);
		atomic_fetch_sub(&own->area->epoch, 1);
		control_db_release(own);
	}
}

START_TEST(one_worker_of_a_backend_is_always_without_a_permit)
{
	static struct control one, two, three, other;

	enter(&one, "1", WORKERS);
	enter(&two, "1", WORKERS);
	enter(&three, "1", WORKERS);
	enter(&other, "2", WORKERS);
	ck_assert(control_db_permit(&one) && control_db_permit(&two));
	age(&one, AGE_NS);
	age(&two, AGE_NS);
	ck_assert(!control_db_permit(&three));
	ck_assert(control_db_permit(&other)); /* another backend has its own */
	control_db_release(&one);
	ck_assert(control_db_permit(&three));
	control_db_release(&two);
	control_db_release(&two); /* releasing twice does nothing */
	ck_assert(control_db_permit(&one));
	age(&one, AGE_NS);
	age(&three, AGE_NS);
	ck_assert(control_db_stuck(&two) && !control_db_permit(&two));
}
END_TEST

START_TEST(never_more_hold_than_there_are_permits)
{
	static struct control watch;
	struct child c[WORKERS + 1];

	enter(&watch, "jobs", 0);
	atomic_store(&watch.area->epoch, UINT64_C(1) << 40);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		c[i] = start(contend, "1");
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_await(c[i]);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_end(c[i], SIGKILL);
	ck_assert_uint_eq(control_identity(&watch), 0);
	ck_assert_uint_eq(atomic_load(&watch.area->epoch), UINT64_C(1) << 40);
}
END_TEST

START_TEST(a_permit_that_is_given_back_goes_to_the_one_who_waits)
{
	static struct control one;
	struct child waiting;

	enter(&one, "1", 2);
	ck_assert(control_db_permit(&one));
	waiting = start(insist, "1");
	while (atomic_load(&one.area->slot[1].line) == 0)
		clock_sleep_ns(CLOCK_MS);
	control_db_release(&one);
	child_await(waiting);
	ck_assert_uint_ne(atomic_load(&one.area->slot[1].line), 0);
	child_end(waiting, SIGKILL);
}
END_TEST

START_TEST(a_permit_dies_with_its_holder)
{
	static struct control one;
	struct child a, b;

	enter(&one, "1", WORKERS);
	a = start(hold, "1");
	b = start(hold, "1");
	child_await(a);
	child_await(b);
	for (int i = 1; i < 3; i++)
		atomic_store(&one.area->slot[i].line_asked_ns, clock_mono_ns() - AGE_NS);
	ck_assert(!control_db_permit(&one));
	child_end(a, SIGKILL);
	ck_assert(control_db_permit(&one));
	child_end(b, SIGKILL);
}
END_TEST

START_TEST(nobody_waits_for_holders_that_get_no_answer)
{
	static struct control one, two;

	enter(&one, "1", 2);
	enter(&two, "1", 2);
	ck_assert(control_db_permit(&one));
	ck_assert(!control_db_stuck(&two)); /* it does something else */
	control_db_asked(&one);
	ck_assert(!control_db_stuck(&two));
	age(&one, AGE_NS);
	ck_assert(control_db_stuck(&two));
	control_db_answered(&one, CLOCK_MS);
	ck_assert(!control_db_stuck(&two)); /* it goes on, however long it has been held */
}
END_TEST

START_TEST(a_request_is_held_up_while_all_holders_wait_for_an_answer_but_not_in_vain)
{
	static struct control one, two;
	uint64_t since_ns;

	enter(&one, "1", 2);
	enter(&two, "1", 2);
	ck_assert(!control_db_held_up(&two));
	ck_assert(control_db_permit(&one));
	ck_assert(!control_db_held_up(&two)); /* the holder is at work */
	control_db_asked(&one);
	ck_assert(!control_db_held_up(&two));
	age(&one, 50 * CLOCK_MS);
	ck_assert(control_db_held_up(&two));
	age(&one, 150 * CLOCK_MS);
	ck_assert(control_db_held_up(&two));
	age(&one, AGE_NS);
	ck_assert(!control_db_held_up(&two) && control_db_stuck(&two));
	age(&one, -10 * CLOCK_S); /* the next question; in line, the worker would wait for a second */
	since_ns = clock_mono_ns();
	ck_assert(!control_db_permit(&two));
	ck_assert_uint_lt(clock_mono_ns(), since_ns + CLOCK_S / 2);
}
END_TEST

START_TEST(nobody_waits_for_a_slow_database_until_it_is_found_quick)
{
	static struct control one, two;

	enter(&one, "1", 2);
	enter(&two, "1", 2);
	ck_assert(control_db_permit(&one));
	control_db_answered(&one, 2 * CLOCK_S);
	ck_assert(control_db_stuck(&two));
	control_db_answered(&one, CLOCK_MS);
	ck_assert(control_db_stuck(&two));
	control_db_release(&one);
	ck_assert(!control_db_stuck(&two) && control_db_permit(&two));
	ck_assert(control_db_stuck(&one)); /* although it was taken just now */
	ck_assert(control_db_slow(&one) && control_db_slow(&two));
	control_db_answered(&two, CLOCK_MS);
	control_db_release(&two);
	ck_assert(control_db_permit(&one));
	ck_assert(!control_db_stuck(&two) && !control_db_slow(&two));
	for (int i = 0; i < 5; i++)
		control_db_answered(&one, 30 * CLOCK_MS); /* none is slow, but all are far */
	control_db_release(&one);
	ck_assert(control_db_permit(&two));
	ck_assert(control_db_stuck(&one));
}
END_TEST

START_TEST(a_slow_answer_is_forgotten_after_a_while)
{
	static struct control one, two;

	enter(&one, "1", 2);
	enter(&two, "1", 2);
	ck_assert(control_db_permit(&one));
	control_db_answered(&one, 2 * CLOCK_S);
	control_db_release(&one);
	age(&one, 11 * CLOCK_S);
	atomic_store(&control_own(&one)->line_asked_ns, 0);
	ck_assert(control_db_permit(&two));
	ck_assert(!control_db_stuck(&one));
}
END_TEST

START_TEST(without_a_number_or_with_a_single_worker_there_is_no_limit)
{
	static struct control one, two, nobody;

	for (int workers = 0; workers < 2; workers++) {
		enter(&one, "1", workers);
		enter(&two, "1", workers);
		ck_assert(control_db_permit(&one) && control_db_permit(&two));
		ck_assert(!control_db_stuck(&one));
		control_close(&one);
		control_close(&two);
	}
	ck_assert(control_db_permit(NULL) && control_db_permit(&nobody));
	control_db_release(NULL);
	control_db_release(&nobody);
}
END_TEST

START_TEST(the_times_of_an_earlier_boot_are_forgotten)
{
	static struct control one, two;

	enter(&one, "1", 2);
	ck_assert(control_db_permit(&one));
	atomic_store(&control_own(&one)->line_found_ns, CLOCK_NEVER);
	atomic_store(&control_own(&one)->line_asked_ns, CLOCK_NEVER);
	one.area->boot[0] ^= 1;
	control_close(&one);
	enter(&two, "1", 2);
	enter(&one, "1", 2);
	ck_assert(control_db_permit(&two) && !control_db_stuck(&one));
}
END_TEST

START_TEST(a_crew_is_counted_with_those_who_know_their_number)
{
	static struct control one, two, three;
	struct control_crew crew;

	enter(&one, "1", 2);
	enter(&two, "1", 0);
	enter(&three, "2", 2);
	crew = control_crew(&one, "1");
	ck_assert_int_eq(crew.alive, 2);
	ck_assert_int_eq(crew.informed, 1);
	control_close(&two);
	ck_assert_int_eq(control_crew(&one, "1").alive, 1);
	control_close(&three);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "control_line", one_worker_of_a_backend_is_always_without_a_permit,
    never_more_hold_than_there_are_permits, a_permit_that_is_given_back_goes_to_the_one_who_waits,
    a_permit_dies_with_its_holder, nobody_waits_for_holders_that_get_no_answer,
    a_request_is_held_up_while_all_holders_wait_for_an_answer_but_not_in_vain,
    nobody_waits_for_a_slow_database_until_it_is_found_quick, a_slow_answer_is_forgotten_after_a_while,
    without_a_number_or_with_a_single_worker_there_is_no_limit, the_times_of_an_earlier_boot_are_forgotten,
    a_crew_is_counted_with_those_who_know_their_number)
