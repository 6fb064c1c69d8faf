/* sql_text.h - splits a file of SQL into statements. Pure.
 *
 * Handles quotes and SQL comments (-- and # to the end of the line, slash-star). A statement ends with ';'. There is no
 * DELIMITER, so the file cannot contain a trigger or procedure with several statements. */
#ifndef KONTOR_STORE_ADMIN_SQL_TEXT_H
#define KONTOR_STORE_ADMIN_SQL_TEXT_H

#include "base/str.h"

struct sql_text {
	struct str rest;
	unsigned line; /* of the first byte of `rest` */
};

/* Takes the next statement, without its ';' and the comments before it. `line` is its first line, counted from 1. False
 * at the end of the text. */
bool sql_text_next(struct sql_text *, struct str *stmt, unsigned *line);

#endif
