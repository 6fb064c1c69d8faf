/* schema.h - the parts of the schema: what the database has, and what this release needs.
 *
 * A part is a table, a column, a key, a CHECK or a foreign key, with its definition as in CREATE TABLE. schema.def
 * lists the parts that the migrations make; a test compares the two, and `make update-schema` writes the list. Further
 * parts in the database do no harm. */
#ifndef KONTOR_STORE_ADMIN_SCHEMA_H
#define KONTOR_STORE_ADMIN_SCHEMA_H

#include "base/buf.h"
#include "plat/db/db.h"

/* The values are those of the statement SCHEMA_PARTS. */
enum schema_kind { SCHEMA_TABLE, SCHEMA_COLUMN, SCHEMA_KEY, SCHEMA_CHECK, SCHEMA_FOREIGN };

struct schema_part {
	struct str table;
	enum schema_kind kind;
	struct str name; /* of the column, key or constraint; empty for a table */
	struct str definition;
};

struct schema {
	const struct schema_part *part; /* by table, kind and name */
	size_t n;
};

/* Reads the schema of the current database, without the migrator's own table. */
MUST_USE bool schema_read(struct db *, struct arena *, struct schema *, struct err *);

/* Differs between any two schemas: 64 hexadecimal digits. */
struct str schema_hash(struct arena *, const struct schema *);

/* A part that is needed and missing, or has another definition. */
struct schema_lost {
	const struct schema_part *part;
	struct str name;   /* "orders, key orders_key" */
	struct str found;  /* the definition found, or empty */
	struct str remedy; /* the statement that restores the part */
};

/* Compares with schema.def. Writes at most `most` lost parts; returns the number of all. */
size_t schema_compare(struct arena *, const struct schema *, struct schema_lost *, size_t most);

/* Writes the rows of schema.def. */
void schema_print(const struct schema *, struct buf *);

#endif
