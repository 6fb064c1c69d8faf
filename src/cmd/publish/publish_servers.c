/* The web servers' configuration, made from models with placeholders like @BASE@. A line with @BACKEND@ is repeated
 * for each backend. */
#include <unistd.h>

#include "base/fill.h"
#include "cmd/publish/publish.h"
#include "plat/host/file_replace.h"
#include "plat/text/file.h"
#include "view/url.h"

#define DEFLATE_MODULE "/usr/lib/lighttpd/mod_deflate.so"
#define CONF_MAX_B ((size_t)1 << 20)

enum {
	WORD_BACKEND,
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

static bool
servers_fill(const struct publish *p, const char *server, struct fill_word *words, struct str *out, struct err *e)
{
	const char *model = str_fmt(p->a, "%s/%s/kontor.conf.in", p->models_dir, server).p;
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
		size_t n = str_find(line, words[WORD_BACKEND].name) >= 0 ? p->n_backends : 1;

		for (size_t i = 0; i < n; i++) {
			bool whole;

			words[WORD_BACKEND].value = p->backends[i];
			whole = fill_text(&b, line, words, WORD__MAX);
			ASSERT(whole); /* every word has a value */
			buf_ch(&b, '\n');
		}
	}
	*out = buf_str(&b);
	return buf_check(&b, e);
}

static bool
write_apache(const struct publish *p, const char *dir, struct fill_word *words, struct err *e)
{
	static const char nothing[] = "# Written by `kontor publish`: site.url has no path, so the shop has a virtual "
				      "host of its own, which\n# includes apache.conf.\n";
	struct str text;

	if (!servers_fill(p, "apache", words, &text, e)
	    || !file_replace(p->a, str_fmt(p->a, "%s/apache.conf", dir).p, text, e))
		return false;
	if (words[WORD_BASE].value.n == 0)
		text = str_z(nothing);
	return file_replace(p->a, str_fmt(p->a, "%s/apache-path.conf", dir).p, text, e);
}

bool
publish_servers(const struct publish *p, const char *dir, struct err *e)
{
	const struct conf *c = p->conf;
	int64_t timeout_s = (c->web_deadline_ms + c->web_grace_ms + 999) / 1000 + 1;
	struct fill_word words[WORD__MAX] = {
	    [WORD_BACKEND] = {.name = STR("@BACKEND@")},
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
	};
	struct urls urls;
	struct str text;

	/* The module is in a separate package, and lighttpd does not start if a module is missing. */
	if (access(DEFLATE_MODULE, F_OK) == 0)
		words[WORD_DEFLATE].value = STR("\"mod_deflate\", ");
	if (!urls_init(&urls, c->site_url, e))
		return false;
	words[WORD_BASE].value = urls.base;
	if (urls.base.n > 0) {
		words[WORD_BELOW].value = str_fmt(p->a, "<Location \"%.*s/\">", STR_ARG(urls.base));
		words[WORD_END_BELOW].value = STR("</Location>");
		words[WORD_HOST_ONLY].value = STR("# ");
	}
	return write_apache(p, dir, words, e) && servers_fill(p, "lighttpd", words, &text, e)
	       && file_replace(p->a, str_fmt(p->a, "%s/lighttpd.conf", dir).p, text, e);
}
