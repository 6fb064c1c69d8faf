#include "serve/app.h"

#include "base/clock.h"
#include "plat/cache/cache_setup.h"
#include "plat/text/secret.h"
#include "store/shop_rules.h"
#include "store/sql.h"
#include "view/form_hash.h"
#include "serve/addr.h"
#include "serve/site.h"

#define PROCESS_MEM_B ((size_t)256 << 20)
#define LOOK_EVERY_NS CLOCK_S
#define OUTDATED_NS (3 * CLOCK_S) /* a folder that is moved away and back at once is no reason to end */
#define SPARE_MEM_B ((size_t)4 << 20)
#define SETTINGS_MEM_B ((size_t)16 << 20)

static bool
check_networks(const struct conf *c, struct err *e)
{
	struct str bad;

	if (!addr_list_ok(&c->web_metrics_from, &bad))
		return err_set(e, ERR_INPUT, "web.metrics_from: %.*s is not an address or network", STR_ARG(bad));
	if (!addr_list_ok(&c->web_trusted_proxies, &bad))
		return err_set(e, ERR_INPUT, "web.trusted_proxies: %.*s is not an address or network", STR_ARG(bad));
	if (!addr_list_ok(&c->limits_trusted, &bad))
		return err_set(e, ERR_INPUT, "limits.trusted: %.*s is not an address or network", STR_ARG(bad));
	return true;
}

static bool
open_limits(struct app *app, struct err *e)
{
	for (unsigned i = 0; i < LIMIT__MAX; i++)
		if (!limit_rates(&app->conf, (enum limit)i, &app->limits[i], e))
			return false;
	return true;
}

bool
app_use(struct app *app, struct arena *a, const struct conf *conf, struct err *e)
{
	struct site_facts facts = {.conf = conf, .urls = &app->urls, .langs = &app->langs};
	struct shop_rules rules;

	if (!shop_rules_init(&rules, conf, e))
		return false;
	facts.tax_included = rules.tax.included;
	for (size_t i = 0; i < app->langs.n; i++)
		app->site_trees[i] = app->site->tree(a, &facts, &app->langs.lang[i]);
	app->rules = rules;
	app->conf = *conf;
	return true;
}

static bool
open_site(struct app *app, struct err *e)
{
	const struct conf *c = &app->file;

	if (!urls_init(&app->urls, c->site_url, e))
		return err_context(e, "site.url");
	if (!langs_init(&app->a, c->site_languages.v, c->site_languages.n, &app->langs, e))
		return err_context(e, "site.languages");
	if (!langs_load(&app->a, &app->langs, c->paths_locale_dir, e) || !app_use(app, &app->a, &app->file, e))
		return false;
	app->origin.https = app->urls.https;
	app->origin.hsts_s = app->conf.web_hsts_days * 24 * 3600;
	app->session_cookie = cookie_names(&app->a, app->site->session->cookie, c->site_url, app->urls.https);
	app->shop_lang = &app->langs.lang[0];
	return true;
}

/* Finds each route's template once, so that no request searches. */
static bool
open_templates(struct app *app, const struct app_report *r, struct err *e)
{
	const struct template_dirs dirs = {.installed = app->conf.paths_template_dir.p,
	    .overrides = app->conf.paths_override_dir.p,
	    .mails = r != NULL, /* for a check; workers send none */
	    .report = r == NULL ? NULL : r->template,
	    .arg = r == NULL ? NULL : r->arg};

	if (!template_load(&app->a, &dirs, &app->langs, &app->templates, e))
		return false;
	for (size_t i = 0; i < app->site->routes.n; i++) {
		struct str name = str_z(app->site->routes.v[i].template);

		if (name.n > 0 && !template_find(&app->templates, name, &app->route_template[i]))
			return err_set(e, ERR_INPUT, "%s/%.*s.mustache is missing", dirs.installed, STR_ARG(name));
	}
	return template_find(&app->templates, STR("error"), &app->error_template)
	    || err_set(e, ERR_INPUT, "%s/error.mustache is missing", dirs.installed);
}

static bool
open_configured(struct app *app, const struct app_report *r, struct err *e)
{
	return open_site(app, e) && open_templates(app, r, e) && check_networks(&app->conf, e) && open_limits(app, e);
}

/* A worker that cannot return to its files ends: multiwatch starts another, which can. Without multiwatch, which sets
 * KONTOR_WORKERS, pages without orders are better than none. */
static void
look_if_outdated(struct app *app)
{
	if (app->joined || app->outdated == NULL || !app->outdated()) {
		app->outdated_ns = 0;
		return;
	}
	if (app->outdated_ns == 0)
		app->outdated_ns = clock_mono_ns();
	if (app->ends || app->control.workers == 0 || clock_mono_ns() < app->outdated_ns + OUTDATED_NS)
		return;
	app->ends = true;
	log_put(LOG_ERROR,
	    "event=state_replaced msg=\"the folder of the counters was replaced, and a confined process cannot "
	    "open the new one: this worker ends, and another starts\"");
}

/* Keys that were replaced are used without a reload. */
static void
look_at_links(struct app *app)
{
	struct err e = {0};
	bool was = app->links_ok;

	app->links_ok = secret_ring_load(&app->links, app->conf.order_links_file.p, &e);
	if (was && !app->links_ok)
		log_put(LOG_WARN, "event=links_unkeyed msg=\"%s\"", e.msg);
	else if (!was && app->links_ok)
		log_put(LOG_INFO, "event=links_keyed msg=\"the keys of order links were read\"");
}

void
app_join(struct app *app, bool now)
{
	struct err e = {0}, second = {0}, third = {0};
	bool was = app->joined, counted = app->counting;

	if (app->broken || (!now && clock_mono_ns() < app->look_ns))
		return;
	app->look_ns = clock_mono_ns() + LOOK_EVERY_NS;
	look_at_links(app);
	app->joined = stats_join(&app->stats, app->conf.paths_stats_file.p, STATS_WORKER, app->backend, &e);
	app->joined &= control_join(&app->control, app->conf.paths_control_file.p, app->backend, &app->stats,
	    app->joined ? &e : &second);
	app->counting = tally_join(&app->tally, app->conf.paths_control_file.p, &third);
	tally_tidy(&app->tally, clock_mono_ns() / CLOCK_MS);
	if (counted && !app->counting)
		log_put(LOG_WARN, "event=limits_not_shared place=%s msg=\"%s\"", third.place, third.msg);
	if (app->joined)
		app->joined = receipts_join(&app->receipts, &app->receipt_setup, &e);
	if (was && !app->joined)
		log_put(LOG_ERROR,
		    "event=no_orders place=%s "
		    "msg=\"%s: no order is taken until counters, control file and receipts can be shared\"",
		    e.place, e.msg);
	else if (!was && app->joined)
		log_put(LOG_INFO, "event=joined msg=\"counters, control file and receipts are shared\"");
	look_if_outdated(app);
}

bool
app_may_order(const struct app *app, struct err *e)
{
	return (stats_sound(&app->stats, e) && control_sound(&app->control, e) && receipts_sound(&app->receipts, e))
	    || err_context(e, "no order is taken");
}

/* A worker without counters still serves pages. */
static void
open_stats(struct app *app, const char *backend)
{
	app->backend = backend;
	app->receipt_setup = (struct receipt_setup){.file = app->conf.receipts_file,
	    .public_key_file = app->conf.receipts_public_key_file,
	    .slots = (uint64_t)app->conf.receipts_orders,
	    .sync = app->conf.receipts_sync};
	app->joined = app->counting = app->links_ok = true; /* so that a failure is logged */
	app_join(app, true);
	stats_sweep(&app->stats);
}

/* All hosts of the shop have the same secret. Without it the hash has no key: a reader of the database can then find
 * the address of an unpaid order by trying all. */
static void
make_client_key(struct app *app)
{
	uint8_t secret[SECRET_KEY_B] = {0};
	struct err e = {0};

	if (!secret_file_load(app->conf.cache_secret_file.p, secret, &e))
		log_put(LOG_WARN, "event=clients_unkeyed msg=\"%s\"", e.msg);
	secret_subkey(str_n(secret, sizeof(secret)), STR("clients"), app->client_key);
}

static void
open_db(struct app *app)
{
	struct db_setup setup = sql_setup(db_login_of(&app->conf, DB_ACCOUNT_WEB), &app->control, DB_WEB);
	struct err e = {0};

	setup.currency = app->conf.site_currency.p;
	if (!db_open(&app->a, &setup, &app->db, &e))
		log_put(LOG_ERROR, "event=no_database place=%s msg=\"%s\"", e.place, e.msg);
}

static bool
open_cache(struct app *app, struct err *e)
{
	struct cache_setup setup = cache_setup(&app->conf, form_hash(&app->conf));

	return cache_open(&app->a, &setup, &app->control, &app->cache, e);
}

static void
app_init(struct app *app, const struct site *site)
{
	*app = (struct app){.site = site, .error_template = APP_NO_TEMPLATE};
	arena_init(&app->a, PROCESS_MEM_B);
	for (size_t i = 0; i < ARRAY_LEN(app->settings.side); i++)
		arena_init(&app->settings.side[i], SETTINGS_MEM_B);
	app->route_template = ARENA_ARRAY(&app->a, size_t, site->routes.n);
	for (size_t i = 0; i < site->routes.n; i++)
		app->route_template[i] = APP_NO_TEMPLATE;
	arena_init(&app->spare, SPARE_MEM_B);
}

static bool
check_settings(struct app *app, const struct app_report *r, struct err *e)
{
	struct setting_merge m = {.file = &app->file, .rows = r->rows, .report = r->setting, .arg = r->arg};
	struct shop_rules rules;
	struct conf now;

	return r->rows == NULL
	    || (setting_merge(&app->a, &m, &now, &rules, e) && app_use(app, &app->a, &now, e));
}

bool
app_check(
    struct app *app, const struct site *site, const char *file, const struct app_report *r, struct err *e)
{
	app_init(app, site);
	return secret_init(e) && conf_load_report(&app->a, conf_file(file), &app->file, r->conf, r->arg, e)
	       && open_configured(app, r, e) && check_settings(app, r, e) && open_cache(app, e);
}

bool
app_open(struct app *app, const struct site *site, const char *file, const char *backend, struct err *e)
{
	struct err none = {0};
	bool ok;

	app_init(app, site);
	if (!secret_init(e))
		return false;
	ok = conf_load(&app->a, conf_file(file), &app->file, e);
	app->conf = app->file;
	if (ok)
		conf_log_open(site->program, &app->conf);
	if (ok && open_configured(app, NULL, e)) {
		open_stats(app, backend);
		stats_add(&app->stats, STAT_overrides_refused, app->templates.refused);
		open_db(app);
		make_client_key(app);
		if (open_cache(app, e)) {
			if (!cache_unlock(app->cache, &none))
				log_put(LOG_ERROR, "event=cache_unused place=%s msg=\"%s\"", none.place, none.msg);
			return true;
		}
	}
	app->broken = true;
	ok = conf_load(&app->a, NULL, &app->file, &none);
	app->conf = app->file;
	if (!ok || !open_site(app, &none) || !open_templates(app, NULL, &none))
		log_put(LOG_WARN, "event=defaults_unusable place=%s msg=\"%s\"", none.place, none.msg);
	return false;
}

void
app_close(struct app *app)
{
	for (size_t i = 0; i < ARRAY_LEN(app->settings.side); i++)
		arena_fini(&app->settings.side[i]);
	arena_fini(&app->spare);
	arena_fini(&app->a);
}

bool
app_render(const struct app *app, const struct lang *lang, size_t template, struct view *page, struct view *me,
    struct buf *out, struct err *e)
{
	struct view *root = view_object(out->a);

	if (template == APP_NO_TEMPLATE)
		return err_set(e, ERR_BUG, "no template");
	view_put(root, N_site, app->site_trees[lang->index]);
	if (page != NULL)
		view_put(root, N_page, page);
	if (me != NULL)
		view_put(root, N_me, me);
	return template_render(&app->templates, template, lang, root, out, e);
}
