/* jsonld_impl.h - shared by the files that write JSON-LD. */
#ifndef KONTOR_VIEW_JSONLD_IMPL_H
#define KONTOR_VIEW_JSONLD_IMPL_H

#include "view/jsonld.h"

struct jsonld_writer {
	struct buf b;
	struct arena *a;
	const struct urls *urls;
	struct str property[CATALOGUE_OPTIONS]; /* of the product's options */
	bool has_returns, has_paid, has_free; /* written in full; named by their @id from then on */
};

/* Every document is begun and ended; an end beyond the size limit gives an empty text. */
void jsonld_begin(struct jsonld_writer *, struct arena *, const struct urls *);
struct str jsonld_end(struct jsonld_writer *);

/* `key` includes comma and colon: ",\"sku\":". An empty text writes nothing. */
void jsonld_put_text(struct jsonld_writer *, const char *key, struct str text);
void jsonld_put_url(struct jsonld_writer *, const char *key, struct str url);

/* The @id of a thing of the shop: a path. */
struct str jsonld_id(struct jsonld_writer *, const char *name);

/* The property of schema.org that an option is, such as "color", whatever its language; or none. */
struct str jsonld_property(struct str option);

/* Numbers and offer of a variant, and the return policy; each with a comma before it. */
void jsonld_put_article(struct jsonld_writer *, const struct jsonld_goods *, const struct view *variant,
    const struct catalogue_variant *);

/* Maker, model and energy class, each with a comma before it. */
void jsonld_put_particulars(struct jsonld_writer *, const struct catalogue_product *);
void jsonld_put_returns(struct jsonld_writer *, const struct jsonld_shop *, const struct lang *);

#endif
