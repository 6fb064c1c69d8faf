#include "store/admin/migrate.h"

#include <getopt.h>
#include <stdio.h>

#include "cmd/cmd.h"

static void
migrate_say(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

static bool
migrate_options(struct cmd *c, struct migrate *m)
{
	static const struct option known[] = {{"dry-run", no_argument, NULL, 'n'}, {"resume", no_argument, NULL, 'r'},
	    {"no-grants", no_argument, NULL, 'g'}, {"dir", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'n': m->dry_run = true; break;
		case 'r': m->resume = true; break;
		case 'g': m->no_grants = true; break;
		case 'd': m->dir = optarg; break;
		default: return false;
		}
	}
	return optind == c->argc;
}

int
cmd_migrate(struct cmd *c)
{
	struct db_login logins[DB_ACCOUNT__MAX];
	struct migrate m = {.logins = logins, .dir = PKGDATADIR "/sql", .say = migrate_say};
	struct err e = {0};

	if (!migrate_options(c, &m))
		return cmd_usage(c);
	if (!cmd_db(c, DB_MIGRATE, &m.db, &e))
		return cmd_fail(c, &e);
	db_login_all(&c->conf, logins);
	if (!migrate_run(&m, c->a, &e))
		return cmd_fail(c, &e);
	if (m.n_waiting == 0)
		printf("the schema is up to date\n");
	return CMD_OK;
}
