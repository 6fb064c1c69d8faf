noinst_LIBRARIES += src/plat/libplat.a
src_plat_libplat_a_SOURCES = \
	src/plat/csv.c src/plat/csv.h
