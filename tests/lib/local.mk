# Shared by integration and end-to-end tests.
EXTRA_DIST += tests/lib/patience.h tests/lib/services
check_LIBRARIES += tests/lib/libtest.a
tests_lib_libtest_a_SOURCES = tests/lib/services.c tests/lib/services.h

# Databases that tests copy.
CLEAN_LOCAL += clean-seeds
clean-seeds:
	rm -rf tests/lib/seeds
PHONY += clean-seeds

# A shared library for LD_PRELOAD, made as a program since no libtool is used.
check_PROGRAMS += tests/lib/count_allocs.so
tests_lib_count_allocs_so_SOURCES = tests/lib/count_allocs.c
tests_lib_count_allocs_so_CFLAGS = -std=gnu11 -Wall -Wextra -fPIC
tests_lib_count_allocs_so_LDFLAGS = -shared

# The script is not made from services.c, which is newer after some checkouts.
tests/lib/services:
	@test -x $(srcdir)/$@
