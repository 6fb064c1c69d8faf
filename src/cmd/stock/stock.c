#include "cmd/stock/stock.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "view/format.h"

#define IDS_SHOWN 5

static const struct cmd_verb rows[] = {
#define STOCK_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/stock/verbs.def"
#undef STOCK_VERB
};

static const struct cmd_verbs verbs = {"stock", "SKU is an article number, or id:N.", rows, ARRAY_LEN(rows)};

int
stock_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_stock(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
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
