#include "shop/catalogue.h"

#include "base/buf.h"
#include "base/num.h"

enum catalogue_avail
catalogue_variant_avail(const struct catalogue_variant *v, int64_t low)
{
	if (!v->shipped && !v->tracked)
		return AVAIL_DIGITAL;
	if (!v->tracked || v->on_hand > low)
		return AVAIL_IN_STOCK;
	if (v->on_hand > 0)
		return AVAIL_LOW;
	return v->sell_over ? AVAIL_ON_ORDER : AVAIL_SOLD_OUT;
}

/* What a shopper would rather have. */
static int
rank(enum catalogue_avail a)
{
	static const int ranks[] = {[AVAIL_SOLD_OUT] = 0, [AVAIL_ON_ORDER] = 1, [AVAIL_LOW] = 2, [AVAIL_IN_STOCK] = 3,
	    [AVAIL_DIGITAL] = 4};

	return ranks[a];
}

enum catalogue_avail
catalogue_product_avail(const struct catalogue_product *p, int64_t low)
{
	enum catalogue_avail best = AVAIL_SOLD_OUT;

	for (size_t i = 0; i < p->n_variants; i++) {
		enum catalogue_avail a = catalogue_variant_avail(&p->variants[i], low);

		if (rank(a) > rank(best))
			best = a;
	}
	return best == AVAIL_DIGITAL ? AVAIL_IN_STOCK : best;
}

const struct catalogue_variant *
catalogue_choose(const struct catalogue_product *p, uint64_t id)
{
	for (size_t i = 0; i < p->n_variants; i++)
		if (p->variants[i].id == id)
			return &p->variants[i];
	for (size_t i = 0; i < p->n_variants; i++)
		if (catalogue_variant_avail(&p->variants[i], 0) != AVAIL_SOLD_OUT)
			return &p->variants[i];
	return p->n_variants == 0 ? NULL : &p->variants[0];
}

static size_t
n_options(const struct catalogue_product *p)
{
	size_t n = 0;

	while (n < CATALOGUE_OPTIONS && p->options[n].value.n > 0)
		n++;
	return n;
}

const struct catalogue_variant *
catalogue_by_values(const struct catalogue_product *p, const struct str *values)
{
	size_t n = n_options(p);

	for (size_t i = 0; i < p->n_variants; i++) {
		bool all = true;

		for (size_t k = 0; k < n; k++)
			all = all && str_eq(p->variants[i].words[k].value, values[k]);
		if (all)
			return &p->variants[i];
	}
	return NULL;
}

const struct catalogue_variant *
catalogue_turn(const struct catalogue_product *p, const struct catalogue_variant *from, size_t i, struct str value)
{
	struct str values[CATALOGUE_OPTIONS];

	for (size_t k = 0; k < CATALOGUE_OPTIONS; k++)
		values[k] = k == i ? value : from->words[k].value;
	return catalogue_by_values(p, values);
}

bool
catalogue_unit_price(const struct catalogue_variant *v, int64_t *minor)
{
	static const struct {
		const char *unit;
		int kind;
		int64_t factor; /* in the smallest unit of its kind */
	} units[] = {{"mg", 0, 1}, {"g", 0, 1000}, {"kg", 0, 1000000}, {"ml", 1, 1}, {"cl", 1, 10}, {"l", 1, 1000},
	    {"mm", 2, 1}, {"cm", 2, 10}, {"m", 2, 1000}, {"m2", 3, 1}, {"item", 4, 1}};
	const struct catalogue_measure *m = &v->measure;
	int64_t content = 0, base = 0;
	int content_kind = -1, base_kind = -2;

	if (m->content_milli <= 0 || m->base_milli <= 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq_z(m->content_unit, units[i].unit)) {
			content_kind = units[i].kind;
			if (!num_mul(m->content_milli, units[i].factor, &content))
				return false;
		}
		if (str_eq_z(m->base_unit, units[i].unit)) {
			base_kind = units[i].kind;
			if (!num_mul(m->base_milli, units[i].factor, &base))
				return false;
		}
	}
	return content_kind == base_kind && num_mul_div(v->price_minor, base, content, minor);
}

struct str
catalogue_variant_text(struct arena *a, const struct catalogue_variant *v)
{
	struct buf b;

	buf_init(&b, a, 1000);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++) {
		if (v->words[i].text.n == 0)
			continue;
		if (b.n > 0)
			buf_z(&b, " / ");
		buf_put(&b, v->words[i].text);
	}
	return buf_str(&b);
}
