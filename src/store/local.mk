noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/catalogue_read.c src/store/catalogue_read.h \
	src/store/migrate.c src/store/migrate.h \
	src/store/sql.c src/store/sql.h src/store/sql.def \
	src/store/sql_text.c src/store/sql_text.h
