/* erasures.h - the records of erased orders, kept outside the database too: an older copy of it lacks the latest.
 *
 * The file is beside that of the counters, with one line per order: id, hash of the order key, whether its invoice is
 * kept, time, and who did it. */
#ifndef KONTOR_CMD_ERASURES_H
#define KONTOR_CMD_ERASURES_H

#include "plat/conf/conf.h"
#include "store/customer/customer_store.h"

/* The records of the file, and those of the database that it lacks, which are then added to it; one of each order. `db`
 * may be NULL. If the database cannot be read, *e is its error, and the file's records are returned all the same. */
MUST_USE bool erasures_known(
    const struct conf *, struct db *, struct arena *, struct customer_erasures *, struct err *);

/* Adds records to the file. */
MUST_USE bool erasures_note(const struct conf *, struct arena *, const struct customer_erasures *, struct err *);

struct customer_rules erasures_rules(const struct conf *, int64_t now_s, struct str actor);

#endif
