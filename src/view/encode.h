/* encode.h - encodes a view tree as bytes, and decodes it without copying texts.
 *
 * Cached values have this form. The bytes are not trusted: decoding checks depth, every length, count, type and name,
 * and the tree's shape, allocates at most a small multiple of the bytes, and never reads outside them. It cannot detect
 * bytes encoded for another list of names: put view_names_hash() into the key. */
#ifndef KONTOR_VIEW_ENCODE_H
#define KONTOR_VIEW_ENCODE_H

#include "view/view.h"

#define VIEW_ENCODED_MAX_B ((size_t)768 << 10)

/* The shape that code relies on in a decoded tree: the types of fields that it changes or reads unchecked, and the
 * places where html may occur, which is sent unescaped. */
struct view_shape {
	uint16_t name;	 /* of the field; N__NONE in a root, and behind the last field */
	uint16_t types;	 /* VIEW_IS() of each that is allowed */
	bool needed;	 /* it must be there */
	const struct view_shape *fields; /* of the object, or of each item of the list, which then is an object */
};
#define VIEW_IS(type) (1U << (type))

/* Html is only where the shape names it; fields that it does not name may be anything else, or missing. */
bool view_fits(const struct view *, const struct view_shape *);

/* Appends the tree. A tree deeper than VIEW_DEPTH_MAX sets the buf's `over`. */
void view_encode(const struct view *, struct buf *);

/* The same, as bytes on the arena. ERR_LIMIT when they exceed VIEW_ENCODED_MAX_B. */
MUST_USE bool view_encoded(struct arena *, const struct view *, struct str *out, struct err *);

/* Decodes a tree. Its texts point into the bytes; the tree may be changed and extended. ERR_UPSTREAM when the bytes are
 * not a tree of this shape, ERR_LIMIT when the arena is full. */
MUST_USE bool view_decode(
    struct arena *, struct str bytes, const struct view_shape *, struct view **out, struct err *);

#endif
