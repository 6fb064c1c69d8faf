noinst_LIBRARIES += src/plat/libplat.a
src_plat_libplat_a_SOURCES = \
	src/plat/ask.c src/plat/ask.h \
	src/plat/cache.c src/plat/cache.h src/plat/cache.def \
	src/plat/cache_ahead.c src/plat/cache_ahead.h \
	src/plat/cache_entry.c src/plat/cache_entry.h \
	src/plat/cache_l1.c src/plat/cache_l1.h \
	src/plat/conf.c src/plat/conf.h src/plat/settings.def \
	src/plat/conf_edit.c \
	src/plat/conf_text.c \
	src/plat/csv.c src/plat/csv.h \
	src/plat/db.c src/plat/db.h src/plat/db_impl.h \
	src/plat/db_bulk.c \
	src/plat/db_call.c \
	src/plat/db_count.c \
	src/plat/db_dump.c src/plat/db_dump.h \
	src/plat/db_login.c src/plat/db_login.h \
	src/plat/db_query.c \
	src/plat/db_stmt.c \
	src/plat/db_text.c src/plat/db_text.h \
	src/plat/db_tx.c \
	src/plat/digest.c src/plat/digest.h \
	src/plat/dump_scan.c src/plat/dump_scan.h \
	src/plat/fcgi.c src/plat/fcgi.h \
	src/plat/fcgi_ask.c src/plat/fcgi_ask.h \
	src/plat/fcgi_head.c src/plat/fcgi_head.h \
	src/plat/file.c src/plat/file.h \
	src/plat/fold.c src/plat/fold.h \
	src/plat/form.c src/plat/form.h \
	src/plat/host.c src/plat/host.h \
	src/plat/html_clean.c src/plat/html_clean.h \
	src/plat/http.c src/plat/http.h \
	src/plat/image.c src/plat/image.h \
	src/plat/image_head.c \
	src/plat/keep.c src/plat/keep.h \
	src/plat/memc.c src/plat/memc.h \
	src/plat/memc_reply.c src/plat/memc_reply.h \
	src/plat/proc.c src/plat/proc.h \
	src/plat/rights.c src/plat/rights.h \
	src/plat/run.c src/plat/run.h \
	src/plat/secret.c src/plat/secret.h \
	src/plat/stats.c src/plat/stats.h src/plat/counters.def src/plat/jobs.def src/plat/route_class.def \
	src/plat/stats_area.h \
	src/plat/stats_metrics.c \
	src/plat/stats_permit.c \
	src/plat/stats_report.c src/plat/stats_report.h \
	src/plat/stats_show.c \
	src/plat/stats_sweep.c \
	src/plat/task.c src/plat/task.h \
	src/plat/tree.c src/plat/tree.h
