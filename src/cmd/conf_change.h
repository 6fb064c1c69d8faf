/* conf_change.h - changes settings in the configuration file.
 *
 * The new file is loaded before it takes the old one's place, with its owner and mode, so that a wrong value leaves
 * everything as it was. */
#ifndef KONTOR_CMD_CONF_CHANGE_H
#define KONTOR_CMD_CONF_CHANGE_H

#include "plat/conf/conf.h"

struct conf_change {
	struct arena *a;
	const char *file; /* the file itself when the path is a link */
	struct conf now;  /* before the change */
	struct str text;  /* of the file, with the changes so far */
};

/* Reads the file; a missing one starts as the example. ERR_INPUT, ERR_UPSTREAM. */
MUST_USE bool conf_change_begin(struct conf_change *, struct arena *, const char *file, struct err *);

/* As conf_edit(). */
void conf_change_set(struct conf_change *, const char *section, const char *key, struct str value);

/* Checks the new text and writes it. ERR_INPUT names what is wrong with it. */
MUST_USE bool conf_change_end(struct conf_change *, struct err *);

#endif
