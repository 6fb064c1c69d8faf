#include "store/order/order_receipt.h"

#include <string.h>

#include "base/clock.h"
#include "plat/control/control.h"

void
order_receipt_init(struct order_receipt *x, const struct order_guard *guard)
{
	*x = (struct order_receipt){.guard = guard, .slot = RECEIPT_NO_SLOT};
}

void
order_receipt_prepare(struct order_receipt *x, const struct order *o, uint64_t identity)
{
	const struct receipt_buyer buyer = {.name = o->address.field[ADDRESS_NAME],
	    .mail = o->address.field[ADDRESS_EMAIL],
	    .phone = o->address.field[ADDRESS_PHONE]};
	uint64_t seq = x->own.seq; /* of an earlier attempt, whose slot is used again */

	if (x->guard == NULL)
		return;
	x->own = (struct receipt){
	    .seq = seq, .id = o->id, .identity = identity, .at_s = o->created_at, .total_minor = o->total_minor};
	str_copy(x->own.currency, sizeof(x->own.currency), str_z(currency_code(o->cur)));
	str_copy(x->own.number, sizeof(x->own.number), o->number);
	receipt_hash(str_n(o->key, sizeof(o->key)), x->own.key_hash);
	receipt_seal(x->guard->receipts, &buyer, &x->own);
}

bool
order_receipt_intent(struct order_receipt *x, struct err *e)
{
	return x->guard == NULL || receipt_intent(x->guard->receipts, &x->own, &x->slot, e);
}

/* The order of an earlier submit: its intent may still lack the acknowledgement, or be on another host. */
static bool
acknowledge_found(
    struct order_receipt *x, struct db *db, struct arena *a, const struct order_shown *shown, struct err *e)
{
	struct receipts *rs = x->guard->receipts;
	struct receipt like = {.id = shown->id}, r;
	struct order o;

	receipt_hash(shown->key, like.key_hash);
	if (receipt_find(rs, &like, &r, &x->slot))
		return r.acknowledged_s != 0 || receipt_acknowledge(rs, x->slot, &r, clock_utc_s(), e);
	if (!order_get(db, a, shown->token_hash, &o, e))
		return false;
	memcpy(o.key, shown->key.p, sizeof(o.key));
	x->slot = RECEIPT_NO_SLOT;
	order_receipt_prepare(x, &o, control_identity(x->guard->control));
	return order_receipt_intent(x, e) && receipt_acknowledge(rs, x->slot, &x->own, clock_utc_s(), e);
}

void
order_receipt_acknowledge(struct order_receipt *x, struct db *db, struct arena *a, const struct order_shown *shown)
{
	struct err e = {0};
	bool ok;

	if (x->guard == NULL)
		return;
	control_order_acknowledged(x->guard->control, shown->id, x->guard->window_ns);
	ok = x->slot != RECEIPT_NO_SLOT && x->own.id == shown->id
	         ? receipt_acknowledge(x->guard->receipts, x->slot, &x->own, clock_utc_s(), &e)
	         : acknowledge_found(x, db, a, shown, &e);
	if (ok)
		return;
	stats_add(control_stats(x->guard->control), STAT_receipts_failed, 1);
	log_put(LOG_ERROR, "event=receipt_failed order=%llu place=%s msg=\"%s\"", (unsigned long long)shown->id,
	    e.place, e.msg);
}
