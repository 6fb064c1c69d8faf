/* `kontor price schedule`: plans, lists, shows and ends sales. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/price/price.h"
#include "cmd/price/price_rule.h"
#include "plat/text/moment.h"
#include "store/catalogue/catalogue_save.h"
#include "store/control_store.h"

#define NOTES_MAX 12

/* A sale that is being planned. */
struct planning_sale {
	struct price_run *r;
	struct price_rule rule;
	struct sale sale;
	struct price_goods goods, left_out;
	const char **why; /* for each that is left out */
	struct sale_price *prices;
	struct sale_preview *preview;
	struct str note[NOTES_MAX];
	size_t n_notes;
};

static void
add_note(struct planning_sale *x, struct str text)
{
	ASSERT(x->n_notes < NOTES_MAX);
	x->note[x->n_notes++] = text;
}

static void
note_time(struct planning_sale *x, const char *typed, const struct moment *t)
{
	struct str text = moment_text(x->r->c->a, t->utc_s);

	if (t->twice)
		add_note(x, str_fmt(x->r->c->a, "the clocks show %s twice: %.*s is meant", typed, STR_ARG(text)));
	if (t->skipped)
		add_note(x, str_fmt(x->r->c->a, "the clocks never show %s: %.*s is meant", typed, STR_ARG(text)));
}

static void
note_period(struct planning_sale *x)
{
	int64_t from_s = x->sale.starts_s, to_s = x->sale.ends_s, minutes = (to_s - from_s) / 60;

	if (from_s == x->r->now_s)
		add_note(x, STR("it begins at once"));
	if (moment_offset(from_s) != moment_offset(to_s))
		add_note(x, str_fmt(x->r->c->a, "the clocks change meanwhile: it lasts %lld h %02lld min",
				(long long)(minutes / 60), (long long)(minutes % 60)));
}

/* A sale that has begun already begins now. */
static bool
take_period(struct planning_sale *x, const char *from, const char *to, struct err *e)
{
	struct moment begin, end;

	if (!moment_parse(str_z(from), x->r->now_s, false, &begin, e))
		return err_context(e, "--from");
	if (begin.utc_s < x->r->now_s)
		begin.utc_s = x->r->now_s;
	if (!moment_parse(str_z(to), begin.utc_s, true, &end, e))
		return err_context(e, "--to");
	if (end.utc_s <= begin.utc_s)
		return err_set(e, ERR_INPUT, "it would end before it begins");
	if (end.utc_s - begin.utc_s > PRICE_SALE_DAYS_MAX * PRICE_DAY_S)
		return err_set(e, ERR_INPUT,
		    "a sale lasts %d days at most: `kontor price set` sets a price that stays", PRICE_SALE_DAYS_MAX);
	x->sale.starts_s = begin.utc_s;
	x->sale.ends_s = end.utc_s;
	note_time(x, from, &begin);
	note_time(x, to, &end);
	note_period(x);
	return true;
}

static bool
plan_name(struct planning_sale *x, const char *name, struct err *e)
{
	static const char *const verbs[] = {"list", "show", "end"};

	x->sale.name = str_trim(str_z(name));
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (str_eq_z(x->sale.name, verbs[i]))
			return err_set(e, ERR_INPUT, "a sale cannot be named \"%s\"", verbs[i]);
	return (x->sale.name.n > 0 && utf8_valid(x->sale.name) && utf8_len(x->sale.name) <= SALE_NAME_MAX)
	    || err_set(e, ERR_INPUT, "the name has more than %d characters, or none", SALE_NAME_MAX);
}

static void
leave_out(struct planning_sale *x, const struct price_variant *v, const char *why)
{
	x->why[x->left_out.n] = why;
	x->left_out.v[x->left_out.n++] = *v;
}

/* Computes the prices. Goods that would not become cheaper, or would cost nothing, are left out. */
static bool
take_prices(struct planning_sale *x, const struct price_goods *found, struct err *e)
{
	struct arena *a = x->r->c->a;

	x->goods.v = ARENA_ARRAY(a, struct price_variant, found->n);
	x->left_out.v = ARENA_ARRAY(a, struct price_variant, found->n);
	x->why = ARENA_ARRAY(a, const char *, found->n);
	x->prices = ARENA_ARRAY(a, struct sale_price, found->n);
	x->preview = ARENA_ARRAY(a, struct sale_preview, found->n);
	for (size_t i = 0; i < found->n; i++) {
		const struct price_variant *v = &found->v[i];
		int64_t minor = price_rule_apply(&x->rule, v->base_minor);

		if (minor <= 0)
			leave_out(x, v, "it would cost nothing");
		else if (minor >= v->base_minor)
			leave_out(x, v, "it would not become cheaper");
		else {
			x->prices[x->goods.n] = (struct sale_price){v->id, v->base_minor, minor};
			x->goods.v[x->goods.n++] = *v;
		}
	}
	x->sale.n = x->goods.n;
	return x->goods.n > 0 || err_set(e, ERR_CONFLICT, "no price would become lower");
}

static void
note_counts(struct planning_sale *x)
{
	uint64_t unknown = 0, unstruck = 0, others = 0;
	struct arena *a = x->r->c->a;

	for (size_t i = 0; i < x->goods.n; i++) {
		const struct sale_preview *p = &x->preview[i];

		unknown += p->lowest_minor < 0;
		unstruck += p->lowest_minor >= 0 && p->was_minor == 0;
		others += p->other.n > 0;
	}
	if (unknown > 0)
		add_note(x, str_fmt(a, "nothing is struck at %llu: not all prices of the %d days before are known",
				(unsigned long long)unknown, PRICE_DAYS));
	if (unstruck > 0)
		add_note(x, str_fmt(a, "nothing is struck at %llu: their price was as low in the %d days before",
				(unsigned long long)unstruck, PRICE_DAYS));
	if (others > 0)
		add_note(x, str_fmt(a, "%llu are also in another sale then: the lowest price counts",
				(unsigned long long)others));
	add_note(x, STR("goods that are added later are not in it; a later change of their price does not change it"));
}

static bool
sale_locked_add(struct planning_sale *x, struct err *e)
{
	struct price_run *r = x->r;
	bool ok;

	if (!catalogue_save_lock(r->db, r->c->a, e))
		return false;
	ok = sale_add(r->db, r->c->a, &x->sale, x->prices, &x->goods, e);
	catalogue_save_unlock(r->db, r->c->a);
	return ok && price_settle(r, &x->goods, e);
}

static bool
plan_sale(struct planning_sale *x, const struct price_wish *w, struct err *e)
{
	struct price_run *r = x->r;
	struct price_goods found;
	struct sale old;

	if (sale_get(r->db, r->c->a, x->sale.name, &old, e))
		return err_set(e, ERR_CONFLICT, "there is a sale \"%.*s\"", STR_ARG(old.name));
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	if (!price_select(r->db, r->c->a, r->c->conf.site_languages.v[0], w->choice, w->n, &found, e)
	    || !take_prices(x, &found, e)
	    || !sale_preview(r->db, r->c->a, &x->sale, x->prices, x->preview, r->now_s, e))
		return false;
	note_counts(x);
	return r->dry_run || sale_locked_add(x, e);
}

static int
schedule_plan(struct cmd *c, const struct price_wish *w, const char *from, const char *to, struct price_run *r)
{
	struct planning_sale x = {.r = r};
	struct err e = {0};

	if (!price_open(r, &e))
		return cmd_fail(c, &e);
	if (!price_rule_parse(str_z(w->rule != NULL ? w->rule : c->argv[2]), r->cur, &x.rule, &e)
	    || !plan_name(&x, c->argv[1], &e) || !take_period(&x, from, to, &e)) {
		(void)cmd_fail(c, &e);
		return CMD_USAGE;
	}
	x.sale.rule = x.rule.text;
	x.sale.selection = utf8_head(w->text, SALE_SELECTION_MAX);
	x.sale.actor = str_z(cmd_actor(c));
	x.sale.created_s = r->now_s;
	if (!plan_sale(&x, w, &e))
		return cmd_fail(c, &e);
	return price_show_sale(r,
	    &(struct price_sale_view){.sale = &x.sale, .goods = &x.goods, .prices = x.prices, .preview = x.preview,
		.left_out = &x.left_out, .why = x.why, .notes = x.note, .n_notes = x.n_notes,
		.done = r->dry_run ? "would be scheduled" : "scheduled"});
}

static int
schedule_list(struct price_run *r)
{
	struct err e = {0};
	struct sale *s;
	size_t n;

	if (!price_open(r, &e) || !sale_list(r->db, r->c->a, &s, &n, &e))
		return cmd_fail(r->c, &e);
	return price_show_sales(r, s, n);
}

/* Loads the sale with its prices and goods. */
static bool
load_sale(struct price_run *r, const char *name, struct planning_sale *x, struct err *e)
{
	struct arena *a = r->c->a;
	uint64_t *ids;

	x->r = r;
	if (!sale_get(r->db, a, str_z(name), &x->sale, e) || !sale_prices(r->db, a, &x->sale, &x->prices, e))
		return false;
	ids = ARENA_ARRAY(a, uint64_t, x->sale.n);
	for (size_t i = 0; i < x->sale.n; i++)
		ids[i] = x->prices[i].variant_id;
	return price_load(r->db, a, r->c->conf.site_languages.v[0], ids, x->sale.n, &x->goods, e)
	    && (x->goods.n == x->sale.n || err_set(e, ERR_BUG, "a variant of the sale has vanished"));
}

static int
schedule_show(struct price_run *r, const char *name, const char *done)
{
	struct planning_sale x = {0};
	struct err e = {0};

	if ((r->db == NULL && !price_open(r, &e)) || !load_sale(r, name, &x, &e))
		return cmd_fail(r->c, &e);
	return price_show_sale(
	    r, &(struct price_sale_view){.sale = &x.sale, .goods = &x.goods, .prices = x.prices, .done = done});
}

static int
schedule_end(struct price_run *r, const char *name)
{
	struct planning_sale x = {0};
	struct arena *a = r->c->a;
	struct err e = {0};
	bool ok;

	if (!price_open(r, &e) || !load_sale(r, name, &x, &e))
		return cmd_fail(r->c, &e);
	if (sale_state(&x.sale, r->now_s) == SALE_OVER) {
		err_set(&e, ERR_CONFLICT, "the sale \"%s\" is over", name);
		return cmd_fail(r->c, &e);
	}
	if (r->dry_run)
		return schedule_show(r, name, "would end now");
	if (!catalogue_save_lock(r->db, a, &e))
		return cmd_fail(r->c, &e);
	ok = sale_end(r->db, a, &x.sale, str_z(cmd_actor(r->c)), &x.goods, &e);
	catalogue_save_unlock(r->db, a);
	if (!ok || !price_settle(r, &x.goods, &e) || !shop_control_clock(r->db, a, &r->now_s, &e))
		return cmd_fail(r->c, &e);
	return schedule_show(r, name, NULL);
}

int
price_schedule(struct cmd *c)
{
	struct price_run r = {.c = c};
	const char *from = NULL, *to = NULL;
	const struct cmd_option options[] = {{"from", .text = &from}, {"to", .text = &to},
	    {"dry-run", .flag = &r.dry_run}, {"json", .flag = &r.json}};
	bool plain;
	struct price_wish w;

	if (!price_wish_take(c, &w) || !cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return price_usage(c);
	plain = w.n == 0 && w.rule == NULL && from == NULL && to == NULL;
	if (plain && c->argc == 2 && !r.dry_run && strcmp(c->argv[1], "list") == 0)
		return schedule_list(&r);
	if (plain && c->argc == 3 && !r.dry_run && strcmp(c->argv[1], "show") == 0)
		return schedule_show(&r, c->argv[2], NULL);
	if (plain && c->argc == 3 && strcmp(c->argv[1], "end") == 0)
		return schedule_end(&r, c->argv[2]);
	if (w.n == 0 || to == NULL || c->argc != (w.rule != NULL ? 2 : 3))
		return price_usage(c);
	return schedule_plan(c, &w, from != NULL ? from : "now", to, &r);
}
