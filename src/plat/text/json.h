/* json.h - JSON texts: read as a tree, or written value by value.
 *
 * A tree is read-only and lives until json_free(); what is taken from it is copied. Each reader accepts NULL for a
 * value that is missing, so that a chain of them needs one check. A writer's error is sticky: see json_done(). */
#ifndef KONTOR_PLAT_TEXT_JSON_H
#define KONTOR_PLAT_TEXT_JSON_H

#include "base/buf.h"

struct json; /* a value in a tree */

/* NULL when the text is no JSON list or object. */
const struct json *json_parse(struct str text);
void json_free(const struct json *root);

bool json_is_list(const struct json *);

/* Values in a list; 0 for any other value. */
size_t json_count(const struct json *list);

/* NULL when there is none. */
const struct json *json_at(const struct json *list, size_t i);
const struct json *json_member(const struct json *object, const char *name);

/* False when it is no text, or no integer. */
bool json_text(const struct json *, struct arena *, struct str *);
bool json_int(const struct json *, int64_t *);

struct json_out {
	struct buf b;
	bool more; /* a value stands before the next one */
};

/* Begins a list or an object: `open` is '[' or '{'. */
void json_init(struct json_out *, struct arena *, size_t max_b, char open);

/* A list or an object inside. */
void json_begin(struct json_out *, char open);
void json_end(struct json_out *, char close);

/* The name of the value that comes next in an object. */
void json_key(struct json_out *, const char *name);
void json_put_str(struct json_out *, struct str);
void json_put_i64(struct json_out *, int64_t);
void json_put_i64_or_null(struct json_out *, int64_t, bool null);

/* Ends what json_init() began; the text is the arena's. */
MUST_USE bool json_done(struct json_out *, char close, struct str *, struct err *);

/* A list of numbers. */
MUST_USE bool json_ids(struct arena *, const uint64_t *ids, size_t n, struct str *, struct err *);

#endif
