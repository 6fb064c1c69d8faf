# Fuzz targets: libFuzzer programs for the parsers of bytes from outside. They are built only by
# `./configure CC=clang --enable-fuzzers`; `make fuzz` runs each for FUZZ_S seconds. A new target is
# tests/fuzz/fuzz_X.c with its name and its two lines below.
FUZZ_S = 10
FUZZ_LIBS = $(ROOM_LIBS)
FUZZ_TARGETS = \
	tests/fuzz/fuzz_catalogue \
	tests/fuzz/fuzz_csv \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_html_clean \
	tests/fuzz/fuzz_image \
	tests/fuzz/fuzz_mustache \
	tests/fuzz/fuzz_view

EXTRA_PROGRAMS += $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS) tests/fuzz/*.log

tests_fuzz_fuzz_catalogue_SOURCES = tests/fuzz/fuzz_catalogue.c
tests_fuzz_fuzz_catalogue_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_catalogue_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c
tests_fuzz_fuzz_form_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_form_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_mustache_SOURCES = tests/fuzz/fuzz_mustache.c
tests_fuzz_fuzz_mustache_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_mustache_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_view_SOURCES = tests/fuzz/fuzz_view.c
tests_fuzz_fuzz_view_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_view_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c
tests_fuzz_fuzz_csv_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_html_clean_SOURCES = tests/fuzz/fuzz_html_clean.c
tests_fuzz_fuzz_html_clean_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_html_clean_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz_image.c
tests_fuzz_fuzz_image_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_image_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

if FUZZERS
fuzz: all
	$(MAKE) $(AM_MAKEFLAGS) $(FUZZ_TARGETS)
	for t in $(FUZZ_TARGETS); do \
		echo "== $$t for $(FUZZ_S) s"; \
		./$$t -max_total_time=$(FUZZ_S) -timeout=10 -max_len=8192 -artifact_prefix=tests/fuzz/ >$$t.log 2>&1 || \
			{ tail -n 60 $$t.log; exit 1; }; \
	done
else
fuzz:
	@echo 'fuzz targets need ./configure CC=clang --enable-fuzzers' >&2; exit 1
endif
PHONY += fuzz
