/* rate.h - limits in the notation "10/minute; 100/hour per address", and the moving window that keeps them. Pure.
 *
 * A window is the list of the times at which requests were allowed, in milliseconds UTC modulo 2^32, ascending. It
 * never contains more than N times of any period, whatever the order in which hosts with different clocks add to it: a
 * time in the future counts as now. */
#ifndef KONTOR_BASE_RATE_H
#define KONTOR_BASE_RATE_H

#include "base/buf.h"

#define RATE_MAX 4		     /* rates of one limit */
#define RATE_PERIOD_MAX_S (7 * 86400) /* twice as long is less than 2^31 ms, where the future begins */

enum rate_per { RATE_PER_ADDRESS, RATE_PER_SESSION, RATE_PER_ALL, RATE_PER__MAX };

struct rate {
	uint32_t n, period_s; /* at most n in any period */
};

struct rates {
	size_t n; /* 0: off */
	struct rate v[RATE_MAX];
	enum rate_per per;
};

/* The largest N that a limit may have. */
struct rate_bounds {
	uint32_t most, most_per_all;
	bool only_address;
};

/* "off", or one or more of N/PERIOD, separated by ';', then optionally "per address" (the default), "per session" or
 * "per all". PERIOD is second, minute, hour or day, or several, as in "5/10 minutes". ERR_INPUT names what is wrong. */
MUST_USE bool rates_parse(struct str, const struct rate_bounds *, struct rates *, struct err *);

/* Writes the same notation. */
void rates_format(struct buf *, const struct rates *);
void rate_format(struct buf *, const struct rate *);

const char *rate_per_name(enum rate_per);

/* The largest n and the longest period of the rates. */
uint32_t rates_most(const struct rates *);
uint32_t rates_longest_s(const struct rates *);

/* The state of one rate. */
struct rate_left {
	uint32_t n;	  /* requests that are allowed at once */
	uint32_t wait_ms; /* until one more is allowed; 0: none was counted */
};

struct rate_window {
	uint32_t *time; /* room for rates_most() + 1 */
	size_t n;
};

struct rate_left rate_window_left(const struct rate_window *, const struct rate *, uint64_t now_ms);

/* Adds a time, and drops those that no rate needs any more. */
void rate_window_add(struct rate_window *, const struct rates *, uint64_t now_ms);

#endif
