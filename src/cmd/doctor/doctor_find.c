/* Reports are sent through a pipe as records of fields. Texts are freed of the two bytes that separate them. */
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "cmd/doctor/doctor.h"
#include "cmd/system.h"

#define FIELD '\x1f'
#define RECORD '\x1e'

#define FINDING(name, level, text, effect, remedy)
#define CHECK(name, limit_s, promise) {#name, promise, limit_s, check_##name},
const struct doctor_job doctor_jobs[] = {
#include "cmd/doctor/doctor.def"
};
#undef CHECK
#undef FINDING
#define CHECK(name, limit_s, promise)
#define FINDING(name, level, text, effect, remedy) {#name, text, effect, remedy, DOCTOR_##level},
const struct doctor_row doctor_rows[] = {
#include "cmd/doctor/doctor.def"
};
#undef CHECK
#undef FINDING

/* Makes a text one line without control bytes for terminals and without the separators of the pipe. */
static void
put_clean(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_ch(b, (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i]);
}

/* The value of a placeholder that has the same value in every row; NULL for any other placeholder. */
static const char *
common_word(struct doctor *d, struct str name)
{
	struct look_server s;

	if (str_eq_z(name, "CONF"))
		return d->conf_file;
	if (str_eq_z(name, "RUN_DIR"))
		return d->conf->paths_run_dir.p;
	if (str_eq_z(name, "DB"))
		return d->conf->db_name.p;
	if (str_eq_z(name, "URL"))
		return d->conf->site_url.p;
	if (str_eq_z(name, "HOST"))
		return str_zdup(d->a, d->urls->name);
	if (str_eq_z(name, "RESTART"))
		return system_is_there() ? "systemctl restart" : "(by hand, without systemd:) systemctl restart";
	if (!str_eq_z(name, "RESTART_WEB") && !str_eq_z(name, "RELOAD"))
		return NULL;
	return look_restart(d, look_server(d, &s) ? s.kind : LOOK_APACHE,
	    str_eq_z(name, "RELOAD") ? "reload" : "restart");
}

/* Puts a text of a row and replaces its placeholders. A placeholder without a value is a bug of the check. */
static void
put_filled(struct doctor *d, const char *text, const char *const words[])
{
	struct str rest = str_z(text), part, name;

	while (str_cut(&rest, '{', &part)) {
		const char *value = NULL;

		buf_put(d->out, part);
		if (rest.p == NULL)
			return;
		ASSERT(str_cut(&rest, '}', &name));
		for (size_t i = 0; words[i] != NULL && value == NULL; i += 2)
			value = str_eq_z(name, words[i]) ? words[i + 1] : NULL;
		if (value == NULL)
			value = common_word(d, name);
		ASSERT(value != NULL);
		put_clean(d->out, str_trim(str_z(value)));
	}
}

void
doctor_find(struct doctor *d, enum doctor_finding f, const char *const words[])
{
	buf_fmt(d->out, "%d%c", (int)DOCTOR_FOUND, FIELD);
	put_filled(d, doctor_rows[f].text, words);
	buf_fmt(d->out, "%c%d%c", FIELD, (int)f, FIELD);
	put_filled(d, doctor_rows[f].remedy, words);
	buf_ch(d->out, RECORD);
}

const char *
doctor_n(struct doctor *d, int64_t n)
{
	return str_fmt(d->a, "%lld", (long long)n).p;
}

static void find_say(struct doctor *, enum doctor_kind, const char *fmt, va_list) PRINTF(3, 0);

static void
find_say(struct doctor *d, enum doctor_kind kind, const char *fmt, va_list ap)
{
	char text[1000];

	vsnprintf(text, sizeof(text), fmt, ap);
	buf_fmt(d->out, "%d%c", (int)kind, FIELD);
	put_clean(d->out, str_trim(str_z(text)));
	buf_ch(d->out, RECORD);
}

void
doctor_unseen(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find_say(d, DOCTOR_UNSEEN, fmt, ap);
	va_end(ap);
}

void
doctor_note(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find_say(d, DOCTOR_NOTE, fmt, ap);
	va_end(ap);
}

void
doctor_blocked(struct doctor *d, enum doctor_check by)
{
	buf_fmt(d->out, "%d%c%s%c", (int)DOCTOR_BLOCKED, FIELD, doctor_jobs[by].name, RECORD);
}

bool
doctor_next(struct str *rest, struct doctor_said *s)
{
	struct str record, kind = STR_NONE, finding = STR_NONE;
	uint64_t n = 0;

	if (rest->n == 0 || !str_cut(rest, RECORD, &record) || !str_cut(&record, FIELD, &kind)
	    || !num_u64(kind, 0, DOCTOR_NOTE, &n) || !str_cut(&record, FIELD, &s->what))
		return false;
	s->kind = (enum doctor_kind)n;
	if (s->kind != DOCTOR_FOUND)
		return true;
	if (!str_cut(&record, FIELD, &finding) || !num_u64(finding, 0, FOUND__MAX - 1, &n))
		return false;
	s->finding = (enum doctor_finding)n;
	s->remedy = record;
	return true;
}
