/* order_list.h - lists of orders for the shop's staff.
 *
 * One filter drives a list: it reads order ids from an index, in the order of the list, after the last order seen. All
 * other filters are checked on these orders. A list without other filters reads a page and one row more; with other
 * filters it looks at no more than ORDER_LIST_WINDOW orders, and its end is where the next call goes on. */
#ifndef KONTOR_STORE_ORDER_ORDER_LIST_H
#define KONTOR_STORE_ORDER_ORDER_LIST_H

#include "plat/db/db.h"
#include "shop/order.h"

#define ORDER_LIST_WINDOW 2000
#define ORDER_LIST_MAX 1000 /* orders in a page */
#define ORDER_LIST_ANY (-1)

struct order_filter {
	int queue, state, payment, fulfilment; /* ORDER_LIST_ANY */
	struct str country, email, sku;        /* none: any */
	struct str words;                      /* of names, addresses, mail and phone */
	int64_t from_s, to_s;                  /* placed in this time, both included; 0: no bound */
	int64_t min_minor, max_minor;          /* of the total; INT64_MIN, INT64_MAX: any */
	uint64_t after;                        /* the last order seen; 0: none */
	unsigned limit;                        /* 1 to ORDER_LIST_MAX */
};

struct order_head {
	uint64_t id, version;
	struct str number, country, email, name, company, delivery, payment, currency;
	int64_t created_at, total_minor;
	struct order_states states;
	int queue; /* 0: none */
	bool has_note;
};

struct order_list {
	struct order_head *v;
	size_t n;
	bool more;        /* there are orders after `last_id` that were not looked at */
	uint64_t last_id; /* the last order looked at; 0: none */
	int64_t last_at;  /* when it was placed */
	struct str last_number;
};

/* The lists in which somebody has to do something: the column orders.queue. "": not a queue. An order can be in two;
 * its name is that of the first, and order_queue_shown() has both. */
const char *order_queue_name(int queue);
const char *order_queue_shown(int queue);
MUST_USE bool order_queue_find(struct str name, int *queue);

struct order_filter order_filter_all(void);

/* A queue lists the oldest order first, all other lists the newest. ERR_INPUT when `words` has none. */
MUST_USE bool order_list_get(
    struct db *, struct arena *, const struct order_filter *, struct order_list *, struct err *);

/* The order with this number, in any case and with or without the prefix. ERR_NOT_FOUND. */
MUST_USE bool order_id_of(struct db *, struct arena *, struct str prefix, struct str typed, uint64_t *id, struct err *);

#endif
