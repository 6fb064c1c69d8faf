/* lang.h - the languages of the shop: their texts, how they write figures, and which one a visitor is given.
 *
 * A language is known by its tag ("zh-Hans"), in paths by the tag in lower case. What is not in its catalogue is
 * shown in the source language, English. */
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
	size_t index;	 /* its place in the shop's list */
	struct format format;
	bool has_texts;
	struct catalogue texts;
	struct plural plural;
};

struct langs {
	struct lang lang[LANG_MAX];
	size_t n; /* the first is the default */
};

/* The languages with these tags, without texts. ERR_INPUT names a tag that is not known or stands there twice. */
MUST_USE bool langs_init(struct arena *, const struct str *tags, size_t n, struct langs *, struct err *);

/* Reads `dir`/TAG.mo for each language. A file that is absent is no error: the texts are then the source's.
 * ERR_INPUT names a file that is no catalogue. */
MUST_USE bool langs_load(struct arena *, struct langs *, struct str dir, struct err *);

/* By its form in a path; NULL when the shop does not have it. */
const struct lang *lang_find(const struct langs *, struct str path);

/* The language that suits an Accept-Language header (RFC 9110, 12.5.4) best; the default when none does. */
const struct lang *lang_negotiate(const struct langs *, struct str header);

#endif
