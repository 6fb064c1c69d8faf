#include "cmd/setting/setting_conf.h"

#include <stdio.h>

bool
setting_conf_begin(struct setting_conf *s, struct cmd *c, struct err *e)
{
	size_t n;

	(void)conf_settings(&n);
	*s = (struct setting_conf){.c = c, .edits = ARENA_ARRAY(c->a, struct setting_edit, n)};
	return conf_change_begin(&s->file, c->a, conf_file(c->conf_file), e);
}

static bool
setting_conf_ask(struct setting_conf *s)
{
	struct setting_rows rows;

	if (!s->asked)
		s->in_db = !s->file.fresh && cmd_settings(s->c, &rows, &s->lost) && rows.v != NULL;
	s->asked = true;
	return s->in_db;
}

const struct conf *
setting_conf_now(struct setting_conf *s)
{
	return setting_conf_ask(s) ? &s->c->conf : &s->file.now;
}

void
setting_conf_set(struct setting_conf *s, const struct conf_setting *row, struct str value)
{
	if (!row->merchant || !setting_conf_ask(s)) {
		conf_change_set(&s->file, row->section, row->key, value);
		s->in_file = true;
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->edits[i].setting == row) {
			s->edits[i].value = value;
			return;
		}
	s->edits[s->n++] = (struct setting_edit){row, value};
}

static bool
change_db(struct setting_conf *s, bool dry_run, struct err *e)
{
	struct setting_change ch = {.action = SETTING_SET, .v = s->edits, .n = s->n, .dry_run = dry_run};

	if (s->n == 0)
		return true;
	if (!setting_apply(s->c, &ch, e))
		return err_context(e, "nothing was changed");
	for (size_t i = 0; i < ch.n_done && !dry_run; i++)
		fprintf(stderr, "kontor: note: %.*s is changed in the database, where it overrides %s\n",
		    STR_ARG(ch.done[i].name), s->file.file);
	return true;
}

bool
setting_conf_end(struct setting_conf *s, struct err *e)
{
	if (!change_db(s, true, e))
		return false;
	if ((s->in_file || s->file.fresh || s->n == 0) && !conf_change_end(&s->file, e))
		return false;
	if (s->lost.kind != ERR_NONE)
		fprintf(stderr, "kontor: note: the database may have a value that overrides %s: %s\n", s->file.file,
		    s->lost.msg);
	return change_db(s, false, e);
}
