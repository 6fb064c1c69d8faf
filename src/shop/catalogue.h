/* catalogue.h - products and categories as pages show them. Pure: no database, no clock.
 *
 * Texts are in the visitor's language or, without a translation, in the shop's. The code that fills the structs owns
 * the strings. An option value has two forms: `value`, as imported, identifies it; `text` is shown. */
#ifndef KONTOR_SHOP_CATALOGUE_H
#define KONTOR_SHOP_CATALOGUE_H

#include "base/money.h"
#include "base/str.h"
#include "shop/particular/particular.h"
#include "shop/stock.h"

#define CATALOGUE_OPTIONS 3
#define CATALOGUE_WORD_B 1020 /* an option's name or value: 255 characters */
#define CATALOGUE_HASH_B 16

struct catalogue_image {
	struct str hash;	/* CATALOGUE_HASH_B bytes; none: no picture */
	struct str alt;
	int64_t w, h;		/* pixels of the original */
	uint64_t position;
};

struct catalogue_word {
	struct str value, text;
};

/* The measures of a unit price: the pack contains `content`; the price is per `base`. */
struct catalogue_measure {
	int64_t content_milli, base_milli; /* thousandths of the unit; 0: no unit price */
	struct str content_unit, base_unit;
};

struct catalogue_variant {
	uint64_t id;
	struct catalogue_word words[CATALOGUE_OPTIONS];
	struct str sku, barcode;
	int64_t price_minor; /* now, sales included */
	int64_t was_minor;   /* the former price to strike out (price.h); 0: none */
	int64_t rrp_minor;   /* recommended retail price, if it is higher; 0: none */
	int64_t ends_s;	     /* of the reduction; 0: not planned */
	int64_t change_in_s; /* until these change by themselves; 0: never */
	struct catalogue_measure measure;
	bool shipped; /* false: digital */
	struct stock stock;
	uint64_t image_position; /* 0: no picture of its own */
};

struct catalogue_fact {
	struct str name, text;
};

struct catalogue_product {
	uint64_t id, category_id, version;
	struct str handle, vendor, title, body_html, seo_title, seo_description;
	struct catalogue_word options[CATALOGUE_OPTIONS]; /* value none: the product has fewer options */
	struct catalogue_variant *variants;
	struct catalogue_image *images;
	struct catalogue_fact *facts;
	struct str *tags;
	size_t n_variants, n_images, n_facts, n_tags;
	struct particulars particulars;
	struct maker maker, operator; /* name none: there is no record */
};

/* A product in a list. */
struct catalogue_card {
	uint64_t id, version;
	struct str handle, vendor, title;
	struct catalogue_image image;
	struct catalogue_variant cheapest; /* its change_in_s is that of the whole card */
	int64_t price_max_minor;
	struct str energy_class, energy_scale; /* as in its particulars */
	enum stock_avail avail;
};

struct catalogue_category {
	uint64_t id, parent_id, count; /* parent_id 0: top category */
	struct str slug, title, body_html;
	struct catalogue_image image;
};

/* True when the variant is neither shipped nor tracked in stock. */
bool catalogue_is_digital(const struct catalogue_variant *);

/* True for a GTIN of 8, 12, 13 or 14 digits whose check digit is right, and which is not for use inside one company
 * (prefix 2, and others). */
bool catalogue_is_gtin(struct str barcode);

/* Price per base unit, in minor units. False when the variant has no unit price. */
bool catalogue_unit_price(const struct catalogue_variant *, int64_t *minor);

/* The texts of the option values: "Green / 100 g". */
struct str catalogue_variant_text(struct arena *, const struct catalogue_variant *);

#endif
