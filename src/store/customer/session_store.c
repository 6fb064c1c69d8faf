#include "store/customer/session_store.h"

#include <string.h>

#include "base/num.h"
#include "store/sql.h"

/* The time of the last visit is updated only when it is older than this, so that most reads need no write. */
#define SEEN_AGAIN_S 86400

#define OLD_AT_ONCE 200 /* rows of one transaction; a cart has up to 100 lines */

static void
hash_of(const struct session *s, uint8_t hash[SECRET_HASH_B])
{
	secret_hash(str_n(s->token, sizeof(s->token)), hash);
}

static void
write_csrf(struct arena *a, struct session *s, struct str csrf)
{
	struct str text = secret_base64url(a, csrf.p, csrf.n);

	ASSERT(text.n < sizeof(s->csrf));
	memcpy(s->csrf, text.p, text.n);
}

static bool
touch(struct db *db, const struct session *s, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SESSION_SEEN);

	q_i64(q, now_s);
	q_u64(q, s->id);
	return db_run(q, NULL, e);
}

bool
session_find(
    struct db *db, struct arena *a, const struct session_wanted *want, struct session **out, struct err *e)
{
	struct session *s = ARENA_NEW(a, struct session);
	uint8_t hash[SECRET_HASH_B];
	struct db_query *q;
	struct db_rows rows;
	struct str csrf;
	int64_t seen_at;
	bool found;

	*out = NULL;
	if (!secret_from_base64url(want->cookie, s->token, sizeof(s->token)))
		return true;
	hash_of(s, hash);
	q = db_query(db, SQL_SESSION_FIND);
	q_i64(q, want->cart_units);
	q_bytes(q, str_n(hash, sizeof(hash)));
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (!found)
		return true;
	s->id = c_u64(&rows);
	csrf = c_bytes(&rows);
	seen_at = c_i64(&rows);
	s->cart_units = c_i64(&rows);
	ASSERT(csrf.n == SESSION_CSRF_B);
	write_csrf(a, s, csrf);
	*out = s;
	return want->now_s - seen_at < SEEN_AGAIN_S || touch(db, s, want->now_s, e);
}

struct str
session_pack(struct arena *a, const struct session *s)
{
	return str_fmt(a, "%llu %lld %s", (unsigned long long)s->id, (long long)s->cart_units, s->csrf);
}

bool
session_unpack(struct str text, struct str cookie, struct session *s)
{
	struct str id, units;

	*s = (struct session){0};
	if (!secret_from_base64url(cookie, s->token, sizeof(s->token)) || !str_cut(&text, ' ', &id)
	    || !str_cut(&text, ' ', &units) || !num_u64(id, 1, UINT64_MAX, &s->id)
	    || !num_i64(units, -1, INT64_MAX, &s->cart_units) || text.n >= sizeof(s->csrf))
		return false;
	memcpy(s->csrf, text.p, text.n);
	return true;
}

bool
session_create(struct db *db, struct arena *a, int64_t now_s, struct session **out, struct err *e)
{
	struct session *s = ARENA_NEW(a, struct session);
	uint8_t hash[SECRET_HASH_B], csrf[SESSION_CSRF_B];
	struct db_query *q;

	secret_random(s->token, sizeof(s->token));
	secret_random(csrf, sizeof(csrf));
	write_csrf(a, s, str_n(csrf, sizeof(csrf)));
	s->cart_units = -1;
	hash_of(s, hash);
	q = db_query(db, SQL_SESSION_CREATE);
	q_bytes(q, str_n(hash, sizeof(hash)));
	q_bytes(q, str_n(csrf, sizeof(csrf)));
	q_i64(q, now_s);
	q_i64(q, now_s);
	if (!db_run(q, NULL, e))
		return false;
	s->id = db_last_id(db);
	*out = s;
	return true;
}

struct ending {
	const struct session *s;
	int64_t now_s;
};

static bool
run_with(struct db *db, enum sql_id sql, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, sql);

	q_u64(q, id);
	return db_run(q, NULL, e);
}

/* The rows of the carts are locked first, as by all who change a cart. */
static bool
end_body(struct db *db, void *arg, struct err *e)
{
	const struct ending *x = arg;
	struct db_query *q;
	uint64_t n;

	if (!run_with(db, SQL_SESSION_FORGET_DRAFTS, x->s->id, e))
		return false;
	q = db_query(db, SQL_SESSION_CLOSE_CART);
	q_i64(q, x->now_s);
	q_u64(q, x->s->id);
	return db_run(q, &n, e) && (n == 0 || run_with(db, SQL_SESSION_EMPTY_CART, db_last_id(db), e))
	    && run_with(db, SQL_SESSION_END, x->s->id, e);
}

bool
session_end(struct db *db, const struct session *s, int64_t now_s, struct err *e)
{
	struct ending x = {s, now_s};

	return db_tx(db, end_body, &x, e);
}

static bool
delete_old(struct db *db, enum sql_id sql, int64_t now_s, int64_t age_s, uint64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, sql);

	q_i64(q, now_s);
	q_i64(q, age_s);
	q_u64(q, OLD_AT_ONCE);
	return db_run(q, n, e);
}

bool
session_delete_old(struct db *db, const struct session_age *age, struct session_deleted *n, struct err *e)
{
	*n = (struct session_deleted){.carts = 0};
	if (!delete_old(db, SQL_SESSION_DELETE_CARTS, age->now_s, age->cart_s, &n->carts, e)
	    || !delete_old(db, SQL_SESSION_DELETE_OLD, age->now_s, age->session_s, &n->sessions, e))
		return false;
	n->more = n->carts == OLD_AT_ONCE || n->sessions == OLD_AT_ONCE;
	return true;
}

struct str
session_cookie(struct arena *a, const struct session *s)
{
	return secret_base64url(a, s->token, sizeof(s->token));
}

struct str
session_csrf(const struct session *s)
{
	return str_z(s->csrf);
}
