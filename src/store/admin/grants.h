/* grants.h - the rights that a text of SQL gives, and how two such texts differ. Pure.
 *
 * A text is that of grants.sql, or what SHOW GRANTS answers: both are statements that give rights. A right in a column
 * counts as a right of its own; one in a table is held also by who has it in the whole table, the database, or
 * everywhere. */
#ifndef KONTOR_STORE_ADMIN_GRANTS_H
#define KONTOR_STORE_ADMIN_GRANTS_H

#include "base/buf.h"
#include "base/str.h"

struct grant {
	struct str right;  /* "SELECT", "ALL PRIVILEGES", "GRANT OPTION" */
	struct str column; /* or empty */
	struct str object; /* "kontor.session", "kontor.*", "*.*", without quotation */
};

struct grants {
	struct grant *v;
	size_t n;
	bool no_password; /* SHOW GRANTS names no way in which the account is asked who it is */
};

/* Adds those that the text gives to the account of this name, at whatever host. ERR_LIMIT when there are too many. */
MUST_USE bool grants_parse(struct arena *, struct str text, struct str user, struct grants *, struct err *);

/* Writes the rights of `of` that `in` does not hold, "UPDATE(on_hand) on kontor.stock, ...", the first `most` of them.
 * Returns how many there are. */
size_t grants_beyond(const struct grants *of, const struct grants *in, size_t most, struct buf *);

#endif
