/* publish.h - writes the files that the web servers need to paths.web_dir.
 *
 *   static/                 style sheets, scripts, icons under names with a hash; earlier files are kept for a while,
 *                           since browsers and workers still have pages that refer to them
 *   error/                  the error page as files, for when no worker can answer: STATUS.html, and with a number
 *                           apache/LANGUAGE/STATUS.shtml and lighttpd/LANGUAGE.shtml
 *   apache.conf             the shop's part of a virtual host
 *   apache-path.conf        the same for all virtual hosts; nothing if site.url has no path
 *   apache-log.conf         the log of Apache's own error pages, for the server outside of virtual hosts
 *   lighttpd.conf           the shop's part of lighttpd's configuration
 *
 * A file is replaced as a whole. Publishing again without a change changes nothing. */
#ifndef KONTOR_CMD_PUBLISH_PUBLISH_H
#define KONTOR_CMD_PUBLISH_PUBLISH_H

#include "plat/conf/conf.h"

struct publish {
	struct arena *a;
	const struct conf *conf;
	const char *static_dir; /* the installed static files */
	const char *models_dir; /* holds apache/kontor.conf.in, apache/kontor-log.conf.in, lighttpd/kontor.conf.in */
	const struct str *backends;
	size_t n_backends; /* at least one */
};

/* Sets the installed folders, and no backends yet. Borrows arena and configuration, which may be loaded later. */
void publish_init(struct publish *, struct arena *, const struct conf *);

/* Writes everything. ERR_INPUT: the configuration or a model is invalid. ERR_UPSTREAM: a file cannot be written. */
MUST_USE bool publish_all(const struct publish *, struct err *);

/* The parts of publish_all(). The folder must exist. */
MUST_USE bool publish_errors(const struct publish *, const char *dir, struct err *);
MUST_USE bool publish_static(const struct publish *, const char *dir, struct err *);
MUST_USE bool publish_servers(const struct publish *, const char *dir, struct err *);

#endif
