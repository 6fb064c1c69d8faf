#include "base/money.h"

#include "base/num.h"

static const struct {
	const char *code;
	int digits;
} currencies[] = {
    {"", 0},
#define CURRENCY(code, digits) {#code, digits},
#include "base/currency.def"
#undef CURRENCY
};

bool
currency_find(struct str code, currency *out)
{
	for (size_t i = 1; i < ARRAY_LEN(currencies); i++)
		if (str_eq_z(code, currencies[i].code)) {
			*out = (currency)i;
			return true;
		}
	return false;
}

bool
currency_known(currency c)
{
	return c < ARRAY_LEN(currencies);
}

const char *
currency_code(currency c)
{
	ASSERT(c < ARRAY_LEN(currencies));
	return currencies[c].code;
}

int
currency_digits(currency c)
{
	ASSERT(c < ARRAY_LEN(currencies));
	return currencies[c].digits;
}

bool
money_parse(struct str s, currency c, struct money *out, struct err *e)
{
	out->cur = c;
	return num_decimal(s, currency_digits(c), &out->minor)
	    || err_set(e, ERR_INPUT, "'%.*s' is not an amount of %s", (int)(s.n > 40 ? 40 : s.n),
		   s.p == NULL ? "" : s.p, currency_code(c));
}

struct str
money_plain(struct arena *a, struct money m)
{
	int digits = currency_digits(m.cur);
	uint64_t u = m.minor < 0 ? ~(uint64_t)m.minor + 1 : (uint64_t)m.minor, unit = 1;

	for (int i = 0; i < digits; i++)
		unit *= 10;
	if (digits == 0)
		return str_fmt(a, "%s%llu", m.minor < 0 ? "-" : "", (unsigned long long)u);
	return str_fmt(a, "%s%llu.%0*llu", m.minor < 0 ? "-" : "", (unsigned long long)(u / unit), digits,
	    (unsigned long long)(u % unit));
}
