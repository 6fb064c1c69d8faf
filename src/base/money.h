/* money.h - exact amounts: int64 minor units with their currency.
 *
 * Never a float. Overflow is an error, not a wrong figure. The only rounding rule is half away from zero. Formatting
 * for readers depends on the language and is done in view/format.h. */
#ifndef KONTOR_BASE_MONEY_H
#define KONTOR_BASE_MONEY_H

#include "base/err.h"
#include "base/str.h"

/* Index into the table of currency.def, from 1; 0 is no currency. */
typedef uint8_t currency;

struct money {
	int64_t minor;
	currency cur;
};

/* ISO 4217 code to currency; false: not in the table. */
MUST_USE bool currency_find(struct str code, currency *out);
bool currency_known(currency);	       /* checks an index that comes from outside */
const char *currency_code(currency);   /* "EUR" */
int currency_digits(currency);	       /* minor digits: EUR 2, JPY 0, KWD 3 */

/* "12.5" to minor units of the currency; ERR_INPUT: not an amount. */
MUST_USE bool money_parse(struct str, currency, struct money *out, struct err *);

/* "12.50", as in JSON-LD and CSV. */
struct str money_plain(struct arena *, struct money);

#endif
