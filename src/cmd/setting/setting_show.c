#include "cmd/setting/setting.h"

#include <time.h>

#include "plat/text/columns.h"

#define VALUE_SHOWN 40 /* characters */

static const char *
time_text(struct cmd *c, int64_t at)
{
	time_t t = (time_t)at;
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	return str_zdup(c->a, str_z(text));
}

/* The first line, cut to what a terminal shows. */
static struct str
first_line(struct cmd *c, struct str value)
{
	struct str rest = value, line;
	size_t n = 0, at = 0;

	if (value.p == NULL)
		return STR("(not set)");
	if (!str_cut(&rest, '\n', &line))
		return STR("");
	for (; at < line.n && n <= VALUE_SHOWN; at++)
		n += ((unsigned char)line.p[at] & 0xc0) != 0x80;
	if (n > VALUE_SHOWN)
		return str_fmt(c->a, "%.*s...", (int)at - 1, line.p);
	return rest.p == NULL ? line : str_fmt(c->a, "%.*s ...", STR_ARG(line));
}

/* An unusable value of the database is not in effect. */
static bool
is_of_db(struct cmd *c, const struct setting_row *row, const struct conf_setting *s)
{
	return row != NULL && row->value.p != NULL && str_eq(row->value, conf_value(c->a, &c->conf, s));
}

struct str
setting_source(struct cmd *c, const struct setting_rows *rows, const struct conf_setting *s)
{
	const struct setting_row *row = setting_row(rows, s);
	const char *unusable = row != NULL && row->value.p != NULL ? "; the database's value is unusable" : "";
	size_t n;
	int line = c->file.lines[s - conf_settings(&n)];

	if (is_of_db(c, row, s))
		return str_fmt(c->a, "database, change %llu by %.*s at %s", (unsigned long long)row->version,
		    STR_ARG(row->actor), time_text(c, row->at));
	if (line != 0)
		return str_fmt(c->a, "%s:%d%s", c->file.file, line, unusable);
	return str_fmt(c->a, "default%s", unusable);
}

static void
put_key(struct buf *b, const char *key, struct str value)
{
	buf_fmt(b, "\"%s\":", key);
	if (value.p == NULL)
		buf_z(b, "null");
	else
		buf_json(b, value);
}

static void
put_setting_json(struct cmd *c, struct buf *b, const struct setting_rows *rows, const struct conf_setting *s)
{
	const struct setting_row *row = setting_row(rows, s);
	size_t n;
	int line = c->file.lines[s - conf_settings(&n)];

	buf_fmt(b, "{\"name\":\"%s.%s\",", s->section, s->key);
	put_key(b, "value", conf_value(c->a, &c->conf, s));
	buf_fmt(b, ",\"source\":\"%s\"", is_of_db(c, row, s) ? "database" : line != 0 ? "file" : "default");
	if (line != 0)
		buf_fmt(b, ",\"line\":%d", line);
	if (row != NULL) {
		buf_fmt(b, ",\"version\":%llu,", (unsigned long long)row->version);
		put_key(b, "actor", row->actor);
		buf_fmt(b, ",\"at\":\"%s\"", time_text(c, row->at));
	}
	buf_ch(b, '}');
}

static void
put_list_json(struct cmd *c, struct buf *b, const struct setting_rows *rows, const struct conf_setting *only)
{
	const char *comma = "";
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	buf_fmt(b, "{\"change\":%llu,\"settings\":[", (unsigned long long)rows->change);
	for (size_t i = 0; i < n; i++) {
		if (!s[i].merchant || (only != NULL && only != &s[i]))
			continue;
		buf_fmt(b, "%s\n", comma);
		put_setting_json(c, b, rows, &s[i]);
		comma = ",";
	}
	buf_z(b, "]}\n");
}

void
setting_put_list(struct cmd *c, struct buf *b, const struct setting_rows *rows, const struct conf_setting *only,
    bool json)
{
	struct columns t;
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	if (json) {
		put_list_json(c, b, rows, only);
		return;
	}
	if (only != NULL) {
		buf_put(b, conf_value(c->a, &c->conf, only));
		buf_ch(b, '\n');
		return;
	}
	columns_init(&t, c->a, "NAME|VALUE|SOURCE");
	for (size_t i = 0; i < n; i++) {
		if (!s[i].merchant)
			continue;
		columns_put(&t, str_fmt(c->a, "%s.%s", s[i].section, s[i].key));
		columns_put(&t, first_line(c, conf_value(c->a, &c->conf, &s[i])));
		columns_put(&t, setting_source(c, rows, &s[i]));
	}
	columns_print(&t, b);
}

void
setting_put_change(struct cmd *c, struct buf *b, const struct setting_change *ch, bool json)
{
	if (json)
		buf_fmt(b, "{\"change\":%llu,\"dry_run\":%s,\"values\":[", (unsigned long long)ch->number,
		    ch->dry_run ? "true" : "false");
	for (size_t i = 0; i < ch->n_done; i++) {
		const struct setting_done *d = &ch->done[i];

		if (json) {
			buf_z(b, i > 0 ? ",\n{" : "\n{");
			put_key(b, "name", d->name);
			buf_ch(b, ',');
			put_key(b, "was", d->was);
			buf_ch(b, ',');
			put_key(b, "value", d->value);
			buf_fmt(b, ",\"kept\":%s}", d->kept ? "true" : "false");
		} else if (d->kept) {
			buf_fmt(b, "%.*s stays as it is: it was changed after change %llu\n", STR_ARG(d->name),
			    (unsigned long long)d->number);
		} else {
			buf_fmt(b, "%.*s: %.*s, was: %.*s\n", STR_ARG(d->name), STR_ARG(first_line(c, d->value)),
			    STR_ARG(first_line(c, d->was)));
		}
	}
	if (json)
		buf_z(b, "]}\n");
	else if (ch->number == 0)
		buf_z(b, "nothing was changed\n");
	else if (ch->dry_run)
		buf_z(b, "nothing was changed, since this is a dry run\n");
	else
		buf_fmt(b, "change %llu; to take it back: kontor setting undo %llu\n", (unsigned long long)ch->number,
		    (unsigned long long)ch->number);
}

static void
put_log_json(struct cmd *c, struct buf *b, const struct setting_change *ch)
{
	buf_z(b, "{\"log\":[");
	for (size_t i = 0; i < ch->n_done; i++) {
		const struct setting_done *d = &ch->done[i];

		buf_fmt(b, "%s\n{\"change\":%llu,\"at\":\"%s\",\"action\":\"%s\",", i > 0 ? "," : "",
		    (unsigned long long)d->number, time_text(c, d->at), setting_action_name(d->action));
		put_key(b, "actor", d->actor);
		buf_ch(b, ',');
		put_key(b, "name", d->name);
		buf_ch(b, ',');
		put_key(b, "was", d->was);
		buf_ch(b, ',');
		put_key(b, "value", d->value);
		buf_ch(b, '}');
	}
	buf_z(b, "]}\n");
}

void
setting_put_log(struct cmd *c, struct buf *b, const struct setting_change *ch, bool json)
{
	struct columns t;

	if (json) {
		put_log_json(c, b, ch);
		return;
	}
	columns_init(&t, c->a, ">CHANGE|TIME|BY|ACTION|NAME|VALUE|WAS");
	for (size_t i = 0; i < ch->n_done; i++) {
		const struct setting_done *d = &ch->done[i];

		columns_put(&t, str_fmt(c->a, "%llu", (unsigned long long)d->number));
		columns_put(&t, str_z(time_text(c, d->at)));
		columns_put(&t, d->actor);
		columns_put(&t, str_z(setting_action_name(d->action)));
		columns_put(&t, d->name);
		columns_put(&t, first_line(c, d->value));
		columns_put(&t, first_line(c, d->was));
	}
	columns_print(&t, b);
}
