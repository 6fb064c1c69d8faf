/* product_parts.h - a product's pictures, facts and tags as one JSON text, stored with it (product.parts).
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

#endif
