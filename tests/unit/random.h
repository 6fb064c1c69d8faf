/* random.h - seeded random numbers for property tests: the same on every machine (splitmix64). */
#ifndef KONTOR_TESTS_RANDOM_H
#define KONTOR_TESTS_RANDOM_H

#include <stdint.h>

static inline uint64_t
random_next(uint64_t *seed)
{
	uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number in [min, max]. */
static inline int64_t
random_in(uint64_t *seed, int64_t min, int64_t max)
{
	return min + (int64_t)(random_next(seed) % (uint64_t)(max - min + 1));
}

#endif
