#include "plat/db/db_impl.h"

#include <errmsg.h>
#include <sys/random.h>

#define TX_ATTEMPTS 4
#define TX_WAIT_NS (5 * CLOCK_MS)

int
db_fault_due(struct db *db)
{
	if (db->fault_in == 0 || --db->fault_in > 0)
		return 0;
	return db->fault_code;
}

void
db_fault(struct db *db, unsigned n, int code)
{
	db->fault_in = n;
	db->fault_code = code;
}

static bool
tx_say(struct db *db, const char *text, struct err *e)
{
	uint64_t began_ns = clock_mono_ns(), limit_ms = db_statement_ms(db);
	int fault = db_fault_due(db);
	bool ok;

	db_call_limit(db, limit_ms == 0 ? 0 : limit_ms + 1000);
	if (fault > 0)
		ok = db_fail(db, text, (unsigned)fault, "provoked", e);
	else if (fault == DB_FAULT_LOST_BEFORE)
		ok = db_fail(db, text, CR_SERVER_LOST, "provoked", e);
	else if (db_call_text(db, str_z(text)) != 0)
		ok = db_fail(db, text, mysql_errno(db->mysql), mysql_error(db->mysql), e);
	else
		ok = fault == 0 || db_fail(db, text, CR_SERVER_LOST, "provoked", e);
	db_count_query(db, began_ns);
	if (ok)
		db_alive(db, true);
	return ok;
}

bool
db_repeats(const struct db *db)
{
	return db->setup.role != DB_MIGRATE;
}

static bool
tx_begin(struct db *db, const char *text, struct err *e)
{
	if (db->tx != DB_TX_NONE)
		return err_set(e, ERR_BUG, "database: a transaction within a transaction");
	db->again = false;
	for (int attempt = 0;; attempt++) {
		struct err why = {0};

		if (!db_ready(db, e))
			return false;
		if (tx_say(db, text, &why))
			break;
		if (db->mysql != NULL || db->timed_out || attempt > 0 || !db_repeats(db))
			return db_pass(e, &why);
	}
	db->tx = DB_TX_OPEN;
	return true;
}

bool
db_begin(struct db *db, struct err *e)
{
	return tx_begin(db, "START TRANSACTION", e);
}

bool
db_snapshot(struct db *db, struct err *e)
{
	if (db->tx != DB_TX_NONE)
		return err_set(e, ERR_BUG, "database: a snapshot within a transaction");
	return db_ready(db, e) && tx_say(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", e)
	    && tx_begin(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", e);
}

/* Unless the error says that the transaction was rolled back, its outcome is unknown. */
bool
db_commit(struct db *db, struct err *e)
{
	bool ok;

	if (db->tx == DB_TX_NONE)
		return err_set(e, ERR_BUG, "database: COMMIT without a transaction");
	if (!db_ready(db, e))
		return false;
	db->committing = true;
	ok = tx_say(db, "COMMIT", e);
	db->committing = false;
	if (ok)
		db->tx = DB_TX_NONE;
	return ok;
}

bool
db_ping(struct db *db, struct err *e)
{
	return db_begin(db, e) && db_commit(db, e);
}

/* Gives ROLLBACK at least 50 ms, even after the deadline, since a new connection costs more. */
void
db_rollback(struct db *db)
{
	struct err ignored = {0};
	uint64_t deadline_ns = db->deadline_ns, least_ns = clock_mono_ns() + 50 * CLOCK_MS;

	if (db->tx == DB_TX_NONE)
		return;
	if (deadline_ns < least_ns)
		db->deadline_ns = least_ns;
	if (db->mysql != NULL && !tx_say(db, "ROLLBACK", &ignored))
		db_drop(db);
	db->deadline_ns = deadline_ns;
	db->tx = DB_TX_NONE;
}

bool
db_in_tx(const struct db *db)
{
	return db->tx != DB_TX_NONE;
}

/* Back-off with full jitter, so that colliding transactions do not collide again. False when no time is left. */
static bool
wait_a_little(const struct db *db, int attempt)
{
	uint64_t span_ns = TX_WAIT_NS << attempt, random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = clock_mono_ns();
	random = random % span_ns + CLOCK_MS;
	if (db->deadline_ns != CLOCK_NEVER && clock_left_ns(db->deadline_ns) <= random)
		return false;
	clock_sleep_ns(random);
	return true;
}

bool
db_tx(struct db *db, db_body *body, void *arg, struct err *e)
{
	for (int attempt = 1;; attempt++) {
		struct err why = {0};

		if (db_begin(db, &why) && body(db, arg, &why) && db_commit(db, &why))
			return true;
		db_rollback(db);
		if (db->again && attempt < TX_ATTEMPTS && wait_a_little(db, attempt)) {
			db_count_retry(db);
			continue;
		}
		return db_pass(e, &why);
	}
}

bool
db_trial(struct db *db, db_body *body, void *arg, struct err *e)
{
	bool ok = db_begin(db, e) && body(db, arg, e);

	db_rollback(db);
	return ok;
}
