/* price.h - `kontor price`: parts that its verbs share. */
#ifndef KONTOR_CMD_PRICE_PRICE_H
#define KONTOR_CMD_PRICE_PRICE_H

#include "base/money.h"
#include "cmd/cmd.h"
#include "plat/text/json.h"
#include "store/price/sale_store.h"

#define PRICE_OUTPUT_MAX_B ((size_t)256 << 20)
#define PRICE_ROWS_MAX 50 /* shown to people */

/* An open run of a verb. */
struct price_run {
	struct cmd *c;
	struct db *db;
	currency cur;
	int64_t now_s; /* the database's clock */
	bool dry_run, json;
};

/* Prints the usage of `kontor price`; returns CMD_USAGE. */
int price_usage(const struct cmd *);

MUST_USE bool price_open(struct price_run *, struct err *);

/* Forgets cached values after a change. The outbox repeats what fails. */
MUST_USE bool price_settle(struct price_run *, const struct price_goods *, struct err *);

/* "43.20" */
struct str price_sum(const struct price_run *, int64_t minor);

/* "Green tea, 100 g" */
struct str price_title(struct arena *, const struct price_variant *);

void price_json_money(const struct price_run *, struct json_out *, const char *key, int64_t minor);
/* sku, handle, title, options */
void price_json_variant(struct json_out *, const struct price_variant *);

/* `kontor price schedule`; argv[0] is its name. Returns the exit status. */
int price_schedule(struct cmd *);

/* A sale with its prices, as the verbs of `schedule` show it. */
struct price_sale_view {
	const struct sale *sale;
	const struct price_goods *goods;    /* n as of the sale */
	const struct sale_price *prices;    /* in the same order */
	const struct sale_preview *preview; /* NULL: none */
	const struct price_goods *left_out; /* NULL: none */
	const char *const *why;		    /* for each of these */
	const struct str *notes;
	size_t n_notes;
	const char *done; /* "would be scheduled" */
};
int price_show_sale(struct price_run *, const struct price_sale_view *);
int price_show_sales(struct price_run *, const struct sale *, size_t n);

#endif
