#include "cmd/conf_change.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plat/db/db.h"
#include "plat/host/file_replace.h"
#include "plat/text/file.h"
#include "store/sql.h"

#define FILE_MAX_B ((size_t)1 << 20)

bool
conf_change_begin(struct conf_change *ch, struct arena *a, const char *file, struct err *e)
{
	char real[PATH_MAX];
	struct buf b;
	bool found;

	*ch = (struct conf_change){.a = a, .file = file};
	if (realpath(file, real) != NULL)
		ch->file = str_dup(a, str_z(real)).p;
	if (!file_find(a, ch->file, FILE_MAX_B, &ch->text, &found, e)
	    || !conf_load(a, found ? ch->file : NULL, &ch->now, e))
		return false;
	ch->fresh = !found;
	if (found)
		return true;
	buf_init(&b, a, FILE_MAX_B);
	conf_put_example(&b);
	ch->text = buf_str(&b);
	return buf_check(&b, e);
}

void
conf_change_set(struct conf_change *ch, const char *section, const char *key, struct str value)
{
	ch->text = conf_edit(ch->a, ch->text, section, key, value);
}

/* Compares with the prices in the database, if it can be read: the workers compare again when they connect. */
static bool
currency_fits(struct arena *a, const struct conf *was, const struct conf *now, struct err *e)
{
	struct db_setup setup = sql_setup(db_login_of(now, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);
	struct err none = {0};
	struct db *db;

	if (str_eq(was->site_currency, now->site_currency))
		return true;
	if (db_open(a, &setup, &db, &none) && db_connect(db, &none)
	    && sql_currency_check(db, a, now->site_currency, was->site_currency, &none))
		return true;
	if (none.kind == ERR_CONFLICT)
		return err_set(e, ERR_CONFLICT, "%s", none.msg);
	fprintf(stderr, "kontor: note: site.currency was not compared with the currency of prices: %s\n", none.msg);
	return true;
}

bool
conf_change_end(struct conf_change *ch, struct err *e)
{
	const char *beside;
	struct conf check;
	bool ok;

	if (!file_replace_beside(ch->a, ch->file, ch->text, &beside, e))
		return false;
	ok = (conf_load(ch->a, beside, &check, e) && currency_fits(ch->a, &ch->now, &check, e))
	    || err_context(e, "nothing was changed");
	if (ok && rename(beside, ch->file) != 0)
		ok = err_set(e, ERR_UPSTREAM, "%s: %s", ch->file, strerror(errno));
	if (!ok)
		(void)unlink(beside);
	return ok;
}
