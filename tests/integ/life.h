/* life.h - shared by the tests of changes of orders: an order to begin with, and random actions on it. */
#ifndef KONTOR_TESTS_LIFE_H
#define KONTOR_TESTS_LIFE_H

#include "order.h"
#include "store/order/order_change.h"

/* Every action that somebody can take. */
enum life_verb {
	LIFE_PAY,
	LIFE_PAY_PART,
	LIFE_PAY_MORE,
	LIFE_SHIP_ONE,
	LIFE_SHIP_ALL,
	LIFE_DELIVER,
	LIFE_CANCEL_ALL,
	LIFE_CANCEL_ONE,
	LIFE_REFUND_OWED,
	LIFE_REFUND_AMOUNT,
	LIFE_REFUND_ALL,
	LIFE_SETTLE_DONE,
	LIFE_SETTLE_UNKNOWN,
	LIFE_SETTLE_REFUSED,
	LIFE_RETURN_ONE,
	LIFE_WITHDRAW_ALL,
	LIFE_RECEIVE_ONE,
	LIFE_RECEIVE_ALL,
	LIFE_RETURN_REFUSE,
	LIFE_REFUND_RETURN,
	LIFE_ADD,
	LIFE_ADD_FREE,
	LIFE_NOTE,
	LIFE_ADDRESS,
	LIFE_EXPIRE,
	LIFE__MAX, /* of those that are tried at random */
	LIFE_REFUND_HAND,
	LIFE_RETURN_ALL,
	LIFE_DELIVER_FIRST,
	LIFE_LATE
};

struct life {
	struct shop *s;
	uint64_t order;
	struct order_done done; /* of the last action */
	int64_t owed_minor;     /* as last seen */
	int64_t paid_minor;     /* by the last payment */
	uint64_t refund, ret;   /* the last ones that were made */
	uint64_t parcel; /* the first one */
};

/* An action with a new key. */
static inline struct order_act
life_act(uint64_t order, uint8_t key[ORDER_KEY_B])
{
	secret_random(key, ORDER_KEY_B);
	return (struct order_act){.order_id = order, .key = str_n(key, ORDER_KEY_B), .actor = "anna", .why = STR("")};
}

static inline bool
life_pay(struct life *l, int64_t amount_minor, struct str ref, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);
	struct order_money m = {
	    .amount_minor = amount_minor, .cur = l->s->rules.cur, .provider = STR("transfer"), .ref = ref};

	l->paid_minor = amount_minor;
	return order_pay(l->s->db, &l->s->a, &act, &m, &l->done, e);
}

static inline bool
life_cancel(struct life *l, struct order_pieces pieces, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_cancel(l->s->db, &l->s->a, &act, &pieces, &l->done, e);
}

static inline bool
life_ship(struct life *l, struct order_pieces pieces, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);
	struct order_parcel p = {.carrier = STR("DHL"), .tracking = STR(""), .url = STR(""), .pieces = pieces};

	if (!order_ship(l->s->db, &l->s->a, &act, &p, &l->done, e))
		return false;
	if (l->parcel == 0)
		l->parcel = l->done.made;
	return true;
}

static inline bool
life_refund(struct life *l, const struct order_refund_ask *ask, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	if (!order_refund(l->s->db, &l->s->a, &act, ask, &l->done, e))
		return false;
	l->refund = l->done.made;
	return true;
}

static inline bool
life_settle(struct life *l, uint8_t state, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_refund_settle(
	    l->s->db, &l->s->a, &act, &(struct order_refund_answer){l->refund, state, STR("")}, &l->done, e);
}

static inline bool
life_return(struct life *l, enum order_return_kind kind, struct order_pieces pieces, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);
	const struct order_return_ask ask = {.kind = kind, .pieces = pieces};

	if (!order_return_ask(l->s->db, &l->s->a, &act, &ask, &l->done, e))
		return false;
	l->ret = l->done.made;
	return true;
}

static inline bool
life_receive(struct life *l, struct order_pieces pieces, bool restock, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_return_receive(l->s->db, &l->s->a, &act,
	    &(struct order_return_goods){.return_id = l->ret, .pieces = pieces, .restock = restock}, &l->done, e);
}

static inline bool
life_expire(struct life *l, struct err *e)
{
	unsigned n;

	run_sql(str_fmt(
	    &l->s->a, "UPDATE orders SET expires_at = 5 WHERE id = %llu AND expires_at IS NOT NULL;",
	    (unsigned long long)l->order)
		    .p);
	if (!order_expire(l->s->db, &l->s->a, clock_utc_s(), 1, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_CONFLICT, "not due");
}

static inline bool
life_deliver(struct life *l, uint64_t parcel, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_deliver(l->s->db, &l->s->a, &act, parcel, &l->done, e);
}

static inline bool
life_refuse(struct life *l, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_return_refuse(l->s->db, &l->s->a, &act, l->ret, &l->done, e);
}

static inline bool
life_note(struct life *l, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_note(l->s->db, &l->s->a, &act, &(struct order_note){STR("Ring \"twice\""), true}, &l->done, e);
}

static inline bool
life_address(struct life *l, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);
	struct address to = draft_with("transfer").address;

	to.field[ADDRESS_STREET] = STR("Markt 2");
	return order_address(l->s->db, &l->s->a, &act, &(struct order_readdress){ADDRESS_DELIVERY, &to}, &l->done, e);
}

static inline bool
life_add(struct life *l, unsigned variant, int64_t unit_minor, struct err *e)
{
	uint8_t key[ORDER_KEY_B];
	struct order_act act = life_act(l->order, key);

	return order_add(l->s->db, &l->s->a, &act, &(struct order_addition){variant, 1, unit_minor, 1900}, &l->done, e);
}

#define LIFE_ALL ((struct order_pieces){.all = true})
#define LIFE_ONE(n_) ((struct order_pieces){.v = &(struct order_piece){(n_), 1}, .n = 1})

/* Takes the action; `n` is the line where it concerns one piece, or an amount. */
static inline bool
life_do(struct life *l, enum life_verb verb, int n, struct err *e)
{
	int64_t owed = l->owed_minor > 0 ? l->owed_minor : 500;

	switch (verb) {
	case LIFE_PAY: return life_pay(l, owed, STR(""), e);
	case LIFE_PAY_PART: return life_pay(l, owed > 1 ? owed / 2 : 1, STR(""), e);
	case LIFE_PAY_MORE: return life_pay(l, owed + 70, STR(""), e);
	case LIFE_SHIP_ONE: return life_ship(l, LIFE_ONE(n), e);
	case LIFE_SHIP_ALL: return life_ship(l, LIFE_ALL, e);
	case LIFE_DELIVER: return life_deliver(l, 0, e);
	case LIFE_CANCEL_ALL: return life_cancel(l, LIFE_ALL, e);
	case LIFE_CANCEL_ONE: return life_cancel(l, LIFE_ONE(n), e);
	case LIFE_REFUND_OWED: return life_refund(l, &(struct order_refund_ask){.by_hand = true}, e);
	case LIFE_REFUND_AMOUNT: return life_refund(l, &(struct order_refund_ask){.amount_minor = 130}, e);
	case LIFE_REFUND_ALL:
		return life_refund(
		    l, &(struct order_refund_ask){.pieces = LIFE_ALL, .delivery = true, .by_hand = true}, e);
	case LIFE_SETTLE_DONE: return life_settle(l, ORDER_REFUND_DONE, e);
	case LIFE_SETTLE_UNKNOWN: return life_settle(l, ORDER_REFUND_UNKNOWN, e);
	case LIFE_SETTLE_REFUSED: return life_settle(l, ORDER_REFUND_REFUSED, e);
	case LIFE_RETURN_ONE: return life_return(l, ORDER_RETURN_PLAIN, LIFE_ONE(n), e);
	case LIFE_WITHDRAW_ALL: return life_return(l, ORDER_RETURN_WITHDRAWAL, LIFE_ALL, e);
	case LIFE_RECEIVE_ONE: return life_receive(l, LIFE_ONE(n), true, e);
	case LIFE_RECEIVE_ALL: return life_receive(l, LIFE_ALL, false, e);
	case LIFE_RETURN_REFUSE: return life_refuse(l, e);
	case LIFE_REFUND_RETURN: return life_refund(l, &(struct order_refund_ask){.return_id = l->ret}, e);
	case LIFE_ADD: return life_add(l, 301, 700, e);
	case LIFE_ADD_FREE: return life_add(l, 302, 0, e);
	case LIFE_NOTE: return life_note(l, e);
	case LIFE_ADDRESS: return life_address(l, e);
	case LIFE_REFUND_HAND: return life_refund(l, &(struct order_refund_ask){.amount_minor = n, .by_hand = true}, e);
	case LIFE_RETURN_ALL: return life_return(l, ORDER_RETURN_PLAIN, LIFE_ALL, e);
	case LIFE_DELIVER_FIRST: return life_deliver(l, l->parcel, e);
	case LIFE_LATE:
		run_sql("UPDATE return_case SET asked_at = deadline + 1 WHERE deadline IS NOT NULL;");
		return true;
	default: return life_expire(l, e);
	}
}

/* Goods that all orders of these tests are of: 302 is not tracked, 303 is free. */
static inline void
life_goods(void)
{
	if (number("SELECT COUNT(*) FROM product WHERE id = %d", 301) > 0)
		return;
	put_goods(301, 1000, 100000, true);
	put_goods(302, 500, 0, false);
	put_goods(303, 0, 1000, true);
}

/* Kinds of orders: how they are sent and paid. */
enum life_kind { LIFE_TRANSFER, LIFE_ON_DELIVERY, LIFE_COLLECTED, LIFE_FREE, LIFE_AT_PICKUP };

/* A new order: two pieces of each. The free one is of two pieces of 303. */
static inline struct life
life_begin(struct shop *s, enum life_kind kind)
{
	static const unsigned variants[] = {301, 302, 303};
	static const char *const payments[] = {"transfer", "on_delivery", "transfer", "free", "at_pickup"};
	struct checkout_draft draft = draft_with(payments[kind]);
	struct order_placed placed;
	struct submit sub;
	struct err e;

	s->rules.expiry_s[PAYMENT_AT_PICKUP] = 86400;
	if (kind == LIFE_COLLECTED || kind == LIFE_FREE || kind == LIFE_AT_PICKUP)
		draft.shipping = STR("pickup");
	prepare_draft(s, kind == LIFE_FREE ? &variants[2] : variants, kind == LIFE_FREE ? 1 : 2, 2, draft, &sub);
	ck_ok(place(s, &sub, &placed, &e), &e);
	return (struct life){.s = s, .order = placed.id, .owed_minor = sub.total_minor};
}

#endif
