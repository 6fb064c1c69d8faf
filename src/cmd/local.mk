noinst_LIBRARIES += src/cmd/libcmd.a
src_cmd_libcmd_a_SOURCES = \
	src/cmd/cmd.c src/cmd/cmd.h src/cmd/commands.def \
	src/cmd/config.c \
	src/cmd/log.c \
	src/cmd/migrate.c \
	src/cmd/pause.c \
	src/cmd/setup.c \
	src/cmd/status.c \
	src/cmd/texts.c
