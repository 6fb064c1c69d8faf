/* grants.h - parses the rights in SQL, and compares two sets of rights. Pure.
 *
 * The SQL is either grants.sql or the output of SHOW GRANTS; both consist of GRANT statements. Each column of a right
 * counts as a right of its own. A right in a database, or in all of them, includes the same right in their tables and
 * columns. */
#ifndef KONTOR_STORE_ADMIN_GRANTS_H
#define KONTOR_STORE_ADMIN_GRANTS_H

#include "base/buf.h"
#include "base/str.h"

struct grant {
	struct str right;  /* "SELECT", "ALL PRIVILEGES", "GRANT OPTION" */
	struct str column; /* or empty */
	struct str object; /* "kontor.session", "kontor.*", "*.*", without quotation marks */
};

struct grants {
	struct grant *v;
	size_t n;
	bool no_password; /* the account needs no password: SHOW GRANTS has no IDENTIFIED clause */
};

/* Adds the rights that the text gives to this account, at any host. ERR_LIMIT if there are too many. */
MUST_USE bool grants_parse(struct arena *, struct str text, struct str user, struct grants *, struct err *);

/* Writes the rights of `of` that `in` lacks, "UPDATE(on_hand) on kontor.stock, ...", at most `most` of them. Returns
 * their total number. */
size_t grants_beyond(const struct grants *of, const struct grants *in, size_t most, struct buf *);

#endif
