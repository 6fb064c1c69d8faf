/* Sizes, and the parser of type, measures and orientation. Every read is bounds-checked. */
#include <string.h>

#include "plat/host/image.h"

static const struct {
	const char *name;
	uint32_t side;
} sizes[IMAGE__MAX] = {[IMAGE_THUMB] = {"thumb", 240},
    [IMAGE_CARD] = {"card", 480},
    [IMAGE_PAGE] = {"page", 960},
    [IMAGE_ZOOM] = {"zoom", 1600}};

const char *
image_size_name(enum image_size size)
{
	return sizes[size].name;
}

bool
image_size_find(struct str name, enum image_size *size)
{
	for (int i = 0; i < IMAGE__MAX; i++) {
		*size = (enum image_size)i;
		if (str_eq_z(name, sizes[i].name))
			return true;
	}
	return false;
}

bool
image_is_path(struct str path)
{
	const size_t hash_at = 3, size_at = hash_at + 2 * IMAGE_HASH_B + 1;
	enum image_size size;

	if (path.n <= size_at + 5 || path.p[2] != '/' || path.p[size_at - 1] != '-' || !str_ends(path, STR(".webp"))
	    || memcmp(path.p, path.p + hash_at, 2) != 0)
		return false;
	for (size_t i = hash_at; i < size_at - 1; i++)
		if (strchr("0123456789abcdef", path.p[i]) == NULL || path.p[i] == '\0')
			return false;
	return image_size_find(str_n(path.p + size_at, path.n - size_at - 5), &size);
}

void
image_measures(uint32_t w, uint32_t h, enum image_size size, uint32_t *out_w, uint32_t *out_h)
{
	uint32_t side = sizes[size].side, longest = w > h ? w : h;

	*out_w = w;
	*out_h = h;
	if (longest <= side)
		return;
	*out_w = (uint32_t)(((uint64_t)w * side + longest / 2) / longest);
	*out_h = (uint32_t)(((uint64_t)h * side + longest / 2) / longest);
	*out_w = *out_w == 0 ? 1 : *out_w;
	*out_h = *out_h == 0 ? 1 : *out_h;
}

static uint32_t
be16(const char *p)
{
	return (uint32_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

static uint32_t
le16(const char *p)
{
	return (uint32_t)(unsigned char)p[1] << 8 | (unsigned char)p[0];
}

static uint32_t
be32(const char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t
le32(const char *p)
{
	return le16(p + 2) << 16 | le16(p);
}

static bool
measured(struct image_head *h, enum image_type type, uint32_t w, uint32_t height)
{
	h->type = type;
	h->w = w;
	h->h = height;
	return true;
}

static bool
head_webp(struct str s, struct image_head *h)
{
	if (s.n < 30)
		return false;
	if (memcmp(s.p + 12, "VP8X", 4) == 0)
		return measured(h, IMAGE_WEBP, (le32(s.p + 24) & 0xffffff) + 1,
		    (le16(s.p + 27) | (uint32_t)(unsigned char)s.p[29] << 16) + 1);
	if (memcmp(s.p + 12, "VP8L", 4) == 0 && (unsigned char)s.p[20] == 0x2f)
		return measured(h, IMAGE_WEBP, (le32(s.p + 21) & 0x3fff) + 1, (le32(s.p + 21) >> 14 & 0x3fff) + 1);
	return memcmp(s.p + 12, "VP8 ", 4) == 0 && memcmp(s.p + 23, "\x9d\x01\x2a", 3) == 0
	    && measured(h, IMAGE_WEBP, le16(s.p + 26) & 0x3fff, le16(s.p + 28) & 0x3fff);
}

/* The orientation in the first directory of an EXIF block (a TIFF header follows "Exif\0\0"). */
static int
exif_orientation(struct str s)
{
	bool little;
	uint32_t at, n;

	if (s.n < 14 || memcmp(s.p, "Exif\0\0", 6) != 0)
		return 1;
	s = str_from(s, 6);
	little = s.p[0] == 'I';
	at = little ? le32(s.p + 4) : be32(s.p + 4);
	if (at > s.n || s.n - at < 2)
		return 1;
	n = little ? le16(s.p + at) : be16(s.p + at);
	at += 2;
	for (uint32_t i = 0; i < n && s.n - at >= 12; i++, at += 12) {
		uint32_t tag = little ? le16(s.p + at) : be16(s.p + at);
		uint32_t value = little ? le16(s.p + at + 8) : be16(s.p + at + 8);

		if (tag == 0x0112)
			return value >= 1 && value <= 8 ? (int)value : 1;
	}
	return 1;
}

static bool
head_jpeg(struct str s, struct image_head *h)
{
	size_t at = 2;

	while (at + 4 <= s.n) {
		unsigned char marker = (unsigned char)s.p[at + 1];
		size_t len;

		if ((unsigned char)s.p[at] != 0xff)
			return false;
		if (marker == 0xff) { /* fill byte */
			at++;
			continue;
		}
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
			at += 2;
			continue;
		}
		len = be16(s.p + at + 2);
		if (len < 2 || marker == 0xd9 || marker == 0xda)
			return false;
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
			return at + 9 <= s.n && measured(h, IMAGE_JPEG, be16(s.p + at + 7), be16(s.p + at + 5));
		if (marker == 0xe1 && at + 2 + len <= s.n)
			h->orientation = exif_orientation(str_n(s.p + at + 4, len - 2));
		at += 2 + len;
	}
	return false;
}

static bool
head(struct str s, struct image_head *h)
{
	if (str_starts(s, STR("\x89PNG\r\n\x1a\n")))
		return s.n >= 33 && memcmp(s.p + 12, "IHDR", 4) == 0
		    && measured(h, IMAGE_PNG, be32(s.p + 16), be32(s.p + 20));
	if (str_starts(s, STR("GIF87a")) || str_starts(s, STR("GIF89a")))
		return s.n >= 13 && measured(h, IMAGE_GIF, le16(s.p + 6), le16(s.p + 8));
	if (str_starts(s, STR("RIFF")) && s.n >= 12 && memcmp(s.p + 8, "WEBP", 4) == 0)
		return head_webp(s, h);
	if (str_starts(s, STR("\xff\xd8\xff")))
		return head_jpeg(s, h);
	return false;
}

bool
image_head(struct str s, struct image_head *h, struct err *e)
{
	*h = (struct image_head){.orientation = 1};
	if (!head(s, h))
		return err_set(e, ERR_INPUT, "not a GIF, PNG, JPEG or WebP picture, or cut off");
	if (h->w == 0 || h->h == 0)
		return err_set(e, ERR_INPUT, "the picture has no pixels");
	if (h->w > IMAGE_SIDE_MAX || h->h > IMAGE_SIDE_MAX || (uint64_t)h->w * h->h > IMAGE_PIXELS_MAX)
		return err_set(e, ERR_INPUT, "%u x %u pixels exceed %d a side or %llu in total", h->w, h->h,
		    IMAGE_SIDE_MAX, (unsigned long long)IMAGE_PIXELS_MAX);
	if (h->orientation >= 5) {
		uint32_t w = h->w;

		h->w = h->h;
		h->h = w;
	}
	return true;
}
