noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h src/base/attr.h src/base/buf.c src/base/buf.h src/base/clock.c \
	src/base/clock.h src/base/currency.def src/base/err.c src/base/err.def src/base/err.h src/base/fill.c src/base/fill.h \
	src/base/log.c src/base/log.h src/base/log_line.c src/base/log_line.h src/base/money.c src/base/money.h \
	src/base/num.c src/base/num.h src/base/rate.c src/base/rate.h src/base/run.c src/base/run.h src/base/str.c src/base/str.h src/base/utf8.c \
	src/base/utf8.h src/base/watchdog.c src/base/watchdog.h \
	src/plat/text/cell.h
