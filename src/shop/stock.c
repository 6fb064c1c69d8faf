#include "shop/stock.h"

#include "base/err.h"

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

const char *
stock_avail_name(enum stock_avail s)
{
	switch (s) {
	case STOCK_SOLD_OUT: return "sold_out";
	case STOCK_FEW: return "low";
	case STOCK_PLENTY: return "in_stock";
	case STOCK_ON_ORDER: return "on_order";
	}
	err_assert_failed("stock_avail", ERR_PLACE_);
}

int64_t
stock_sellable(const struct stock *s, int64_t wanted)
{
	if (!s->tracked || s->sell_over || s->on_hand >= wanted)
		return wanted;
	return s->on_hand > 0 ? s->on_hand : 0;
}
