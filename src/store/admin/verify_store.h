/* verify_store.h - the shop's promises about its own books, each as a statement that finds what breaks it.
 *
 * All checks see one moment: a snapshot that is taken once (REPEATABLE READ; under READ COMMITTED there is none), so
 * that a busy shop is not accused of what it was just doing. Nothing is locked and nothing is changed. */
#ifndef KONTOR_STORE_ADMIN_VERIFY_STORE_H
#define KONTOR_STORE_ADMIN_VERIFY_STORE_H

#include "plat/db/db.h"

#define VERIFY_NAMED_MAX 100 /* breaches of one promise that are named */

struct verify_check {
	const char *name;    /* "order_total" */
	const char *promise; /* what holds when there is no breach */
	unsigned sql;	     /* enum sql_id */
	bool takes_rules, takes_now;
};

/* The table; *n rows. */
const struct verify_check *verify_checks(size_t *n);

struct verify_breach {
	struct str what, why; /* "order 17", "lines 100 + shipping 5 ... is not total 120" */
};

struct verify_result {
	const struct verify_check *check;
	const struct verify_breach *breach;
	size_t n;
	bool more; /* there are breaches that are not named */
	uint64_t ms;
};

/* Called for each check as it is done; the breaches live until it returns. */
typedef void verify_tell_fn(void *arg, const struct verify_result *);

/* Makes all checks. *n_broken: promises that do not hold. ERR_* only when a check could not be made. */
MUST_USE bool verify_run(
    struct db *, int64_t now_s, verify_tell_fn *tell, void *arg, size_t *n_broken, struct err *);

#endif
