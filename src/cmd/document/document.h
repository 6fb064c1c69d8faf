/* document.h - `kontor document`: one function per verb (verbs.def). */
#ifndef KONTOR_CMD_DOCUMENT_DOCUMENT_H
#define KONTOR_CMD_DOCUMENT_DOCUMENT_H

#include "cmd/cmd.h"
#include "store/document/document_store.h"

#define DOCUMENT_OUTPUT_MAX_B ((size_t)16 << 20)

/* Each gets argv from its own name on, and returns the exit status. */
#define DOCUMENT_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/document/verbs.def"
#undef DOCUMENT_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int document_usage(const struct cmd *);

/* "43.20 EUR" */
struct str document_sum(struct arena *, int64_t minor, struct str code);

#endif
