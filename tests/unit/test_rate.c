/* The notation of limits, and the moving window: never more than N in any period, and N of them. */
#include "base/rate.h"

#include <string.h>

#include "random.h"
#include "unit.h"

static const struct rate_bounds bounds = {2000, 200, false};

static struct str
again(const char *text)
{
	static struct arena a;
	struct rates r;
	struct err e = {0};
	struct buf b;

	ck_ok(rates_parse(str_z(text), &bounds, &r, &e), &e);
	arena_fini(&a);
	arena_init(&a, (size_t)1 << 16);
	buf_init(&b, &a, 200);
	rates_format(&b, &r);
	return buf_str(&b);
}

START_TEST(limits_are_read_and_written_in_the_same_notation)
{
	ck_str(again("10/minute; 100/hour; 1000/day"), "10/minute; 100/hour; 1000/day per address");
	ck_str(again(" 5/10 minutes ;7/3hours per session "), "5/10 minutes; 7/3 hours per session");
	ck_str(again("1/second per all"), "1/second per all");
	ck_str(again("60/60 seconds"), "60/minute per address");
	ck_str(again("2000/7 days"), "2000/7 days per address");
	ck_str(again("off"), "off");
}
END_TEST

START_TEST(a_wrong_limit_is_refused_and_the_message_names_the_fault)
{
	static const char *const wrong[][2] = {
	    {"", "\"\" is not a rate such as 10/minute"},
	    {"10", "\"10\" is not a rate such as 10/minute"},
	    {"10/minute;", "\"\" is not a rate such as 10/minute"},
	    {"10 per minute", "\"per minute\": a limit is per address, per session or per all"},
	    {"0/minute", "\"0/minute\": the number must be 1 to 2000"},
	    {"-1/minute", "\"-1/minute\": the number must be 1 to 2000"},
	    {"2001/minute", "\"2001/minute\": the number must be 1 to 2000"},
	    {"201/minute per all", "\"201/minute\": the number must be 1 to 200"},
	    {"99999999999999999999999/minute", "\"99999999999999999999999/minute\": the number must be 1 to 2000"},
	    {"10/fortnight", "\"10/fortnight\": the time must be second, minute, hour or day"},
	    {"10/", "\"10/\": the time must be second, minute, hour or day"},
	    {"10/minutess", "\"10/minutess\": the time must be second, minute, hour or day"},
	    {"10/8 days", "\"10/8 days\": the time must not exceed 7 days"},
	    {"10/0 days", "\"10/0 days\": the time must not exceed 7 days"},
	    {"10/99999999999999999999 seconds",
		"\"10/99999999999999999999 seconds\": the time must not exceed 7 days"},
	    {"10/minute per planet", "\"per planet\": a limit is per address, per session or per all"},
	    {"1/second; 2/minute; 3/hour; 4/day; 5/2 days", "more than 4 rates"},
	    {"100/minute; 50/hour", "100 in 60 s can never be reached, since only 50 are allowed in 3600 s"},
	    {"10/minute; 10/minute", "10 in 60 s can never be reached, since only 10 are allowed in 60 s"},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct rates r;
		struct err e = {0};

		ck_assert_msg(!rates_parse(str_z(wrong[i][0]), &bounds, &r, &e), "%s", wrong[i][0]);
		ck_assert_str_eq(e.msg, wrong[i][1]);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
}
END_TEST

static int
in_order(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

/* Hosts with clocks of their own ask for one window. A request is refused only if its period, with what other hosts see
 * as later, is full. */
START_TEST(no_period_contains_more_than_n_whatever_the_clocks_do)
{
	enum { ASKS = 4000, MOST = 40 };
	static int64_t allowed[ASKS];
	static uint32_t time[MOST + 1];
	struct rates rates;
	struct err e = {0};
	uint64_t seed = 7;

	for (int round = 0; round < 20; round++) {
		struct rate_window w = {time, 0};
		/* 2^32 ms pass in the middle */
		int64_t n = 0, now = (int64_t)(UINT64_C(400) << 32) - 100000;

		ck_ok(rates_parse(STR("5/second; 17/10 seconds; 40/minute"), &bounds, &rates, &e), &e);
		for (int i = 0; i < ASKS; i++) {
			int64_t at = now + (int64_t)(random_next(&seed) % 3000) - 1500; /* a host's clock */
			bool room = true, full = false;

			now += (int64_t)(random_next(&seed) % (round % 2 == 0 ? 60 : 600));
			for (size_t k = 0; k < rates.n; k++)
				room = room && rate_window_left(&w, &rates.v[k], (uint64_t)at).n > 0;
			for (size_t k = 0; k < rates.n; k++) {
				int64_t inside = 0;

				for (int64_t j = 0; j < n; j++)
					inside += allowed[j] >= at - (int64_t)rates.v[k].period_s * 1000;
				full = full || inside >= rates.v[k].n;
			}
			ck_assert(room != full);
			if (!room)
				continue;
			rate_window_add(&w, &rates, (uint64_t)at);
			ck_assert_uint_le(w.n, MOST);
			allowed[n++] = at;
		}
		ck_assert_int_gt(n, 70);
		qsort(allowed, (size_t)n, sizeof(*allowed), in_order);
		for (size_t k = 0; k < rates.n; k++)
			for (int64_t i = rates.v[k].n; i < n; i++)
				ck_assert_int_gt(allowed[i] - allowed[i - rates.v[k].n],
				    (int64_t)rates.v[k].period_s * 1000);
	}
}
END_TEST

START_TEST(the_wait_ends_when_one_more_is_allowed_and_not_before)
{
	uint32_t time[11];
	struct rate_window w = {time, 0};
	struct rates rates;
	struct err e = {0};
	struct rate_left left;

	ck_ok(rates_parse(STR("3/minute"), &bounds, &rates, &e), &e);
	ck_assert_uint_eq(rate_window_left(&w, &rates.v[0], 5000).wait_ms, 0);
	rate_window_add(&w, &rates, 1000);
	rate_window_add(&w, &rates, 11000);
	rate_window_add(&w, &rates, 31000);
	left = rate_window_left(&w, &rates.v[0], 31000);
	ck_assert_uint_eq(left.n, 0);
	ck_assert_uint_eq(left.wait_ms, 30001);
	ck_assert_uint_eq(rate_window_left(&w, &rates.v[0], 31000 + left.wait_ms - 1).n, 0);
	ck_assert_uint_eq(rate_window_left(&w, &rates.v[0], 31000 + left.wait_ms).n, 1);
	ck_assert_uint_eq(rate_window_left(&w, &rates.v[0], 31000 + left.wait_ms).wait_ms, 10000);
	/* the limit was lowered meanwhile */
	rates.v[0].n = 1;
	ck_assert_uint_eq(rate_window_left(&w, &rates.v[0], 31000).wait_ms, 60001);
}
END_TEST

UNIT_MAIN("rate", limits_are_read_and_written_in_the_same_notation,
    a_wrong_limit_is_refused_and_the_message_names_the_fault, no_period_contains_more_than_n_whatever_the_clocks_do,
    the_wait_ends_when_one_more_is_allowed_and_not_before)
