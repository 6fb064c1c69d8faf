/* product_csv_impl.h - shared by the product_csv files only. */
#ifndef KONTOR_IMPORT_PRODUCT_CSV_IMPL_H
#define KONTOR_IMPORT_PRODUCT_CSV_IMPL_H

#include "base/err.h"
#include "import/product_csv.h"

struct spec_column {
	size_t at;
	struct str label;
};

struct product_csv {
	struct arena *a, *group;
	struct product_csv_setup setup;
	int at[PRODUCT_COLUMN__MAX]; /* column in the file; -1: absent */
	int particular_at[PARTICULAR__MAX];
	uint32_t given; /* bits of the particulars that have a column */
	struct spec_column *specs;
	size_t n_specs, n_columns;
	struct product *p;                /* NULL: none is being collected */
	struct product_variant *variants; /* PRODUCT_VARIANTS_MAX; product_csv_take() copies them to the product */
	struct product_image *images;
	bool p_refused, row_refused, spoiled;
	uint64_t n_rows, n_refused;
};

/* The current row. */
struct product_row {
	struct product_csv *pc;
	const struct cells *cells;
	bool first;
};

/* A cell's text, trimmed, or none when the file has no such column. */
struct str product_cell(const struct product_row *, enum product_column);

/* Reports the cell in column `at` of the file, or the row if it has no such cell. `refused`: the row is skipped. */
void product_note_cell(const struct product_row *, bool refused, int at, const char *column, const char *why);

/* Reports the cell and skips the row. Always returns false. */
bool product_refuse(const struct product_row *, enum product_column, const char *fmt, ...) PRINTF(3, 4);

/* Reports the cell only. */
void product_remark(const struct product_row *, enum product_column, const char *fmt, ...) PRINTF(3, 4);

/* Trimmed of blanks of all kinds and of byte order marks. */
struct str product_trim(struct str);

/* Without the apostrophe that marks digits as text. */
struct str product_unquote(struct str);

/* A code, such as a SKU: without control characters, on the arena. */
struct str product_code(struct arena *, struct str);

/* The longest front of at most max_chars characters, preferably whole words. */
struct str product_cut_words(struct str, size_t max_chars);

/* Reads a cell as one line. Refuses the row when the cell is longer than max_chars. */
MUST_USE bool product_text(const struct product_row *, enum product_column, size_t max_chars, struct str *out);

/* The same, but cuts and reports the cell. */
void product_text_cut(const struct product_row *, enum product_column, size_t max_chars, struct str *out);

/* True when the cell is TRUE or FALSE, yes or no, 1 or 0, in the language of any spreadsheet. */
bool product_truth_word(struct arena *, struct str, bool *out);

/* The same for a cell; `unreadable` is the value of a cell that is neither, and is reported. */
bool product_truth(const struct product_row *, enum product_column, bool empty, bool unreadable);

/* True when the column's name is that of a metafield. Bookkeeping of Shopify and its programs is passed over. */
bool product_spec_column(struct product_csv *, struct str name, size_t at);
void product_read_specs(const struct product_row *, struct product *);

/* The label of a metafield's column, "Label (product.metafields.NS.KEY)"; none: it is no such column. */
struct str product_spec_label(struct str name);

/* A cell of a metafield as buyers read it. *lost: JSON that has no such form. */
struct str product_spec_value(struct arena *, struct str, bool *lost);

/* True when the column is that of a particular, by its name or as a metafield with that label. */
bool product_particular_column(struct product_csv *, struct str name, size_t at);
void product_read_particulars(const struct product_row *, struct product *);

/* Reads the further categories, after the main one. */
void product_read_more(const struct product_row *, struct product *);

bool product_row_has_variant(const struct product_row *);

/* Appends the row's variant or picture to the product. Refuses the row when the variant cannot be added. */
MUST_USE bool product_add_variant(const struct product_row *);
void product_add_image(const struct product_row *);

#endif
