#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plat/conf/conf.h"
#include "plat/db/db_login.h"
#include "unit.h"

static struct arena arena;
static struct conf conf;

static void
begin(void)
{
	struct err e = {0};

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	ck_ok(conf_load(&arena, NULL, &conf, &e), &e);
}

START_TEST(an_account_becomes_a_file_of_options)
{
	struct db_login l;
	struct err e = {0};
	char text[256] = "";
	int fd;

	begin();
	l = db_login_of(&conf, DB_ACCOUNT_WEB);
	l.user = STR("o\"web");
	ck_ok(db_login_open(&l, &fd, &e), &e);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, "[client]\nuser=\"o\\\"web\"\nsocket="));
	close(fd);
}
END_TEST

START_TEST(an_account_that_does_not_fit_is_an_error_and_leaves_nothing_open)
{
	struct db_login l;
	struct err e = {0};
	static char user[8000];
	int fd = 0;

	begin();
	l = db_login_of(&conf, DB_ACCOUNT_WEB);
	memset(user, 'u', sizeof(user) - 1);
	l.user = str_z(user);
	ck_assert(!db_login_open(&l, &fd, &e));
	ck_assert_int_eq(fd, -1);
	err_clear(&e);
	fd = 0;
	l.user = STR("web");
	l.password_file = STR("/nonexistent/password");
	ck_assert(!db_login_open(&l, &fd, &e));
	ck_assert_int_eq(fd, -1);
}
END_TEST

UNIT_MAIN(
    "db_login", an_account_becomes_a_file_of_options, an_account_that_does_not_fit_is_an_error_and_leaves_nothing_open)
