#include "work/mail_office.h"

#include <time.h>

#include "base/num.h"
#include "plat/text/json.h"
#include "store/office_mail.h"
#include "store/order/stock_store.h"
#include "store/withdrawal/withdrawal_store.h"

#define GOODS_MAX 100

void
mail_put_typed(struct view *to, uint16_t name, struct str text)
{
	struct view *list = view_sublist(to, name);
	struct str line;

	while (text.n > 0 && str_cut(&text, '\n', &line))
		view_push(list, view_node_str(to->a, str_trim(line)));
}

static bool
put_article(const struct mail_job *job, const struct mail_facts *f, struct view *list, uint64_t id, struct err *e)
{
	struct stock_looks found;
	struct view *v;

	if (!stock_by_id(job->db, job->a, id, f->lang->tag, &found, e))
		return false;
	if (found.n == 0)
		return true; /* deleted meanwhile */
	v = view_add(list);
	view_str(v, N_name, found.v[0].title);
	view_str(v, N_text, found.v[0].options);
	view_str(v, N_sku, found.v[0].sku);
	view_int(v, N_left, found.v[0].stock.on_hand);
	view_bool(v, N_sold_out, found.v[0].stock.on_hand <= 0);
	return true;
}

static bool
put_goods(const struct mail_job *job, struct mail_facts *f, struct view *page, struct err *e)
{
	const struct json *payload = json_parse(f->payload), *ids = json_member(payload, "ids"), *one;
	struct view *list = view_sublist(page, N_goods);
	int64_t id;
	bool ok = true;

	for (size_t i = 0; ok && i < GOODS_MAX && (one = json_at(ids, i)) != NULL; i++)
		if (json_int(one, &id) && id > 0)
			ok = put_article(job, f, list, (uint64_t)id, e);
	json_free(payload);
	view_int(page, N_count, (int64_t)list->n);
	if (list->n == 0)
		f->unfit = "the goods are gone";
	return ok;
}

static bool
put_letter(const struct mail_job *job, struct mail_facts *f, struct view *page, struct err *e)
{
	struct office_letter x;
	struct view *v;
	uint64_t id;

	if (!num_u64(f->about, 1, INT64_MAX, &id))
		return err_set(e, ERR_INPUT, "'%.*s' is no row of the outbox", STR_ARG(f->about));
	if (!office_letter_get(job->db, job->a, id, &x, e))
		return false;
	v = view_sub(page, N_letter);
	view_int(v, N_id, (int64_t)id);
	view_str(v, N_name, str_fmt(job->a, "%.*s %.*s", STR_ARG(x.kind), STR_ARG(x.subject)));
	view_str(v, N_number, x.number);
	view_date(v, N_when, x.created_at);
	view_int(v, N_count, x.attempts);
	view_str(v, N_reason, x.why);
	return true;
}

/* The days of the merchant begin and end by the clock of the host. */
static bool
day_bounds(const char *day, int64_t *from_s, int64_t *until_s)
{
	struct tm tm = {.tm_isdst = -1};
	const char *end = strptime(day, "%Y-%m-%d", &tm);

	if (end == NULL || *end != '\0')
		return false;
	*from_s = mktime(&tm);
	tm.tm_mday++;
	tm.tm_isdst = -1;
	*until_s = mktime(&tm);
	return *from_s != -1 && *until_s != -1;
}

static bool
put_day(const struct mail_job *job, struct mail_facts *f, struct view *page, struct err *e)
{
	currency cur = job->shop->rules.cur;
	struct office_day day;
	int64_t from_s, until_s, withdrawals, since_s;
	struct view *v;

	if (!day_bounds(str_zdup(job->a, f->about), &from_s, &until_s))
		return err_set(e, ERR_INPUT, "'%.*s' is no day", STR_ARG(f->about));
	if (!office_day_get(job->db, job->a, from_s, until_s, &day, e)
	    || !withdrawal_waiting(job->db, job->a, &withdrawals, &since_s, e))
		return false;
	v = view_sub(page, N_report);
	view_date(v, N_when, from_s);
	view_int(v, N_count, day.orders);
	view_money(v, N_total, (struct money){day.total_minor, cur});
	view_money(v, N_paid, (struct money){day.paid_minor, cur});
	view_money(v, N_refunded, (struct money){day.refunded_minor, cur});
	view_int(v, N_sent, day.parcels);
	view_int(v, N_awaiting_payment, day.unpaid);
	view_int(v, N_in_work, day.to_pack);
	view_int(v, N_letters, day.dead);
	view_int(v, N_withdrawals, withdrawals);
	return true;
}

/* Orders are not read for the buyer's mail, which must not wait for them. */
static bool
put_withdrawal(const struct mail_job *job, struct mail_facts *f, struct view *page, struct err *e)
{
	struct withdrawal_row w;
	struct view *v;
	uint64_t id;

	if (!num_u64(f->about, 1, INT64_MAX, &id))
		return err_set(e, ERR_INPUT, "'%.*s' is no withdrawal", STR_ARG(f->about));
	if (!withdrawal_get(job->db, job->a, id, &w, e))
		return false;
	if (f->lang == NULL)
		f->lang = &job->shop->langs.lang[0]; /* the shop has given up the language */
	if (w.declared.email.n == 0)
		f->unfit = "the declaration was erased";
	f->to = w.declared.email;
	f->to_name = w.declared.name;
	f->salt = w.hash;
	v = view_sub(page, N_declaration);
	view_int(v, N_id, (int64_t)w.id);
	view_date(v, N_when, w.declared.at);
	view_str(v, N_name, w.declared.name);
	view_str(v, N_email, w.declared.email);
	view_str(v, N_contract, w.declared.contract);
	mail_put_typed(v, N_goods, w.declared.goods);
	if (mail_kind_info(f->kind)->reader != MAIL_MERCHANT || w.order_id == 0)
		return true;
	if (!withdrawal_number(job->db, job->a, &w, e))
		return false;
	view_str(v, N_number, w.number);
	view_bool(v, N_matched, w.state == WITHDRAWAL_MATCHED);
	return true;
}

bool
mail_office_put(const struct mail_job *job, struct mail_facts *f, struct view *page, struct err *e)
{
	switch (mail_kind_info(f->kind)->facts) {
	case MAIL_ABOUT_GOODS: return put_goods(job, f, page, e);
	case MAIL_ABOUT_LETTER: return put_letter(job, f, page, e);
	case MAIL_ABOUT_WITHDRAWAL: return put_withdrawal(job, f, page, e);
	case MAIL_ABOUT_DAY: return put_day(job, f, page, e);
	default: return err_set(e, ERR_BUG, "a mail of an unknown kind");
	}
}
