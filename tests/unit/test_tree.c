#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/host/tree.h"
#include "unit.h"

static char dir[] = "/tmp/kontor-test-XXXXXX";

static const char *
path(char out[64], const char *name)
{
	snprintf(out, 64, "%s/%s", dir, name);
	return out;
}

static void
put(const char *name, const char *text)
{
	char p[64];
	FILE *f = fopen(path(p, name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void
holds(const char *name, const char *text)
{
	char p[64], got[64] = "";
	FILE *f = fopen(path(p, name), "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(got, sizeof(got), f));
	fclose(f);
	ck_assert_str_eq(got, text);
}

static void
begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	put("from", "copied");
	put("secret", "theirs");
}

static void
end(void)
{
	struct err e = {0};

	ck_ok(tree_remove(dir, &e), &e);
}

START_TEST(a_copy_writes_through_no_link_that_was_planted)
{
	char from[64], to[64], link[64], secret[64];
	struct err e = {0};
	struct stat st;
	uint64_t size_b;

	begin();
	ck_assert_int_eq(symlink(path(secret, "secret"), path(link, ".to.new")), 0);
	ck_assert_int_eq(symlink(secret, path(to, "to")), 0);
	ck_ok(tree_copy(path(from, "from"), to, &size_b, &e), &e);
	ck_assert_uint_eq(size_b, 6);
	holds("secret", "theirs");
	holds("to", "copied");
	ck_assert_int_eq(lstat(to, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_ne(lstat(link, &st), 0);
	end();
}
END_TEST

START_TEST(a_copy_is_made_of_no_link)
{
	char from[64], to[64], secret[64];
	struct err e = {0};
	uint64_t size_b;

	begin();
	ck_assert_int_eq(symlink(path(secret, "secret"), path(from, "link")), 0);
	ck_assert(!tree_copy(from, path(to, "to"), &size_b, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "/link: "));
	ck_assert_int_ne(access(to, F_OK), 0);
	end();
}
END_TEST

START_TEST(leftovers_of_an_aborted_run_are_replaced)
{
	char from[64], to[64];
	struct err e = {0};
	uint64_t size_b;

	begin();
	put(".to.new", "longer than what is copied");
	ck_ok(tree_copy(path(from, "from"), path(to, "to"), &size_b, &e), &e);
	holds("to", "copied");
	end();
}
END_TEST

UNIT_MAIN("tree", a_copy_writes_through_no_link_that_was_planted, a_copy_is_made_of_no_link,
    leftovers_of_an_aborted_run_are_replaced)
