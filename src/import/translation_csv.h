/* translation_csv.h - from the rows of a table of translations to texts in other languages. Pure.
 *
 * Two layouts: `Handle,Language,Body` for descriptions of products alone, and
 * `Kind,Handle,Language,Title,Body,SEO Title,SEO Description`, where Kind says what Handle names:
 * product (a handle), category (a path "A > B"), option (an option's name), value ("Option: Value"), attribute (the
 * label of a specification), attribute_value ("Label: Value"). The last four take their text from Title. */
#ifndef KONTOR_IMPORT_TRANSLATION_CSV_H
#define KONTOR_IMPORT_TRANSLATION_CSV_H

#include "base/cell.h"
#include "base/err.h"
#include "import/product_csv.h"

/* The first four as in term_text.kind. */
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
	struct str of; /* handle, category path, or term */
	struct str lang, title, body_html, seo_title, seo_description;
	uint32_t line;
};

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
	struct str own_lang;
	product_note_fn *note;
	void *arg;
};

/* ERR_INPUT when a column is missing. `own_lang` is the shop's: all texts in it but those of
 * categories come with the products. */
MUST_USE bool translation_csv_open(struct translation_csv *, const struct cells *header, struct err *);

/* One row, on the arena. False: the row is left out and was reported. */
MUST_USE bool translation_csv_row(
    const struct translation_csv *, struct arena *, const struct cells *, struct translation *);

/* "PT_br" becomes "pt-BR", "zh-hans" "zh-Hans"; false when it is no language tag of at most 16 characters. */
MUST_USE bool translation_lang(struct arena *, struct str, struct str *out);

const char *translation_kind_name(enum translation_kind);

#endif
