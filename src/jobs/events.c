#include "jobs/events.h"

#include <stdio.h>

#include "base/clock.h"
#include "jobs/job.h"
#include "plat/text/json.h"
#include "shop/shipping.h"
#include "store/hook_store.h"
#include "store/mail/bounce_store.h"
#include "store/mail/mail_store.h"
#include "store/sql.h"
#include "store/withdrawal/withdrawal_store.h"
#include "work/document/document_desk.h"
#include "work/download/download_provide.h"
#include "work/mail_kind.h"

#define RUN_NS (2 * CLOCK_S)
#define LOOKUP_USE_S 86400
#define LOOKUPS_AN_HOUR 3 /* mails to one address; more look-ups get the same answer and no mail */

/* The mails of a topic; NULL: none. */
static const struct {
	const char *buyer, *merchant;
} mails[ORDER_TOPIC__MAX] = {
    [ORDER_TOPIC_PLACED] = {"order_placed", "new_order"},
    [ORDER_TOPIC_PAID] = {"payment_received", NULL},
    [ORDER_TOPIC_PART_PAID] = {"payment_received", NULL},
    [ORDER_TOPIC_OVERPAID] = {"payment_received", NULL},
    [ORDER_TOPIC_EXPIRED] = {"cancelled", NULL},
    [ORDER_TOPIC_CANCELLED] = {"cancelled", NULL},
    [ORDER_TOPIC_PART_CANCELLED] = {"cancelled", NULL},
    [ORDER_TOPIC_SHIPPED] = {"shipped", NULL},
    [ORDER_TOPIC_REFUNDED] = {"refunded", NULL},
    [ORDER_TOPIC_RETURN_ASKED] = {"return_received", NULL},
    [ORDER_TOPIC_RETURN_RECEIVED] = {"return_received", NULL},
    [ORDER_TOPIC_WITHDRAWAL_DECLARED] = {"withdrawal_received", NULL},
};

struct fan_out {
	struct event_run *run;
	const struct outbox_item *item;
	struct outbox_result *result;
	enum order_topic topic;
	uint64_t ref_id;
	struct mail_order order;
	bool acknowledged;
	bool document_later;
};

static bool
read_payload(struct fan_out *f, struct str payload)
{
	const struct json *root = json_parse(payload);
	struct str name;
	int64_t id;
	bool ok = json_text(json_member(root, "event"), f->run->a, &name) && order_topic_find(name, &f->topic);

	f->ref_id = json_int(json_member(root, "id"), &id) && id > 0 ? (uint64_t)id : 0;
	json_free(root);
	return ok;
}

/* Goods leave in one of three ways, and the buyer is told something else of each. */
static const char *
kind_for_buyer(const struct fan_out *f)
{
	enum shipping s;

	if (f->topic != ORDER_TOPIC_SHIPPED || !shipping_find(f->order.shipping, &s))
		return mails[f->topic].buyer;
	switch (shipping_kind(s)) {
	case FULFILMENT_COLLECTED: return "ready_to_collect";
	case FULFILMENT_DOWNLOADED: return "download";
	default: return mails[f->topic].buyer;
	}
}

static bool
put_mail(struct db *db, const struct fan_out *f, const char *kind, bool merchant, struct err *e)
{
	const struct conf *conf = f->run->conf;
	struct mail_new m = {.kind = kind,
	    .version = f->item->version,
	    .lang = merchant ? conf->site_languages.v[0] : f->order.lang,
	    .merchant = merchant,
	    .order_id = f->item->order_id,
	    .ref_id = f->ref_id,
	    .cause = f->item->cause,
	    .now_s = f->item->created_at};
	enum mail_kind known;

	if (!mail_kind_find(str_z(kind), &known))
		return err_set(e, ERR_BUG, "there is no mail %s", kind);
	m.use_s = mail_kind_info(known)->use_s;

	m.about = f->ref_id == 0
	              ? str_fmt(f->run->a, "%llu", (unsigned long long)m.order_id)
	              : str_fmt(f->run->a, "%llu/%llu", (unsigned long long)m.order_id, (unsigned long long)m.ref_id);
	return mail_put(db, f->run->a, &m, NULL, e);
}

/* A withdrawal that the page of withdrawals received was acknowledged then. */
static bool
acknowledged(struct db *db, struct fan_out *f, struct err *e)
{
	f->acknowledged = false;
	return f->topic != ORDER_TOPIC_WITHDRAWAL_DECLARED
	       || withdrawal_acknowledged(db, f->run->a, f->item->order_id, f->ref_id, &f->acknowledged, e);
}

static bool
fan_out_body(struct db *db, void *arg, struct err *e)
{
	struct fan_out *f = arg;
	const struct conf *conf = f->run->conf;
	const char *buyer = f->order.address.n > 0 ? kind_for_buyer(f) : NULL, *merchant = mails[f->topic].merchant;
	bool confirmed = f->topic == ORDER_TOPIC_PLACED || f->topic == ORDER_TOPIC_ADDRESS_CHANGED, kept;

	/* The buyer has just given the address: a bounce of before is over. */
	if (confirmed && !suppressed_confirmed(db, f->order.address, f->item->created_at, e))
		return false;
	if (!acknowledged(db, f, e))
		return false;
	if ((buyer != NULL && !f->acknowledged && !put_mail(db, f, buyer, false, e))
	    || (merchant != NULL && conf->mail_new_order && !put_mail(db, f, merchant, true, e))
	    || (f->document_later && !documents_put(db, f->run->a, f->item, e))
	    || !hook_fan_out(db, f->run->a, f->item, order_topic_name(f->topic), e)
	    || !outbox_finish(db, f->item, f->result, &kept, e))
		return false;
	return kept || err_set(e, ERR_CONFLICT, "the lease ended: another process has the event");
}

/* Before the mails: what they tell of is there. */
static bool
provide(const struct fan_out *f, struct err *e)
{
	struct download_paid p = {.order_id = f->item->order_id, .event_id = f->item->id, .now_s = f->item->created_at};
	enum shipping s;

	p.is_free = f->topic == ORDER_TOPIC_PLACED && f->order.payment_state == ORDER_PAYMENT_PAID;
	p.all_digital = shipping_find(f->order.shipping, &s) && shipping_kind(s) == FULFILMENT_DOWNLOADED;
	if (!p.is_free && f->topic != ORDER_TOPIC_PAID && f->topic != ORDER_TOPIC_OVERPAID)
		return true;
	return download_provide(f->run->db, f->run->a, f->run->conf, &p, e);
}

bool
event_deliver(void *ctx, const struct outbox_item *item, struct outbox_result *r, struct err *e)
{
	struct fan_out f = {.run = ctx, .item = item, .result = r};
	struct document_desk desk = {.db = f.run->db, .a = f.run->a, .conf = f.run->conf};
	bool found;

	if (!read_payload(&f, item->payload)) {
		r->end = OUTBOX_NEVER;
		snprintf(r->why, sizeof(r->why), "no event of this release");
		return true;
	}
	if (!mail_find_order(f.run->db, f.run->a, item->order_id, &f.order, &found, e))
		return false;
	if (!found) {
		r->end = OUTBOX_DROP;
		snprintf(r->why, sizeof(r->why), "the order does not exist");
		return true;
	}
	if (!provide(&f, e)
	    || (f.topic != ORDER_TOPIC_PLACED && !documents_try(&desk, item->order_id, &f.document_later, e)))
		return false;
	r->end = OUTBOX_DONE;
	r->ended = db_tx(f.run->db, fan_out_body, &f, e);
	return r->ended;
}

/* ---- look-ups ---- */

struct lookup {
	struct event_run *run;
	const struct outbox_item *item;
	struct withdrawal_claim claim;
	struct str lang;
};

/* The row has served its purpose: it names an address, and is not kept. */
static bool
lookup_body(struct db *db, void *arg, struct err *e)
{
	struct lookup *x = arg;
	struct mail_new m = {.kind = "order_link", .version = x->item->id, .lang = x->lang, .use_s = LOOKUP_USE_S};
	int64_t n = 0;

	m.now_s = x->item->created_at;
	if (!withdrawal_find_order(db, x->run->a, &x->claim, &m.order_id, e)
	    || (m.order_id != 0 && !mail_links_sent(db, x->run->a, m.order_id, &n, e)))
		return false;
	m.about = str_fmt(x->run->a, "%llu", (unsigned long long)m.order_id);
	return (m.order_id == 0 || n >= LOOKUPS_AN_HOUR || mail_put(db, x->run->a, &m, NULL, e))
	       && db_run_u64(db, SQL_OUTBOX_DELETE, x->item->id, e);
}

static bool
lookup_deliver(void *ctx, const struct outbox_item *item, struct outbox_result *r, struct err *e)
{
	struct lookup x = {.run = ctx, .item = item};
	const struct json *root = json_parse(item->payload);
	bool ok = json_text(json_member(root, "number"), x.run->a, &x.claim.number)
	          && json_text(json_member(root, "email"), x.run->a, &x.claim.email)
	          && json_text(json_member(root, "lang"), x.run->a, &x.lang);

	json_free(root);
	x.claim.prefix = x.run->conf->order_number_prefix;
	if (!ok) {
		r->end = OUTBOX_NEVER;
		snprintf(r->why, sizeof(r->why), "no look-up of this release");
		return true;
	}
	r->end = OUTBOX_DONE;
	r->ended = db_tx(x.run->db, lookup_body, &x, e);
	return r->ended;
}

bool
job_lookups(struct job_context *j, struct err *e)
{
	struct event_run events = {.db = j->db, .a = j->a, .conf = j->conf};
	struct outbox_run run = {.db = j->db,
	    .a = j->a,
	    .kind = "lookup",
	    .deliver = lookup_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + RUN_NS};

	return outbox_run(&run, &j->more, e);
}

bool
job_events(struct job_context *j, struct err *e)
{
	struct event_run events = {.db = j->db, .a = j->a, .conf = j->conf};
	struct outbox_run run = {.db = j->db,
	    .a = j->a,
	    .kind = "event",
	    .deliver = event_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + RUN_NS};
	uint64_t adopted;

	return mail_adopt(j->db, &adopted, e) && outbox_run(&run, &j->more, e);
}

bool
job_documents(struct job_context *j, struct err *e)
{
	struct document_desk desk = {.db = j->db, .a = j->a, .conf = j->conf};
	struct outbox_run run = {.db = j->db,
	    .a = j->a,
	    .kind = "document",
	    .deliver = documents_deliver,
	    .ctx = &desk,
	    .lease_s = DOCUMENT_LEASE_S,
	    .until_ns = clock_mono_ns() + RUN_NS};

	return outbox_run(&run, &j->more, e);
}
