/* inventory_csv.h - reads the rows of Shopify's inventory table: quantities by variant and location. Pure.
 *
 * The newer layouts have a row for each variant and location, with columns such as "Available" and "On hand (new)". The
 * older ones have a column for each location, after the others. Quantities are what can be sold: what a stock-taking
 * says ("On hand (new)"), without what is committed to orders or unavailable; else "Available"; else "On hand". */
#ifndef KONTOR_IMPORT_INVENTORY_CSV_H
#define KONTOR_IMPORT_INVENTORY_CSV_H

#include "import/product_csv.h"

#define INVENTORY_LOCATIONS_MAX 200

enum inventory_column {
	INVENTORY_HANDLE,
	INVENTORY_VALUE1,
	INVENTORY_VALUE2,
	INVENTORY_VALUE3,
	INVENTORY_SKU,
	INVENTORY_LOCATION,
	INVENTORY_UNAVAILABLE,
	INVENTORY_COMMITTED,
	INVENTORY_AVAILABLE,
	INVENTORY_ON_HAND,
	INVENTORY_ON_HAND_NEW,
	INVENTORY__MAX
};

struct inventory_csv {
	int at[INVENTORY__MAX];                       /* -1: absent */
	struct str location[INVENTORY_LOCATIONS_MAX]; /* all that the table has, or has had so far */
	int location_at[INVENTORY_LOCATIONS_MAX];     /* its column; -1: named in rows */
	size_t n_locations;
	struct str only; /* the location to take; none: all */
	struct arena *a; /* for the locations */
	product_note_fn *note;
	void *arg;
};

struct inventory_row {
	struct str handle, sku, value[PRODUCT_OPTIONS_MAX];
	bool has_qty;
	int64_t qty;
	uint32_t line;
};

/* True when the header is that of an inventory table. */
bool inventory_csv_header(const struct cells *header);

/* The caller has set only, a, note and arg. */
void inventory_csv_open(struct inventory_csv *, const struct cells *header);

/* Reads one row onto the arena. False: the row was reported, or is of another location. */
MUST_USE bool inventory_csv_row(struct inventory_csv *, struct arena *, const struct cells *, struct inventory_row *);

#endif
