BENCH_BINARIES = \
	bench/generate_orders \
	bench/import_ceiling

EXTRA_PROGRAMS += $(BENCH_BINARIES)
CLEANFILES += $(BENCH_BINARIES)

bench_generate_orders_SOURCES = bench/generate_orders.c
bench_generate_orders_LDADD = $(ROOM_LIBS)
bench_import_ceiling_SOURCES = bench/import_ceiling.c
bench_import_ceiling_LDADD = $(ROOM_LIBS)

bench-programs: $(BENCH_BINARIES)
PHONY += bench-programs
