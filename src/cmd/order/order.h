/* order.h - `kontor order`: one function per verb (verbs.def), which share how an order is found and printed. */
#ifndef KONTOR_CMD_ORDER_ORDER_H
#define KONTOR_CMD_ORDER_ORDER_H

#include "cmd/cmd.h"
#include "plat/text/columns.h"
#include "store/order/order_list.h"
#include "store/order/order_look.h"
#include "work/order_json.h"

#define ORDER_OUTPUT_MAX_B ((size_t)16 << 20)

/* Each gets argv from its own name on, and returns the exit status. */
#define ORDER_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/order/verbs.def"
#undef ORDER_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int order_usage(const struct cmd *);

/* The id of an order from its number, or from "id:N". */
MUST_USE bool order_named(struct cmd *, struct db *, const char *typed, uint64_t *id, struct err *);

/* "43.20 EUR" */
struct str order_sum(struct arena *, int64_t minor, struct str code);

/* "2026-11-27 07:12" by the clock of this host; "" for 0. */
struct str order_time(struct arena *, int64_t utc_s);

/* The order as text for people. */
void order_show_text(struct arena *, struct buf *, const struct order_look *);

#endif
