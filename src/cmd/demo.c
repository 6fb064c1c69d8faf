#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/cmd.h"
#include "work/import_run.h"
#include "store/catalogue/catalogue_generate.h"

struct demo {
	const char *dir;
	uint64_t n, seed;
	bool generate;
};

static bool
demo_options(struct cmd *c, struct demo *d)
{
	static const struct option known[] = {{"generate", required_argument, NULL, 'g'},
	    {"seed", required_argument, NULL, 's'}, {"dir", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0; /* restarts getopt: main() stopped at the first word */
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'g':
			d->generate = true;
			if (!num_u64(str_z(optarg), 1, CATALOGUE_GENERATE_MAX, &d->n))
				return false;
			break;
		case 's':
			if (!num_u64(str_z(optarg), 0, INT64_MAX, &d->seed))
				return false;
			break;
		case 'd': d->dir = optarg; break;
		default: return false;
		}
	}
	return optind == c->argc;
}

static void
demo_progress(uint64_t done)
{
	if (isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "\r%llu products\033[K", (unsigned long long)done);
}

static int
generate(struct cmd *c, const struct demo *d)
{
	struct catalogue_save s = {.a = c->a, .now_s = clock_utc_s()};
	struct err e = {0};
	bool ok;

	if (!cmd_db(c, DB_TOOL, &s.db, &e))
		return cmd_fail(c, &e);
	s.langs = c->conf.site_languages.v;
	s.n_langs = c->conf.site_languages.n;
	db_deadline(s.db, CLOCK_NEVER);
	ok = catalogue_generate(&s, d->n, d->seed, demo_progress, &e);
	if (isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "\r\033[K");
	if (!ok)
		return cmd_fail(c, &e);
	printf("%llu products made with seed %llu\n", (unsigned long long)d->n, (unsigned long long)d->seed);
	return CMD_OK;
}

int
cmd_demo(struct cmd *c)
{
	struct demo d = {.dir = PKGDATADIR "/demo", .seed = 1};
	struct import im = {.report = stderr};

	if (!demo_options(c, &d))
		return cmd_usage(c);
	if (d.generate)
		return generate(c, &d);
	im.products = str_fmt(c->a, "%s/products.csv", d.dir).p;
	im.translations = str_fmt(c->a, "%s/translations.csv", d.dir).p;
	im.images = str_fmt(c->a, "%s/images", d.dir).p;
	return cmd_import_run(c, &im);
}
