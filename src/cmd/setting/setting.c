/* Shows and changes the merchant's settings in the database. */
#include "cmd/setting/setting.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)
#define LOG_USUAL 50
#define LOG_MAX 100000

struct settings {
	struct cmd *c;
	bool json, dry_run;
	uint64_t version, limit;
};

bool
setting_apply(struct cmd *c, struct setting_change *ch, struct err *e)
{
	struct control ctl;
	struct err none = {0};
	struct db *db;

	if (!cmd_db(c, DB_MIGRATE, &db, e))
		return false;
	ch->file = &c->file;
	ch->actor = cmd_actor(c);
	if (!setting_change(db, c->a, ch, e))
		return false;
	/* If the control file cannot be written, kontor-jobs notices the change. */
	if (ch->number != 0 && !ch->dry_run
	    && control_open_tool(&ctl, c->conf.paths_control_file.p, true, &none)) {
		control_settings_raise(&ctl);
		control_close(&ctl);
	}
	return true;
}

/* The web servers' own error pages name the shop too. */
static void
note_error_pages(const struct setting_change *ch)
{
	for (size_t i = 0; i < ch->n_done; i++)
		if (!ch->dry_run && !ch->done[i].kept && str_starts(ch->done[i].name, STR("site."))) {
			fprintf(stderr, "kontor: note: `kontor publish`, on each host, puts it into the web servers' "
					"own error pages too\n");
			return;
		}
}

static int
setting_run(struct settings *s, struct setting_change *ch)
{
	struct err e = {0};
	struct buf b;
	int status;

	ch->dry_run = s->dry_run;
	ch->version = s->version;
	if (!setting_apply(s->c, ch, &e))
		return cmd_fail(s->c, &e);
	buf_init(&b, s->c->a, OUTPUT_MAX_B);
	setting_put_change(s->c, &b, ch, s->json);
	note_error_pages(ch);
	status = cmd_print(s->c, &b);
	for (size_t i = 0; i < ch->n_done; i++)
		status = ch->done[i].kept ? CMD_FAILED : status;
	return status;
}

/* argv: "set", then pairs of name and value; or "unset", then names. */
static int
setting_edit(struct settings *s, enum setting_action action)
{
	struct cmd *c = s->c;
	int step = action == SETTING_SET ? 2 : 1;
	struct setting_change ch = {.action = action, .v = ARENA_ARRAY(c->a, struct setting_edit, c->argc)};
	struct err e = {0};

	for (int i = 2; i + step <= c->argc; i += step) {
		struct setting_edit *x = &ch.v[ch.n++];

		x->setting = conf_find(str_z(c->argv[i]), &e);
		if (x->setting == NULL)
			return cmd_fail(c, &e);
		x->value = action == SETTING_SET ? str_z(c->argv[i + 1]) : STR_NONE;
	}
	if (ch.n == 0 || (c->argc - 2) % step != 0 || (s->version != 0 && ch.n > 1))
		return cmd_usage(c);
	return setting_run(s, &ch);
}

static int
setting_undo(struct settings *s)
{
	struct setting_change ch = {.action = SETTING_UNDO};

	if (s->c->argc > 3 || s->version != 0
	    || (s->c->argc == 3 && !num_u64(str_z(s->c->argv[2]), 1, INT64_MAX, &ch.undo)))
		return cmd_usage(s->c);
	return setting_run(s, &ch);
}

static int
show_log(struct settings *s)
{
	struct setting_change ch = {.n = 0};
	struct str name = s->c->argc == 3 ? str_z(s->c->argv[2]) : STR_NONE;
	struct err e = {0};
	struct db *db;
	struct buf b;

	if (s->c->argc > 3)
		return cmd_usage(s->c);
	if ((name.n > 0 && conf_find(name, &e) == NULL) || !cmd_db(s->c, DB_MIGRATE, &db, &e)
	    || !setting_history(db, s->c->a, name, s->limit, &ch, &e))
		return cmd_fail(s->c, &e);
	buf_init(&b, s->c->a, OUTPUT_MAX_B);
	setting_put_log(s->c, &b, &ch, s->json);
	return cmd_print(s->c, &b);
}

/* argv: "list", or "get" and a name. Without a database, the file's values are shown, and a note. */
static int
setting_show(struct settings *s)
{
	const struct conf_setting *only = NULL;
	struct setting_rows rows;
	struct err e = {0}, lost = {0};
	struct buf b;

	if (s->c->argc != (strcmp(s->c->argv[1], "get") == 0 ? 3 : 2))
		return cmd_usage(s->c);
	if (s->c->argc == 3) {
		only = conf_find(str_z(s->c->argv[2]), &e);
		if (only != NULL && !only->merchant)
			(void)err_set(&e, ERR_INPUT, "%s is not the merchant's: kontor config get %s", s->c->argv[2],
			    s->c->argv[2]);
		if (e.kind != ERR_NONE)
			return cmd_fail(s->c, &e);
	}
	if (!cmd_settings(s->c, &rows, &lost))
		return cmd_fail(s->c, &lost);
	buf_init(&b, s->c->a, OUTPUT_MAX_B);
	setting_put_list(s->c, &b, &rows, only, s->json);
	return cmd_print(s->c, &b);
}

int
cmd_setting(struct cmd *c)
{
	struct settings s = {.c = c, .limit = LOG_USUAL};
	const struct cmd_option options[] = {{"json", .flag = &s.json}, {"dry-run", .flag = &s.dry_run},
	    {"if-version", .number = &s.version, .min = 1, .max = INT64_MAX},
	    {"limit", .number = &s.limit, .min = 1, .max = LOG_MAX}};
	const char *verb;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return cmd_usage(c);
	verb = c->argv[1];
	if (strcmp(verb, "list") == 0 || strcmp(verb, "get") == 0)
		return setting_show(&s);
	if (strcmp(verb, "set") == 0)
		return setting_edit(&s, SETTING_SET);
	if (strcmp(verb, "unset") == 0)
		return setting_edit(&s, SETTING_UNSET);
	if (strcmp(verb, "log") == 0)
		return show_log(&s);
	return strcmp(verb, "undo") == 0 ? setting_undo(&s) : cmd_usage(c);
}
