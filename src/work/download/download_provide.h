/* download_provide.h - sends a paid order of downloads without a hand, once its files and codes are granted. */
#ifndef KONTOR_WORK_DOWNLOAD_DOWNLOAD_PROVIDE_H
#define KONTOR_WORK_DOWNLOAD_DOWNLOAD_PROVIDE_H

#include "plat/conf/conf.h"
#include "plat/db/db.h"

struct download_paid {
	uint64_t order_id;
	uint64_t event_id; /* of the row of the outbox: the same event sends the order once */
	bool is_free;	   /* it costs nothing, so no payment has granted anything */
	bool all_digital;
	int64_t now_s;
};

/* Does nothing if a line waits for the staff: without a file, or short of codes. */
MUST_USE bool download_provide(
    struct db *, struct arena *, const struct conf *, const struct download_paid *, struct err *);

#endif
