/* db_text.h - runs SQL text: only for migrations, which come from files, and for the few statements of store/sql/ that
 * contain a name, which cannot be a parameter.
 *
 * Asserts that the database was opened as DB_MIGRATE, so no worker can use it. */
#ifndef KONTOR_PLAT_DB_DB_TEXT_H
#define KONTOR_PLAT_DB_DB_TEXT_H

#include "plat/db/db.h"

/* Runs one statement and discards its result. err.code is the server's number. */
MUST_USE bool db_text_run(struct db *, struct str sql, struct err *);

/* `s` as a quoted SQL identifier. */
struct str db_text_name(struct arena *, struct str s);

/* `s` escaped for use between single quotes in SQL. */
struct str db_text_quoted(struct arena *, struct str s);

#endif
