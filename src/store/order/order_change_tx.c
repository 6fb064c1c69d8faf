#include "store/order/order_change_tx.h"

#include <time.h>

#include "base/utf8.h"
#include "store/order/order_cache.h"
#include "store/order/stock_store.h"
#include "store/sql.h"

static struct str
actor_of(const struct change *c)
{
	return str_head(str_z(c->act->actor), ORDER_ACTOR_MAX);
}

/* Inserts the key. *first is false if it was there. */
static bool
take_key(struct db *db, const struct change *c, bool *first, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_ACTION);
	uint64_t n;

	q_bytes(q, c->act->key);
	q_u64(q, c->act->order_id);
	q_i64(q, c->event);
	q_str(q, actor_of(c));
	if (!db_run(q, &n, e))
		return false;
	*first = n > 0;
	return true;
}

/* Takes the result of the first action with this key. */
static bool
show_first(struct db *db, struct change *c, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_FIRST);
	struct db_rows rows;

	q_bytes(q, c->act->key);
	if (!db_get(q, c->a, &rows, e))
		return false;
	if (c_u64(&rows) != c->act->order_id || c_u64(&rows) != (uint64_t)c->event)
		return err_set(e, ERR_CONFLICT, "the key belongs to another action");
	c->made = c_u64(&rows);
	c->version = c_u64(&rows);
	c->again = true;
	return true;
}

static bool
lock_order(struct db *db, struct change *c, struct err *e)
{
	struct db_rows rows;
	enum payment payment;
	bool found;
	struct db_query *q = db_query(db, SQL_CHANGE_LOCK);

	q_u64(q, c->act->order_id);
	if (!db_find(q, c->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no order %llu", (unsigned long long)c->act->order_id);
	c->id = c->act->order_id;
	c->number = c_str(&rows);
	c->token_hash = c_bytes(&rows);
	c->version = c_u64(&rows);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		c->before.of[m] = (uint8_t)c_u64(&rows);
	c->facts.states = c->before;
	found = currency_find(c_str(&rows), &c->cur);
	c->tax_included = c_u64(&rows) != 0;
	c->shipping_minor = c_i64(&rows);
	c->tax_minor = c_i64(&rows);
	c->total_minor = c_i64(&rows);
	c->facts.costs = c->total_minor > 0;
	if (payment_find(c_str(&rows), &payment)) {
		c->facts.prepaid = payment_prepaid(payment);
		c->facts.expires = payment_expires(payment);
	}
	c->now_s = c_i64_or(&rows, 0);
	return found || err_set(e, ERR_BUG, "order %llu: unknown currency", (unsigned long long)c->id);
}

bool
change_parts(struct db *db, struct change *c, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_CHANGE_PARTS, c->id, c->a, &rows, e))
		return false;
	c->n = 0;
	c->part = ARENA_ARRAY(c->a, struct order_part, rows.n + 1);
	c->give = ARENA_ARRAY(c->a, struct stock_change, rows.n + 1);
	c->take = ARENA_ARRAY(c->a, struct stock_change, rows.n + 1);
	while (db_next(&rows)) {
		struct order_part *p = &c->part[c->n++];

		*p = (struct order_part){.pos = (int)c_u64(&rows)};
		p->variant_id = c_u64(&rows);
		p->product_id = c_u64(&rows);
		p->qty = c_i64(&rows);
		p->unit_minor = c_i64(&rows);
		p->tax_minor = c_i64(&rows);
		p->tax_bp = (int32_t)c_i64(&rows);
		p->tracked = c_i64(&rows) > 0;
		p->cut = c_i64(&rows);
		p->sent = c_i64(&rows);
		p->delivered = c_i64(&rows);
		p->back = c_i64(&rows);
		p->refunded = c_i64(&rows);
		p->coming = c_i64(&rows);
	}
	c->facts.goods = order_parts_goods(c->part, c->n);
	return true;
}

bool
change_account(struct db *db, struct change *c, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_ACCOUNT);
	struct order_account *account = &c->facts.account;
	struct db_rows rows;

	q_u64(q, c->id);
	q_u64(q, c->id);
	if (!db_get(q, c->a, &rows, e))
		return false;
	account->owed_minor = c_i64(&rows);
	account->received_minor = c_i64(&rows);
	account->refunded_minor = c_i64(&rows);
	account->reserved_minor = c_i64(&rows);
	return true;
}

static struct str
time_text(struct arena *a, int64_t at)
{
	char text[40];
	time_t t = (time_t)at;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		return STR("an unknown time");
	return str_fmt(a, "%s", text);
}

static bool
refuse_version(struct db *db, struct change *c, struct err *e)
{
	struct db_rows rows;
	struct str actor, at;

	if (!db_select_u64(db, SQL_CHANGE_LAST, c->id, c->a, &rows, e) || !db_next(&rows))
		return err_set(e, ERR_CONFLICT, "order %s has changed", c->number.p);
	actor = c_str(&rows);
	at = time_text(c->a, c_i64(&rows));
	return err_set(e, ERR_CONFLICT, "order %s was changed by %s at %s: version %llu, not %llu", c->number.p,
	    actor.p, at.p, (unsigned long long)c->version, (unsigned long long)c->act->version);
}

bool
change_begin(struct db *db, struct change *c, struct err *e)
{
	if (!lock_order(db, c, e))
		return false;
	if (c->act->version != 0 && c->act->version != c->version)
		return refuse_version(db, c, e);
	return change_parts(db, c, e) && change_account(db, c, e);
}

static bool
add_event(struct change *c, const struct order_event_row *row, struct err *e)
{
	if (c->n_events == CHANGE_EVENTS)
		return err_set(e, ERR_BUG, "more than %d events in one change", CHANGE_EVENTS);
	c->events[c->n_events++] = *row;
	return true;
}

bool
change_step(struct change *c, enum order_event ev, uint64_t ref_id, struct err *e)
{
	struct order_states from = c->facts.states;
	enum order_machine refused;

	if (!order_step_all(ev, &c->facts, &refused))
		return err_set(e, ERR_CONFLICT, "order %s: %s is refused: its %s is %s", c->number.p,
		    order_event_name(ev), order_machine_name(refused), order_state_name(refused, from.of[refused]));
	for (int m = 0; m < ORDER_MACHINE__MAX; m++) {
		struct order_event_row row = {(enum order_machine)m, ev, from.of[m], c->facts.states.of[m], ref_id};

		if (order_takes_part(row.machine, ev) && !add_event(c, &row, e))
			return false;
	}
	return true;
}

bool
change_step_one(
    struct change *c, enum order_machine m, enum order_event ev, uint64_t ref_id, uint8_t *state, struct err *e)
{
	struct order_event_row row = {.machine = m, .event = ev, .from = *state, .ref_id = ref_id};

	if (!order_step_from(m, ev, &c->facts, state))
		return err_set(e, ERR_CONFLICT, "%s %llu of order %s: %s is refused: it is %s", order_machine_name(m),
		    (unsigned long long)ref_id, c->number.p, order_event_name(ev), order_state_name(m, *state));
	row.to = *state;
	return add_event(c, &row, e);
}

bool
change_entry(struct db *db, struct change *c, struct ledger_entry *entry, struct err *e)
{
	entry->order_id = c->id;
	entry->at = c->now_s;
	entry->currency = str_z(currency_code(c->cur));
	entry->actor = actor_of(c);
	return order_insert_entry(db, c->a, entry, e);
}

static struct ledger_row
debit(struct str account, int64_t minor)
{
	return (struct ledger_row){account, minor > 0 ? minor : 0, minor < 0 ? -minor : 0};
}

bool
change_credit(struct db *db, struct change *c, const struct change_credit *x, struct err *e)
{
	struct order_worth w = x->worth;
	const struct ledger_row rows[] = {
	    debit(STR("receivable"), -w.gross_minor),
	    debit(STR("sales"), w.gross_minor - w.tax_minor - x->shipping_minor),
	    debit(STR("shipping"), x->shipping_minor),
	    debit(STR("tax"), w.tax_minor),
	};

	c->facts.account.owed_minor -= w.gross_minor;
	return change_entry(
	    db, c, &(struct ledger_entry){.kind = x->kind, .ref_id = x->ref_id, .v = rows, .n = ARRAY_LEN(rows)}, e);
}

bool
change_sale_back(struct db *db, struct change *c, struct err *e)
{
	struct ledger_entry entry = {.kind = LEDGER_SALE_BACK};
	struct ledger_row *row;
	struct db_rows rows;

	if (!db_select_u64(db, SQL_LEDGER_NET, c->id, c->a, &rows, e))
		return false;
	entry.v = row = ARENA_ARRAY(c->a, struct ledger_row, rows.n + 1);
	while (db_next(&rows)) {
		row[entry.n].account = c_str(&rows);
		row[entry.n].credit_minor = c_i64(&rows);
		row[entry.n].debit_minor = c_i64(&rows);
		if (str_eq_z(row[entry.n].account, "receivable"))
			c->facts.account.owed_minor += row[entry.n].debit_minor - row[entry.n].credit_minor;
		entry.n++;
	}
	return change_entry(db, c, &entry, e);
}

static bool
find_part(const struct change *c, int pos, size_t *i)
{
	for (*i = 0; *i < c->n; (*i)++)
		if (c->part[*i].pos == pos)
			return true;
	return false;
}

bool
change_pieces(struct change *c, struct change_want *w, struct err *e)
{
	w->qty = ARENA_ARRAY(c->a, int64_t, c->n + 1);
	w->sum = 0;
	for (size_t i = 0; i < c->n; i++) {
		w->qty[i] = w->pieces->all ? w->limit[i] : 0;
		w->sum += w->qty[i];
	}
	for (size_t k = 0; !w->pieces->all && k < w->pieces->n; k++) {
		const struct order_piece *p = &w->pieces->v[k];
		size_t i;

		if (!find_part(c, p->pos, &i))
			return err_set(e, ERR_INPUT, "order %s has no line %d", c->number.p, p->pos);
		if (w->qty[i] != 0 || p->qty <= 0)
			return err_set(e, ERR_INPUT, "line %d: give one quantity above 0", p->pos);
		if (p->qty > w->limit[i])
			return err_set(e, ERR_CONFLICT, "line %d of order %s: %lld piece%s asked for, %lld %s",
			    p->pos, c->number.p, (long long)p->qty, PLURAL_S(p->qty), (long long)w->limit[i],
			    w->limited);
		w->qty[i] = p->qty;
		w->sum += p->qty;
	}
	return w->sum > 0 || err_set(e, ERR_CONFLICT, "order %s: no pieces are %s", c->number.p, w->limited);
}

void
change_give(struct change *c, const struct order_part *p, int64_t qty)
{
	if (p->tracked && qty > 0)
		c->give[c->n_give++] = (struct stock_change){p->variant_id, p->product_id, qty};
}

void
change_take(struct change *c, const struct order_part *p, int64_t qty)
{
	if (p->tracked && qty > 0)
		c->take[c->n_take++] = (struct stock_change){p->variant_id, p->product_id, qty};
}

static bool
write_head(struct db *db, const struct change *c, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_WRITE);
	const struct order_states *to = &c->facts.states;
	uint8_t payment = to->of[ORDER_MACHINE_PAYMENT];
	uint8_t ended;
	bool may_expire = order_step(ORDER_MACHINE_ORDER, ORDER_EV_EXPIRE, &c->facts, &ended);
	uint64_t n;

	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, to->of[m]);
	q_i64(q, may_expire);
	q_i64(q, payment == ORDER_PAYMENT_DUE || payment == ORDER_PAYMENT_PART_PAID);
	q_u64(q, c->id);
	q_u64(q, c->version);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, c->before.of[m]);
	if (!db_run(q, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_BUG, "order %llu changed under its lock", (unsigned long long)c->id);
}

/* An order whose goods have arrived or come back and whose money is settled is complete. */
static bool
complete(struct change *c, struct err *e)
{
	uint8_t goods = c->facts.states.of[ORDER_MACHINE_FULFILMENT], to;

	if (goods == ORDER_FULFILMENT_SENT || !order_step(ORDER_MACHINE_ORDER, ORDER_EV_COMPLETE, &c->facts, &to))
		return true;
	return change_step(c, ORDER_EV_COMPLETE, 0, e);
}

static bool
move_stock(struct db *db, struct change *c, struct err *e)
{
	struct stock_changes give = {
	    .v = c->give, .n = c->n_give, .order_id = c->id, .reason = c->reason, .now_s = c->now_s};
	struct stock_changes take = {
	    .v = c->take, .n = c->n_take, .order_id = c->id, .reason = STOCK_SALE, .now_s = c->now_s};
	struct stock_changes *one = c->n_give > 0 ? &give : &take;
	uint64_t short_of;

	ASSERT(c->n_give == 0 || c->n_take == 0);
	if (c->n_give > 0 ? !stock_give(db, c->a, &give, e) : !stock_take_later(db, c->a, &take, &short_of, e))
		return false;
	c->done->changed = one->changed;
	c->done->n_changed = one->n_changed;
	return true;
}

/* Read at the end: the order's state is that after the whole change. */
static bool
write_topic(struct db *db, const struct change *c, struct err *e)
{
	struct order_topic_row row = {
	    .order_id = c->id, .version = c->version + 1, .cause = c->act->key, .at = c->now_s};

	for (size_t i = 0; !c->internal && i < c->n_events; i++) {
		const struct order_event_row *ev = &c->events[i];
		struct order_topic_step step = {
		    ev->machine, ev->event, ev->from, ev->to, c->facts.states.of[ORDER_MACHINE_ORDER]};
		enum order_topic topic = order_topic_of(&step);

		if (topic == ORDER_TOPIC_NONE)
			continue;
		row.topic = topic;
		row.ref_id = ev->ref_id;
	}
	return order_insert_topic(db, c->a, &row, e);
}

bool
change_end(struct db *db, struct change *c, struct err *e)
{
	struct order_event_rows rows = {.order_id = c->id, .v = c->events, .actor = actor_of(c), .why = c->act->why};

	if (!complete(c, e))
		return false;
	ASSERT(c->n_events > 0);
	rows.n = c->n_events;
	rows.at = c->now_s;
	if (!write_head(db, c, e) || !order_insert_events(db, c->a, &rows, e)
	    || !order_changed(db, c->a, c->token_hash, c->now_s, e) || !write_topic(db, c, e) || !move_stock(db, c, e))
		return false;
	c->version++;
	return true;
}

static bool
keep_result(struct db *db, const struct change *c, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_RESULT);

	q_u64(q, c->made);
	q_u64(q, c->version);
	q_bytes(q, c->act->key);
	return db_run(q, NULL, e);
}

/* The order as it is now. */
static bool
show_again(struct db *db, struct change *c, struct err *e)
{
	uint64_t version = c->version;

	if (!lock_order(db, c, e) || !change_account(db, c, e))
		return false;
	c->version = version;
	return true;
}

static void
change_report(struct change *c)
{
	c->done->again = c->again;
	c->done->version = c->version;
	c->done->states = c->facts.states;
	c->done->made = c->made;
	c->done->owed_minor = c->facts.account.owed_minor;
	c->done->number = c->number;
	c->done->token_hash = c->token_hash;
}

static bool
run_body(struct db *db, void *arg, struct err *e)
{
	struct change *c = arg;
	bool first;

	*c = (struct change){
	    .a = c->a, .act = c->act, .event = c->event, .body = c->body, .ask = c->ask, .done = c->done};
	*c->done = (struct order_done){0};
	if (!take_key(db, c, &first, e))
		return false;
	if (!first && !show_first(db, c, e))
		return false;
	if (c->again) {
		if (!show_again(db, c, e))
			return false;
	} else if (!change_begin(db, c, e) || !c->body(db, c, e) || (!c->again && !change_end(db, c, e))
		   || !keep_result(db, c, e)) {
		return false;
	}
	change_report(c);
	return true;
}

bool
change_run(struct db *db, struct change *c, struct err *e)
{
	if (c->act->key.n != ORDER_KEY_B)
		return err_set(e, ERR_INPUT, "the action's key has %zu bytes", c->act->key.n);
	if (!utf8_valid(c->act->why) || utf8_len(c->act->why) > ORDER_WHY_MAX)
		return err_set(e, ERR_INPUT, "the reason is longer than %d characters", ORDER_WHY_MAX);
	return c->act->dry_run ? db_trial(db, run_body, c, e) : db_tx(db, run_body, c, e);
}
