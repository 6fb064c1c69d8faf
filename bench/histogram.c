#include "histogram.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Values below 64 have a bucket each; each power of two above has 64 buckets. */
static unsigned
bucket_of(uint64_t ns)
{
	unsigned shift;

	if (ns < 64)
		return (unsigned)ns;
	shift = 63 - (unsigned)__builtin_clzll(ns) - 6;
	return (shift + 1) * 64 + (unsigned)((ns >> shift) - 64);
}

static uint64_t
upper_end(unsigned bucket)
{
	unsigned shift;

	if (bucket < 64)
		return bucket;
	shift = bucket / 64 - 1;
	return ((((uint64_t)(bucket % 64) + 64) + 1) << shift) - 1;
}

void
histogram_add(struct histogram *h, uint64_t ns)
{
	h->bucket[bucket_of(ns)]++;
	h->n++;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

void
histogram_join(struct histogram *h, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		h->bucket[i] += from->bucket[i];
	h->n += from->n;
	if (from->max_ns > h->max_ns)
		h->max_ns = from->max_ns;
}

uint64_t
histogram_quantile(const struct histogram *h, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)h->n), seen = 0, end;

	if (h->n == 0)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= rank) {
			end = upper_end(i);
			return end < h->max_ns ? end : h->max_ns;
		}
	}
	return h->max_ns;
}

void
histogram_print(const struct histogram *h)
{
	static const struct {
		const char *name;
		double q;
	} shown[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

	for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		printf("\"%s_us\":%.1f,", shown[i].name, (double)histogram_quantile(h, shown[i].q) / 1000);
	printf("\"max_us\":%.1f", (double)h->max_ns / 1000);
}
