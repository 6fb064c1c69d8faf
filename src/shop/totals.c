#include "shop/totals.h"

#include "base/num.h"

/* Adds `what` to *to; clears *fits on overflow. */
static void
totals_add(int64_t *to, int64_t what, bool *fits)
{
	*fits = num_add(*to, what, to) && *fits;
}

/* *part = floor(whole * weight / sum); *rest is the remainder. */
static void
share(int64_t whole, int64_t weight, int64_t sum, int64_t *part, int64_t *rest)
{
	__int128 product = (__int128)whole * weight;

	*part = (int64_t)(product / sum);
	*rest = (int64_t)(product % sum);
}

bool
totals_divide(int64_t whole, const int64_t *weights, int64_t *parts, size_t n, struct err *e)
{
	int64_t sum = 0, left = whole, rest, best_rest;
	bool fits = true;
	size_t best;

	ASSERT(n > 0 && whole >= 0);
	for (size_t i = 0; i < n; i++) {
		ASSERT(weights[i] >= 0);
		totals_add(&sum, weights[i], &fits);
		parts[i] = 0;
	}
	if (!fits)
		return err_set(e, ERR_LIMIT, "amount too large");
	if (sum == 0) {
		parts[0] = whole;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		share(whole, weights[i], sum, &parts[i], &rest);
		left -= parts[i];
	}
	/* Fewer than n units are left. The largest remainders get one each; among equal ones, the first. */
	for (; left > 0; left--) {
		best = n;
		best_rest = -1;
		for (size_t i = 0; i < n; i++) {
			int64_t part;

			share(whole, weights[i], sum, &part, &rest);
			if (parts[i] == part && rest > best_rest) {
				best = i;
				best_rest = rest;
			}
		}
		ASSERT(best < n);
		parts[best]++;
	}
	return true;
}

static struct totals_rate *
rate_of(struct totals *t, int32_t rate_bp)
{
	for (size_t i = 0; i < t->n_rates; i++)
		if (t->rates[i].rate_bp == rate_bp)
			return &t->rates[i];
	ASSERT(t->n_rates < TAX__MAX);
	t->rates[t->n_rates] = (struct totals_rate){.rate_bp = rate_bp};
	return &t->rates[t->n_rates++];
}

static void
sort_rates(struct totals *t)
{
	for (size_t i = 1; i < t->n_rates; i++) {
		for (size_t j = i; j > 0 && t->rates[j - 1].rate_bp < t->rates[j].rate_bp; j--) {
			struct totals_rate r = t->rates[j];

			t->rates[j] = t->rates[j - 1];
			t->rates[j - 1] = r;
		}
	}
}

static bool
compute_line(struct totals *t, const struct totals_rules *rules, struct totals_line *line, struct err *e)
{
	bool fits = true;

	ASSERT(line->unit_minor >= 0 && line->qty >= 1 && line->tax_class < TAX__MAX);
	line->rate_bp = rules->rates.bp[line->tax_class];
	if (!num_mul(line->unit_minor, line->qty, &line->shown_minor))
		return err_set(e, ERR_LIMIT, "amount too large");
	if (!tax_split(line->shown_minor, line->rate_bp, rules->tax_included, &line->tax, e))
		return false;
	totals_add(&t->items_minor, line->shown_minor, &fits);
	totals_add(&t->total_minor, line->tax.gross_minor, &fits);
	totals_add(&rate_of(t, line->rate_bp)->net_minor, line->tax.net_minor, &fits);
	totals_add(&rate_of(t, line->rate_bp)->tax_minor, line->tax.tax_minor, &fits);
	return fits || err_set(e, ERR_LIMIT, "amount too large");
}

/* When the shipped goods cost nothing, the highest rate gets the whole shipping price. Rates are already sorted. */
static bool
divide_shipping(struct totals *t, const struct totals_rules *rules, const struct totals_line *lines, size_t n,
    struct err *e)
{
	int64_t weights[TAX__MAX] = {0}, parts[TAX__MAX];
	bool fits = true;

	if (t->n_rates == 0)
		(void)rate_of(t, rules->rates.bp[TAX_STANDARD]);
	for (size_t i = 0; i < n; i++)
		if (lines[i].ships)
			totals_add(&weights[rate_of(t, lines[i].rate_bp) - t->rates], lines[i].shown_minor, &fits);
	if (!fits || !totals_divide(t->shipping_minor, weights, parts, t->n_rates, e))
		return err_set(e, ERR_LIMIT, "amount too large");
	for (size_t i = 0; i < t->n_rates; i++) {
		struct totals_rate *rate = &t->rates[i];

		if (!tax_split(parts[i], rate->rate_bp, rules->tax_included, &rate->shipping, e))
			return false;
		totals_add(&rate->net_minor, rate->shipping.net_minor, &fits);
		totals_add(&rate->tax_minor, rate->shipping.tax_minor, &fits);
		totals_add(&t->shipping.net_minor, rate->shipping.net_minor, &fits);
		totals_add(&t->shipping.tax_minor, rate->shipping.tax_minor, &fits);
		totals_add(&t->shipping.gross_minor, rate->shipping.gross_minor, &fits);
	}
	return fits || err_set(e, ERR_LIMIT, "amount too large");
}

bool
totals_compute(struct totals *t, const struct totals_rules *rules, struct totals_line *lines, size_t n, struct err *e)
{
	bool fits = true;

	ASSERT(rules->shipping_minor >= 0);
	*t = (struct totals){
	    .cur = rules->cur,
	    .tax_included = rules->tax_included,
	    .shipping_minor = rules->shipping_minor,
	};
	for (size_t i = 0; i < n; i++)
		if (!compute_line(t, rules, &lines[i], e))
			return false;
	sort_rates(t);
	if (!divide_shipping(t, rules, lines, n, e))
		return false;
	totals_add(&t->total_minor, t->shipping.gross_minor, &fits);
	for (size_t i = 0; i < t->n_rates; i++) {
		totals_add(&t->net_minor, t->rates[i].net_minor, &fits);
		totals_add(&t->tax_minor, t->rates[i].tax_minor, &fits);
	}
	return fits || err_set(e, ERR_LIMIT, "amount too large");
}
