/* image.h - foreign pictures recognised by content, bounded, and re-encoded in the shop's sizes.
 *
 * A picture's name is the hash of its bytes and of the version of our encoding: the same picture is stored once, and
 * its files never change, so that browsers may keep them for ever: <2 hex>/<32 hex>-card.webp and so on, below the
 * folder of pictures. Each size is the longest side's limit; nothing is enlarged; transparency becomes white; a
 * JPEG's orientation is applied; no metadata is kept.
 *
 * Size in bytes and in pixels is checked from the header before anything is decoded. libgd decodes in a child process
 * with limits on memory and time: a file that crashes it is a file that is refused. */
#ifndef KONTOR_PLAT_HOST_IMAGE_H
#define KONTOR_PLAT_HOST_IMAGE_H

#include "base/err.h"
#include "base/str.h"

#define IMAGE_HASH_B 16
#define IMAGE_FILE_MAX_B ((size_t)32 << 20)
#define IMAGE_PIXELS_MAX UINT64_C(50000000)
#define IMAGE_SIDE_MAX 16000

enum image_size { IMAGE_THUMB, IMAGE_CARD, IMAGE_PAGE, IMAGE_ZOOM, IMAGE__MAX }; /* 240, 480, 960, 1600 */

enum image_type { IMAGE_GIF, IMAGE_PNG, IMAGE_JPEG, IMAGE_WEBP };

struct image_head {
	enum image_type type;
	uint32_t w, h;	    /* as shown, with the orientation applied */
	int orientation; /* of EXIF, 1 to 8 */
};

struct image {
	uint8_t hash[IMAGE_HASH_B];
	uint32_t w, h; /* of the source */
	bool made;     /* files were written; false: all were there */
};

/* What the bytes say that they are. ERR_INPUT: none of the four types, cut off, or too many pixels. */
MUST_USE bool image_head(struct str bytes, struct image_head *, struct err *);

/* Reads a file below the folder open at `dir_fd` (no link is followed out of it by "..") and writes what is missing
 * of its sizes below `media_dir`. ERR_NOT_FOUND: no such file; ERR_INPUT: not a picture that we take; ERR_UPSTREAM:
 * the disk. `scratch` is used for the file's bytes and given back. */
MUST_USE bool image_import(
    struct arena *scratch, int dir_fd, struct str path, struct str media_dir, struct image *, struct err *);

/* The same from memory. With media_dir none, only hash and measures are made. */
MUST_USE bool image_store(struct arena *scratch, struct str bytes, struct str media_dir, struct image *, struct err *);

/* "ab/abcdef...-card.webp" on the arena. */
struct str image_path(struct arena *, const uint8_t hash[IMAGE_HASH_B], enum image_size);

/* How large a picture is in a size, from the source's measures. */
void image_measures(uint32_t w, uint32_t h, enum image_size, uint32_t *out_w, uint32_t *out_h);

#endif
