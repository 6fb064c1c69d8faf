#include "store/admin/grants.h"

#include "unit.h"

static struct arena arena;

static struct grants
parsed(const char *text)
{
	struct grants g = {.n = 0};
	struct err e = {0};

	ck_ok(grants_parse(&arena, str_z(text), STR("web"), &g, &e), &e);
	return g;
}

/* The rights in the first text that the second lacks. */
static struct str
beyond(const char *of, const char *in)
{
	struct grants a = parsed(of), b = parsed(in);
	struct buf out;

	buf_init(&out, &arena, 4096);
	(void)grants_beyond(&a, &b, 2, &out);
	return out.n == 0 ? STR("") : buf_str(&out);
}

START_TEST(rights_in_a_file_and_from_the_server_compare_equal)
{
	const char *file =
	    "-- a comment\nGRANT SELECT, UPDATE (avail, version) ON `shop`.product TO 'web'@'localhost';\n"
	    "GRANT DELETE ON `shop`.* TO 'other'@'localhost';\nCREATE USER 'web'@'localhost';";
	const char *shown = "GRANT USAGE ON *.* TO `web`@`localhost` IDENTIFIED BY PASSWORD '*AA';\n"
			    "GRANT SELECT, UPDATE (`version`, `avail`) ON `shop`.`product` TO `web`@`localhost`;\n";

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_assert_uint_eq(parsed(file).n, 3);
	ck_str(beyond(file, shown), "");
	ck_str(beyond(shown, file), "");
}
END_TEST

START_TEST(each_missing_right_is_named)
{
	const char *want = "GRANT SELECT, INSERT, UPDATE (a, b) ON s.t TO web@h;";

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_str(beyond(want, "GRANT SELECT ON s.t TO web@h;"), "INSERT on s.t, UPDATE(a) on s.t, and 1 more");
	ck_str(beyond(want, "GRANT SELECT, INSERT, UPDATE (a) ON s.t TO web@h;"), "UPDATE(b) on s.t");
	ck_str(
	    beyond(want, "GRANT INSERT, UPDATE ON s.t TO web@h; GRANT SELECT ON s.other TO web@h;"), "SELECT on s.t");
	ck_str(beyond(want, "GRANT SELECT, INSERT, UPDATE ON s2.* TO web@h; GRANT SELECT, INSERT ON s.t TO web@h;"),
	    "UPDATE(a) on s.t, UPDATE(b) on s.t");
}
END_TEST

START_TEST(a_wider_right_holds_the_narrower_one)
{
	const char *want = "GRANT SELECT, UPDATE (a) ON s.t TO web@h;";

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_str(beyond(want, "GRANT SELECT, UPDATE ON s.* TO web@h;"), "");
	ck_str(beyond(want, "GRANT ALL PRIVILEGES ON s.* TO web@h;"), "");
	ck_str(beyond(want, "GRANT ALL PRIVILEGES ON *.* TO web@h;"), "");
	ck_str(beyond("GRANT ALL PRIVILEGES ON s.* TO web@h;", want), "ALL PRIVILEGES on s.*");
	ck_str(beyond("GRANT SELECT ON s.* TO web@h WITH GRANT OPTION;", "GRANT ALL PRIVILEGES ON s.* TO web@h;"),
	    "GRANT OPTION on s.*");
	ck_str(beyond("GRANT SELECT ON st.x TO web@h;", "GRANT SELECT ON s.* TO web@h;"), "SELECT on st.x");
}
END_TEST

START_TEST(an_account_without_a_password_is_detected)
{
	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_assert(parsed("GRANT USAGE ON *.* TO `web`@`localhost`;").no_password);
	ck_assert(!parsed("GRANT USAGE ON *.* TO `web`@`localhost` IDENTIFIED BY PASSWORD '*0';").no_password);
	ck_assert(!parsed("GRANT USAGE ON *.* TO `web`@`localhost` IDENTIFIED VIA unix_socket;").no_password);
	ck_assert_uint_eq(parsed("GRANT `role` TO `web`@`localhost`;").n, 0);
}
END_TEST

UNIT_MAIN("grants", rights_in_a_file_and_from_the_server_compare_equal, each_missing_right_is_named,
    a_wider_right_holds_the_narrower_one, an_account_without_a_password_is_detected)
