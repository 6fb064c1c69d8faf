/* kontor.c - the operator's tool: finds the command and hands over. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "config.h"

#define MEMORY_B ((size_t)1 << 30)

static const struct {
	const char *name;
	int (*fn)(struct cmd *);
	const char *args, *help;
} commands[] = {
#define CMD(name, fn, args, help) {name, fn, args, help},
#include "cmd/commands.def"
#undef CMD
};

static int
usage(FILE *to)
{
	fprintf(to, "usage: kontor [--config FILE] COMMAND [...]\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %-10s %s\n             %s\n", commands[i].name, commands[i].args, commands[i].help);
	return to == stdout ? CMD_OK : CMD_USAGE;
}

static int
run(struct cmd *c)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, c->argv[0]) == 0)
			return commands[i].fn(c);
	}
	fprintf(stderr, "kontor: there is no command '%s'\n", c->argv[0]);
	return usage(stderr);
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
	struct cmd c = {0};
	struct arena a;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "+", known, NULL)) != -1) {
		switch (opt) {
		case 'c': c.conf_file = optarg; break;
		case 'h': return usage(stdout);
		case 'v': return printf("kontor %s\n", PACKAGE_VERSION) < 0;
		default: return usage(stderr);
		}
	}
	if (optind == argc)
		return usage(stderr);
	arena_init(&a, MEMORY_B);
	c.a = &a;
	c.argc = argc - optind;
	c.argv = argv + optind;
	status = run(&c);
	arena_fini(&a);
	return status;
}
