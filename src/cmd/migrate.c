#include "store/admin/migrate.h"

#include <stdio.h>

#include "cmd/cmd.h"
#include "store/control_store.h"
#include "store/setting_store.h"

static void
migrate_say(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

static bool
copy_settings(struct cmd *c, struct db *db, struct err *e)
{
	struct setting_change ch = {.file = &c->file, .actor = cmd_actor(c)};

	if (!setting_copy(db, c->a, &ch, e))
		return err_context(e, "the merchant's settings were not copied into the database");
	if (ch.number != 0)
		printf("the merchant's settings (%zu) were copied from %s into the database, where they are changed "
		       "from now on: kontor setting list\n",
		    ch.n_done, c->file.file);
	return true;
}

int
cmd_migrate(struct cmd *c)
{
	struct db_login logins[DB_ACCOUNT__MAX];
	struct migrate m = {.logins = logins, .dir = PKGDATADIR "/sql", .say = migrate_say};
	const struct cmd_option options[] = {{"dry-run", .flag = &m.dry_run}, {"resume", .flag = &m.resume},
	    {"no-grants", .flag = &m.no_grants},
	    {"keep-rights", .flag = &m.keep_rights}, {"dir", .text = &m.dir}};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return cmd_usage(c);
	if (!cmd_db(c, DB_MIGRATE, &m.db, &e))
		return cmd_fail(c, &e);
	db_login_all(&c->conf, logins);
	if (!migrate_run(&m, c->a, &e))
		return cmd_fail(c, &e);
	if (!m.dry_run && !shop_currency_claim(m.db, c->conf.site_currency, &e))
		return cmd_fail(c, &e);
	if (!m.dry_run && !copy_settings(c, m.db, &e))
		return cmd_fail(c, &e);
	if (m.n_waiting == 0)
		printf("the schema is up to date\n");
	return CMD_OK;
}
