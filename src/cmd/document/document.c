#include "cmd/document/document.h"

static const struct cmd_verb rows[] = {
#define DOCUMENT_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/document/verbs.def"
#undef DOCUMENT_VERB
};

static const struct cmd_verbs verbs = {"document",
    "NUMBER is a document, such as R-2026-0001; ORDER is the number of an order.", rows, ARRAY_LEN(rows)};

int
document_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_document(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}
