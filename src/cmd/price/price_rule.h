/* price_rule.h - a sale as an operator states it: a rule for prices, and the goods that it is for. */
#ifndef KONTOR_CMD_PRICE_PRICE_RULE_H
#define KONTOR_CMD_PRICE_PRICE_RULE_H

#include "base/money.h"
#include "cmd/cmd.h"
#include "store/price/price_store.h"

struct price_rule {
	enum { PRICE_RULE_PERCENT, PRICE_RULE_LESS, PRICE_RULE_FIXED } kind;
	int64_t value; /* hundredths of a percent; minor units */
	struct str text;
};

/* "-20%", "-2.00" (so much less), "9.99". ERR_INPUT otherwise. */
MUST_USE bool price_rule_parse(struct str, currency, struct price_rule *, struct err *);

/* The price in the sale; not above 0 when there is nothing left of it. */
int64_t price_rule_apply(const struct price_rule *, int64_t minor);

/* The goods and the rule of a command line. */
struct price_wish {
	struct price_choice *choice;
	size_t n;
	const char *rule; /* NULL: none */
	struct str text;  /* the choices as they were stated */
};

/* Takes rule and choices, which may come several times, out of c->argv. False for wrong usage. */
bool price_wish_take(struct cmd *, struct price_wish *);

#endif
