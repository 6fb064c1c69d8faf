#include "draw.h"

#include <math.h>
#include <stdlib.h>

void
draw_seed(struct draw *d, uint64_t seed)
{
	d->state = seed;
}

/* SplitMix64, of G. Steele, D. Lea and C. Flood: good enough for choosing pages, with any seed. */
uint64_t
draw_u64(struct draw *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double
draw_unit(struct draw *d)
{
	return (double)(draw_u64(d) >> 11) * 0x1p-53;
}

size_t
draw_below(struct draw *d, size_t n)
{
	return (size_t)(draw_unit(d) * (double)n);
}

bool
zipf_init(struct zipf *z, size_t n, double exponent)
{
	double sum = 0;

	z->n = n;
	z->upto = calloc(n, sizeof(*z->upto));
	if (z->upto == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		z->upto[i] = sum += pow((double)(i + 1), -exponent);
	for (size_t i = 0; i < n; i++)
		z->upto[i] /= sum;
	return true;
}

void
zipf_fini(struct zipf *z)
{
	free(z->upto);
	*z = (struct zipf){0};
}

size_t
zipf_draw(const struct zipf *z, struct draw *d)
{
	double x = draw_unit(d);
	size_t low = 0, high = z->n - 1, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (z->upto[middle] > x)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
