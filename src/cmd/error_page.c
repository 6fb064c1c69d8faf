#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "store/shop_rules.h"
#include "view/error_view.h"
#include "view/site.h"
#include "view/template.h"

#define PAGE_MAX_B ((size_t)512 * 1024)

/* Written beside and renamed: a web server may be reading the old one. */
static bool
write_file(struct arena *a, const char *path, struct str text, struct err *e)
{
	const char *beside = str_fmt(a, "%s.new", path).p;
	FILE *f = fopen(beside, "w");
	bool ok;

	if (f == NULL)
		return err_set(e, ERR_INPUT, "%s: %s", beside, strerror(errno));
	ok = fwrite(text.p, 1, text.n, f) == text.n;
	ok = fclose(f) == 0 && ok && rename(beside, path) == 0;
	return ok || err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
}

struct maker {
	struct arena *a;
	const struct site *site;
	const struct lang *lang;
	const struct template_set *set;
	const char *dir;
};

/* The page of a worker has its request's number; here there is none, and a dash says so. */
static bool
write_page(const struct maker *m, size_t template, int status, struct err *e)
{
	struct view *root = view_object(m->a);
	const char *path = str_fmt(m->a, "%s/%d.html", m->dir, status).p;
	struct buf b;

	view_put(root, N_site, site_view(m->a, m->site, m->lang));
	view_put(root, N_page, error_view(m->a, status, STR("-")));
	buf_init(&b, m->a, PAGE_MAX_B);
	return template_render(m->set, template, m->lang, root, &b, e) && buf_check(&b, e)
	    && write_file(m->a, path, buf_str(&b), e);
}

static bool
write_all(struct cmd *c, const char *dir, struct err *e)
{
	static struct urls urls;
	static struct langs langs;
	static struct template_set set;
	struct site site = {.conf = &c->conf, .urls = &urls, .langs = &langs};
	struct shop_rules rules;
	const struct maker m = {c->a, &site, &langs.lang[0], &set, dir};
	const struct conf *conf = &c->conf;
	struct template_dirs dirs;
	size_t template;

	if (!cmd_conf(c, e) || !urls_init(&urls, conf->site_url, e)
	    || !langs_init(c->a, conf->site_languages.v, conf->site_languages.n, &langs, e)
	    || !langs_load(c->a, &langs, conf->paths_locale_dir, e) || !shop_rules_init(&rules, conf, e))
		return false;
	site.tax_included = rules.tax.included;
	dirs = (struct template_dirs){
	    .installed = conf->paths_template_dir.p, .overrides = conf->paths_override_dir.p};
	if (!template_load(c->a, &dirs, &langs, &set, e))
		return false;
	if (!template_find(&set, STR("error"), &template))
		return err_set(e, ERR_INPUT, "the template error is missing");
	for (size_t i = 0; error_view_statuses[i] != 0; i++)
		if (!write_page(&m, template, error_view_statuses[i], e))
			return false;
	return true;
}

/* The error page as files, DIR/503.html and so on, for the web servers to use when no worker answers. */
int
cmd_error_page(struct cmd *c)
{
	struct err e = {0};

	if (c->argc != 2 || c->argv[1][0] == '-')
		return cmd_usage(c);
	if (mkdir(c->argv[1], 0755) != 0 && errno != EEXIST)
		err_set(&e, ERR_INPUT, "%s: %s", c->argv[1], strerror(errno));
	else if (write_all(c, c->argv[1], &e))
		return CMD_OK;
	return cmd_fail(c, &e);
}
