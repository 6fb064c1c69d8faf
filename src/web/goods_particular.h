/* goods_particular.h - the particulars of a product (shop/particular/particular.h) as view trees. */
#ifndef KONTOR_WEB_GOODS_PARTICULAR_H
#define KONTOR_WEB_GOODS_PARTICULAR_H

#include "serve/request.h"
#include "shop/catalogue.h"
#include "view/view.h"

/* Puts `safety`, `food` and `energy` into the product's tree, each only if there is something to show. */
void goods_put_particulars(const struct page_ctx *, struct view *product, const struct catalogue_product *);

/* Puts `energy` alone, for cards. */
void goods_put_energy(struct view *, struct str cls, struct str scale);

#endif
