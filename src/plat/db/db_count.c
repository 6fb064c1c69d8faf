#include "plat/db/db_impl.h"

#include <mysqld_error.h>

#include "plat/control/control.h"

void
db_count_query(struct db *db, uint64_t began_ns)
{
	uint64_t took_ns = clock_mono_ns() - began_ns;

	stats_add(control_stats(db->setup.control), STAT_db_queries, 1);
	stats_add(control_stats(db->setup.control), STAT_db_query_ns, took_ns);
	control_db_answered(db->setup.control, took_ns);
}

void
db_count_connect(struct db *db, uint64_t began_ns, bool ok)
{
	uint64_t took_ns = clock_mono_ns() - began_ns;

	stats_add(control_stats(db->setup.control), ok ? STAT_db_connects : STAT_db_connect_errors, 1);
	stats_add(control_stats(db->setup.control), STAT_db_connect_ns, took_ns);
	control_db_answered(db->setup.control, took_ns);
}

void
db_count_error(struct db *db, unsigned code)
{
	stats_add(control_stats(db->setup.control), STAT_db_errors, 1);
	if (db->timed_out || code == ER_STATEMENT_TIMEOUT)
		stats_add(control_stats(db->setup.control), STAT_db_timeouts, 1);
	if (code == ER_LOCK_DEADLOCK || code == ER_LOCK_WAIT_TIMEOUT)
		stats_add(control_stats(db->setup.control), STAT_db_deadlocks, 1);
}

void
db_count_retry(struct db *db)
{
	stats_add(control_stats(db->setup.control), STAT_db_retries, 1);
}

void
db_count_unusable(struct db *db)
{
	stats_add(control_stats(db->setup.control), STAT_db_unusable, 1);
}

struct control *
db_control(const struct db *db)
{
	return db->setup.control;
}

enum db_role
db_role(const struct db *db)
{
	return db->setup.role;
}

const char *
db_currency(const struct db *db)
{
	return db->setup.currency;
}

/* Every answer is a success for the breaker; one report per unit of work is enough. */
void
db_alive(struct db *db, bool alive)
{
	if (!alive) {
		breaker_failure(db->setup.control, BREAKER_DB);
		db->allowed = db->reported = false;
	} else if (!db->reported) {
		breaker_success(db->setup.control, BREAKER_DB);
		db->reported = true;
	}
}

/* A caller that is allowed as the breaker's probe must report a result, so this is the last step before the call. */
bool
db_allowed(struct db *db)
{
	if (!db->allowed)
		db->allowed = breaker_allow(db->setup.control, BREAKER_DB);
	return db->allowed;
}
