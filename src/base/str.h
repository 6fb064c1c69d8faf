/* str.h - a borrowed run of bytes with its length.
 *
 * A str owns nothing and need not end in NUL; what str_dup() and str_fmt() make on an arena does have a NUL behind
 * the last byte, so that `.p` may be handed to libraries. {NULL, 0} is "none" and equals the empty string. */
#ifndef KONTOR_BASE_STR_H
#define KONTOR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1} /* for static tables */
#define STR_NONE ((struct str){NULL, 0})

/* For printf: "%.*s" with STR_ARG(s). Evaluates s more than once: never a call that takes something. */
#define STR_ARG(s) (int)(s).n, (s).p == NULL ? "" : (s).p

struct str str_z(const char *z); /* NULL gives none */
struct str str_n(const void *p, size_t n);

bool str_eq(struct str, struct str);
bool str_eq_z(struct str, const char *z);
bool str_eq_case(struct str, struct str); /* ASCII letters only */
int str_cmp(struct str, struct str);	  /* bytes, as memcmp */
bool str_starts(struct str, struct str head);
bool str_ends(struct str, struct str tail);

/* Index of the first `c` or of `needle`, or -1. */
ptrdiff_t str_chr(struct str, char c);
ptrdiff_t str_find(struct str, struct str needle);

struct str str_from(struct str, size_t start); /* the rest; empty when start >= n */
struct str str_head(struct str, size_t n);
struct str str_trim(struct str); /* ASCII blanks, tabs and line ends at both sides */

/* Takes the part before `sep` off the front of *rest. False when *rest is none: then nothing is left. */
bool str_cut(struct str *rest, char sep, struct str *part);

/* Copies as much as fits into an array of this size, NUL behind. */
void str_copy(char *to, size_t size_b, struct str);

/* Copies on the arena, NUL behind. */
struct str str_dup(struct arena *, struct str);
struct str str_lower(struct arena *, struct str); /* ASCII letters only */
struct str str_fmt(struct arena *, const char *fmt, ...) PRINTF(2, 3);
const char *str_zdup(struct arena *, struct str);

/* 64 bits, eight bytes at a time, after MurmurHash64A by A. Appleby. Not for secrets and not against attackers; its
 * values may be kept only where a new release may find them wrong. */
uint64_t str_hash(struct str);
uint64_t str_hash_more(uint64_t hash, struct str);

#endif
