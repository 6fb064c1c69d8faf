#include "store/outbox_queue.h"

#include <string.h>

#include "base/utf8.h"
#include "plat/text/secret.h"
#include "store/sql.h"

#define UTF8_MORE 3 /* bytes after the first of a character */

struct claim {
	struct arena *a;
	struct str kind;
	int64_t lease_s;
	struct outbox_item *item;
	bool found;
};

int64_t
outbox_back_off_s(unsigned attempts, uint64_t random)
{
	static const int64_t steps_s[] = {60, 300, 900, 3600};
	int64_t s = steps_s[attempts == 0 ? 0 : attempts <= ARRAY_LEN(steps_s) ? attempts - 1 : ARRAY_LEN(steps_s) - 1];

	return s - s / 4 + (int64_t)(random % (uint64_t)(s / 2 + 1));
}

static void
read_item(struct db_rows *row, struct outbox_item *x)
{
	x->id = c_u64(row);
	x->subject = c_str(row);
	x->payload = c_str(row);
	x->version = c_u64(row);
	x->order_id = c_u64(row);
	x->cause = (const uint8_t *)c_bytes_or(row, (struct str){0}).p;
	x->attempts = (unsigned)c_u64(row) + 1;
	x->created_at = c_i64(row);
	x->use_by = c_i64(row);
	x->late = c_i64_or(row, 0) != 0;
}

static bool
claim_one(struct db *db, void *arg, struct err *e)
{
	struct claim *c = arg;
	struct db_query *q = db_query(db, SQL_OUTBOX_NEXT);
	int64_t unended_s;
	struct db_rows row;

	q_str(q, c->kind);
	if (!db_find(q, c->a, &row, &c->found, e) || !c->found)
		return e->kind == ERR_NONE;
	*c->item = (struct outbox_item){0};
	read_item(&row, c->item);
	secret_random(&c->item->lease, sizeof(c->item->lease));
	c->item->lease |= 1; /* 0: no lease */
	unended_s = outbox_back_off_s(c->item->attempts - 1, c->item->lease);
	q = db_query(db, SQL_OUTBOX_CLAIM);
	q_u64(q, c->item->lease);
	q_i64(q, c->item->attempts > 1 && unended_s > c->lease_s ? unended_s : c->lease_s);
	q_u64(q, c->item->id);
	return db_run(q, NULL, e);
}

bool
outbox_claim(struct db *db, struct arena *a, struct str kind, int64_t lease_s, struct outbox_item *item, bool *found,
    struct err *e)
{
	struct claim c = {.a = a, .kind = kind, .lease_s = lease_s, .item = item};
	bool ok = db_tx(db, claim_one, &c, e);

	*found = ok && c.found;
	return ok;
}

/* An answer from outside can be any bytes, and cut within a character; the column takes UTF-8. */
static struct str
clean_why(char why[256])
{
	struct str s = str_n(why, strnlen(why, 255));
	size_t whole = s.n;
	bool valid = utf8_valid(s);

	while (!valid && whole > 0 && s.n - whole < UTF8_MORE) {
		whole--;
		valid = utf8_valid(str_head(s, whole));
	}
	if (valid)
		s.n = whole;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)why[i] < ' ' || why[i] == 0x7f || (!valid && (unsigned char)why[i] >= 0x80))
			why[i] = '?';
	return s;
}

struct ending {
	const struct outbox_item *item;
	enum outbox_state state;
	int64_t wait_s;
	bool uncounted;
	struct str why;
	uint64_t n;
};

static bool
write_end(struct db *db, void *arg, struct err *e)
{
	struct ending *x = arg;
	struct db_query *q = db_query(db, SQL_OUTBOX_END);

	q_u64(q, (uint64_t)x->state);
	q_u64(q, x->uncounted ? 1 : 0);
	q_i64(q, x->wait_s);
	q_i64(q, x->state != OUTBOX_WAITING);
	q_str(q, x->why);
	q_u64(q, x->item->id);
	q_u64(q, x->item->lease);
	return db_run(q, &x->n, e);
}

static void
choose_end(const struct outbox_result *r, struct ending *x)
{
	static const enum outbox_state state[] = {[OUTBOX_DONE] = OUTBOX_OVER, [OUTBOX_AGAIN] = OUTBOX_WAITING,
	    [OUTBOX_NEVER] = OUTBOX_DEAD, [OUTBOX_DROP] = OUTBOX_DROPPED, [OUTBOX_LATER] = OUTBOX_WAITING,
	    [OUTBOX_HALT] = OUTBOX_WAITING};

	x->state = state[r->end];
	x->uncounted = r->end == OUTBOX_LATER || r->end == OUTBOX_HALT;
	if (r->end == OUTBOX_AGAIN) {
		uint64_t random;

		secret_random(&random, sizeof(random));
		x->wait_s = outbox_back_off_s(x->item->attempts, random);
		if (x->item->attempts >= OUTBOX_ATTEMPTS_MAX)
			x->state = OUTBOX_DEAD;
	} else if (r->end == OUTBOX_HALT) {
		x->wait_s = OUTBOX_HALT_S;
	}
	if (x->wait_s < r->wait_s)
		x->wait_s = r->wait_s;
	if (x->state != OUTBOX_WAITING)
		x->wait_s = 0;
}

bool
outbox_finish(struct db *db, const struct outbox_item *item, const struct outbox_result *r, bool *kept, struct err *e)
{
	struct ending x = {.item = item};
	char why[sizeof(r->why)];

	memcpy(why, r->why, sizeof(why));
	x.why = clean_why(why);
	choose_end(r, &x);
	if (!(db_in_tx(db) ? write_end(db, &x, e) : db_tx(db, write_end, &x, e)))
		return false;
	*kept = x.n == 1;
	return true;
}
