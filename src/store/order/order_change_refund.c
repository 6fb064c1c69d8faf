/* order_change_refund.c - money that goes back: asked for under the order's lock, so that no two refunds use the same
 * cent, then settled by the provider's answer. */
#include "store/order/order_change_tx.h"

#include "base/num.h"
#include "store/sql.h"

struct refund_part {
	int pos; /* 0: delivery; -1: neither */
	uint64_t return_line;
	int64_t qty;
	int32_t tax_bp;
	struct order_worth worth;
};

struct refund_plan {
	struct refund_part *v;
	size_t n;
	int64_t amount_minor; /* that is paid */
	struct change_credit credit;
	struct change_return back;
};

static void
add_part(struct refund_plan *p, const struct refund_part *part)
{
	p->v[p->n++] = *part;
	p->amount_minor += part->worth.gross_minor;
}

/* The only tax rate of the order; 0: there are several. */
static int32_t
rate_of(const struct change *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (c->part[i].tax_bp != c->part[0].tax_bp)
			return 0;
	return c->part[0].tax_bp;
}

static void
credit_part(struct refund_plan *p, const struct refund_part *part)
{
	p->credit.worth.gross_minor += part->worth.gross_minor;
	p->credit.worth.tax_minor += part->worth.tax_minor;
	if (part->pos == 0)
		p->credit.shipping_minor += part->worth.gross_minor - part->worth.tax_minor;
}

static int64_t
refundable(const struct order_part *p)
{
	return p->sent - p->refunded;
}

static bool
plan_pieces(struct change *c, struct refund_plan *p, const struct order_pieces *pieces, struct err *e)
{
	int64_t *limit = ARENA_ARRAY(c->a, int64_t, c->n + 1);
	struct change_want w = {.pieces = pieces, .limit = limit, .limited = "sent and not refunded"};

	for (size_t i = 0; i < c->n; i++)
		limit[i] = refundable(&c->part[i]);
	if (!change_pieces(c, &w, e))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		struct refund_part part = {.pos = c->part[i].pos, .qty = w.qty[i], .tax_bp = c->part[i].tax_bp};

		if (w.qty[i] == 0)
			continue;
		part.worth = order_part_worth(&c->part[i], c->tax_included, w.qty[i]);
		credit_part(p, &part);
		add_part(p, &part);
	}
	return true;
}

/* The pieces that a return received, or announces if none came yet, and its state. */
static bool
plan_return(struct db *db, struct change *c, struct refund_plan *p, uint64_t id, struct err *e)
{
	struct order_pieces pieces = {0};
	struct order_piece *piece;
	uint64_t *line;
	struct db_rows rows;

	uint8_t settled;

	if (!change_find_return(db, c, id, &p->back, e))
		return false;
	settled = p->back.state;
	if (!order_step_from(p->back.machine, ORDER_EV_RETURN_SETTLE, &c->facts, &settled))
		return err_set(e, ERR_CONFLICT, "return %llu of order %s is not paid: it is %s", (unsigned long long)id,
		    c->number.p, order_state_name(p->back.machine, p->back.state));
	if (!db_select_u64(db, SQL_RETURN_LINES, id, c->a, &rows, e))
		return false;
	pieces.v = piece = ARENA_ARRAY(c->a, struct order_piece, rows.n + 1);
	line = ARENA_ARRAY(c->a, uint64_t, rows.n + 1);
	while (db_next(&rows)) {
		int64_t asked, received;

		line[pieces.n] = c_u64(&rows);
		piece[pieces.n].pos = (int)c_u64(&rows);
		asked = c_i64(&rows);
		received = c_i64(&rows);
		piece[pieces.n].qty = p->back.state == ORDER_RETURN_ASKED ? asked : received;
		pieces.n += piece[pieces.n].qty > 0;
	}
	if (!plan_pieces(c, p, &pieces, e))
		return false;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < pieces.n; k++)
			if (piece[k].pos == p->v[i].pos)
				p->v[i].return_line = line[k];
	return true;
}

static bool
plan_delivery(struct db *db, struct change *c, struct refund_plan *p, struct err *e)
{
	struct refund_part part = {.tax_bp = rate_of(c), .worth = {c->shipping_minor, c->tax_minor}};
	struct db_rows rows;

	if (!db_select_u64(db, SQL_REFUND_OF_DELIVERY, c->id, c->a, &rows, e) || !db_next(&rows))
		return false;
	if (c_i64(&rows) > 0 || c->shipping_minor == 0)
		return err_set(e, ERR_CONFLICT, "the delivery of order %s %s", c->number.p,
		    c->shipping_minor == 0 ? "was free" : "was refunded");
	for (size_t i = 0; i < c->n; i++)
		part.worth.tax_minor -= c->part[i].tax_minor;
	if (!c->tax_included)
		part.worth.gross_minor += part.worth.tax_minor;
	credit_part(p, &part);
	add_part(p, &part);
	return true;
}

/* The amount comes from what is owed back; the rest is credited, with tax in the order's proportion. */
static bool
plan_amount(struct change *c, struct refund_plan *p, int64_t amount_minor, int64_t free_minor, struct err *e)
{
	struct refund_part part = {.pos = -1, .tax_bp = rate_of(c), .worth = {.gross_minor = amount_minor}};
	struct refund_part credit = part;
	int64_t product;

	if (amount_minor < 0 || !num_mul(amount_minor, c->tax_minor, &product))
		return err_set(e, ERR_INPUT, "not an amount that can be refunded");
	part.worth.tax_minor = c->total_minor == 0 ? 0 : product / c->total_minor;
	add_part(p, &part);
	if (amount_minor <= free_minor)
		return true;
	credit.worth.gross_minor = amount_minor - free_minor;
	credit.worth.tax_minor = part.worth.tax_minor * credit.worth.gross_minor / amount_minor;
	credit_part(p, &credit);
	return true;
}

/* Its whole sale is reversed. */
static bool
ended(const struct change *c)
{
	uint8_t state = c->facts.states.of[ORDER_MACHINE_ORDER];

	return state == ORDER_ORDER_CANCELLED || state == ORDER_ORDER_EXPIRED;
}

static bool
plan(struct db *db, struct change *c, struct refund_plan *p, struct err *e)
{
	const struct order_refund_ask *ask = c->ask;
	const struct order_account *account = &c->facts.account;
	int64_t owed_back = account->owed_minor < 0 ? -account->owed_minor : 0;
	int64_t free_minor = owed_back - account->reserved_minor, most;
	bool nothing =
	    ask->amount_minor == 0 && ask->pieces.n == 0 && !ask->pieces.all && !ask->delivery && ask->return_id == 0;

	*p = (struct refund_plan){
	    .v = ARENA_ARRAY(c->a, struct refund_part, c->n + 2), .credit = {.kind = LEDGER_CREDIT}};
	if (ended(c) && (ask->pieces.n > 0 || ask->pieces.all || ask->delivery || ask->return_id != 0))
		return err_set(
		    e, ERR_CONFLICT, "order %s has ended: only what is owed back can be refunded", c->number.p);
	if (ask->return_id != 0 && !plan_return(db, c, p, ask->return_id, e))
		return false;
	if ((ask->pieces.n > 0 || ask->pieces.all) && ask->return_id == 0 && !plan_pieces(c, p, &ask->pieces, e))
		return false;
	if (ask->delivery && !plan_delivery(db, c, p, e))
		return false;
	if (nothing && free_minor <= 0)
		return err_set(e, ERR_CONFLICT, "order %s: nothing is owed back", c->number.p);
	if ((nothing || ask->amount_minor != 0)
	    && !plan_amount(c, p, nothing ? free_minor : ask->amount_minor, free_minor > 0 ? free_minor : 0, e))
		return false;
	most = account->received_minor - account->refunded_minor - account->reserved_minor;
	return (p->amount_minor > 0 && p->amount_minor <= most)
	       || err_set(e, ERR_CONFLICT, "order %s: %lld cannot be refunded, at most %lld (minor units)", c->number.p,
		   (long long)p->amount_minor, (long long)most);
}

static bool
provider_of(struct db *db, struct change *c, int64_t amount_minor, struct str *provider, struct err *e)
{
	const struct order_refund_ask *ask = c->ask;
	struct db_query *q;
	struct db_rows rows;

	*provider = ask->provider;
	if (ask->provider.n > 0)
		return true;
	q = db_query(db, SQL_REFUND_PROVIDER);
	q_u64(q, c->id);
	q_i64(q, amount_minor);
	if (!db_get(q, c->a, &rows, e))
		return false;
	*provider = c_str(&rows);
	return true;
}

static bool
insert_refund(struct db *db, struct change *c, const struct refund_plan *p, struct err *e)
{
	const struct order_refund_ask *ask = c->ask;
	struct db_query *q;
	struct str provider;

	if (!provider_of(db, c, p->amount_minor, &provider, e))
		return false;
	q = db_query(db, SQL_REFUND_INSERT);
	q_u64(q, c->id);
	q_i64(q, p->amount_minor);
	q_str(q, str_z(currency_code(c->cur)));
	q_i64(q, ask->by_hand ? ORDER_REFUND_DONE : ORDER_REFUND_ASKED);
	q_i64(q, ask->by_hand);
	q_str(q, provider);
	if (ask->ref.n == 0)
		q_null(q);
	else
		q_str(q, ask->ref);
	if (ask->return_id == 0)
		q_null(q);
	else
		q_u64(q, ask->return_id);
	q_i64(q, c->now_s);
	q_i64(q, c->now_s);
	q_i64_or_null(q, c->now_s, ask->by_hand);
	if (!db_run(q, NULL, e))
		return false;
	c->made = db_last_id(db);
	return true;
}

static bool
insert_refund_lines(struct db *db, struct change *c, const struct refund_plan *p, struct err *e)
{
	struct db_query *q = db_query_rows(db, SQL_REFUND_LINE_INSERT, c->a, p->n);

	for (size_t i = 0; i < p->n; i++) {
		const struct refund_part *part = &p->v[i];

		q_u64(q, c->made);
		q_u64(q, c->id);
		if (part->pos < 0)
			q_null(q);
		else
			q_u64(q, (uint64_t)part->pos);
		if (part->return_line == 0)
			q_null(q);
		else
			q_u64(q, part->return_line);
		q_i64(q, part->qty);
		q_i64(q, part->worth.gross_minor);
		q_i64(q, part->tax_bp);
		q_i64(q, part->worth.tax_minor);
	}
	return db_run(q, NULL, e);
}

/* The money has left. */
static bool
book_refund(struct db *db, struct change *c, uint64_t refund, int64_t amount_minor, struct err *e)
{
	struct order_account *account = &c->facts.account;
	const struct ledger_row rows[] = {{STR("receivable"), amount_minor, 0}, {STR("cash"), 0, amount_minor}};
	bool rest;

	account->owed_minor += amount_minor;
	account->refunded_minor += amount_minor;
	account->reserved_minor -= amount_minor;
	rest = account->refunded_minor == account->received_minor;
	return change_entry(db, c,
		   &(struct ledger_entry){.kind = LEDGER_REFUND, .ref_id = refund, .v = rows, .n = ARRAY_LEN(rows)}, e)
	       && change_step(c, rest ? ORDER_EV_REFUND_REST : ORDER_EV_REFUND_PART, refund, e);
}

static bool
settle_return(struct db *db, struct change *c, struct refund_plan *p, uint64_t id, struct err *e)
{
	struct db_query *q;
	uint8_t from = p->back.state;

	if (!change_step_one(c, p->back.machine, ORDER_EV_RETURN_SETTLE, id, &p->back.state, e))
		return false;
	q = db_query(db, SQL_RETURN_SET);
	q_i64(q, p->back.state);
	q_i64(q, c->now_s);
	q_u64(q, id);
	q_u64(q, from);
	return db_run(q, NULL, e);
}

static bool
refund_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_refund_ask *ask = c->ask;
	uint8_t state = ORDER_REFUND_NEW;
	struct refund_plan p;

	if (!plan(db, c, &p, e) || !insert_refund(db, c, &p, e) || !insert_refund_lines(db, c, &p, e))
		return false;
	p.credit.ref_id = c->made;
	c->facts.account.reserved_minor += p.amount_minor;
	if ((p.credit.worth.gross_minor != 0 && !change_credit(db, c, &p.credit, e))
	    || !change_step_one(c, ORDER_MACHINE_REFUND, ORDER_EV_REFUND_ASK, c->made, &state, e)
	    || !change_step(c, ORDER_EV_REFUND_ASK, c->made, e)
	    || (ask->return_id != 0 && !settle_return(db, c, &p, ask->return_id, e)))
		return false;
	return !ask->by_hand
	       || (change_step_one(c, ORDER_MACHINE_REFUND, ORDER_EV_REFUND_SETTLE, c->made, &state, e)
		   && book_refund(db, c, c->made, p.amount_minor, e));
}

bool
order_refund(struct db *db, struct arena *a, const struct order_act *act, const struct order_refund_ask *ask,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_REFUND_ASK, .body = refund_body, .ask = ask, .done = done},
	    e);
}

static bool
set_refund(struct db *db, struct change *c, const struct order_refund_answer *answer, uint8_t from, struct err *e)
{
	struct db_query *q = db_query(db, SQL_REFUND_SET);

	q_i64(q, answer->state);
	if (answer->ref.n == 0)
		q_null(q);
	else
		q_str(q, answer->ref);
	q_i64(q, answer->state == ORDER_REFUND_UNKNOWN);
	q_i64(q, c->now_s);
	q_u64(q, answer->refund);
	q_u64(q, from);
	return db_run(q, NULL, e);
}

static bool
settle_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_refund_answer *answer = c->ask;
	enum order_event ev = answer->state == ORDER_REFUND_DONE      ? ORDER_EV_REFUND_SETTLE
	                      : answer->state == ORDER_REFUND_REFUSED ? ORDER_EV_REFUND_REFUSE
	                                                              : ORDER_EV_REFUND_DOUBT;
	struct db_query *q = db_query(db, SQL_REFUND_GET);
	struct db_rows rows;
	int64_t amount_minor;
	uint8_t from, to;
	bool found;

	q_u64(q, answer->refund);
	q_u64(q, c->id);
	if (!db_find(q, c->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(
		    e, ERR_NOT_FOUND, "order %s has no refund %llu", c->number.p, (unsigned long long)answer->refund);
	to = from = (uint8_t)c_u64(&rows);
	amount_minor = c_i64(&rows);
	c->made = answer->refund;
	if (!change_step_one(c, ORDER_MACHINE_REFUND, ev, answer->refund, &to, e)
	    || !set_refund(db, c, answer, from, e))
		return false;
	if (to == ORDER_REFUND_DONE)
		return book_refund(db, c, answer->refund, amount_minor, e);
	if (to == ORDER_REFUND_REFUSED)
		c->facts.account.reserved_minor -= amount_minor;
	return true;
}

bool
order_refund_settle(struct db *db, struct arena *a, const struct order_act *act,
    const struct order_refund_answer *answer, struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_REFUND_SETTLE, .body = settle_body, .ask = answer, .done = done},
	    e);
}
