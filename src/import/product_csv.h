/* product_csv.h - from the rows of a product table to products. Pure: rows come as cells, products go out as structs.
 *
 * The rows of a product stand together and share its handle. The first row carries what belongs to the product and
 * its first variant; each further row a variant, a picture, or both.
 *
 * What cannot be understood costs as little as possible: a bad cell of a variant leaves out that row, a bad cell of
 * the product (or no variant left) leaves out the product, and both are reported with line and column. A product that
 * lost rows is marked `partial`. Pictures that cannot be used and other small things are noted; the row goes in. */
#ifndef KONTOR_IMPORT_PRODUCT_CSV_H
#define KONTOR_IMPORT_PRODUCT_CSV_H

#include "base/cell.h"
#include "base/money.h"
#include "shop/product.h"

enum product_column {
#define PRODUCT_COLUMN(id, name, other) PRODUCT_COLUMN_##id,
#define PRODUCT_COLUMN_IGNORED(name)
#include "import/product_csv.def"
#undef PRODUCT_COLUMN
#undef PRODUCT_COLUMN_IGNORED
	PRODUCT_COLUMN__MAX
};

struct product_note {
	bool refused; /* the row is left out; otherwise it goes in all the same */
	uint32_t line, col;
	const char *column; /* its name, or "" */
	const char *why;
};

typedef void product_note_fn(void *arg, const struct product_note *);

struct product_csv;

struct product_csv_setup {
	currency cur;
	product_note_fn *note;
	void *arg;
};

/* `process` for what lasts as long as the table, `group` for one product: the caller resets it behind each
 * product_csv_take(). ERR_INPUT when the header lacks a column that must be there. */
MUST_USE bool product_csv_open(struct arena *process, struct arena *group, const struct product_csv_setup *,
    const struct cells *header, struct product_csv **, struct err *);

/* The product that the row names; none when the cell is empty. */
struct str product_csv_handle(const struct product_csv *, const struct cells *row);

/* Does the row belong to the product that is being gathered? When not, take that one first. */
bool product_csv_same(const struct product_csv *, const struct cells *row);

void product_csv_add(struct product_csv *, const struct cells *row);

/* A row stood here that could not even be read: what it held may be missing from the products around it. */
void product_csv_spoiled(struct product_csv *);

/* Is a product being gathered? */
bool product_csv_is_open(const struct product_csv *);

/* Ends the product that is being gathered. False: there is none, or it is left out. */
MUST_USE bool product_csv_take(struct product_csv *, struct product **);

/* Rows seen and rows left out so far. */
uint64_t product_csv_rows(const struct product_csv *);
uint64_t product_csv_refused(const struct product_csv *);

/* The name under which export writes a column. */
const char *product_column_name(enum product_column);

/* Trimmed, blanks and line breaks joined to single blanks, control characters left out; on the arena. */
struct str product_one_line(struct arena *, struct str);

/* A category path put right: "A > B"; false when it is too long or too deep. */
MUST_USE bool product_category_clean(struct arena *, struct str, struct str *out);

/* May it stand in an address as a product's name: no blanks, slashes, dots alone, control characters, ?, #, %. */
bool product_handle_check(struct str);

#endif
