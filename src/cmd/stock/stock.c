#include "cmd/stock/stock.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "view/format.h"

#define COMMAND "stock " /* before the verb, in messages */
#define IDS_SHOWN 5

static const struct {
	const char *name, *args, *help;
	int (*fn)(struct cmd *);
} verbs[] = {
#define STOCK_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/stock/verbs.def"
#undef STOCK_VERB
};

static bool
stock_help(FILE *to, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		fprintf(to, "usage: kontor [--config FILE] stock %s %s\n\n  %s\n", name, verbs[i].args, verbs[i].help);
		return true;
	}
	return false;
}

int
stock_usage(const struct cmd *c)
{
	(void)stock_help(stderr, c->argv[0] + strlen(COMMAND));
	return CMD_USAGE;
}

static int
stock_help_all(FILE *to)
{
	fprintf(to, "usage: kontor [--config FILE] stock VERB [...]\n\n");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].help);
	fprintf(to, "\n`kontor stock VERB --help` shows its usage. SKU is an article number, or id:N.\n");
	return to == stdout ? CMD_OK : CMD_USAGE;
}

int
cmd_stock(struct cmd *c)
{
	if (c->argc < 2)
		return stock_help_all(stderr);
	if (c->argc == 2 && strcmp(c->argv[1], "help") == 0)
		return stock_help_all(stdout);
	if (c->argc == 3 && strcmp(c->argv[2], "--help") == 0 && stock_help(stdout, c->argv[1]))
		return CMD_OK;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, c->argv[1]) != 0)
			continue;
		c->argv[1] = (char *)str_fmt(c->a, COMMAND "%s", verbs[i].name).p;
		c->argv++;
		c->argc--;
		return verbs[i].fn(c);
	}
	fprintf(stderr, "kontor stock: there is no '%s'; `kontor stock help` lists what there is\n", c->argv[1]);
	return CMD_USAGE;
}

struct str
stock_lang(const struct cmd *c)
{
	return c->conf.site_languages.v[0];
}

bool
stock_named(struct cmd *c, struct db *db, struct str word, struct stock_look *out, struct err *e)
{
	struct stock_looks found;
	struct buf ids;
	uint64_t id;
	bool ok;

	word = str_trim(word);
	if (str_starts(word, STR("id:"))) {
		if (!num_u64(str_from(word, 3), 1, INT64_MAX, &id))
			return err_set(e, ERR_INPUT, "'%.*s' is not the id of a variant", STR_ARG(word));
		ok = stock_by_id(db, c->a, id, stock_lang(c), &found, e);
	} else {
		ok = stock_by_sku(db, c->a, word, stock_lang(c), &found, e);
	}
	if (!ok)
		return false;
	if (word.n == 0 || found.n == 0)
		return err_set(e, ERR_NOT_FOUND, "'%.*s' is not an article number", STR_ARG(word));
	*out = found.v[0];
	if (found.n == 1)
		return true;
	buf_init(&ids, c->a, 400);
	for (size_t i = 0; i < found.n && i < IDS_SHOWN; i++)
		buf_fmt(&ids, "%sid:%llu", i == 0 ? "" : ", ", (unsigned long long)found.v[i].variant_id);
	return err_set(e, ERR_CONFLICT, "'%.*s' stands for several variants: %.*s%s", STR_ARG(word),
	    STR_ARG(buf_str(&ids)), found.n > IDS_SHOWN ? ", ..." : "");
}

struct str
stock_word(struct arena *a, struct str sku, uint64_t variant_id)
{
	return sku.n > 0 ? sku : str_fmt(a, "id:%llu", (unsigned long long)variant_id);
}

void
stock_json_str(struct json_out *w, const char *key, struct str s)
{
	json_key(w, key);
	json_put_str(w, s);
}

void
stock_json_i64(struct json_out *w, const char *key, int64_t n)
{
	json_key(w, key);
	json_put_i64(w, n);
}

void
stock_json_bool(struct json_out *w, const char *key, bool yes)
{
	json_key(w, key);
	json_put_bool(w, yes);
}

void
stock_json_time(struct json_out *w, const char *key, int64_t utc_s)
{
	struct buf b;

	buf_init(&b, w->b.a, 40);
	format_date_iso(&b, utc_s);
	stock_json_str(w, key, buf_str(&b));
}
