/* order_json.h - an order as JSON, for commands and webhooks: doc/schema/order.json, doc/schema/webhook.json. */
#ifndef KONTOR_WORK_ORDER_JSON_H
#define KONTOR_WORK_ORDER_JSON_H

#include "plat/text/json.h"
#include "store/order/order_look.h"

#define ORDER_JSON_BUYER 1u /* mail address, phone, postal addresses, what the buyer wrote; else the country only */
#define ORDER_JSON_STAFF 2u /* the queue, notes, and the events with their actors */

/* The members of an object that the caller has begun. */
void order_json(struct json_out *, const struct order_look *, unsigned parts);

/* {"amount": "43.20", "currency": "EUR"} */
void order_json_money(struct json_out *, const char *key, int64_t minor, struct str code);

#endif
