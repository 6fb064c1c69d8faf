/* publish.h - what the web servers need of the shop, written to paths.web_dir.
 *
 *   static/                 style sheets, scripts, icons under names with a hash; those of earlier releases stay for a
 *                           while, since pages that name them are still in browsers and in workers
 *   error/                  the error page as files, one per status, for when no worker can answer
 *   apache.conf             the shop's part of a virtual host
 *   apache-path.conf        the same, or nothing when the shop has a host of its own: for all virtual hosts
 *   lighttpd.conf           the shop's part of lighttpd's configuration
 *
 * A file appears whole or not at all; writing again what is there already changes nothing. */
#ifndef KONTOR_CMD_PUBLISH_PUBLISH_H
#define KONTOR_CMD_PUBLISH_PUBLISH_H

#include "plat/conf/conf.h"

struct publish {
	struct arena *a;
	const struct conf *conf;
	const char *static_dir; /* the installed static files */
	const char *models_dir; /* holds apache/kontor.conf.in and lighttpd/kontor.conf.in */
	const struct str *backends;
	size_t n_backends; /* their names; at least one */
};

/* With the installed files, and no backends yet. Both are borrowed; the configuration may be read afterwards. */
void publish_init(struct publish *, struct arena *, const struct conf *);

/* All of it. ERR_INPUT: the configuration or a model cannot be used. ERR_UPSTREAM: something cannot be written. */
MUST_USE bool publish_all(const struct publish *, struct err *);

/* Its parts. The folder is there. */
MUST_USE bool publish_errors(const struct publish *, const char *dir, struct err *);
MUST_USE bool publish_static(const struct publish *, const char *dir, struct err *);
MUST_USE bool publish_servers(const struct publish *, const char *dir, struct err *);

#endif
