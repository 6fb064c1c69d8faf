/* withdrawals.c - acknowledges declarations of withdrawal by mail, then looks for their orders.
 *
 * The acknowledgement comes first and needs no order, so nothing that is wrong with orders delays it. */
#include "base/clock.h"
#include "jobs/job.h"
#include "plat/text/secret.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/mail/mail_store.h"
#include "store/order/order_cache.h"
#include "store/withdrawal/withdrawal_match.h"
#include "work/mail_kind.h"

#define RUN_NS (2 * CLOCK_S)
#define MAILS_A_DAY 50 /* to one address: a declaration can name the address of somebody else */

struct withdrawal_run {
	struct job_context *j;
	struct withdrawal_row w;
	bool found;
};

static bool
put_letter(const struct withdrawal_run *run, enum mail_kind kind, struct err *e)
{
	const struct mail_kind_info *info = mail_kind_info(kind);
	const struct job_context *j = run->j;
	bool merchant = info->reader == MAIL_MERCHANT;
	struct mail_new m = {.kind = info->name,
	    .about = str_fmt(j->a, "%llu", (unsigned long long)run->w.id),
	    .version = 1,
	    .lang = merchant ? j->conf->site_languages.v[0] : run->w.declared.lang,
	    .merchant = merchant,
	    .now_s = run->w.declared.at,
	    .use_s = info->use_s};

	return mail_put(j->db, j->a, &m, NULL, e);
}

static bool
acknowledge(struct db *db, void *arg, struct err *e)
{
	struct withdrawal_run *run = arg;
	const struct withdrawal_step step = {.to = WITHDRAWAL_ACKNOWLEDGED, .actor = WITHDRAWAL_JOB};
	int64_t recent;

	if (!withdrawal_next(db, run->j->a, WITHDRAWAL_NEW, &run->w, &run->found, e))
		return false;
	if (!run->found)
		return true;
	if (!withdrawal_recent(db, run->j->a, &run->w, &recent, e))
		return false;
	if (recent > MAILS_A_DAY)
		log_put(LOG_WARN, "event=withdrawal_unmailed id=%llu msg=\"its address got %d mails today\"",
		    (unsigned long long)run->w.id, MAILS_A_DAY);
	else if (!put_letter(run, MAIL_KIND_WITHDRAWAL_DECLARED, e))
		return false;
	return put_letter(run, MAIL_KIND_NEW_WITHDRAWAL, e) && withdrawal_set(db, &run->w, &step, e);
}

/* At once; the job of cache deletes repeats it from the outbox. */
static void
forget_order(struct job_context *j, const struct order_done *done)
{
	const struct catalogue_stale stale = {done->changed, done->n_changed, false};
	struct outbox_forget x = {.db = j->db, .cache = j->cache, .a = j->a, .conf = j->conf, .done = true};
	struct err lost = {0};

	if (done->again || done->token_hash.n == 0)
		return;
	if (!outbox_forget_order(&x, order_cache_id(j->a, done->token_hash), &lost)
	    || (stale.n > 0 && !catalogue_forget(&x, &stale, &lost)))
		log_put(LOG_WARN, "event=stale_for_now place=%s msg=\"%s\"", lost.place, lost.msg);
}

static bool
leave_to_staff(struct withdrawal_run *run, uint64_t order_id, const char *why, struct err *e)
{
	const struct withdrawal_step step = {
	    .to = WITHDRAWAL_OPEN, .order_id = order_id, .actor = WITHDRAWAL_JOB, .why = str_z(why)};

	return withdrawal_set(run->j->db, &run->w, &step, e);
}

/* Only what is beyond doubt is matched here: number and address fit, the pieces are stated, and nothing has to be
 * cancelled. Two processes that match the same one both have the key of the same change. */
static bool
match_next(struct withdrawal_run *run, struct err *e)
{
	struct job_context *j = run->j;
	const struct withdrawal *d = &run->w.declared;
	const struct withdrawal_claim claim = {j->conf->order_number_prefix, d->contract, d->email};
	struct withdrawal_match ask = {.pieces = {.all = true}, .actor = WITHDRAWAL_JOB, .sent_only = true};
	struct withdrawal_matched done;
	struct err why = {0};

	if (withdrawal_find_order(j->db, j->a, &claim, &ask.order_id, &why)) {
		if (ask.order_id == 0)
			return leave_to_staff(run, 0, "no order has this number and mail address", e);
		if (d->goods.n > 0 && d->pieces.n == 0)
			return leave_to_staff(run, ask.order_id, "the part of the order is stated in words", e);
		if (withdrawal_match(j->db, j->a, &run->w, &ask, &done, &why)) {
			forget_order(j, &done.announced);
			return true;
		}
	}
	if (why.kind != ERR_UPSTREAM && why.kind != ERR_BUSY) /* none of these stops the next one */
		return leave_to_staff(run, ask.order_id, why.msg, e);
	*e = why;
	return false;
}

static bool
find_next(struct db *db, void *arg, struct err *e)
{
	struct withdrawal_run *run = arg;

	return withdrawal_next(db, run->j->a, WITHDRAWAL_ACKNOWLEDGED, &run->w, &run->found, e);
}

bool
job_withdrawals(struct job_context *j, struct err *e)
{
	struct withdrawal_run run = {.j = j};
	uint64_t until_ns = clock_mono_ns() + RUN_NS;

	do {
		if (!db_tx(j->db, acknowledge, &run, e))
			return false;
	} while (run.found && clock_mono_ns() < until_ns);
	do {
		if (!db_tx(j->db, find_next, &run, e) || (run.found && !match_next(&run, e)))
			return false;
	} while (run.found && clock_mono_ns() < until_ns);
	j->more = run.found;
	return true;
}
