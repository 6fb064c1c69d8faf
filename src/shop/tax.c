#include "shop/tax.h"

#include "base/num.h"

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
rates_of(enum country c)
{
	const struct country_info *info = country_info(c);

	return (struct tax_rates){{[TAX_STANDARD] = info->standard_bp, [TAX_REDUCED] = info->reduced_bp}};
}

static bool
in_eu(enum country c)
{
	return c != COUNTRY_NONE && country_info(c)->zone == COUNTRY_EU;
}

struct tax_rates
tax_rates_for(const struct tax_rules *rules, enum country to)
{
	if (to == COUNTRY_NONE || to == rules->origin)
		return rates_of(rules->origin);
	if (in_eu(to) && in_eu(rules->origin))
		return rates_of(rules->one_stop ? to : rules->origin);
	return rates_of(COUNTRY_NONE);
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
