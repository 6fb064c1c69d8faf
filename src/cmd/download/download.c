#include "cmd/download/download.h"

static const struct cmd_verb download_rows[] = {
#define DOWNLOAD_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/download/verbs.def"
};

static const struct cmd_verb code_rows[] = {
#define CODE_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/download/verbs.def"
};

static const struct cmd_verbs download_verbs = {
    "download", "SKU is an article number, or id:N; NUMBER is that of an order.", download_rows,
    ARRAY_LEN(download_rows)};
static const struct cmd_verbs code_verbs = {
    "code", "SKU is an article number, or id:N.", code_rows, ARRAY_LEN(code_rows)};

int
download_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &download_verbs);
}

int
code_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &code_verbs);
}

int
cmd_download(struct cmd *c)
{
	return cmd_run_verb(c, &download_verbs);
}

int
cmd_code(struct cmd *c)
{
	return cmd_run_verb(c, &code_verbs);
}
