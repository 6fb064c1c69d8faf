# An integration test is tests/integ/test_X.c: against a MariaDB and a memcached of its own (tests/lib/services.h).
# Each adds its name to INTEG_TESTS and its two lines below.
INTEG_LIBS = tests/lib/libtest.a $(ROOM_LIBS) $(CHECK_LIBS)
INTEG_TESTS = \
	tests/integ/test_cache \
	tests/integ/test_cache_page \
	tests/integ/test_cache_race \
	tests/integ/test_cache_sealed \
	tests/integ/test_cache_servers \
	tests/integ/test_cache_stale \
	tests/integ/test_cart \
	tests/integ/test_clock \
	tests/integ/test_confine \
	tests/integ/test_db \
	tests/integ/test_db_fit \
	tests/integ/test_db_rows \
	tests/integ/test_db_tx \
	tests/integ/test_documents \
	tests/integ/test_events \
	tests/integ/test_import \
	tests/integ/test_import_fetch \
	tests/integ/test_import_goods \
	tests/integ/test_import_identity \
	tests/integ/test_import_rows \
	tests/integ/test_import_shop \
	tests/integ/test_import_tables \
	tests/integ/test_job_rows \
	tests/integ/test_limiter \
	tests/integ/test_mail_time \
	tests/integ/test_memc \
	tests/integ/test_migrate \
	tests/integ/test_order \
	tests/integ/test_order_crowd \
	tests/integ/test_order_guards \
	tests/integ/test_order_life \
	tests/integ/test_order_life_crowd \
	tests/integ/test_order_list \
	tests/integ/test_order_words \
	tests/integ/test_outbox \
	tests/integ/test_parts \
	tests/integ/test_receipts \
	tests/integ/test_refund \
	tests/integ/test_rights \
	tests/integ/test_save \
	tests/integ/test_schema \
	tests/integ/test_setting \
	tests/integ/test_stock \
	tests/integ/test_verify

check_PROGRAMS += $(INTEG_TESTS)
TESTS += $(INTEG_TESTS)
EXTRA_DIST += tests/integ/cached.h tests/integ/crowd.h tests/integ/db_table.h tests/integ/import.h tests/integ/integ.h tests/integ/life.h \
	tests/integ/order.h
EXTRA_DIST += tests/integ/pay_fake.js tests/integ/smtp_fake.js

tests_integ_test_documents_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_documents_SOURCES = tests/integ/test_documents.c
tests_integ_test_documents_LDADD = $(INTEG_LIBS)
tests_integ_test_events_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_events_SOURCES = tests/integ/test_events.c
tests_integ_test_events_LDADD = $(INTEG_LIBS)
tests_integ_test_mail_time_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_mail_time_SOURCES = tests/integ/test_mail_time.c
tests_integ_test_mail_time_LDADD = $(INTEG_LIBS)
tests_integ_test_import_rows_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_rows_SOURCES = tests/integ/test_import_rows.c
tests_integ_test_import_rows_LDADD = $(INTEG_LIBS)
tests_integ_test_import_tables_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_tables_SOURCES = tests/integ/test_import_tables.c
tests_integ_test_import_tables_LDADD = $(INTEG_LIBS)
tests_integ_test_import_fetch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_fetch_SOURCES = tests/integ/test_import_fetch.c
tests_integ_test_import_fetch_LDADD = $(INTEG_LIBS)
tests_integ_test_db_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_db_SOURCES = tests/integ/test_db.c
tests_integ_test_db_LDADD = $(INTEG_LIBS)
tests_integ_test_db_fit_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_db_fit_SOURCES = tests/integ/test_db_fit.c
tests_integ_test_db_fit_LDADD = $(INTEG_LIBS)
tests_integ_test_db_tx_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_db_tx_SOURCES = tests/integ/test_db_tx.c
tests_integ_test_db_tx_LDADD = $(INTEG_LIBS)
tests_integ_test_db_rows_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_db_rows_SOURCES = tests/integ/test_db_rows.c
tests_integ_test_db_rows_LDADD = $(INTEG_LIBS)

tests_integ_test_confine_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_confine_SOURCES = tests/integ/test_confine.c
tests_integ_test_confine_LDADD = $(INTEG_LIBS)
tests_integ_test_limiter_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_limiter_SOURCES = tests/integ/test_limiter.c
tests_integ_test_limiter_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_SOURCES = tests/integ/test_cache.c
tests_integ_test_cache_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_page_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_page_SOURCES = tests/integ/test_cache_page.c
tests_integ_test_cache_page_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_race_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_race_SOURCES = tests/integ/test_cache_race.c
tests_integ_test_cache_race_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_sealed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_sealed_SOURCES = tests/integ/test_cache_sealed.c
tests_integ_test_cache_sealed_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_servers_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_servers_SOURCES = tests/integ/test_cache_servers.c
tests_integ_test_cache_servers_LDADD = $(INTEG_LIBS)
tests_integ_test_cache_stale_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cache_stale_SOURCES = tests/integ/test_cache_stale.c
tests_integ_test_cache_stale_LDADD = $(INTEG_LIBS)
tests_integ_test_job_rows_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_job_rows_SOURCES = tests/integ/test_job_rows.c
tests_integ_test_job_rows_LDADD = $(INTEG_LIBS)
tests_integ_test_memc_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_memc_SOURCES = tests/integ/test_memc.c
tests_integ_test_memc_LDADD = $(INTEG_LIBS)
tests_integ_test_clock_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_clock_SOURCES = tests/integ/test_clock.c
tests_integ_test_clock_LDADD = $(INTEG_LIBS)
tests_integ_test_cart_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_cart_SOURCES = tests/integ/test_cart.c
tests_integ_test_cart_LDADD = $(INTEG_LIBS)
tests_integ_test_stock_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_stock_SOURCES = tests/integ/test_stock.c
tests_integ_test_stock_LDADD = $(INTEG_LIBS)
tests_integ_test_order_crowd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_crowd_SOURCES = tests/integ/test_order_crowd.c
tests_integ_test_order_crowd_LDADD = $(INTEG_LIBS)
tests_integ_test_order_guards_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_guards_SOURCES = tests/integ/test_order_guards.c
tests_integ_test_order_guards_LDADD = $(INTEG_LIBS)
tests_integ_test_order_life_crowd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_life_crowd_SOURCES = tests/integ/test_order_life_crowd.c
tests_integ_test_order_life_crowd_LDADD = $(INTEG_LIBS)
tests_integ_test_order_life_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_life_SOURCES = tests/integ/test_order_life.c
tests_integ_test_order_life_LDADD = $(INTEG_LIBS)
tests_integ_test_order_list_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_list_SOURCES = tests/integ/test_order_list.c
tests_integ_test_order_list_LDADD = $(INTEG_LIBS)
tests_integ_test_order_words_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_words_SOURCES = tests/integ/test_order_words.c
tests_integ_test_order_words_LDADD = $(INTEG_LIBS)
tests_integ_test_refund_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_refund_SOURCES = tests/integ/test_refund.c
tests_integ_test_refund_LDADD = $(INTEG_LIBS)
tests_integ_test_outbox_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_outbox_SOURCES = tests/integ/test_outbox.c
tests_integ_test_outbox_LDADD = $(INTEG_LIBS)
tests_integ_test_order_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_order_SOURCES = tests/integ/test_order.c
tests_integ_test_order_LDADD = $(INTEG_LIBS)
tests_integ_test_import_identity_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_identity_SOURCES = tests/integ/test_import_identity.c
tests_integ_test_import_identity_LDADD = $(INTEG_LIBS)
tests_integ_test_import_goods_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_goods_SOURCES = tests/integ/test_import_goods.c
tests_integ_test_import_goods_LDADD = $(INTEG_LIBS)
tests_integ_test_import_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_SOURCES = tests/integ/test_import.c
tests_integ_test_import_LDADD = $(INTEG_LIBS)
tests_integ_test_import_shop_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_import_shop_SOURCES = tests/integ/test_import_shop.c
tests_integ_test_import_shop_LDADD = $(INTEG_LIBS)
tests_integ_test_migrate_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_migrate_SOURCES = tests/integ/test_migrate.c
tests_integ_test_migrate_LDADD = $(INTEG_LIBS)
tests_integ_test_parts_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_parts_SOURCES = tests/integ/test_parts.c
tests_integ_test_parts_LDADD = $(INTEG_LIBS)
tests_integ_test_receipts_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_receipts_SOURCES = tests/integ/test_receipts.c
tests_integ_test_receipts_LDADD = $(INTEG_LIBS)
tests_integ_test_rights_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_rights_SOURCES = tests/integ/test_rights.c
tests_integ_test_rights_LDADD = $(INTEG_LIBS)
tests_integ_test_save_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_save_SOURCES = tests/integ/test_save.c
tests_integ_test_save_LDADD = $(INTEG_LIBS)
tests_integ_test_schema_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_schema_SOURCES = tests/integ/test_schema.c
tests_integ_test_schema_LDADD = $(INTEG_LIBS)
tests_integ_test_setting_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_setting_SOURCES = tests/integ/test_setting.c
tests_integ_test_setting_LDADD = $(INTEG_LIBS)
tests_integ_test_verify_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_integ_test_verify_SOURCES = tests/integ/test_verify.c
tests_integ_test_verify_LDADD = $(INTEG_LIBS)

# The operator's commands and the alarms: those that need no services, or bring their own.
TESTS += \
	tests/integ/alerts.t \
	tests/integ/po.t \
	tests/integ/backup.t \
	tests/integ/cmd_kontor.t \
	tests/integ/config_check.t \
	tests/integ/decode.t \
	tests/integ/hardening.t \
	tests/integ/mail.t \
	tests/integ/mail_doctor.t \
	tests/integ/outbox.t \
	tests/integ/security.t \
	tests/integ/tls.t
EXTRA_DIST += \
	tests/integ/alerts.t \
	tests/integ/po.t \
	tests/integ/backup.t \
	tests/integ/cmd_kontor.t \
	tests/integ/config_check.t \
	tests/integ/decode.t \
	tests/integ/hardening.t \
	tests/integ/mail.t \
	tests/integ/mail_doctor.t \
	tests/integ/outbox.t \
	tests/integ/security.t \
	tests/integ/tls.t

# The race of readers and a writer around stops and restarts of memcached, in its whole size: some minutes.
check-race: tests/integ/test_cache_race
	KONTOR_RACE_HITS=1000000 KONTOR_RACE_STOPS=30 $(MAKE) check TESTS=tests/integ/test_cache_race
	@grep '^#' tests/integ/test_cache_race.log
PHONY += check-race

# Refunds of 200 orders.
check-refunds: tests/integ/test_refund
	KONTOR_TEST_REFUNDS=200 CK_TIMEOUT_MULTIPLIER=10 $(MAKE) check TESTS=tests/integ/test_refund
	@grep '^#' tests/integ/test_refund.log
PHONY += check-refunds

# 10,000 mutated tables, in one process: half an hour.
check-tables: tests/integ/test_import_tables
	KONTOR_TABLES=10000 CK_FORK=no $(MAKE) check TESTS=tests/integ/test_import_tables
	@grep '^#' tests/integ/test_import_tables.log
PHONY += check-tables

# 64 clients try 10,000 random changes of 100 orders: a minute or two.
check-life: tests/integ/test_order_life_crowd
	KONTOR_LIFE_TRIES=10000 $(MAKE) check TESTS=tests/integ/test_order_life_crowd
	@grep '^#' tests/integ/test_order_life_crowd.log
PHONY += check-life
# 1,000 invoices by 8 processes that are killed again and again.
check-documents: tests/integ/test_documents
	KONTOR_TEST_INVOICES=1000 CK_TIMEOUT_MULTIPLIER=20 $(MAKE) check TESTS=tests/integ/test_documents
	@grep '^#' tests/integ/test_documents.log
PHONY += check-documents
# The lists of a shop with a million orders: ten minutes, most of them to make the orders.
check-orders: tests/integ/test_order_list
	KONTOR_TEST_ORDERS=1000000 CK_TIMEOUT_MULTIPLIER=100 $(MAKE) check TESTS=tests/integ/test_order_list
	@grep '^#' tests/integ/test_order_list.log
PHONY += check-orders
