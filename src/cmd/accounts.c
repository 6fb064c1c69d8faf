
#include "cmd/cmd.h"
#include "plat/text/file.h"
#include "store/admin/accounts.h"

#define FILE_MAX_B ((size_t)1 << 20)

/* Writes SQL for a pipe, `kontor accounts | mariadb`, so that no password is on a command line. */
int
cmd_accounts(struct cmd *c)
{
	const char *file = PKGDATADIR "/sql/accounts.sql";
	struct db_login logins[DB_ACCOUNT__MAX];
	struct str text, filled;
	struct err e = {0};
	struct buf b;

	if (c->argc > 2)
		return cmd_usage(c);
	if (c->argc == 2)
		file = c->argv[1];
	if (!cmd_conf(c, &e) || !file_get(c->a, file, FILE_MAX_B, &text, &e))
		return cmd_fail(c, &e);
	db_login_all(&c->conf, logins);
	if (!accounts_fill(c->a, logins, text, &filled, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, filled.n);
	buf_put(&b, filled);
	return cmd_print(c, &b);
}
