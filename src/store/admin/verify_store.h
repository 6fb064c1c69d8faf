/* verify_store.h - the invariants of the stored data, each with a statement that finds its breaches.
 *
 * All checks read one snapshot (REPEATABLE READ; READ COMMITTED has none), so that changes in progress are not reported
 * as breaches. Nothing is locked or changed. */
#ifndef KONTOR_STORE_ADMIN_VERIFY_STORE_H
#define KONTOR_STORE_ADMIN_VERIFY_STORE_H

#include "plat/db/db.h"

#define VERIFY_NAMED_MAX 100 /* breaches listed per invariant */

struct verify_result;

struct verify_check {
	const char *name;    /* "order_total" */
	const char *promise; /* the invariant in words */
	unsigned sql;	     /* enum sql_id; unused by `find` */
	bool takes_rules, takes_now;
	/* Instead of a statement. NULL for most. */
	bool (*find)(struct db *, struct arena *, struct verify_result *, struct err *);
};

/* The table of checks; *n is its size. */
const struct verify_check *verify_checks(size_t *n);

struct verify_breach {
	struct str what, why; /* "order 17", "lines 100 + shipping 5 ... is not total 120" */
};

struct verify_result {
	const struct verify_check *check;
	const struct verify_breach *breach;
	size_t n;
	bool more; /* there are more breaches than listed */
	uint64_t ms;
};

/* Called after each check; the breaches are valid until it returns. */
typedef void verify_report_fn(void *arg, const struct verify_result *);

/* Runs all checks. *n_broken is the number of broken invariants. Fails only if a check could not run. */
MUST_USE bool verify_run(
    struct db *, int64_t now_s, verify_report_fn *report, void *arg, size_t *n_broken, struct err *);

#endif
