# Speed, measured against what the machine could do at best: `make bench`, see bench/RESULTS.md. Its programs are built
# for it only. BENCH_ARGS go to bench/run.
BENCH_BINARIES = \
	bench/generate_orders \
	bench/import_ceiling \
	bench/load \
	bench/order_carts \
	bench/order_ceiling \
	bench/page_ceiling \
	bench/pauses \
	bench/shopper

EXTRA_PROGRAMS += $(BENCH_BINARIES)
CLEANFILES += $(BENCH_BINARIES)
check_LIBRARIES += bench/libbench.a
EXTRA_DIST += \
	bench/RESULTS.md \
	bench/cache_faults.js \
	bench/db_faults.js \
	bench/drawing.js \
	bench/memory.js \
	bench/mix.js \
	bench/mix.svg \
	bench/notes.md \
	bench/orders-ratios.svg \
	bench/orders.js \
	bench/pages-ratios.svg \
	bench/pages.js \
	bench/report.js \
	bench/run \
	bench/scale-orders-p99.svg \
	bench/scale-products-p99.svg \
	bench/scale-products-rate.svg \
	bench/scale-ratios.svg \
	bench/scale.js \
	bench/scale_shop.js \
	bench/stack.js

bench_libbench_a_SOURCES = \
	bench/draw.c \
	bench/draw.h \
	bench/form.c \
	bench/form.h \
	bench/histogram.c \
	bench/histogram.h \
	bench/http.c \
	bench/http.h \
	bench/shopper.h \
	bench/shopper_do.c \
	bench/visitor.c \
	bench/visitor.h
BENCH_LIBS = bench/libbench.a src/base/libbase.a -lm

bench_generate_orders_SOURCES = bench/generate_orders.c
bench_generate_orders_LDADD = $(ROOM_LIBS)
bench_import_ceiling_SOURCES = bench/import_ceiling.c
bench_import_ceiling_LDADD = $(ROOM_LIBS)
bench_load_SOURCES = bench/load.c
bench_load_LDADD = $(BENCH_LIBS)
bench_order_carts_SOURCES = bench/order_carts.c
bench_order_carts_LDADD = $(ROOM_LIBS)
bench_order_ceiling_SOURCES = bench/order_ceiling.c
bench_order_ceiling_LDADD = $(ROOM_LIBS)
bench_page_ceiling_SOURCES = bench/page_ceiling.c
bench_page_ceiling_LDADD = $(FCGI_LIBS)
bench_pauses_SOURCES = bench/pauses.c
bench_pauses_LDADD = $(BENCH_LIBS)
bench_shopper_SOURCES = bench/shopper.c
bench_shopper_LDADD = $(BENCH_LIBS)

bench-programs: $(BENCH_BINARIES)
BENCH_RUN = top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' node $(srcdir)/bench/run
# One after the other: "all" is a make of its own, and two would make the same libraries at a time.
bench: all
	$(MAKE) $(AM_MAKEFLAGS) bench-programs
	$(BENCH_RUN) $(BENCH_ARGS)
bench-quick: all
	$(MAKE) $(AM_MAKEFLAGS) bench-programs
	$(BENCH_RUN) --quick $(BENCH_ARGS)
bench-scale: all
	$(MAKE) $(AM_MAKEFLAGS) bench-programs
	$(BENCH_RUN) $(BENCH_ARGS) scale
bench-db-faults: all
	$(MAKE) $(AM_MAKEFLAGS) bench-programs
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' node $(srcdir)/bench/db_faults.js
bench-faults: all
	$(MAKE) $(AM_MAKEFLAGS) bench-programs
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' node $(srcdir)/bench/cache_faults.js
PHONY += bench bench-db-faults bench-faults bench-programs bench-quick bench-scale
