#include "shop/order_number.h"

#include "base/num.h"

/* A quasigroup of order 10 with no fixed points (Damm, 2004). */
static const uint8_t damm[10][10] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

/* 0 when the digits end in their own check digit. */
static unsigned
check_digit(struct str digits)
{
	unsigned interim = 0;

	for (size_t i = 0; i < digits.n; i++)
		interim = damm[interim][digits.p[i] - '0'];
	return interim;
}

struct str
order_number(struct arena *a, struct str prefix, uint64_t order_id)
{
	struct str digits = str_fmt(a, "%llu", (unsigned long long)(ORDER_NUMBER_FIRST + order_id));

	return str_fmt(a, "%.*s%.*s%u", STR_ARG(prefix), STR_ARG(digits), check_digit(digits));
}

bool
order_number_parse(struct str prefix, struct str typed, uint64_t *order_id)
{
	struct str digits;
	uint64_t n;

	typed = str_trim(typed);
	if (typed.n < prefix.n + 2 || !str_eq_case(str_head(typed, prefix.n), prefix))
		return false;
	digits = str_from(typed, prefix.n);
	if (!num_u64(str_head(digits, digits.n - 1), ORDER_NUMBER_FIRST, UINT64_MAX, &n)
	    || digits.p[digits.n - 1] < '0' || digits.p[digits.n - 1] > '9' || check_digit(digits) != 0)
		return false;
	*order_id = n - ORDER_NUMBER_FIRST;
	return true;
}
