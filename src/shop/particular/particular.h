/* particular.h - the particulars of a product and the record of its maker, as the law wants them shown. Pure.
 *
 * Values are texts in a canonical form: numbers have a point, classes are in upper case. An absent one is STR_NONE. */
#ifndef KONTOR_SHOP_PARTICULAR_PARTICULAR_H
#define KONTOR_SHOP_PARTICULAR_PARTICULAR_H

#include "base/buf.h"

enum particular {
#define PARTICULAR(id, name, column, other, form, own) PARTICULAR_##id,
#include "shop/particular/particular.def"
#undef PARTICULAR
	PARTICULAR__MAX
};

enum particular_form {
	PARTICULAR_FORM_LINE,
	PARTICULAR_FORM_TEXT,
	PARTICULAR_FORM_NUMBER,
	PARTICULAR_FORM_PER,
	PARTICULAR_FORM_CLASS,
	PARTICULAR_FORM_SCALE,
	PARTICULAR_FORM_URL
};

#define PARTICULAR_LINE_CHARS 190
#define PARTICULAR_TEXT_CHARS 4000
#define PARTICULAR_URL_B 500
#define PARTICULAR_DIGITS 3 /* behind the point of a number */
#define PARTICULAR_CLASSES 7

struct particular_info {
	const char *name, *column, *other;
	enum particular_form form;
	bool words; /* has translations */
};

#define PARTICULARS_ALL ((1U << PARTICULAR__MAX) - 1) /* bits of a set */

const struct particular_info *particular_info(enum particular);

struct particulars {
	struct str v[PARTICULAR__MAX];
};

bool particulars_any(const struct particulars *);

/* Each value that is absent comes from `from`. */
void particulars_fill(struct particulars *, const struct particulars *from);

/* The step of an energy class on its scale, 1 for the best; 0: not on it. A scale of none is A to G. */
int particular_energy_step(struct str scale, struct str cls);

/* The canonical form of "a+++ to d" ("A+++-D"); none if no such scale was ever in force. */
struct str particular_energy_scale(struct str typed);

/* The best and the worst class of a canonical scale; A and G of none. */
void particular_energy_ends(struct str scale, struct str *best, struct str *worst);

/* The maker of goods, and the person who answers for them in the EU. All but the name may be absent. */
struct maker {
	struct str name;	/* as products name it: in the column Maker, else as vendor */
	struct str company;	/* the firm, if its name is another */
	struct str address;	/* lines */
	struct str contact;	/* mail address or web page */
	struct str country;	/* ISO 3166 */
	struct str eu_company, eu_address, eu_contact; /* the responsible person in the EU, for makers outside it */
};

/* Words for what the law wants and the record lacks, or NULL. `in_union`: its country is in the EU. */
const char *maker_lacks(const struct maker *, bool in_union);

#endif
