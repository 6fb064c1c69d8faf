/* setting_conf.h - changes settings where each belongs: the administrator's in kontor.conf, the merchant's in the
 * database. Before there is a database, or while it does not answer, the merchant's go to kontor.conf too. */
#ifndef KONTOR_CMD_SETTING_SETTING_CONF_H
#define KONTOR_CMD_SETTING_SETTING_CONF_H

#include "cmd/conf_change.h"
#include "cmd/setting/setting.h"

struct setting_conf {
	struct cmd *c;
	struct conf_change file;
	bool asked, in_db; /* the database was asked; it has the settings */
	struct err lost;   /* why not */
	bool in_file;	   /* the file is to be changed */
	struct setting_edit *edits;
	size_t n;
};

/* As conf_change_begin(). */
MUST_USE bool setting_conf_begin(struct setting_conf *, struct cmd *, struct err *);

/* The values in effect now. */
const struct conf *setting_conf_now(struct setting_conf *);

/* Notes a change. */
void setting_conf_set(struct setting_conf *, const struct conf_setting *, struct str value);

/* Checks all changes, then makes them. On failure nothing was changed, unless the database fails just then. */
MUST_USE bool setting_conf_end(struct setting_conf *, struct err *);

#endif
