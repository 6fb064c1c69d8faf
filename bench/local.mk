BENCH_BINARIES = \
	bench/order_carts \
	bench/order_ceiling

EXTRA_PROGRAMS += $(BENCH_BINARIES)
CLEANFILES += $(BENCH_BINARIES)
EXTRA_DIST += \
	bench/orders.js

bench_order_carts_SOURCES = bench/order_carts.c
bench_order_carts_LDADD = $(ROOM_LIBS)
bench_order_ceiling_SOURCES = bench/order_ceiling.c
bench_order_ceiling_LDADD = $(ROOM_LIBS)

bench-programs: $(BENCH_BINARIES)
PHONY += bench-programs
