/* unit.h - the frame of every unit test program: one suite, TAP on standard output.
 *
 * A program lists its tests once, in UNIT_MAIN(name, test, test, ...), or in
 * UNIT_MAIN_WITH(setup, teardown, name, test, ...) with functions that run before and after each test. */
#ifndef KONTOR_TESTS_UNIT_H
#define KONTOR_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#include "../lib/patience.h"
#include "base/str.h"

#define UNIT_MAIN(name, ...) UNIT_MAIN_WITH(NULL, NULL, name, __VA_ARGS__)

#define UNIT_MAIN_WITH(setup, teardown, name, ...)                                                                     \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const TTest *const tests[] = {__VA_ARGS__};                                                            \
		Suite *s = suite_create(name);                                                                         \
		TCase *tc = tcase_create(name);                                                                        \
		SRunner *sr;                                                                                           \
                                                                                                                       \
		tcase_set_timeout(tc, TEST_LIFE_S);                                                                    \
		tcase_add_checked_fixture(tc, setup, teardown);                                                        \
		for (size_t i = 0; i < ARRAY_LEN(tests); i++)                                                          \
			tcase_add_test(tc, tests[i]);                                                                  \
		suite_add_tcase(s, tc);                                                                                \
		sr = srunner_create(s);                                                                                \
		srunner_set_tap(sr, "-");                                                                              \
		srunner_run_all(sr, CK_SILENT);                                                                        \
		srunner_free(sr);                                                                                      \
		return EXIT_SUCCESS;                                                                                   \
	}

#define ck_str(s, z)                                                                                                   \
	do {                                                                                                           \
		const struct str got_ = (s);                                                                           \
                                                                                                                       \
		ck_assert_msg(str_eq_z(got_, (z)), "'%.*s' is not '%s'", STR_ARG(got_), (z));                          \
	} while (0)
#define ck_ok(call, e) ck_assert_msg((call), "%s: %s", #call, (e)->msg)

#endif
