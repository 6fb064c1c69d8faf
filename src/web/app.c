#include "web/app.h"

#include <sodium.h>

#include "store/sql.h"
#include "web/addr.h"

#define PROCESS_MEM_B ((size_t)256 << 20)
#define SPARE_MEM_B ((size_t)4 << 20)

bool
app_site(struct str url, struct str *origin, struct str *base, bool *https, struct err *e)
{
	struct str rest = url;
	ptrdiff_t slash;

	*https = str_starts(url, STR("https://"));
	if (*https)
		rest = str_from(url, STR("https://").n);
	else if (str_starts(url, STR("http://")))
		rest = str_from(url, STR("http://").n);
	else
		return err_set(e, ERR_INPUT, "site.url is not http:// or https://");
	slash = str_chr(rest, '/');
	*base = slash < 0 ? STR("") : str_from(rest, (size_t)slash);
	*origin = str_head(url, url.n - base->n);
	if (slash == 0 || rest.n == 0 || str_ends(*base, STR("/")) || str_find(*base, STR("//")) >= 0
	    || str_chr(url, '?') >= 0 || str_chr(url, '#') >= 0 || str_chr(url, ' ') >= 0)
		return err_set(e, ERR_INPUT, "site.url has no host, or ends in a slash, or has more than a path");
	return true;
}

static bool
check_networks(const struct conf *c, struct err *e)
{
	struct str bad;

	if (!addr_list_ok(&c->web_metrics_from, &bad) || !addr_list_ok(&c->web_trusted_proxies, &bad))
		return err_set(e, ERR_INPUT, "%.*s is no address or network", STR_ARG(bad));
	return true;
}

static bool
open_configured(struct app *app, const char *file, struct err *e)
{
	return conf_load(&app->a, conf_file(file), &app->conf, e)
	    && app_site(app->conf.site_url, &app->site_origin, &app->base, &app->origin.https, e)
	    && check_networks(&app->conf, e);
}

/* A worker that cannot count still serves. */
static void
open_stats(struct app *app, const char *backend)
{
	struct err e = {0};

	if (!stats_open(&app->stats, app->conf.paths_stats_file.p, &e)
	    || !stats_claim(&app->stats, backend, &e))
		log_put(LOG_ERROR, "event=not_counting place=%s msg=\"%s\"", e.place, e.msg);
	stats_sweep(&app->stats);
}

static void
open_db(struct app *app)
{
	struct db_setup setup = sql_setup(&app->conf, &app->stats, DB_WEB);
	struct err e = {0};

	if (!db_open(&app->a, &setup, &app->db, &e))
		log_put(LOG_ERROR, "event=no_database place=%s msg=\"%s\"", e.place, e.msg);
}

bool
app_open(struct app *app, const char *file, const char *backend, struct err *e)
{
	struct err none = {0};

	*app = (struct app){.broken = false};
	arena_init(&app->a, PROCESS_MEM_B);
	arena_init(&app->spare, SPARE_MEM_B);
	if (sodium_init() < 0)
		return err_set(e, ERR_BUG, "libsodium has no random numbers");
	if (open_configured(app, file, e)) {
		open_stats(app, backend);
		open_db(app);
		return true;
	}
	app->broken = true;
	if (!conf_load(&app->a, NULL, &app->conf, &none)
	    || !app_site(app->conf.site_url, &app->site_origin, &app->base, &app->origin.https, &none))
		err_context(e, "and the defaults cannot be used: %s", none.msg);
	return false;
}

void
app_close(struct app *app)
{
	arena_fini(&app->spare);
	arena_fini(&app->a);
}

bool
app_render(const struct app *app, const struct lang *lang, const char *template, const struct view *page,
    const struct view *me, struct buf *out, struct err *e)
{
	(void)app;
	(void)lang;
	(void)page;
	(void)me;
	(void)out;
	return err_set(e, ERR_BUG, "no template %s", template);
}
