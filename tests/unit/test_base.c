#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/money.h"
#include "base/num.h"
#include "base/utf8.h"
#include "unit.h"

START_TEST(arena_try_fails_beyond_the_cap_and_sets_over)
{
	struct arena a;

	arena_init(&a, 1000);
	ck_assert_ptr_nonnull(arena_try(&a, 900));
	ck_assert(!a.over);
	ck_assert_ptr_null(arena_try(&a, 200));
	ck_assert(a.over);
	arena_reset(&a);
	ck_assert(!a.over);
	ck_assert_ptr_nonnull(arena_try(&a, 900));
	arena_fini(&a);
}
END_TEST

static char released[4];
static size_t n_released;

static void
note_release(void *p)
{
	released[n_released++] = *(char *)p;
}

START_TEST(arena_reset_keeps_the_largest_block_but_no_huge_one)
{
	struct arena a;
	struct arena_block *kept;

	arena_init(&a, 10 << 20);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(arena_alloc(&a, 100000));
	kept = a.block;
	arena_reset(&a);
	ck_assert_ptr_eq(a.block, kept);
	for (int i = 0; i < 2; i++)
		ck_assert_ptr_nonnull(arena_alloc(&a, 100000));
	ck_assert_ptr_eq(a.block, kept);
	ck_assert_ptr_nonnull(arena_alloc(&a, 5 << 20));
	arena_reset(&a);
	ck_assert_ptr_eq(a.block, kept);
	arena_fini(&a);
}
END_TEST

START_TEST(arena_reset_releases_newest_first)
{
	static char x = 'x', y = 'y';
	struct arena a;

	n_released = 0;
	arena_init(&a, 1000);
	arena_defer(&a, note_release, &x);
	arena_defer(&a, note_release, &y);
	arena_reset(&a);
	ck_assert_mem_eq(released, "yx", 2);
	arena_fini(&a);
	ck_assert_uint_eq(n_released, 2);
}
END_TEST

START_TEST(arena_rewind_gives_back_blocks_made_after_the_mark)
{
	struct arena a;
	struct arena_mark m;
	char *kept;

	arena_init(&a, 10 << 20);
	kept = arena_alloc(&a, 100);
	kept[99] = 'k';
	m = arena_mark(&a);
	for (int i = 0; i < 50; i++)
		ck_assert_ptr_nonnull(arena_alloc(&a, 100000));
	arena_rewind(&a, m);
	ck_assert_uint_eq(a.used_b, m.used_b);
	ck_assert_int_eq(kept[99], 'k');
	arena_fini(&a);
}
END_TEST

START_TEST(str_cut_yields_all_parts_even_empty_ones)
{
	struct str rest = STR("a,,b"), part;

	ck_assert(str_cut(&rest, ',', &part));
	ck_str(part, "a");
	ck_assert(str_cut(&rest, ',', &part));
	ck_str(part, "");
	ck_assert(str_cut(&rest, ',', &part));
	ck_str(part, "b");
	ck_assert(!str_cut(&rest, ',', &part));
}
END_TEST

START_TEST(buf_over_its_maximum_is_sticky)
{
	struct err e = {0};
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, &a, 10);
	buf_z(&b, "0123456789");
	ck_ok(buf_check(&b, &e), &e);
	buf_z(&b, "x");
	buf_z(&b, "");
	ck_assert(!buf_check(&b, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	ck_str(buf_str(&b), "0123456789");
	arena_fini(&a);
}
END_TEST

START_TEST(formatted_text_is_whole_whatever_room_there_is)
{
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 22);
	for (int had = 500; had < 520; had++)
		for (int n = 0; n < 20; n++) {
			struct str want = str_fmt(&a, "%*s%0*d", had, "", n + 1, 7);

			ck_assert_uint_eq(want.n, (size_t)(had + n + 1));
			buf_init(&b, &a, 1000);
			buf_fmt(&b, "%*s", had, "");
			buf_fmt(&b, "%0*d", n + 1, 7);
			ck_str(buf_str(&b), want.p);
		}
	buf_init(&b, &a, 10);
	buf_fmt(&b, "%d", 12345);
	buf_fmt(&b, "%d", 67890);
	ck_assert(!b.over);
	buf_fmt(&b, "%d", 1);
	ck_assert(b.over);
	ck_str(buf_str(&b), "1234567890");
	for (int n = 250; n < 260; n++)
		ck_assert_uint_eq(str_fmt(&a, "%*d", n, 1).n, strlen(str_fmt(&a, "%*d", n, 1).p));
	arena_fini(&a);
}
END_TEST

START_TEST(buf_escapes_for_each_context)
{
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, &a, 1000);
	buf_html(&b, STR("<a b=\"c\">&'"));
	ck_str(buf_str(&b), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
	buf_init(&b, &a, 1000);
	buf_json(&b, STR("</script>\"\\\n\xe2\x80\xa8"));
	ck_str(buf_str(&b), "\"\\u003c/script\\u003e\\\"\\\\\\u000a\\u2028\"");
	buf_init(&b, &a, 1000);
	buf_url(&b, STR("a b/ä"));
	ck_str(buf_str(&b), "a%20b%2F%C3%A4");
	buf_init(&b, &a, 1000);
	buf_i64(&b, INT64_MIN);
	ck_str(buf_str(&b), "-9223372036854775808");
	arena_fini(&a);
}
END_TEST

START_TEST(err_first_error_wins_and_context_goes_in_front)
{
	struct err e = {0};

	ck_assert(!err_set(&e, ERR_CONFLICT, "first"));
	ck_assert(!err_set(&e, ERR_BUG, "second"));
	ck_assert(!err_context(&e, "order %d", 7));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert_str_eq(e.msg, "order 7: first");
	ck_assert_str_eq(err_info(ERR_NOT_FOUND)->name, "not_found");
}
END_TEST

START_TEST(num_takes_whole_numbers_only)
{
	uint64_t u;
	int64_t i;

	ck_assert(num_u64(STR("18446744073709551615"), 0, UINT64_MAX, &u) && u == UINT64_MAX);
	ck_assert(!num_u64(STR("18446744073709551616"), 0, UINT64_MAX, &u));
	ck_assert(!num_u64(STR("2x"), 0, 9, &u) && !num_u64(STR(""), 0, 9, &u) && !num_u64(STR(" 2"), 0, 9, &u));
	ck_assert(num_i64(STR("-5"), -9, 9, &i) && i == -5);
	ck_assert(num_decimal(STR("1431.50"), 2, &i) && i == 143150);
	ck_assert(num_decimal(STR("-.5"), 2, &i) && i == -50);
	ck_assert(num_decimal(STR("1.5000"), 2, &i) && i == 150);
	ck_assert(
	    !num_decimal(STR("1.505"), 2, &i) && !num_decimal(STR("."), 2, &i) && !num_decimal(STR("1.2.3"), 2, &i));
	ck_assert(!num_decimal(STR("99999999999999999999"), 2, &i));
}
END_TEST

START_TEST(num_mul_div_rounds_half_away_from_zero)
{
	int64_t i;

	ck_assert(num_mul_div(5, 1, 2, &i) && i == 3);
	ck_assert(num_mul_div(-5, 1, 2, &i) && i == -3);
	ck_assert(num_mul_div(1, 1, 3, &i) && i == 0);
	ck_assert(num_mul_div(2, 1, 3, &i) && i == 1);
	ck_assert(num_mul_div(INT64_MAX, 19, 100, &i) && i == INT64_C(1752440687002407403));
	ck_assert(!num_mul_div(INT64_MAX, 2, 1, &i));
}
END_TEST

START_TEST(utf8_refuses_what_rfc_3629_refuses)
{
	ck_assert(utf8_valid(STR("aä中😀")));
	ck_assert(
	    !utf8_valid(STR("\xc0\x80")) && !utf8_valid(STR("\xed\xa0\x80")) && !utf8_valid(STR("\xf4\x90\x80\x80")));
	ck_assert(!utf8_valid(STR("\xe4\xb8")));
	ck_assert_uint_eq(utf8_len(STR("aä中😀")), 4);
	ck_str(utf8_head(STR("aä中"), 4), "aä");
}
END_TEST

START_TEST(str_copy_truncates_and_terminates)
{
	char to[5];

	memset(to, '#', sizeof(to));
	str_copy(to, sizeof(to), STR("abcdef"));
	ck_assert_str_eq(to, "abcd");
	str_copy(to, sizeof(to), STR("xyz"));
	ck_assert_str_eq(to, "xyz");
	ck_assert_int_eq(to[4], '\0'); /* left from the longer text before */
	str_copy(to, sizeof(to), STR_NONE);
	ck_assert_str_eq(to, "");
}
END_TEST

START_TEST(log_lines_name_the_request_that_they_belong_to)
{
	char path[] = "/tmp/kontor-log-XXXXXX", text[1000] = "";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert(log_open("test", path, LOG_INFO));
	log_request("0123456789abcdef0123456789abcdef");
	log_put(LOG_INFO, "event=one");
	log_request("0123456789abcdef0123456789abcdef-and-more"); /* cut to the space available */
	log_put(LOG_INFO, "event=two");
	log_request(NULL);
	log_put(LOG_INFO, "event=three");
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, " req=0123456789abcdef0123456789abcdef event=one\n"));
	ck_assert_ptr_nonnull(strstr(text, " req=0123456789abcdef0123456789abcdef-and-mo event=two\n"));
	ck_assert_ptr_nonnull(strstr(strstr(text, "event=two"), " event=three\n"));
	ck_assert_ptr_null(strstr(strstr(text, "event=two"), "req="));
	close(fd);
	unlink(path);
}
END_TEST

/* The last line that log_put() has written, without its head. */
static const char *
logged(int fd)
{
	static char text[65536];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	char *line;

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(text[n - 1], '\n');
	text[n - 1] = '\0';
	line = strrchr(text, '\n');
	line = strstr(line == NULL ? text : line, " event=");
	ck_assert_ptr_nonnull(line);
	return line + 1;
}

START_TEST(foreign_text_forges_no_field_of_a_log_line)
{
	char path[] = "/tmp/kontor-log-XXXXXX", big[5000];
	int fd = mkstemp(path);
	const char *line;

	ck_assert(log_open("test", path, LOG_INFO));
	log_put(LOG_INFO, "event=a path=\"%s\"", "/en/p/x\" level=error event=order\n\\");
	ck_assert_str_eq(logged(fd), "event=a path=\"/en/p/x\\\" level\\x3derror event\\x3dorder\\n\\\\\"");
	log_put(LOG_INFO, "event=b method=%.*s n=%d u=%u l=%llu z=%zu", 9, "GE T=\"\\\x1b!", -1, 2u, 3ull, (size_t)4);
	ck_assert_str_eq(logged(fd), "event=b method=GE\\x20T\\x3d\\x22\\x5c\\x1b! n=-1 u=2 l=3 z=4");
	log_put(LOG_INFO, "event=c a=\"%s\" b=%s", "\xc2\x9b 31m \x9b \xe2\x80\xae \xf3\xa0\x81\x81 \x7f", "\xc2\xa0");
	ck_assert_str_eq(logged(fd), "event=c a=\"\\u009b 31m \\x9b \\u202e \\U000e0041 \\x7f\" b=\xc2\xa0");
	log_put(LOG_INFO, "event=d a=\"%s\" %s", "\xe8\x8c\xb6 \xc3\xbc 100%", "b");
	ck_assert_str_eq(logged(fd), "event=d a=\"\xe8\x8c\xb6 \xc3\xbc 100%\" b");
	memset(big, '"', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_put(LOG_INFO, "event=e a=\"%s\" b=%s", big, "lost");
	line = logged(fd);
	ck_assert_uint_lt(strlen(line), 4000);
	ck_assert_str_eq(line + strlen(line) - 3, "\\\"\""); /* still in quotes */
	close(fd);
	unlink(path);
}
END_TEST

/* Under systemd the journal takes the priority from the line's prefix; elsewhere a prefix would be noise. */
START_TEST(lines_for_the_journal_begin_with_their_priority)
{
	static const char *const want[] = {"<3>ts=", "<4>ts=", "<6>ts=", "ts="};
	static const enum log_level levels[] = {LOG_ERROR, LOG_WARN, LOG_INFO, LOG_ERROR};

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		int fds[2], status;
		char stream[64], text[200] = "";
		struct stat sb;
		pid_t pid;

		ck_assert_int_eq(pipe(fds), 0);
		ck_assert_int_eq(fstat(fds[1], &sb), 0);
		snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)sb.st_dev,
		    (unsigned long long)sb.st_ino + (i == 3));
		pid = fork();
		if (pid == 0) {
			setenv("JOURNAL_STREAM", stream, 1);
			dup2(fds[1], STDERR_FILENO);
			log_put(levels[i], "event=x");
			_exit(0);
		}
		close(fds[1]);
		ck_assert_int_gt(read(fds[0], text, sizeof(text) - 1), 0);
		ck_assert_msg(strncmp(text, want[i], strlen(want[i])) == 0, "%s", text);
		close(fds[0]);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	}
}
END_TEST

START_TEST(money_never_mixes_or_overflows)
{
	struct err e = {0};
	struct money m;
	struct arena a;

	arena_init(&a, 1 << 16);
	ck_ok(money_parse(STR("43.2"), 1, &m, &e), &e);
	ck_assert_int_eq(m.minor, 4320);
	ck_str(money_plain(&a, m), "43.20");
	ck_str(money_plain(&a, (struct money){-5, 1}), "-0.05");
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("base", arena_try_fails_beyond_the_cap_and_sets_over,
    arena_reset_keeps_the_largest_block_but_no_huge_one, arena_reset_releases_newest_first,
    arena_rewind_gives_back_blocks_made_after_the_mark, str_cut_yields_all_parts_even_empty_ones,
    buf_over_its_maximum_is_sticky, formatted_text_is_whole_whatever_room_there_is,
    buf_escapes_for_each_context, err_first_error_wins_and_context_goes_in_front,
    num_takes_whole_numbers_only, num_mul_div_rounds_half_away_from_zero, utf8_refuses_what_rfc_3629_refuses,
    str_copy_truncates_and_terminates, log_lines_name_the_request_that_they_belong_to,
    foreign_text_forges_no_field_of_a_log_line, lines_for_the_journal_begin_with_their_priority,
    money_never_mixes_or_overflows)
