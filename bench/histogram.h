/* histogram.h - how long things took, by their share: counts in buckets that are 1/64 of their value wide.
 *
 * Values are nanoseconds. A quantile is the upper end of the bucket it falls into, but never above the largest value
 * that was added; so it is at most 1.6 % too high, and never too low. */
#ifndef KONTOR_BENCH_HISTOGRAM_H
#define KONTOR_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS ((64 - 6 + 1) * 64)

struct histogram {
	uint64_t n, max_ns;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *, uint64_t ns);
void histogram_join(struct histogram *, const struct histogram *from);

/* The smallest value that a share of `q` (above 0, at most 1) of all does not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *, double q);

/* Writes "p50_us":..,"p90_us":..,"p99_us":..,"p999_us":..,"max_us":.. to standard output. */
void histogram_print(const struct histogram *);

#endif
