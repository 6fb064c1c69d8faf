/* maker_store.h - the records of makers (shop/particular/particular.h), which many products name.
 *
 * Names are compared without regard to case. A change is shown on the pages of all products of the maker. */
#ifndef KONTOR_STORE_CATALOGUE_MAKER_STORE_H
#define KONTOR_STORE_CATALOGUE_MAKER_STORE_H

#include "plat/db/db.h"
#include "shop/particular/particular.h"

struct makers {
	struct maker *v; /* by name */
	size_t n;
};

MUST_USE bool maker_list(struct db *, struct arena *, struct makers *, struct err *);

/* The record with this name, or NULL. */
const struct maker *maker_find(const struct makers *, struct str name);

/* A change of one record: sets it, or removes it. */
struct maker_change {
	struct arena *a;
	struct str own_lang; /* of the shop */
	const struct maker *maker;
	bool remove;
	int64_t now_s;
	/* out */
	uint64_t *products; /* whose pages show it */
	size_t n_products;
};

/* Inside the caller's transaction; then call catalogue_forget() for the products. ERR_NOT_FOUND: there is no record to
 * remove. */
MUST_USE bool maker_change(struct db *, struct maker_change *, struct err *);

/* Active goods that lack what the law wants shown of goods of their kind. */
enum maker_need { MAKER_NEED_SAFETY, MAKER_NEED_FOOD, MAKER_NEED_ENERGY, MAKER_NEED__MAX };
struct maker_lack {
	enum maker_need need;
	const struct str *paths; /* of categories, with those below; "*": all */
	size_t n_paths;
	struct str own_lang;
	/* out */
	uint64_t n;
	struct str handles; /* of the first few, separated by blanks */
};
MUST_USE bool maker_goods_lack(struct db *, struct arena *, struct maker_lack *, struct err *);

#endif
