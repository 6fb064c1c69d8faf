/* The verbs of `kontor order` that change an order: each is one call of store/order/order_change.h. */
#include "cmd/order/order_do.h"

#include <string.h>

#include "base/num.h"
#include "store/shop_rules.h"

#define PIECES_MAX 1000000
#define TAX_DIGITS 2
#define DAY_S 86400

int
order_do_pay(struct cmd *c)
{
	const char *provider = NULL, *reference = NULL;
	const struct cmd_option options[] = {{"provider", .text = &provider}, {"reference", .text = &reference}};
	struct order_try t = {.c = c};
	struct order_money m;
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && c->argc <= 3;

	if (!ok)
		return order_try_end(&t, false, NULL);
	m = (struct order_money){.amount_minor = t.look.account.owed_minor,
	    .cur = t.look.o.cur,
	    .provider = provider == NULL ? str_z(payment_code(t.look.o.payment)) : str_z(provider),
	    .ref = str_z(reference),
	    .downloads = {c->conf.download_times, c->conf.download_days}};
	/* an expired order owes nothing until its money comes */
	if (m.amount_minor == 0 && t.look.o.states.of[ORDER_MACHINE_ORDER] == ORDER_ORDER_EXPIRED)
		m.amount_minor = t.look.o.total_minor;
	if (c->argc == 3)
		ok = order_try_sum(&t, c->argv[2], &m.amount_minor);
	else if (m.amount_minor <= 0)
		ok = err_set(&t.e, ERR_CONFLICT, "nothing is owed for order %s", t.look.o.number.p);
	ok = ok && order_pay(t.db, c->a, &t.act, &m, &t.done, &t.e);
	return order_try_end(&t, ok, "payment");
}

int
order_do_ship(struct cmd *c)
{
	const char *carrier = NULL, *tracking = NULL, *link = NULL;
	const struct cmd_option options[] = {
	    {"carrier", .text = &carrier}, {"tracking", .text = &tracking}, {"link", .text = &link}};
	struct order_try t = {.c = c};
	struct order_parcel p = {.url = STR_NONE};
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && order_try_pieces(&t, 2, &p.pieces);

	p.carrier = str_z(carrier);
	p.tracking = str_z(tracking);
	p.url = str_z(link);
	p.kept_s = DAY_S * c->conf.order_pickup_expiry_days;
	ok = ok && order_ship(t.db, c->a, &t.act, &p, &t.done, &t.e);
	return order_try_end(&t, ok, "parcel");
}

int
order_do_deliver(struct cmd *c)
{
	struct order_try t = {.c = c};
	uint64_t parcel = 0;
	bool ok = order_try_open(&t, c, NULL, 0) && c->argc <= 3
	          && (c->argc == 2 || num_u64(str_z(c->argv[2]), 1, INT64_MAX, &parcel));

	ok = ok && order_deliver(t.db, c->a, &t.act, parcel, &t.done, &t.e);
	return order_try_end(&t, ok, NULL);
}

int
order_do_cancel(struct cmd *c)
{
	struct order_try t = {.c = c};
	struct order_pieces pieces;
	bool ok = order_try_open(&t, c, NULL, 0) && order_try_pieces(&t, 2, &pieces)
	          && order_cancel(t.db, c->a, &t.act, &pieces, &t.done, &t.e);

	return order_try_end(&t, ok, NULL);
}

/* ---- refund ---- */

struct refund_words {
	const char *provider, *reference;
	uint64_t done, refused, return_id;
	bool delivery, by_hand;
};

/* A sum, if the first operand is none of LINE=PIECES. */
static bool
refund_operands(struct order_try *t, struct order_refund_ask *ask)
{
	int from = 2;

	if (t->c->argc > 2 && strchr(t->c->argv[2], '=') == NULL) {
		if (!order_try_sum(t, t->c->argv[2], &ask->amount_minor))
			return false;
		from = 3;
	}
	if (!order_try_pieces(t, from, &ask->pieces))
		return false;
	ask->pieces.all = false;
	return true;
}

static bool
refund_ask(struct order_try *t, const struct refund_words *w)
{
	struct order_refund_ask ask = {.delivery = w->delivery,
	    .return_id = w->return_id,
	    .by_hand = w->by_hand,
	    .ref = str_z(w->reference),
	    .provider = str_z(w->provider)};

	return refund_operands(t, &ask) && order_refund(t->db, t->c->a, &t->act, &ask, &t->done, &t->e);
}

static bool
refund_settle(struct order_try *t, const struct refund_words *w)
{
	const struct order_refund_answer answer = {.refund = w->done != 0 ? w->done : w->refused,
	    .state = w->done != 0 ? ORDER_REFUND_DONE : ORDER_REFUND_REFUSED,
	    .ref = str_z(w->reference)};

	return t->c->argc == 2 && order_refund_settle(t->db, t->c->a, &t->act, &answer, &t->done, &t->e);
}

int
order_do_refund(struct cmd *c)
{
	struct refund_words w = {.provider = NULL};
	const struct cmd_option options[] = {{"delivery", .flag = &w.delivery}, {"by-hand", .flag = &w.by_hand},
	    {"provider", .text = &w.provider}, {"reference", .text = &w.reference},
	    {"return", .number = &w.return_id, .min = 1, .max = INT64_MAX},
	    {"done", .number = &w.done, .min = 1, .max = INT64_MAX},
	    {"refused", .number = &w.refused, .min = 1, .max = INT64_MAX}};
	struct order_try t = {.c = c};
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && (w.done == 0 || w.refused == 0);

	ok = ok && (w.done != 0 || w.refused != 0 ? refund_settle : refund_ask)(&t, &w);
	return order_try_end(&t, ok, "refund");
}

/* ---- return ---- */

struct return_words {
	const char *condition;
	uint64_t receive, refuse;
	bool withdrawal, keep;
};

static bool
return_ask(struct order_try *t, const struct return_words *w)
{
	struct order_return_ask ask = {.kind = w->withdrawal ? ORDER_RETURN_WITHDRAWAL : ORDER_RETURN_PLAIN};

	return order_try_pieces(t, 2, &ask.pieces) && order_return_ask(t->db, t->c->a, &t->act, &ask, &t->done, &t->e);
}

static bool
return_receive(struct order_try *t, const struct return_words *w)
{
	struct order_return_goods goods = {.return_id = w->receive, .restock = !w->keep};
	unsigned condition = ORDER_AS_NEW;

	while (w->condition != NULL && strcmp(look_goods_name(condition), w->condition) != 0)
		if (condition++ == ORDER_BROKEN)
			return err_set(&t->e, ERR_INPUT, "--condition is as_new, used or broken");
	goods.condition = (enum order_condition)condition;
	return order_try_pieces(t, 2, &goods.pieces)
	       && order_return_receive(t->db, t->c->a, &t->act, &goods, &t->done, &t->e);
}

static bool
return_refuse(struct order_try *t, const struct return_words *w)
{
	return t->c->argc == 2 && order_return_refuse(t->db, t->c->a, &t->act, w->refuse, &t->done, &t->e);
}

int
order_do_return(struct cmd *c)
{
	struct return_words w = {.condition = NULL};
	const struct cmd_option options[] = {{"withdrawal", .flag = &w.withdrawal}, {"keep", .flag = &w.keep},
	    {"condition", .text = &w.condition}, {"receive", .number = &w.receive, .min = 1, .max = INT64_MAX},
	    {"refuse", .number = &w.refuse, .min = 1, .max = INT64_MAX}};
	struct order_try t = {.c = c};
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && (w.receive == 0 || w.refuse == 0);

	ok = ok && (w.receive != 0 ? return_receive : w.refuse != 0 ? return_refuse : return_ask)(&t, &w);
	return order_try_end(&t, ok, "return");
}

/* ---- notes, addresses, lines ---- */

int
order_do_note(struct cmd *c)
{
	struct order_note note = {.to_buyer = false};
	const struct cmd_option options[] = {{"to-buyer", .flag = &note.to_buyer}};
	struct order_try t = {.c = c};
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && c->argc == 3;

	if (ok) {
		note.text = str_z(c->argv[2]);
		ok = order_note(t.db, c->a, &t.act, &note, &t.done, &t.e);
	}
	return order_try_end(&t, ok, "note");
}

/* Puts FIELD=TEXT into the address. */
static bool
change_field(struct order_try *t, const char *operand, struct address *address)
{
	struct str text = str_z(operand), name;

	(void)str_cut(&text, '=', &name);
	for (int i = 0; i < ADDRESS__MAX; i++)
		if (strchr(operand, '=') != NULL && str_eq_z(name, address_field_name((enum address_field)i))) {
			address->field[i] = text;
			return true;
		}
	return err_set(&t->e, ERR_INPUT, "\"%s\" is not FIELD=TEXT with a field of an address", operand);
}

static bool
changed_address(struct order_try *t, enum address_kind kind, struct address *clean)
{
	static const char *const faults[] = {"", "is missing", "is too long", "is wrong", "is unusual"};
	struct address typed =
	    t->look.o.billed_elsewhere && kind == ADDRESS_BILLING ? t->look.o.billing : t->look.o.address;
	struct address_faults f;

	for (int i = 2; i < t->c->argc; i++)
		if (!change_field(t, t->c->argv[i], &typed))
			return false;
	if (address_check(t->c->a, kind, &typed, clean, &f))
		return true;
	for (int i = 0; i < ADDRESS__MAX; i++)
		if (f.field[i] != ADDRESS_FINE && f.field[i] != ADDRESS_UNUSUAL)
			return err_set(
			    &t->e, ERR_INPUT, "%s %s", address_field_name((enum address_field)i), faults[f.field[i]]);
	return err_set(&t->e, ERR_INPUT, "the address is not complete");
}

int
order_do_address(struct cmd *c)
{
	bool invoice = false;
	const struct cmd_option options[] = {{"invoice", .flag = &invoice}};
	struct order_try t = {.c = c};
	struct address clean;
	struct order_readdress ask = {.address = &clean};
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && c->argc > 2;

	ask.kind = invoice ? ADDRESS_BILLING : ADDRESS_DELIVERY;
	ok = ok && changed_address(&t, ask.kind, &clean) && order_address(t.db, c->a, &t.act, &ask, &t.done, &t.e);
	return order_try_end(&t, ok, NULL);
}

/* The variant with this SKU, and its tax where the order goes to. */
static bool
goods_to_add(struct order_try *t, const char *sku, struct order_addition *add)
{
	struct order_goods_found found;
	struct shop_rules rules;
	struct tax_rates rates;

	if (!shop_rules_init(&rules, &t->c->conf, &t->e)
	    || !order_goods_find(t->db, t->c->a, str_z(sku), &found, &t->e))
		return false;
	rates =
	    tax_rates_for(&rules.tax, address_country(&t->look.o.address), t->look.o.address.field[ADDRESS_POSTCODE]);
	add->variant_id = found.variant_id;
	add->tax_bp = rates.bp[found.tax];
	return true;
}

int
order_do_add(struct cmd *c)
{
	const char *tax = NULL;
	const struct cmd_option options[] = {{"tax", .text = &tax}};
	struct order_try t = {.c = c};
	struct order_addition add = {.variant_id = 0};
	int64_t tax_bp;
	uint64_t qty;
	bool ok = order_try_open(&t, c, options, ARRAY_LEN(options)) && c->argc == 5
	          && num_u64(str_z(c->argv[3]), 1, PIECES_MAX, &qty)
	          && (tax == NULL || (num_decimal(str_z(tax), TAX_DIGITS, &tax_bp) && tax_bp >= 0 && tax_bp < 10000));

	if (ok && (ok = goods_to_add(&t, c->argv[2], &add) && order_try_sum(&t, c->argv[4], &add.unit_minor))) {
		add.qty = (int64_t)qty;
		if (tax != NULL)
			add.tax_bp = (int32_t)tax_bp;
		ok = order_add(t.db, c->a, &t.act, &add, &t.done, &t.e);
	}
	return order_try_end(&t, ok, "line");
}
