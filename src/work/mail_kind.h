/* mail_kind.h - the kinds of mail (mail_kind.def). Pure. */
#ifndef KONTOR_WORK_MAIL_KIND_H
#define KONTOR_WORK_MAIL_KIND_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum mail_kind {
#define MAIL(id, name, reader, use_s, facts, help) MAIL_KIND_##id,
#include "work/mail_kind.def"
	MAIL_KIND__MAX
};

enum mail_reader { MAIL_BUYER, MAIL_MERCHANT };

enum mail_about {
	MAIL_ABOUT_ORDER,
	MAIL_ABOUT_PAYMENT,
	MAIL_ABOUT_PARCEL,
	MAIL_ABOUT_REFUND,
	MAIL_ABOUT_RETURN,
	MAIL_ABOUT_GOODS,
	MAIL_ABOUT_LETTER,
	MAIL_ABOUT_DAY,
	MAIL_ABOUT_WITHDRAWAL
};

struct mail_kind_info {
	const char *name;
	enum mail_reader reader;
	enum mail_about facts;
	int64_t use_s;
	const char *help;
};

const struct mail_kind_info *mail_kind_info(enum mail_kind);

/* False when no kind has this name. */
MUST_USE bool mail_kind_find(struct str name, enum mail_kind *);

/* True for the kinds that are about an order. */
bool mail_kind_has_order(enum mail_kind);

#endif
