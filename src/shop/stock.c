#include "shop/stock.h"

static const struct {
	const char *name;
	bool by_hand;
} reasons[STOCK_REASON__MAX] = {
#define STOCK_REASON(id, value, name, by_hand, help) [value] = {name, by_hand},
#include "shop/stock_reason.def"
#undef STOCK_REASON
};

const char *
stock_reason_name(enum stock_reason r)
{
	return r < STOCK_REASON__MAX ? reasons[r].name : "";
}

bool
stock_reason_find(struct str name, enum stock_reason *out)
{
	for (int r = 0; r < STOCK_REASON__MAX; r++)
		if (reasons[r].by_hand && str_eq_z(name, reasons[r].name)) {
			*out = (enum stock_reason)r;
			return true;
		}
	return false;
}

enum stock_avail
stock_avail(const struct stock *s)
{
	if (!s->tracked || s->on_hand > STOCK_LOW)
		return STOCK_PLENTY;
	if (s->on_hand > 0)
		return STOCK_FEW;
	return s->sell_over ? STOCK_ON_ORDER : STOCK_SOLD_OUT;
}

enum stock_avail
stock_better(enum stock_avail a, enum stock_avail b)
{
	static const int rank[] = {
	    [STOCK_SOLD_OUT] = 0,
	    [STOCK_ON_ORDER] = 1,
	    [STOCK_FEW] = 2,
	    [STOCK_PLENTY] = 3,
	};

	return rank[a] >= rank[b] ? a : b;
}

int64_t
stock_sellable(const struct stock *s, int64_t wanted)
{
	if (!s->tracked || s->sell_over || s->on_hand >= wanted)
		return wanted;
	return s->on_hand > 0 ? s->on_hand : 0;
}
