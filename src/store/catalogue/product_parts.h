/* product_parts.h - a product's pictures, facts and tags as one JSON text, stored with it (product.parts), and its
 * particulars as another (product_text.particulars).
 *
 * In the shop's own language: [[0,position,"alt","hash",w,h], ..., [1,"label","value"], ..., [2,"tag"], ...]. The hash
 * is hexadecimal; pictures without a file are left out. The text is a copy of rows of product_image, product_spec and
 * product_tag. A transaction that writes them must also write this text or set it to NULL. */
#ifndef KONTOR_STORE_CATALOGUE_PRODUCT_PARTS_H
#define KONTOR_STORE_CATALOGUE_PRODUCT_PARTS_H

#include "base/err.h"
#include "shop/catalogue.h"

/* Formats images, facts and tags, in their order, on the arena. */
MUST_USE bool product_parts_format(struct arena *, const struct catalogue_product *, struct str *json, struct err *);

/* Sets images, facts and tags, copied to the arena. False, and nothing is set, when the text does not have this form or
 * exceeds the limits of a product. */
MUST_USE bool product_parts_parse(struct arena *, struct str json, struct catalogue_product *);

/* The particulars as a JSON object, on the arena; none when there are none. */
MUST_USE bool product_particulars_format(struct arena *, const struct particulars *, struct str *json, struct err *);

/* Reads them, copied to the arena. A text that is no such object gives none. */
void product_particulars_parse(struct arena *, struct str json, struct particulars *);

/* Reads a maker's columns as the statements give them, a JSON list. Another text gives no maker. */
void product_maker_parse(struct arena *, struct str json, struct maker *);

#endif
