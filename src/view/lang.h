/* lang.h - the shop's languages: their texts and formats, and the choice of one for a visitor.
 *
 * A language has a tag ("zh-Hans"); paths use the tag in lower case. Texts without a translation are shown in the
 * source language, English. */
#ifndef KONTOR_VIEW_LANG_H
#define KONTOR_VIEW_LANG_H

#include "view/gettext/gettext.h"
#include "view/format.h"

#define LANG_MAX 16
#define LANG_SOURCE "en" /* the language of the texts in templates */
#define CATALOGUE_MAX_B ((size_t)4 << 20)

struct lang {
	struct str tag;	 /* "zh-Hans", for lang= */
	struct str path; /* "zh-hans" */
	struct str name; /* "简体中文" */
	struct str dir;	 /* "ltr" or "rtl" */
	size_t index;	 /* its index in `struct langs` */
	struct format format;
	bool has_texts;
	struct messages texts;
	struct plural plural;
};

struct langs {
	struct lang lang[LANG_MAX];
	size_t n; /* the first is the default */
};

/* Fills the languages with these tags, without texts. ERR_INPUT names an unknown or repeated tag. */
MUST_USE bool langs_init(struct arena *, const struct str *tags, size_t n, struct langs *, struct err *);

/* Reads `dir`/TAG.mo for each language. A language without a file uses the texts of the source language. ERR_INPUT
 * names a file that is not a valid gettext catalogue. */
MUST_USE bool langs_load(struct arena *, struct langs *, struct str dir, struct err *);

/* Finds a language by its path form; NULL when the shop does not offer it. */
const struct lang *lang_find(const struct langs *, struct str path);

/* The language that a tag means in any spelling: "EN", "zh-Hans", "de-AT", "zh_CN". NULL when the shop has none. */
const struct lang *lang_near(const struct langs *, struct arena *, struct str tag);

/* The best match for an Accept-Language header (RFC 9110, 12.5.4), or the default language. */
const struct lang *lang_negotiate(const struct langs *, struct str header);

#endif
