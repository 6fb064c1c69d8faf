#include "random.h"
#include "shop/price/price.h"
#include "unit.h"

#define DAY PRICE_DAY_S
#define NOW (1000 * DAY)
#define LINES 4000
#define MOMENTS 40

static struct price_now
at(const struct price_line *l, int64_t now_s)
{
	struct price_now now;

	price_at(l, 7777, now_s, &now);
	return now;
}

/* A price of 10.00 for a long time, then 8.00. */
static struct price_line
lowered(void)
{
	struct price_line l = {.n = 0};

	price_add(&l, NOW - 100 * DAY, 1000);
	price_add(&l, NOW, 800);
	return l;
}

START_TEST(a_struck_price_is_the_lowest_of_the_thirty_days_before_the_reduction)
{
	struct price_line l = lowered();

	ck_assert_int_eq(at(&l, NOW - 1).minor, 1000);
	ck_assert_int_eq(at(&l, NOW - 1).was_minor, 0);
	ck_assert_int_eq(at(&l, NOW).minor, 800);
	ck_assert_int_eq(at(&l, NOW).was_minor, 1000);
	/* raised for a week before: the raised price was never the lowest */
	l.n = 0;
	price_add(&l, NOW - 100 * DAY, 1000);
	price_add(&l, NOW - 7 * DAY, 1500);
	price_add(&l, NOW, 1200);
	ck_assert_int_eq(at(&l, NOW).was_minor, 0);
	l.v[2].minor = 900;
	ck_assert_int_eq(at(&l, NOW).was_minor, 1000);
	/* as low before, but more than thirty days ago */
	l.n = 0;
	price_add(&l, NOW - 100 * DAY, 800);
	price_add(&l, NOW - 30 * DAY, 1000);
	price_add(&l, NOW, 800);
	ck_assert_int_eq(at(&l, NOW).was_minor, 1000);
	l.v[1].since_s++;
	ck_assert_int_eq(at(&l, NOW).was_minor, 0);
}
END_TEST

START_TEST(nothing_is_struck_unless_the_prices_of_all_thirty_days_are_known)
{
	struct price_line l = {.n = 0};

	price_add(&l, NOW - 30 * DAY + 1, 1000);
	price_add(&l, NOW, 800);
	ck_assert_int_eq(at(&l, NOW).was_minor, 0);
	l.v[0].since_s--;
	ck_assert_int_eq(at(&l, NOW).was_minor, 1000);
}
END_TEST

START_TEST(a_reduction_without_end_is_told_for_thirty_days_and_a_sale_until_its_end)
{
	struct price_line l = lowered();

	ck_assert_int_eq(at(&l, NOW).change_s, NOW + 30 * DAY);
	ck_assert_int_eq(at(&l, NOW + 30 * DAY - 1).was_minor, 1000);
	ck_assert_int_eq(at(&l, NOW + 30 * DAY).was_minor, 0);
	ck_assert_int_eq(at(&l, NOW + 30 * DAY).minor, 800);
	ck_assert_int_eq(at(&l, NOW + 30 * DAY).change_s, 0);
	price_add(&l, NOW + 50 * DAY, 1000);
	ck_assert_int_eq(at(&l, NOW).ends_s, NOW + 50 * DAY);
	ck_assert_int_eq(at(&l, NOW).change_s, NOW + 50 * DAY);
	ck_assert_int_eq(at(&l, NOW + 50 * DAY - 1).was_minor, 1000);
	ck_assert_int_eq(at(&l, NOW + 50 * DAY).minor, 1000);
	ck_assert_int_eq(at(&l, NOW + 50 * DAY).was_minor, 0);
}
END_TEST

START_TEST(a_second_sale_within_thirty_days_strikes_nothing)
{
	const struct price_sale sales[] = {{NOW + DAY, NOW + 3 * DAY, 800}, {NOW + 20 * DAY, NOW + 22 * DAY, 800}};
	struct price_line l = {.n = 0};

	price_add(&l, NOW - 100 * DAY, 1000);
	price_plan(&l, 1000, sales, 2, NOW);
	ck_assert_int_eq(at(&l, NOW + DAY).was_minor, 1000);
	ck_assert_int_eq(at(&l, NOW + 3 * DAY).minor, 1000);
	ck_assert_int_eq(at(&l, NOW + 20 * DAY).minor, 800);
	ck_assert_int_eq(at(&l, NOW + 20 * DAY).was_minor, 0);
}
END_TEST

START_TEST(sales_that_overlap_sell_for_the_lowest_price)
{
	const struct price_sale sales[] = {{NOW, NOW + 10 * DAY, 800}, {NOW + 2 * DAY, NOW + 4 * DAY, 700}};
	static const struct {
		int64_t day, minor;
	} prices[] = {{0, 800}, {2, 700}, {3, 700}, {4, 800}, {10, 1000}};
	struct price_line l = {.n = 0};

	price_add(&l, NOW - 100 * DAY, 1000);
	price_plan(&l, 1000, sales, 2, NOW);
	for (size_t i = 0; i < ARRAY_LEN(prices); i++)
		ck_assert_int_eq(at(&l, NOW + prices[i].day * DAY).minor, prices[i].minor);
	/* a price of its own that is lower than the sale's */
	l.n = 0;
	price_add(&l, NOW - 100 * DAY, 1000);
	price_plan(&l, 750, sales, 2, NOW);
	ck_assert_int_eq(at(&l, NOW).minor, 750);
	ck_assert_int_eq(at(&l, NOW + 3 * DAY).minor, 700);
	ck_assert_int_eq(at(&l, NOW + 4 * DAY).minor, 750);
}
END_TEST

START_TEST(percentages_are_never_overstated)
{
	static const struct {
		int64_t was, now;
		int percent;
	} cases[] = {{1000, 800, 20}, {999, 800, 19}, {1000, 801, 19}, {1000, 1000, 0}, {1000, 999, 0}, {1000, 0, 100},
	    {0, 0, 0}, {INT64_MAX, 1, 0}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_int_eq(price_percent(cases[i].was, cases[i].now), cases[i].percent);
	for (int64_t minor = 1; minor < 3000; minor++)
		for (int bp = 100; bp < 10000; bp += 700) {
			int64_t off = price_off(minor, bp);

			ck_assert_int_eq(off, minor * (10000 - bp) / 10000);
			ck_assert_int_ge(price_percent(minor, off), bp / 100);
		}
	ck_assert_int_gt(price_off(INT64_MAX, 2000), 0);
}
END_TEST

START_TEST(texts_that_are_no_line_are_refused)
{
	static const char *const texts[] = {"1", "a b", "1 2 3", "1 2 1 3", "2 2 1 3", "1 -2", "1  2", " 1 2", "1 2 "};
	struct price_line l;
	struct err e = {0};

	ck_assert(price_line_parse(STR_NONE, &l, &e));
	ck_assert_uint_eq(l.n, 0);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_msg(!price_line_parse(str_z(texts[i]), &l, &e), "%s", texts[i]);
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		err_clear(&e);
	}
}
END_TEST

/* What price.h promises, computed without its steps: from all prices of all moments. */
struct model {
	struct price_line past;
	struct price_sale sales[4];
	size_t n;
	int64_t base;
};

static int64_t
model_price(const struct model *m, int64_t t)
{
	int64_t minor = m->base;

	if (t < NOW) {
		minor = -1;
		for (size_t i = 0; i < m->past.n; i++)
			if (m->past.v[i].since_s <= t)
				minor = m->past.v[i].minor;
		return minor;
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->sales[i].from_s <= t && t < m->sales[i].to_s && m->sales[i].minor < minor)
			minor = m->sales[i].minor;
	return minor;
}

/* All times are whole days, so a day is known by its first moment. */
static int64_t
model_was(const struct model *m, int64_t t)
{
	int64_t minor = model_price(m, t), since = t, end = t, lowest = INT64_MAX;

	while (model_price(m, since - DAY) == minor)
		since -= DAY;
	while (end < NOW + 400 * DAY && model_price(m, end) == minor)
		end += DAY;
	for (int64_t day = since - 30 * DAY; day < since; day += DAY) {
		int64_t then = model_price(m, day);

		if (then < 0)
			return 0;
		lowest = then < lowest ? then : lowest;
	}
	if (lowest <= minor || (model_price(m, end) <= minor && t >= since + 30 * DAY))
		return 0;
	return lowest;
}

static struct model
random_model(uint64_t *seed)
{
	struct model m = {.n = (size_t)random_in(seed, 0, 4), .base = random_in(seed, 5, 9)};
	int64_t t = NOW - random_in(seed, 1, 120) * DAY;

	for (; t < NOW; t += random_in(seed, 1, 25) * DAY)
		price_add(&m.past, t, random_in(seed, 5, 9));
	for (size_t i = 0; i < m.n; i++) {
		m.sales[i].from_s = NOW + random_in(seed, -10, 60) * DAY;
		m.sales[i].to_s = m.sales[i].from_s + random_in(seed, 11, 50) * DAY;
		m.sales[i].minor = random_in(seed, 3, 7);
	}
	return m;
}

START_TEST(lines_promise_the_same_as_all_prices_of_all_days)
{
	uint64_t seed = 14;
	struct arena a;

	arena_init(&a, 1 << 20);
	for (int i = 0; i < LINES; i++) {
		struct model m = random_model(&seed);
		struct price_line line = m.past, read;
		struct err e = {0};

		price_plan(&line, m.base, m.sales, m.n, NOW);
		ck_assert(price_line_parse(price_line_format(&a, &line, NOW), &read, &e) || e.kind == ERR_NONE);
		for (int k = 0; k < MOMENTS; k++) {
			int64_t t = NOW + random_in(&seed, 0, 130) * DAY;
			struct price_now now, next;

			price_at(&read, m.base, t, &now);
			ck_assert_int_eq(now.minor, model_price(&m, t));
			ck_assert_int_eq(now.was_minor, model_was(&m, t));
			if (now.change_s == 0)
				continue;
			ck_assert_int_gt(now.change_s, t);
			price_at(&read, m.base, now.change_s - DAY, &next); /* nothing changes before */
			ck_assert(next.minor == now.minor && next.was_minor == now.was_minor);
		}
		arena_reset(&a);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(a_price_that_changes_all_the_time_keeps_within_the_room)
{
	struct price_line l = {.n = 0}, read;
	struct err e = {0};
	struct arena a;
	struct str text;

	arena_init(&a, 1 << 20);
	for (int64_t i = 0; i < 5 * PRICE_STEPS_MAX; i++)
		price_add(&l, NOW - 5 * PRICE_STEPS_MAX + i, 1000 + i);
	price_plan(&l, 5, &(struct price_sale){NOW + 1, NOW + 2, 4}, 1, NOW);
	ck_assert_uint_le(l.n, PRICE_STEPS_MAX);
	text = price_line_format(&a, &l, NOW);
	ck_assert_uint_le(text.n, 8000);
	ck_assert(price_line_parse(text, &read, &e));
	ck_assert_int_eq(at(&read, NOW + 1).minor, 4);
	ck_assert_int_eq(at(&read, NOW + 1).was_minor, 0);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("price", a_struck_price_is_the_lowest_of_the_thirty_days_before_the_reduction,
    nothing_is_struck_unless_the_prices_of_all_thirty_days_are_known,
    a_reduction_without_end_is_told_for_thirty_days_and_a_sale_until_its_end,
    a_second_sale_within_thirty_days_strikes_nothing, sales_that_overlap_sell_for_the_lowest_price,
    percentages_are_never_overstated, texts_that_are_no_line_are_refused,
    lines_promise_the_same_as_all_prices_of_all_days, a_price_that_changes_all_the_time_keeps_within_the_room)
