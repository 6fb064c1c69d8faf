# A unit test is tests/unit/test_X.c: pure, no I/O. Each adds its name to UNIT_TESTS and its two lines below.
UNIT_LIBS = $(ROOM_LIBS) $(CHECK_LIBS)
UNIT_TESTS = \
	tests/unit/test_accounts \
	tests/unit/test_address \
	tests/unit/test_address_form \
	tests/unit/test_base \
	tests/unit/test_bench \
	tests/unit/test_cache \
	tests/unit/test_charset \
	tests/unit/test_clean \
	tests/unit/test_columns \
	tests/unit/test_conf \
	tests/unit/test_control \
	tests/unit/test_control_line \
	tests/unit/test_csv \
	tests/unit/test_db_login \
	tests/unit/test_doctor \
	tests/unit/test_draft \
	tests/unit/test_dump_scan \
	tests/unit/test_fcgi_ask \
	tests/unit/test_fcgi_head \
	tests/unit/test_fcgi_intake \
	tests/unit/test_form \
	tests/unit/test_fulfilment \
	tests/unit/test_grants \
	tests/unit/test_html_clean \
	tests/unit/test_image \
	tests/unit/test_json \
	tests/unit/test_keep \
	tests/unit/test_lang \
	tests/unit/test_lead \
	tests/unit/test_mail \
	tests/unit/test_mail_report \
	tests/unit/test_manifest \
	tests/unit/test_mustache \
	tests/unit/test_mustache_spec \
	tests/unit/test_number \
	tests/unit/test_order \
	tests/unit/test_order_link \
	tests/unit/test_order_state \
	tests/unit/test_particular \
	tests/unit/test_picture_name \
	tests/unit/test_plain \
	tests/unit/test_price \
	tests/unit/test_product_csv \
	tests/unit/test_product_mend \
	tests/unit/test_product_parts \
	tests/unit/test_provider \
	tests/unit/test_rate \
	tests/unit/test_receipt \
	tests/unit/test_rights \
	tests/unit/test_run \
	tests/unit/test_search \
	tests/unit/test_search_block \
	tests/unit/test_secret \
	tests/unit/test_sending \
	tests/unit/test_sql_text \
	tests/unit/test_stats \
	tests/unit/test_stats_report \
	tests/unit/test_stats_upgrade \
	tests/unit/test_tally \
	tests/unit/test_task \
	tests/unit/test_template \
	tests/unit/test_totals \
	tests/unit/test_transfer \
	tests/unit/test_translation_csv \
	tests/unit/test_tree \
	tests/unit/test_url \
	tests/unit/test_view \
	tests/unit/test_web

check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
EXTRA_DIST += tests/unit/random.h tests/unit/unit.h

tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = $(UNIT_LIBS)
tests_unit_test_columns_SOURCES = tests/unit/test_columns.c
tests_unit_test_columns_LDADD = $(UNIT_LIBS)
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_LDADD = $(UNIT_LIBS)
tests_unit_test_charset_SOURCES = tests/unit/test_charset.c
tests_unit_test_charset_LDADD = $(UNIT_LIBS)
tests_unit_test_number_SOURCES = tests/unit/test_number.c
tests_unit_test_number_LDADD = $(UNIT_LIBS)
tests_unit_test_particular_SOURCES = tests/unit/test_particular.c
tests_unit_test_particular_LDADD = $(UNIT_LIBS)
tests_unit_test_picture_name_SOURCES = tests/unit/test_picture_name.c
tests_unit_test_picture_name_LDADD = $(UNIT_LIBS)
tests_unit_test_product_mend_SOURCES = tests/unit/test_product_mend.c
tests_unit_test_product_mend_LDADD = $(UNIT_LIBS)
tests_unit_test_csv_SOURCES = tests/unit/test_csv.c
tests_unit_test_csv_LDADD = $(UNIT_LIBS)

tests_unit_test_provider_SOURCES = tests/unit/test_provider.c
tests_unit_test_provider_LDADD = $(UNIT_LIBS)
tests_unit_test_rate_SOURCES = tests/unit/test_rate.c
tests_unit_test_rate_LDADD = $(UNIT_LIBS)
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c
tests_unit_test_tally_LDADD = $(UNIT_LIBS)
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_LDADD = $(UNIT_LIBS)
tests_unit_test_view_SOURCES = tests/unit/test_view.c
tests_unit_test_view_LDADD = $(UNIT_LIBS)
tests_unit_test_html_clean_SOURCES = tests/unit/test_html_clean.c
tests_unit_test_html_clean_LDADD = $(UNIT_LIBS)
tests_unit_test_address_SOURCES = tests/unit/test_address.c
tests_unit_test_address_LDADD = $(UNIT_LIBS)
tests_unit_test_address_form_SOURCES = tests/unit/test_address_form.c
tests_unit_test_address_form_LDADD = $(UNIT_LIBS)
tests_unit_test_order_state_SOURCES = tests/unit/test_order_state.c
tests_unit_test_order_state_LDADD = $(UNIT_LIBS)
tests_unit_test_order_SOURCES = tests/unit/test_order.c
tests_unit_test_order_LDADD = $(UNIT_LIBS)
tests_unit_test_order_link_SOURCES = tests/unit/test_order_link.c
tests_unit_test_order_link_LDADD = $(UNIT_LIBS)
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = $(UNIT_LIBS)
tests_unit_test_sending_SOURCES = tests/unit/test_sending.c tests/unit/child.h
tests_unit_test_sending_LDADD = $(UNIT_LIBS)
tests_unit_test_receipt_SOURCES = tests/unit/test_receipt.c
tests_unit_test_receipt_LDADD = $(UNIT_LIBS)
tests_unit_test_plain_SOURCES = tests/unit/test_plain.c
tests_unit_test_plain_LDADD = $(UNIT_LIBS)
tests_unit_test_price_SOURCES = tests/unit/test_price.c
tests_unit_test_price_LDADD = $(UNIT_LIBS)
tests_unit_test_totals_SOURCES = tests/unit/test_totals.c
tests_unit_test_totals_LDADD = $(UNIT_LIBS)
tests_unit_test_control_SOURCES = tests/unit/test_control.c tests/unit/child.h
tests_unit_test_control_LDADD = $(UNIT_LIBS)
tests_unit_test_control_line_SOURCES = tests/unit/test_control_line.c tests/unit/child.h
tests_unit_test_control_line_LDADD = $(UNIT_LIBS)
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c tests/unit/child.h
tests_unit_test_stats_LDADD = $(UNIT_LIBS)

tests_unit_test_mustache_spec_SOURCES = tests/unit/test_mustache_spec.c
tests_unit_test_mustache_spec_LDADD = $(UNIT_LIBS)
tests_unit_test_product_csv_SOURCES = tests/unit/test_product_csv.c
tests_unit_test_product_csv_LDADD = $(UNIT_LIBS)
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c
tests_unit_test_cache_LDADD = $(UNIT_LIBS)
tests_unit_test_search_SOURCES = tests/unit/test_search.c
tests_unit_test_search_LDADD = $(UNIT_LIBS)
tests_unit_test_search_block_SOURCES = tests/unit/test_search_block.c tests/unit/random.h
tests_unit_test_search_block_LDADD = $(UNIT_LIBS)
tests_unit_test_image_SOURCES = tests/unit/test_image.c
tests_unit_test_image_LDADD = $(UNIT_LIBS)

tests_unit_test_clean_SOURCES = tests/unit/test_clean.c
tests_unit_test_clean_LDADD = $(UNIT_LIBS)

tests_unit_test_form_SOURCES = tests/unit/test_form.c
tests_unit_test_form_LDADD = $(UNIT_LIBS)

tests_unit_test_fulfilment_SOURCES = tests/unit/test_fulfilment.c
tests_unit_test_fulfilment_LDADD = $(UNIT_LIBS)

tests_unit_test_web_SOURCES = tests/unit/test_web.c
tests_unit_test_web_LDADD = $(UNIT_LIBS)
# A release with three counters more, for test_stats_upgrade.
check_PROGRAMS += tests/unit/stats_more
tests_unit_stats_more_SOURCES = tests/unit/stats_more.c tests/unit/more/plat/stats/counters.def \
	src/plat/stats/shared.c \
	src/plat/stats/stats.c \
	src/plat/stats/stats_metrics.c \
	src/plat/stats/stats_other.c \
	src/plat/stats/stats_report.c \
	src/plat/stats/stats_show.c \
	src/plat/stats/stats_sweep.c
tests_unit_stats_more_CPPFLAGS = -I$(top_srcdir)/tests/unit/more $(AM_CPPFLAGS)
tests_unit_stats_more_LDADD = $(ROOM_LIBS)
tests_unit_test_stats_upgrade_SOURCES = tests/unit/test_stats_upgrade.c tests/unit/child.h
tests_unit_test_stats_upgrade_LDADD = $(UNIT_LIBS)
tests_unit_test_stats_report_SOURCES = tests/unit/test_stats_report.c
tests_unit_test_stats_report_LDADD = $(UNIT_LIBS)
tests_unit_test_template_SOURCES = tests/unit/test_template.c
tests_unit_test_template_LDADD = $(UNIT_LIBS)
tests_unit_test_mustache_SOURCES = tests/unit/test_mustache.c
tests_unit_test_mustache_LDADD = $(UNIT_LIBS)
tests_unit_test_lang_SOURCES = tests/unit/test_lang.c
tests_unit_test_lang_LDADD = $(UNIT_LIBS)
tests_unit_test_mail_report_SOURCES = tests/unit/test_mail_report.c
tests_unit_test_mail_report_LDADD = $(UNIT_LIBS)
tests_unit_test_lead_SOURCES = tests/unit/test_lead.c
tests_unit_test_lead_LDADD = $(UNIT_LIBS)
tests_unit_test_sql_text_SOURCES = tests/unit/test_sql_text.c
tests_unit_test_sql_text_LDADD = $(UNIT_LIBS)
tests_unit_test_product_parts_SOURCES = tests/unit/test_product_parts.c
tests_unit_test_product_parts_LDADD = $(UNIT_LIBS)
tests_unit_test_draft_SOURCES = tests/unit/test_draft.c
tests_unit_test_draft_LDADD = $(UNIT_LIBS)
tests_unit_test_transfer_SOURCES = tests/unit/test_transfer.c
tests_unit_test_transfer_LDADD = $(UNIT_LIBS)
tests_unit_test_translation_csv_SOURCES = tests/unit/test_translation_csv.c
tests_unit_test_translation_csv_LDADD = $(UNIT_LIBS)
tests_unit_test_accounts_SOURCES = tests/unit/test_accounts.c
tests_unit_test_accounts_LDADD = $(UNIT_LIBS)
tests_unit_test_run_SOURCES = tests/unit/test_run.c
tests_unit_test_run_LDADD = $(UNIT_LIBS)
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c
tests_unit_test_doctor_LDADD = $(UNIT_LIBS)
tests_unit_test_fcgi_ask_SOURCES = tests/unit/test_fcgi_ask.c
tests_unit_test_fcgi_ask_LDADD = $(UNIT_LIBS)
tests_unit_test_fcgi_intake_SOURCES = tests/unit/test_fcgi_intake.c
tests_unit_test_fcgi_intake_LDADD = $(UNIT_LIBS)
tests_unit_test_fcgi_head_SOURCES = tests/unit/test_fcgi_head.c
tests_unit_test_fcgi_head_LDADD = $(UNIT_LIBS)
tests_unit_test_grants_SOURCES = tests/unit/test_grants.c
tests_unit_test_grants_LDADD = $(UNIT_LIBS)
tests_unit_test_rights_SOURCES = tests/unit/test_rights.c
tests_unit_test_rights_LDADD = $(UNIT_LIBS)
tests_unit_test_task_SOURCES = tests/unit/test_task.c
tests_unit_test_task_LDADD = $(UNIT_LIBS)
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_LDADD = $(UNIT_LIBS)
tests_unit_test_keep_SOURCES = tests/unit/test_keep.c
tests_unit_test_keep_LDADD = $(UNIT_LIBS)
tests_unit_test_dump_scan_SOURCES = tests/unit/test_dump_scan.c
tests_unit_test_dump_scan_LDADD = $(UNIT_LIBS)
tests_unit_test_mail_SOURCES = tests/unit/test_mail.c
tests_unit_test_mail_LDADD = $(UNIT_LIBS)
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_manifest_LDADD = $(UNIT_LIBS)
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c
tests_unit_test_tree_LDADD = $(UNIT_LIBS)
tests_unit_test_db_login_SOURCES = tests/unit/test_db_login.c
tests_unit_test_db_login_LDADD = $(UNIT_LIBS)
tests_unit_test_bench_SOURCES = tests/unit/test_bench.c
tests_unit_test_bench_LDADD = $(BENCH_LIBS) $(UNIT_LIBS)
