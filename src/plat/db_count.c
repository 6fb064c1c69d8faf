#include "plat/db_impl.h"

void
db_count_query(struct db *db, uint64_t began_ns)
{
	(void)db;
	(void)began_ns;
}

void
db_count_connect(struct db *db)
{
	(void)db;
}

void
db_count_error(struct db *db, unsigned code)
{
	(void)db;
	(void)code;
}

void
db_count_retry(struct db *db)
{
	(void)db;
}

void
db_breaker(struct db *db, bool ok)
{
	(void)db;
	(void)ok;
}

bool
db_breaker_allow(struct db *db)
{
	return db->setup.n_stmts > 0;
}
