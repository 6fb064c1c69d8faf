/* search.h - splits a text into search tokens. Pure; callers fold the text first (plat/text/fold.h).
 *
 * In scripts that use blanks, a word is one token. A run of Chinese, Japanese or Thai is cut into bigrams, since the
 * database cannot split it into words; a run of one character is a token. Tokens are UTF-8 without blanks and are
 * compared by bytes. Single Latin letters are kept, for "vitamin c". Apostrophes inside a word are dropped. */
#ifndef KONTOR_SHOP_SEARCH_H
#define KONTOR_SHOP_SEARCH_H

#include "base/str.h"

#define SEARCH_TOKEN_MAX_B 64
#define SEARCH_TOKENS_MAX 16000 /* per product and language; the SKUs of all variants count */

struct search_token {
	struct str text;
	bool known; /* for the caller's use; false at first */
};

struct search_tokens {
	struct search_token *token;
	size_t n, max;
	struct arena *a;
	uint32_t *slot; /* hash table: index + 1 */
	size_t n_slots;
};

/* Makes an empty set with room for `max` tokens. Further tokens are dropped. */
void search_tokens_init(struct search_tokens *, struct arena *, size_t max);

/* Empties the set for the next product, whose tokens are allocated on the given arena. */
void search_tokens_reset(struct search_tokens *, struct arena *);

/* Adds the tokens of a folded text; the set keeps each token once. */
void search_add(struct search_tokens *, struct str folded);

/* Adds an article code: "ab-12" gives ab-12, ab, 12 and ab12. */
void search_add_code(struct search_tokens *, struct str folded);

/* NULL: not in the set. */
struct search_token *search_find(struct search_tokens *, struct str token);

#endif
