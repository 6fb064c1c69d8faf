#include "shop/price/price.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#define TEXT_MAX_B ((size_t)40 * PRICE_STEPS_MAX)
#define WHOLE_BP 10000

void
price_add(struct price_line *l, int64_t since_s, int64_t minor)
{
	if (l->n > 0 && l->v[l->n - 1].since_s == since_s)
		l->n--;
	if (l->n > 0 && l->v[l->n - 1].minor == minor)
		return;
	if (l->n == PRICE_STEPS_MAX) {
		memmove(l->v, l->v + 1, (PRICE_STEPS_MAX - 1) * sizeof(l->v[0]));
		l->n--;
	}
	l->v[l->n++] = (struct price_step){since_s, minor};
}

/* The number of steps that have begun. */
static size_t
price_begun(const struct price_line *l, int64_t now_s)
{
	size_t n = 0;

	while (n < l->n && l->v[n].since_s <= now_s)
		n++;
	return n;
}

int64_t
price_lowest_before(const struct price_line *l, size_t i)
{
	int64_t from_s = l->v[i].since_s - PRICE_DAYS * PRICE_DAY_S, lowest = INT64_MAX;

	while (i-- > 0) {
		if (l->v[i].minor < lowest)
			lowest = l->v[i].minor;
		if (l->v[i].since_s <= from_s)
			return lowest;
	}
	return -1;
}

void
price_at(const struct price_line *l, int64_t base_minor, int64_t now_s, struct price_now *out)
{
	size_t n = price_begun(l, now_s);
	const struct price_step *now = n > 0 ? &l->v[n - 1] : NULL, *next = n < l->n ? &l->v[n] : NULL;
	int64_t lowest, told_s;

	*out = (struct price_now){.minor = now != NULL ? now->minor : base_minor};
	if (next != NULL)
		out->change_s = next->since_s;
	if (now == NULL || (lowest = price_lowest_before(l, n - 1)) <= now->minor)
		return;
	told_s = now->since_s + PRICE_DAYS * PRICE_DAY_S;
	if (next != NULL && next->minor > now->minor)
		out->ends_s = next->since_s;
	else if (now_s >= told_s)
		return;
	else if (next == NULL || told_s < next->since_s)
		out->change_s = told_s;
	out->was_minor = lowest;
}

static int64_t
price_planned(int64_t base_minor, const struct price_sale *sales, size_t n, int64_t at_s)
{
	int64_t minor = base_minor;

	for (size_t i = 0; i < n; i++)
		if (sales[i].from_s <= at_s && at_s < sales[i].to_s && sales[i].minor < minor)
			minor = sales[i].minor;
	return minor;
}

/* The first beginning or end of a sale after a moment; INT64_MAX: none. */
static int64_t
price_next_turn(const struct price_sale *sales, size_t n, int64_t after_s)
{
	int64_t at_s = INT64_MAX;

	for (size_t i = 0; i < n; i++) {
		if (sales[i].from_s > after_s && sales[i].from_s < at_s)
			at_s = sales[i].from_s;
		if (sales[i].to_s > after_s && sales[i].to_s < at_s)
			at_s = sales[i].to_s;
	}
	return at_s;
}

void
price_plan(struct price_line *l, int64_t base_minor, const struct price_sale *sales, size_t n, int64_t now_s)
{
	for (int64_t at_s = now_s; at_s != INT64_MAX; at_s = price_next_turn(sales, n, at_s))
		price_add(l, at_s, price_planned(base_minor, sales, n, at_s));
}

/* Leaves out what price_at() does not need. Of the steps before the present one, those of the last days before it
 * count, and of these no step that a later one undercuts: it is the lowest price of no period that ends later. */
static void
price_shorten(const struct price_line *l, size_t now, struct price_line *out)
{
	size_t i = now;

	out->n = 0;
	while (i > 0 && l->v[i].since_s > l->v[now].since_s - PRICE_DAYS * PRICE_DAY_S)
		i--;
	for (; i < now; i++) {
		struct price_step step = l->v[i];

		while (out->n > 0 && out->v[out->n - 1].minor >= step.minor)
			step.since_s = out->v[--out->n].since_s;
		price_add(out, step.since_s, step.minor);
	}
	for (; i < l->n; i++)
		price_add(out, l->v[i].since_s, l->v[i].minor);
}

struct str
price_line_format(struct arena *a, const struct price_line *l, int64_t now_s)
{
	size_t begun = price_begun(l, now_s);
	struct price_line needed;
	struct price_now now;
	struct buf b;

	price_at(l, 0, now_s, &now);
	if (begun == 0 || (begun == l->n && now.was_minor == 0))
		return STR("");
	price_shorten(l, begun - 1, &needed);
	buf_init(&b, a, TEXT_MAX_B);
	for (size_t i = 0; i < needed.n; i++)
		buf_fmt(&b, "%s%lld %lld", i == 0 ? "" : " ", (long long)needed.v[i].since_s,
		    (long long)needed.v[i].minor);
	return buf_str(&b);
}

bool
price_line_parse(struct str text, struct price_line *l, struct err *e)
{
	struct str since, minor;

	l->n = 0;
	if (text.n == 0)
		return true;
	while (str_cut(&text, ' ', &since)) {
		struct price_step *step = &l->v[l->n];

		if (l->n == PRICE_STEPS_MAX || !str_cut(&text, ' ', &minor)
		    || !num_i64(since, INT64_MIN / 2, INT64_MAX / 2, &step->since_s)
		    || !num_i64(minor, 0, INT64_MAX, &step->minor) || (l->n > 0 && step->since_s <= step[-1].since_s))
			return err_set(e, ERR_UPSTREAM, "variant.prices is not a list of steps");
		l->n++;
	}
	return true;
}

int
price_percent(int64_t was_minor, int64_t minor)
{
	int64_t off;

	return was_minor > minor && num_mul(was_minor - minor, 100, &off) ? (int)(off / was_minor) : 0;
}

int64_t
price_off(int64_t minor, int64_t bp)
{
	int64_t left = WHOLE_BP - bp;

	return minor / WHOLE_BP * left + minor % WHOLE_BP * left / WHOLE_BP;
}
