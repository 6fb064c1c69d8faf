/* moment.h - moments as an operator types them, in the time zone of this host. */
#ifndef KONTOR_PLAT_TEXT_MOMENT_H
#define KONTOR_PLAT_TEXT_MOMENT_H

#include "base/err.h"
#include "base/str.h"

struct moment {
	int64_t utc_s;
	bool twice;   /* the clocks show this time twice; the first is meant */
	bool skipped; /* they never show it; it is as much later as they are put forward */
};

/* "2026-12-04", "2026-12-04 18:30", both also with seconds and an offset ("Z", "+01:00"); "now"; "+90m" (s, m, h, d)
 * after `from_s`. A date alone is its first moment or, with `last`, the first moment after it. ERR_INPUT otherwise. */
MUST_USE bool moment_parse(struct str, int64_t from_s, bool last, struct moment *, struct err *);

/* "2026-12-04 18:30 +01:00"; with seconds if they are not 0. */
struct str moment_text(struct arena *, int64_t utc_s);

/* The offset from UTC at a moment, in seconds. */
int64_t moment_offset(int64_t utc_s);

#endif
