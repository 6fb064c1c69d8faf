/* order_state.h - the states of an order and the events that change them. The table is order_state.def.
 *
 * Facts come first: pieces of goods and amounts of money, stored in rows of their own. An event is done by adding such
 * rows; the states follow from them as the table allows. An order stores the states of its three machines. Every step
 * is an update that requires the old states, and inserts rows into order_event. Money for an order that has ended is
 * recorded too, as owed back. */
#ifndef KONTOR_SHOP_ORDER_STATE_H
#define KONTOR_SHOP_ORDER_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum order_machine {
	ORDER_MACHINE_ORDER,
	ORDER_MACHINE_PAYMENT,
	ORDER_MACHINE_FULFILMENT,
	ORDER_MACHINE__MAX, /* those of the order itself; the rest belong to its returns and refunds */
	ORDER_MACHINE_RETURN = ORDER_MACHINE__MAX,
	ORDER_MACHINE_WITHDRAWAL,
	ORDER_MACHINE_REFUND,
	ORDER_MACHINE_ATTEMPT,
	ORDER_MACHINE__ALL
};

/* ORDER_ORDER_CONFIRMED, ORDER_PAYMENT_DUE, ORDER_FULFILMENT_OPEN, ORDER_REFUND_ASKED, ... */
enum {
#define ORDER_STATE(machine, id, value, name) ORDER_##machine##_##id = (value),
#include "shop/order_state.def"
};
#define ORDER_STATES 8 /* of each machine at most */

/* orders.queue: the list in which the order waits for somebody. The database computes it from the states. */
enum order_queue {
	ORDER_QUEUE_NONE,
	ORDER_QUEUE_CHECK_PAYMENT,
	ORDER_QUEUE_TO_PACK,
	ORDER_QUEUE_OWED_BACK,
	ORDER_QUEUE_UNDER_WAY,
	ORDER_QUEUE_COLLECT,
	ORDER_QUEUE_PACK_OWED /* in two lists: to pack, and owed back */
};

enum order_event {
#define ORDER_EVENT(id, value, name) ORDER_EV_##id = (value),
#include "shop/order_state.def"
	ORDER_EV__MAX
};

struct order_states {
	uint8_t of[ORDER_MACHINE__MAX];
};

/* Pieces of all lines. */
struct order_goods {
	int64_t open; /* neither sent nor cut */
	int64_t sent; /* also those delivered or back */
	int64_t delivered, back;
};

struct order_account {
	int64_t owed_minor;     /* by the buyer; negative: owed back to the buyer */
	int64_t received_minor; /* all payments */
	int64_t refunded_minor; /* all refunds that are done */
	int64_t reserved_minor; /* all refunds that are asked for or unknown */
};

struct order_facts {
	bool prepaid, expires; /* of the payment method: payment_prepaid(), payment_expires() */
	bool costs;            /* total > 0 */
	struct order_states states;
	struct order_goods goods;
	struct order_account account;
	int64_t missing; /* of a return: pieces that have not come */
	bool late;       /* of a withdrawal: declared after its deadline */
};

const char *order_machine_name(enum order_machine); /* "payment" */

/* "awaiting_payment"; "": the value is not a state. */
const char *order_state_name(enum order_machine, uint8_t state);
const char *order_event_name(enum order_event);

/* True if the machine has any row of the event. */
bool order_takes_part(enum order_machine, enum order_event);

/* Sets *to to the state of one machine after `event`. False, and *to is unchanged, when the event is refused. */
MUST_USE bool order_step(enum order_machine, enum order_event, const struct order_facts *, uint8_t *to);

/* The same for any machine, in state `*state`. */
MUST_USE bool order_step_from(enum order_machine, enum order_event, const struct order_facts *, uint8_t *state);

/* Sets all three states of the order to those after `event`. False, and nothing changes, when a machine that takes part
 * refuses; *refused is then that machine. */
MUST_USE bool order_step_all(enum order_event, struct order_facts *, enum order_machine *refused);

/* The pieces of one line of an order. */
struct order_part {
	int pos;
	uint64_t variant_id, product_id;
	int64_t qty, unit_minor, tax_minor;
	int32_t tax_bp;
	bool tracked;                                 /* its stock is */
	int64_t cut, sent, delivered, back, refunded; /* pieces */
	int64_t coming;                               /* pieces that an open return announces */
};

int64_t order_part_open(const struct order_part *); /* pieces neither sent nor cut */

struct order_worth {
	int64_t gross_minor, tax_minor; /* gross: with tax */
};

/* The worth of the next `qty` pieces that are credited. The worths of all pieces of a line add up to the line. */
struct order_worth order_part_worth(const struct order_part *, bool tax_included, int64_t qty);

struct order_goods order_parts_goods(const struct order_part *, size_t n);

/* The topic of a change: the name of it that mails and webhooks use. */
enum order_topic {
	ORDER_TOPIC_NONE, /* of no interest outside */
#define TOPIC(id, name, help) ORDER_TOPIC_##id,
#include "shop/order_topic.def"
	ORDER_TOPIC__MAX
};

const char *order_topic_name(enum order_topic); /* "shipped"; "" for NONE */
bool order_topic_find(struct str name, enum order_topic *);

/* One step of one machine; `order`: the state of the order after the change. */
struct order_topic_step {
	enum order_machine machine;
	enum order_event event;
	uint8_t from, to, order;
};

/* A change has the topic of its last step that has one. An internal note must be sorted out by the caller. */
enum order_topic order_topic_of(const struct order_topic_step *);

#endif
