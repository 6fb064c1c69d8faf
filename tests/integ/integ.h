/* integ.h - shared by all integration test programs: services of their own, one suite, TAP on standard output.
 *
 * Each test has its own process. All tests of a program share one set of services, so a test that stops one must start
 * it again. Use INTEG_MAIN(name, empty, test, ...); `services` describes them. */
#ifndef KONTOR_TESTS_INTEG_H
#define KONTOR_TESTS_INTEG_H

#include <check.h>
#include <stdlib.h>

#include "patience.h"
#include "services.h"

static struct services services;

/* Runs before each test, in its process: restarts services that the previous test left stopped or dead. */
static void
heal(void)
{
	services_heal(&services);
}

#define INTEG_MAIN(name, empty, ...)                                                                                   \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const TTest *const tests[] = {__VA_ARGS__};                                                            \
		Suite *s = suite_create(name);                                                                         \
		TCase *tc = tcase_create(name);                                                                        \
		SRunner *sr;                                                                                           \
                                                                                                                       \
		services_start(&services, empty);                                                                      \
		tcase_set_timeout(tc, TEST_LIFE_S);                                                                    \
		tcase_add_checked_fixture(tc, heal, NULL);                                                             \
		for (size_t i = 0; i < ARRAY_LEN(tests); i++)                                                          \
			tcase_add_test(tc, tests[i]);                                                                  \
		suite_add_tcase(s, tc);                                                                                \
		sr = srunner_create(s);                                                                                \
		srunner_set_tap(sr, "-");                                                                              \
		srunner_run_all(sr, CK_SILENT);                                                                        \
		srunner_free(sr);                                                                                      \
		services_stop(&services);                                                                              \
		return EXIT_SUCCESS;                                                                                   \
	}

#define ck_str(s, z)                                                                                                   \
	do {                                                                                                           \
		const struct str got_ = (s);                                                                           \
                                                                                                                       \
		ck_assert_msg(str_eq_z(got_, (z)), "'%.*s' is not '%s'", STR_ARG(got_), (z));                          \
	} while (0)
#define ck_ok(call, e) ck_assert_msg((call), "%s: %s", #call, (e)->msg)

/* The number in the first column of the one row that the statement finds by its id. */
static inline int64_t
number_of(struct db *db, unsigned stmt, uint64_t id)
{
	struct db_query *q = db_query(db, stmt);
	struct err e = {0};
	struct db_rows rows;
	struct arena a;
	int64_t n;

	arena_init(&a, 1 << 16);
	q_u64(q, id);
	ck_ok(db_get(q, &a, &rows, &e), &e);
	n = c_i64(&rows);
	arena_fini(&a);
	return n;
}

#endif
