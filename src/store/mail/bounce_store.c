#include "store/mail/bounce_store.h"

#include "store/sql.h"

#define STATUS_MAX 16
#define WHY_MAX_B 255

struct bounce_tx {
	struct arena *a;
	const struct bounce *b;
	struct bounce_done *done;
	struct str address;
	bool shops, former; /* the shop's own mail; the order has another address by now */
};

static bool
find_mail(struct db *db, struct bounce_tx *tx, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_BOUNCE_MAIL);
	struct db_rows rows;

	q_u64(q, tx->b->id);
	if (!db_find(q, tx->a, &rows, found, e) || !*found)
		return e->kind == ERR_NONE;
	tx->done->subject = c_str(&rows);
	tx->done->number = c_str(&rows);
	tx->address = c_str(&rows);
	tx->shops = c_i64(&rows) != 0;
	tx->former = c_i64(&rows) != 0;
	return true;
}

static bool
put_bounce(struct db *db, struct bounce_tx *tx, bool counts, bool *first, struct err *e)
{
	struct db_query *q = db_query(db, SQL_BOUNCE_PUT);
	uint64_t n;

	q_u64(q, tx->b->id);
	q_str(q, tx->address);
	q_str(q, str_head(tx->b->status, STATUS_MAX));
	q_str(q, str_head(tx->b->answer, WHY_MAX_B));
	q_i64(q, counts);
	if (!db_run(q, &n, e))
		return false;
	*first = n > 0;
	return true;
}

static bool
suppress(struct db *db, struct str address, struct str why, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SUPPRESS);

	q_str(q, address);
	q_str(q, str_head(why, WHY_MAX_B));
	return db_run(q, NULL, e);
}

/* 5.1.x is about the address; 4.x.x, 5.0.x, 5.2.x and 5.4.x about the mailbox or the way to it. 5.7.x and the rest are
 * about the mail. */
static bool
is_permanent(struct str status)
{
	return str_starts(status, STR("5.1."));
}

static bool
is_counted(struct str status)
{
	return is_permanent(status) || str_starts(status, STR("4.")) || str_starts(status, STR("5.0."))
	       || str_starts(status, STR("5.2.")) || str_starts(status, STR("5.4."));
}

static bool
judge_address(struct db *db, struct bounce_tx *tx, struct err *e)
{
	struct db_query *q = db_query(db, SQL_BOUNCE_COUNT);
	struct str status = tx->b->status;
	struct db_rows rows;

	q_str(q, tx->address);
	q_i64(q, (int64_t)BOUNCE_DAYS * 86400);
	if (!db_get(q, tx->a, &rows, e))
		return false;
	tx->done->count = c_i64(&rows);
	tx->done->result = BOUNCE_COUNTED;
	if (!is_permanent(status) && tx->done->count < BOUNCE_MOST)
		return true;
	tx->done->result = BOUNCE_SUPPRESSED;
	return suppress(db, tx->address, str_fmt(tx->a, "%.*s %.*s", STR_ARG(status), STR_ARG(tx->b->answer)), e);
}

static bool
bounce_body(struct db *db, void *arg, struct err *e)
{
	struct bounce_tx *tx = arg;
	bool found, first, counts;

	*tx->done = (struct bounce_done){.result = BOUNCE_UNKNOWN};
	if (!find_mail(db, tx, &found, e) || !found)
		return e->kind == ERR_NONE;
	counts = is_counted(tx->b->status) && !tx->shops && !tx->former && tx->address.n > 0;
	if (!put_bounce(db, tx, counts, &first, e))
		return false;
	tx->done->result = first ? BOUNCE_NOTED : BOUNCE_AGAIN;
	return !first || !counts || judge_address(db, tx, e);
}

bool
bounce_take(
    struct db *db, struct arena *a, const struct bounce *b, bool dry_run, struct bounce_done *done, struct err *e)
{
	struct bounce_tx tx = {.a = a, .b = b, .done = done};

	return dry_run ? db_trial(db, bounce_body, &tx, e) : db_tx(db, bounce_body, &tx, e);
}

bool
bounce_refused(struct db *db, struct str address, struct str why, struct err *e)
{
	return suppress(db, address, why, e);
}

static void
read_suppressed(struct db_rows *rows, struct suppressed *s)
{
	s->address = c_str(rows);
	s->why = c_str(rows);
	s->at = c_i64(rows);
}

bool
suppressed_find(struct db *db, struct arena *a, struct str address, struct suppressed *s, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SUPPRESSED_FIND);
	struct db_rows rows;

	q_str(q, address);
	if (!db_find(q, a, &rows, found, e))
		return false;
	if (*found)
		read_suppressed(&rows, s);
	return true;
}

bool
suppressed_list(
    struct db *db, struct arena *a, struct str after, uint64_t limit, struct suppressed_list *list, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SUPPRESSED_LIST);
	struct db_rows rows;

	q_str(q, after);
	q_u64(q, limit);
	if (!db_select(q, a, &rows, e))
		return false;
	*list = (struct suppressed_list){.v = ARENA_ARRAY(a, struct suppressed, rows.n + 1)};
	while (db_next(&rows))
		read_suppressed(&rows, &list->v[list->n++]);
	return true;
}

struct lift_tx {
	struct str address;
	uint64_t n;
};

static bool
lift_body(struct db *db, void *arg, struct err *e)
{
	struct lift_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_SUPPRESSED_LIFT);

	q_str(q, tx->address);
	return db_run(q, &tx->n, e) && db_run_str(db, SQL_BOUNCES_FORGIVEN, tx->address, e);
}

bool
suppressed_lift(struct db *db, struct str address, bool dry_run, bool *found, struct err *e)
{
	struct lift_tx tx = {.address = address};

	if (!(dry_run ? db_trial(db, lift_body, &tx, e) : db_tx(db, lift_body, &tx, e)))
		return false;
	*found = tx.n > 0;
	return true;
}

bool
suppressed_confirmed(struct db *db, struct str address, int64_t at, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SUPPRESSED_CONFIRMED);

	q_str(q, address);
	q_i64(q, at);
	return db_run(q, NULL, e);
}
