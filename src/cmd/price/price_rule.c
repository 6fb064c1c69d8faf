#include "cmd/price/price_rule.h"

#include <string.h>

#include "base/num.h"
#include "shop/price/price.h"

#define PERCENT_DIGITS 2
#define WHOLE_BP 10000

bool
price_rule_parse(struct str s, currency cur, struct price_rule *out, struct err *e)
{
	bool less = str_starts(s, STR("-"));
	struct str figure = less ? str_from(s, 1) : s;
	struct money m;

	*out = (struct price_rule){.kind = less ? PRICE_RULE_LESS : PRICE_RULE_FIXED, .text = s};
	if (less && str_ends(s, STR("%"))) {
		out->kind = PRICE_RULE_PERCENT;
		return (num_decimal(str_head(figure, figure.n - 1), PERCENT_DIGITS, &out->value) && out->value > 0
			   && out->value < WHOLE_BP)
		       || err_set(e, ERR_INPUT, "\"%.*s\" is not a percentage below 100", STR_ARG(s));
	}
	if (!money_parse(figure, cur, &m, e) || m.minor <= 0) {
		err_clear(e);
		return err_set(e, ERR_INPUT, "\"%.*s\" is neither -20%%, nor -2.00 (so much less), nor a price above 0",
		    STR_ARG(s));
	}
	out->value = m.minor;
	return true;
}

int64_t
price_rule_apply(const struct price_rule *rule, int64_t minor)
{
	switch (rule->kind) {
	case PRICE_RULE_PERCENT: return price_off(minor, rule->value);
	case PRICE_RULE_LESS: return minor - rule->value;
	default: return rule->value;
	}
}

static bool
is_rule(const char *arg)
{
	return arg[0] == '-' && arg[1] >= '0' && arg[1] <= '9';
}

static const struct {
	const char *option, *word;
	enum price_by by;
} wishes[] = {{"--sku", "SKU", PRICE_BY_SKU}, {"--handle", "product", PRICE_BY_HANDLE}, {"--tag", "tag", PRICE_BY_TAG},
    {"--category", "category", PRICE_BY_CATEGORY}, {"--all", "all goods", PRICE_BY_ALL}};

/* The choice whose option the argument is, or begins with ("--tag=new"); ARRAY_LEN(wishes): none. */
static size_t
wish_of(const char *arg)
{
	size_t i = 0, n;

	for (; i < ARRAY_LEN(wishes); i++) {
		n = strlen(wishes[i].option);
		if (strncmp(arg, wishes[i].option, n) == 0 && (arg[n] == '\0' || arg[n] == '='))
			break;
	}
	return i;
}

static void
wish_note(struct arena *a, struct price_wish *w, const char *word, struct str name)
{
	const char *blank = name.n > 0 ? " " : "";

	w->text = w->text.n == 0 ? str_fmt(a, "%s%s%.*s", word, blank, STR_ARG(name))
				 : str_fmt(a, "%.*s; %s%s%.*s", STR_ARG(w->text), word, blank, STR_ARG(name));
}

bool
price_wish_take(struct cmd *c, struct price_wish *w)
{
	int kept = 0;

	*w = (struct price_wish){.choice = ARENA_ARRAY(c->a, struct price_choice, c->argc)};
	for (int i = 0; i < c->argc; i++) {
		size_t k = i == 0 ? ARRAY_LEN(wishes) : wish_of(c->argv[i]);
		const char *value;

		if (i > 0 && is_rule(c->argv[i])) {
			if (w->rule != NULL)
				return false;
			w->rule = c->argv[i];
			continue;
		}
		if (k == ARRAY_LEN(wishes)) {
			c->argv[kept++] = c->argv[i];
			continue;
		}
		value = strchr(c->argv[i], '=');
		value = wishes[k].by == PRICE_BY_ALL ? "" : value != NULL ? value + 1 : c->argv[++i];
		if (value == NULL || (*value == '\0' && wishes[k].by != PRICE_BY_ALL))
			return false;
		w->choice[w->n++] = (struct price_choice){wishes[k].by, str_z(value)};
		wish_note(c->a, w, wishes[k].word, str_z(value));
	}
	c->argc = kept;
	c->argv[kept] = NULL;
	return true;
}
