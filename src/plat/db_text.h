/* db_text.h - the one door through which SQL text reaches the database: for migrations, which come from files.
 *
 * Only a database that was opened as DB_MIGRATE takes it; a worker asserts. */
#ifndef KONTOR_PLAT_DB_TEXT_H
#define KONTOR_PLAT_DB_TEXT_H

#include "plat/db.h"

/* Runs one statement and drops what it answers. err.code is the server's number. */
MUST_USE bool db_text_run(struct db *, struct str sql, struct err *);

/* `s` as it may stand between single quotes in SQL. */
struct str db_text_quoted(struct arena *, struct str s);

#endif
