/* kontor.c - the operator's tool: finds the command and runs it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "web/site.h"
#include "config.h"

#define MEMORY_B ((size_t)1 << 30)

static const struct {
	const char *name;
	int (*fn)(struct cmd *);
} commands[] = {
#define CMD(name, fn, args, help) {name, fn},
#include "cmd/commands.def"
#undef CMD
};

static int
tool_run(struct cmd *c)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, c->argv[0]) != 0)
			continue;
		if (c->argc == 2 && (strcmp(c->argv[1], "--help") == 0 || strcmp(c->argv[1], "-h") == 0))
			return cmd_help_one(c->argv[0]);
		return commands[i].fn(c);
	}
	fprintf(stderr, "kontor: there is no command '%s'; `kontor help` lists the commands\n", c->argv[0]);
	return CMD_USAGE;
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
	struct cmd c = {.site = &web_site};
	struct arena a;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "+h", known, NULL)) != -1) {
		switch (opt) {
		case 'c': c.conf_file = optarg; break;
		case 'h': return cmd_help_all(stdout);
		case 'v': return printf("kontor %s\n", PACKAGE_VERSION) < 0;
		default: (void)cmd_help_all(stderr); return CMD_USAGE;
		}
	}
	if (optind == argc) {
		(void)cmd_help_all(stderr);
		return CMD_USAGE;
	}
	arena_init(&a, MEMORY_B);
	c.a = &a;
	c.argc = argc - optind;
	c.argv = argv + optind;
	status = tool_run(&c);
	arena_fini(&a);
	if (fflush(stdout) != 0 && status == CMD_OK)
		status = CMD_FAILED;
	return status;
}
