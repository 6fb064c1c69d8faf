/* product_csv.h - turns the rows of a product table into products. Pure: cells in, structs out.
 *
 * The rows of a product are adjacent and share its handle. The first row holds the product's own fields and its first
 * variant; each further row holds a variant, a picture, or both. A row without a handle but with a title begins a
 * product too, and the rows without either that follow belong to it.
 *
 * An error skips as little as possible: a bad variant cell skips its row. A bad product cell skips the product, and so
 * does the loss of its last variant. Each error is reported with line and column. A product that lost rows is marked
 * `partial`. Minor faults, such as an unusable picture, are reported, but the row is used. */
#ifndef KONTOR_IMPORT_PRODUCT_CSV_H
#define KONTOR_IMPORT_PRODUCT_CSV_H

#include "base/money.h"
#include "import/number.h"
#include "import/product_handle.h"
#include "plat/text/cell.h"
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
	bool refused; /* true: the row is skipped; false: only a remark */
	uint32_t line, col;
	const char *column; /* the column's name, or "" */
	const char *why;
};

typedef void product_note_fn(void *arg, const struct product_note *);

struct product_csv;

struct product_csv_setup {
	currency cur;
	char point; /* the table's decimal sign (number.h), '.' or ',' */
	product_note_fn *note;
	void *arg;
};

/* `table` holds the state, `group` one product: the caller resets `group` after each product_csv_take(). ERR_INPUT when
 * a required column is missing. */
MUST_USE bool product_csv_open(struct arena *table, struct arena *group, const struct product_csv_setup *,
    const struct cells *header, struct product_csv **, struct err *);

/* The row's handle, or none when the cell is empty. */
struct str product_csv_handle(const struct product_csv *, const struct cells *row);

/* The row's title, or none. */
struct str product_csv_title(const struct product_csv *, const struct cells *row);

/* True when the table has the column. */
bool product_csv_has(const struct product_csv *, enum product_column);

/* Counts what the row's numbers show about the table's decimal sign. */
void product_csv_vote(const struct product_csv *, const struct cells *row, struct number_votes *);

/* True when the row belongs to the product being collected. If not, call product_csv_take() first. */
bool product_csv_same(const struct product_csv *, const struct cells *row);

void product_csv_add(struct product_csv *, const struct cells *row);

/* Records that an unreadable row was skipped here: the products before and after it may lack a row and become
 * `partial`. */
void product_csv_spoiled(struct product_csv *);

/* True while a product is being collected. */
bool product_csv_is_open(const struct product_csv *);

/* Finishes the product being collected. False when no product was being collected or the product is skipped. */
MUST_USE bool product_csv_take(struct product_csv *, struct product **);

/* Rows read and rows skipped so far. */
uint64_t product_csv_rows(const struct product_csv *);
uint64_t product_csv_refused(const struct product_csv *);

/* The column's name in exported tables. */
const char *product_column_name(enum product_column);

/* Trimmed, with runs of white space collapsed and control characters removed; on the arena. */
struct str product_one_line(struct arena *, struct str);

/* At most max_chars characters of valid text. */
struct str product_cut(struct str, size_t max_chars);

/* The category path in canonical form, "A > B". False when it is too long or too deep, and was cut. */
MUST_USE bool product_category_clean(struct arena *, struct str, struct str *out);

#endif
