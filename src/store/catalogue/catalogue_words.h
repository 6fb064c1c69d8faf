/* catalogue_words.h - the search index being written: which products are found by which words.
 *
 * search_words holds the words of a product in a language, search_block the products of a word (shop/search_block.h).
 * What has changed of many products is gathered and goes out together, since their words are much the same. A new
 * product's id is appended by the server; where a product leaves a word, the word's list is read, locked, and written
 * anew. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_WORDS_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_WORDS_H

#include "shop/search.h"
#include "store/catalogue/catalogue_save.h"

struct catalogue_words;

/* The memory of what is gathered is bounded; catalogue_words_close() gives it back. */
struct catalogue_words *catalogue_words_open(struct catalogue_save *);
void catalogue_words_close(struct catalogue_words *);

/* The words under which a product is found so far. */
struct catalogue_known {
	struct str lang, words;
	bool used; /* catalogue_words_put() has come by */
	struct catalogue_known *next;
};

/* Says that a product is found by these tokens in a language, and by no others from now on. `known`: all that is in the
 * table of this product; borrowed for the call. */
MUST_USE bool catalogue_words_put(struct catalogue_words *, uint64_t product_id, struct str lang,
    struct search_tokens *, struct catalogue_known *known, struct err *);

/* Says that it is found by nothing in the languages that were not put. */
MUST_USE bool catalogue_words_rest(
    struct catalogue_words *, uint64_t product_id, struct catalogue_known *, struct err *);

/* Writes what has been gathered. */
MUST_USE bool catalogue_words_send(struct catalogue_words *, struct err *);

#endif
