#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "work/import_run.h"
#include "store/catalogue/catalogue_generate.h"
#include "store/control_store.h"

static void
demo_progress(uint64_t done)
{
	if (isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "\r%llu products\033[K", (unsigned long long)done);
}

static int
generate(struct cmd *c, uint64_t n, uint64_t seed)
{
	struct catalogue_save s = {.a = c->a, .now_s = clock_utc_s()};
	struct err e = {0};
	bool ok;

	if (!cmd_db(c, DB_TOOL, &s.db, &e))
		return cmd_fail(c, &e);
	s.langs = c->conf.site_languages.v;
	s.n_langs = c->conf.site_languages.n;
	db_deadline(s.db, CLOCK_NEVER);
	ok = shop_currency_claim(s.db, c->conf.site_currency, &e)
	    && catalogue_generate(&s, n, seed, demo_progress, &e);
	if (isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "\r\033[K");
	if (!ok)
		return cmd_fail(c, &e);
	printf("%llu products made with seed %llu\n", (unsigned long long)n, (unsigned long long)seed);
	return CMD_OK;
}

int
cmd_demo(struct cmd *c)
{
	const char *dir = PKGDATADIR "/demo";
	uint64_t n = 0, seed = 1;
	const struct cmd_option options[] = {{"generate", .number = &n, .min = 1, .max = CATALOGUE_GENERATE_MAX},
	    {"seed", .number = &seed, .max = INT64_MAX}, {"dir", .text = &dir}};
	struct import im = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return cmd_usage(c);
	if (n > 0)
		return generate(c, n, seed);
	im.products = str_fmt(c->a, "%s/products.csv", dir).p;
	im.translations = str_fmt(c->a, "%s/translations.csv", dir).p;
	im.images = str_fmt(c->a, "%s/images", dir).p;
	return cmd_import_run(c, &im);
}
