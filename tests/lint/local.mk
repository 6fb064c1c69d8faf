# The rules of HACKING.md that a program can check. `make lint` runs them alone; `make check` among the others.
LINT_TESTS = \
	tests/lint/headers.t \
	tests/lint/self.t \
	tests/lint/source.t \
	tests/lint/tables.t \
	tests/lint/text.t

TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS) tests/lint/allowed tests/lint/bad tests/lint/bad.expected \
	tests/lint/layers.awk tests/lint/lint.sh tests/lint/source.awk tests/lint/text.awk
AM_TESTS_ENVIRONMENT += \
	AWK='$(AWK)'; export AWK; \
	LINT_CPPFLAGS='-I$(abs_top_srcdir)/src -I$(abs_top_srcdir) -I$(abs_top_builddir) -D_GNU_SOURCE $(FCGI_CFLAGS) \
	$(MARIADB_CFLAGS) $(MEMCACHED_CFLAGS) $(SODIUM_CFLAGS) $(INIH_CFLAGS) $(GD_CFLAGS) $(GUMBO_CFLAGS) \
	$(JANSSON_CFLAGS) $(UTF8PROC_CFLAGS) $(QRENCODE_CFLAGS) $(CURL_CFLAGS) $(CHECK_CFLAGS)'; export LINT_CPPFLAGS;

lint: $(BUILT_SOURCES)
	$(MAKE) check-TESTS TESTS='$(LINT_TESTS)'
PHONY += lint
