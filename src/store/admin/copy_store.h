/* copy_store.h - the database side of backup and restore: reads the state of a database, or empties it.
 *
 * Every function takes a connection opened as DB_MIGRATE: the schema may be older, or missing. */
#ifndef KONTOR_STORE_ADMIN_COPY_STORE_H
#define KONTOR_STORE_ADMIN_COPY_STORE_H

#include "plat/db/db.h"

struct copy_state {
	size_t n_tables, n_views;
	struct str *table;      /* names; the views follow the tables */
	uint64_t schema;        /* number of the newest migration; 0: none */
	struct str schema_name; /* its file */
	struct str last_order;  /* number of the newest order, or none */
	uint64_t next_order_id; /* id of the next order; 0: not known */
};

/* Reads the names of the tables only. */
MUST_USE bool copy_look_tables(struct db *, struct arena *, struct copy_state *, struct err *);

/* Reads everything except data of missing tables. */
MUST_USE bool copy_look(struct db *, struct arena *, struct copy_state *, struct err *);

/* Reads the names of the tables and views that a copy leaves out, since `kontor migrate` makes them each time. */
MUST_USE bool copy_look_made(struct db *, struct arena *, struct str **names, size_t *n, struct err *);

MUST_USE bool copy_count(struct db *, struct arena *, struct str table, uint64_t *n, struct err *);
MUST_USE bool copy_has_order(struct db *, struct arena *, struct str number, bool *found, struct err *);

/* Drops all tables and views. Waits up to a minute for tables in use. If a table stays in use, drops no
 * table (ERR_BUSY). */
MUST_USE bool copy_empty(struct db *, struct arena *, struct err *);

/* Orders placed from now on get this id or a higher one, so that no number known to a buyer is used again. */
MUST_USE bool copy_set_next_order(struct db *, struct arena *, uint64_t id, struct err *);

#endif
