/* image.h - checks foreign pictures and re-encodes them in the shop's sizes.
 *
 * A picture's name is the hash of its bytes and of our encoder's version. So equal pictures are stored once, and files
 * never change: they can be cached for ever. Files are <2 hex>/<32 hex>-card.webp and so on, below the folder of
 * pictures. A size limits the longest side. Nothing is enlarged, transparency becomes white, a JPEG's orientation is
 * applied, metadata is dropped.
 *
 * The type is recognised by content, and bytes and pixels are checked before decoding. libgd decodes in kontor-decode,
 * a program of its own (image_decode.h); a file that crashes it, or that it does not finish, is refused, and what it
 * wrote is checked. */
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
	int orientation; /* EXIF orientation, 1 to 8 */
};

struct image {
	uint8_t hash[IMAGE_HASH_B];
	uint32_t w, h; /* of the source */
	bool made;     /* files were written; false: all existed */
};

/* Where pictures are stored. */
struct image_out {
	struct str media_dir; /* none: only hash and measures are computed */
	bool faults;	      /* for tests: pictures may cause a fault of the decoder (image_decode.h) */
	uint32_t limit_ms;    /* for tests: the time of a decoder; 0: the usual limit */
};

/* Parses type and measures. ERR_INPUT: none of the four types, truncated, or too many pixels. */
MUST_USE bool image_head(struct str bytes, struct image_head *, struct err *);

/* Reads a file below the folder `dir_fd` (refuses a path or link that leaves the folder) and writes its missing sizes.
 * ERR_NOT_FOUND: no such file; ERR_INPUT: not an acceptable picture; ERR_UPSTREAM: a disk error, or no decoder.
 * `scratch` holds the file's bytes and is rewound. */
MUST_USE bool image_import(
    struct arena *scratch, int dir_fd, struct str path, const struct image_out *, struct image *, struct err *);

/* The same from memory. */
MUST_USE bool image_store(
    struct arena *scratch, struct str bytes, const struct image_out *, struct image *, struct err *);

/* "ab/abcdef...-card.webp" on the arena. */
struct str image_path(struct arena *, const uint8_t hash[IMAGE_HASH_B], enum image_size);

/* True for a path of this form, of any picture and size. */
bool image_is_path(struct str);

/* "card" and so on. */
const char *image_size_name(enum image_size);
bool image_size_find(struct str name, enum image_size *);

/* The measures of a picture in a size, from the source's. */
void image_measures(uint32_t w, uint32_t h, enum image_size, uint32_t *out_w, uint32_t *out_h);

#endif
