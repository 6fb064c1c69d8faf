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
	struct spec_column *specs;
	size_t n_specs, n_columns;
	struct product *p; /* NULL: none is being collected */
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

/* Reads a cell as one line. Refuses the row when the cell is longer than max_chars. */
MUST_USE bool product_text(const struct product_row *, enum product_column, size_t max_chars, struct str *out);

/* Reads TRUE, FALSE, yes, no, 1 or 0; an empty cell gives `otherwise`. */
MUST_USE bool product_truth(const struct product_row *, enum product_column, bool otherwise, bool *out);

bool product_row_has_variant(const struct product_row *);

/* Appends the row's variant or picture to the product. Refuses the row when the variant cannot be added. */
MUST_USE bool product_add_variant(const struct product_row *);
void product_add_image(const struct product_row *);

#endif
