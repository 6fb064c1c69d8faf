/* catalogue_words.h - writes the inverted index of search.
 *
 * search_words holds a product's words in a language. search_block holds the posting list of each word, in blocks
 * (shop/search_block.h). Changes are written in batches, since products share most words. To add a product, the server
 * appends its id to the list. To remove one, the list is locked, read and rewritten. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_WORDS_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_WORDS_H

#include "plat/db/db.h"
#include "shop/search.h"

struct catalogue_words;

/* A batch's memory is bounded; catalogue_words_close() frees it. */
struct catalogue_words *catalogue_words_open(struct db *, struct arena *);
void catalogue_words_close(struct catalogue_words *);

/* A product's words in one language, as stored in search_words. */
struct catalogue_known {
	struct str lang, words;
	bool used; /* by catalogue_words_put() */
	struct catalogue_known *next;
};

/* Replaces a product's words in one language by these tokens. `known`: all rows that the product has in search_words;
 * borrowed for the call. */
MUST_USE bool catalogue_words_put(struct catalogue_words *, uint64_t product_id, struct str lang,
    struct search_tokens *, struct catalogue_known *known, struct err *);

/* Removes the product's words in all languages for which catalogue_words_put() was not called. */
MUST_USE bool catalogue_words_rest(
    struct catalogue_words *, uint64_t product_id, struct catalogue_known *, struct err *);

/* Writes the batch. */
MUST_USE bool catalogue_words_send(struct catalogue_words *, struct err *);

#endif
