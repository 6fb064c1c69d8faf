/* Bytes as memcached may return them: an accepted tree must survive another round of encoding and decoding. */
#include <stdlib.h>

#include "view/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct str
encoded(struct arena *a, const struct view *v)
{
	struct buf b;

	buf_init(&b, a, 4 << 20);
	view_encode(v, &b);
	return b.over ? STR_NONE : buf_str(&b);
}

static const struct view_shape fields[] = {{N_text, VIEW_IS(VIEW_HTML) | VIEW_IS(VIEW_STR), false, NULL},
    {N_lines, VIEW_IS(VIEW_LIST), false, fields}, {0}};
static const struct view_shape shape = {.types = 0x1ff, .fields = fields};

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a;
	struct err e = {0};
	struct view *v, *again;

	arena_init(&a, 32 << 20);
	if (view_decode(&a, str_n(p, n), &shape, &v, &e)) {
		struct str once = encoded(&a, v);
		struct buf json;

		buf_init(&json, &a, 4 << 20);
		view_json(v, &json);
		if (once.n == 0 || !view_decode(&a, once, &shape, &again, &e) || !str_eq(encoded(&a, again), once))
			abort();
	}
	arena_fini(&a);
	return 0;
}
