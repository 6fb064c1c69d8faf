/* db_text.h - the one door through which SQL text reaches the database: for migrations, which come from files,
 * and for the few statements of store/sql/ with a name in them that cannot be a parameter.
 *
 * Only a database that was opened as DB_MIGRATE takes it; a worker asserts. */
#ifndef KONTOR_PLAT_DB_DB_TEXT_H
#define KONTOR_PLAT_DB_DB_TEXT_H

#include "plat/db/db.h"

/* Runs one statement and drops what it answers. err.code is the server's number. */
MUST_USE bool db_text_run(struct db *, struct str sql, struct err *);

/* `s` as the name of something in SQL, in its quotes. */
struct str db_text_name(struct arena *, struct str s);

/* `s` as it may stand between single quotes in SQL. */
struct str db_text_quoted(struct arena *, struct str s);

#endif
