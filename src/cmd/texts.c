#include "cmd/cmd.h"
#include "shop/country.h"
#include "view/mustache/texts.h"

#define OUTPUT_MAX_B ((size_t)4 << 20)

/* Names of countries are the only texts that are not in templates. */
static void
put_countries(struct buf *b)
{
	for (int i = COUNTRY_NONE + 1; i < COUNTRY__MAX; i++)
		buf_fmt(
		    b, "\n#: src/shop/country.def\nmsgid \"%s\"\nmsgstr \"\"\n", country_info((enum country)i)->name);
}

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
	put_countries(&b);
	return cmd_print(c, &b);
}
