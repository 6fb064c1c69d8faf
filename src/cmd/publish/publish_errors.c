/* The error page as files, from the same template as the workers' own. */
#include "cmd/publish/publish.h"
#include "plat/host/file_replace.h"
#include "store/shop_rules.h"
#include "view/error_view.h"
#include "view/mustache/template.h"
#include "view/site_tree.h"

#define PAGE_MAX_B ((size_t)512 * 1024)

struct maker {
	struct arena *a;
	const struct site_facts *site;
	const struct lang *lang;
	const struct template_set *set;
	const char *dir;
};

/* Renders the page of one status. A worker's page shows the id of its request; this one shows a dash. */
static bool
write_page(const struct maker *m, size_t template, int status, struct err *e)
{
	struct view *root = view_object(m->a);
	const char *path = str_fmt(m->a, "%s/%d.html", m->dir, status).p;
	struct buf b;

	view_put(root, N_site, site_tree(m->a, m->site, m->lang));
	view_put(root, N_page, error_view(m->a, status, STR("-")));
	buf_init(&b, m->a, PAGE_MAX_B);
	return template_render(m->set, template, m->lang, root, &b, e) && buf_check(&b, e)
	       && file_replace(m->a, path, buf_str(&b), e);
}

bool
publish_errors(const struct publish *p, const char *dir, struct err *e)
{
	static struct urls urls;
	static struct langs langs;
	static struct template_set set;
	const struct conf *c = p->conf;
	struct site_facts site = {.conf = c, .urls = &urls, .langs = &langs};
	const struct maker m = {p->a, &site, &langs.lang[0], &set, dir};
	const struct template_dirs dirs = {
	    .installed = c->paths_template_dir.p, .overrides = c->paths_override_dir.p};
	struct shop_rules rules;
	size_t template;

	if (!urls_init(&urls, c->site_url, e)
	    || !langs_init(p->a, c->site_languages.v, c->site_languages.n, &langs, e)
	    || !langs_load(p->a, &langs, c->paths_locale_dir, e) || !shop_rules_init(&rules, c, e))
		return false;
	site.tax_included = rules.tax.included;
	if (!template_load(p->a, &dirs, &langs, &set, e))
		return false;
	if (!template_find(&set, STR("error"), &template))
		return err_set(e, ERR_INPUT, "the template \"error\" is missing");
	for (size_t i = 0; error_view_statuses[i] != 0; i++)
		if (!write_page(&m, template, error_view_statuses[i], e))
			return false;
	return true;
}
