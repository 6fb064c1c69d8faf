/* A gettext catalogue, a plural rule, and an Accept-Language header. */
#include <stdlib.h>

#include "view/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct str tags[] = {STR("en"), STR("zh-Hans")}, bytes = str_n(p, n);
	struct messages c;
	struct plural plural;
	struct langs langs;
	struct str text;
	struct arena a;
	struct err e = {0};

	arena_init(&a, 16 << 20);
	if (messages_open(bytes, &c, &e))
		(void)!messages_find(&c, STR("Cart"), &text);
	err_clear(&e);
	if (plural_parse(bytes, &plural, &e)) {
		for (int64_t i = -3; i < 120; i++) {
			if (plural_form(&plural, i) >= plural.forms)
				abort();
		}
	}
	err_clear(&e);
	if (!langs_init(&a, tags, 2, &langs, &e) || lang_negotiate(&langs, bytes) == NULL)
		abort();
	arena_fini(&a);
	return 0;
}
