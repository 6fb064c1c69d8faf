#include <fcntl.h>
#include <unistd.h>

#include "base/run.h"
#include "unit.h"

static struct arena arena;

static struct str
output(const char *const argv[], int *status)
{
	struct err e = {0};
	struct str text;

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	ck_ok(run_read(&arena, argv, &text, status, &e), &e);
	return text;
}

START_TEST(output_errors_and_status_come_back)
{
	const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 7", NULL};
	int status;

	ck_assert_str_eq(output(argv, &status).p, "out\nerr\n");
	ck_assert_int_eq(status, 7);
}
END_TEST

START_TEST(a_signal_is_distinguished_from_a_status)
{
	const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};
	int status;

	ck_assert_str_eq(output(argv, &status).p, "");
	ck_assert_int_eq(status, 128 + 9);
}
END_TEST

START_TEST(a_missing_program_is_named)
{
	const char *const argv[] = {"no-such-program-here", NULL};
	struct err e = {0};
	struct str text;
	int status;

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	ck_assert(!run_read(&arena, argv, &text, &status, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	ck_assert_str_eq(e.msg, "no-such-program-here cannot be run: No such file or directory");
}
END_TEST

START_TEST(much_output_is_read_to_its_end_and_cut)
{
	const char *const argv[] = {"sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 3", NULL};
	int status;

	ck_assert_uint_eq(output(argv, &status).n, RUN_CAPTURE_B);
	ck_assert_int_eq(status, 3);
}
END_TEST

START_TEST(a_program_gets_the_channels_it_is_given)
{
	const char *const argv[] = {"cat", NULL};
	struct run r = {.argv = argv, .err = RUN_NULL};
	struct err e = {0};
	char got[8] = "";
	int in[2], out[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	r.in = in[0];
	r.out = out[1];
	ck_ok(run_start(&r, &pid, &e), &e);
	ck_assert_int_eq(write(in[1], "hello", 5), 5);
	close(in[1]);
	ck_ok(run_wait(pid, &status, &e), &e);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(out[0], got, 7), 5);
	ck_assert_str_eq(got, "hello");
}
END_TEST

UNIT_MAIN("run", output_errors_and_status_come_back, a_signal_is_distinguished_from_a_status,
    a_missing_program_is_named, much_output_is_read_to_its_end_and_cut, a_program_gets_the_channels_it_is_given)
