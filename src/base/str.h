/* str.h - a borrowed run of bytes with its length.
 *
 * A str owns nothing and need not end in NUL. The results of str_dup(), str_lower() and str_fmt() do have a NUL after
 * the last byte, so `.p` may be passed to libraries. {NULL, 0} is "none" and equals the empty string. */
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

/* For printf: "%.*s" with STR_ARG(s). Evaluates s more than once: no side effects. */
#define STR_ARG(s) (int)(s).n, (s).p == NULL ? "" : (s).p

struct str str_z(const char *z); /* NULL gives none */
struct str str_n(const void *p, size_t n);

bool str_eq(struct str, struct str);
bool str_eq_z(struct str, const char *z);
bool str_eq_case(struct str, struct str); /* ASCII letters only */
int str_cmp(struct str, struct str);	  /* bytes, as memcmp */
int str_order(const void *a, const void *b); /* the same for qsort() */
bool str_starts(struct str, struct str head);
bool str_ends(struct str, struct str tail);

/* Index of the first `c` or of `needle`, or -1. */
ptrdiff_t str_chr(struct str, char c);
ptrdiff_t str_find(struct str, struct str needle);

struct str str_from(struct str, size_t start); /* from `start` to the end; empty when start >= n */
struct str str_head(struct str, size_t n);
struct str str_trim(struct str); /* ASCII blanks, tabs and line ends at both sides */

/* Cuts the part before `sep` off the front of *rest; the last part leaves *rest none. False when *rest is none. */
bool str_cut(struct str *rest, char sep, struct str *part);

/* Copies as much as fits into an array of size_b bytes, and adds a NUL. */
void str_copy(char *to, size_t size_b, struct str);

/* Copies on the arena, with a NUL added. */
struct str str_dup(struct arena *, struct str);
struct str str_lower(struct arena *, struct str); /* ASCII letters only */
struct str str_fmt(struct arena *, const char *fmt, ...) PRINTF(2, 3);
const char *str_zdup(struct arena *, struct str);

/* The ending of a counted word in the English of commands and logs. */
#define PLURAL_S(n) ((n) == 1 ? "" : "s")

/* 64 bits, eight bytes at a time, after MurmurHash64A by A. Appleby. Not for secrets, and not safe against chosen
 * input. The function may change with a release: store a hash only where a mismatch does no harm. */
uint64_t str_hash(struct str);
uint64_t str_hash_more(uint64_t hash, struct str);

#endif
