noinst_LIBRARIES += src/plat/libplat.a
src_plat_libplat_a_SOURCES = \
	src/plat/cache/cache.c src/plat/cache/cache.def src/plat/cache/cache.h src/plat/cache/cache_ahead.c \
	src/plat/cache/cache_ahead.h src/plat/cache/cache_class.c src/plat/cache/cache_entry.c \
	src/plat/cache/cache_entry.h src/plat/cache/cache_exchange.c src/plat/cache/cache_fill.c \
	src/plat/cache/cache_forget.c src/plat/cache/cache_impl.h src/plat/cache/cache_key.c \
	src/plat/cache/cache_l1.c src/plat/cache/cache_l1.h src/plat/cache/cache_page.c src/plat/cache/cache_read.c \
	src/plat/cache/cache_setup.c src/plat/cache/cache_setup.h src/plat/cache/cache_stored.c \
	src/plat/cache/cache_stored.h src/plat/cache/limiter.c src/plat/cache/limiter.h src/plat/cache/memc.c \
	src/plat/cache/memc.h src/plat/cache/memc_impl.h src/plat/cache/memc_name.c src/plat/cache/memc_name.h \
	src/plat/cache/memc_server.c \
	src/plat/conf/conf.c src/plat/conf/conf.h src/plat/conf/conf_edit.c src/plat/conf/conf_limits.c \
	src/plat/conf/conf_limits.h src/plat/conf/conf_log.c src/plat/conf/conf_mail.c src/plat/conf/conf_mail.h \
	src/plat/conf/conf_text.c src/plat/conf/limits.def \
	src/plat/conf/settings.def \
	src/plat/control/breaker.c src/plat/control/control.c src/plat/control/control.h \
	src/plat/control/control_area.h src/plat/control/control_line.c src/plat/control/control_order.c \
	src/plat/control/control_permit.c \
	src/plat/control/tally.c src/plat/control/tally.h src/plat/control/tally_area.h \
	src/plat/db/db.c src/plat/db/db.h src/plat/db/db_bulk.c src/plat/db/db_call.c src/plat/db/db_code.c \
	src/plat/db/db_code.h src/plat/db/db_count.c src/plat/db/db_impl.h src/plat/db/db_login.c \
	src/plat/db/db_login.h \
	src/plat/db/db_query.c src/plat/db/db_short.c src/plat/db/db_stmt.c src/plat/db/db_text.c \
	src/plat/db/db_text.h src/plat/db/db_tx.c \
	src/plat/fcgi/fcgi.c src/plat/fcgi/fcgi.h src/plat/fcgi/fcgi_head.c src/plat/fcgi/fcgi_head.h \
	src/plat/fcgi/fcgi_intake.c src/plat/fcgi/fcgi_intake.h src/plat/fcgi/keep.c src/plat/fcgi/keep.h \
	src/plat/host/ask.c src/plat/host/ask.h src/plat/host/confine.c src/plat/host/confine.def \
	src/plat/host/confine.h src/plat/host/confine_self.c src/plat/host/db_dump.c src/plat/host/db_dump.h src/plat/host/dump_scan.c \
	src/plat/host/dump_scan.h src/plat/host/fcgi_ask.c src/plat/host/fcgi_ask.h src/plat/host/fetch.c src/plat/host/fetch.h src/plat/host/file_replace.c \
	src/plat/host/file_replace.h src/plat/host/host.c src/plat/host/host.h src/plat/host/http.c \
	src/plat/host/http.h src/plat/host/http_exchange.h src/plat/host/http_pool.c src/plat/host/image.c src/plat/host/image.h src/plat/host/image_decode.c \
	src/plat/host/image_decode.h src/plat/host/image_head.c src/plat/host/proc.c src/plat/host/proc.h src/plat/host/public.c src/plat/host/public.h \
	src/plat/host/rights.c src/plat/host/rights.h src/plat/host/task.c \
	src/plat/host/task.h src/plat/host/tree.c src/plat/host/tree.h \
	src/plat/mail/mail.h src/plat/mail/mail_address.c src/plat/mail/mail_address.h src/plat/mail/mail_dns.c src/plat/mail/mail_dns.h src/plat/mail/mail_encode.c \
	src/plat/mail/mail_encode.h src/plat/mail/mail_impl.h src/plat/mail/mail_maildir.c src/plat/mail/mail_send.c \
	src/plat/mail/mail_sendmail.c src/plat/mail/mail_smtp.c src/plat/mail/mail_write.c \
	src/plat/mail/mail_report.c src/plat/mail/mail_report.h src/plat/mail/mail_verp.c src/plat/mail/mail_verp.h \
	src/plat/receipt/receipt.h src/plat/receipt/receipt_file.c src/plat/receipt/receipt_key.c \
	src/plat/stats/counters.def src/plat/stats/facts.c src/plat/stats/facts.h src/plat/stats/jobs.def \
	src/plat/stats/outbox_kind.def src/plat/stats/route_class.def src/plat/stats/sending.c \
	src/plat/stats/sending.h src/plat/stats/shared.c src/plat/stats/shared.h src/plat/stats/stats.c src/plat/stats/stats.h src/plat/stats/stats_area.h \
	src/plat/stats/stats_metrics.c src/plat/stats/stats_other.c src/plat/stats/stats_report.c \
	src/plat/stats/stats_report.h src/plat/stats/stats_show.c src/plat/stats/stats_sweep.c \
	src/plat/text/cell.h src/plat/text/charset.c src/plat/text/charset.h src/plat/text/clean.c src/plat/text/clean.h \
	src/plat/text/columns.c src/plat/text/columns.h \
	src/plat/text/csv.c src/plat/text/csv.h src/plat/text/digest.c src/plat/text/digest.h src/plat/text/domain.c \
	src/plat/text/domain.h src/plat/text/file.c src/plat/text/file.h src/plat/text/fold.c src/plat/text/fold.h \
	src/plat/text/form.c \
	src/plat/text/form.h src/plat/text/html_clean.c src/plat/text/html_clean.h src/plat/text/json.c \
	src/plat/text/json.h src/plat/text/moment.c src/plat/text/moment.h src/plat/text/qr.c src/plat/text/qr.h src/plat/text/secret.c src/plat/text/secret.h src/plat/text/secret_file.c \
	src/plat/text/secret_ring.c src/plat/text/secret_ring.h
