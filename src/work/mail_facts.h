/* mail_facts.h - the facts of a mail, as a view tree: read when the mail is sent, from the order or the shop. */
#ifndef KONTOR_WORK_MAIL_FACTS_H
#define KONTOR_WORK_MAIL_FACTS_H

#include "store/order/order_look.h"
#include "work/mail_kind.h"
#include "work/mail_run.h"

struct mail_facts {
	enum mail_kind kind;
	struct str about;  /* the subject of its row behind the kind: "123", "123/12", "2026-11-30" */
	struct str payload; /* of its row; may be none */
	const struct lang *lang;
	int64_t at; /* of the event */

	/* out */
	struct order_look look;
	struct str key;    /* of the order; none: of no order */
	struct str to, to_name; /* the buyer, if there is no order */
	struct str salt; /* the same in its Message-ID */
	const char *unfit; /* why the mail must not be sent any more; NULL: it may be */
	struct view *root;
};

/* Reads the facts and builds the tree. ERR_NOT_FOUND if the order or the part is gone; ERR_INPUT if `about` is not of
 * the kind's form. */
MUST_USE bool mail_facts_get(const struct mail_job *, struct mail_facts *, struct err *);

/* Leaves `most` lines in each list of the tree, and the number of the others beside it. */
void mail_facts_shorten(struct mail_facts *, size_t most);

#endif
