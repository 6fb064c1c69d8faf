/* document_issue.h - issues the documents of an order that are due (store/document/document_make.h), each in a
 * transaction of its own.
 *
 * It locks the order and reads it, then takes the number, renders, inserts and commits: whoever dies in between gives
 * the number back. The cause is unique, so any number of processes may issue for one order. */
#ifndef KONTOR_WORK_DOCUMENT_DOCUMENT_ISSUE_H
#define KONTOR_WORK_DOCUMENT_DOCUMENT_ISSUE_H

#include "store/document/document_store.h"
#include "work/document/paper.h"

/* Templates and settings. The arena and the configuration must outlive it. */
struct document_shop {
	struct paper paper;
	struct str template; /* of the page: paper_version() */
	bool dry_run; /* everything is done, and rolled back: the first document that is due */
};
MUST_USE bool document_shop_open(struct arena *, const struct conf *, struct document_shop *, struct err *);

/* A reason why the shop issues nothing by itself; NULL: it does. */
const char *document_shop_off(const struct conf *);

struct document_issued {
	struct str number[8]; /* those issued now */
	size_t n;
	const char *why; /* if none: why */
};

/* ERR_NOT_FOUND when there is no such order. */
MUST_USE bool document_issue(struct db *, struct arena *, const struct document_shop *, uint64_t order_id,
    struct document_issued *, struct err *);

#endif
