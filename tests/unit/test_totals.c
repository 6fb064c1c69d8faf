#include "random.h"
#include "shop/totals.h"
#include "unit.h"

#define CARTS 20000
#define LINES_MAX 12

static struct totals_rules
random_rules(uint64_t *seed)
{
	struct tax_rules tax = {
	    .origin = (enum country)random_in(seed, COUNTRY_NONE + 1, COUNTRY__MAX - 1),
	    .included = random_in(seed, 0, 1),
	    .one_stop = random_in(seed, 0, 1),
	};

	return (struct totals_rules){
	    .cur = 1,
	    .tax_included = tax.included,
	    .rates = tax_rates_for(&tax, (enum country)random_in(seed, COUNTRY_NONE, COUNTRY__MAX - 1), STR_NONE),
	    .shipping_minor = random_in(seed, 0, 3) == 0 ? 0 : random_in(seed, 0, 5000),
	};
}

static size_t
random_lines(uint64_t *seed, struct totals_line *lines)
{
	size_t n = (size_t)random_in(seed, 0, LINES_MAX);

	for (size_t i = 0; i < n; i++) {
		lines[i] = (struct totals_line){
		    .unit_minor = random_in(seed, 0, 9) == 0 ? 0 : random_in(seed, 1, 100000),
		    .qty = (int)random_in(seed, 1, 20),
		    .tax_class = (enum tax_class)random_in(seed, 0, TAX__MAX - 1),
		    .ships = random_in(seed, 0, 3) != 0,
		};
	}
	return n;
}

/* |2 * (tax * one - exact * one)| <= one: at most half a minor unit off. */
static void
check_line(const struct totals_line *line, bool included)
{
	int64_t one = included ? 10000 + line->rate_bp : 10000;
	int64_t off = 2 * (line->tax.tax_minor * one - line->shown_minor * line->rate_bp);

	ck_assert_int_eq(line->shown_minor, line->unit_minor * line->qty);
	ck_assert_int_eq(line->tax.net_minor + line->tax.tax_minor, line->tax.gross_minor);
	ck_assert_int_eq(included ? line->tax.gross_minor : line->tax.net_minor, line->shown_minor);
	ck_assert(off <= one && off >= -one);
}

static void
check_totals(const struct totals *t, const struct totals_line *lines, size_t n)
{
	int64_t gross = 0, shown = 0, net = 0, tax = 0, ship_gross = 0;

	for (size_t i = 0; i < n; i++) {
		check_line(&lines[i], t->tax_included);
		gross += lines[i].tax.gross_minor;
		shown += lines[i].shown_minor;
	}
	for (size_t i = 0; i < t->n_rates; i++) {
		net += t->rates[i].net_minor;
		tax += t->rates[i].tax_minor;
		ship_gross += t->rates[i].shipping.gross_minor;
		ck_assert(i == 0 || t->rates[i - 1].rate_bp > t->rates[i].rate_bp);
	}
	ck_assert_int_eq(shown, t->items_minor);
	ck_assert_int_eq(net, t->net_minor);
	ck_assert_int_eq(tax, t->tax_minor);
	ck_assert_int_eq(ship_gross, t->shipping.gross_minor);
	ck_assert_int_eq(t->shipping.net_minor + t->shipping.tax_minor, t->shipping.gross_minor);
	ck_assert_int_eq(gross + t->shipping.gross_minor, t->total_minor);
	ck_assert_int_eq(net + tax, t->total_minor);
	if (t->tax_included)
		ck_assert_int_eq(t->items_minor + t->shipping_minor, t->total_minor);
	else
		ck_assert_int_eq(t->items_minor + t->shipping_minor + t->tax_minor, t->total_minor);
}

START_TEST(totals_of_20000_random_carts_add_up)
{
	struct totals_line lines[LINES_MAX];
	struct err e = {0};
	uint64_t seed = 1;

	for (int i = 0; i < CARTS; i++) {
		struct totals_rules rules = random_rules(&seed);
		size_t n = random_lines(&seed, lines);
		struct totals t;

		ck_ok(totals_compute(&t, &rules, lines, n, &e), &e);
		check_totals(&t, lines, n);
	}
}
END_TEST

START_TEST(totals_do_not_depend_on_the_order_of_lines)
{
	struct totals_line lines[LINES_MAX];
	struct err e = {0};
	uint64_t seed = 2;

	for (int i = 0; i < CARTS / 4; i++) {
		struct totals_rules rules = random_rules(&seed);
		size_t n = random_lines(&seed, lines);
		struct totals t, turned;

		ck_ok(totals_compute(&t, &rules, lines, n, &e), &e);
		for (size_t j = 0; j < n / 2; j++) {
			struct totals_line line = lines[j];

			lines[j] = lines[n - 1 - j];
			lines[n - 1 - j] = line;
		}
		ck_ok(totals_compute(&turned, &rules, lines, n, &e), &e);
		ck_assert_int_eq(t.total_minor, turned.total_minor);
		ck_assert_int_eq(t.tax_minor, turned.tax_minor);
		ck_assert_uint_eq(t.n_rates, turned.n_rates);
	}
}
END_TEST

START_TEST(totals_of_a_german_cart_are_those_of_a_receipt)
{
	struct totals_line lines[] = {
	    {.unit_minor = 1190, .qty = 2, .tax_class = TAX_STANDARD, .ships = true},
	    {.unit_minor = 535, .qty = 1, .tax_class = TAX_REDUCED, .ships = true},
	};
	struct tax_rules tax = {.origin = COUNTRY_DE, .included = true};
	struct totals_rules rules = {
	    .cur = 1, .tax_included = true, .rates = tax_rates_for(&tax, COUNTRY_DE, STR_NONE), .shipping_minor = 490};
	struct err e = {0};
	struct totals t;

	ck_ok(totals_compute(&t, &rules, lines, 2, &e), &e);
	ck_assert_int_eq(t.total_minor, 3405);
	ck_assert_int_eq(lines[0].tax.tax_minor, 380);
	ck_assert_int_eq(lines[1].tax.tax_minor, 35);
	/* 490 in proportion 2380 : 535 is 400.07 : 89.93 */
	ck_assert_int_eq(t.rates[0].shipping.gross_minor, 400);
	ck_assert_int_eq(t.rates[1].shipping.gross_minor, 90);
	ck_assert_int_eq(t.tax_minor, 380 + 35 + 64 + 6);
}
END_TEST

START_TEST(totals_that_overflow_are_refused)
{
	struct totals_line line = {.unit_minor = INT64_MAX / 2, .qty = 3};
	struct totals_rules rules = {.cur = 1};
	struct err e = {0};
	struct totals t;

	ck_assert(!totals_compute(&t, &rules, &line, 1, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
}
END_TEST

START_TEST(divided_amounts_add_up_and_are_off_by_less_than_one)
{
	int64_t weights[8], parts[8], sum, sum_weights;
	struct err e = {0};
	uint64_t seed = 3;

	for (int i = 0; i < CARTS; i++) {
		size_t n = (size_t)random_in(&seed, 1, 8);
		int64_t whole = random_in(&seed, 0, 100000);

		sum = sum_weights = 0;
		for (size_t j = 0; j < n; j++)
			sum_weights += weights[j] = random_in(&seed, 0, 3) == 0 ? 0 : random_in(&seed, 1, 1000);
		ck_ok(totals_divide(whole, weights, parts, n, &e), &e);
		for (size_t j = 0; j < n; j++) {
			sum += parts[j];
			if (sum_weights > 0)
				ck_assert_int_lt(llabs(parts[j] * sum_weights - whole * weights[j]), sum_weights);
		}
		ck_assert_int_eq(sum, whole);
	}
}
END_TEST

START_TEST(tax_rates_are_the_destinations_in_the_eu_and_none_beyond)
{
	struct tax_rules rules = {.origin = COUNTRY_DE, .one_stop = true};

	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_FR, STR_NONE).bp[TAX_STANDARD], 2000);
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_CH, STR_NONE).bp[TAX_STANDARD], 0);
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_NONE, STR_NONE).bp[TAX_REDUCED], 700);
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_DE, STR_NONE).bp[TAX_ZERO], 0);
	rules.one_stop = false;
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_FR, STR_NONE).bp[TAX_STANDARD], 1900);
	rules.origin = COUNTRY_CH;
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_CH, STR_NONE).bp[TAX_STANDARD], 810);
	ck_assert_int_eq(tax_rates_for(&rules, COUNTRY_DE, STR_NONE).bp[TAX_STANDARD], 0);
}
END_TEST

START_TEST(tax_is_rounded_half_away_from_zero)
{
	struct tax_split s;
	struct err e = {0};

	ck_ok(tax_split(50, 100, false, &s, &e), &e); /* 0.5 */
	ck_assert_int_eq(s.tax_minor, 1);
	ck_ok(tax_split(49, 100, false, &s, &e), &e);
	ck_assert_int_eq(s.tax_minor, 0);
	ck_ok(tax_split(-50, 100, false, &s, &e), &e);
	ck_assert_int_eq(s.tax_minor, -1);
}
END_TEST

/* Shop, destination, postcode, standard rate, the same with the one-stop shop. */
static const struct {
	enum country from, to;
	const char *postcode;
	int32_t bp, one_stop_bp;
} places[] = {
    {COUNTRY_DE, COUNTRY_ES, "28013", 1900, 2100}, {COUNTRY_DE, COUNTRY_ES, "35001", 0, 0},
    {COUNTRY_DE, COUNTRY_ES, "38400", 0, 0}, {COUNTRY_DE, COUNTRY_ES, "51001", 0, 0},
    {COUNTRY_DE, COUNTRY_ES, "52006", 0, 0}, {COUNTRY_ES, COUNTRY_ES, "35001", 0, 0},
    {COUNTRY_ES, COUNTRY_ES, "28013", 2100, 2100}, {COUNTRY_DE, COUNTRY_FR, "97400", 0, 0},
    {COUNTRY_DE, COUNTRY_FR, "97110", 0, 0}, {COUNTRY_DE, COUNTRY_FR, "97133", 0, 0},
    {COUNTRY_FR, COUNTRY_FR, "97200", 0, 0}, {COUNTRY_RE, COUNTRY_FR, "97400", 850, 850},
    {COUNTRY_RE, COUNTRY_RE, "97400", 850, 850}, {COUNTRY_DE, COUNTRY_RE, "97400", 0, 0},
    {COUNTRY_DE, COUNTRY_GP, "", 0, 0}, {COUNTRY_DE, COUNTRY_FR, "98000", 1900, 2000},
    {COUNTRY_DE, COUNTRY_MC, "98000", 1900, 2000}, {COUNTRY_FR, COUNTRY_MC, "98000", 2000, 2000},
    {COUNTRY_DE, COUNTRY_DE, "27498", 0, 0}, {COUNTRY_DE, COUNTRY_DE, "78266", 0, 0},
    {COUNTRY_DE, COUNTRY_DE, "78267", 1900, 1900}, {COUNTRY_CH, COUNTRY_DE, "78266", 810, 810},
    {COUNTRY_DE, COUNTRY_IT, "23041", 0, 0}, {COUNTRY_DE, COUNTRY_IT, "22061", 0, 0},
    {COUNTRY_DE, COUNTRY_IT, "22060", 1900, 2200}, {COUNTRY_DE, COUNTRY_IT, "47891", 0, 0},
    {COUNTRY_DE, COUNTRY_SM, "47890", 0, 0}, {COUNTRY_DE, COUNTRY_VA, "00120", 0, 0},
    {COUNTRY_DE, COUNTRY_GR, "630 86", 0, 0}, {COUNTRY_DE, COUNTRY_GR, "630 85", 1900, 2400},
    {COUNTRY_DE, COUNTRY_FI, "22100", 0, 0}, {COUNTRY_DE, COUNTRY_AX, "22100", 0, 0},
    {COUNTRY_AX, COUNTRY_FI, "22100", 2550, 2550}, {COUNTRY_DE, COUNTRY_FI, "00550", 1900, 2550},
    {COUNTRY_DE, COUNTRY_GB, "BT1 5GS", 1900, 2000}, {COUNTRY_DE, COUNTRY_GB, "SW1A 1AA", 0, 0},
    {COUNTRY_GB, COUNTRY_GB, "BT1 5GS", 2000, 2000}, {COUNTRY_GB, COUNTRY_IM, "IM2 1AA", 2000, 2000},
    {COUNTRY_GB, COUNTRY_GB, "IM2 1AA", 2000, 2000}, {COUNTRY_GB, COUNTRY_GB, "JE2 3AB", 0, 0},
    {COUNTRY_GB, COUNTRY_GG, "GY1 1AA", 0, 0}, {COUNTRY_CH, COUNTRY_LI, "9490", 810, 810},
    {COUNTRY_LI, COUNTRY_CH, "8001", 810, 810}, {COUNTRY_CH, COUNTRY_CH, "7563", 0, 0},
    {COUNTRY_PT, COUNTRY_PT, "9000-100", 2200, 2200}, {COUNTRY_DE, COUNTRY_PT, "9500-150", 1900, 1600},
    {COUNTRY_PT, COUNTRY_PT, "1000-205", 2300, 2300}, {COUNTRY_AT, COUNTRY_AT, "6991", 1900, 1900},
    {COUNTRY_DE, COUNTRY_DE, "87568", 1900, 1900}, {COUNTRY_AT, COUNTRY_DE, "87491", 1900, 1900},
    {COUNTRY_DK, COUNTRY_DK, "3900", 0, 0}, {COUNTRY_DK, COUNTRY_FO, "100", 0, 0},
    {COUNTRY_NO, COUNTRY_NO, "9171", 0, 0}, {COUNTRY_NO, COUNTRY_SJ, "9170", 0, 0},
    {COUNTRY_NO, COUNTRY_NO, "0025", 2500, 2500}, {COUNTRY_FR, COUNTRY_NC, "98800", 0, 0},
};

START_TEST(tax_follows_the_territory_of_the_postcode)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (int one_stop = 0; one_stop < 2; one_stop++) {
			struct tax_rules rules = {.origin = places[i].from, .one_stop = one_stop != 0};
			int32_t bp =
			    tax_rates_for(&rules, places[i].to, str_z(places[i].postcode)).bp[TAX_STANDARD];

			ck_assert_msg(bp == (one_stop ? places[i].one_stop_bp : places[i].bp), "%s to %s %s: %d",
			    country_info(places[i].from)->code, country_info(places[i].to)->code,
			    places[i].postcode, bp);
		}
}
END_TEST

UNIT_MAIN("totals", tax_follows_the_territory_of_the_postcode, totals_of_20000_random_carts_add_up,
    totals_do_not_depend_on_the_order_of_lines,
    totals_of_a_german_cart_are_those_of_a_receipt, totals_that_overflow_are_refused,
    divided_amounts_add_up_and_are_off_by_less_than_one, tax_rates_are_the_destinations_in_the_eu_and_none_beyond,
    tax_is_rounded_half_away_from_zero)
