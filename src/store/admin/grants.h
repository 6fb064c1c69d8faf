/* grants.h - parses the rights in SQL, and compares two sets of rights. Pure.
 *
 * The SQL is either grants.sql or the output of SHOW GRANTS; both consist of GRANT statements. A right on several
 * columns is stored as one right per column. A right on a database, or on all databases, includes the same right on
 * their tables and columns. */
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
	bool no_password; /* SHOW GRANTS has no IDENTIFIED clause: the account has no password */
};

/* Adds the rights that the text gives to this account, at any host. ERR_LIMIT if there are too many. */
MUST_USE bool grants_parse(struct arena *, struct str text, struct str user, struct grants *, struct err *);

/* Lists the rights that the set `of` contains and the set `in` lacks: "UPDATE(on_hand) on kontor.stock, ...". Writes no
 * more than `most` of them. Returns the number of all of them. */
size_t grants_beyond(const struct grants *of, const struct grants *in, size_t most, struct buf *);

#endif
