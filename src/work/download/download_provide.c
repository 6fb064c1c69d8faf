#include "work/download/download_provide.h"

#include "plat/text/digest.h"
#include "store/download/download_store.h"
#include "store/order/order_change.h"

/* The staff may have sent, cancelled or paid it back meanwhile. */
static bool
unless_refused(bool ok, struct err *e)
{
	if (!ok && e->kind == ERR_CONFLICT) {
		err_clear(e);
		return true;
	}
	return ok;
}

static bool
send(struct db *db, struct arena *a, const struct download_paid *p, struct err *e)
{
	unsigned long long id = p->event_id;
	uint8_t key[DIGEST_B], arrived[DIGEST_B];
	struct order_act act = {.order_id = p->order_id, .actor = "job", .key = str_n(key, ORDER_KEY_B)};
	struct order_parcel parcel = {.pieces = {.all = true}};
	struct order_done done;

	_Static_assert(DIGEST_B == ORDER_KEY_B, "an action's key is a digest");
	if (!digest(str_fmt(a, "provide/%llu", id), key, e) || !digest(str_fmt(a, "provided/%llu", id), arrived, e))
		return false;
	if (!order_ship(db, a, &act, &parcel, &done, e))
		return unless_refused(false, e);
	/* what can be fetched has arrived */
	act.key = str_n(arrived, ORDER_KEY_B);
	return unless_refused(order_deliver(db, a, &act, done.made, &done, e), e);
}

bool
download_provide(
    struct db *db, struct arena *a, const struct conf *conf, const struct download_paid *p, struct err *e)
{
	struct download_regrant first = {.order_id = p->order_id,
	    .terms = {conf->download_times, conf->download_days},
	    .first = true,
	    .now_s = p->now_s};
	bool whole;

	if (p->is_free && !unless_refused(download_grant(db, a, &first, e), e))
		return false;
	if (!p->all_digital)
		return true;
	return grant_is_whole(db, a, p->order_id, &whole, e) && (!whole || send(db, a, p, e));
}
