/* stock.h - `kontor stock`: one function per verb (verbs.def), which share how a variant is found and output begins. */
#ifndef KONTOR_CMD_STOCK_STOCK_H
#define KONTOR_CMD_STOCK_STOCK_H

#include "cmd/cmd.h"
#include "plat/text/json.h"
#include "store/order/stock_store.h"

#define STOCK_OUTPUT_MAX_B ((size_t)32 << 20)
#define STOCK_QTY_MAX 1000000000

/* Each gets argv from its own name on, and returns the exit status. */
#define STOCK_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/stock/verbs.def"
#undef STOCK_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int stock_usage(const struct cmd *);

/* The one variant that is meant by an article number or "id:N". ERR_NOT_FOUND, or ERR_CONFLICT if there are several. */
MUST_USE bool stock_named(struct cmd *, struct db *, struct str word, struct stock_look *, struct err *);

/* The language of titles. */
struct str stock_lang(const struct cmd *);

/* "SKU-1", or "id:12" for a variant without an article number. */
struct str stock_word(struct arena *, struct str sku, uint64_t variant_id);

#endif
