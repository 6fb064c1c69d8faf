#include "serve/settings.h"

#include "base/clock.h"
#include "plat/cache/cache.h"
#include "plat/db/db.h"
#include "store/setting_store.h"
#include "view/form_hash.h"

#define READ_NS (1500 * CLOCK_MS) /* a distant database takes several round trips */
#define AGAIN_NS (2 * CLOCK_S)    /* after a failure */

void
settings_begin(struct app *app)
{
	uint64_t last = control_merchant(&app->control);

	if (last == 0 || app->broken)
		return;
	app->conf.merchant = last;
	cache_resalt(app->cache, form_hash(&app->conf));
	cache_hold(app->cache, true);
}

static bool
settings_read(struct app *app, struct arena *a, struct conf *now, struct err *e)
{
	struct setting_rows rows;
	struct setting_merge m = {.file = &app->file, .rows = &rows, .report = setting_log_refused};
	struct shop_rules rules;

	return setting_read(app->db, a, &rows, e) && setting_merge(a, &m, now, &rules, e);
}

/* Uses the arena that the values in effect do not live on. */
static bool
settings_renew(struct app *app, struct err *e)
{
	struct app_settings *s = &app->settings;
	struct arena *a = &s->side[!s->used];
	struct conf now;

	arena_reset(a);
	if (!settings_read(app, a, &now, e))
		return false;
	if (s->known && now.merchant == app->conf.merchant)
		return true;
	if (!app_use(app, a, &now, e))
		return false;
	s->used = !s->used;
	cache_resalt(app->cache, form_hash(&app->conf));
	control_set_merchant(&app->control, now.merchant);
	return true;
}

/* The database answers, but not this question, as for lack of a privilege: the file's values count, under a salt of
 * their own. */
static void
settings_do_without(struct app *app, const struct err *why)
{
	struct app_settings *s = &app->settings;

	if (s->unreadable)
		return;
	s->unreadable = true;
	log_put(LOG_ERROR, "event=settings_unreadable place=%s msg=\"%s\"", why->place, why->msg);
	if (s->known)
		return;
	app->conf.merchant = app->file.merchant;
	cache_resalt(app->cache, form_hash(&app->conf));
	cache_hold(app->cache, false);
}

/* Shorter than the time after which the watchdog ends the worker. */
static uint64_t
read_limit_ns(const struct app *app)
{
	uint64_t half_ns = (uint64_t)app->conf.web_deadline_ms * CLOCK_MS / 2;

	return READ_NS < half_ns ? READ_NS : half_ns;
}

void
settings_follow(struct app *app)
{
	struct app_settings *s = &app->settings;
	uint64_t number = control_settings(&app->control), identity = control_identity(&app->control);
	struct err e = {0}, none = {0};

	if (s->known && number == s->number && identity == s->identity)
		return;
	if (app->broken || app->db == NULL || clock_mono_ns() < s->look_ns
	    || breaker_is_open(&app->control, BREAKER_DB))
		return;
	s->look_ns = clock_mono_ns() + AGAIN_NS;
	db_deadline(app->db, clock_mono_ns() + read_limit_ns(app));
	if (settings_renew(app, &e)) {
		s->known = true;
		s->unreadable = false;
		s->look_ns = 0;
		s->number = number;
		s->identity = identity != 0 ? identity : control_identity(&app->control);
		cache_hold(app->cache, false);
	} else if (db_ping(app->db, &none)) {
		settings_do_without(app, &e);
	}
	db_rest(app->db);
}
