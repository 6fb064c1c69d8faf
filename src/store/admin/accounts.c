#include "store/admin/accounts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fill.h"
#include "plat/db/db_login.h"
#include "plat/db/db_text.h"

#define TEXT_MAX_B ((size_t)1 << 20)

static struct str
account(struct arena *a, const struct conf *c, struct str user)
{
	return str_fmt(a, "'%s'@'%s'", db_text_quoted(a, user).p, c->db_host.n == 0 ? "localhost" : "%");
}

/* The pattern of databases; in it an underscore stands for any character unless it is escaped. */
static struct str
trial_pattern(struct arena *a, const struct conf *c)
{
	struct str plain = str_fmt(a, "%s%s", c->db_name.p, ACCOUNTS_TRIAL);
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

/* As the programs that connect with it read it. */
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

/* Lines with a word that has no value are left out. */
static bool
accounts_text(struct arena *a, const struct conf *c, const struct str files[4], struct str text, struct str *out,
    struct err *e)
{
	struct fill_word words[] = {
	    {STR("@db@"), str_fmt(a, "`%s`", c->db_name.p)},
	    {STR("@trial@"), trial_pattern(a, c)},
	    {STR("@web@"), account(a, c, c->db_user)},
	    {STR("@jobs@"), account(a, c, c->db_jobs_user)},
	    {STR("@tool@"), account(a, c, c->db_tool_user)},
	    {STR("@backup@"), account(a, c, c->db_backup_user)},
	    {.name = STR("@web_password@")},
	    {.name = STR("@jobs_password@")},
	    {.name = STR("@tool_password@")},
	    {.name = STR("@backup_password@")},
	};
	struct str line;
	struct buf b;

	for (size_t i = 0; i < 4; i++)
		if (!password(a, files[i], &words[ARRAY_LEN(words) - 4 + i].value, e))
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

bool
accounts_fill(struct arena *a, const struct conf *c, struct str text, struct str *out, struct err *e)
{
	const struct str files[4] = {
	    c->db_password_file, c->db_jobs_password_file, c->db_tool_password_file, c->db_backup_password_file};

	return accounts_text(a, c, files, text, out, e);
}

bool
accounts_names(struct arena *a, const struct conf *c, struct str text, struct str *out, struct err *e)
{
	const struct str none[4] = {STR_NONE};

	return accounts_text(a, c, none, text, out, e);
}

struct conf
accounts_backup(const struct conf *c, struct str database)
{
	struct conf out = *c;

	out.db_tool_user = c->db_backup_user;
	out.db_tool_password_file = c->db_backup_password_file;
	out.db_name = database;
	return out;
}
