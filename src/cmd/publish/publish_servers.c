/* The web servers' configuration, made from models with placeholders like @BASE@. A line with @BACKEND@ is repeated
 * for each backend, one with @LANG@ for each language. */
#include <string.h>
#include <unistd.h>

#include "base/fill.h"
#include "cmd/publish/publish.h"
#include "plat/host/file_replace.h"
#include "plat/text/file.h"
#include "view/lang.h"
#include "view/url.h"

#define DEFLATE_MODULE "/usr/lib/lighttpd/mod_deflate.so"
#define CONF_MAX_B ((size_t)1 << 20)

enum {
	WORD_BACKEND,
	WORD_LANG,
	WORD_LANGS,
	WORD_SHOP_LANG,
	WORD_LOG,
	WORD_NO_LOG,
	WORD_BASE,
	WORD_BELOW,
	WORD_END_BELOW,
	WORD_HOST_ONLY,
	WORD_RUN,
	WORD_STATIC,
	WORD_MEDIA,
	WORD_ERROR,
	WORD_TIMEOUT,
	WORD_DEFLATE,
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
write_apache(const struct publish *p, const char *dir, struct words *w, struct err *e)
{
	static const char nothing[] = "# Written by `kontor publish`: site.url has no path, so the shop has a virtual "
				      "host of its own, which\n# includes apache.conf.\n";
	struct str text, log;

	if (!servers_fill(p, "apache/kontor.conf", w, &text, e)
	    || !file_replace(p->a, str_fmt(p->a, "%s/apache.conf", dir).p, text, e)
	    || !servers_fill(p, "apache/kontor-log.conf", w, &log, e)
	    || !file_replace(p->a, str_fmt(p->a, "%s/apache-log.conf", dir).p, log, e))
		return false;
	if (w->word[WORD_BASE].value.n == 0)
		text = str_z(nothing);
	return file_replace(p->a, str_fmt(p->a, "%s/apache-path.conf", dir).p, text, e);
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
	if (urls.base.n > 0) {
		w->word[WORD_BELOW].value = str_fmt(p->a, "<Location \"%.*s/\">", STR_ARG(urls.base));
		w->word[WORD_END_BELOW].value = STR("</Location>");
		w->word[WORD_HOST_ONLY].value = STR("# ");
	}
	return true;
}

bool
publish_servers(const struct publish *p, const char *dir, struct err *e)
{
	const struct conf *c = p->conf;
	int64_t timeout_s = (c->web_deadline_ms + c->web_grace_ms + 999) / 1000 + 1;
	struct words w = {.word = {
	    [WORD_BACKEND] = {.name = STR("@BACKEND@")},
	    [WORD_LANG] = {.name = STR("@LANG@")},
	    [WORD_LANGS] = {.name = STR("@LANGS@")},
	    [WORD_SHOP_LANG] = {.name = STR("@SHOP_LANG@")},
	    [WORD_LOG] = {.name = STR("@FAILURE_LOG@")},
	    [WORD_NO_LOG] = {.name = STR("@NO_FAILURE_LOG@")},
	    [WORD_BASE] = {.name = STR("@BASE@")},
	    [WORD_BELOW] = {STR("@BELOW_BASE@"), STR("")},
	    [WORD_END_BELOW] = {STR("@END_BELOW_BASE@"), STR("")},
	    [WORD_HOST_ONLY] = {STR("@HOST_ONLY@"), STR("")},
	    [WORD_RUN] = {STR("@RUN_DIR@"), c->paths_run_dir},
	    [WORD_STATIC] = {STR("@STATIC_DIR@"), str_fmt(p->a, "%s/static", dir)},
	    [WORD_MEDIA] = {STR("@MEDIA_DIR@"), c->paths_media_dir},
	    [WORD_ERROR] = {STR("@ERROR_DIR@"), str_fmt(p->a, "%s/error", dir)},
	    [WORD_DEFLATE] = {STR("@LIGHTTPD_DEFLATE@"), STR("")},
	    [WORD_TIMEOUT] = {STR("@READ_TIMEOUT_S@"), str_fmt(p->a, "%lld", (long long)timeout_s)},
	}};
	struct str text;

	/* The module is in a separate package, and lighttpd does not start if a module is missing. */
	if (access(DEFLATE_MODULE, F_OK) == 0)
		w.word[WORD_DEFLATE].value = STR("\"mod_deflate\", ");
	if (!set_base(p, &w, e) || !set_languages(p, &w, e))
		return false;
	set_log(p, &w, c->log_apache_failures);
	if (!write_apache(p, dir, &w, e))
		return false;
	set_log(p, &w, c->log_lighttpd_failures);
	return servers_fill(p, "lighttpd/kontor.conf", &w, &text, e)
	       && file_replace(p->a, str_fmt(p->a, "%s/lighttpd.conf", dir).p, text, e);
}
