#include "work/mail_deliver.h"

#include "plat/mail/mail_address.h"

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

static void
deliver_send(const struct mail_deliver *d, const struct mail_envelope *v, struct outbox_result *r)
{
	static const enum outbox_end ends[] = {[MAIL_SENT] = OUTBOX_DONE,
	    [MAIL_AGAIN] = OUTBOX_AGAIN,
	    [MAIL_NEVER] = OUTBOX_NEVER,
	    [MAIL_UNKNOWN] = OUTBOX_AGAIN, /* with the same Message-ID */
	    [MAIL_HALT] = OUTBOX_HALT};
	struct mail_result sent;

	mail_send(d->transport, v, &sent);
	(void)deliver_end(r, ends[sent.end], sent.why);
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
	const char *unfit;

	if (d->job.shop->conf->site_sender.n == 0)
		return deliver_end(r, OUTBOX_HALT, "site.sender is empty: mails have no sender");
	if (!mail_render(&d->job, &row, &m, &unfit, e))
		return deliver_failed(r, e);
	if (unfit != NULL)
		return deliver_end(r, OUTBOX_DROP, unfit);
	if (!mail_address_get(d->job.a, m.from, &v.from, e) || !mail_address_get(d->job.a, m.to, &v.to, e)
	    || !mail_write(d->job.a, &m, &v.bytes, e))
		return deliver_failed(r, e);
	v.id = m.message_id;
	deliver_send(d, &v, r);
	return true;
}
