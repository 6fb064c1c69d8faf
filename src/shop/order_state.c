#include "shop/order_state.h"

#include "base/str.h"

static bool
always(const struct order_facts *f UNUSED)
{
	return true;
}

static bool
costs(const struct order_facts *f)
{
	return f->costs;
}

static bool
is_free(const struct order_facts *f)
{
	return !f->costs;
}

static bool
waits_for_money(const struct order_facts *f)
{
	return f->prepaid && f->costs;
}

static bool
needs_no_waiting(const struct order_facts *f)
{
	return !waits_for_money(f);
}

/* Money. Exactly one of money_due, _short, _even, _part_back, _all_back and _over is true. */

static int64_t
money_held(const struct order_facts *f)
{
	return f->account.received_minor - f->account.refunded_minor;
}

static bool
money_missing(const struct order_facts *f)
{
	return f->account.owed_minor > 0;
}

static bool
money_complete(const struct order_facts *f)
{
	return f->account.owed_minor <= 0;
}

static bool
money_due(const struct order_facts *f)
{
	return f->account.owed_minor > 0 && money_held(f) == 0;
}

static bool
money_short(const struct order_facts *f)
{
	return f->account.owed_minor > 0 && money_held(f) != 0;
}

static bool
money_even(const struct order_facts *f)
{
	return f->account.owed_minor == 0 && f->account.refunded_minor == 0;
}

static bool
money_part_back(const struct order_facts *f)
{
	return f->account.owed_minor == 0 && f->account.refunded_minor > 0 && money_held(f) != 0;
}

static bool
money_all_back(const struct order_facts *f)
{
	return f->account.owed_minor == 0 && f->account.refunded_minor > 0 && money_held(f) == 0;
}

static bool
money_over(const struct order_facts *f)
{
	return f->account.owed_minor < 0;
}

static bool
money_none(const struct order_facts *f)
{
	return f->account.owed_minor == 0 && money_held(f) == 0;
}

static bool
no_refund_open(const struct order_facts *f)
{
	return f->account.reserved_minor == 0;
}

static bool
may_revive(const struct order_facts *f)
{
	return money_complete(f) && no_refund_open(f);
}

static bool
unpaid(const struct order_facts *f)
{
	uint8_t payment = f->states.of[ORDER_MACHINE_PAYMENT];

	return payment == ORDER_PAYMENT_DUE || payment == ORDER_PAYMENT_PART_PAID;
}

static bool
unpaid_at_its_time(const struct order_facts *f)
{
	return f->expires && !f->prepaid && unpaid(f) && f->goods.delivered == 0;
}

/* Goods. If some are sent, exactly one of goods_part_sent, _sent, _delivered, _part_back and _back is true. */

static bool
all_sent(const struct order_facts *f)
{
	return f->goods.open == 0 && f->goods.sent > 0;
}

static bool
goods_open(const struct order_facts *f)
{
	return f->goods.open > 0 && f->goods.sent == 0;
}

static bool
goods_part_sent(const struct order_facts *f)
{
	return f->goods.open > 0 && f->goods.sent > 0;
}

static bool
goods_sent(const struct order_facts *f)
{
	return all_sent(f) && f->goods.back == 0 && f->goods.delivered < f->goods.sent;
}

static bool
goods_delivered(const struct order_facts *f)
{
	return all_sent(f) && f->goods.back == 0 && f->goods.delivered == f->goods.sent;
}

static bool
goods_part_back(const struct order_facts *f)
{
	return all_sent(f) && f->goods.back > 0 && f->goods.back < f->goods.sent;
}

static bool
goods_back(const struct order_facts *f)
{
	return all_sent(f) && f->goods.back == f->goods.sent;
}

static bool
nothing_sent(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_FULFILMENT] == ORDER_FULFILMENT_OPEN;
}

static bool
not_all_sent(const struct order_facts *f)
{
	uint8_t goods = f->states.of[ORDER_MACHINE_FULFILMENT];

	return goods == ORDER_FULFILMENT_OPEN || goods == ORDER_FULFILMENT_PART_SENT;
}

static bool
may_send(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_ORDER] == ORDER_ORDER_CONFIRMED;
}

static bool
may_send_none_back(const struct order_facts *f)
{
	return may_send(f) && f->goods.back == 0;
}

static bool
may_send_some_back(const struct order_facts *f)
{
	return may_send(f) && f->goods.back > 0;
}

static bool
all_back_unpaid(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_DUE && goods_back(f);
}

static bool
not_all_back_unpaid(const struct order_facts *f)
{
	return !all_back_unpaid(f);
}

static bool
settled_and_sent(const struct order_facts *f)
{
	uint8_t payment = f->states.of[ORDER_MACHINE_PAYMENT], goods = f->states.of[ORDER_MACHINE_FULFILMENT];

	return (payment == ORDER_PAYMENT_PAID || payment == ORDER_PAYMENT_PART_REFUNDED
		   || payment == ORDER_PAYMENT_REFUNDED)
	       && (goods == ORDER_FULFILMENT_SENT || goods == ORDER_FULFILMENT_DELIVERED
		   || goods == ORDER_FULFILMENT_PART_RETURNED || goods == ORDER_FULFILMENT_RETURNED);
}

/* Returns. */

static bool
pieces_missing(const struct order_facts *f)
{
	return f->missing > 0;
}

static bool
pieces_complete(const struct order_facts *f)
{
	return f->missing == 0;
}

static bool
too_late(const struct order_facts *f)
{
	return f->late;
}

static const struct {
	enum order_machine machine;
	uint8_t from;
	enum order_event event;
	uint8_t to;
	bool (*guard)(const struct order_facts *);
} rules[] = {
#define ORDER_RULE(machine, from, event, to, guard)                                                                    \
	{ORDER_MACHINE_##machine, ORDER_##machine##_##from, ORDER_EV_##event, ORDER_##machine##_##to, guard},
#include "shop/order_state.def"
};

static const char *const machine_names[ORDER_MACHINE__ALL] = {
    "order", "payment", "fulfilment", "return", "withdrawal", "refund", "attempt"};

static const char *const state_names[ORDER_MACHINE__ALL][ORDER_STATES] = {
#define ORDER_STATE(machine, id, value, name) [ORDER_MACHINE_##machine][value] = name,
#include "shop/order_state.def"
};

static const char *const event_names[ORDER_EV__MAX] = {
#define ORDER_EVENT(id, value, name) [value] = name,
#include "shop/order_state.def"
};

const char *
order_machine_name(enum order_machine m)
{
	ASSERT(m < ORDER_MACHINE__ALL);
	return machine_names[m];
}

const char *
order_state_name(enum order_machine m, uint8_t state)
{
	ASSERT(m < ORDER_MACHINE__ALL);
	return state < ORDER_STATES && state_names[m][state] != NULL ? state_names[m][state] : "";
}

const char *
order_event_name(enum order_event ev)
{
	ASSERT(ev < ORDER_EV__MAX);
	return event_names[ev];
}

bool
order_takes_part(enum order_machine m, enum order_event ev)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].machine == m && rules[i].event == ev)
			return true;
	return false;
}

bool
order_step_from(enum order_machine m, enum order_event ev, const struct order_facts *f, uint8_t *state)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (rules[i].machine == m && rules[i].from == *state && rules[i].event == ev && rules[i].guard(f)) {
			*state = rules[i].to;
			return true;
		}
	}
	return false;
}

bool
order_step(enum order_machine m, enum order_event ev, const struct order_facts *f, uint8_t *to)
{
	uint8_t state = f->states.of[m];

	if (!order_step_from(m, ev, f, &state))
		return false;
	*to = state;
	return true;
}

bool
order_step_all(enum order_event ev, struct order_facts *f, enum order_machine *refused)
{
	struct order_states to = f->states;

	for (int m = 0; m < ORDER_MACHINE__MAX; m++) {
		*refused = (enum order_machine)m;
		if (order_takes_part(*refused, ev) && !order_step(*refused, ev, f, &to.of[m]))
			return false;
	}
	f->states = to;
	return true;
}

int64_t
order_part_open(const struct order_part *p)
{
	return p->qty - p->cut - p->sent;
}

/* The tax of the first n pieces, rounded half away from zero. */
static int64_t
tax_of_first(const struct order_part *p, int64_t n)
{
	return n >= p->qty ? p->tax_minor : (p->tax_minor * n * 2 + p->qty) / (p->qty * 2);
}

struct order_worth
order_part_worth(const struct order_part *p, bool tax_included, int64_t qty)
{
	int64_t done = p->cut + p->refunded;
	struct order_worth w = {.gross_minor = p->unit_minor * qty};

	w.tax_minor = tax_of_first(p, done + qty) - tax_of_first(p, done);
	if (!tax_included)
		w.gross_minor += w.tax_minor;
	return w;
}

struct order_goods
order_parts_goods(const struct order_part *p, size_t n)
{
	struct order_goods g = {0};

	for (size_t i = 0; i < n; i++) {
		g.open += order_part_open(&p[i]);
		g.sent += p[i].sent;
		g.delivered += p[i].delivered;
		g.back += p[i].back;
	}
	return g;
}

static const char *const topic_names[ORDER_TOPIC__MAX] = {
    [ORDER_TOPIC_NONE] = "",
#define TOPIC(id, name, help) [ORDER_TOPIC_##id] = name,
#include "shop/order_topic.def"
};

const char *
order_topic_name(enum order_topic topic)
{
	ASSERT(topic < ORDER_TOPIC__MAX);
	return topic_names[topic];
}

bool
order_topic_find(struct str name, enum order_topic *topic)
{
	for (int i = ORDER_TOPIC_NONE + 1; i < ORDER_TOPIC__MAX; i++) {
		if (!str_eq_z(name, topic_names[i]))
			continue;
		*topic = (enum order_topic)i;
		return true;
	}
	return false;
}

static enum order_topic
topic_of_money(const struct order_topic_step *s)
{
	bool waited = s->from == ORDER_PAYMENT_DUE || s->from == ORDER_PAYMENT_PART_PAID;

	if (s->to == ORDER_PAYMENT_PART_PAID || s->to == ORDER_PAYMENT_DUE)
		return ORDER_TOPIC_PART_PAID;
	return waited && s->order != ORDER_ORDER_EXPIRED && s->order != ORDER_ORDER_CANCELLED ? ORDER_TOPIC_PAID
	                                                                                      : ORDER_TOPIC_OVERPAID;
}

enum order_topic
order_topic_of(const struct order_topic_step *s)
{
	switch (s->event) {
	case ORDER_EV_PLACE: return ORDER_TOPIC_PLACED;
	case ORDER_EV_PAY: return s->machine == ORDER_MACHINE_PAYMENT ? topic_of_money(s) : ORDER_TOPIC_NONE;
	case ORDER_EV_REVIVE: return ORDER_TOPIC_PAID;
	case ORDER_EV_EXPIRE: return ORDER_TOPIC_EXPIRED;
	case ORDER_EV_CANCEL: return ORDER_TOPIC_CANCELLED;
	case ORDER_EV_CUT: return ORDER_TOPIC_PART_CANCELLED;
	case ORDER_EV_SEND_PART:
	case ORDER_EV_SEND_REST: return ORDER_TOPIC_SHIPPED;
	case ORDER_EV_DELIVER: return ORDER_TOPIC_DELIVERED;
	case ORDER_EV_ADD: return ORDER_TOPIC_LINE_ADDED;
	case ORDER_EV_ADDRESS: return ORDER_TOPIC_ADDRESS_CHANGED;
	case ORDER_EV_NOTE: return ORDER_TOPIC_NOTE;
	case ORDER_EV_REFUND_SETTLE: return ORDER_TOPIC_REFUNDED;
	case ORDER_EV_REFUND_REFUSE: return ORDER_TOPIC_REFUND_REFUSED;
	case ORDER_EV_RETURN_ASK:
		return s->machine == ORDER_MACHINE_WITHDRAWAL ? ORDER_TOPIC_WITHDRAWAL_DECLARED
		                                              : ORDER_TOPIC_RETURN_ASKED;
	case ORDER_EV_RETURN_RECEIVE: return ORDER_TOPIC_RETURN_RECEIVED;
	case ORDER_EV_RETURN_REFUSE: return ORDER_TOPIC_RETURN_REFUSED;
	default: return ORDER_TOPIC_NONE;
	}
}
