noinst_LIBRARIES += src/cmd/libcmd.a
src_cmd_libcmd_a_SOURCES = \
	src/cmd/accounts.c \
	src/cmd/backends.c \
	src/cmd/backup.c \
	src/cmd/backup_make.c src/cmd/backup_make.h \
	src/cmd/cmd.c src/cmd/cmd.h src/cmd/commands.def \
	src/cmd/conf_change.c src/cmd/conf_change.h \
	src/cmd/config.c \
	src/cmd/demo.c \
	src/cmd/doctor.c src/cmd/doctor.def src/cmd/doctor.h \
	src/cmd/doctor_backend.c \
	src/cmd/doctor_cache.c \
	src/cmd/doctor_conf.c \
	src/cmd/doctor_db.c \
	src/cmd/doctor_find.c \
	src/cmd/doctor_host.c src/cmd/doctor_host.h \
	src/cmd/doctor_https.c src/cmd/doctor_https.h \
	src/cmd/doctor_log.c src/cmd/doctor_log.h \
	src/cmd/doctor_look.c \
	src/cmd/doctor_server.c src/cmd/doctor_server.h \
	src/cmd/doctor_site.c \
	src/cmd/doctor_units.c src/cmd/doctor_units.h \
	src/cmd/doctor_work.c \
	src/cmd/export.c \
	src/cmd/export_run.c src/cmd/export_run.h \
	src/cmd/import.c \
	src/cmd/import_impl.h \
	src/cmd/import_picture.c \
	src/cmd/import_products.c \
	src/cmd/import_run.c src/cmd/import_run.h \
	src/cmd/import_texts.c \
	src/cmd/log.c \
	src/cmd/manifest.c src/cmd/manifest.h \
	src/cmd/migrate.c \
	src/cmd/pause.c \
	src/cmd/progress.c src/cmd/progress.h \
	src/cmd/prove.c src/cmd/prove.h \
	src/cmd/publish.c src/cmd/publish.h \
	src/cmd/publish_errors.c \
	src/cmd/publish_servers.c \
	src/cmd/publish_static.c \
	src/cmd/reload.c \
	src/cmd/restore.c \
	src/cmd/restore_run.c src/cmd/restore_run.h \
	src/cmd/setup.c \
	src/cmd/status.c \
	src/cmd/system.c src/cmd/system.h \
	src/cmd/texts.c \
	src/cmd/verify.c
