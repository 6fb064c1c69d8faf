/* search.h - a text as the tokens under which it is found. Pure; texts come folded (plat/text/fold.h).
 *
 * A word of a script with blanks is one token; a run of Chinese, Japanese or Thai is cut into its bigrams (and a run
 * of one character into that), since the database has no parser for these. Tokens are UTF-8 without blanks, and are
 * compared by bytes. Single Latin letters are kept: somebody may look for "vitamin c". An apostrophe inside a word is
 * passed over. */
#ifndef KONTOR_SHOP_SEARCH_H
#define KONTOR_SHOP_SEARCH_H

#include "base/str.h"

#define SEARCH_TOKEN_MAX_B 64
#define SEARCH_TOKENS_MAX 2000 /* of one product in one language */
#define SEARCH_QUERY_TOKENS_MAX 12

struct search_token {
	struct str text;
	bool known; /* search_find() came upon it */
};

struct search_tokens {
	struct search_token *token;
	size_t n, max;
	struct arena *a;
	uint32_t *slot; /* hash table: index + 1 */
	size_t n_slots;
};

/* `max` tokens at most; more are left out. */
void search_tokens_init(struct search_tokens *, struct arena *, size_t max);

/* Empties it, for another product; the tokens' bytes go on that arena from now on. */
void search_tokens_reset(struct search_tokens *, struct arena *);

/* Adds a folded text; each token is there once. */
void search_add(struct search_tokens *, struct str folded);

/* Adds a code as it is: whole, its parts, and whole without its hyphens: "ab-12" is found as ab-12, ab, 12, ab12. */
void search_add_code(struct search_tokens *, struct str folded);

/* NULL: it is not among them. */
struct search_token *search_find(struct search_tokens *, struct str token);

#endif
