/* The web servers' configuration, made from models with placeholders like @BASE@. A line with @BACKEND@ is repeated
 * for each backend, one with @LANG@ for each language. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/fill.h"
#include "cmd/publish/publish.h"
#include "cmd/system.h"
#include "plat/host/file_replace.h"
#include "plat/text/file.h"
#include "view/lang.h"
#include "view/url.h"

#define DEFLATE_MODULE "/usr/lib/lighttpd/mod_deflate.so"
#define CONF_MAX_B ((size_t)1 << 20)
#define HOSTS_MAX_B 8192
#define SYSTEM_DIR LOCALSTATEDIR "/lib/kontor/web" /* that the package has the web servers include */

enum {
	WORD_BACKEND,
	WORD_LANG,
	WORD_LANGS,
	WORD_SHOP_LANG,
	WORD_LOG,
	WORD_NO_LOG,
	WORD_BASE,
	WORD_AT_BASE,
	WORD_BELOW,
	WORD_END_BELOW,
	WORD_HOST_ONLY,
	WORD_RUN,
	WORD_STATIC,
	WORD_MEDIA,
	WORD_DOWNLOAD,
	WORD_ERROR,
	WORD_TIMEOUT,
	WORD_DEFLATE,
	WORD_HOSTS,
	WORD_END_HOSTS,
	WORD__MAX
};

/* The model without its opening comment, which explains how to fill it in by hand. */
static struct str
without_head(struct str text)
{
	struct str rest = text, line;

	while (str_cut(&rest, '\n', &line) && str_starts(line, STR("#")))
		text = rest;
	return text;
}

struct words {
	struct fill_word word[WORD__MAX];
	struct str langs[LANG_MAX]; /* as in paths */
	size_t n_langs;
};

/* The word by which the line is repeated, and its values. Returns their number. */
static size_t
repeated(const struct publish *p, struct words *w, struct str line, struct fill_word **word, const struct str **values)
{
	*word = &w->word[WORD_BACKEND];
	*values = p->backends;
	if (str_find(line, (*word)->name) >= 0)
		return p->n_backends;
	*word = &w->word[WORD_LANG];
	*values = w->langs;
	return str_find(line, (*word)->name) >= 0 ? w->n_langs : 1;
}

static bool
servers_fill(const struct publish *p, const char *name, struct words *w, struct str *out, struct err *e)
{
	const char *model = str_fmt(p->a, "%s/%s.in", p->models_dir, name).p;
	struct str text, line;
	struct buf b;

	if (!file_get(p->a, model, CONF_MAX_B, &text, e))
		return false;
	buf_init(&b, p->a, CONF_MAX_B);
	buf_fmt(&b,
	    "# Written by `kontor publish` from %s; changes to this file are lost. Change %s,\n"
	    "# then `kontor reload`.\n",
	    model, p->conf->file == NULL ? "the configuration" : p->conf->file);
	text = without_head(text);
	if (str_ends(text, STR("\n")))
		text = str_head(text, text.n - 1);
	while (str_cut(&text, '\n', &line)) {
		struct fill_word *word;
		const struct str *values;
		size_t n = repeated(p, w, line, &word, &values);

		for (size_t i = 0; i < n; i++) {
			bool whole;

			word->value = values[i];
			whole = fill_text(&b, line, w->word, WORD__MAX);
			ASSERT(whole); /* every word has a value */
			buf_ch(&b, '\n');
		}
	}
	*out = buf_str(&b);
	return buf_check(&b, e);
}

static bool
serves_every_host(const struct conf *c)
{
	for (size_t i = 0; i < c->web_hosts.n; i++)
		if (str_eq_z(c->web_hosts.v[i], "*"))
			return true;
	return false;
}

/* A name as a part of a regular expression. */
static bool
put_host(struct buf *b, struct str name, struct err *e)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = (char)tolower((unsigned char)name.p[i]);

		if (!isalnum((unsigned char)c) && strchr("-_.:[]", c) == NULL)
			return err_set(e, ERR_INPUT, "web.hosts: %.*s is not the name of a host", STR_ARG(name));
		if (strchr(".[]", c) != NULL)
			buf_ch(b, '\\');
		buf_ch(b, c);
	}
	return true;
}

/* The condition of lighttpd that keeps the shop off the server's other hosts. */
static bool
set_hosts(const struct publish *p, const struct urls *urls, struct words *w, struct err *e)
{
	const struct conf_list *others = &p->conf->web_hosts;
	struct buf b;

	w->word[WORD_HOSTS].value = w->word[WORD_END_HOSTS].value = STR("");
	if (serves_every_host(p->conf))
		return true;
	buf_init(&b, p->a, HOSTS_MAX_B);
	buf_z(&b, "$HTTP[\"host\"] =~ \"^(");
	if (!put_host(&b, urls->name, e))
		return false;
	for (size_t i = 0; i < others->n; i++) {
		buf_ch(&b, '|');
		if (!put_host(&b, others->v[i], e))
			return false;
	}
	buf_z(&b, ")(:[0-9]+)?$\" {");
	w->word[WORD_HOSTS].value = buf_str(&b);
	w->word[WORD_END_HOSTS].value = STR("}");
	return buf_check(&b, e);
}

/* The files that the web servers include. */
enum { FILE_APACHE, FILE_APACHE_PATH, FILE_APACHE_LOG, FILE_LIGHTTPD, FILE__MAX };

static const char *const file_names[FILE__MAX] = {
    "apache.conf", "apache-path.conf", "apache-log.conf", "lighttpd.conf"};

static bool
write_files(const struct publish *p, const char *dir, const struct str files[FILE__MAX], struct err *e)
{
	for (size_t i = 0; i < FILE__MAX; i++)
		if (files[i].p != NULL
		    && !file_replace(p->a, str_fmt(p->a, "%s/%s", dir, file_names[i]).p, files[i], e))
			return false;
	return true;
}

/* Replaces the files, and takes them back if a web server of this machine refuses its configuration only with the new
 * ones: at its next start it would serve no site at all. */
static bool
replace_files(const struct publish *p, const char *dir, const struct str files[FILE__MAX], struct err *e)
{
	struct str before[FILE__MAX];
	struct err refused = {0}, still = {0};
	bool found, changed = false;

	for (size_t i = 0; i < FILE__MAX; i++) {
		if (!file_find(p->a, str_fmt(p->a, "%s/%s", dir, file_names[i]).p, CONF_MAX_B, &before[i], &found, e))
			return false;
		if (!found)
			before[i] = STR_NONE;
		changed |= found && !str_eq(before[i], files[i]);
	}
	if (!write_files(p, dir, files, e))
		return false;
	if (!changed || strcmp(dir, SYSTEM_DIR) != 0 || system_test_servers(p->a, &refused))
		return true;
	if (!write_files(p, dir, before, e))
		return false;
	if (!system_test_servers(p->a, &still))
		return write_files(p, dir, files, e); /* the reason is elsewhere */
	*e = refused;
	return err_context(e, "the web servers' files stay as they were");
}

/* A web server does not start if the folder of a log is missing. */
static void
set_log(const struct publish *p, struct words *w, struct str file)
{
	const char *slash = file.n == 0 ? NULL : strrchr(file.p, '/');
	bool there = slash != NULL && access(str_fmt(p->a, "%.*s", (int)(slash - file.p), file.p).p, F_OK) == 0;

	w->word[WORD_LOG].value = file.p == NULL ? STR("") : file;
	w->word[WORD_NO_LOG].value = there ? STR("") : STR("# ");
}

static bool
set_languages(const struct publish *p, struct words *w, struct err *e)
{
	const struct conf *c = p->conf;
	static struct langs langs;
	struct buf b;

	if (!langs_init(p->a, c->site_languages.v, c->site_languages.n, &langs, e))
		return false;
	buf_init(&b, p->a, CONF_MAX_B);
	for (size_t i = 0; i < langs.n; i++) {
		w->langs[w->n_langs++] = langs.lang[i].path;
		buf_fmt(&b, "%s%.*s", i == 0 ? "" : "|", STR_ARG(langs.lang[i].path));
	}
	w->word[WORD_LANGS].value = buf_str(&b);
	w->word[WORD_SHOP_LANG].value = w->langs[0];
	return true;
}

static bool
set_base(const struct publish *p, struct words *w, struct err *e)
{
	struct urls urls;

	if (!urls_init(&urls, p->conf->site_url, e))
		return false;
	w->word[WORD_BASE].value = urls.base;
	w->word[WORD_AT_BASE].value = urls.base.n > 0 ? urls.base : STR("/");
	if (urls.base.n > 0) {
		w->word[WORD_BELOW].value = str_fmt(p->a, "<Location \"%.*s\">", STR_ARG(urls.base));
		w->word[WORD_END_BELOW].value = STR("</Location>");
		w->word[WORD_HOST_ONLY].value = STR("# ");
	}
	return set_hosts(p, &urls, w, e);
}

static bool
fill_files(const struct publish *p, struct words *w, struct str files[FILE__MAX], struct err *e)
{
	static const struct str not_everywhere = STR_INIT(
	    "# Written by `kontor publish`: the shop is not in every virtual host, since site.url has no path or\n"
	    "# web.hosts is not *. The virtual host of the shop includes apache.conf.\n");

	set_log(p, w, p->conf->log_apache_failures_file);
	if (!servers_fill(p, "apache/kontor.conf", w, &files[FILE_APACHE], e)
	    || !servers_fill(p, "apache/kontor-log.conf", w, &files[FILE_APACHE_LOG], e))
		return false;
	files[FILE_APACHE_PATH] = w->word[WORD_BASE].value.n > 0 && serves_every_host(p->conf) ? files[FILE_APACHE]
	                                                                                       : not_everywhere;
	set_log(p, w, p->conf->log_lighttpd_failures_file);
	return servers_fill(p, "lighttpd/kontor.conf", w, &files[FILE_LIGHTTPD], e);
}

bool
publish_servers(const struct publish *p, const char *dir, struct err *e)
{
	struct str files[FILE__MAX];
	const struct conf *c = p->conf;
	struct words w = {.word = {
	    [WORD_BACKEND] = {.name = STR("@BACKEND@")},
	    [WORD_LANG] = {.name = STR("@LANG@")},
	    [WORD_LANGS] = {.name = STR("@LANGS@")},
	    [WORD_SHOP_LANG] = {.name = STR("@SHOP_LANG@")},
	    [WORD_LOG] = {.name = STR("@FAILURE_LOG@")},
	    [WORD_NO_LOG] = {.name = STR("@NO_FAILURE_LOG@")},
	    [WORD_BASE] = {.name = STR("@BASE@")},
	    [WORD_AT_BASE] = {.name = STR("@AT_BASE@")},
	    [WORD_BELOW] = {STR("@BELOW_BASE@"), STR("")},
	    [WORD_END_BELOW] = {STR("@END_BELOW_BASE@"), STR("")},
	    [WORD_HOST_ONLY] = {STR("@HOST_ONLY@"), STR("")},
	    [WORD_RUN] = {STR("@RUN_DIR@"), c->paths_run_dir},
	    [WORD_STATIC] = {STR("@STATIC_DIR@"), str_fmt(p->a, "%s/static", dir)},
	    [WORD_MEDIA] = {STR("@MEDIA_DIR@"), c->paths_media_dir},
	    [WORD_DOWNLOAD] = {STR("@DOWNLOAD_DIR@"), c->paths_download_dir},
	    [WORD_ERROR] = {STR("@ERROR_DIR@"), str_fmt(p->a, "%s/error", dir)},
	    [WORD_DEFLATE] = {STR("@LIGHTTPD_DEFLATE@"), STR("")},
	    [WORD_HOSTS] = {.name = STR("@HOSTS@")},
	    [WORD_END_HOSTS] = {.name = STR("@END_HOSTS@")},
	    [WORD_TIMEOUT] = {STR("@READ_TIMEOUT_S@"), str_fmt(p->a, "%lld", (long long)conf_server_timeout_s(c))},
	}};

	/* The module is in a separate package, and lighttpd does not start if a module is missing. */
	if (access(DEFLATE_MODULE, F_OK) == 0)
		w.word[WORD_DEFLATE].value = STR("\"mod_deflate\", ");
	if (!set_base(p, &w, e) || !set_languages(p, &w, e))
		return false;
	return fill_files(p, &w, files, e) && replace_files(p, dir, files, e);
}
