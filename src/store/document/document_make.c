#include "store/document/document_make.h"

#include "shop/totals.h"
#include "store/order/order_write.h"

struct make {
	struct arena *a;
	const struct document_facts *f;
	struct document *d;
};

static void
rate_add(struct document *d, int32_t bp, int64_t gross_minor, int64_t tax_minor)
{
	size_t i = 0;

	while (i < d->n_rates && d->rates[i].bp > bp)
		i++;
	if (i == d->n_rates || d->rates[i].bp != bp) {
		for (size_t k = d->n_rates++; k > i; k--)
			d->rates[k] = d->rates[k - 1];
		d->rates[i] = (struct document_rate){.bp = bp};
	}
	d->rates[i].gross_minor += gross_minor;
	d->rates[i].tax_minor += tax_minor;
	d->gross_minor += gross_minor;
	d->tax_minor += tax_minor;
}

static struct document_line *
line_add(struct document *d, enum document_line_kind kind, int64_t gross_minor, int64_t tax_minor)
{
	struct document_line *l = &d->lines[d->n_lines++];

	*l = (struct document_line){.kind = kind, .gross_minor = gross_minor, .tax_minor = tax_minor};
	return l;
}

/* A line of one rate. */
static struct document_line *
line_plain(struct document *d, enum document_line_kind kind, const struct document_rate *r)
{
	struct document_line *l = line_add(d, kind, r->gross_minor, r->tax_minor);

	l->bp = r->bp;
	rate_add(d, r->bp, r->gross_minor, r->tax_minor);
	return l;
}

/* A line whose amount is divided among rates as `shares` are. */
static bool
line_divided(struct make *m, enum document_line_kind kind, const struct document *shares, int64_t gross_minor,
    int64_t tax_minor, struct err *e)
{
	size_t n = shares->n_rates;
	int64_t *weight = ARENA_ARRAY(m->a, int64_t, n + 1), *gross = ARENA_ARRAY(m->a, int64_t, n + 1);
	int64_t *tax = ARENA_ARRAY(m->a, int64_t, n + 1);
	struct document_line *l = line_add(m->d, kind, gross_minor, tax_minor);

	if (n == 0) {
		rate_add(m->d, 0, gross_minor, tax_minor);
		return true;
	}
	for (size_t i = 0; i < n; i++)
		weight[i] = shares->rates[i].gross_minor;
	if (!totals_divide(gross_minor, weight, gross, n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		weight[i] = shares->rates[i].tax_minor;
	if (!totals_divide(tax_minor, weight, tax, n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (gross[i] != 0 || tax[i] != 0) {
			l->mixed = l->mixed || (i > 0 && l->bp != 0 && l->bp != shares->rates[i].bp);
			l->bp = shares->rates[i].bp;
			rate_add(m->d, l->bp, gross[i], tax[i]);
		}
	return true;
}

static int64_t
line_gross(const struct order *o, const struct order_line *l)
{
	return l->line_minor + (o->tax_included ? 0 : l->tax_minor);
}

static struct document
document_empty(struct make *m, size_t lines)
{
	const struct document_facts *f = m->f;

	return (struct document){.lines = ARENA_ARRAY(m->a, struct document_line, lines + 1),
	    .rates = ARENA_ARRAY(m->a, struct document_rate, f->look.o.n_taxes + f->look.o.n + 2)};
}

/* The rates of the whole order; `delivery`: of its delivery alone. */
static struct document
order_shares(struct make *m, bool delivery)
{
	const struct order *o = &m->f->look.o;
	struct document s = document_empty(m, 0);

	for (size_t i = 0; i < o->n_taxes; i++)
		rate_add(&s, o->taxes[i].bp, o->taxes[i].base_minor + o->taxes[i].tax_minor, o->taxes[i].tax_minor);
	for (size_t i = 0; delivery && i < o->n; i++)
		rate_add(&s, o->lines[i].tax_bp, -line_gross(o, &o->lines[i]), -o->lines[i].tax_minor);
	return s;
}

/* Cut pieces are worth what the ledger has credited for them: by what was credited of the line before. */
static struct document_rate
line_cut(const struct document_facts *f, size_t i)
{
	const struct order_line *l = &f->look.o.lines[i];
	struct order_part part = {.qty = l->qty, .unit_minor = l->unit_minor, .tax_minor = l->tax_minor};
	struct document_rate sum = {.bp = l->tax_bp};
	int64_t cut = 0;

	for (size_t k = 0; k < f->n_cuts; k++) {
		struct order_worth w;

		if (f->cuts[k].pos != f->look.pieces[i].pos)
			continue;
		part.cut = cut;
		part.refunded = 0;
		for (size_t j = 0; j < f->n_refunds; j++)
			if (f->refunds[j].pos == f->cuts[k].pos && f->refunds[j].at <= f->cuts[k].at)
				part.refunded += f->refunds[j].qty;
		w = order_part_worth(&part, f->look.o.tax_included, f->cuts[k].qty);
		sum.gross_minor += w.gross_minor;
		sum.tax_minor += w.tax_minor;
		cut += f->cuts[k].qty;
	}
	return sum;
}

/* Pieces that were refunded and cut in one second leave it open which came first, and so a cent of tax: the ledger
 * knows the sum. */
static void
settle_cent(struct make *m)
{
	const struct document_facts *f = m->f;
	int64_t tax = -m->d->tax_minor;

	for (size_t i = 0; i < f->n_entries; i++)
		if (f->entries[i].kind != LEDGER_CREDIT
		    && !(f->entries[i].kind == LEDGER_SALE_BACK && f->entries[i].id > m->d->cause))
			tax += f->entries[i].tax_minor;
	for (size_t i = 0; tax != 0 && i < m->d->n_lines; i++) {
		struct document_line *l = &m->d->lines[i];

		if (l->kind != DOCUMENT_PIECES || l->qty == l->of->qty || tax > (int64_t)f->n_cuts
		    || -tax > (int64_t)f->n_cuts)
			continue;
		l->tax_minor += tax;
		rate_add(m->d, l->bp, 0, tax);
		return;
	}
}

static bool
make_invoice(struct make *m, int after_pos, int last_pos, struct err *e)
{
	const struct order_look *x = &m->f->look;
	const struct document shares = order_shares(m, true);
	bool ok = true;

	*m->d = document_empty(m, x->o.n + 1);
	m->d->kind = DOCUMENT_INVOICE;
	m->d->last_pos = last_pos;
	for (size_t i = 0; i < x->o.n; i++) {
		const struct order_line *l = &x->o.lines[i];
		struct document_rate cut;
		struct document_line *line;

		if (x->pieces[i].pos <= after_pos || x->pieces[i].pos > last_pos || x->pieces[i].cut == l->qty)
			continue;
		cut = line_cut(m->f, i);
		line = line_plain(m->d, DOCUMENT_PIECES,
		    &(struct document_rate){.bp = l->tax_bp,
			.gross_minor = line_gross(&x->o, l) - cut.gross_minor,
			.tax_minor = l->tax_minor - cut.tax_minor});
		line->of = l;
		line->qty = l->qty - x->pieces[i].cut;
	}
	if (after_pos == 0 && x->o.shipping_minor > 0)
		ok = line_divided(m, DOCUMENT_DELIVERY, &shares, shares.gross_minor, shares.tax_minor, e);
	for (size_t i = 0; i < x->n_parcels; i++) {
		if (m->d->from_s == 0 || x->parcels[i].sent_at < m->d->from_s)
			m->d->from_s = x->parcels[i].sent_at;
		if (x->parcels[i].sent_at > m->d->to_s)
			m->d->to_s = x->parcels[i].sent_at;
	}
	return ok;
}

/* Money that came in before the entry makes it that of a refund; else it is that of goods that came back unpaid. */
static bool
is_refund(const struct document_facts *f, const struct document_entry *x)
{
	for (size_t i = 0; i < f->n_entries && f->entries[i].id < x->id; i++)
		if (f->entries[i].kind == LEDGER_PAYMENT)
			return true;
	return false;
}

static bool make_row(struct make *, const struct document_row *, struct err *);

/* The rates of the invoices, less those of the credits before this one. */
static bool
rest_shares(struct make *m, uint64_t before, struct document *s, struct err *e)
{
	*s = document_empty(m, 0);
	for (size_t i = 0; i < m->f->n_rows; i++) {
		struct document d;
		struct make one = {m->a, m->f, &d};
		int sign = m->f->rows[i].kind == DOCUMENT_INVOICE ? 1 : -1;

		if (sign < 0 && m->f->rows[i].cause >= before)
			continue;
		if (!make_row(&one, &m->f->rows[i], e))
			return false;
		for (size_t k = 0; k < d.n_rates; k++)
			rate_add(s, d.rates[k].bp, sign * d.rates[k].gross_minor, sign * d.rates[k].tax_minor);
	}
	for (size_t i = 0; i < s->n_rates; i++) {
		if (s->rates[i].gross_minor < 0)
			s->rates[i].gross_minor = 0;
		if (s->rates[i].tax_minor < 0)
			s->rates[i].tax_minor = 0;
	}
	return true;
}

/* The pieces of a return that came back unpaid in one go. False if they do not explain the entry. */
static bool
credit_return(struct make *m, const struct document_entry *x)
{
	const struct order_look *look = &m->f->look;
	struct document empty = *m->d;

	for (size_t i = 0; i < look->n_return_parts; i++) {
		const struct look_part *p = &look->return_parts[i];
		const struct order_line *l = order_look_line(look, p->pos);
		struct order_part part = {.pos = p->pos};
		struct document_line *line;
		struct order_worth w;

		if (p->of != x->ref_id || p->received == 0 || l == NULL)
			continue;
		part = (struct order_part){.qty = l->qty, .unit_minor = l->unit_minor, .tax_minor = l->tax_minor};
		part.cut = look->pieces[l - look->o.lines].cut;
		w = order_part_worth(&part, look->o.tax_included, p->received);
		line = line_plain(
		    m->d, DOCUMENT_PIECES, &(struct document_rate){l->tax_bp, w.gross_minor, w.tax_minor});
		line->of = l;
		line->qty = p->received;
	}
	if (m->d->gross_minor == -x->gross_minor && m->d->tax_minor == -x->tax_minor)
		return true;
	*m->d = empty;
	return false;
}

/* The parts of a refund. Its amount was credited as far as the other parts leave something of the entry. */
static bool
credit_refund(struct make *m, const struct document_entry *x, struct err *e)
{
	const struct document whole = order_shares(m, false), delivery = order_shares(m, true);
	int64_t gross = -x->gross_minor, tax = -x->tax_minor;

	for (size_t i = 0; i < m->f->n_refunds; i++) {
		const struct document_refund *r = &m->f->refunds[i];
		const struct order_line *l = order_look_line(&m->f->look, r->pos);
		struct document_line *line;

		if (r->refund != x->ref_id || r->pos < 0)
			continue;
		gross -= r->gross_minor;
		tax -= r->tax_minor;
		if (r->pos == 0) {
			if (!line_divided(m, DOCUMENT_DELIVERY, &delivery, r->gross_minor, r->tax_minor, e))
				return false;
			continue;
		}
		line = line_plain(
		    m->d, DOCUMENT_PIECES, &(struct document_rate){r->bp, r->gross_minor, r->tax_minor});
		line->of = l;
		line->qty = r->qty;
	}
	return gross == 0 || line_divided(m, DOCUMENT_AMOUNT, &whole, gross, tax, e);
}

static const struct document_row *
first_invoice(const struct document_facts *f)
{
	for (size_t i = 0; i < f->n_rows; i++)
		if (f->rows[i].kind == DOCUMENT_INVOICE)
			return &f->rows[i];
	return NULL;
}

static bool
make_credit(struct make *m, const struct document_entry *x, struct err *e)
{
	struct document shares;

	*m->d = document_empty(m, m->f->n_refunds + m->f->look.n_return_parts + 1);
	m->d->kind = DOCUMENT_CREDIT_NOTE;
	m->d->corrects = first_invoice(m->f);
	if (x->kind == LEDGER_CREDIT && is_refund(m->f, x))
		return credit_refund(m, x, e);
	if (x->kind == LEDGER_CREDIT && credit_return(m, x))
		return true;
	return rest_shares(m, x->id, &shares, e)
	       && line_divided(m, DOCUMENT_REST, &shares, -x->gross_minor, -x->tax_minor, e);
}

/* Makes a document again that was issued. */
static bool
make_row(struct make *m, const struct document_row *row, struct err *e)
{
	int after = 0;

	for (size_t i = 0; row->kind == DOCUMENT_INVOICE && i < m->f->n_rows && &m->f->rows[i] != row; i++)
		if (m->f->rows[i].last_pos > after)
			after = m->f->rows[i].last_pos;
	if (row->kind == DOCUMENT_INVOICE)
		return make_invoice(m, after, row->last_pos, e);
	for (size_t i = 0; i < m->f->n_entries; i++)
		if (m->f->entries[i].id == row->cause)
			return make_credit(m, &m->f->entries[i], e);
	return err_set(e, ERR_BUG, "document %.*s: its cause is not of its order", STR_ARG(row->number));
}

static bool
is_documented(const struct document_facts *f, uint64_t entry)
{
	for (size_t i = 0; i < f->n_rows; i++)
		if (f->rows[i].cause == entry)
			return true;
	return false;
}

/* NULL: an invoice is due. */
static const char *
no_invoice(const struct document_facts *f, int after, int *last)
{
	const struct order_look *x = &f->look;
	uint8_t state = x->o.states.of[ORDER_MACHINE_ORDER];
	int64_t sent = 0;

	*last = 0;
	if (state == ORDER_ORDER_CANCELLED || state == ORDER_ORDER_EXPIRED)
		return "the order has ended";
	for (size_t i = 0; i < x->o.n; i++) {
		if (x->pieces[i].sent + x->pieces[i].cut < x->o.lines[i].qty)
			return "goods of it are still to be sent";
		if (x->pieces[i].pos > *last)
			*last = x->pieces[i].pos;
		if (x->pieces[i].pos > after)
			sent += x->pieces[i].sent;
	}
	return sent > 0 ? NULL : after > 0 ? "all of it has documents" : "nothing of it was sent";
}

static bool
next_invoice(struct make *m, bool *due, const char **why, struct err *e)
{
	int after = 0, last;

	for (size_t i = 0; i < m->f->n_rows; i++)
		if (m->f->rows[i].last_pos > after)
			after = m->f->rows[i].last_pos;
	*why = no_invoice(m->f, after, &last);
	*due = false;
	if (*why != NULL)
		return true;
	if (!make_invoice(m, after, last, e))
		return false;
	for (size_t i = 0; i < m->f->n_entries; i++) {
		const struct document_entry *x = &m->f->entries[i];

		if (x->kind == LEDGER_SALE || x->kind == LEDGER_ADDED || x->kind == LEDGER_REVIVED)
			m->d->cause = x->id;
	}
	if (after == 0)
		settle_cent(m);
	*due = m->d->gross_minor > 0;
	*why = *due ? NULL : "it costs nothing";
	return true;
}

bool
document_next(struct arena *a, const struct document_facts *f, struct document *d, bool *due, const char **why,
    struct err *e)
{
	const struct document_row *invoice = first_invoice(f);
	struct make m = {a, f, d};
	const char *reason;

	if (!next_invoice(&m, due, why == NULL ? &reason : why, e))
		return false;
	for (size_t i = 0; !*due && invoice != NULL && i < f->n_entries; i++) {
		const struct document_entry *x = &f->entries[i];
		bool credit = x->kind == LEDGER_CREDIT || (x->kind == LEDGER_SALE_BACK && x->id > invoice->cause);

		if (!credit || x->gross_minor >= 0 || is_documented(f, x->id))
			continue;
		if (!make_credit(&m, x, e))
			return false;
		d->cause = x->id;
		*due = true;
	}
	return true;
}
