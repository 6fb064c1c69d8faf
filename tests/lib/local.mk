# What integration and end-to-end tests stand on.
EXTRA_DIST += tests/lib/services
check_LIBRARIES += tests/lib/libtest.a
tests_lib_libtest_a_SOURCES = tests/lib/services.c tests/lib/services.h
