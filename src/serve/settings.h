/* settings.h - puts the merchant's settings of the database (store/setting_store.h) into effect in a worker.
 *
 * Rules, texts and the salt of the cache change together, between two requests, so a request sees one state of the
 * settings. A worker that has not read them yet uses kontor.conf's values. It then looks in memcached under the salt
 * that this host used last, so that in an outage of the database it shows the cached pages, but stores nothing. */
#ifndef KONTOR_SERVE_SETTINGS_H
#define KONTOR_SERVE_SETTINGS_H

#include "serve/app.h"

/* For the start: before the database was read. */
void settings_begin(struct app *);

/* To be called between requests: reads the settings if they may have changed. Costs two loads from memory otherwise. */
void settings_follow(struct app *);

#endif
