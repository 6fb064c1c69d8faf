/* histogram.h - latency histograms with buckets 1/64 of their value wide.
 *
 * Values are nanoseconds. A quantile is the upper end of its bucket, but never above the largest value added: at most
 * 1.6 % too high, never too low. */
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

/* The smallest value that at least a share `q` (0 < q <= 1) of all values does not exceed; 0 without values. */
uint64_t histogram_quantile(const struct histogram *, double q);

/* Writes "p50_us":..,"p90_us":..,"p99_us":..,"p999_us":..,"max_us":.. to standard output. */
void histogram_print(const struct histogram *);

#endif
