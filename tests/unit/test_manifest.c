#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/backup/manifest.h"
#include "unit.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "kontor-backup 1\nname n\nmade 2026-11-24T06:15:00Z\ndatabase d\nchecked no\n"
#define FILES "file " SUM " 5 database.sql.gz\n"

static struct arena arena;

static bool
parse(const char *text, struct manifest *m, struct err *e)
{
	arena_fini(&arena);
	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	return manifest_parse(&arena, str_z(text), m, e);
}

START_TEST(a_written_manifest_is_read_back)
{
	static const char text[] =
	    "kontor-backup 1\nname kontor-20261124T061500Z\nmade 2026-11-24T06:15:00Z\nprogram 0.1.0\n"
	    "schema 1 0001_schema.sql\ndatabase my shop\nchecked yes\nlast-order K-7\nrows 3 orders\n"
	    "rows 0 outbox\npictures 2 29\nfile " SUM " 80 config/etc/a b\n" FILES "end\n";
	struct err e = {0};
	struct manifest m;
	struct buf b;

	ck_ok(parse(text, &m, &e), &e);
	ck_assert_int_eq(m.made_s, 1795500900);
	ck_str(m.database, "my shop");
	ck_assert_uint_eq(manifest_rows(&m, "orders"), 3);
	ck_str(m.file[0].name, "config/etc/a b");
	buf_init(&b, &arena, 4096);
	manifest_put(&b, &m);
	ck_str(buf_str(&b), text);
}
END_TEST

START_TEST(an_unknown_word_of_a_later_release_is_skipped)
{
	struct err e = {0};
	struct manifest m;

	ck_ok(parse(HEAD "colour green\n" FILES "end\n", &m, &e), &e);
	ck_assert_uint_eq(m.n_files, 1);
}
END_TEST

START_TEST(a_truncated_or_wrong_manifest_is_refused_with_its_line)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"", "1: this is not the manifest"},
	    {"hello\n", "1: this is not the manifest"},
	    {"kontor-backup 2\nend\n", "1: written in format 2"},
	    {HEAD FILES, "the end is missing"},
	    {HEAD FILES "end", "the end is missing"},
	    {HEAD "end\n", "files are missing"},
	    {"kontor-backup 1\n" FILES "end\n", "3: name, time"},
	    {HEAD "made yesterday\n" FILES "end\n", "6: cannot"},
	    {HEAD "made 2026-13-24T06:15:00Z\n" FILES "end\n", "6: cannot"},
	    {HEAD "rows x orders\n" FILES "end\n", "6: cannot"},
	    {HEAD "rows 5\n" FILES "end\n", "6: cannot"},
	    {HEAD "last-order K\t1\n" FILES "end\n", "6: cannot"},
	    {HEAD "checked perhaps\n" FILES "end\n", "6: cannot"},
	    {HEAD "file abc 5 x\nend\n", "6: cannot"},
	    {HEAD "file " SUM " 5 /etc/passwd\nend\n", "6: cannot"},
	    {HEAD "file " SUM " 5 a/../../b\nend\n", "6: cannot"},
	    {HEAD "file " SUM " 5\nend\n", "6: cannot"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = {0};
		struct manifest m;

		ck_assert_msg(!parse(cases[i].text, &m, &e), "%s", cases[i].text);
		ck_assert_msg(strstr(e.msg, cases[i].says) != NULL, "%s: %s", cases[i].text, e.msg);
	}
}
END_TEST

/* The first write is partial; only the next one returns the error. */
START_TEST(a_partial_write_is_reported_with_its_reason)
{
	char dir[] = "/tmp/kontor-test-XXXXXX", path[64];
	struct dump_table table[] = {{.name = STR("orders"), .rows = 2}};
	struct manifest m = {.name = STR("kontor-20261124T061500Z"),
	    .database = STR("kontor"),
	    .table = table,
	    .n_tables = ARRAY_LEN(table)};
	struct rlimit before, small;
	struct err e = {0};
	bool ok;

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){.rlim_cur = 20, .rlim_max = before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	errno = 0;
	ok = manifest_save(&arena, dir, &m, &e);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	snprintf(path, sizeof(path), "%s/" MANIFEST_NAME, dir);
	unlink(path);
	rmdir(dir);
	ck_assert(!ok);
	ck_assert_ptr_nonnull(strstr(e.msg, strerror(EFBIG)));
}
END_TEST

UNIT_MAIN("manifest", a_written_manifest_is_read_back, an_unknown_word_of_a_later_release_is_skipped,
    a_truncated_or_wrong_manifest_is_refused_with_its_line, a_partial_write_is_reported_with_its_reason)
