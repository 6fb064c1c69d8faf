/* encode.h - a view tree as bytes, and back without copying its texts.
 *
 * This is what memcached keeps. The bytes may come from anywhere: decoding checks every length, count, type, name and
 * the depth, takes no more memory than a small multiple of the bytes, and never reads outside them. What it cannot
 * check is whether they were meant for this list of names: keep view_names_hash() in the key. */
#ifndef KONTOR_VIEW_ENCODE_H
#define KONTOR_VIEW_ENCODE_H

#include "view/view.h"

#define VIEW_ENCODED_MAX_B ((size_t)768 << 10)

/* Appends the tree. A tree deeper than VIEW_DEPTH_MAX sets the buf's `over`. */
void view_encode(const struct view *, struct buf *);

/* The same as bytes on the arena. ERR_LIMIT when they would be more than VIEW_ENCODED_MAX_B. */
MUST_USE bool view_encoded(struct arena *, const struct view *, struct str *out, struct err *);

/* The tree of the bytes; its texts point into them, and it may be changed and grown. ERR_UPSTREAM when the bytes are
 * no tree, ERR_LIMIT when the arena is full. */
MUST_USE bool view_decode(struct arena *, struct str bytes, struct view **out, struct err *);

#endif
