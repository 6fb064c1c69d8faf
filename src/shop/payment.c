#include "shop/payment.h"

static const struct {
	const char *code;
	bool prepaid;
} infos[PAYMENT__MAX] = {
#define PAYMENT(id, code, prepaid, help) [PAYMENT_##id] = {code, prepaid},
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
payment_offered(enum payment p, enum shipping s, enum shipping_zone zone, bool costs)
{
	switch (p) {
	case PAYMENT_TRANSFER: return costs;
	case PAYMENT_ON_DELIVERY:
		return costs && (s == SHIPPING_PICKUP || (s == SHIPPING_STANDARD && zone == SHIPPING_HOME));
	case PAYMENT_FREE: return !costs;
	case PAYMENT__MAX: break;
	}
	return false;
}
