#include "plat/db/db_impl.h"

/* Transposes the values: they were bound row by row, but the library needs an array per parameter. */
static void
turn(const struct db_query *q, unsigned column, MYSQL_BIND *bind)
{
	union db_value *v = ARENA_ARRAY(q->row_arena, union db_value, q->n_rows);
	unsigned long *n = ARENA_ARRAY(q->row_arena, unsigned long, q->n_rows);
	char *indicator = ARENA_ARRAY(q->row_arena, char, q->n_rows);

	for (unsigned row = 0; row < q->n_rows; row++) {
		const struct db_slot *slot = &q->row_slot[row * q->n_in + column];

		v[row] = slot->v;
		n[row] = slot->n;
		indicator[row] = slot->null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	}
	*bind = (MYSQL_BIND){
	    .buffer_type = q->in_bind[column].buffer_type,
	    .is_unsigned = q->in_bind[column].is_unsigned,
	    .buffer = v,
	    .length = n,
	    .u.indicator = indicator,
	};
}

bool
db_bulk_bind(struct db_query *q)
{
	MYSQL_BIND *bind = ARENA_ARRAY(q->row_arena, MYSQL_BIND, q->n_in);

	for (unsigned i = 0; i < q->n_in; i++)
		turn(q, i, &bind[i]);
	return mysql_stmt_attr_set(q->stmt, STMT_ATTR_ARRAY_SIZE, &q->n_rows) == 0
	    && mysql_stmt_bind_param(q->stmt, bind) == 0;
}

/* Restores the binds of a single row, which are set only once for statements with only numbers. The connection may be
 * lost. */
void
db_bulk_end(struct db_query *q)
{
	unsigned none = 0;

	q->n_rows = 0;
	if (q->stmt == NULL)
		return;
	mysql_stmt_attr_set(q->stmt, STMT_ATTR_ARRAY_SIZE, &none);
	mysql_stmt_bind_param(q->stmt, q->in_bind);
}
