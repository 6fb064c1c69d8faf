#include "view/mustache/template.h"

#include <string.h>

#include "base/log.h"
#include "plat/text/file.h"

/* The origin of a file of the set. */
struct source {
	bool override;
	struct mustache_file installed; /* used when the override is refused; no name: none */
};

struct loader {
	struct arena *a;
	const struct template_dirs *dirs;
	struct template_set *set;
	struct source *sources; /* parallel to set->files */
	const struct lang *lang; /* being compiled */
	struct err *e;
};

static void
report(struct loader *l, enum template_problem problem, const char *line)
{
	if (l->dirs->report != NULL)
		l->dirs->report(l->dirs->arg, problem, line);
	else if (problem != TEMPLATE_UNTRANSLATED)
		log_put(LOG_ERROR, "event=%s reason=\"%s\"",
		    problem == TEMPLATE_REFUSED ? "override_refused" : "template_broken", line);
}

static void
refuse(struct loader *l, struct err *e)
{
	l->set->refused++;
	report(l, TEMPLATE_REFUSED, e->msg);
	err_clear(e);
}

static bool
read_template(struct loader *l, const char *dir, struct str file, struct mustache_file *out, struct err *e)
{
	struct str text;

	out->name = str_head(file, file.n - (sizeof(TEMPLATE_TAIL) - 1));
	out->path = str_fmt(l->a, "%s/%.*s", dir, STR_ARG(file));
	return file_get(l->a, out->path.p, MUSTACHE_FILE_MAX_B, &text, e) && mustache_parse(l->a, NULL, text, out, e);
}

bool
template_list(struct arena *a, const char *dir, bool mails, struct str **names, size_t *n, struct err *e)
{
	struct str *pages, *more;
	size_t n_pages, n_more = 0;

	if (!file_list(a, dir, STR(TEMPLATE_TAIL), &pages, &n_pages, e)
	    || (mails && !file_list(a, str_fmt(a, "%s/mail", dir).p, STR(TEMPLATE_TAIL), &more, &n_more, e)))
		return false;
	*names = ARENA_ARRAY(a, struct str, n_pages + n_more + 1);
	*n = 0;
	for (size_t i = 0; i < n_pages; i++)
		(*names)[(*n)++] = pages[i];
	for (size_t i = 0; i < n_more; i++)
		(*names)[(*n)++] = str_fmt(a, "mail/%.*s", STR_ARG(more[i]));
	return true;
}

bool
template_find(const struct template_set *set, struct str name, size_t *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (str_eq(set->files[i].name, name)) {
			*id = i;
			return true;
		}
	return false;
}

/* Reads all installed templates. Continues after an error, so that all errors are reported at once. */
static bool
read_installed(struct loader *l, const struct str *names, size_t n)
{
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		struct err e = {0};

		if (!read_template(l, l->dirs->installed, names[i], &l->set->files[l->set->n], &e)) {
			report(l, TEMPLATE_BROKEN, e.msg);
			ok = err_set(l->e, ERR_BUG, "%s", e.msg);
			continue;
		}
		l->set->n++;
	}
	return ok;
}

static void
read_overrides(struct loader *l, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mustache_file file;
		struct err e = {0};
		size_t id;

		if (!read_template(l, l->dirs->overrides, names[i], &file, &e)) {
			refuse(l, &e);
			continue;
		}
		if (template_find(l->set, file.name, &id))
			l->sources[id].installed = l->set->files[id];
		else
			id = l->set->n++;
		l->sources[id].override = true;
		l->set->files[id] = file;
	}
}

/* Replaces an override by the installed template, or removes it when there is none. */
static void
drop_override(struct loader *l, size_t id)
{
	struct template_set *set = l->set;

	if (l->sources[id].installed.name.n > 0) {
		set->files[id] = l->sources[id].installed;
		l->sources[id] = (struct source){0};
		return;
	}
	set->n--;
	memmove(set->files + id, set->files + id + 1, (set->n - id) * sizeof(*set->files));
	memmove(l->sources + id, l->sources + id + 1, (set->n - id) * sizeof(*l->sources));
}

static bool
drop_all_overrides(struct loader *l)
{
	bool any = false;

	for (size_t i = l->set->n; i-- > 0;)
		if (l->sources[i].override) {
			drop_override(l, i);
			any = true;
		}
	return any;
}

static void
untranslated(void *arg, const struct mustache_file *file, const struct part *part, const char *why)
{
	struct loader *l = arg;

	if (!l->lang->has_texts && str_eq_z(l->lang->tag, LANG_SOURCE))
		return;
	l->set->untranslated++;
	report(l, TEMPLATE_UNTRANSLATED,
	    str_fmt(l->a, "%.*s:%u: %.*s: %s: '%.*s'", STR_ARG(file->path), part->line, STR_ARG(l->lang->tag), why,
		STR_ARG(part->text))
		.p);
}

static bool
compile(struct loader *l, const struct lang *lang, size_t *bad, struct err *e)
{
	struct mustache_input in = {
	    .files = l->set->files, .n = l->set->n, .lang = lang, .untranslated = untranslated, .arg = l};

	l->lang = lang;
	return mustache_compile(l->a, &in, &l->set->compiled[lang->index], bad, e);
}

/* Compiles the first language until it succeeds. After a failure it drops the faulty file if that is an override;
 * otherwise it drops all overrides, since any of them may be the cause. */
static bool
settle(struct loader *l)
{
	for (;;) {
		struct err e = {0};
		unsigned before = l->set->untranslated;
		size_t bad;

		if (compile(l, &l->set->langs->lang[0], &bad, &e))
			return true;
		l->set->untranslated = before;
		if (l->sources[bad].override) {
			refuse(l, &e);
			drop_override(l, bad);
			continue;
		}
		if (!drop_all_overrides(l)) {
			report(l, TEMPLATE_BROKEN, e.msg);
			return err_set(l->e, ERR_BUG, "%s", e.msg);
		}
		err_context(&e, "all overrides are ignored");
		refuse(l, &e);
	}
}

bool
template_load(struct arena *a, const struct template_dirs *dirs, const struct langs *langs, struct template_set *set,
    struct err *e)
{
	struct loader l = {.a = a, .dirs = dirs, .set = set, .e = e};
	struct str *installed, *overrides = NULL;
	size_t n_installed, n_overrides = 0, bad;
	struct err wrong = {0};

	*set = (struct template_set){.langs = langs};
	if (!template_list(a, dirs->installed, dirs->mails, &installed, &n_installed, e))
		return false;
	if (n_installed == 0)
		return err_set(e, ERR_BUG, "%s: no templates", dirs->installed);
	if (dirs->overrides != NULL && dirs->overrides[0] != '\0'
	    && !template_list(a, dirs->overrides, dirs->mails, &overrides, &n_overrides, &wrong))
		refuse(&l, &wrong);
	set->files = ARENA_ARRAY(a, struct mustache_file, n_installed + n_overrides);
	l.sources = ARENA_ARRAY(a, struct source, n_installed + n_overrides);
	if (!read_installed(&l, installed, n_installed))
		return false;
	read_overrides(&l, overrides, n_overrides);
	if (!settle(&l))
		return false;
	for (size_t i = 1; i < langs->n; i++)
		if (!compile(&l, &langs->lang[i], &bad, e))
			return false;
	return true;
}

bool
template_render(const struct template_set *set, size_t id, const struct lang *lang, const struct view *root,
    struct buf *out, struct err *e)
{
	return mustache_render(set->compiled[lang->index], id, root, out, e)
	    || err_context(e, "%.*s", STR_ARG(set->files[id].path));
}
