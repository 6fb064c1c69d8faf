# A fault test kills, stops or starves the real programs.
FAULT_TESTS = \
	tests/fault/test_jobs \
	tests/fault/test_outbox

check_PROGRAMS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS) tests/fault/handled.t tests/fault/kills.t tests/fault/slow_clients.t tests/fault/storm.t
EXTRA_DIST += tests/fault/connection_limit.js tests/fault/handled.t tests/fault/kills.t tests/fault/nemesis.js \
	tests/fault/slow_clients.js tests/fault/slow_clients.t tests/fault/storm.t

# The storm whole: ten minutes.
check-storm: all
	KONTOR_TEST_SECONDS=600 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/storm.t
PHONY += check-storm

# All slow clients: ten minutes.
check-slow: all
	SLOW_FULL=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/slow_clients.t
PHONY += check-slow

# 3,000 failures, each to be found by its number: five minutes.
check-handled: all
	KONTOR_TEST_FAILURES=3000 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/handled.t
	@grep '^#' tests/fault/handled.log
PHONY += check-handled

# The outbox whole: 100 kills, 2,000 rows; a minute.
check-outbox: all
	KONTOR_TEST_KILLS=100 KONTOR_TEST_ROWS=1000 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/test_outbox
	@grep '^#' tests/fault/test_outbox.log
PHONY += check-outbox

tests_fault_test_outbox_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib -I$(top_srcdir)/tests/integ
tests_fault_test_outbox_SOURCES = tests/fault/test_outbox.c
tests_fault_test_outbox_LDADD = tests/lib/libtest.a $(ROOM_LIBS) $(CHECK_LIBS)
tests_fault_test_jobs_SOURCES = tests/fault/test_jobs.c
tests_fault_test_jobs_LDADD = $(ROOM_LIBS) $(CHECK_LIBS)
