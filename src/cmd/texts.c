#include "cmd/cmd.h"
#include "view/mustache/texts.h"

#define OUTPUT_MAX_B ((size_t)4 << 20)

int
cmd_texts(struct cmd *c)
{
	struct err e = {0};
	struct buf b;

	if (c->argc > 2)
		return cmd_usage(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (!texts_pot(c->a, c->argc == 2 ? c->argv[1] : PKGDATADIR "/templates", "templates", &b, &e))
		return cmd_fail(c, &e);
	return cmd_print(c, &b);
}
