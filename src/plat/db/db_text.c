#include "plat/db/db_text.h"

#include <errmsg.h>

#include "base/buf.h"
#include "plat/db/db_impl.h"

bool
db_text_run(struct db *db, struct str sql, struct err *e)
{
	MYSQL_RES *res;
	uint64_t began_ns;
	int fault;
	bool ok;

	ASSERT(db->setup.role == DB_MIGRATE);
	if (!db_ready(db, e))
		return false;
	fault = db_fault_due(db);
	if (fault == DB_FAULT_LOST_BEFORE)
		return db_fail(db, "statement of a file", CR_SERVER_LOST, "provoked", e);
	began_ns = clock_mono_ns();
	db_call_limit(db, 0);
	ok = db_call_text(db, sql) == 0
	    || db_fail(db, "statement of a file", mysql_errno(db->mysql), mysql_error(db->mysql), e);
	if (ok && fault == DB_FAULT_LOST_AFTER)
		ok = db_fail(db, "statement of a file", CR_SERVER_LOST, "provoked", e);
	db_count_query(db, began_ns);
	if (ok && (res = mysql_store_result(db->mysql)) != NULL)
		mysql_free_result(res);
	return ok;
}

struct str
db_text_quoted(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, SIZE_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'' || s.p[i] == '\\')
			buf_ch(&b, '\\');
		buf_ch(&b, s.p[i]);
	}
	return buf_str(&b);
}

struct str
db_text_name(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, SIZE_MAX);
	buf_ch(&b, '`');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '`')
			buf_ch(&b, '`');
		buf_ch(&b, s.p[i]);
	}
	buf_ch(&b, '`');
	return buf_str(&b);
}
