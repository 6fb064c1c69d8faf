# Fuzz targets: libFuzzer programs for the parsers of bytes from outside. They are built only by
# `./configure CC=clang --enable-fuzzers`; `make -j fuzz` runs each for FUZZ_S seconds. A new target is
# tests/fuzz/fuzz_X.c with its name and its lines below. tests/fuzz/corpus/X holds what it starts from: one input that
# is right, some that once were trouble. What a run finds is kept in the build folder.
FUZZ_S = 10
FUZZ_LIBS = $(ROOM_LIBS)
FUZZ_TARGETS = \
	tests/fuzz/fuzz_backup \
	tests/fuzz/fuzz_cache_entry \
	tests/fuzz/fuzz_catalogue \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_csv \
	tests/fuzz/fuzz_fcgi_head \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_html_clean \
	tests/fuzz/fuzz_image \
	tests/fuzz/fuzz_mail \
	tests/fuzz/fuzz_mustache \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_view

FUZZ_RUNS = $(FUZZ_TARGETS:=.run)
EXTRA_PROGRAMS += $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS) tests/fuzz/*.log
FUZZ_CORPORA = \
	tests/fuzz/corpus/backup/dump \
	tests/fuzz/corpus/backup/manifest \
	tests/fuzz/corpus/catalogue/small \
	tests/fuzz/corpus/conf/short \
	tests/fuzz/corpus/conf/wrong \
	tests/fuzz/corpus/csv/products \
	tests/fuzz/corpus/csv/quotes \
	tests/fuzz/corpus/fcgi_head/get \
	tests/fuzz/corpus/fcgi_head/post \
	tests/fuzz/corpus/csv/translations \
	tests/fuzz/corpus/csv/units \
	tests/fuzz/corpus/form/flag-control \
	tests/fuzz/corpus/form/multipart \
	tests/fuzz/corpus/form/trace \
	tests/fuzz/corpus/form/urlencoded \
	tests/fuzz/corpus/html_clean/mixed \
	tests/fuzz/corpus/html_clean/plain \
	tests/fuzz/corpus/image/gif \
	tests/fuzz/corpus/image/jpeg \
	tests/fuzz/corpus/image/png \
	tests/fuzz/corpus/image/webp \
	tests/fuzz/corpus/mail/dns \
	tests/fuzz/corpus/mail/order \
	tests/fuzz/corpus/mail/report \
	tests/fuzz/corpus/mail/report_exim \
	tests/fuzz/corpus/mustache/all \
	tests/fuzz/corpus/mustache/product \
	tests/fuzz/corpus/mustache/texts \
	tests/fuzz/corpus/text/address \
	tests/fuzz/corpus/text/category \
	tests/fuzz/corpus/text/code \
	tests/fuzz/corpus/text/draft \
	tests/fuzz/corpus/text/number \
	tests/fuzz/corpus/text/parts \
	tests/fuzz/corpus/text/plural \
	tests/fuzz/corpus/text/reply \
	tests/fuzz/corpus/text/sql \
	tests/fuzz/corpus/text/token \
	tests/fuzz/corpus/text/token_high \
	tests/fuzz/corpus/text/utf8
EXTRA_DIST += $(FUZZ_CORPORA)

tests_fuzz_fuzz_catalogue_SOURCES = tests/fuzz/fuzz_catalogue.c
tests_fuzz_fuzz_catalogue_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_catalogue_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c
tests_fuzz_fuzz_form_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_form_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/fuzz_mail.c
tests_fuzz_fuzz_mail_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_mail_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_mustache_SOURCES = tests/fuzz/fuzz_mustache.c
tests_fuzz_fuzz_mustache_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_mustache_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_view_SOURCES = tests/fuzz/fuzz_view.c
tests_fuzz_fuzz_view_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_view_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c
tests_fuzz_fuzz_csv_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_fcgi_head_SOURCES = tests/fuzz/fuzz_fcgi_head.c
tests_fuzz_fuzz_fcgi_head_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_fcgi_head_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_html_clean_SOURCES = tests/fuzz/fuzz_html_clean.c
tests_fuzz_fuzz_html_clean_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_html_clean_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz_image.c
tests_fuzz_fuzz_image_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_image_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_backup_SOURCES = tests/fuzz/fuzz_backup.c
tests_fuzz_fuzz_backup_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_backup_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_cache_entry_SOURCES = tests/fuzz/fuzz_cache_entry.c
tests_fuzz_fuzz_cache_entry_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_cache_entry_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_conf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c
tests_fuzz_fuzz_text_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

if FUZZERS
fuzz: all
	$(MAKE) $(AM_MAKEFLAGS) $(FUZZ_RUNS)
$(FUZZ_RUNS): %.run: %
	@echo "== $* for $(FUZZ_S) s"
	@$(MKDIR_P) $*.found; corpus=`echo $* | sed 's,/fuzz_,/corpus/,'`; \
		test ! -d $(srcdir)/$$corpus || cp -f $(srcdir)/$$corpus/* $*.found
	@./$* -max_total_time=$(FUZZ_S) -timeout=10 -max_len=8192 -artifact_prefix=tests/fuzz/ $*.found >$*.log 2>&1 || \
		{ tail -n 60 $*.log; exit 1; }
PHONY += $(FUZZ_RUNS)
else
fuzz:
	@echo 'fuzz targets need ./configure CC=clang --enable-fuzzers' >&2; exit 1
endif
PHONY += fuzz
