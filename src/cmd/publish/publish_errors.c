/* The error page as files, from the same template as the workers' own: plain ones without a number, and
 * for each web server and language pages with server-side includes, which show a number that is also in its log. */
#include "base/fill.h"
#include "cmd/publish/publish.h"
#include "plat/host/file_replace.h"
#include "plat/host/tree.h"
#include "store/shop_rules.h"
#include "view/error_view.h"
#include "view/mustache/template.h"
#include "view/site_tree.h"

#define PAGE_MAX_B ((size_t)512 * 1024)
#define PAGES_MAX_B (8 * PAGE_MAX_B)
#define TOO_LARGE 413
#define BAD_REQUEST 400

#define NUMBER "@NUMBER@" /* replaced after rendering, which would escape a directive */
#define APACHE_NUMBER "<!--#echo var=\"UNIQUE_ID\" -->"
#define LIGHTTPD_NUMBER                                                                                                \
	"<!--#config timefmt=\"%s\" --><!--#echo var=\"DATE_LOCAL\" -->-<!--#echo var=\"REMOTE_PORT\" -->"

struct maker {
	struct arena *a;
	const struct site_facts *site;
	const struct template_set *set;
	size_t template;
	const char *dir;
};

/* The page of one status, with this text as its number; NULL: without one. */
static bool
put_page(const struct maker *m, const struct lang *lang, int status, const char *number, struct buf *to, struct err *e)
{
	struct fill_word word = {STR(NUMBER), str_z(number)};
	struct view *root = view_object(m->a);
	struct buf b;

	view_put(root, N_site, site_tree(m->a, m->site, lang));
	view_put(root, N_page, error_view(m->a, status, ERR_NONE, number == NULL ? STR_NONE : STR(NUMBER)));
	buf_init(&b, m->a, PAGE_MAX_B);
	return template_render(m->set, m->template, lang, root, &b, e) && buf_check(&b, e)
	       && fill_text(to, buf_str(&b), &word, 1);
}

static bool
write_plain(const struct maker *m, int status, struct err *e)
{
	struct buf b;

	buf_init(&b, m->a, PAGE_MAX_B);
	return put_page(m, &m->site->langs->lang[0], status, NULL, &b, e) && buf_check(&b, e)
	       && file_replace(m->a, str_fmt(m->a, "%s/%d.html", m->dir, status).p, buf_str(&b), e);
}

/* Apache chooses the page by status and language. */
static bool
write_apache(const struct maker *m, const struct lang *lang, struct err *e)
{
	const char *dir = str_fmt(m->a, "%s/apache/%.*s", m->dir, STR_ARG(lang->path)).p;

	if (!tree_make_dir(dir, e))
		return false;
	for (const int *status = error_view_failures; *status != 0; status++) {
		struct buf b;

		buf_init(&b, m->a, PAGE_MAX_B);
		if (!put_page(m, lang, *status, APACHE_NUMBER, &b, e) || !buf_check(&b, e)
		    || !file_replace(m->a, str_fmt(m->a, "%s/%d.shtml", dir, *status).p, buf_str(&b), e))
			return false;
	}
	return true;
}

/* lighttpd has one error handler, which chooses by the status itself. */
static bool
write_lighttpd(const struct maker *m, const struct lang *lang, struct err *e)
{
	struct buf b;

	buf_init(&b, m->a, PAGES_MAX_B);
	for (const int *status = error_view_failures; *status != 0; status++) {
		buf_fmt(&b, "<!--#%s expr=\"$REDIRECT_STATUS = %d\" -->", b.n == 0 ? "if" : "elif", *status);
		if (!put_page(m, lang, *status, LIGHTTPD_NUMBER, &b, e))
			return false;
	}
	buf_fmt(&b, "<!--#elif expr=\"$REDIRECT_STATUS = %d\" -->", TOO_LARGE);
	if (!put_page(m, lang, TOO_LARGE, LIGHTTPD_NUMBER, &b, e))
		return false;
	buf_z(&b, "<!--#else -->");
	if (!put_page(m, lang, BAD_REQUEST, LIGHTTPD_NUMBER, &b, e))
		return false;
	buf_z(&b, "<!--#endif -->");
	return buf_check(&b, e)
	       && file_replace(
		   m->a, str_fmt(m->a, "%s/lighttpd/%.*s.shtml", m->dir, STR_ARG(lang->path)).p, buf_str(&b), e);
}

static bool
write_all_pages(const struct maker *m, struct err *e)
{
	const struct langs *langs = m->site->langs;

	if (!tree_make_dir(str_fmt(m->a, "%s/apache", m->dir).p, e)
	    || !tree_make_dir(str_fmt(m->a, "%s/lighttpd", m->dir).p, e))
		return false;
	for (size_t i = 0; error_view_statuses[i] != 0; i++)
		if (!write_plain(m, error_view_statuses[i], e))
			return false;
	for (size_t i = 0; i < langs->n; i++)
		if (!write_apache(m, &langs->lang[i], e) || !write_lighttpd(m, &langs->lang[i], e))
			return false;
	return true;
}

bool
publish_errors(const struct publish *p, const char *dir, struct err *e)
{
	static struct urls urls;
	static struct langs langs;
	static struct template_set set;
	const struct conf *c = p->conf;
	struct site_facts site = {.conf = c, .urls = &urls, .langs = &langs};
	struct maker m = {.a = p->a, .site = &site, .set = &set, .dir = dir};
	const struct template_dirs dirs = {
	    .installed = c->paths_template_dir.p, .overrides = c->paths_override_dir.p};
	struct shop_rules rules;

	if (!urls_init(&urls, c->site_url, e)
	    || !langs_init(p->a, c->site_languages.v, c->site_languages.n, &langs, e)
	    || !langs_load(p->a, &langs, c->paths_locale_dir, e) || !shop_rules_init(&rules, c, e))
		return false;
	site.tax_included = rules.tax.included;
	if (!template_load(p->a, &dirs, &langs, &set, e))
		return false;
	if (!template_find(&set, STR("error"), &m.template))
		return err_set(e, ERR_INPUT, "the template \"error\" is missing");
	return write_all_pages(&m, e);
}
