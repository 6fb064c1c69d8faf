/* Checks the configuration and templates by the code that starts a worker, and the rights of the secret files. */
#include <string.h>
#include <unistd.h>

#include "cmd/doctor/doctor.h"
#include "plat/text/file.h"
#include "plat/text/secret_ring.h"
#include "serve/app.h"

#define PASSWORD_FILE_B 4096
#define GROUP "kontor"
#define JOBS_GROUP "kontor-jobs"
#define BROKEN_MOST 5

/* The checks `config` and `templates` both try the start of a worker; each reports its own part. */
struct start {
	struct doctor *d;
	struct app *app;
	unsigned conf_faults, broken, untranslated;
	const char *first; /* untranslated text */
};

static void
start_fault(void *arg, const char *text)
{
	struct start *s = arg;

	s->conf_faults++;
	if (s->d->check == CHECK_config)
		FIND(s->d, config_wrong, "REASON", text);
}

static void
start_template(void *arg, enum template_problem problem, const char *line)
{
	struct start *s = arg;

	if (problem == TEMPLATE_UNTRANSLATED && s->untranslated++ == 0)
		s->first = str_zdup(s->d->a, str_z(line));
	else if (problem == TEMPLATE_REFUSED && s->d->check == CHECK_templates)
		FIND(s->d, override_refused, "REASON", line);
	else if (problem == TEMPLATE_BROKEN && s->broken++ < BROKEN_MOST && s->d->check == CHECK_templates)
		FIND(s->d, template_broken, "REASON", line);
}

/* Runs as the workers' user. A message that begins with a path is about a template or a translation. */
static bool
start_try(struct doctor *d, struct start *s)
{
	const struct app_report report = {
	    .conf = start_fault, .template = start_template, .rows = d->rows, .arg = s};
	struct rights_user u;
	struct err e = {0};
	bool about_file;

	*s = (struct start){.d = d, .app = ARENA_NEW(d->a, struct app)};
	if (geteuid() == 0 && look_worker_user(d, &u) && u.uid != 0 && !rights_drop_to(&u, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return false;
	}
	if (app_check(s->app, d->site, d->conf_file, &report, &e))
		return true;
	about_file = s->broken > 0 || (s->conf_faults == 0 && e.msg[0] == '/');
	if (d->check == CHECK_config && !about_file && s->conf_faults == 0)
		FIND(d, config_wrong, "REASON", e.msg);
	else if (d->check == CHECK_templates && about_file && s->broken == 0)
		FIND(d, template_broken, "REASON", e.msg);
	else if (d->check == CHECK_templates && !about_file)
		doctor_blocked(d, CHECK_config);
	return false;
}

/* https, the sender and the transport of mails have checks of their own. */
static void
report_unwise(void *arg, const char *text)
{
	struct doctor *d = arg;

	if (strstr(text, "test.faults") != NULL)
		FIND(d, faults_on);
	else if (strstr(text, "site.url") == NULL && strstr(text, "site.sender") == NULL
	         && strstr(text, "mail.transport") == NULL)
		FIND(d, config_unwise, "REASON", text);
}

void
check_config(struct doctor *d)
{
	struct start s;
	bool absent;

	look_settings(d);
	if (look_readable(d, d->conf_file, &absent) && start_try(d, &s))
		(void)conf_warn(&s.app->conf, report_unwise, d);
	else if (absent)
		FIND(d, config_missing);
	doctor_note(d, "%s", d->conf_file);
}

static void
report_setting(void *arg, struct str name, const char *reason)
{
	struct doctor *d = arg;

	FIND(d, setting_unusable, "NAME", str_zdup(d->a, name), "REASON", reason);
}

void
check_merchant(struct doctor *d)
{
	struct setting_merge m = {.report = report_setting, .arg = d};
	struct shop_rules rules;
	struct conf now;
	struct err e = {0};
	size_t n, set = 0;
	const struct conf_setting *s = conf_settings(&n);

	look_settings(d);
	m.file = d->file;
	m.rows = d->rows;
	if (d->rows == NULL) {
		doctor_unseen(d, "the database did not give its settings: see the check database, or run it as root");
		return;
	}
	if (!setting_merge(d->a, &m, &now, &rules, &e)) {
		doctor_blocked(d, CHECK_config);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *name = str_fmt(d->a, "%s.%s", s[i].section, s[i].key).p;

		if (d->file->lines[i] != 0 && setting_overrides(d->a, d->rows, d->file, &s[i]))
			FIND(d, setting_overridden, "NAME", name, "N", doctor_n(d, d->file->lines[i]));
	}
	for (size_t i = 0; i < d->rows->n; i++)
		set += d->rows->v[i].value.p != NULL;
	doctor_note(d, "%zu values in the database, which override %s; change %llu", set, d->conf_file,
	    (unsigned long long)d->rows->change);
}

void
check_templates(struct doctor *d)
{
	const struct langs *langs;
	struct start s;

	if (!start_try(d, &s))
		return;
	langs = &s.app->langs;
	for (size_t i = 0; i < langs->n; i++) {
		const char *tag = str_zdup(d->a, langs->lang[i].tag), *dir = d->conf->paths_locale_dir.p;

		if (!langs->lang[i].has_texts && strcmp(tag, LANG_SOURCE) != 0)
			FIND(d, language_bare, "LANG", tag, "DIR", dir, "FILE", str_fmt(d->a, "%s/%s.mo", dir, tag).p);
	}
	if (s.untranslated > 0)
		FIND(d, untranslated, "N", doctor_n(d, s.untranslated), "TEXT", s.first);
	doctor_note(d, "%zu templates, %zu languages", s.app->templates.n, langs->n);
}

static void
check_conf_rights(struct doctor *d, const struct rights_user *worker)
{
	const char *why;
	struct stat st;

	if (stat(d->conf_file, &st) != 0)
		return;
	if ((st.st_mode & 022) || (st.st_uid != 0 && st.st_uid != worker->uid && st.st_uid != geteuid()))
		FIND(d, conf_writable, "RIGHTS", rights_text(d->a, &st));
	if (!rights_may(d->a, worker, d->conf_file, RIGHTS_READ, &why))
		FIND(d, conf_unreadable, "NAME", worker->name, "WHY", why, "GROUP", GROUP);
}

struct secret {
	const char *setting, *group, *mode;
	struct str file;
	const struct rights_user *reader; /* NULL: root */
};

static void
check_password(struct doctor *d, const struct secret *s)
{
	const char *file = s->file.p, *why = "", *reader = s->reader == NULL ? "root" : s->reader->name;
	struct str bytes = STR(""), line = STR("");
	struct err e = {0};
	struct stat st;
	bool absent = false, found;

#define FIND_SECRET(name)                                                                                              \
	FIND(d, name, "FILE", file, "SETTING", s->setting, "GROUP", s->group, "MODE", s->mode, "NAME", reader, "WHY",  \
	    why, "RIGHTS", rights_text(d->a, &st))
	if (stat(file, &st) != 0) {
		if (look_readable(d, file, &absent) || !absent)
			return;
		st = (struct stat){0};
		FIND_SECRET(password_missing);
		return;
	}
	if (st.st_mode & 07)
		FIND_SECRET(password_open);
	if (s->reader != NULL && !rights_may(d->a, s->reader, file, RIGHTS_READ, &why))
		FIND_SECRET(password_unreadable);
	if (!look_readable(d, file, &absent))
		return;
	if (!file_find(d->a, file, PASSWORD_FILE_B, &bytes, &found, &e))
		doctor_unseen(d, "%s", e.msg);
	else if (!str_cut(&bytes, '\n', &line) || str_trim(line).n == 0)
		FIND_SECRET(password_empty);
#undef FIND_SECRET
}

static void
check_cache_secret(struct doctor *d, const struct rights_user *worker)
{
	const char *file = d->conf->cache_secret_file.p, *why;
	uint8_t secret[SECRET_KEY_B];
	struct err e = {0};

	if (d->conf->cache_socket.n == 0)
		return;
	if (!rights_may(d->a, worker, file, RIGHTS_READ, &why) && access(file, F_OK) == 0)
		FIND(d, cache_secret_unreadable, "FILE", file, "NAME", worker->name, "WHY", why, "GROUP", GROUP);
	else if (!secret_file_load(file, secret, &e) && (geteuid() == 0 || e.kind == ERR_NOT_FOUND))
		FIND(d, cache_secret, "FILE", file, "WHY", e.msg);
}

static void
check_receipt_keys(struct doctor *d, const struct rights_user *worker)
{
	const char *open_file = d->conf->receipts_public_key_file.p, *why;
	const char *sealed = d->conf->receipts_private_key_file.p;
	struct stat st;

	if (!rights_may(d->a, worker, open_file, RIGHTS_READ, &why))
		FIND(d, receipts_key, "NAME", worker->name, "FILE", open_file);
	if (stat(sealed, &st) == 0 && ((st.st_mode & 077) != 0 || (st.st_uid != 0 && st.st_uid != geteuid())))
		FIND(d, receipts_private, "FILE", sealed, "RIGHTS", rights_text(d->a, &st));
}

static void
check_links_keys(struct doctor *d, const struct rights_user *worker)
{
	const char *file = d->conf->order_links_file.p, *why;
	struct secret_ring keys = {.n = 0};
	struct err e = {0};

	if (!rights_may(d->a, worker, file, RIGHTS_READ, &why) && access(file, F_OK) == 0)
		FIND(d, links_keys_unreadable, "FILE", file, "NAME", worker->name, "WHY", why, "GROUP", GROUP);
	else if (!secret_ring_load(&keys, file, &e) && (geteuid() == 0 || e.kind == ERR_NOT_FOUND))
		FIND(d, links_keys, "FILE", file, "WHY", e.msg);
}

void
check_secrets(struct doctor *d)
{
	const struct conf *c = d->conf;
	struct rights_user worker, jobs;
	const struct secret all[] = {
	    {"password_file", GROUP, "0640", c->db_password_file, &worker},
	    {"jobs_password_file", JOBS_GROUP, "0640", c->db_jobs_password_file, &jobs},
	    {"tool_password_file", "root", "0600", c->db_tool_password_file, NULL},
	    {"backup_password_file", "root", "0600", c->db_backup_password_file, NULL},
	};

	if (!look_worker_user(d, &worker))
		return;
	jobs = worker;
	rights_add_group(&jobs, JOBS_GROUP);
	check_conf_rights(d, &worker);
	check_cache_secret(d, &worker);
	check_receipt_keys(d, &worker);
	check_links_keys(d, &worker);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].file.n > 0)
			check_password(d, &all[i]);
	doctor_note(d, "the workers run as %s", worker.name);
}
