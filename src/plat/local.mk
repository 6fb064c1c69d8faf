noinst_LIBRARIES += src/plat/libplat.a
src_plat_libplat_a_SOURCES = \
	src/plat/conf.c src/plat/conf.h src/plat/settings.def \
	src/plat/conf_text.c \
	src/plat/csv.c src/plat/csv.h \
<<<<<<< HEAD
	src/plat/fcgi.c src/plat/fcgi.h \
	src/plat/form.c src/plat/form.h \
	src/plat/html_clean.c src/plat/html_clean.h \
	src/plat/secret.c src/plat/secret.h
=======
	src/plat/db.c src/plat/db.h src/plat/db_impl.h \
	src/plat/db_call.c \
	src/plat/db_count.c \
	src/plat/db_query.c \
	src/plat/db_stmt.c \
	src/plat/db_text.c src/plat/db_text.h \
	src/plat/db_tx.c \
	src/plat/html_clean.c src/plat/html_clean.h
>>>>>>> b39bc9d (Reach the database through prepared statements, migrate its schema, test against a private server)
