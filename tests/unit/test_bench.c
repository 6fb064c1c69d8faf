#include "../../bench/draw.h"
#include "../../bench/form.h"
#include "../../bench/histogram.h"
#include "../../bench/http.h"
#include "../../bench/shopper.h"
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

START_TEST(zipf_ranks_have_shares_of_one_by_rank)
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

START_TEST(with_exponent_0_all_ranks_are_equally_likely)
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

START_TEST(a_seed_repeats_its_draws)
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

static const char page[] =
    "<form action=\"/en/search\" method=\"get\"><input name=\"q\" value=\"\"></form>"
    "<form id=\"buy\" action=\"/en/cart/add?v=1&amp;w=2\" method=\"post\">"
    "<input type=\"hidden\" name=\"product\" value=\"17\"><input name=\"note\" value=\"a&quot;b &amp;amp; c\">"
    "<input type=\"checkbox\" name=\"terms\" value=\"on\"><input type=\"radio\" name=\"pay\" value=\"cash\">"
    "<input type=\"radio\" name=\"pay\" value=\"card\" checked><input name=\"off\" value=\"1\" disabled>"
    "<select name=\"size\"><option value=\"s\">S</option><option value=\"m\" selected>M</option></select>"
    "<select name=\"hue\"><option value=\"red\">R</option><option value=\"blue\">B</option></select>"
    "<textarea name=\"text\" rows=\"2\">x&lt;y\nz</textarea><button name=\"act\" value=\"set\">Go</button></form>";

START_TEST(a_form_is_encoded_like_in_a_browser)
{
	static const struct form_value none[] = {{NULL, NULL}};
	struct form f;

	ck_assert(form_fill(&f, page, "/cart/add", none));
	ck_assert_str_eq(f.action, "/en/cart/add?v=1&w=2");
	ck_str(str_n(f.body, f.body_n), "product=17&note=a%22b%20%26amp%3B%20c&pay=card&size=m&hue=red&text=x%3Cy%0Az");
}
END_TEST

START_TEST(typed_values_replace_those_of_the_form)
{
	static const struct form_value typed[] = {{"note", "\xc3\xa4"}, {"act", "set"}, {NULL, NULL}};
	struct form f;

	ck_assert(form_fill(&f, page, "/cart/add", typed));
	ck_str(str_n(f.body, f.body_n), "product=17&pay=card&size=m&hue=red&text=x%3Cy%0Az&note=%C3%A4&act=set");
}
END_TEST

START_TEST(a_form_that_is_not_there_is_not_found)
{
	static const struct form_value none[] = {{NULL, NULL}};
	struct form f;

	ck_assert(!form_fill(&f, page, "/checkout/place", none));
	ck_assert(!form_fill(&f, "", "/cart/add", none));
	ck_assert(!form_fill(&f, "<form action=\"/cart/add", "/cart/add", none));
}
END_TEST

START_TEST(headers_of_an_answer_are_found_also_several_times)
{
	static char head[] =
	    "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-Set-Cookie: no\r\nset-cookie: b=2\r\n\r\n";
	struct http h = {.in = head, .head_n = sizeof(head) - 1};
	const char *at;
	size_t n;

	at = http_header(&h, "set-cookie", NULL, &n);
	ck_str(str_n(at, n), "a=1; Path=/");
	at = http_header(&h, "set-cookie", at, &n);
	ck_str(str_n(at, n), "b=2");
	ck_assert_ptr_null(http_header(&h, "set-cookie", at, &n));
	ck_assert_ptr_null(http_header(&h, "content-length", NULL, &n));
}
END_TEST

/* With the chances of follow-ups, all interactions occur in the shares of the mix. */
START_TEST(each_mix_has_its_shares)
{
	for (int mix = MIX_BROWSING; mix <= MIX_ORDERING; mix++) {
		unsigned count[SHOPPER_KINDS] = {0}, n = 0, sum = 0;
		struct draw d;
		double chance;

		draw_seed(&d, 5);
		for (int i = 0; i < 300000; i++) {
			enum interaction what = shopper_draw((enum mix)mix, &d);

			count[what]++;
			n++;
			while (shopper_next(what, (enum mix)mix, &what, &chance) && draw_unit(&d) < chance) {
				count[what]++;
				n++;
			}
		}
		for (int i = 0; i < SHOPPER_KINDS; i++) {
			double meant = shopper_rows[i].share[mix] / 100.0;

			sum += shopper_rows[i].share[mix];
			ck_assert_double_eq_tol(100.0 * count[i] / n, meant, 0.02 + meant / 30);
		}
		ck_assert_uint_ge(sum, 9990);
		ck_assert_uint_le(sum, 10010);
	}
}
END_TEST

UNIT_MAIN("bench", quantiles_of_small_values_are_exact, a_quantile_is_never_too_low_and_at_most_a_64th_too_high,
    a_quantile_is_never_above_the_largest_value, no_values_have_quantiles_of_0, joined_histograms_are_one,
    zipf_ranks_have_shares_of_one_by_rank, with_exponent_0_all_ranks_are_equally_likely, a_seed_repeats_its_draws,
    a_form_is_encoded_like_in_a_browser, typed_values_replace_those_of_the_form,
    a_form_that_is_not_there_is_not_found, headers_of_an_answer_are_found_also_several_times, each_mix_has_its_shares)
