/* copy_store.h - what backup and restore ask the database for, and do to it: what is in it, and emptying it.
 *
 * Every function takes a connection that was opened as DB_MIGRATE: the schema may be an older one, or none. */
#ifndef KONTOR_STORE_ADMIN_COPY_STORE_H
#define KONTOR_STORE_ADMIN_COPY_STORE_H

#include "plat/db/db.h"

struct copy_state {
	size_t n_tables, n_views;
	struct str *table;      /* names; views behind tables */
	uint64_t schema;        /* number of the newest migration; 0: there is none */
	struct str schema_name; /* its file */
	struct str last_order;  /* number of the newest order; none without one */
	uint64_t next_order_id; /* that the next order will get; 0: not known */
};

/* The names of the tables; nothing else is filled in. */
MUST_USE bool copy_look_tables(struct db *, struct arena *, struct copy_state *, struct err *);

/* All of it, as far as its tables exist. */
MUST_USE bool copy_look(struct db *, struct arena *, struct copy_state *, struct err *);

MUST_USE bool copy_count(struct db *, struct arena *, struct str table, uint64_t *n, struct err *);
MUST_USE bool copy_has_order(struct db *, struct arena *, struct str number, bool *found, struct err *);

/* Drops every table and view. Waits a minute for those that are in use; when one of them stays in use, none is dropped
 * (ERR_BUSY). */
MUST_USE bool copy_empty(struct db *, struct arena *, struct err *);

/* No order that is placed from now on gets an id below this one: a number that a buyer was told is not given to another
 * order. */
MUST_USE bool copy_set_next_order(struct db *, struct arena *, uint64_t id, struct err *);

#endif
