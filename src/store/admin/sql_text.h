/* sql_text.h - cuts a file of SQL into its statements. Pure.
 *
 * Knows quotes, and the comments of SQL (-- and # to the end of the line, slash-star); a statement ends at a ';'. There
 * is no DELIMITER: a trigger or procedure with a body of several statements cannot be written in such a file. */
#ifndef KONTOR_STORE_ADMIN_SQL_TEXT_H
#define KONTOR_STORE_ADMIN_SQL_TEXT_H

#include "base/str.h"

struct sql_text {
	struct str rest;
	unsigned line; /* of the first byte of `rest` */
};

/* Takes the next statement, without its ';' and without comments in front of it. `line`: where it begins, from 1.
 * False at the end of the text. */
bool sql_text_next(struct sql_text *, struct str *stmt, unsigned *line);

#endif
