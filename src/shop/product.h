/* product.h - a whole product: texts, options, variants, pictures, specifications. Pure.
 *
 * Import and export use this form. Pages read only the parts that they show. A product has at least one variant;
 * without options it has exactly one. Amounts are minor units of the shop's currency. */
#ifndef KONTOR_SHOP_PRODUCT_H
#define KONTOR_SHOP_PRODUCT_H

#include "base/buf.h"
#include "shop/particular/particular.h"
#include "shop/tax.h"

#define PRODUCT_OPTIONS_MAX 3
#define PRODUCT_VARIANTS_MAX 2000
#define PRODUCT_IMAGES_MAX 50
#define PRODUCT_SPECS_MAX 60
#define PRODUCT_TAGS_MAX 250
#define PRODUCT_CATEGORY_DEPTH_MAX 8
#define PRODUCT_OPTION_CHARS 255 /* of a name or a value */
#define PRODUCT_TAG_CHARS 255
#define PRODUCT_MORE_MAX 20 /* categories besides the main one */
#define PRODUCT_PICTURE_B 16

/* As stored in product.status. */
enum product_status { PRODUCT_DRAFT, PRODUCT_ACTIVE, PRODUCT_ARCHIVED };

struct product_variant {
	struct str value[PRODUCT_OPTIONS_MAX];
	struct str sku, barcode;
	int64_t price_minor, compare_minor, cost_minor; /* compare and cost: -1 for none */
	bool taxable, shipped, tracked, sell_over; /* shipped: not digital; sell_over: may be oversold */
	bool has_stock; /* the imported row gives a stock level */
	int64_t stock, weight_mg;
	int64_t content_milli, base_milli; /* for the unit price; 0: none */
	struct str content_unit, base_unit;
	size_t image; /* number of its picture, from 1; 0: none */
	uint32_t line;
};

struct product_image {
	struct str source, alt;
	int64_t position; /* as given in the file; used only while reading */
	bool remote;
	uint8_t picture[PRODUCT_PICTURE_B]; /* hash of the file, if it was found */
	bool has_picture;
	uint32_t w, h;
	uint32_t line, col;
};

struct product_spec {
	struct str label, value;
};

struct product {
	struct str handle, title, body_html, vendor, seo_title, seo_description;
	struct str typed; /* the handle as the table has it, unless it is made from the title */
	bool handle_made; /* the table's handle is missing or invalid: `handle` does not identify the product */
	struct str category; /* the main one: "Tea > Green tea", blanks cleaned; none: no category */
	struct str *more; /* further categories, sorted, each once and without the main one */
	enum product_status status;
	enum tax_class tax_class;
	size_t n_options, n_variants, n_images, n_specs, n_tags, n_more;
	struct str option[PRODUCT_OPTIONS_MAX];
	struct product_variant *variants;
	struct product_image *images; /* in display order */
	struct product_spec *specs;
	struct str *tags; /* sorted, each once */
	struct particulars particulars;
	uint32_t given; /* bit 1 << i: the table has a column for particular i; others keep what is stored */
	bool partial; /* rows were skipped, so missing variants must not be removed */
	uint32_t line;
};

/* The first `depth` names of a category path: of "a > b > c", depth 1 gives "a" and depth 2 "a > b". */
struct str product_category_head(struct str path, size_t depth);

/* The number of names in a path; 0: no path. */
size_t product_category_depth(struct str path);

/* The last name in a path. */
struct str product_category_name(struct str path);

/* Appends canonical bytes of everything that an import compares: equal products give equal bytes. Stock, the content of
 * pictures and the handle are excluded. The order of tags and specifications does not matter. The particulars are
 * those that the product will have. */
void product_canon(const struct product *, const struct particulars *, struct buf *);

#endif
