/* conf_change.h - changes settings in the configuration file.
 *
 * The new text is written to another file and loaded from there. Only if it is valid does it replace the old file,
 * whose owner and mode it keeps. So a wrong value changes nothing; nor does a currency other than that of the
 * prices. */
#ifndef KONTOR_CMD_CONF_CHANGE_H
#define KONTOR_CMD_CONF_CHANGE_H

#include "plat/conf/conf.h"

struct conf_change {
	struct arena *a;
	const char *file; /* target of the link if the path is one */
	struct conf now;  /* before the change */
	bool fresh;	  /* there was no file */
	struct str text;  /* of the file, with the changes so far */
};

/* Reads the file; a missing one starts as the example. ERR_INPUT, ERR_UPSTREAM. */
MUST_USE bool conf_change_begin(struct conf_change *, struct arena *, const char *file, struct err *);

/* As conf_edit(). */
void conf_change_set(struct conf_change *, const char *section, const char *key, struct str value);

/* Checks and writes the new text. ERR_INPUT names the mistake; ERR_CONFLICT: prices are in another currency. */
MUST_USE bool conf_change_end(struct conf_change *, struct err *);

#endif
