#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/num.h"
#include "cmd/cmd.h"
#include "cmd/maker/maker.h"
#include "plat/text/file.h"
#include "plat/text/json.h"
#include "work/import_run.h"
#include "store/catalogue/catalogue_generate.h"
#include "store/control_store.h"
#include "store/price/price_store.h"

#define PAST_MAX_B ((size_t)1 << 20)

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
	printf("%llu product%s made with seed %llu\n", (unsigned long long)n, PLURAL_S(n), (unsigned long long)seed);
	return CMD_OK;
}

struct past {
	struct cmd *c;
	struct import *im;
	struct str json;
	struct price_goods goods;
};

/* "SKU,former price,days since the change": the last two are empty when the price never changed. */
static bool
past_line(struct past *x, struct str line, struct json_out *rows, struct price_choice *choice, struct err *e)
{
	struct str sku, former, days;
	struct money price = {0};
	currency cur;
	int64_t n = 0;

	if (!str_cut(&line, ',', &sku) || !str_cut(&line, ',', &former) || !str_cut(&line, ',', &days)
	    || !currency_find(x->c->conf.site_currency, &cur) || (former.n > 0 && !num_i64(days, 1, 60, &n)))
		return err_set(e, ERR_INPUT, "prices.csv has a line of another form");
	*choice = (struct price_choice){PRICE_BY_SKU, sku};
	json_begin(rows, '[');
	json_put_str(rows, sku);
	if (former.n > 0 && !money_parse(former, cur, &price, e))
		return false;
	json_put_i64_or_null(rows, price.minor, former.n == 0);
	json_put_i64_or_null(rows, n, former.n == 0);
	json_end(rows, ']');
	return true;
}

static bool
past_read(struct past *x, const char *path, struct err *e)
{
	struct price_choice *choices;
	struct str text, line;
	struct json_out rows;
	size_t n = 0;

	if (!file_get(x->c->a, path, PAST_MAX_B, &text, e))
		return false;
	choices = ARENA_ARRAY(x->c->a, struct price_choice, text.n);
	json_init(&rows, x->c->a, 2 * PAST_MAX_B, '[');
	(void)str_cut(&text, '\n', &line);
	while (str_cut(&text, '\n', &line))
		if (line.n > 0 && !past_line(x, line, &rows, &choices[n++], e))
			return false;
	return json_done(&rows, ']', &x->json, e)
	    && price_select(x->im->db, x->c->a, x->c->conf.site_languages.v[0], choices, n, &x->goods, e);
}

static bool
past_write(struct db *db, void *arg, struct err *e)
{
	const struct past *x = arg;
	int64_t now_s;

	return shop_control_clock(db, x->c->a, &now_s, e) && price_invent_past(db, x->json, now_s, e)
	    && price_changed(db, x->c->a, &x->goods, now_s, e);
}

/* The goods have cost as much, or more, for three months, so that the demo has prices to strike out. */
static bool
demo_past(struct cmd *c, struct import *im, const char *path, struct err *e)
{
	struct past x = {.c = c, .im = im};
	struct outbox_forget forget = {.db = im->db, .cache = im->cache, .a = c->a, .conf = &c->conf};

	return past_read(&x, path, e) && db_tx(im->db, past_write, &x, e) && price_forget(&forget, &x.goods, e);
}

int
cmd_demo(struct cmd *c)
{
	const char *dir = PKGDATADIR "/demo";
	uint64_t n = 0, seed = 1;
	const struct cmd_option options[] = {{"generate", .number = &n, .min = 1, .max = CATALOGUE_GENERATE_MAX},
	    {"seed", .number = &seed, .max = INT64_MAX}, {"dir", .text = &dir}};
	struct import im = {0};
	struct err e = {0};
	int status;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return cmd_usage(c);
	if (n > 0)
		return generate(c, n, seed);
	im.products = str_fmt(c->a, "%s/products.csv", dir).p;
	im.translations = str_fmt(c->a, "%s/translations.csv", dir).p;
	im.images = str_fmt(c->a, "%s/images", dir).p;
	status = cmd_import_run(c, &im);
	if (status == CMD_OK && !demo_past(c, &im, str_fmt(c->a, "%s/prices.csv", dir).p, &e))
		return cmd_fail(c, &e);
	return status == CMD_OK ? maker_import(c, str_fmt(c->a, "%s/makers.csv", dir).p, false) : status;
}
