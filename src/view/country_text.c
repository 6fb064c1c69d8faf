#include "view/country_text.h"

static const struct country_texts texts[] = {
#include "src/view/country_names.inc"
};

const struct country_texts *
country_texts(const struct lang *lang)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(texts) && !str_eq_z(lang->tag, texts[i].tag))
		i++;
	return &texts[i];
}
