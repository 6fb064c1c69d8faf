/* setting.h - changes of the merchant's settings in the database, by `kontor setting`, `kontor config` and `kontor
 * setup`. */
#ifndef KONTOR_CMD_SETTING_SETTING_H
#define KONTOR_CMD_SETTING_SETTING_H

#include "cmd/cmd.h"
#include "store/setting_store.h"

/* Runs the change, whose action is set, as this user, and has the workers of this host notice it. `file` and `actor`
 * are filled in. */
MUST_USE bool setting_apply(struct cmd *, struct setting_change *, struct err *);

/* Prints the values of a change: what was done, or would be if it is a dry run. */
void setting_put_change(struct cmd *, struct buf *, const struct setting_change *, bool json);

/* Prints the log. */
void setting_put_log(struct cmd *, struct buf *, const struct setting_change *, bool json);

/* Prints the merchant's settings that are in effect, with their sources; `only`: that setting alone, else NULL. */
void setting_put_list(
    struct cmd *, struct buf *, const struct setting_rows *, const struct conf_setting *only, bool json);

/* The source of the value in effect: "database, change 3 by kontor:anna at 2026-11-30T08:00:00Z", "kontor.conf:12" or
 * "default". */
struct str setting_source(struct cmd *, const struct setting_rows *, const struct conf_setting *);

#endif
