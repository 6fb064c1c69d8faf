/* document_json.h - a document frozen as JSON, and the view tree of its page, which is made from this JSON alone. */
#ifndef KONTOR_WORK_DOCUMENT_DOCUMENT_JSON_H
#define KONTOR_WORK_DOCUMENT_DOCUMENT_JSON_H

#include "store/document/document_make.h"
#include "view/view.h"
#include "work/document/paper.h"

struct document_head {
	struct str number;
	int64_t issued_at;
	const struct lang *lang;
};

/* Freezes every fact that the page shows, the seller's included. */
MUST_USE bool document_freeze(struct arena *, const struct paper *, const struct document_facts *,
    const struct document *, const struct document_head *, struct str *json, struct err *);

/* Renders the page in the document's language. The same JSON and template make the same bytes. */
MUST_USE bool document_page(struct arena *, const struct paper *, struct str json, struct str *page, struct err *);

#endif
