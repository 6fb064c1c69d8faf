/* encode.h - encodes a view tree as bytes, and decodes it without copying texts.
 *
 * Cached values have this form. The bytes are not trusted: decoding checks depth and every length, count, type and
 * name, allocates at most a small multiple of the bytes, and never reads outside them. It cannot detect bytes encoded
 * for another list of names: put view_names_hash() into the key. */
#ifndef KONTOR_VIEW_ENCODE_H
#define KONTOR_VIEW_ENCODE_H

#include "view/view.h"

#define VIEW_ENCODED_MAX_B ((size_t)768 << 10)

/* Appends the tree. A tree deeper than VIEW_DEPTH_MAX sets the buf's `over`. */
void view_encode(const struct view *, struct buf *);

/* The same, as bytes on the arena. ERR_LIMIT when they exceed VIEW_ENCODED_MAX_B. */
MUST_USE bool view_encoded(struct arena *, const struct view *, struct str *out, struct err *);

/* Decodes a tree. Its texts point into the bytes; the tree may be changed and extended. ERR_UPSTREAM when the bytes are
 * not a valid tree, ERR_LIMIT when the arena is full. */
MUST_USE bool view_decode(struct arena *, struct str bytes, struct view **out, struct err *);

#endif
