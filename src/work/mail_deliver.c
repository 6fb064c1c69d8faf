#include "work/mail_deliver.h"

#include "plat/mail/mail_address.h"
#include "plat/mail/mail_verp.h"
#include "store/mail/bounce_store.h"
#include "work/mail_kind.h"

static bool
deliver_end(struct outbox_result *r, enum outbox_end end, const char *why)
{
	r->end = end;
	str_copy(r->why, sizeof(r->why), str_z(why));
	return true;
}

/* A mail that cannot be written today cannot be written tomorrow; one whose order is gone is of no use. Other failures
 * are those of the database, and the mail is tried again. */
static bool
deliver_failed(struct outbox_result *r, struct err *e)
{
	if (e->kind != ERR_NOT_FOUND && e->kind != ERR_INPUT && e->kind != ERR_LIMIT)
		return false;
	(void)deliver_end(r, e->kind == ERR_NOT_FOUND ? OUTBOX_DROP : OUTBOX_NEVER, e->msg);
	err_clear(e);
	return true;
}

/* The address is suppressed if the server says that it does not exist. */
static bool
deliver_send(const struct mail_deliver *d, const struct mail_envelope *v, bool buyer, struct outbox_result *r,
    struct err *e)
{
	static const enum outbox_end ends[] = {[MAIL_SENT] = OUTBOX_DONE,
	    [MAIL_AGAIN] = OUTBOX_AGAIN,
	    [MAIL_NEVER] = OUTBOX_NEVER,
	    [MAIL_UNKNOWN] = OUTBOX_AGAIN, /* with the same Message-ID */
	    [MAIL_HALT] = OUTBOX_HALT};
	struct mail_result sent;

	mail_send(d->transport, v, &sent);
	(void)deliver_end(r, ends[sent.end], sent.why);
	if (!buyer || !sent.bad_address)
		return true;
	return bounce_refused(d->job.db, v->to, str_z(sent.why), e);
}

/* True for the mails to buyers: the shop's own address is never suppressed. */
static bool
deliver_to_buyer(struct str subject)
{
	struct str name;
	enum mail_kind kind;

	return str_cut(&subject, '/', &name) && mail_kind_find(name, &kind)
	    && mail_kind_info(kind)->reader == MAIL_BUYER;
}

static bool
deliver_needs_order(struct str subject)
{
	struct str name;
	enum mail_kind kind;

	return str_cut(&subject, '/', &name) && mail_kind_find(name, &kind)
	    && mail_kind_info(kind)->reader == MAIL_BUYER && mail_kind_has_order(kind);
}

/* *found: mails to the buyer's address came back. */
static bool
deliver_suppressed(const struct mail_deliver *d, struct str to, struct outbox_result *r, bool *found, struct err *e)
{
	struct suppressed s;

	if (!suppressed_find(d->job.db, d->job.a, to, &s, found, e))
		return false;
	if (*found)
		(void)deliver_end(r, OUTBOX_DROP,
		    str_fmt(d->job.a, "the address gets no mail: %.*s", STR_ARG(s.why)).p);
	return true;
}

bool
mail_deliver(void *ctx, const struct outbox_item *item, struct outbox_result *r, struct err *e)
{
	const struct mail_deliver *d = ctx;
	const struct mail_row row = {.subject = item->subject,
	    .payload = item->payload,
	    .version = item->version,
	    .created_at = item->created_at};
	struct mail_envelope v = {.to = STR_NONE};
	struct mail_message m;
	const struct conf *conf = d->job.shop->conf;
	bool buyer = deliver_to_buyer(item->subject), none = false;
	const char *unfit;

	if (item->order_id == 0 && deliver_needs_order(item->subject))
		return deliver_end(r, OUTBOX_AGAIN, "by a worker of the release before: events turns it into an event");
	if (d->job.shop->conf->site_sender.n == 0)
		return deliver_end(r, OUTBOX_HALT, "site.sender is empty: mails have no sender");
	if (!mail_render(&d->job, &row, &m, &unfit, e))
		return deliver_failed(r, e);
	if (unfit != NULL)
		return deliver_end(r, OUTBOX_DROP, unfit);
	if (!mail_address_get(d->job.a, m.from, &v.from, e) || !mail_address_get(d->job.a, m.to, &v.to, e)
	    || !mail_write(d->job.a, &m, &v.bytes, e))
		return deliver_failed(r, e);
	if (buyer && !deliver_suppressed(d, m.to, r, &none, e))
		return false;
	if (none)
		return true;
	if (conf->mail_bounce.n > 0)
		v.from = mail_verp(d->job.a, &d->job.shop->links, conf->mail_bounce, item->id, d->job.now_s);
	v.id = m.message_id;
	return deliver_send(d, &v, buyer, r, e);
}
