noinst_LIBRARIES += src/cmd/libcmd.a
src_cmd_libcmd_a_SOURCES = \
	src/cmd/accounts.c \
	src/cmd/backup.c \
	src/cmd/backup_make.c src/cmd/backup_make.h \
	src/cmd/cmd.c src/cmd/cmd.h src/cmd/commands.def \
	src/cmd/config.c \
	src/cmd/demo.c \
	src/cmd/error_page.c \
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
	src/cmd/restore.c \
	src/cmd/restore_run.c src/cmd/restore_run.h \
	src/cmd/setup.c \
	src/cmd/status.c \
	src/cmd/texts.c \
	src/cmd/verify.c
