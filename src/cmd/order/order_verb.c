#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cmd/order/order_do.h"
#include "plat/text/secret.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/order/order_cache.h"

#define LINES_MAX 999
#define PIECES_MAX 1000000

/* "00112233445566778899aabbccddeeff" */
static bool
read_key(struct order_try *t)
{
	const char *z = t->key_text;

	if (z == NULL) {
		secret_random(t->key, sizeof(t->key));
		return true;
	}
	for (size_t i = 0; i < 2 * sizeof(t->key); i++) {
		const char *digits = "0123456789abcdef", *d = z[i] == '\0' ? NULL : strchr(digits, z[i]);

		if (d == NULL)
			return err_set(&t->e, ERR_INPUT, "--key takes %d hexadecimal digits", ORDER_KEY_B * 2);
		t->key[i / 2] = (uint8_t)(t->key[i / 2] << 4 | (d - digits));
	}
	return z[2 * sizeof(t->key)] == '\0'
	       || err_set(&t->e, ERR_INPUT, "--key takes %d hexadecimal digits", ORDER_KEY_B * 2);
}

bool
order_try_open(struct order_try *t, struct cmd *c, const struct cmd_option *own, size_t n)
{
	struct cmd_option all[CMD_OPTIONS_MAX] = {{"why", .text = &t->why}, {"key", .text = &t->key_text},
	    {"version", .number = &t->version, .min = 1, .max = UINT32_MAX}, {"dry-run", .flag = &t->dry_run},
	    {"json", .flag = &t->json}};
	size_t common = 5;
	uint64_t id;

	t->c = c;
	ASSERT(common + n <= CMD_OPTIONS_MAX);
	if (n > 0)
		memcpy(all + common, own, n * sizeof(*own));
	if (!cmd_options(c, all, common + n) || c->argc < 2)
		return false;
	if (!secret_init(&t->e) || !read_key(t) || !cmd_db(c, DB_TOOL, &t->db, &t->e)
	    || !order_named(c, t->db, c->argv[1], &id, &t->e) || !order_look(t->db, c->a, id, &t->look, &t->e))
		return false;
	t->act = (struct order_act){.order_id = id,
	    .key = str_n(t->key, sizeof(t->key)),
	    .actor = cmd_actor(c),
	    .why = str_z(t->why),
	    .version = t->version,
	    .dry_run = t->dry_run};
	return true;
}

bool
order_try_pieces(struct order_try *t, int from, struct order_pieces *pieces)
{
	struct order_piece *v = ARENA_ARRAY(t->c->a, struct order_piece, t->c->argc + 1);

	*pieces = (struct order_pieces){.v = v, .all = from >= t->c->argc};
	for (int i = from; i < t->c->argc; i++) {
		struct str qty = str_z(t->c->argv[i]), line;
		uint64_t pos, n;

		(void)str_cut(&qty, '=', &line);
		if (!num_u64(line, 1, LINES_MAX, &pos) || !num_u64(qty, 1, PIECES_MAX, &n))
			return err_set(&t->e, ERR_INPUT, "\"%s\" is not LINE=PIECES, such as 1=2", t->c->argv[i]);
		v[pieces->n++] = (struct order_piece){(int)pos, (int64_t)n};
	}
	return true;
}

bool
order_try_sum(struct order_try *t, const char *text, int64_t *minor)
{
	struct money m;

	if (!money_parse(str_z(text), t->look.o.cur, &m, &t->e))
		return false;
	*minor = m.minor;
	return m.minor > 0 || err_set(&t->e, ERR_INPUT, "%s is not a sum above 0", text);
}

/* At once; kontor-jobs repeats it from the outbox. */
static void
forget_pages(struct order_try *t)
{
	const struct catalogue_stale stale = {t->done.changed, t->done.n_changed, false};
	struct outbox_forget x = {.db = t->db, .a = t->c->a, .conf = &t->c->conf, .done = true};
	struct err none = {0};

	if (t->done.again || t->dry_run || !cmd_cache(t->c, &x.cache, &none))
		return;
	if (!outbox_forget_order(&x, order_cache_id(t->c->a, t->done.token_hash), &none)
	    || (stale.n > 0 && !catalogue_forget(&x, &stale, &none)))
		err_clear(&none);
}

static void
put_done(struct order_try *t, struct buf *b, const char *made)
{
	const struct order_done *d = &t->done;
	int64_t owed = d->owed_minor;

	buf_fmt(b, "%sorder %.*s, version %llu:", t->dry_run ? "would be: " : "", STR_ARG(t->look.o.number),
	    (unsigned long long)d->version);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		buf_fmt(b, "%s %s", m == 0 ? "" : ",", order_state_name((enum order_machine)m, d->states.of[m]));
	if (made != NULL && d->made != 0 && !t->dry_run)
		buf_fmt(b, "; %s %llu", made, (unsigned long long)d->made);
	if (d->revived)
		buf_z(b, "; the order had expired and is taken up again");
	if (owed != 0)
		buf_fmt(b, "; %s %s", owed > 0 ? "owed:" : "owed back:",
		    order_sum(b->a, owed > 0 ? owed : -owed, str_z(currency_code(t->look.o.cur))).p);
	buf_z(b, d->again ? "; this was done before, nothing was changed now\n" : "\n");
}

static bool
put_done_json(struct order_try *t, struct buf *b, const char *made)
{
	struct json_out w;
	struct str text;

	json_init(&w, b->a, ORDER_OUTPUT_MAX_B, '{');
	json_add_str(&w, "number", t->look.o.number);
	json_add_i64(&w, "version", (int64_t)t->done.version);
	json_add_str(
	    &w, "state", str_z(order_state_name(ORDER_MACHINE_ORDER, t->done.states.of[ORDER_MACHINE_ORDER])));
	json_add_str(
	    &w, "payment", str_z(order_state_name(ORDER_MACHINE_PAYMENT, t->done.states.of[ORDER_MACHINE_PAYMENT])));
	json_add_str(&w, "goods",
	    str_z(order_state_name(ORDER_MACHINE_FULFILMENT, t->done.states.of[ORDER_MACHINE_FULFILMENT])));
	order_json_money(&w, "owed", t->done.owed_minor, str_z(currency_code(t->look.o.cur)));
	json_key(&w, "made");
	json_put_i64_or_null(&w, (int64_t)t->done.made, made == NULL || t->done.made == 0 || t->dry_run);
	json_add_bool(&w, "revived", t->done.revived);
	json_add_bool(&w, "again", t->done.again);
	json_add_bool(&w, "dry_run", t->dry_run);
	if (!json_done(&w, '}', &text, &t->e))
		return false;
	buf_put(b, text);
	buf_ch(b, '\n');
	return true;
}

int
order_try_end(struct order_try *t, bool ok, const char *made)
{
	struct buf b;

	if (!ok && t->e.kind == ERR_NONE)
		return order_usage(t->c);
	if (!ok) {
		cmd_fail(t->c, &t->e);
		return t->e.kind == ERR_CONFLICT ? ORDER_REFUSED : CMD_FAILED;
	}
	forget_pages(t);
	buf_init(&b, t->c->a, ORDER_OUTPUT_MAX_B);
	if (!t->json)
		put_done(t, &b, made);
	else if (!put_done_json(t, &b, made))
		return cmd_fail(t->c, &t->e);
	return cmd_print(t->c, &b);
}
