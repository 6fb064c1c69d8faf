/* encode.h - encodes a view tree as bytes, and decodes it without copying texts.
 *
 * Cached values have this form. Decoding does not trust the bytes: it checks depth, every length, count, type and name,
 * and the tree's shape. It allocates at most a small multiple of the number of bytes. It cannot detect bytes encoded
 * for another list of names: put view_names_hash() into the key. */
#ifndef KONTOR_VIEW_ENCODE_H
#define KONTOR_VIEW_ENCODE_H

#include "view/view.h"

#define VIEW_ENCODED_MAX_B ((size_t)768 << 10)

/* The shape that code relies on in a decoded tree: the types of fields that the code changes or reads unchecked, and
 * the places of html, which is sent unescaped. */
struct view_shape {
	uint16_t name;	 /* of the field; N__NONE in a root and after the last field */
	uint16_t types;	 /* VIEW_IS() of each allowed type */
	bool needed;	 /* the field must exist */
	const struct view_shape *fields; /* of the object, or of each object in the list */
};
#define VIEW_IS(type) (1U << (type))

/* True when the tree has the shape. Fields that the shape does not name may have any type but html. */
bool view_fits(const struct view *, const struct view_shape *);

/* Appends the tree. A tree deeper than VIEW_DEPTH_MAX sets the buf's `over`. */
void view_encode(const struct view *, struct buf *);

/* Encodes the tree on the arena. ERR_LIMIT when they exceed VIEW_ENCODED_MAX_B. */
MUST_USE bool view_encoded(struct arena *, const struct view *, struct str *out, struct err *);

/* Decodes a tree. Its texts point into the bytes; the tree may be changed and extended. ERR_UPSTREAM when the bytes are
 * not a tree of this shape, ERR_LIMIT when the arena is full. */
MUST_USE bool view_decode(
    struct arena *, struct str bytes, const struct view_shape *, struct view **out, struct err *);

#endif
