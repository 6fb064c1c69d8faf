#include "shop/payment.h"

#include "base/buf.h"

#define IBAN_MIN 15
#define IBAN_MAX 34
#define IBAN_PRIME 97 /* ISO 7064 */

static const struct {
	const char *code;
	bool prepaid, expires;
} infos[PAYMENT__MAX] = {
#define PAYMENT(id, code, prepaid, expires, help) [PAYMENT_##id] = {code, prepaid, expires},
#include "shop/payment.def"
#undef PAYMENT
};

const char *
payment_code(enum payment p)
{
	ASSERT(p < PAYMENT__MAX);
	return infos[p].code;
}

bool
payment_find(struct str code, enum payment *out)
{
	for (int i = 0; i < PAYMENT__MAX; i++)
		if (str_eq_z(code, infos[i].code)) {
			*out = (enum payment)i;
			return true;
		}
	return false;
}

bool
payment_prepaid(enum payment p)
{
	ASSERT(p < PAYMENT__MAX);
	return infos[p].prepaid;
}

bool
payment_expires(enum payment p)
{
	ASSERT(p < PAYMENT__MAX);
	return infos[p].expires;
}

enum payment
payment_meant(enum payment p, enum shipping s)
{
	return p == PAYMENT_ON_DELIVERY && s == SHIPPING_PICKUP ? PAYMENT_AT_PICKUP : p;
}

bool
payment_offered(enum payment p, enum shipping s, enum shipping_zone zone, bool costs)
{
	switch (p) {
	case PAYMENT_TRANSFER: return costs;
	case PAYMENT_ON_DELIVERY: return costs && s == SHIPPING_STANDARD && zone == SHIPPING_HOME;
	case PAYMENT_AT_PICKUP: return costs && s == SHIPPING_PICKUP;
	case PAYMENT_FREE: return !costs;
	case PAYMENT__MAX: break;
	}
	return false;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The check digits fit: the IBAN from its fifth character on, then its first four, as one number; letters are 10 to
 * 35. */
static bool
iban_fits(struct str s)
{
	unsigned rest = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[(i + 4) % s.n];

		if (is_digit(c))
			rest = (rest * 10 + (unsigned)(c - '0')) % IBAN_PRIME;
		else
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % IBAN_PRIME;
	}
	return s.n >= IBAN_MIN && rest == 1;
}

/* The IBAN with which the text begins, up to the last end of a word where the check digits fit; none if there is no
 * such place. */
static struct str
iban_read(struct arena *a, struct str text, size_t *end)
{
	struct str found = STR_NONE;
	struct buf b;

	buf_init(&b, a, IBAN_MAX + 1);
	for (size_t i = 0; i < text.n && b.n < IBAN_MAX; i++) {
		char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : ' ';

		if (c == ' ' && b.n > 0)
			continue;
		if (b.n < 2 ? !is_upper(c) : b.n < 4 ? !is_digit(c) : !is_upper(c) && !is_digit(c))
			break;
		buf_ch(&b, c);
		if (!is_upper(next) && !is_digit(next) && iban_fits(buf_str(&b))) {
			found = buf_str(&b);
			*end = i + 1;
		}
	}
	return found;
}

bool
payment_iban(struct arena *a, struct str line, struct str *shown, struct str *iban)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t end = 0;
		struct buf b;

		if (i > 0 && (is_upper(line.p[i - 1]) || is_digit(line.p[i - 1])))
			continue;
		*iban = iban_read(a, str_from(line, i), &end);
		if (iban->n == 0)
			continue;
		buf_init(&b, a, line.n + IBAN_MAX);
		buf_put(&b, str_head(line, i));
		for (size_t k = 0; k < iban->n; k++) {
			if (k > 0 && k % 4 == 0)
				buf_ch(&b, ' ');
			buf_ch(&b, iban->p[k]);
		}
		buf_put(&b, str_from(line, i + end));
		*shown = buf_str(&b);
		return true;
	}
	return false;
}
