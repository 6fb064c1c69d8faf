#include "store/withdrawal/withdrawal_match.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "plat/text/digest.h"
#include "store/order/order_look.h"

#define LINES_MAX 999
#define PIECES_MAX 1000000
#define CONTENT_MAX_B 4096

/* Pieces of one line of the order. */
struct match_line {
	int64_t open, back; /* not sent; sent and neither back nor announced */
	int64_t cancel, announce;
};

struct match {
	struct db *db;
	struct arena *a;
	const struct withdrawal_row *row;
	const struct withdrawal_match *ask;
	struct withdrawal_matched *out;
	struct order_look look;
	struct match_line *line;
};

static bool
read_lines(struct match *m, struct err *e)
{
	const struct order_look *x = &m->look;

	if (!order_look_outside(m->db, m->a, m->ask->order_id, &m->look, e))
		return false;
	m->line = ARENA_ARRAY(m->a, struct match_line, x->o.n + 1);
	for (size_t i = 0; i < x->o.n; i++)
		m->line[i] = (struct match_line){.open = x->o.lines[i].qty - x->pieces[i].sent - x->pieces[i].cut,
		    .back = x->pieces[i].sent - x->pieces[i].back};
	if (x->o.states.of[ORDER_MACHINE_FULFILMENT] == ORDER_FULFILMENT_DROPPED)
		for (size_t i = 0; i < x->o.n; i++)
			m->line[i].open = 0;
	for (size_t r = 0; r < x->n_returns; r++) {
		uint8_t state = x->returns[r].state;

		for (size_t k = 0; k < x->n_return_parts; k++) {
			const struct look_part *p = &x->return_parts[k];

			if (p->of == x->returns[r].id && state != ORDER_RETURN_REFUSED && state != ORDER_RETURN_SETTLED)
				m->line[p->pos - 1].back -= p->qty - p->received;
		}
	}
	return true;
}

/* "1-2,3-1"; false: not of this form. */
static bool
stated_pieces(struct arena *a, struct str text, struct order_pieces *pieces)
{
	struct order_piece *v = ARENA_ARRAY(a, struct order_piece, text.n + 1);
	struct str one, line;
	uint64_t pos, n;

	*pieces = (struct order_pieces){.v = v};
	while (text.n > 0 && str_cut(&text, ',', &one)) {
		(void)str_cut(&one, '-', &line);
		if (!num_u64(line, 1, LINES_MAX, &pos) || !num_u64(one, 1, PIECES_MAX, &n))
			return false;
		v[pieces->n++] = (struct order_piece){(int)pos, (int64_t)n};
	}
	return pieces->n > 0;
}

/* Pieces that were not sent yet are cancelled first, so that as little as possible has to come back. */
static bool
match_choose(struct match *m, struct err *e)
{
	struct order_pieces pieces = m->ask->pieces;
	bool all = pieces.all && !stated_pieces(m->a, m->row->declared.pieces, &pieces);

	for (size_t i = 0; all && i < m->look.o.n; i++) {
		m->line[i].cancel = m->line[i].open;
		m->line[i].announce = m->line[i].back;
	}
	for (size_t i = 0; !all && i < pieces.n; i++) {
		struct match_line *line;
		int64_t n = pieces.v[i].qty;

		if ((size_t)pieces.v[i].pos > m->look.o.n)
			return err_set(e, ERR_INPUT, "the order has no line %d", pieces.v[i].pos);
		line = &m->line[pieces.v[i].pos - 1];
		line->cancel = n < line->open ? n : line->open;
		line->announce = n - line->cancel;
		if (line->announce > line->back)
			return err_set(e, ERR_CONFLICT, "line %d has %lld pieces that can be withdrawn from, not %lld",
			    pieces.v[i].pos, (long long)(line->open + line->back), (long long)n);
	}
	for (size_t i = 0; i < m->look.o.n; i++) {
		m->out->cancels += m->line[i].cancel;
		m->out->returns += m->line[i].announce;
	}
	return true;
}

static bool
write_state(struct db *db, void *arg, uint64_t return_id, struct err *e)
{
	const struct match *m = arg;
	const struct withdrawal_step step = {
	    .to = WITHDRAWAL_MATCHED, .order_id = m->ask->order_id, .return_id = return_id, .actor = m->ask->actor};

	return withdrawal_set(db, m->row, &step, e);
}

static struct order_pieces
pieces_of(const struct match *m, bool cancel)
{
	struct order_piece *v = ARENA_ARRAY(m->a, struct order_piece, m->look.o.n + 1);
	struct order_pieces p = {.v = v};

	for (size_t i = 0; i < m->look.o.n; i++) {
		int64_t n = cancel ? m->line[i].cancel : m->line[i].announce;

		if (n > 0)
			v[p.n++] = (struct order_piece){(int)i + 1, n};
	}
	return p;
}

/* The same pieces of the same declaration have the same key. */
static bool
match_key(const struct match *m, const char *verb, const struct order_pieces *p, uint8_t key[DIGEST_B], struct err *e)
{
	struct buf b;

	buf_init(&b, m->a, CONTENT_MAX_B + p->n * sizeof("999=1000000 "));
	buf_put(&b, m->row->hash);
	buf_fmt(&b, " %s %llu", verb, (unsigned long long)m->ask->order_id);
	for (size_t i = 0; i < p->n; i++)
		buf_fmt(&b, " %d=%lld", p->v[i].pos, (long long)p->v[i].qty);
	return buf_check(&b, e) && digest(buf_str(&b), key, e);
}

static struct order_act
act_of(const struct match *m, const uint8_t key[DIGEST_B])
{
	return (struct order_act){.order_id = m->ask->order_id,
	    .key = str_n(key, DIGEST_B),
	    .actor = m->ask->actor,
	    .why = str_fmt(m->a, "withdrawal %llu", (unsigned long long)m->row->id),
	    .dry_run = m->ask->dry_run};
}

static bool
match_cancel(struct match *m, struct err *e)
{
	struct order_pieces pieces = pieces_of(m, true);
	uint8_t key[DIGEST_B];
	struct order_act act;

	if (!match_key(m, "cancel", &pieces, key, e))
		return false;
	act = act_of(m, key);
	return order_cancel(m->db, m->a, &act, &pieces, &m->out->cancelled, e);
}

static bool
match_announce(struct match *m, struct err *e)
{
	struct order_return_ask ask = {.kind = ORDER_RETURN_WITHDRAWAL,
	    .pieces = pieces_of(m, false),
	    .asked_at = m->row->declared.at,
	    .made = write_state,
	    .arg = m};
	uint8_t key[DIGEST_B];
	struct order_act act;

	if (!match_key(m, "return", &ask.pieces, key, e))
		return false;
	act = act_of(m, key);
	if (!order_return_ask(m->db, m->a, &act, &ask, &m->out->announced, e))
		return false;
	m->out->return_id = m->out->announced.made;
	return true;
}

/* Nothing is left to withdraw from: the same was declared before. */
static bool
join_earlier(struct match *m, struct err *e)
{
	struct withdrawal_row earlier;
	bool found;

	if (!withdrawal_earlier(m->db, m->a, m->row, m->ask->order_id, &earlier, &found, e))
		return false;
	if (!found)
		return err_set(
		    e, ERR_CONFLICT, "order %.*s has no pieces to withdraw from any more", STR_ARG(m->look.o.number));
	m->out->again = true;
	m->out->return_id = earlier.return_id;
	return m->ask->dry_run || write_state(m->db, m, earlier.return_id, e);
}

bool
withdrawal_match(struct db *db, struct arena *a, const struct withdrawal_row *row, const struct withdrawal_match *ask,
    struct withdrawal_matched *out, struct err *e)
{
	struct match m = {.db = db, .a = a, .row = row, .ask = ask, .out = out};

	*out = (struct withdrawal_matched){0};
	if (row->state >= WITHDRAWAL_MATCHED)
		return err_set(e, ERR_CONFLICT, "withdrawal %llu is %s already", (unsigned long long)row->id,
		    withdrawal_state_name(row->state));
	if (!read_lines(&m, e) || !match_choose(&m, e))
		return false;
	if (out->cancels + out->returns == 0)
		return join_earlier(&m, e);
	if (ask->sent_only && out->cancels > 0)
		return err_set(e, ERR_CONFLICT, "%lld pieces of order %.*s are not sent yet and have to be cancelled",
		    (long long)out->cancels, STR_ARG(m.look.o.number));
	if (out->cancels > 0 && !match_cancel(&m, e))
		return false;
	if (out->returns > 0)
		return match_announce(&m, e);
	return ask->dry_run || write_state(db, &m, 0, e);
}
