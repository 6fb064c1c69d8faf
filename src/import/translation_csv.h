/* translation_csv.h - turns the rows of a translation table into texts. Pure.
 *
 * Two layouts: `Handle,Language,Body` for descriptions of products alone, and `Kind,Handle,Language,Title,Body,SEO
 * Title,SEO Description`, where Kind gives the meaning of Handle: product (a handle), category (a path "A > B"), option
 * (an option's name), value ("Option: Value"), attribute (the label of a specification), attribute_value ("Label:
 * Value"). The last four take their text from Title. Rows of kind product may have columns of particulars
 * (shop/particular/particular.def). */
#ifndef KONTOR_IMPORT_TRANSLATION_CSV_H
#define KONTOR_IMPORT_TRANSLATION_CSV_H

#include "base/err.h"
#include "import/product_csv.h"
#include "shop/translation.h"

enum translation_column {
	TRANSLATION_COLUMN_KIND,
	TRANSLATION_COLUMN_HANDLE,
	TRANSLATION_COLUMN_LANGUAGE,
	TRANSLATION_COLUMN_TITLE,
	TRANSLATION_COLUMN_BODY,
	TRANSLATION_COLUMN_SEO_TITLE,
	TRANSLATION_COLUMN_SEO_DESCRIPTION,
	TRANSLATION_COLUMN__MAX
};

struct translation_csv {
	int at[TRANSLATION_COLUMN__MAX];
	int particular_at[PARTICULAR__MAX]; /* only of those with words */
	uint32_t given;
	struct str own_lang;
	product_note_fn *note;
	void *arg;
};

/* ERR_INPUT when a column is missing. `own_lang` is the shop's language, whose texts, except those of categories, are
 * imported with the products. */
MUST_USE bool translation_csv_open(struct translation_csv *, const struct cells *header, struct err *);

/* Reads one row onto the arena. False: the row was reported and is skipped. */
MUST_USE bool translation_csv_row(
    const struct translation_csv *, struct arena *, const struct cells *, struct translation *);

/* Normalises a language tag: "PT_br" gives "pt-BR", "zh-hans" gives "zh-Hans". False when the text is not a tag of at
 * most 16 characters. */
MUST_USE bool translation_lang(struct arena *, struct str, struct str *out);

const char *translation_kind_name(enum translation_kind);

#endif
