#include "shop/order_state.h"
#include "unit.h"

static const struct {
	int machine, from, event, to;
} rows[] = {
#define ORDER_RULE(machine, from, event, to, guard)                                                                    \
	{ORDER_MACHINE_##machine, ORDER_##machine##_##from, ORDER_EV_##event, ORDER_##machine##_##to},
#include "shop/order_state.def"
};

/* The payment state that amounts lead to, while the order has not ended. */
static int
state_of_money(const struct order_account *m)
{
	if (m->owed_minor < 0)
		return ORDER_PAYMENT_OWED_BACK;
	if (m->owed_minor > 0)
		return m->received_minor == m->refunded_minor ? ORDER_PAYMENT_DUE : ORDER_PAYMENT_PART_PAID;
	if (m->refunded_minor == 0)
		return ORDER_PAYMENT_PAID;
	return m->received_minor == m->refunded_minor ? ORDER_PAYMENT_REFUNDED : ORDER_PAYMENT_PART_REFUNDED;
}

/* The fulfilment state that pieces lead to, while the order has not ended. */
static int
state_of_goods(const struct order_goods *g)
{
	if (g->sent == 0)
		return ORDER_FULFILMENT_OPEN;
	if (g->open > 0)
		return ORDER_FULFILMENT_PART_SENT;
	if (g->back > 0)
		return g->back == g->sent ? ORDER_FULFILMENT_RETURNED : ORDER_FULFILMENT_PART_RETURNED;
	return g->delivered == g->sent ? ORDER_FULFILMENT_DELIVERED : ORDER_FULFILMENT_SENT;
}

/* Checks the result of an accepted event against the facts, written independently of the guards. */
static bool
follows_from_facts(int m, int ev, const struct order_facts *f, int to)
{
	bool ends = ev == ORDER_EV_EXPIRE || ev == ORDER_EV_CANCEL;

	if (ev == ORDER_EV_PLACE || ev == ORDER_EV_NOTE || ev == ORDER_EV_ADDRESS)
		return true;
	switch (m) {
	case ORDER_MACHINE_ORDER:
		return (to == ORDER_ORDER_AWAITING_PAYMENT) <= (ev == ORDER_EV_ADD || f->account.owed_minor > 0)
		    && (to != ORDER_ORDER_COMPLETED || ev != ORDER_EV_COMPLETE
			|| (f->states.of[ORDER_MACHINE_PAYMENT] >= ORDER_PAYMENT_PAID
			    && f->states.of[ORDER_MACHINE_PAYMENT] <= ORDER_PAYMENT_REFUNDED));
	case ORDER_MACHINE_PAYMENT:
		if (ev == ORDER_EV_TAKE_BACK)
			return true;
		if (to == ORDER_PAYMENT_DROPPED)
			return ends && f->account.owed_minor == 0
			    && f->account.received_minor == f->account.refunded_minor;
		return to == state_of_money(&f->account);
	case ORDER_MACHINE_FULFILMENT:
		if (ends)
			return to == ORDER_FULFILMENT_DROPPED || (f->goods.back > 0 && to == state_of_goods(&f->goods));
		return ev == ORDER_EV_REVIVE || ev == ORDER_EV_ADD || ev == ORDER_EV_SEND_PART
		    || ev == ORDER_EV_SEND_REST || to == state_of_goods(&f->goods);
	default: return true;
	}
}

/* The table by its keys: a row's number from 1 on, or 0; at [...][ANY], whether there is one for the event. */
#define ANY ORDER_STATES
static size_t row_at[ORDER_MACHINE__ALL][ORDER_STATES][ORDER_EV__MAX][ORDER_STATES + 1];

static void
index_rows(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t *at = row_at[rows[i].machine][rows[i].from][rows[i].event];

		at[rows[i].to] = at[ANY] = i + 1;
	}
}

/* The i-th set of facts: all amounts from -1 to 1 and 0 to 2 pieces. False when there is no such set. */
static bool
facts_of(unsigned i, struct order_facts *f)
{
	unsigned n[10], base[10] = {3, 3, 3, 2, 2, 3, 3, 3, 2, 2};

	for (unsigned k = 0; k < ARRAY_LEN(n); k++) {
		n[k] = i % base[k];
		i /= base[k];
	}
	*f = (struct order_facts){.account = {(int64_t)n[0] - 1, n[1], n[2], n[3]},
	    .goods = {.open = n[4], .sent = n[5], .delivered = n[6], .back = n[7]},
	    .prepaid = n[8],
	    .costs = n[9],
	    .expires = n[9],
	    .missing = n[8],
	    .late = n[9]};
	return i == 0;
}

/* Amounts and pieces that cannot be together: they are met by no order. */
static bool
cannot_be(const struct order_facts *f)
{
	return f->account.refunded_minor > f->account.received_minor || f->goods.delivered > f->goods.sent
	    || f->goods.back > f->goods.sent || f->goods.open + f->goods.sent == 0;
}

START_TEST(order_state_every_event_in_every_state_leads_where_the_facts_do_or_is_refused)
{
	bool seen[ARRAY_LEN(rows)] = {false};
	struct order_facts f;
	int n = 0;

	index_rows();
	for (unsigned i = 0; facts_of(i, &f); i++) {
		if (cannot_be(&f))
			continue;
		for (int k = 0; k < ORDER_MACHINE__ALL * ORDER_STATES * ORDER_EV__MAX; k++) {
			int m = k % ORDER_MACHINE__ALL, from = k / ORDER_MACHINE__ALL % ORDER_STATES;
			int ev = k / ORDER_MACHINE__ALL / ORDER_STATES;
			unsigned others = m == ORDER_MACHINE_ORDER ? 64 : m == ORDER_MACHINE_FULFILMENT ? 8 : 1;

			if (row_at[m][from][ev][ANY] == 0)
				others = 1;
			for (unsigned o = 0; o < others; o++) {
				uint8_t to = (uint8_t)from;

				f.states = (struct order_states){
				    {(uint8_t)(o % 8), (uint8_t)(o % 8), (uint8_t)(o / 8)}};
				n++;
				if (!order_step_from((enum order_machine)m, (enum order_event)ev, &f, &to)) {
					if (to != from)
						ck_abort_msg("a refused event changed the state");
					continue;
				}
				if (row_at[m][from][ev][to] > 0 && follows_from_facts(m, ev, &f, to)) {
					seen[row_at[m][from][ev][to] - 1] = true;
					continue;
				}
				/* each ck_assert() writes to a file, and there are millions of cases */
				ck_abort_msg("%s: %s in %s leads to %s", order_machine_name((enum order_machine)m),
				    order_event_name((enum order_event)ev),
				    order_state_name((enum order_machine)m, (uint8_t)from),
				    order_state_name((enum order_machine)m, to));
			}
		}
	}
	for (size_t r = 0; r < ARRAY_LEN(rows); r++)
		ck_assert_msg(seen[r], "row %zu: %s, %s in %s is never taken", r + 1,
		    order_machine_name((enum order_machine)rows[r].machine),
		    order_event_name((enum order_event)rows[r].event),
		    order_state_name((enum order_machine)rows[r].machine, (uint8_t)rows[r].from));
	ck_assert_int_gt(n, 1000000);
}
END_TEST

START_TEST(order_pieces_are_worth_their_line_however_they_are_credited)
{
	for (int included = 0; included < 2; included++) {
		for (int64_t first = 1; first < 7; first++) {
			struct order_part p = {.qty = 7, .unit_minor = 333, .tax_minor = included ? 372 : 443};
			struct order_worth one = order_part_worth(&p, included, first), rest;

			p.cut = first;
			rest = order_part_worth(&p, included, 7 - first);
			ck_assert_int_eq(one.tax_minor + rest.tax_minor, p.tax_minor);
			ck_assert_int_eq(one.gross_minor + rest.gross_minor, 7 * 333 + (included ? 0 : p.tax_minor));
		}
	}
}
END_TEST

UNIT_MAIN("order_state", order_state_every_event_in_every_state_leads_where_the_facts_do_or_is_refused,
    order_pieces_are_worth_their_line_however_they_are_credited)
