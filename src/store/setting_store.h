/* setting_store.h - the merchant's settings in the database: the rows MERCHANT of plat/conf/settings.def.
 *
 * A value here overrides that of kontor.conf; without one the file's value or the default counts. Invariants:
 *
 *  - Each change of one or more values has a number, the next one, and is logged with its actor. The number is raised
 *    first, so changes wait for each other.
 *  - Only a value with which a worker would start is saved. One that later becomes unusable, since another release or
 *    the file changed, is left out: the file's value counts, and the shop stays up.
 *  - After the COMMIT the writer calls control_settings_raise(); kontor-jobs does so for changes of other hosts. A
 *    worker then reads the values anew between two requests (serve/settings.h). */
#ifndef KONTOR_STORE_SETTING_STORE_H
#define KONTOR_STORE_SETTING_STORE_H

#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "shop/rules.h"

struct setting_row {
	struct str name, value; /* value.p NULL: not set */
	uint64_t version;	/* the change that wrote it */
	struct str actor;
	int64_t at;
};

struct setting_rows {
	uint64_t change; /* number of the last change */
	struct setting_row *v; /* by name */
	size_t n;
};

/* The values that are set, without version, actor and time: for all accounts. */
MUST_USE bool setting_read(struct db *, struct arena *, struct setting_rows *, struct err *);

/* All rows, also those not set any more: for the tool. */
MUST_USE bool setting_list(struct db *, struct arena *, struct setting_rows *, struct err *);

/* The number of the last change, for kontor-jobs. */
MUST_USE bool setting_number(struct db *, struct arena *, uint64_t *, struct err *);

/* The row of a setting; NULL if there is none. */
const struct setting_row *setting_row(const struct setting_rows *, const struct conf_setting *);

/* True if the database has another value than the file. */
bool setting_overrides(
    struct arena *, const struct setting_rows *, const struct conf *file, const struct conf_setting *);

/* Receives the reason why a value is left out. */
typedef void setting_report_fn(void *arg, struct str name, const char *reason);

struct setting_merge {
	const struct conf *file;
	const struct setting_rows *rows;
	setting_report_fn *report; /* may be NULL */
	void *arg;
};

/* Fills *now with the file's settings and the database's values over them, and *rules with what follows. Fails only if
 * the file alone is unusable. Texts live on the arena, or are borrowed from the file. */
MUST_USE bool setting_merge(
    struct arena *, const struct setting_merge *, struct conf *now, struct shop_rules *rules, struct err *);

/* For `report` of a long-lived process: logs the reason. */
void setting_log_refused(void *arg, struct str name, const char *reason);

enum setting_action { SETTING_SET = 1, SETTING_UNSET, SETTING_UNDO, SETTING_COPY };

/* "set", "unset", "undo", "copy"; "?" for an unknown number. */
const char *setting_action_name(uint64_t action);

struct setting_edit {
	const struct conf_setting *setting;
	struct str value; /* p NULL: unset */
};

/* One value of a change. */
struct setting_done {
	uint64_t number;
	struct str name, was, value; /* p NULL: not set */
	bool kept;		     /* by an undo, since it was changed afterwards */
	uint64_t action;
	struct str actor;
	int64_t at;
};

struct setting_change {
	const struct conf *file;
	enum setting_action action;
	struct setting_edit *v; /* not for SETTING_UNDO */
	size_t n;
	uint64_t undo;	  /* SETTING_UNDO: number of the change; 0: the last one */
	uint64_t version; /* a single edit, only if its row still has this version; 0: any */
	const char *actor;
	bool dry_run;
	/* out */
	uint64_t number; /* 0: nothing was changed */
	struct setting_done *done;
	size_t n_done;
};

/* Applies all edits in one transaction. A value that is set already is no change. ERR_INPUT names a wrong value,
 * ERR_CONFLICT who has changed the row since `version`, ERR_NOT_FOUND a change to undo that there is not. */
MUST_USE bool setting_change(struct db *, struct arena *, struct setting_change *, struct err *);

/* The latest `limit` entries of the log, of one setting or (name none) of all, the newest first. */
MUST_USE bool setting_history(
    struct db *, struct arena *, struct str name, uint64_t limit, struct setting_change *, struct err *);

/* Copies the merchant's settings that the file sets into the database, once: if none was ever changed there, and the
 * shop is not a new one without goods and orders. ch->number is 0 if nothing was copied. */
MUST_USE bool setting_copy(struct db *, struct arena *, struct setting_change *, struct err *);

#endif
