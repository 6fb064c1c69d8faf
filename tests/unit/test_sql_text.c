#include "store/admin/sql_text.h"
#include "unit.h"

START_TEST(sql_text_cuts_at_semicolons_and_counts_lines)
{
	struct sql_text t = {.rest = STR("-- head; no statement\nCREATE a;\n\n/* x;\ny */ INSERT b; ;\nlast")};
	struct str stmt;
	unsigned line;

	ck_assert(sql_text_next(&t, &stmt, &line));
	ck_str(stmt, "CREATE a");
	ck_assert_uint_eq(line, 2);
	ck_assert(sql_text_next(&t, &stmt, &line));
	ck_str(stmt, "INSERT b");
	ck_assert_uint_eq(line, 5);
	ck_assert(sql_text_next(&t, &stmt, &line));
	ck_str(stmt, "last");
	ck_assert_uint_eq(line, 6);
	ck_assert(!sql_text_next(&t, &stmt, &line));
	ck_assert(!sql_text_next(&t, &stmt, &line));
}
END_TEST

START_TEST(sql_text_leaves_what_is_quoted)
{
	static const char *const whole[] = {"a ';' b", "a \"x;'\" b", "a `;\\` b", "a 'it\\';' b", "a 'it'';' b",
	    "a -- ; x\nb", "a # ;\nb", "a /* ; */ b", "a 'open;", "a /* open;", "5--1", "a -"};

	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		struct sql_text t = {.rest = str_z(whole[i])};
		struct str stmt;
		unsigned line;

		ck_assert(sql_text_next(&t, &stmt, &line));
		ck_str(stmt, whole[i]);
		ck_assert(!sql_text_next(&t, &stmt, &line));
	}
}
END_TEST

START_TEST(sql_text_of_nothing_is_nothing)
{
	static const char *const empty[] = {"", ";", " \n;;\n", "-- only\n", "/* */", "#"};

	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		struct sql_text t = {.rest = str_z(empty[i])};
		struct str stmt;
		unsigned line;

		ck_assert(!sql_text_next(&t, &stmt, &line));
	}
}
END_TEST

UNIT_MAIN("sql_text", sql_text_cuts_at_semicolons_and_counts_lines, sql_text_leaves_what_is_quoted,
    sql_text_of_nothing_is_nothing)
