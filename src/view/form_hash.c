#include "view/form_hash.h"

#include <string.h>

#include "view/names.h"

uint64_t
form_hash(const struct conf *conf)
{
	static const char *const sections[] = {"site", "tax", "shipping", "order"};
	uint64_t hash = view_names_hash();
	size_t n;
	const struct conf_setting *settings = conf_settings(&n);
	struct arena a;
	struct buf b;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&b, &a, (size_t)256 << 10);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(sections); k++)
			if (!settings[i].merchant && strcmp(settings[i].section, sections[k]) == 0)
				conf_put_value(&b, conf, &settings[i]);
	hash = str_hash_more(str_hash_more(hash, buf_str(&b)), str_n(&conf->merchant, sizeof(conf->merchant)));
	arena_fini(&a);
	return hash;
}
