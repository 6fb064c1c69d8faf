# A fault test kills, stops or starves the real programs.
FAULT_TESTS = \
	tests/fault/test_jobs

check_PROGRAMS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS) tests/fault/kills.t tests/fault/storm.t
EXTRA_DIST += tests/fault/kills.t tests/fault/nemesis.js tests/fault/storm.t

# The storm whole: ten minutes.
check-storm: all
	KONTOR_TEST_SECONDS=600 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/storm.t

PHONY += check-storm

tests_fault_test_jobs_SOURCES = tests/fault/test_jobs.c
tests_fault_test_jobs_LDADD = $(ROOM_LIBS) $(CHECK_LIBS)
