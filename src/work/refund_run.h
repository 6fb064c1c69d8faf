/* refund_run.h - pays refunds back through their providers (pay/provider.h). */
#ifndef KONTOR_WORK_REFUND_RUN_H
#define KONTOR_WORK_REFUND_RUN_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/stats/stats.h"

struct refund_run {
	struct db *db;
	struct cache *cache; /* NULL: kontor-jobs deletes the order's cached page later */
	const struct conf *conf;
	struct stats *st; /* may be NULL */
	struct arena *a;
	uint32_t limit_ms; /* of one exchange with the provider */
};

/* Tries the refund that has been due longest; *found is false if none is due. A provider that does not answer is no
 * failure: the refund is tried again later. */
MUST_USE bool refund_run(struct refund_run *, bool *found, struct err *);

#endif
