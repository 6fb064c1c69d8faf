/* goods_choice.h - products with very many variants.
 *
 * The tree of a usual product contains all its variants. For a large one that would be megabytes: its tree contains the
 * values of each option, for a select, and a matrix of small records with the values and availability of each
 * variant. If hardly any variants share values, one select names all variants. The chosen variant is a cached value of
 * its own. A value is named by the id of a variant that has it. */
#ifndef KONTOR_WEB_GOODS_CHOICE_H
#define KONTOR_WEB_GOODS_CHOICE_H

#include "shop/catalogue.h"
#include "view/view.h"
#include "serve/request.h"

/* True for more variants, or longer option values, than a tree should contain. */
bool goods_is_large(const struct catalogue_product *);

/* Adds `choices`, `matrix`, `price_min`, `price_max` and `count` to the tree. */
void goods_put_choices(const struct page_ctx *, struct view *product, const struct catalogue_product *);

struct goods_wish {
	uint64_t variant;		 /* the variant shown before; 0: none */
	uint64_t pick[CATALOGUE_OPTIONS]; /* variants that have the wanted values; 0: the value of `variant` */
};

/* The chosen variant; 0: the product has none. */
struct goods_chosen {
	uint64_t variant;
	size_t image;	/* number of its picture in `images`, from 1; 0: none */
	bool exact;	/* false: no variant has the wanted values; this one is near */
};

/* Marks the selected and the sold out values. Removes the matrix from the tree. */
struct goods_chosen goods_choose(struct view *product, const struct goods_wish *);

#endif
