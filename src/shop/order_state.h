/* order_state.h - the states of an order and the events that change them. The table is order_state.def.
 *
 * An order stores the states of all three machines. Every step is an update that requires the old state, and inserts a
 * row into order_event. A payment for an order that has ended is still recorded (payment DROPPED -> PAID), because it
 * must be refunded. */
#ifndef KONTOR_SHOP_ORDER_STATE_H
#define KONTOR_SHOP_ORDER_STATE_H

#include "base/err.h"

enum order_machine { ORDER_MACHINE_ORDER, ORDER_MACHINE_PAYMENT, ORDER_MACHINE_FULFILMENT, ORDER_MACHINE__MAX };

/* ORDER_ORDER_CONFIRMED, ORDER_PAYMENT_DUE, ORDER_FULFILMENT_OPEN, ... */
enum {
#define ORDER_STATE(machine, id, value, name) ORDER_##machine##_##id = (value),
#include "shop/order_state.def"
};
#define ORDER_STATES 6 /* of each machine */

enum order_event {
#define ORDER_EVENT(id, value, name) ORDER_EV_##id = (value),
#include "shop/order_state.def"
	ORDER_EV__MAX
};

struct order_states {
	uint8_t of[ORDER_MACHINE__MAX];
};

struct order_facts {
	bool prepaid; /* of the payment method: payment_prepaid() */
	bool costs;   /* total > 0 */
	struct order_states states;
};

/* "awaiting_payment"; "": the value is not a state. */
const char *order_state_name(enum order_machine, uint8_t state);
const char *order_event_name(enum order_event);

/* Sets *to to the state of one machine after `event`. False, and *to is unchanged, when the event is refused. */
MUST_USE bool order_step(enum order_machine, enum order_event, const struct order_facts *, uint8_t *to);

#endif
