/* conf.h - the configuration: kontor.conf, read once, checked whole, then never changed.
 *
 * Every setting is a row of settings.def; the struct, the checks, their messages, the example file and the manual's
 * table are generated from these rows. Parsing is strict: an unknown section or setting, a wrong type, a value out of
 * bounds, a repeated setting, or a line that inih would cut or misread is ERR_INPUT, "file:line: reason". A comment
 * needs its own line; an indented line continues the TEXT or LIST above it. */
#ifndef KONTOR_PLAT_CONF_CONF_H
#define KONTOR_PLAT_CONF_CONF_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct conf_list {
	size_t n;
	struct str *v; /* each followed by a NUL */
};

/* The C types of settings. Texts are never NULL and end with a NUL. */
#define CONF_OF_STR struct str
#define CONF_OF_TEXT struct str /* may have several lines */
#define CONF_OF_PATH struct str /* absolute, or empty when the minimum is 0 */
#define CONF_OF_CHOICE struct str
#define CONF_OF_LIST struct conf_list
#define CONF_OF_INT int64_t
#define CONF_OF_BOOL bool
#define CONF_OF_MS int64_t
#define CONF_OF_S int64_t
#define CONF_OF_BYTES int64_t /* accepts the suffixes k, M and G (powers of 1024) */

enum conf_type {
	CONF_STR,
	CONF_TEXT,
	CONF_PATH,
	CONF_CHOICE,
	CONF_LIST,
	CONF_INT,
	CONF_BOOL,
	CONF_MS,
	CONF_S,
	CONF_BYTES
};

struct conf {
	const char *file; /* NULL: the defaults alone */
	const int *lines; /* of the file, by the row of the table; 0: the default counts */
	uint64_t merchant; /* a hash of the merchant's settings; in a database's, also of the number of their change */
#define SETTING(section, key, type, def, min, max, unit, help) CONF_OF_##type section##_##key;
#include "plat/conf/settings.def"
#undef SETTING
};

struct conf_setting {
	const char *section, *key;
	enum conf_type type;
	const char *def;
	int64_t min, max;
	const char *unit, *help;
	size_t offset; /* of the field in struct conf */
	bool merchant; /* a row MERCHANT */
};

/* The table; *n rows. */
const struct conf_setting *conf_settings(size_t *n);

/* The file to read: `option` (of --config) or KONTOR_CONFIG or the installed one. */
const char *conf_file(const char *option);

/* Fills *c from the file; from the defaults alone when `file` is NULL. Texts live on `a`; `file` is borrowed.
 * ERR_INPUT for the first wrong line, ERR_NOT_FOUND when the file cannot be read. */
MUST_USE bool conf_load(struct arena *a, const char *file, struct conf *c, struct err *);

/* The same; `report` gets every fault ("file:line: reason"), not only the first. */
typedef void conf_report_fn(void *arg, const char *text);
MUST_USE bool conf_load_report(
    struct arena *a, const char *file, struct conf *c, conf_report_fn *report, void *arg, struct err *);

/* Fills *out with `base` and one merchant's setting changed to `value`, in which "\n" separates lines. Texts live on
 * `a`. ERR_INPUT with the reason if a file would not be accepted with this value; *out is then unchanged. */
MUST_USE bool conf_with(struct arena *a, const struct conf *base, const struct conf_setting *, struct str value,
    struct conf *out, struct err *);

/* The row of "section.key"; NULL with ERR_INPUT if there is none. */
const struct conf_setting *conf_find(struct str name, struct err *);

/* A value as conf_with() reads it. */
struct str conf_value(struct arena *, const struct conf *, const struct conf_setting *);

/* The hash for conf.merchant; `change`: 0 for the file's values. */
uint64_t conf_merchant_hash(const struct conf *, uint64_t change);

/* Reports settings that are allowed but unwise, such as test.faults or a site without https. Returns their number. */
size_t conf_warn(const struct conf *, conf_report_fn *report, void *arg);

/* The time after which the web server gives up on a worker: longer than any request may take, with its grace. */
int64_t conf_server_timeout_s(const struct conf *);

/* Opens the log of a program (base/log.h) as set in [log]. Logs a failure to open the file. */
void conf_log_open(const char *program, const struct conf *);

/* Writes a value in the file's syntax, including TEXT lines and LIST entries. */
void conf_put_value(struct buf *, const struct conf *, const struct conf_setting *);

/* Returns the text of a configuration file with one setting changed; "\n" in the value makes indented lines. The
 * setting replaces the old one or its commented default, or is appended to its section, which is created when missing.
 * All other lines stay. The result is not validated: load it. */
struct str conf_edit(struct arena *, struct str text, const char *section, const char *key, struct str value);

/* The commented example file, the values in effect, and the manual page kontor.conf(5). `source` (or NULL) gives a
 * comment on the origin of each value. */
typedef struct str conf_source_fn(void *arg, const struct conf_setting *);
void conf_put_example(struct buf *);
void conf_put_all(struct buf *, const struct conf *, conf_source_fn *source, void *arg);
void conf_put_man(struct buf *);

#endif
