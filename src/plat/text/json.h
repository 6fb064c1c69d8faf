/* json.h - JSON texts: read as a tree, or written value by value.
 *
 * A tree is read-only and lives until json_free(); texts are copied out of it. Each reader accepts NULL as a missing
 * value, so a chain of calls needs one check. A writer's error is sticky: see json_done(). */
#ifndef KONTOR_PLAT_TEXT_JSON_H
#define KONTOR_PLAT_TEXT_JSON_H

#include "base/buf.h"

struct json; /* a value in a tree */

/* NULL when the text is not a JSON list or object. */
const struct json *json_parse(struct str text);
void json_free(const struct json *root);

bool json_is_list(const struct json *);

/* Values in a list; 0 for any other value. */
size_t json_count(const struct json *list);

/* NULL when there is none. */
const struct json *json_at(const struct json *list, size_t i);
const struct json *json_member(const struct json *object, const char *name);

/* False when the value is not a text, or not an integer. */
bool json_text(const struct json *, struct arena *, struct str *);
bool json_int(const struct json *, int64_t *);

/* A text, a number or a truth value as text. False for null, a list or an object. */
bool json_scalar(const struct json *, struct arena *, struct str *);

struct json_out {
	struct buf b;
	bool more; /* the next value needs a comma before it */
};

/* Begins a list or an object: `open` is '[' or '{'. */
void json_init(struct json_out *, struct arena *, size_t max_b, char open);

/* Begins and ends a nested list or object. */
void json_begin(struct json_out *, char open);
void json_end(struct json_out *, char close);

/* The name of the value that comes next in an object. */
void json_key(struct json_out *, const char *name);
void json_put_str(struct json_out *, struct str);
void json_put_i64(struct json_out *, int64_t);
void json_put_bool(struct json_out *, bool);
void json_put_null(struct json_out *);
void json_put_i64_or_null(struct json_out *, int64_t, bool null);

/* A member of an object: its name and its value. */
void json_add_str(struct json_out *, const char *name, struct str);
void json_add_i64(struct json_out *, const char *name, int64_t);
void json_add_bool(struct json_out *, const char *name, bool);

/* Ends what json_init() began; the text is on the arena. */
MUST_USE bool json_done(struct json_out *, char close, struct str *, struct err *);

/* A list of numbers. */
MUST_USE bool json_ids(struct arena *, const uint64_t *ids, size_t n, struct str *, struct err *);

#endif
