#include "../../bench/draw.h"
#include "../../bench/histogram.h"
#include "unit.h"

START_TEST(quantiles_of_small_values_are_exact)
{
	static struct histogram h;

	h = (struct histogram){0};
	for (uint64_t i = 1; i <= 50; i++)
		histogram_add(&h, i);
	ck_assert_uint_eq(histogram_quantile(&h, 0.5), 25);
	ck_assert_uint_eq(histogram_quantile(&h, 0.9), 45);
	ck_assert_uint_eq(histogram_quantile(&h, 1), 50);
	ck_assert_uint_eq(h.max_ns, 50);
}
END_TEST

START_TEST(a_quantile_is_never_too_low_and_at_most_a_64th_too_high)
{
	static struct histogram h;

	for (uint64_t v = 1; v < UINT64_C(1) << 62; v += v / 16 + 1) {
		h = (struct histogram){0};
		histogram_add(&h, v);
		histogram_add(&h, UINT64_MAX);
		ck_assert_uint_ge(histogram_quantile(&h, 0.5), v);
		ck_assert_uint_le(histogram_quantile(&h, 0.5), v + v / 64);
		ck_assert_uint_eq(histogram_quantile(&h, 1), UINT64_MAX);
	}
}
END_TEST

START_TEST(a_quantile_is_never_above_the_largest_value)
{
	static struct histogram h;

	h = (struct histogram){0};
	histogram_add(&h, 1000001);
	ck_assert_uint_eq(histogram_quantile(&h, 0.99), 1000001);
}
END_TEST

START_TEST(no_values_have_quantiles_of_0)
{
	static struct histogram h;

	h = (struct histogram){0};
	ck_assert_uint_eq(histogram_quantile(&h, 0.5), 0);
}
END_TEST

START_TEST(joined_histograms_are_one)
{
	static struct histogram a, b;

	a = b = (struct histogram){0};
	for (uint64_t i = 0; i < 10; i++) {
		histogram_add(&a, 10);
		histogram_add(&b, 40);
	}
	histogram_add(&b, 41);
	histogram_join(&a, &b);
	ck_assert_uint_eq(a.n, 21);
	ck_assert_uint_eq(histogram_quantile(&a, 10.0 / 21), 10);
	ck_assert_uint_eq(histogram_quantile(&a, 0.5), 40);
	ck_assert_uint_eq(a.max_ns, 41);
}
END_TEST

START_TEST(zipf_ranks_come_in_proportion_to_one_by_rank)
{
	static unsigned count[1000];
	struct draw d;
	struct zipf z;

	draw_seed(&d, 7);
	ck_assert(zipf_init(&z, 1000, 1.0));
	for (int i = 0; i < 748500; i++) /* the 1000th harmonic number is 7.485 */
		count[zipf_draw(&z, &d)]++;
	zipf_fini(&z);
	ck_assert_uint_ge(count[0], 98500);
	ck_assert_uint_le(count[0], 101500);
	ck_assert_uint_ge(count[9], 9500);
	ck_assert_uint_le(count[9], 10500);
	ck_assert_uint_ge(count[999], 50);
	ck_assert_uint_le(count[999], 160);
}
END_TEST

START_TEST(with_exponent_0_all_ranks_come_alike)
{
	unsigned count[4] = {0};
	struct draw d;
	struct zipf z;

	draw_seed(&d, 3);
	ck_assert(zipf_init(&z, 4, 0));
	for (int i = 0; i < 40000; i++)
		count[zipf_draw(&z, &d)]++;
	zipf_fini(&z);
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_ge(count[i], 9500);
		ck_assert_uint_le(count[i], 10500);
	}
}
END_TEST

START_TEST(a_seed_draws_the_same_again)
{
	struct draw a, b;

	draw_seed(&a, 42);
	draw_seed(&b, 42);
	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(draw_u64(&a), draw_u64(&b));
		ck_assert_uint_lt(draw_below(&a, 3), 3);
		(void)draw_u64(&b);
	}
}
END_TEST

UNIT_MAIN("bench", quantiles_of_small_values_are_exact, a_quantile_is_never_too_low_and_at_most_a_64th_too_high,
    a_quantile_is_never_above_the_largest_value, no_values_have_quantiles_of_0, joined_histograms_are_one,
    zipf_ranks_come_in_proportion_to_one_by_rank, with_exponent_0_all_ranks_come_alike, a_seed_draws_the_same_again)
