/* translation.h - one text of the catalogue in one language, as imports and exports carry it. Pure. */
#ifndef KONTOR_SHOP_TRANSLATION_H
#define KONTOR_SHOP_TRANSLATION_H

#include "shop/particular/particular.h"

/* The first four values equal those of term_text.kind. */
enum translation_kind {
	TRANSLATION_OPTION,
	TRANSLATION_VALUE,
	TRANSLATION_ATTRIBUTE,
	TRANSLATION_ATTRIBUTE_VALUE,
	TRANSLATION_PRODUCT,
	TRANSLATION_CATEGORY
};

struct translation {
	enum translation_kind kind;
	struct str of; /* subject of the text: handle, category path or term */
	struct str lang, title, body_html, seo_title, seo_description;
	struct particulars particulars; /* of a product: those with words */
	uint32_t given;
	uint32_t line;
};

#endif
