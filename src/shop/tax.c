#include "shop/tax.h"

#include "base/num.h"
#include "shop/territory.h"

#define TAX_BP_ONE 10000

static const char *const names[TAX__MAX] = {"standard", "reduced", "zero"};

const char *
tax_class_name(enum tax_class c)
{
	ASSERT(c < TAX__MAX);
	return names[c];
}

bool
tax_class_find(struct str name, enum tax_class *out)
{
	for (int i = 0; i < TAX__MAX; i++)
		if (str_eq_z(name, names[i])) {
			*out = (enum tax_class)i;
			return true;
		}
	return false;
}

static struct tax_rates
rates_of(const struct territory *t)
{
	return (struct tax_rates){{[TAX_STANDARD] = t->standard_bp, [TAX_REDUCED] = t->reduced_bp}};
}

struct tax_rates
tax_rates_for(const struct tax_rules *rules, enum country to, struct str postcode)
{
	struct territory home = territory_of(rules->origin, STR_NONE), there = home;

	if (to != COUNTRY_NONE)
		there = territory_of(to, postcode);
	if (there.state != COUNTRY_NONE && there.state == home.state)
		return rates_of(&there);
	if (there.zone == COUNTRY_EU && home.zone == COUNTRY_EU)
		return rates_of(rules->one_stop ? &there : &home);
	return (struct tax_rates){{0}};
}

bool
tax_split(int64_t shown_minor, int32_t rate_bp, bool included, struct tax_split *out, struct err *e)
{
	int64_t tax;

	ASSERT(rate_bp >= 0);
	if (!num_mul_div(shown_minor, rate_bp, included ? TAX_BP_ONE + rate_bp : TAX_BP_ONE, &tax))
		return err_set(e, ERR_LIMIT, "tax on %lld is too large", (long long)shown_minor);
	out->tax_minor = tax;
	if (included) {
		out->gross_minor = shown_minor;
		out->net_minor = shown_minor - tax;
		return true;
	}
	out->net_minor = shown_minor;
	return num_add(shown_minor, tax, &out->gross_minor)
	    || err_set(e, ERR_LIMIT, "amount with tax is too large");
}
