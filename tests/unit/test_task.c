#include "plat/host/task.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "unit.h"

#define MANY 20

static struct arena arena;

static void
say_number(void *arg, struct buf *out)
{
	buf_fmt(out, "%d", *(int *)arg);
	*(int *)arg = -1;
}

static void
say_much(void *arg, struct buf *out)
{
	(void)arg;
	for (size_t i = 0; i < TASK_OUT_B; i++)
		buf_ch(out, 'x');
}

static void
say_too_much(void *arg, struct buf *out)
{
	say_much(arg, out);
	buf_ch(out, 'x');
}

static void
say_nothing(void *arg, struct buf *out)
{
	(void)arg;
	(void)out;
}

static void
crash(void *arg, struct buf *out)
{
	(void)arg;
	buf_z(out, "before");
	raise(SIGKILL);
}

/* Has a child of its own, which must be killed too. */
static void
hang(void *arg, struct buf *out)
{
	(void)arg;
	buf_z(out, "before");
	if (fork() < 0)
		return;
	for (;;)
		pause();
}

START_TEST(each_task_has_its_own_output_and_does_not_change_the_caller)
{
	struct task t[MANY];
	int number[MANY];
	char want[12];

	arena_fini(&arena);
	arena_init(&arena, (size_t)256 << 20);
	for (int i = 0; i < MANY; i++) {
		number[i] = i;
		t[i] = (struct task){.fn = say_number, .arg = &number[i], .limit_ms = 20000};
	}
	task_run(&arena, t, MANY, 3);
	for (int i = 0; i < MANY; i++) {
		snprintf(want, sizeof(want), "%d", i);
		ck_assert_int_eq(t[i].end, TASK_DONE);
		ck_str(t[i].out, want);
		ck_assert_int_eq(number[i], i);
	}
}
END_TEST

START_TEST(a_hung_task_costs_its_limit_and_delays_no_other)
{
	struct task t[] = {{.fn = hang, .limit_ms = 300}, {.fn = say_nothing, .limit_ms = 20000},
	    {.fn = hang, .limit_ms = 300}, {.fn = say_nothing, .limit_ms = 20000}};
	uint64_t began_ns = clock_mono_ns();
	struct pollfd pfd = {.events = POLLIN};
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	arena_fini(&arena);
	arena_init(&arena, (size_t)256 << 20);
	task_run(&arena, t, ARRAY_LEN(t), 2);
	ck_assert(clock_mono_ns() - began_ns < 15 * CLOCK_S);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		ck_assert_int_eq(t[i].end, i % 2 == 0 ? TASK_TIME : TASK_DONE);
		ck_assert_uint_eq(t[i].out.n, 0);
		ck_assert(i % 2 == 1 || t[i].took_ms >= 300);
	}
	/* All children held the pipe; end of file comes when the last one is dead. */
	close(fds[1]);
	pfd.fd = fds[0];
	ck_assert_int_eq(poll(&pfd, 1, 10000), 1);
}
END_TEST

START_TEST(a_task_that_crashes_or_writes_too_much_has_no_output)
{
	struct task t[] = {{.fn = crash, .limit_ms = 20000}, {.fn = say_too_much, .limit_ms = 20000},
	    {.fn = say_much, .limit_ms = 20000}};

	arena_fini(&arena);
	arena_init(&arena, (size_t)256 << 20);
	task_run(&arena, t, ARRAY_LEN(t), ARRAY_LEN(t));
	ck_assert_int_eq(t[0].end, TASK_DIED);
	ck_assert_int_eq(t[1].end, TASK_DIED);
	ck_assert_int_eq(t[2].end, TASK_DONE);
	ck_assert_uint_eq(t[0].out.n, 0);
	ck_assert_uint_eq(t[1].out.n, 0);
	ck_assert_uint_eq(t[2].out.n, TASK_OUT_B);
}
END_TEST

UNIT_MAIN("task", each_task_has_its_own_output_and_does_not_change_the_caller,
    a_hung_task_costs_its_limit_and_delays_no_other, a_task_that_crashes_or_writes_too_much_has_no_output)
