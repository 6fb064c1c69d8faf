/* order_look.h - an order as the shop's staff see it: with its pieces, parcels, returns, money, notes and events. */
#ifndef KONTOR_STORE_ORDER_ORDER_LOOK_H
#define KONTOR_STORE_ORDER_ORDER_LOOK_H

#include "plat/db/db.h"
#include "shop/order.h"
#include "store/download/grant_store.h"

/* Of a line: ordered = open + sent + cut. */
struct look_pieces {
	int pos;
	int64_t sent, cut, back; /* back: received again */
};

/* Pieces of a parcel or a return. */
struct look_part {
	uint64_t of; /* the parcel or return */
	int pos;
	int64_t qty, received, restocked; /* of a return: qty was announced */
	unsigned goods;                   /* condition */
};

struct look_parcel {
	uint64_t id;
	struct str carrier, tracking, url;
	int64_t sent_at, delivered_at; /* 0: not yet */
};

struct look_return {
	uint64_t id;
	bool withdrawal;
	uint8_t state;
	struct str reason;
	int64_t asked_at, deadline; /* 0: none */
};

struct look_money {
	uint64_t id;
	bool refund, by_hand;
	uint8_t state; /* of a refund */
	struct str provider, ref, currency;
	int64_t amount_minor, at;
	uint64_t return_id;
};

struct look_note {
	uint64_t id;
	bool to_buyer;
	struct str actor, text;
	int64_t at;
};

struct look_event {
	enum order_machine machine;
	uint8_t event, from, to;
	struct str actor, why;
	int64_t at;
};

struct order_look {
	struct order o;
	int queue; /* 0: none */
	struct order_account account;
	struct look_pieces *pieces; /* as o.lines */
	struct look_parcel *parcels;
	struct look_return *returns;
	struct look_part *parcel_parts, *return_parts;
	struct look_money *money; /* payments, then refunds */
	struct look_note *notes;
	struct look_event *events;
	struct downloads files; /* with n_codes and takes, for the staff only */
	struct grant_takes takes;
	int64_t n_codes;
	size_t n_parcels, n_returns, n_parcel_parts, n_return_parts, n_money, n_notes, n_events;
};

/* ERR_NOT_FOUND when there is no such order. */
MUST_USE bool order_look(struct db *, struct arena *, uint64_t order_id, struct order_look *, struct err *);

/* The same without notes and queue, which are the staff's: for programs that write to the buyer. */
MUST_USE bool order_look_outside(struct db *, struct arena *, uint64_t order_id, struct order_look *, struct err *);

/* The line at a position; NULL when there is none. */
const struct order_line *order_look_line(const struct order_look *, int pos);

/* The variant that is sold under a SKU, and its tax class. ERR_NOT_FOUND; ERR_CONFLICT when several have it. */
struct order_goods_found {
	uint64_t variant_id;
	enum tax_class tax;
};
MUST_USE bool order_goods_find(struct db *, struct arena *, struct str sku, struct order_goods_found *, struct err *);

const char *look_goods_name(unsigned goods); /* "as_new", "used", "broken" */
const char *look_return_state(const struct look_return *);
const char *look_refund_state(const struct look_money *);
const char *look_event_name(const struct look_event *);
const char *look_machine_name(const struct look_event *);

#endif
