noinst_LIBRARIES += src/plat/libplat.a
src_plat_libplat_a_SOURCES = \
	src/plat/conf.c src/plat/conf.h src/plat/settings.def \
	src/plat/conf_text.c \
	src/plat/csv.c src/plat/csv.h \
	src/plat/fcgi.c src/plat/fcgi.h \
	src/plat/form.c src/plat/form.h \
	src/plat/html_clean.c src/plat/html_clean.h \
	src/plat/secret.c src/plat/secret.h
