#include "plat/host/rights.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static struct arena arena;

static bool
allows(unsigned uid, unsigned gid, unsigned mode, unsigned want)
{
	const struct rights_user u = {.name = "u", .uid = 10, .gid = {20, 21}, .n_gid = 2};
	const struct stat st = {.st_uid = uid, .st_gid = gid, .st_mode = S_IFREG | mode};

	return rights_allow(&u, &st, want);
}

START_TEST(the_first_of_owner_group_and_others_decides)
{
	ck_assert(allows(10, 99, 0600, RIGHTS_READ | RIGHTS_WRITE));
	ck_assert(!allows(10, 20, 0066, RIGHTS_READ)); /* its owner, who is denied */
	ck_assert(allows(99, 21, 0640, RIGHTS_READ));
	ck_assert(!allows(99, 21, 0640, RIGHTS_WRITE));
	ck_assert(!allows(99, 20, 0606, RIGHTS_READ)); /* of the group, which is denied */
	ck_assert(allows(99, 99, 0644, RIGHTS_READ));
	ck_assert(!allows(99, 99, 0640, RIGHTS_READ));
	ck_assert(!allows(99, 99, 0644, RIGHTS_READ | RIGHTS_ENTER));
}
END_TEST

START_TEST(root_may_all)
{
	const struct rights_user root = {.uid = 0};
	const struct stat st = {.st_uid = 1, .st_mode = S_IFREG};

	ck_assert(rights_allow(&root, &st, RIGHTS_READ | RIGHTS_WRITE | RIGHTS_ENTER));
}
END_TEST

START_TEST(a_closed_folder_on_the_way_is_named)
{
	const struct rights_user stranger = {.name = "stranger", .uid = 4000000000U};
	char dir[] = "/tmp/kontor-test-XXXXXX";
	const char *why = NULL, *inner, *deep;

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	inner = str_fmt(&arena, "%s/inner", dir).p;
	deep = str_fmt(&arena, "%s/deep", inner).p;
	ck_assert_int_eq(mkdir(inner, 0700), 0);
	ck_assert_int_eq(mkdir(deep, 0700), 0);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(chmod(inner, 0700), 0);
	ck_assert_int_eq(chmod(deep, 0755), 0);
	ck_assert(!rights_may(&arena, &stranger, deep, RIGHTS_READ, &why));
	ck_assert(str_starts(str_z(why), str_fmt(&arena, "%s is ", inner)));
	ck_assert(str_ends(str_z(why), STR(" 0700")));
	ck_assert_int_eq(chmod(inner, 0711), 0);
	ck_assert(rights_may(&arena, &stranger, deep, RIGHTS_READ | RIGHTS_ENTER, &why));
	ck_assert(!rights_may(&arena, &stranger, deep, RIGHTS_WRITE, &why));
	ck_assert(!rights_may(&arena, &stranger, str_fmt(&arena, "%s/none", deep).p, RIGHTS_READ, &why));
	ck_assert(str_find(str_z(why), STR("No such file")) >= 0);
	rmdir(deep);
	rmdir(inner);
	rmdir(dir);
}
END_TEST

START_TEST(a_file_is_roots_when_nobody_else_can_change_or_replace_it)
{
	char dir[] = "/tmp/kontor-test-XXXXXX", loose[] = "/tmp/kontor-test-XXXXXX";
	const char *file, *link, *path = "/usr/bin/env";
	int fd;

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	ck_assert(rights_only_root_changes(&arena, &path));
	ck_assert_ptr_null(strstr(path, "/.."));
	path = "/nonexistent";
	ck_assert(!rights_only_root_changes(&arena, &path));
	path = "/etc"; /* a folder */
	ck_assert(!rights_only_root_changes(&arena, &path));
	path = "/proc/1/cmdline";
	ck_assert(!rights_only_root_changes(&arena, &path));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	file = str_fmt(&arena, "%s/file", dir).p;
	link = str_fmt(&arena, "%s/link", dir).p;
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(symlink("file", link), 0);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	path = link;
	ck_assert(rights_only_root_changes(&arena, &path) == (geteuid() == 0));
	if (geteuid() == 0) {
		ck_assert_str_eq(path, file);
		ck_assert_int_eq(fchmod(fd, 0620), 0);
		ck_assert(!rights_only_root_changes(&arena, &path));
		ck_assert_int_eq(fchmod(fd, 0602), 0);
		ck_assert(!rights_only_root_changes(&arena, &path));
		ck_assert_int_eq(fchmod(fd, 0644), 0);
		ck_assert_int_eq(chmod(dir, 0775), 0);
		ck_assert(!rights_only_root_changes(&arena, &path));
		ck_assert_int_eq(chmod(dir, 0755), 0);
		ck_assert(rights_only_root_changes(&arena, &path));
		ck_assert_int_eq(chown(dir, 65534, 65534), 0);
		ck_assert(!rights_only_root_changes(&arena, &path));
		ck_assert_int_eq(chown(dir, 0, 0), 0);
		ck_assert_int_eq(fchown(fd, 65534, 65534), 0);
		ck_assert(!rights_only_root_changes(&arena, &path));
	}
	close(fd);
	fd = mkstemp(loose); /* in a folder where anybody can hard-link a file of root */
	ck_assert_int_ge(fd, 0);
	path = loose;
	ck_assert(!rights_only_root_changes(&arena, &path));
	close(fd);
	unlink(loose);
	unlink(link);
	unlink(file);
	rmdir(dir);
}
END_TEST

START_TEST(users_are_found_by_name_and_number)
{
	struct rights_user u;
	struct err e = {0};

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	ck_ok(rights_user(&arena, "root", &u, &e), &e);
	ck_assert_uint_eq(u.uid, 0);
	ck_assert(u.n_gid > 0);
	ck_ok(rights_user_id(&arena, 0, &u, &e), &e);
	ck_assert_str_eq(u.name, "root");
	ck_assert(!rights_user(&arena, "no-such-user", &u, &e));
	ck_assert_str_eq(e.msg, "there is no user no-such-user");
}
END_TEST

UNIT_MAIN("rights", the_first_of_owner_group_and_others_decides, root_may_all, a_closed_folder_on_the_way_is_named,
    a_file_is_roots_when_nobody_else_can_change_or_replace_it, users_are_found_by_name_and_number)
