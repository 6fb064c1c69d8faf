#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plat/conf/conf.h"
#include "store/admin/accounts.h"
#include "unit.h"

static struct arena arena;
static struct conf conf;

/* As `conf` is now. */
static bool
fill(struct str text, struct str *out, struct err *e)
{
	struct db_login logins[DB_ACCOUNT__MAX];

	db_login_all(&conf, logins);
	return accounts_fill(&arena, logins, text, out, e);
}

static struct str
filled(const char *text)
{
	struct err e = {0};
	struct str out;

	ck_ok(fill(str_z(text), &out, &e), &e);
	return out;
}

static void
begin(void)
{
	struct err e = {0};

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	ck_ok(conf_load(&arena, NULL, &conf, &e), &e);
}

/* Writes a file with these bytes and returns its name. */
static struct str
password_file(const char *bytes)
{
	char name[] = "/tmp/kontor-test-XXXXXX";
	int fd = mkstemp(name);
	FILE *f = fdopen(fd, "w");

	ck_assert_ptr_nonnull(f);
	fputs(bytes, f);
	fclose(f);
	return str_dup(&arena, str_z(name));
}

START_TEST(names_are_filled_in_and_quoted)
{
	begin();
	conf.db_user = STR("o'web");
	ck_str(filled("GRANT x ON @db@.* TO @web@, @jobs@;\n"),
	    "GRANT x ON `kontor`.* TO 'o\\'web'@'localhost', 'kontor_jobs'@'localhost';\n");
	conf.db_host = STR("db.example.org");
	ck_str(filled("@tool@ and a lone @"), "'kontor_tool'@'%' and a lone @\n");
	ck_str(filled("x\nDROP USER @web_anywhere@"), "x\n");
	conf.db_login_from = STR("10.0.0.%");
	ck_str(filled("@tool@\nDROP USER @web_anywhere@"), "'kontor_tool'@'10.0.0.%'\nDROP USER 'o\\'web'@'%'\n");
}
END_TEST

START_TEST(the_pattern_of_trial_databases_matches_no_other_name)
{
	begin();
	conf.db_name = STR("my_shop");
	ck_str(filled("@trial@"), "`my\\_shop\\_trial\\_%`\n");
}
END_TEST

START_TEST(a_line_with_a_password_needs_its_file)
{
	struct str file;

	begin();
	ck_str(filled("one\nIDENTIFIED BY @web_password@;\ntwo\n"), "one\ntwo\n");
	file = conf.db_password_file = password_file("it's\\secret\r\nsecond line\n");
	ck_str(filled("one\nIDENTIFIED BY @web_password@;\n"), "one\nIDENTIFIED BY 'it\\'s\\\\secret';\n");
	unlink(file.p);
}
END_TEST

START_TEST(a_password_file_that_is_missing_or_empty_is_named)
{
	struct err e = {0};
	struct str file, out;

	begin();
	conf.db_jobs_password_file = STR("/nonexistent/password");
	ck_assert(!fill(STR("x"), &out, &e));
	ck_assert_str_eq(e.msg, "/nonexistent/password: there is no such password file");
	err_clear(&e);
	file = conf.db_jobs_password_file = password_file("\n");
	ck_assert(!fill(STR("x"), &out, &e));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	unlink(file.p);
}
END_TEST

START_TEST(a_password_is_what_the_programs_read)
{
	struct err e = {0};
	struct str file, out;
	char bytes[400];

	begin();
	memset(bytes, 'p', sizeof(bytes));
	memcpy(bytes + 254, "\nsecond line\n", 14);
	file = conf.db_password_file = password_file(bytes);
	out = filled("@web_password@\n");
	ck_assert_uint_eq(out.n, 254 + 3);
	unlink(file.p);
	memset(bytes, 'p', sizeof(bytes));
	memcpy(bytes + 300, "\n", 2);
	file = conf.db_password_file = password_file(bytes);
	ck_assert(!fill(STR("x"), &out, &e));
	ck_assert_str_eq(e.msg, str_fmt(&arena, "database: the password in %s is too long", file.p).p);
	unlink(file.p);
	file = conf.db_password_file = password_file("one\rtwo\n");
	ck_str(filled("@web_password@\n"), "'one'\n");
	unlink(file.p);
}
END_TEST

UNIT_MAIN("accounts", names_are_filled_in_and_quoted, the_pattern_of_trial_databases_matches_no_other_name,
    a_line_with_a_password_needs_its_file, a_password_file_that_is_missing_or_empty_is_named,
    a_password_is_what_the_programs_read)
