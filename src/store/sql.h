/* sql.h - every statement of the shop, by number. The statements are in the files listed in sql/wings.def. */
#ifndef KONTOR_STORE_SQL_H
#define KONTOR_STORE_SQL_H

#include "plat/db/db.h"

/* The schema that the statements are written for: the highest number in etc/sql. Programs must also accept the next
 * number, since a new schema is installed before the new programs. */
#define SQL_SCHEMA 7

enum sql_id {
#define SQL(id, roles, in, out, text) SQL_##id,
#include "store/sql/wings.def"
#undef SQL
	SQL__MAX
};

/* The setup for db_open(), with a check of the schema's number. */
struct db_setup sql_setup(struct db_login, struct control *, enum db_role);

/* The text of a statement without roles, with `name` substituted for @name@, for db_text_run(). */
struct str sql_named(struct arena *, enum sql_id, struct str name);

#endif
