/* order_do.h - shared by the verbs of `kontor order` that change an order: options, pieces, the result. */
#ifndef KONTOR_CMD_ORDER_ORDER_DO_H
#define KONTOR_CMD_ORDER_ORDER_DO_H

#include "cmd/order/order.h"
#include "store/order/order_change.h"

enum { ORDER_REFUSED = 3 }; /* exit status: the state of the order does not allow it, or somebody else changed it */

struct order_try {
	struct cmd *c;
	struct db *db;
	struct order_look look; /* the order before */
	struct order_act act;
	uint8_t key[ORDER_KEY_B];
	struct order_done done;
	struct err e;
	const char *why, *key_text;
	uint64_t version;
	bool dry_run, json;
};

/* Reads the options, those of the verb and the common ones, and the order that the first operand names. False for wrong
 * usage, or with t->e. */
MUST_USE bool order_try_open(struct order_try *, struct cmd *, const struct cmd_option *own, size_t n);

/* Operands from `from` on, each LINE=PIECES. Without any: all. ERR_INPUT. */
MUST_USE bool order_try_pieces(struct order_try *, int from, struct order_pieces *);

/* An amount in the order's currency. */
MUST_USE bool order_try_sum(struct order_try *, const char *text, int64_t *minor);

/* Prints the result, or why there is none, after forgetting cached pages; `made` names what done.made is the id of,
 * NULL: nothing. Returns the exit status. */
int order_try_end(struct order_try *, bool ok, const char *made);

#endif
