/* order_change_note.c - notes, addresses, and lines added later. */
#include "store/order/order_change_tx.h"

#include "base/num.h"
#include "base/utf8.h"
#include "shop/tax.h"
#include "shop/territory.h"
#include "store/sql.h"

static bool
note_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_note *note = c->ask;
	struct db_query *q;

	if (note->text.n == 0 || !utf8_valid(note->text) || utf8_len(note->text) > ORDER_NOTE_MAX)
		return err_set(e, ERR_INPUT, "a note has 1 to %d characters", ORDER_NOTE_MAX);
	q = db_query(db, SQL_NOTE_INSERT);
	q_u64(q, c->id);
	q_i64(q, note->to_buyer);
	q_str(q, str_head(str_z(c->act->actor), ORDER_ACTOR_MAX));
	q_str(q, note->text);
	q_i64(q, c->now_s);
	if (!db_run(q, NULL, e))
		return false;
	c->made = db_last_id(db);
	c->internal = !note->to_buyer;
	return change_step(c, ORDER_EV_NOTE, c->made, e);
}

bool
order_note(struct db *db, struct arena *a, const struct order_act *act, const struct order_note *note,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){.a = a, .act = act, .event = ORDER_EV_NOTE, .body = note_body, .ask = note, .done = done},
	    e);
}

static bool
same_territory(struct db *db, struct change *c, const struct order_readdress *to, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_ADDRESS_FIND);
	struct str code, postcode;
	enum country country;
	struct territory was, now;
	struct db_rows rows;

	if (to->kind != ADDRESS_DELIVERY)
		return true;
	q_u64(q, c->id);
	q_i64(q, to->kind);
	if (!db_get(q, c->a, &rows, e))
		return false;
	code = c_str(&rows);
	postcode = c_str(&rows);
	was = territory_of(country_find(code, &country) ? country : COUNTRY_NONE, postcode);
	now = territory_of(address_country(to->address), to->address->field[ADDRESS_POSTCODE]);
	return (was.state == now.state && was.zone == now.zone && was.standard_bp == now.standard_bp)
	       || err_set(e, ERR_CONFLICT,
		   "order %s: the tax of the new address is another one; cancel the order and place it anew",
		   c->number.p);
}

static bool
set_contact(struct db *db, struct change *c, const struct address *to, struct err *e)
{
	static const enum address_field fields[] = {ADDRESS_EMAIL, ADDRESS_PHONE, ADDRESS_COUNTRY};
	struct db_query *q = db_query(db, SQL_CHANGE_CONTACT);

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		q_str(q, to->field[fields[i]]);
		q_str(q, to->field[fields[i]]);
	}
	q_u64(q, c->id);
	return db_run(q, NULL, e);
}

static bool
address_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_readdress *to = c->ask;
	struct db_query *q;

	if (!same_territory(db, c, to, e))
		return false;
	q = db_query(db, SQL_CHANGE_ADDRESS);
	q_u64(q, c->id);
	q_i64(q, to->kind);
	for (size_t i = 0; i < ORDER_ADDRESS_COLUMNS; i++)
		q_str(q, to->address->field[order_address_columns[i]]);
	return db_run(q, NULL, e) && db_run_u64(db, SQL_ORDER_WORDS_AGAIN, c->id, e)
	       && (to->kind != ADDRESS_DELIVERY || set_contact(db, c, to->address, e))
	       && change_step(c, ORDER_EV_ADDRESS, 0, e);
}

bool
order_address(struct db *db, struct arena *a, const struct order_act *act, const struct order_readdress *to,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_ADDRESS, .body = address_body, .ask = to, .done = done},
	    e);
}

struct added {
	int pos;
	uint64_t product_id;
	struct str sku, title, options;
	bool tracked;
	int64_t line_minor;
	struct tax_split tax;
};

static bool
find_goods(struct db *db, struct change *c, const struct order_addition *x, struct added *to, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_GOODS);
	struct db_rows rows;
	bool found;

	q_u64(q, c->id);
	q_u64(q, x->variant_id);
	if (!db_find(q, c->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no variant %llu", (unsigned long long)x->variant_id);
	to->product_id = c_u64(&rows);
	to->sku = c_str(&rows);
	to->title = c_str(&rows);
	to->options = c_str(&rows);
	to->tracked = c_u64(&rows) != 0;
	to->pos = c->n == 0 ? 1 : c->part[c->n - 1].pos + 1;
	if (x->qty <= 0 || x->qty > CART_QTY_MAX || x->unit_minor < 0
	    || !num_mul(x->unit_minor, x->qty, &to->line_minor))
		return err_set(e, ERR_INPUT, "give 1 to %d pieces at a price of 0 or more", CART_QTY_MAX);
	return tax_split(to->line_minor, x->tax_bp, c->tax_included, &to->tax, e);
}

static bool
insert_line(struct db *db, struct change *c, const struct order_addition *x, const struct added *to, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_ADD_LINE);

	q_u64(q, c->id);
	q_i64(q, to->pos);
	q_u64(q, x->variant_id);
	q_u64(q, to->product_id);
	q_str(q, to->sku);
	q_str(q, to->title);
	q_str(q, to->options);
	q_i64(q, x->qty);
	q_i64(q, x->unit_minor);
	q_i64(q, to->line_minor);
	q_i64(q, x->tax_bp);
	q_i64(q, to->tax.tax_minor);
	q_i64(q, to->tracked ? x->qty : 0);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(db, SQL_CHANGE_ADD_TAX);
	q_u64(q, c->id);
	q_i64(q, x->tax_bp);
	q_i64(q, to->tax.net_minor);
	q_i64(q, to->tax.tax_minor);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(db, SQL_CHANGE_ADD_TOTALS);
	q_i64(q, to->line_minor);
	q_i64(q, to->tax.tax_minor);
	q_i64(q, to->tax.gross_minor);
	q_u64(q, c->id);
	return db_run(q, NULL, e);
}

static bool
add_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_addition *x = c->ask;
	struct order_part part = {.variant_id = x->variant_id, .tracked = true};
	struct added to;
	struct change_credit debt = {.kind = LEDGER_ADDED};

	if (!find_goods(db, c, x, &to, e) || !insert_line(db, c, x, &to, e))
		return false;
	c->made = (uint64_t)to.pos;
	debt.worth = (struct order_worth){-to.tax.gross_minor, -to.tax.tax_minor};
	part.product_id = to.product_id;
	part.tracked = to.tracked;
	change_take(c, &part, x->qty);
	c->facts.goods.open += x->qty;
	return change_credit(db, c, &debt, e) && change_step(c, ORDER_EV_ADD, c->made, e);
}

bool
order_add(struct db *db, struct arena *a, const struct order_act *act, const struct order_addition *x,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){.a = a, .act = act, .event = ORDER_EV_ADD, .body = add_body, .ask = x, .done = done}, e);
}
