noinst_LIBRARIES += src/cmd/libcmd.a
src_cmd_libcmd_a_SOURCES = \
	src/cmd/accounts.c src/cmd/backends.c src/cmd/cmd.c src/cmd/cmd.h src/cmd/commands.def src/cmd/conf_change.c \
	src/cmd/conf_change.h src/cmd/config.c src/cmd/config_check.c src/cmd/config_check.h src/cmd/demo.c \
	src/cmd/erasures.c src/cmd/erasures.h src/cmd/export.c src/cmd/import.c src/cmd/limits.c src/cmd/log.c \
	src/cmd/migrate.c src/cmd/pause.c \
	src/cmd/reload.c src/cmd/setup.c src/cmd/status.c src/cmd/system.c src/cmd/system.h src/cmd/texts.c \
	src/cmd/verify.c \
	src/cmd/backup/backup.c src/cmd/backup/backup_make.c src/cmd/backup/backup_make.h src/cmd/backup/manifest.c \
	src/cmd/backup/manifest.h src/cmd/backup/pictures.c \
	src/cmd/backup/pictures.h src/cmd/backup/prove.c src/cmd/backup/prove.h src/cmd/backup/restore.c \
	src/cmd/backup/restore_run.c src/cmd/backup/restore_run.h \
	src/cmd/document/document.c src/cmd/document/document.h src/cmd/document/document_do.c src/cmd/document/document_show.c \
	src/cmd/document/verbs.def \
	src/cmd/doctor/doctor.c src/cmd/doctor/doctor.def src/cmd/doctor/doctor.h src/cmd/doctor/doctor_backend.c \
	src/cmd/doctor/doctor_cache.c src/cmd/doctor/doctor_conf.c src/cmd/doctor/doctor_db.c src/cmd/doctor/doctor_download.c \
	src/cmd/doctor/doctor_find.c src/cmd/doctor/doctor_host.c src/cmd/doctor/doctor_https.c \
	src/cmd/doctor/doctor_judge.h src/cmd/doctor/doctor_limits.c src/cmd/doctor/doctor_log.c \
	src/cmd/doctor/doctor_look.c src/cmd/doctor/doctor_mail.c src/cmd/doctor/doctor_server.c src/cmd/doctor/doctor_site.c src/cmd/doctor/doctor_units.c \
	src/cmd/doctor/doctor_work.c \
	src/cmd/mail/mail.c src/cmd/mail/mail.h src/cmd/mail/mail_again.c src/cmd/mail/mail_bounce.c \
	src/cmd/mail/mail_list.c src/cmd/mail/mail_preview.c src/cmd/mail/mail_test.c src/cmd/mail/verbs.def \
	src/cmd/maker/maker.c src/cmd/maker/maker.h src/cmd/maker/verbs.def \
	src/cmd/outbox/outbox.c src/cmd/outbox/outbox.h src/cmd/outbox/outbox_change.c src/cmd/outbox/outbox_list.c \
	src/cmd/outbox/verbs.def \
	src/cmd/price/price.c src/cmd/price/price.h src/cmd/price/price_rule.c src/cmd/price/price_rule.h \
	src/cmd/price/price_schedule.c src/cmd/price/price_show.c \
	src/cmd/download/code_do.c src/cmd/download/download.c src/cmd/download/download.h \
	src/cmd/download/download_do.c src/cmd/download/verbs.def \
	src/cmd/hook/hook.c src/cmd/hook/hook.h src/cmd/hook/hook_do.c src/cmd/hook/hook_show.c src/cmd/hook/verbs.def \
	src/cmd/order/customer.c src/cmd/order/expiry.c src/cmd/order/links.c src/cmd/order/order.c src/cmd/order/order.h src/cmd/order/order_do.c \
	src/cmd/order/order_do.h src/cmd/order/order_list.c src/cmd/order/order_print.c \
	src/cmd/order/order_show.c src/cmd/order/order_verb.c src/cmd/order/verbs.def src/cmd/order/receipts.c src/cmd/order/receipts_show.c src/cmd/order/receipts_show.h \
	src/cmd/publish/publish.c src/cmd/publish/publish.h src/cmd/publish/publish_errors.c \
	src/cmd/publish/publish_servers.c src/cmd/publish/publish_static.c \
	src/cmd/setting/setting.c src/cmd/setting/setting.h src/cmd/setting/setting_conf.c \
	src/cmd/setting/setting_conf.h src/cmd/setting/setting_show.c \
	src/cmd/stock/stock.c src/cmd/stock/stock.h src/cmd/stock/stock_change.c src/cmd/stock/stock_list.c \
	src/cmd/stock/verbs.def \
	src/cmd/withdrawal/verbs.def src/cmd/withdrawal/withdrawal.c src/cmd/withdrawal/withdrawal.h \
	src/cmd/withdrawal/withdrawal_do.c
