/* order.h - an order as stored: copies of everything that was agreed.
 *
 * Later changes of catalogue, rules or texts never change an order. */
#ifndef KONTOR_SHOP_ORDER_H
#define KONTOR_SHOP_ORDER_H

#include "shop/checkout.h"
#include "shop/order_state.h"

struct order_line {
	uint64_t variant_id, product_id;
	struct str sku, title, options, image_hash;
	struct str handle;	  /* set when read: the product's present handle, or none */
	int64_t image_w, image_h; /* set when read: size of the picture; 0: it no longer exists */
	int qty;
	int64_t unit_minor, line_minor, tax_minor; /* prices as shown */
	int32_t tax_bp;
	int64_t stock_taken; /* 0: not tracked, nothing to restock */
};

struct order_tax {
	int32_t bp;
	int64_t base_minor, tax_minor;
};

#define ORDER_CLIENT_B 16

struct order {
	uint64_t id, session_id;
	uint64_t version; /* set when read: 1, and more with every change */
	struct str number;
	uint8_t key[CART_KEY_B];
	struct order_states states;
	struct str lang;
	currency cur;
	bool tax_included;
	int64_t lines_minor, shipping_minor, tax_minor, total_minor;
	int64_t shipping_net_minor; /* for the ledger */
	struct address address, billing;
	bool billed_elsewhere; /* `billing` is given */
	enum shipping shipping;
	enum payment payment;
	struct str note, terms_version;
	struct str early_version; /* of the consent to an early download; none: there was no download */
	int64_t early_at;         /* its time; 0: none */
	int64_t created_at, expires_at; /* expires_at 0: never */
	struct str client; /* of an unpaid order: ORDER_CLIENT_B bytes that stand for its buyer, or none */
	struct order_line *lines;
	size_t n;
	struct order_tax *taxes;
	size_t n_taxes;
};

/* Makes an order from a complete plan, in the states after event PLACE. The store assigns id and number. `now_s` is
 * also the time of consent to the terms, and to the early delivery of downloads, which the caller makes sure of.
 * ERR_CONFLICT when the plan is not orderable. */
MUST_USE bool order_from_plan(struct arena *, const struct shop_rules *, const struct cart *,
    const struct checkout_plan *, int64_t now_s, struct order *, struct err *);

struct order_facts order_facts(const struct order *);

/* Checks the order's sums: lines + shipping (+ tax when not included) = total, taxes add up, and each line is unit *
 * quantity. The error names the sum that is wrong. */
MUST_USE bool order_adds_up(const struct order *, struct err *);

#endif
