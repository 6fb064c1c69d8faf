/* catalogue.h - products and categories as pages show them. Pure: no database, no clock.
 *
 * Texts are in the visitor's language, or in the shop's where a translation is missing. Strings belong to the code that
 * filled the structs. Option values have two forms: `value` is the imported identity, `text` is shown. */
#ifndef KONTOR_SHOP_CATALOGUE_H
#define KONTOR_SHOP_CATALOGUE_H

#include "base/money.h"
#include "base/str.h"
#include "shop/stock.h"

#define CATALOGUE_OPTIONS 3
#define CATALOGUE_HASH_B 16

struct catalogue_image {
	struct str hash;	/* CATALOGUE_HASH_B bytes; none: no picture */
	struct str alt;
	int64_t w, h;		/* of the source, pixels */
	uint64_t position;
};

struct catalogue_word {
	struct str value, text;
};

/* Input of a variant's unit price: the pack holds `content`, the price is stated per `base`. */
struct catalogue_measure {
	int64_t content_milli, base_milli; /* thousandths of the unit; 0: no unit price */
	struct str content_unit, base_unit;
};

struct catalogue_variant {
	uint64_t id;
	struct catalogue_word words[CATALOGUE_OPTIONS];
	struct str sku, barcode;
	int64_t price_minor;
	int64_t compare_minor, lowest_minor; /* 0: none; lowest: in the 30 days before a reduction */
	struct catalogue_measure measure;
	bool shipped; /* false: digital */
	struct stock stock;
	uint64_t image_position; /* 0: none of its own */
};

struct catalogue_fact {
	struct str name, text;
};

struct catalogue_product {
	uint64_t id, category_id, version;
	struct str handle, vendor, title, body_html, seo_title, seo_description;
	struct catalogue_word options[CATALOGUE_OPTIONS]; /* value none: fewer options */
	struct catalogue_variant *variants;
	struct catalogue_image *images;
	struct catalogue_fact *facts;
	struct str *tags;
	size_t n_variants, n_images, n_facts, n_tags;
};

/* A product in a list. */
struct catalogue_card {
	uint64_t id, version;
	struct str handle, vendor, title;
	struct catalogue_image image;
	struct catalogue_variant cheapest;
	int64_t price_max_minor;
	enum stock_avail avail;
};

struct catalogue_category {
	uint64_t id, parent_id, count; /* parent_id 0: a top category */
	struct str slug, title, body_html;
	struct catalogue_image image;
};

/* Not shipped and without stock. */
bool catalogue_is_digital(const struct catalogue_variant *);

/* Priced below its compare-at price; pages then also show the lowest price of the 30 days before. */
bool catalogue_is_reduced(const struct catalogue_variant *);

/* Price per base unit, in minor units. False when the variant has no unit price. */
bool catalogue_unit_price(const struct catalogue_variant *, int64_t *minor);

/* "Green / 100 g": the texts of the values. */
struct str catalogue_variant_text(struct arena *, const struct catalogue_variant *);

#endif
