/* shop_rules.h - makes the shop's rules from its settings. */
#ifndef KONTOR_STORE_SHOP_RULES_H
#define KONTOR_STORE_SHOP_RULES_H

#include "plat/conf/conf.h"
#include "shop/rules.h"

/* Texts are borrowed from the configuration. ERR_INPUT names the invalid setting. */
MUST_USE bool shop_rules_init(struct shop_rules *, const struct conf *, struct err *);

#endif
