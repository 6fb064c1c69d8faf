/* draw.h - seeded random numbers, and ranks drawn by Zipf's law. */
#ifndef KONTOR_BENCH_DRAW_H
#define KONTOR_BENCH_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draw {
	uint64_t state;
};

void draw_seed(struct draw *, uint64_t seed);
uint64_t draw_u64(struct draw *);
double draw_unit(struct draw *);            /* 0 <= x < 1 */
size_t draw_below(struct draw *, size_t n); /* n > 0 */

/* Ranks 0 .. n-1; rank r has a probability proportional to 1 / (r + 1)^exponent. */
struct zipf {
	size_t n;
	double *upto; /* cumulative probability up to this rank */
};

/* False when out of memory. The caller frees with zipf_fini(). */
bool zipf_init(struct zipf *, size_t n, double exponent);
void zipf_fini(struct zipf *);
size_t zipf_draw(const struct zipf *, struct draw *);

#endif
