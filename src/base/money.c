#include "base/money.h"

#include "base/num.h"

static const struct {
	const char *code;
	int digits;
} currencies[] = {
    {"", 0},	{"EUR", 2}, {"USD", 2}, {"GBP", 2}, {"CHF", 2}, {"CNY", 2}, {"JPY", 0}, {"SEK", 2}, {"NOK", 2},
    {"DKK", 2}, {"PLN", 2}, {"CZK", 2}, {"HUF", 2}, {"RON", 2}, {"BGN", 2}, {"ISK", 0}, {"TRY", 2}, {"UAH", 2},
    {"CAD", 2}, {"AUD", 2}, {"NZD", 2}, {"HKD", 2}, {"TWD", 2}, {"SGD", 2}, {"KRW", 0}, {"INR", 2}, {"THB", 2},
    {"MYR", 2}, {"IDR", 2}, {"PHP", 2}, {"VND", 0}, {"BRL", 2}, {"MXN", 2}, {"ARS", 2}, {"CLP", 0}, {"ZAR", 2},
    {"ILS", 2}, {"AED", 2}, {"SAR", 2}, {"EGP", 2}, {"MAD", 2}, {"TND", 3}, {"KWD", 3}, {"BHD", 3}, {"JOD", 3},
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
