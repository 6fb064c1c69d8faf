/* clock.h - the two clocks, and the deadline that a request carries through every layer.
 *
 * Durations and deadlines are CLOCK_MONOTONIC nanoseconds; stored times are UTC seconds. The domain (shop/) never calls
 * these: its callers pass the time in. */
#ifndef KONTOR_BASE_CLOCK_H
#define KONTOR_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_MS UINT64_C(1000000)
#define CLOCK_S UINT64_C(1000000000)
#define CLOCK_NEVER UINT64_MAX

uint64_t clock_mono_ns(void);
int64_t clock_utc_s(void);
uint64_t clock_utc_ms(void);

/* Nanoseconds until the deadline; 0 when it has passed. */
uint64_t clock_left_ns(uint64_t deadline_ns);

/* The same in milliseconds for poll(2), rounded up; -1 for CLOCK_NEVER. */
int clock_left_ms(uint64_t deadline_ns);

void clock_sleep_ns(uint64_t ns);

#endif
