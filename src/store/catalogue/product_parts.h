/* product_parts.h - a product's pictures, facts and tags as the one text that stands with it (product.parts).
 *
 * JSON, in the shop's own words: [[0,position,"alt","hash",w,h], ..., [1,"label","value"], ..., [2,"tag"], ...], the
 * hash in hexadecimal digits; only pictures that there are. The tables product_image, product_spec and product_tag stay
 * the truth: whoever writes them writes this text in the same transaction, or makes it NULL. */
#ifndef KONTOR_STORE_CATALOGUE_PRODUCT_PARTS_H
#define KONTOR_STORE_CATALOGUE_PRODUCT_PARTS_H

#include "base/err.h"
#include "shop/catalogue.h"

/* Of the images, facts and tags, in their order; the text is on the arena. */
MUST_USE bool product_parts_format(struct arena *, const struct catalogue_product *, struct str *json, struct err *);

/* Sets images, facts and tags, copied to the arena. False, with nothing set, when the text is not of this form or
 * has more than a product may have. */
MUST_USE bool product_parts_parse(struct arena *, struct str json, struct catalogue_product *);

#endif
