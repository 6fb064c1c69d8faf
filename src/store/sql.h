/* sql.h - every statement of the shop, by number. The statements are in the files listed in sql/wings.def. */
#ifndef KONTOR_STORE_SQL_H
#define KONTOR_STORE_SQL_H

#include "plat/db/db.h"

/* The schema that the statements are written for: the highest number in etc/sql. Programs must also accept the next
 * number, since a new schema is installed before the new programs. */
#define SQL_SCHEMA 11

enum sql_id {
#define SQL(id, roles, in, out, text) SQL_##id,
#include "store/sql/wings.def"
#undef SQL
	SQL__MAX
};

/* The setup for db_open(), with a check of the schema's number. */
struct db_setup sql_setup(struct db_login, struct control *, enum db_role);

/* Prices are stored as minor units of one currency, and its code once (table shop_currency). While there are prices, a
 * shop that is set to another currency is refused: by `kontor config set` and `kontor setup`, and by each connection of
 * workers, kontor-jobs and commands.
 *
 * Fails with ERR_CONFLICT when there are prices in another currency than `code`. `unnamed`: their currency if the
 * database does not name it, as before its first migration (none: any). A database without the table has none. */
MUST_USE bool sql_currency_check(
    struct db *, struct arena *, struct str code, struct str unnamed, struct err *);

/* The text of a statement without roles, with `name` substituted for @name@, for db_text_run(). */
struct str sql_named(struct arena *, enum sql_id, struct str name);

#endif
