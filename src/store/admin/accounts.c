#include "store/admin/accounts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fill.h"
#include "plat/db/db_text.h"

#define TEXT_MAX_B ((size_t)1 << 20)

static struct str
account(struct arena *a, const struct db_login *l)
{
	return str_fmt(a, "'%s'@'%s'", db_text_quoted(a, l->user).p, db_text_quoted(a, l->from).p);
}

/* None unless the accounts were narrowed from this one. */
static struct str
from_anywhere(struct arena *a, const struct db_login *l)
{
	if (l->host.n == 0 || str_eq_z(l->from, "%"))
		return STR_NONE;
	return str_fmt(a, "'%s'@'%%'", db_text_quoted(a, l->user).p);
}

/* The pattern that matches the trial databases. An underscore in a pattern matches any character unless escaped. */
static struct str
trial_pattern(struct arena *a, struct str database)
{
	struct str plain = str_fmt(a, "%s%s", database.p, ACCOUNTS_TRIAL);
	struct buf b;

	buf_init(&b, a, TEXT_MAX_B);
	buf_ch(&b, '`');
	for (size_t i = 0; i < plain.n; i++) {
		if (plain.p[i] == '_' || plain.p[i] == '%')
			buf_ch(&b, '\\');
		buf_ch(&b, plain.p[i]);
	}
	buf_z(&b, "%`");
	return buf_str(&b);
}

/* Reads the password in the same way as the programs that use it to connect. */
static bool
password(struct arena *a, struct str file, struct str *out, struct err *e)
{
	char line[DB_LOGIN_PASSWORD_B];

	*out = STR_NONE;
	if (file.n == 0)
		return true;
	if (access(file.p, F_OK) != 0 && errno == ENOENT)
		return err_set(e, ERR_INPUT, "%s: there is no such password file", file.p);
	if (!db_login_password(file, line, e))
		return false;
	if (line[0] == '\0')
		return err_set(e, ERR_INPUT, "%s: its first line, the password, is empty", file.p);
	*out = str_fmt(a, "'%s'", db_text_quoted(a, str_z(line)).p);
	explicit_bzero(line, sizeof(line));
	return true;
}

bool
accounts_fill(struct arena *a, const struct db_login *l, struct str text, struct str *out, struct err *e)
{
	struct fill_word words[] = {
	    {STR("@db@"), str_fmt(a, "`%s`", l->database.p)},
	    {STR("@trial@"), trial_pattern(a, l->database)},
	    {STR("@web@"), account(a, &l[DB_ACCOUNT_WEB])},
	    {STR("@jobs@"), account(a, &l[DB_ACCOUNT_JOBS])},
	    {STR("@tool@"), account(a, &l[DB_ACCOUNT_TOOL])},
	    {STR("@backup@"), account(a, &l[DB_ACCOUNT_BACKUP])},
	    {STR("@web_anywhere@"), from_anywhere(a, &l[DB_ACCOUNT_WEB])},
	    {STR("@jobs_anywhere@"), from_anywhere(a, &l[DB_ACCOUNT_JOBS])},
	    {STR("@tool_anywhere@"), from_anywhere(a, &l[DB_ACCOUNT_TOOL])},
	    {STR("@backup_anywhere@"), from_anywhere(a, &l[DB_ACCOUNT_BACKUP])},
	    {.name = STR("@web_password@")}, /* in the order of the accounts */
	    {.name = STR("@jobs_password@")},
	    {.name = STR("@tool_password@")},
	    {.name = STR("@backup_password@")},
	};
	struct str line;
	struct buf b;

	for (size_t i = 0; i < DB_ACCOUNT__MAX; i++)
		if (!password(a, l[i].password_file, &words[ARRAY_LEN(words) - DB_ACCOUNT__MAX + i].value, e))
			return false;
	buf_init(&b, a, TEXT_MAX_B);
	if (str_ends(text, STR("\n")))
		text = str_head(text, text.n - 1);
	while (str_cut(&text, '\n', &line)) {
		size_t before = b.n;

		if (fill_text(&b, line, words, ARRAY_LEN(words)))
			buf_ch(&b, '\n');
		else
			b.n = before;
	}
	*out = buf_str(&b);
	return buf_check(&b, e);
}
