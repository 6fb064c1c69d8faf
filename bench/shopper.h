/* shopper.h - the interactions of TPC-W in this shop, and their mixes.
 *
 * A visitor draws an interaction that can start a chain. Others only follow one (results a search, registration the
 * cart), with the chance that gives them their share of the mix. */
#ifndef KONTOR_BENCH_SHOPPER_H
#define KONTOR_BENCH_SHOPPER_H

#include "histogram.h"
#include "visitor.h"

/* INTERACTION(id, "name", follows, browsing, shopping, ordering): shares in hundredths of a percent. Home has those of
 * the two pages for administrators too. */
#define SHOPPER_INTERACTIONS(INTERACTION)                                                                              \
	INTERACTION(HOME, "home", HOME, 2919, 1619, 935)                                                               \
	INTERACTION(NEW, "new products", NEW, 1100, 500, 46)                                                           \
	INTERACTION(BEST, "best sellers", BEST, 1100, 500, 46)                                                         \
	INTERACTION(PRODUCT, "product detail", PRODUCT, 2100, 1700, 1235)                                              \
	INTERACTION(SEARCH, "search request", SEARCH, 1200, 2000, 1453)                                                \
	INTERACTION(RESULTS, "search results", SEARCH, 1100, 1700, 1308)                                               \
	INTERACTION(CART, "shopping cart", CART, 200, 1160, 1353)                                                      \
	INTERACTION(REGISTER, "customer registration", CART, 82, 300, 1286)                                            \
	INTERACTION(BUY, "buy request", REGISTER, 75, 260, 1273)                                                       \
	INTERACTION(CONFIRM, "buy confirm", BUY, 69, 120, 1018)                                                        \
	INTERACTION(INQUIRY, "order inquiry", INQUIRY, 30, 75, 25)                                                     \
	INTERACTION(DISPLAY, "order display", INQUIRY, 25, 66, 22)

enum interaction {
#define INTERACTION(id, name, follows, b, s, o) SHOPPER_##id,
	SHOPPER_INTERACTIONS(INTERACTION)
#undef INTERACTION
	    SHOPPER_KINDS
};

enum mix { MIX_BROWSING, MIX_SHOPPING, MIX_ORDERING };

struct shopper_row {
	const char *name;
	enum interaction follows; /* itself: starts a chain */
	unsigned share[3];
};

extern const struct shopper_row shopper_rows[SHOPPER_KINDS];

/* The visitors' knowledge of the shop. */
struct world {
	char **product, **category, **word;
	size_t product_n, category_n, word_n;
};

enum outcome {
	SHOPPER_DONE,
	SHOPPER_REFUSED, /* sold out or changed: a valid answer, but the visitor leaves */
	SHOPPER_FAILED
};

struct shopper {
	struct visitor v;
	const struct world *world;
	enum mix mix;
	char product[FORM_ACTION_B], order[FORM_ACTION_B]; /* last seen; "": none */
	bool cart;                                         /* not empty */
	uint64_t n[SHOPPER_KINDS], errors, refused, orders, sessions;
	struct histogram took[SHOPPER_KINDS];
};

/* The follow-up of an interaction and its chance; false: none. */
bool shopper_next(enum interaction, enum mix, enum interaction *next, double *chance);

/* Draws an interaction that starts a chain. */
enum interaction shopper_draw(enum mix, struct draw *);

enum outcome shopper_do(struct shopper *, enum interaction);

/* A new visitor comes, with an empty cart. */
void shopper_leave(struct shopper *);

#endif
