/* fuzz_image.c - headers of foreign pictures; accepted ones are within the bounds. */
#include "plat/host/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_head h;
	struct err e = {0};

	if (image_head(str_n(data, size), &h, &e)) {
		ASSERT(h.w > 0 && h.h > 0 && (uint64_t)h.w * h.h <= IMAGE_PIXELS_MAX);
		ASSERT(h.orientation >= 1 && h.orientation <= 8);
	}
	return 0;
}
