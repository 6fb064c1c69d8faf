/* facts.h - the last outcomes of work that leaves no counter: verify, backups, the certificate. One small file each, in
 * the folder paths.facts_dir, since they are written by programs without a slot; shown as metrics. */
#ifndef KONTOR_PLAT_STATS_FACTS_H
#define KONTOR_PLAT_STATS_FACTS_H

#include <stdint.h>

#include "base/err.h"

enum fact_name {
	FACT_VERIFY,	  /* value: 1 if every invariant held */
	FACT_BACKUP,	  /* value: 1 if the last backup was proven by a trial restore */
	FACT_CERTIFICATE, /* value: the end of its validity, UTC */
	FACT__MAX
};

struct fact {
	int64_t at_s, value; /* at_s 0: not known */
};

/* Replaces a fact. ERR_NOT_FOUND without the folder, ERR_UPSTREAM if the file cannot be written. */
MUST_USE bool fact_save(const char *dir, enum fact_name, int64_t at_s, int64_t value, struct err *);

/* Reads all; what cannot be read is not known. */
void facts_load(const char *dir, struct fact[FACT__MAX]);

#endif
