/* kontor withdrawal match, refuse: what the staff do about a declaration. */
#include <stdio.h>

#include "base/num.h"
#include "cmd/withdrawal/withdrawal.h"
#include "plat/text/json.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/order/order_cache.h"
#include "store/order/order_list.h"
#include "store/withdrawal/withdrawal_match.h"

#define OUTPUT_MAX_B ((size_t)1 << 20)
#define LINES_MAX 999
#define PIECES_MAX 1000000

enum { WITHDRAWAL_DENIED = 3 }; /* exit status: the order, or somebody who was faster, does not allow it */

/* At once; kontor-jobs repeats it from the outbox. */
static void
withdrawal_forget(struct cmd *c, struct db *db, const struct order_done *done)
{
	const struct catalogue_stale stale = {done->changed, done->n_changed, false};
	struct outbox_forget x = {.db = db, .a = c->a, .conf = &c->conf, .done = true};
	struct err none = {0};

	if (done->again || done->token_hash.n == 0 || !cmd_cache(c, &x.cache, &none))
		return;
	if (!outbox_forget_order(&x, order_cache_id(c->a, done->token_hash), &none)
	    || (stale.n > 0 && !catalogue_forget(&x, &stale, &none)))
		err_clear(&none);
}

static bool
match_pieces(struct cmd *c, struct order_pieces *pieces, struct err *e)
{
	struct order_piece *v = ARENA_ARRAY(c->a, struct order_piece, c->argc + 1);

	*pieces = (struct order_pieces){.v = v, .all = c->argc == 3};
	for (int i = 3; i < c->argc; i++) {
		struct str qty = str_z(c->argv[i]), line;
		uint64_t pos, n;

		(void)str_cut(&qty, '=', &line);
		if (!num_u64(line, 1, LINES_MAX, &pos) || !num_u64(qty, 1, PIECES_MAX, &n))
			return err_set(e, ERR_INPUT, "\"%s\" is not LINE=PIECES, such as 1=2", c->argv[i]);
		v[pieces->n++] = (struct order_piece){(int)pos, (int64_t)n};
	}
	return true;
}

static int
withdrawal_failed(struct cmd *c, struct err *e)
{
	int ended = cmd_fail(c, e);

	return e->kind == ERR_CONFLICT ? WITHDRAWAL_DENIED : ended;
}

static int
print_match(struct cmd *c, const struct withdrawal_match *ask, const struct withdrawal_matched *m, bool json)
{
	struct json_out w;

	if (json) {
		json_init(&w, c->a, OUTPUT_MAX_B, '{');
		json_add_str(&w, "state", STR("matched"));
		json_add_i64(&w, "order_id", (int64_t)ask->order_id);
		json_key(&w, "return");
		json_put_i64_or_null(&w, (int64_t)m->return_id, m->return_id == 0 || ask->dry_run);
		json_add_i64(&w, "announced", m->returns);
		json_add_i64(&w, "cancelled", m->cancels);
		json_add_bool(&w, "again", m->again);
		json_add_bool(&w, "dry_run", ask->dry_run);
		return cmd_print_json(c, &w);
	}
	printf("%s%lld pieces announced as a return", ask->dry_run ? "would be: " : "", (long long)m->returns);
	if (m->return_id != 0 && !ask->dry_run)
		printf(" (%llu)", (unsigned long long)m->return_id);
	printf(", %lld cancelled%s\n", (long long)m->cancels, m->again ? "; the same was declared before" : "");
	return CMD_OK;
}

int
withdrawal_do_match(struct cmd *c)
{
	bool json = false;
	struct withdrawal_match ask = {.actor = cmd_actor(c)};
	const struct cmd_option options[] = {{"dry-run", .flag = &ask.dry_run}, {"json", .flag = &json}};
	struct withdrawal_matched done;
	struct withdrawal_row row;
	struct err e = {0};
	struct db *db;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 3
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return withdrawal_usage(c);
	if (!match_pieces(c, &ask.pieces, &e) || !cmd_db(c, DB_TOOL, &db, &e) || !withdrawal_get(db, c->a, id, &row, &e)
	    || !order_id_of(db, c->a, c->conf.order_number_prefix, str_z(c->argv[2]), &ask.order_id, &e)
	    || !withdrawal_match(db, c->a, &row, &ask, &done, &e))
		return withdrawal_failed(c, &e);
	if (!ask.dry_run) {
		withdrawal_forget(c, db, &done.cancelled);
		withdrawal_forget(c, db, &done.announced);
	}
	return print_match(c, &ask, &done, json);
}

int
withdrawal_do_refuse(struct cmd *c)
{
	bool json = false, dry_run = false;
	const char *why = NULL;
	const struct cmd_option options[] = {
	    {"why", .text = &why}, {"dry-run", .flag = &dry_run}, {"json", .flag = &json}};
	struct withdrawal_step step;
	struct withdrawal_row row;
	struct err e = {0};
	struct json_out w;
	struct db *db;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2 || why == NULL || *why == '\0'
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return withdrawal_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !withdrawal_get(db, c->a, id, &row, &e))
		return cmd_fail(c, &e);
	step = (struct withdrawal_step){
	    .to = WITHDRAWAL_REFUSED, .order_id = row.order_id, .actor = cmd_actor(c), .why = str_z(why)};
	if (row.state >= WITHDRAWAL_MATCHED)
		(void)err_set(&e, ERR_CONFLICT, "withdrawal %llu is %s already", (unsigned long long)id,
		    withdrawal_state_name(row.state));
	if (e.kind != ERR_NONE || (!dry_run && !withdrawal_set(db, &row, &step, &e)))
		return withdrawal_failed(c, &e);
	if (json) {
		json_init(&w, c->a, OUTPUT_MAX_B, '{');
		json_add_i64(&w, "id", (int64_t)id);
		json_add_str(&w, "state", STR("refused"));
		json_add_bool(&w, "dry_run", dry_run);
		return cmd_print_json(c, &w);
	}
	printf("%swithdrawal %llu is refused; its sender has not been told: %.*s\n", dry_run ? "would be: " : "",
	    (unsigned long long)id, STR_ARG(row.declared.email));
	return CMD_OK;
}
