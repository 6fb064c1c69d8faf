#include "store/control_store.h"

#include "base/clock.h"
#include "plat/db/db_code.h"
#include "store/sql.h"

#define PAUSE_WAIT_NS (12 * CLOCK_S)

static bool
read_row(struct db *db, enum sql_id id, struct arena *a, struct shop_control *c, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, id), a, &rows, e))
		return false;
	c->paused = c_u64(&rows);
	c->identity = c_u64(&rows);
	c->read_only = c_u64_or(&rows, 0) != 0;
	c->beat = c_u64_or(&rows, 0);
	c->now_s = c_i64_or(&rows, 0);
	return true;
}

bool
shop_control_read(struct db *db, struct arena *a, struct shop_control *c, struct err *e)
{
	return read_row(db, SQL_CONTROL_READ, a, c, e);
}

bool
shop_control_read_alone(struct db *db, struct arena *a, struct shop_control *c, struct err *e)
{
	return read_row(db, SQL_CONTROL_SHARE, a, c, e);
}

static const char *
pause_reason(uint64_t paused)
{
	if (paused & SHOP_OLDER)
		return "since the database is older than what was acknowledged: kontor receipts compare";
	return paused & SHOP_RESTORING ? "by kontor restore" : "by kontor pause";
}

bool
shop_control_may_place(struct db *db, struct arena *a, struct shop_control *c, struct err *e)
{
	if (!read_row(db, SQL_CONTROL_SHARE, a, c, e)) {
		if (e->kind != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		return err_set(
		    e, ERR_BUSY, "ordering is stopped: " SHOP_CONTROL_TABLE " has no row; `kontor migrate` creates it");
	}
	return c->paused == 0
	    || err_set(e, ERR_BUSY, "ordering is paused on all hosts, %s", pause_reason(c->paused));
}

static bool
control_change(struct db *db, enum sql_id id, unsigned bits, struct err *e)
{
	struct db_query *q = db_query(db, id);
	uint64_t n;

	q_u64(q, bits);
	return db_run(q, &n, e)
	    && (n > 0
		|| err_set(e, ERR_UPSTREAM, SHOP_CONTROL_TABLE " has no row; `kontor migrate` creates it"));
}

struct pause {
	unsigned bit;
	const struct control *due;
	uint64_t identity; /* 0: any */
};

/* `kontor resume` ends the host's pause before it changes the row, so behind the lock one of the two is seen. */
static bool
pause_row(struct db *db, void *arg, struct err *e)
{
	const struct pause *p = arg;
	struct db_query *q;

	if (p->identity != 0) {
		q = db_query(db, SQL_CONTROL_PAUSE_OF);
		q_u64(q, p->bit);
		q_u64(q, p->identity);
		return db_run(q, NULL, e);
	}
	return control_change(db, SQL_CONTROL_PAUSE, p->bit, e)
	    && (p->due == NULL || control_pause_due(p->due)
		|| err_set(e, ERR_CONFLICT, "the pause of this host has ended"));
}

static bool
pause_when_free(struct db *db, struct pause *p, struct err *e)
{
	uint64_t until_ns = clock_mono_ns() + PAUSE_WAIT_NS;

	while (!db_tx(db, pause_row, p, e)) {
		if (e->code != DB_CODE_LOCK_WAIT)
			return false;
		if (clock_mono_ns() > until_ns)
			return err_context(e, "orders being placed did not finish in time");
		err_clear(e);
	}
	return true;
}

bool
shop_control_pause(struct db *db, unsigned bit, const struct control *due, struct err *e)
{
	struct pause p = {.bit = bit, .due = due};

	return pause_when_free(db, &p, e);
}

bool
shop_control_pause_older(struct db *db, uint64_t identity, struct err *e)
{
	struct pause p = {.bit = SHOP_OLDER, .identity = identity};

	return pause_when_free(db, &p, e);
}

bool
shop_control_resume(struct db *db, unsigned bits, struct err *e)
{
	return control_change(db, SQL_CONTROL_RESUME, bits, e);
}

bool
shop_control_renew(struct db *db, struct arena *a, uint64_t *identity, struct err *e)
{
	struct shop_control c;

	if (!db_run(db_query(db, SQL_CONTROL_RENEW), NULL, e) || !shop_control_read(db, a, &c, e))
		return false;
	*identity = c.identity;
	return true;
}

static bool
close_loss(struct db *db, void *arg, struct err *e)
{
	(void)arg;
	return db_run(db_query(db, SQL_CONTROL_RENEW), NULL, e) && shop_control_resume(db, SHOP_OLDER, e);
}

bool
shop_control_close_loss(struct db *db, struct arena *a, uint64_t *identity, struct err *e)
{
	struct shop_control c;

	if (!db_tx(db, close_loss, NULL, e) || !shop_control_read(db, a, &c, e))
		return false;
	*identity = c.identity;
	return true;
}

bool
shop_control_clock(struct db *db, struct arena *a, int64_t *now_s, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_CONTROL_CLOCK), a, &rows, e))
		return false;
	*now_s = c_i64_or(&rows, 0);
	return true;
}

bool
shop_control_beat(struct db *db, struct err *e)
{
	return db_run(db_query(db, SQL_CONTROL_BEAT), NULL, e);
}

bool
shop_expiry_read(struct db *db, struct arena *a, struct shop_expiry *x, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_CONTROL_EXPIRED), a, &rows, e))
		return e->kind == ERR_NOT_FOUND && err_context(e, "shop_beat has no row; `kontor migrate` creates it");
	x->expired_s = c_i64(&rows);
	x->now_s = c_i64_or(&rows, 0);
	return true;
}

bool
shop_expiry_set(struct db *db, int64_t expired_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CONTROL_SET_EXPIRED);

	q_i64(q, expired_s);
	return db_run(q, NULL, e);
}

bool
shop_currency_claim(struct db *db, struct str code, struct err *e)
{
	struct db_query *q;

	if (!db_run(db_query(db, SQL_CURRENCY_FORGET), NULL, e))
		return false;
	q = db_query(db, SQL_CURRENCY_CLAIM);
	q_str(q, code);
	return db_run(q, NULL, e);
}
