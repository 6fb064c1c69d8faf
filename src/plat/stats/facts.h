/* facts.h - the last outcomes of work that leaves no counter: verify, backups, the certificate, the outbox. One small
 * file each, in the folder paths.facts_dir, since most are written by programs without a slot; shown as metrics. */
#ifndef KONTOR_PLAT_STATS_FACTS_H
#define KONTOR_PLAT_STATS_FACTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Of each kind of outbox_kind.def. OLDEST: age in seconds of the oldest row that waits and is not held back. */
enum fact_outbox { FACT_OUTBOX_WAITING, FACT_OUTBOX_DEAD, FACT_OUTBOX_OLDEST, FACT_OUTBOX__N };
enum {
#define OUTBOX_KIND(name, help) FACT_OUTBOX_OF_##name,
#include "plat/stats/outbox_kind.def"
	FACT_OUTBOX_KINDS
};

enum fact_name {
	FACT_VERIFY,	  /* value: 1 if every invariant held */
	FACT_BACKUP,	  /* value: 1 if the last backup was proven by a trial restore */
	FACT_CERTIFICATE, /* value: the end of its validity, UTC */
	FACT_HOOKS_PAUSED, /* value: receivers of webhooks that are paused after failures */
	FACT_OUTBOX,	  /* the first of those of the outbox: see fact_of_outbox() */
	FACT__MAX = FACT_OUTBOX + FACT_OUTBOX_KINDS * FACT_OUTBOX__N
};

static inline enum fact_name
fact_of_outbox(size_t kind, enum fact_outbox f)
{
	return (enum fact_name)(FACT_OUTBOX + kind * FACT_OUTBOX__N + f);
}

struct fact {
	int64_t at_s, value; /* at_s 0: not known */
};

/* Replaces a fact. ERR_NOT_FOUND without the folder, ERR_UPSTREAM if the file cannot be written. */
MUST_USE bool fact_save(const char *dir, enum fact_name, int64_t at_s, int64_t value, struct err *);

/* Reads all; what cannot be read is not known. */
void facts_load(const char *dir, struct fact[FACT__MAX]);

#endif
