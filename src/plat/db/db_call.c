#include "plat/db/db_impl.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "plat/control/control.h"

uint64_t
db_statement_ms(const struct db *db)
{
	if (db->setup.role == DB_TOOL || db->setup.role == DB_MIGRATE)
		return 0;
	return (uint64_t)db->setup.login.statement_ms;
}

void
db_call_limit(struct db *db, uint64_t limit_ms)
{
	control_db_asked(db->setup.control);
	db->timed_out = false;
	db->until_ns = db->deadline_ns;
	if (limit_ms != 0) {
		uint64_t until_ns = clock_mono_ns() + limit_ms * CLOCK_MS;

		if (until_ns < db->until_ns)
			db->until_ns = until_ns;
	}
}

/* Waits for the events the library needs. At the deadline, shuts the socket down so that the library returns: an
 * abandoned call would leave its coroutine stack suspended. */
static int
await(struct db *db, MYSQL *mysql, int want)
{
	struct pollfd pfd = {.fd = mysql_get_socket(mysql)};
	int got = 0;

	if (want & MYSQL_WAIT_READ)
		pfd.events |= POLLIN;
	if (want & MYSQL_WAIT_WRITE)
		pfd.events |= POLLOUT;
	if (want & MYSQL_WAIT_EXCEPT)
		pfd.events |= POLLPRI;
	while (!db->timed_out) {
		int n = poll(&pfd, 1, clock_left_ms(db->until_ns));

		if (n > 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		db->timed_out = true;
		shutdown(pfd.fd, SHUT_RDWR);
	}
	if (db->timed_out)
		return MYSQL_WAIT_TIMEOUT;
	if (pfd.revents & (POLLIN | POLLHUP | POLLERR))
		got |= MYSQL_WAIT_READ;
	if (pfd.revents & (POLLOUT | POLLHUP | POLLERR))
		got |= MYSQL_WAIT_WRITE;
	if (pfd.revents & POLLPRI)
		got |= MYSQL_WAIT_EXCEPT;
	return got & want ? got & want : want;
}

MYSQL *
db_call_connect(struct db *db, MYSQL *mysql, const char *password)
{
	const struct db_login *l = &db->setup.login;
	const char *host = l->host.n > 0 ? l->host.p : NULL;
	MYSQL *ret = NULL;
	int want;

	want = mysql_real_connect_start(&ret, mysql, host, l->user.p, password, l->database.p, (unsigned)l->port,
	    host == NULL ? l->socket.p : NULL, CLIENT_FOUND_ROWS);
	while (want != 0)
		want = mysql_real_connect_cont(&ret, mysql, await(db, mysql, want));
	return ret;
}

int
db_call_prepare(struct db *db, MYSQL_STMT *stmt, struct str text)
{
	int ret, want = mysql_stmt_prepare_start(&ret, stmt, text.p, text.n);

	while (want != 0)
		want = mysql_stmt_prepare_cont(&ret, stmt, await(db, db->mysql, want));
	return ret;
}

int
db_call_execute(struct db *db, MYSQL_STMT *stmt)
{
	int ret, want = mysql_stmt_execute_start(&ret, stmt);

	while (want != 0)
		want = mysql_stmt_execute_cont(&ret, stmt, await(db, db->mysql, want));
	return ret;
}

int
db_call_fetch(struct db *db, MYSQL_STMT *stmt)
{
	int ret, want = mysql_stmt_fetch_start(&ret, stmt);

	while (want != 0)
		want = mysql_stmt_fetch_cont(&ret, stmt, await(db, db->mysql, want));
	return ret;
}

bool
db_call_end(struct db *db, MYSQL_STMT *stmt)
{
	int ret, want = mysql_stmt_next_result_start(&ret, stmt);

	while (want != 0)
		want = mysql_stmt_next_result_cont(&ret, stmt, await(db, db->mysql, want));
	return ret == 0 && mysql_stmt_field_count(stmt) == 0;
}

void
db_call_free(struct db *db, MYSQL_STMT *stmt)
{
	my_bool ret;
	int want = mysql_stmt_free_result_start(&ret, stmt);

	while (want != 0)
		want = mysql_stmt_free_result_cont(&ret, stmt, await(db, db->mysql, want));
}

int
db_call_text(struct db *db, struct str text)
{
	int ret, want = mysql_real_query_start(&ret, db->mysql, text.p, text.n);

	while (want != 0)
		want = mysql_real_query_cont(&ret, db->mysql, await(db, db->mysql, want));
	return ret;
}
