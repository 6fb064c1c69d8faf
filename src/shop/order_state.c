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

static bool
unpaid(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_DUE;
}

static bool
nothing_sent(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_FULFILMENT] == ORDER_FULFILMENT_OPEN;
}

static bool
may_send(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_ORDER] == ORDER_ORDER_CONFIRMED;
}

static bool
paid_and_sent(const struct order_facts *f)
{
	return f->states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_PAID
	    && f->states.of[ORDER_MACHINE_FULFILMENT] == ORDER_FULFILMENT_SENT;
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

static const char *const state_names[ORDER_MACHINE__MAX][ORDER_STATES] = {
#define ORDER_STATE(machine, id, value, name) [ORDER_MACHINE_##machine][value] = name,
#include "shop/order_state.def"
};

static const char *const event_names[ORDER_EV__MAX] = {
#define ORDER_EVENT(id, value, name) [value] = name,
#include "shop/order_state.def"
};

const char *
order_state_name(enum order_machine m, uint8_t state)
{
	ASSERT(m < ORDER_MACHINE__MAX);
	return state < ORDER_STATES ? state_names[m][state] : "";
}

const char *
order_event_name(enum order_event ev)
{
	ASSERT(ev < ORDER_EV__MAX);
	return event_names[ev];
}

bool
order_step(enum order_machine m, enum order_event ev, const struct order_facts *f, uint8_t *to)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (rules[i].machine == m && rules[i].from == f->states.of[m] && rules[i].event == ev
		    && rules[i].guard(f)) {
			*to = rules[i].to;
			return true;
		}
	}
	return false;
}
