#include "plat/db/db_code.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include "plat/db/db_impl.h"

/* The header must agree with the library's. */
_Static_assert(DB_CODE_FULL == ER_CON_COUNT_ERROR && DB_CODE_DENIED_DATABASE == ER_DBACCESS_DENIED_ERROR
    && DB_CODE_DENIED == ER_ACCESS_DENIED_ERROR && DB_CODE_NO_DATABASE == ER_BAD_DB_ERROR
    && DB_CODE_DUPLICATE == ER_DUP_ENTRY && DB_CODE_DENIED_HOST == ER_HOST_NOT_PRIVILEGED
    && DB_CODE_HOST_BLOCKED == ER_HOST_IS_BLOCKED && DB_CODE_DENIED_TABLE == ER_TABLEACCESS_DENIED_ERROR
    && DB_CODE_DENIED_COLUMN == ER_COLUMNACCESS_DENIED_ERROR && DB_CODE_NO_TABLE == ER_NO_SUCH_TABLE
    && DB_CODE_DENIED_ROUTINE == ER_PROCACCESS_DENIED_ERROR && DB_CODE_NO_ROUTINE == ER_SP_DOES_NOT_EXIST
    && DB_CODE_NO_DEFINER == ER_NO_SUCH_USER && DB_CODE_VIEW_INVALID == ER_VIEW_INVALID
    && DB_CODE_TLS == CR_SSL_CONNECTION_ERROR
    && DB_CODE_LOCK_WAIT == ER_LOCK_WAIT_TIMEOUT && DB_CODE_ACCOUNT_FULL == ER_TOO_MANY_USER_CONNECTIONS
    && DB_CODE_ACCOUNT_LIMIT == ER_USER_LIMIT_REACHED && DB_CODE_READ_ONLY == ER_OPTION_PREVENTS_STATEMENT
    && DB_CODE_STATEMENTS_FULL == ER_MAX_PREPARED_STMT_COUNT_REACHED
    && DB_CODE_DENIED_PLUGIN == ER_ACCESS_DENIED_NO_PASSWORD_ERROR && DB_CODE_EXPIRED == ER_MUST_CHANGE_PASSWORD
    && DB_CODE_EXPIRED_LOGIN == ER_MUST_CHANGE_PASSWORD_LOGIN && DB_CODE_LOCKED == ER_ACCOUNT_HAS_BEEN_LOCKED,
    "the client library has other numbers");

/* MySQL's own numbers, which MariaDB's header lacks or gives to other errors. */
enum { MYSQL_REPLICATION_HOOK = 3100, MYSQL_LOCKED = 3118, MYSQL_SERVER_NOT_AVAILABLE = 3168, MYSQL_IDLE = 4031 };

bool
db_code_refused(int code)
{
	switch (code) {
	case DB_CODE_DENIED:
	case DB_CODE_DENIED_DATABASE:
	case DB_CODE_DENIED_HOST:
	case DB_CODE_DENIED_PLUGIN:
	case DB_CODE_EXPIRED:
	case DB_CODE_EXPIRED_LOGIN:
	case DB_CODE_LOCKED:
	case ER_NOT_SUPPORTED_AUTH_MODE:
	case ER_PLUGIN_IS_NOT_LOADED:
	case MYSQL_LOCKED:
	case CR_AUTH_PLUGIN_CANNOT_LOAD:
	case CR_AUTH_PLUGIN_ERR:
		return true;
	default:
		return false;
	}
}

bool
db_code_locked(int code)
{
	return code == DB_CODE_LOCKED || code == MYSQL_LOCKED;
}

bool
db_code_lacks_right(int code)
{
	return code == DB_CODE_DENIED_TABLE || code == DB_CODE_DENIED_COLUMN || code == DB_CODE_DENIED_ROUTINE;
}

bool
db_code_no_grant(int code)
{
	return code == ER_NONEXISTING_GRANT || code == ER_NONEXISTING_TABLE_GRANT;
}

/* The server or this copy of the data accepts no change; another server may. */
static bool
refuses_writes(unsigned code)
{
	switch (code) {
	case ER_OPTION_PREVENTS_STATEMENT: /* read_only, super_read_only */
	case ER_READ_ONLY_MODE:
	case ER_INNODB_READ_ONLY:
	case ER_OPEN_AS_READONLY:
	case MYSQL_REPLICATION_HOOK:
		return true;
	default:
		return false;
	}
}

bool
db_code_answered(unsigned code)
{
	switch (code) {
	case CR_SSL_CONNECTION_ERROR:
	case CR_AUTH_PLUGIN_CANNOT_LOAD:
	case CR_AUTH_PLUGIN_ERR:
		return true;
	case ER_UNKNOWN_COM_ERROR:
	case ER_SERVER_SHUTDOWN:
	case ER_ERROR_DURING_COMMIT:
	case ER_CONNECTION_KILLED:
	case ER_NET_READ_ERROR:
	case ER_NET_READ_INTERRUPTED:
	case ER_NET_ERROR_ON_WRITE:
	case ER_NET_WRITE_INTERRUPTED:
	case ER_NEW_ABORTING_CONNECTION:
	case MYSQL_SERVER_NOT_AVAILABLE:
	case MYSQL_IDLE:
		return false;
	default:
		return code < CR_MIN_ERROR || code > CR_MAX_ERROR;
	}
}

bool
db_lost(const struct db *db, unsigned code)
{
	if (db->timed_out || (!db_code_answered(code) && code != CR_NEW_STMT_METADATA))
		return true;
	if (code == ER_QUERY_INTERRUPTED || refuses_writes(code) || code == CR_SSL_CONNECTION_ERROR)
		return true;
	return db->committing && db_kind_of(code) != ERR_BUSY;
}

enum err_kind
db_kind_of(unsigned code)
{
	switch (code) {
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_CHECKREAD:
		return ERR_BUSY;
	case ER_DUP_ENTRY:
	case ER_CONSTRAINT_FAILED:
	case ER_ROW_IS_REFERENCED_2:
	case ER_NO_REFERENCED_ROW_2:
		return ERR_CONFLICT;
	case ER_STATEMENT_TIMEOUT:
	case ER_RECORD_FILE_FULL:
	case ER_DISK_FULL:
	case ER_CANT_LOCK:
	case ER_ERROR_ON_READ:
	case ER_ERROR_ON_WRITE:
	case ER_GET_ERRNO: /* the storage engine's own trouble */
	case ER_NOT_KEYFILE:
	case ER_CRASHED_ON_USAGE:
	case ER_INDEX_CORRUPT:
	case ER_TABLE_CORRUPT:
	case ER_OUTOFMEMORY:
	case ER_OUT_OF_RESOURCES:
	case ER_CANT_CREATE_THREAD:
	case ER_LOCK_TABLE_FULL:
	case ER_BINLOG_LOGGING_IMPOSSIBLE:
	case ER_CON_COUNT_ERROR:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_USER_LIMIT_REACHED:
	case ER_MAX_PREPARED_STMT_COUNT_REACHED:
		return ERR_UPSTREAM;
	default:
		return refuses_writes(code) || db_code_refused((int)code) ? ERR_UPSTREAM : ERR_BUG;
	}
}
