# A fault test kills, stops or starves the real programs.
FAULT_TESTS = \
	tests/fault/test_jobs

check_PROGRAMS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS) tests/fault/handled.t tests/fault/kills.t tests/fault/outbox.t tests/fault/slow_clients.t \
	tests/fault/storm.t
EXTRA_DIST += tests/fault/connection_limit.js tests/fault/handled.t tests/fault/kills.t tests/fault/nemesis.js \
	tests/fault/outbox.t tests/fault/slow_clients.js tests/fault/slow_clients.t tests/fault/storm.t

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

# The outbox whole: 100 kills of kontor-jobs, 2,000 mails, 2,000 webhooks; two minutes.
check-outbox: all
	KONTOR_TEST_KILLS=100 KONTOR_TEST_EVENTS=200 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/fault/outbox.t
	@grep '^#' tests/fault/outbox.log
PHONY += check-outbox

tests_fault_test_jobs_SOURCES = tests/fault/test_jobs.c
tests_fault_test_jobs_LDADD = $(ROOM_LIBS) $(CHECK_LIBS)
