/* The configuration, who may read it and the passwords, and the templates. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/doctor/doctor.h"
#include "plat/text/file.h"
#include "view/mustache/template.h"

#define PASSWORD_FILE_B 4096
#define GROUP "kontor"
#define JOBS_GROUP "kontor-jobs"

/* ---- config ---- */

struct telling {
	struct doctor *d;
	unsigned n;
};

static void
tell_wrong(void *arg, const char *text)
{
	struct telling *t = arg;

	t->n++;
	doctor_find(t->d, FOUND_config_wrong, WITH("FILE", t->d->conf_file), "%s", text);
}

/* Faults, https and the sender are checks of their own. */
static void
tell_unwise(void *arg, const char *text)
{
	struct telling *t = arg;

	t->n++;
	if (strstr(text, "test.faults") != NULL)
		doctor_find(
		    t->d, FOUND_faults_on, WITH("FILE", t->d->conf_file), "test.faults is on in %s", t->d->conf_file);
	else if (strstr(text, "site.url") == NULL && strstr(text, "site.sender") == NULL)
		doctor_find(t->d, FOUND_config_unwise, NULL, "%s", text);
}

void
check_config(struct doctor *d)
{
	struct telling t = {.d = d};
	struct err e = {0};
	struct conf c;

	if (access(d->conf_file, F_OK) != 0 && errno == ENOENT) {
		doctor_find(d, FOUND_config_missing, WITH("FILE", d->conf_file), "%s is not there", d->conf_file);
		return;
	}
	if (access(d->conf_file, R_OK) != 0) {
		doctor_unseen(d, "%s: %s; all else here goes by the defaults", d->conf_file, strerror(errno));
		return;
	}
	if (!conf_load_tell(d->a, d->conf_file, &c, tell_wrong, &t, &e) && t.n == 0)
		tell_wrong(&t, e.msg);
	else if (t.n == 0)
		(void)conf_warn(&c, tell_unwise, &t);
	doctor_note(d, "%s", d->conf_file);
}

/* ---- secrets ---- */

struct secret {
	const char *setting, *group, *mode;
	struct str file;
	bool for_workers, for_jobs;
};

static void
check_password(struct doctor *d, const struct secret *s, const struct rights_user *reader)
{
	const char *why, *const *words = WITH("FILE", s->file.p, "GROUP", s->group, "MODE", s->mode);
	struct str bytes = STR(""), line = STR("");
	struct err e = {0};
	struct stat st;
	bool found;

	if (stat(s->file.p, &st) != 0) {
		if (errno == ENOENT)
			doctor_find(d, FOUND_password_missing, words, "%s, named by db.%s, is not there", s->file.p,
			    s->setting);
		else
			doctor_unseen(d, "%s: %s", s->file.p, strerror(errno));
		return;
	}
	if (st.st_mode & 07)
		doctor_find(d, FOUND_password_open, words, "%s (db.%s) is %s: every user of this machine may read it",
		    s->file.p, s->setting, rights_text(d->a, &st));
	if (reader != NULL && !rights_may(d->a, reader, s->file.p, RIGHTS_READ, &why))
		doctor_find(d, FOUND_password_unreadable, words, "the user %s cannot read %s (db.%s): %s", reader->name,
		    s->file.p, s->setting, why);
	if (access(s->file.p, R_OK) != 0) {
		doctor_unseen(d, "%s: %s", s->file.p, strerror(errno));
		return;
	}
	if (!file_find(d->a, s->file.p, PASSWORD_FILE_B, &bytes, &found, &e))
		doctor_unseen(d, "%s", e.msg);
	else if (!str_cut(&bytes, '\n', &line) || str_trim(line).n == 0)
		doctor_find(
		    d, FOUND_password_empty, words, "the first line of %s (db.%s) is empty", s->file.p, s->setting);
}

static void
check_conf_rights(struct doctor *d, const struct rights_user *worker)
{
	struct stat st;
	const char *why, *const *words = WITH("FILE", d->conf_file, "GROUP", GROUP);

	if (stat(d->conf_file, &st) != 0)
		return;
	if ((st.st_mode & 022) || (st.st_uid != 0 && st.st_uid != worker->uid && st.st_uid != geteuid()))
		doctor_find(d, FOUND_conf_writable, words, "%s is %s: others than root may write it", d->conf_file,
		    rights_text(d->a, &st));
	if (!rights_may(d->a, worker, d->conf_file, RIGHTS_READ, &why))
		doctor_find(d, FOUND_conf_unreadable, words, "the workers' user %s cannot read %s: %s", worker->name,
		    d->conf_file, why);
}

void
check_secrets(struct doctor *d)
{
	const struct conf *c = d->conf;
	const struct secret all[] = {
	    {"password_file", GROUP, "0640", c->db_password_file, true, false},
	    {"jobs_password_file", JOBS_GROUP, "0640", c->db_jobs_password_file, false, true},
	    {"tool_password_file", "root", "0600", c->db_tool_password_file, false, false},
	    {"backup_password_file", "root", "0600", c->db_backup_password_file, false, false},
	};
	struct rights_user worker, jobs;

	if (!look_worker_user(d, &worker)) {
		doctor_unseen(d, "it is not known as which user the workers run");
		return;
	}
	jobs = worker;
	rights_join(&jobs, JOBS_GROUP);
	check_conf_rights(d, &worker);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].file.n > 0)
			check_password(d, &all[i], all[i].for_workers ? &worker : all[i].for_jobs ? &jobs : NULL);
	doctor_note(d, "the workers run as %s", worker.name);
}

/* ---- templates ---- */

struct templates {
	struct doctor *d;
	unsigned untranslated, broken;
	const char *first;
};

static void
tell_template(void *arg, enum template_problem problem, const char *line)
{
	struct templates *t = arg;

	if (problem == TEMPLATE_UNTRANSLATED && t->untranslated++ == 0)
		t->first = str_zdup(t->d->a, str_z(line));
	else if (problem == TEMPLATE_REFUSED)
		doctor_find(t->d, FOUND_override_refused, NULL, "%s", line);
	else if (problem == TEMPLATE_BROKEN && t->broken++ < 5)
		doctor_find(t->d, FOUND_template_broken, NULL, "%s", line);
}

void
check_templates(struct doctor *d)
{
	const struct conf *c = d->conf;
	struct templates t = {.d = d};
	struct template_dirs dirs = {.installed = c->paths_template_dir.p,
	    .overrides = c->paths_override_dir.p,
	    .report = tell_template,
	    .arg = &t};
	struct template_set *set = ARENA_NEW(d->a, struct template_set);
	struct langs *langs = ARENA_NEW(d->a, struct langs);
	struct err e = {0};

	if (!langs_init(d->a, c->site_languages.v, c->site_languages.n, langs, &e)
	    || !langs_load(d->a, langs, c->paths_locale_dir, &e) || !template_load(d->a, &dirs, langs, set, &e)) {
		if (t.broken == 0)
			doctor_find(d, FOUND_template_broken, NULL, "%s", e.msg);
		return;
	}
	for (size_t i = 0; i < langs->n; i++) {
		const struct lang *l = &langs->lang[i];

		if (!l->has_texts && !str_eq_z(l->tag, LANG_SOURCE))
			doctor_find(d, FOUND_language_bare,
			    WITH(
				"FILE", str_fmt(d->a, "%s/%s.mo", c->paths_locale_dir.p, l->tag.p).p, "LANG", l->tag.p),
			    "there are no translations for %s in %s", l->tag.p, c->paths_locale_dir.p);
	}
	if (t.untranslated > 0)
		doctor_find(d, FOUND_untranslated, NULL, "%u texts have no translation, the first is %s",
		    t.untranslated, t.first);
	doctor_note(d, "%zu templates, %zu languages", set->n, langs->n);
}
