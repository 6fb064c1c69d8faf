/* app.h - the state of a worker process: configuration, counters, database, cache, templates, languages.
 *
 * Opened once per process. Database and cache connect when they are first needed. A worker with an unusable
 * configuration starts, but is `broken`: it logs the reason, answers every request with the error page, and exits after
 * a while. The delay keeps its supervisor from restarting it in a tight loop. */
#ifndef KONTOR_SERVE_APP_H
#define KONTOR_SERVE_APP_H

#include "plat/conf/conf_limits.h"
#include "plat/control/control.h"
#include "plat/control/tally.h"
#include "plat/receipt/receipt.h"
#include "plat/text/secret_ring.h"
#include "shop/rules.h"
#include "store/setting_store.h"
#include "view/mustache/template.h"
#include "view/url.h"
#include "serve/cookie.h"
#include "serve/response.h"

struct cache;
struct db;
struct site;
struct view;

#define APP_NO_TEMPLATE SIZE_MAX

/* State of serve/settings.h. */
struct app_settings {
	struct arena side[2]; /* the values in effect live on one of them, once `known` */
	bool used;	      /* its index */
	bool known;	      /* they were read from the database */
	bool unreadable;      /* it answers, but does not give them */
	uint64_t number, identity; /* control_settings() and control_identity() before they were read */
	uint64_t look_ns;     /* not to be read before */
};

struct app {
	const struct site *site;
	struct arena a;	    /* of the process */
	struct arena spare; /* for the error page: the request's arena may be full */
	struct conf file;   /* kontor.conf alone */
	struct conf conf;   /* in effect: with the merchant's settings of the database */
	struct app_settings settings;
	struct stats stats;
	struct control control;
	struct tally tally; /* may be closed: limits are then counted in memcached alone */
	bool counting;	    /* the tally was sound at the last look */
	struct rates limits[LIMIT__MAX];
	uint8_t client_key[SECRET_KEY_B]; /* hides the addresses of clients (limit_client()) */
	struct receipts receipts;
	struct receipt_setup receipt_setup;
	struct secret_ring links; /* the keys of order links */
	bool links_ok;		  /* their file was usable at the last look */
	const char *backend; /* name for the counters */
	bool (*outdated)(void); /* the process can no longer reach the folder of its files; NULL: never */
	uint64_t outdated_ns;	/* since when; 0: it is not */
	bool ends;		/* it is to be started again */
	bool joined;	     /* counters, control file and receipts were usable at the last look */
	uint64_t look_ns;    /* time of the next look */
	struct db *db;
	struct cache *cache;
	struct response_origin origin;
	struct cookie_names session_cookie;
	struct urls urls;	/* origin and path of site.url */
	struct langs langs;
	const struct lang *shop_lang; /* default language, and fallback for missing texts */
	struct shop_rules rules;
	struct view *site_trees[LANG_MAX]; /* by the language's index: the fixed part of every page */
	struct template_set templates;
	size_t *route_template; /* by the row of the site's routes; APP_NO_TEMPLATE: none */
	size_t error_template;
	bool broken;
};

/* Opens a site with the configuration in `file` (NULL: the installed one). Requests are counted under the name
 * `backend`. False: the app is broken, *e is the reason, and only the parts that need no configuration are usable. */
MUST_USE bool app_open(
    struct app *, const struct site *, const char *file, const char *backend, struct err *);

/* Receives each problem of a configuration. */
struct app_report {
	conf_report_fn *conf; /* "kontor.conf:3: reason" */
	void (*template)(void *arg, enum template_problem, const char *line);
	const struct setting_rows *rows; /* the merchant's settings of the database; NULL: the file alone */
	setting_report_fn *setting;	 /* receives those that are unusable */
	void *arg;
};

/* Loads everything that depends on the configuration, as app_open() does, but opens no log, counters or connection.
 * False: a worker would be broken; *e is the first of the reported problems. Close the app in either case. */
MUST_USE bool app_check(
    struct app *, const struct site *, const char *file, const struct app_report *, struct err *);

/* To be called before each request. Reopens counters, control file and receipts if they are missing or replaced, and
 * reads new keys of order links. Checks that once a second, or at once if `now`. */
void app_join(struct app *, bool now);

/* ERR_BUSY unless the three files are usable: no order is then accepted. */
MUST_USE bool app_may_order(const struct app *, struct err *);

/* Builds the rules and trees that follow from a configuration, and puts it into effect. `a` must live as long.
 * ERR_INPUT names a wrong setting. */
MUST_USE bool app_use(struct app *, struct arena *a, const struct conf *, struct err *);

void app_close(struct app *);

/* Renders a template with the roots `page` and `me` (either may be NULL) in a language. ERR_BUG if there is no such
 * template. */
MUST_USE bool app_render(const struct app *, const struct lang *, size_t template, struct view *page, struct view *me,
    struct buf *, struct err *);

#endif
