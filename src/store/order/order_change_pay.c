/* order_change_pay.c - money that comes in, also when it is late, too little, too much, or twice. */
#include "store/order/order_change_tx.h"

#include "plat/db/db_code.h"
#include "store/sql.h"

/* The reference was booked already: for this order and amount that is the same payment. */
static bool
find_booked(struct db *db, struct change *c, const struct order_money *m, struct err *e)
{
	struct db_query *q;
	struct db_rows rows;
	uint64_t id, order_id;
	bool found;

	if (m->ref.n == 0)
		return true;
	q = db_query(db, SQL_PAYMENT_BY_REF);
	q_str(q, m->provider);
	q_str(q, m->ref);
	if (!db_find(q, c->a, &rows, &found, e) || !found)
		return e->kind == ERR_NONE;
	id = c_u64(&rows);
	order_id = c_u64(&rows);
	if (order_id != c->id || c_i64(&rows) != m->amount_minor)
		return err_set(e, ERR_CONFLICT, "payment %s/%s was booked for order %llu", m->provider.p, m->ref.p,
		    (unsigned long long)order_id);
	c->made = id;
	c->again = true;
	return true;
}

static bool
insert_payment(struct db *db, struct change *c, const struct order_money *m, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PAYMENT_INSERT);

	q_u64(q, c->id);
	q_str(q, m->provider);
	if (m->ref.n == 0)
		q_null(q);
	else
		q_str(q, m->ref);
	q_i64(q, m->amount_minor);
	q_str(q, str_z(currency_code(c->cur)));
	q_i64(q, c->now_s);
	if (!db_run(q, NULL, e)) {
		if (e->code == DB_CODE_DUPLICATE)
			return err_context(e, "the reference %s/%s was booked just now", m->provider.p, m->ref.p);
		return false;
	}
	c->made = db_last_id(db);
	return true;
}

static bool
book_payment(struct db *db, struct change *c, int64_t amount_minor, struct err *e)
{
	const struct ledger_row rows[] = {{STR("cash"), amount_minor, 0}, {STR("receivable"), 0, amount_minor}};

	c->facts.account.owed_minor -= amount_minor;
	c->facts.account.received_minor += amount_minor;
	return change_entry(db, c,
	    &(struct ledger_entry){.kind = LEDGER_PAYMENT, .ref_id = c->made, .v = rows, .n = ARRAY_LEN(rows)}, e);
}

/* The lines of the entry that ended the order, reversed. */
static bool
read_back(struct db *db, struct change *c, struct ledger_entry *entry, int64_t *owed_minor, struct err *e)
{
	struct ledger_row *row;
	struct db_rows rows;

	if (!db_select_u64(db, SQL_LEDGER_LAST_BACK, c->id, c->a, &rows, e))
		return false;
	entry->v = row = ARENA_ARRAY(c->a, struct ledger_row, rows.n + 1);
	*owed_minor = 0;
	while (db_next(&rows)) {
		row[entry->n].account = c_str(&rows);
		row[entry->n].credit_minor = c_i64(&rows);
		row[entry->n].debit_minor = c_i64(&rows);
		if (str_eq_z(row[entry->n].account, "receivable"))
			*owed_minor = row[entry->n].debit_minor - row[entry->n].credit_minor;
		entry->n++;
	}
	return true;
}

/* The next variant after `last` in the order of ids, with the pieces that the order needs of it. */
static bool
next_needed(const struct change *c, uint64_t *last, int64_t *qty)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < c->n; i++)
		if (c->part[i].tracked && c->part[i].variant_id > *last && c->part[i].variant_id < next)
			next = c->part[i].variant_id;
	*qty = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->part[i].tracked && c->part[i].variant_id == next)
			*qty += order_part_open(&c->part[i]);
	*last = next;
	return next != UINT64_MAX;
}

/* Locks the rows of stock until the COMMIT. A shortage found when stock is taken would undo the payment too. */
static bool
in_stock(struct db *db, struct change *c, bool *all, struct err *e)
{
	uint64_t variant = 0;
	int64_t qty;

	*all = true;
	while (*all && next_needed(c, &variant, &qty)) {
		struct db_query *q = db_query(db, SQL_STOCK_ENOUGH);
		struct db_rows rows;

		q_u64(q, variant);
		q_i64(q, qty);
		if (!db_find(q, c->a, &rows, all, e))
			return false;
	}
	return true;
}

/* Brings an expired order back if its money is complete and its goods can be had. */
static bool
revive(struct db *db, struct change *c, struct err *e)
{
	struct ledger_entry entry = {.kind = LEDGER_REVIVED};
	struct order_facts after = c->facts;
	int64_t owed_minor;
	uint8_t goods;
	bool all;

	if (c->facts.states.of[ORDER_MACHINE_ORDER] != ORDER_ORDER_EXPIRED
	    || !order_step(ORDER_MACHINE_FULFILMENT, ORDER_EV_REVIVE, &c->facts, &goods))
		return true;
	if (!read_back(db, c, &entry, &owed_minor, e))
		return false;
	after.account.owed_minor += owed_minor;
	if (after.account.owed_minor > 0 || after.account.reserved_minor > 0)
		return true;
	if (!in_stock(db, c, &all, e) || !all)
		return e->kind == ERR_NONE;
	c->facts.account = after.account;
	for (size_t i = 0; i < c->n; i++)
		change_take(c, &c->part[i], order_part_open(&c->part[i]));
	c->done->revived = true;
	return change_entry(db, c, &entry, e) && change_step(c, ORDER_EV_REVIVE, c->made, e);
}

/* Codes are taken in the transaction of the payment, before stock is locked. */
static bool
grant(struct db *db, struct change *c, const struct grant_terms *terms, struct err *e)
{
	uint8_t payment = c->facts.states.of[ORDER_MACHINE_PAYMENT];

	if (c->facts.states.of[ORDER_MACHINE_ORDER] != ORDER_ORDER_CONFIRMED
	    || (payment != ORDER_PAYMENT_PAID && payment != ORDER_PAYMENT_OWED_BACK))
		return true;
	return grant_paid(db, c->a, c->id, terms, e);
}

static bool
pay_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_money *m = c->ask;

	if (m->amount_minor <= 0)
		return err_set(e, ERR_INPUT, "a payment is an amount above 0");
	if (m->cur != c->cur)
		return err_set(e, ERR_INPUT, "order %s is in %s", c->number.p, currency_code(c->cur));
	if (!find_booked(db, c, m, e) || c->again)
		return e->kind == ERR_NONE;
	return insert_payment(db, c, m, e) && book_payment(db, c, m->amount_minor, e)
	       && change_step(c, ORDER_EV_PAY, c->made, e) && revive(db, c, e) && grant(db, c, &m->downloads, e);
}

bool
order_pay(struct db *db, struct arena *a, const struct order_act *act, const struct order_money *m,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){.a = a, .act = act, .event = ORDER_EV_PAY, .body = pay_body, .ask = m, .done = done}, e);
}
