#include "jobs/mail_time.h"

#include <time.h>

#include "base/clock.h"
#include "jobs/job.h"
#include "store/mail/mail_store.h"
#include "store/mail/mail_time_store.h"
#include "store/order/stock_store.h"

#define RUN_NS (2 * CLOCK_S)
#define DAY_S 86400
#define BATCH 50
#define REMIND_DAYS_MAX 60 /* an older order is not reminded of any more: its first reminder may have been pruned */
#define LETTERS_BATCH 5
#define LOW_LISTED 100 /* in one mail */
#define SUMMARY_USE_S (20 * 3600)

static struct str
site_lang(const struct mail_time *t)
{
	return t->conf->site_languages.v[0];
}

bool
mail_time_remind(struct mail_time *t, bool *more, struct err *e)
{
	struct mail_unpaid_list due;
	struct mail_due_when when = {
	    .after_s = t->conf->mail_reminder_days * DAY_S, .before_s = REMIND_DAYS_MAX * DAY_S, .most = BATCH};

	*more = false;
	if (t->conf->mail_reminder_days == 0)
		return true;
	if (!mail_find_unpaid(t->db, t->a, &when, &due, e))
		return false;
	for (size_t i = 0; i < due.n; i++) {
		struct mail_new m = {.kind = "payment_reminder",
		    .about = str_fmt(t->a, "%llu", (unsigned long long)due.v[i].order_id),
		    .version = 1,
		    .lang = due.v[i].lang,
		    .order_id = due.v[i].order_id,
		    .now_s = t->now_s,
		    .use_s = DAY_S};

		if (!mail_put(t->db, t->a, &m, NULL, e))
			return false;
	}
	*more = due.n == BATCH;
	return true;
}

bool
mail_time_summary(struct mail_time *t, struct err *e)
{
	struct mail_new m = {
	    .kind = "daily_summary", .version = 1, .lang = site_lang(t), .merchant = true, .now_s = t->now_s};
	time_t now = (time_t)t->now_s, yesterday;
	struct tm tm;
	bool found;

	if (!t->conf->mail_summary || localtime_r(&now, &tm) == NULL || tm.tm_hour < t->conf->mail_summary_h)
		return true;
	tm.tm_mday--; /* a day has 23 or 25 hours when the clocks change */
	tm.tm_hour = 12;
	tm.tm_isdst = -1;
	yesterday = mktime(&tm);
	if (yesterday == (time_t)-1 || localtime_r(&yesterday, &tm) == NULL)
		return true;
	m.about = str_fmt(t->a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	m.use_s = SUMMARY_USE_S;
	/* A refused INSERT would use up an id each minute. */
	return mail_exists(t->db, t->a, &m, &found, e) && (found || mail_put(t->db, t->a, &m, NULL, e));
}

bool
mail_time_letters(struct mail_time *t, struct err *e)
{
	struct mail_dead_list dead;

	if (!t->conf->mail_dead_letter)
		return true;
	if (!mail_find_dead(t->db, t->a, MAIL_TIME_LETTERS, LETTERS_BATCH, &dead, e))
		return false;
	for (size_t i = 0; i < dead.n; i++) {
		struct mail_new m = {.kind = "dead_letter",
		    .about = str_fmt(t->a, "%llu", (unsigned long long)dead.v[i].id),
		    .version = dead.v[i].died_at,
		    .lang = site_lang(t),
		    .merchant = true,
		    .now_s = t->now_s,
		    .use_s = MAIL_USE_S};

		if (!mail_put(t->db, t->a, &m, NULL, e))
			return false;
	}
	return true;
}

struct low_tx {
	struct mail_time *t;
	uint64_t after, next;
};

static bool
low_body(struct db *db, void *arg, struct err *e)
{
	struct low_tx *tx = arg;
	struct mail_time *t = tx->t;
	struct stock_low_list low;
	struct mail_new m = {.kind = "low_stock",
	    .version = 1,
	    .lang = site_lang(t),
	    .merchant = true,
	    .now_s = t->now_s,
	    .use_s = DAY_S,
	    .ids_name = "ids"};

	if (!stock_low_take(db, t->a, STOCK_LOW, tx->after, &low, e))
		return false;
	tx->next = low.next;
	if (low.n == 0)
		return true;
	m.about = str_fmt(t->a, "%lld-%llu", (long long)t->now_s, (unsigned long long)low.v[0]);
	m.ids = low.v;
	m.n_ids = low.n < LOW_LISTED ? low.n : LOW_LISTED;
	return mail_put(db, t->a, &m, NULL, e);
}

bool
mail_time_low(struct mail_time *t, uint64_t *after, struct err *e)
{
	struct low_tx tx = {.t = t, .after = *after};

	if (!t->conf->mail_low_stock) {
		*after = 0;
		return true;
	}
	if (!db_tx(t->db, low_body, &tx, e))
		return false;
	*after = tx.next;
	return true;
}

static struct mail_time
mail_time_of(const struct job_context *j)
{
	return (struct mail_time){.db = j->db, .a = j->a, .conf = j->conf, .now_s = j->now_s};
}

bool
job_reminders(struct job_context *j, struct err *e)
{
	struct mail_time t = mail_time_of(j);

	return mail_time_letters(&t, e) && mail_time_summary(&t, e) && mail_time_remind(&t, &j->more, e);
}

bool
job_low_stock(struct job_context *j, struct err *e)
{
	static uint64_t after; /* the rest is looked at in the next run */
	uint64_t until_ns = clock_mono_ns() + RUN_NS;
	struct mail_time t = mail_time_of(j);

	do {
		if (!mail_time_low(&t, &after, e))
			return false;
	} while (after != 0 && clock_mono_ns() < until_ns);
	j->more = after != 0;
	return true;
}
