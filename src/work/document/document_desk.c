#include "work/document/document_desk.h"

#include "base/log.h"

#define SHOP_MEM_B ((size_t)64 << 20)

/* Templates and languages, for the settings in effect. */
static struct {
	struct arena a;
	const struct conf *conf; /* NULL: none */
	uint64_t merchant;
	struct document_shop shop;
} desk;

static bool
desk_open(const struct conf *conf, struct err *e)
{
	if (desk.conf == conf && desk.merchant == conf->merchant)
		return true;
	desk.conf = NULL;
	arena_fini(&desk.a);
	arena_init(&desk.a, SHOP_MEM_B);
	if (!document_shop_open(&desk.a, conf, &desk.shop, e))
		return false;
	desk.conf = conf;
	desk.merchant = conf->merchant;
	return true;
}

bool
documents_try(const struct document_desk *d, uint64_t order_id, bool *later, struct err *e)
{
	struct document_issued done;
	struct err failed = {0};
	bool maybe;

	*later = false;
	if (document_shop_off(d->conf) != NULL)
		return true;
	if (!document_maybe(d->db, d->a, order_id, &maybe, e))
		return false;
	if (!maybe
	    || (desk_open(d->conf, &failed)
		&& document_issue(d->db, d->a, &desk.shop, order_id, &done, &failed)))
		return true;
	log_put(LOG_WARN, "event=document_later order=%llu reason=\"%s\"", (unsigned long long)order_id, failed.msg);
	*later = true;
	return true;
}

bool
documents_put(struct db *db, struct arena *a, const struct outbox_item *event, struct err *e)
{
	struct outbox_row row = {.kind = STR("document"),
	    .subject = str_fmt(a, "order/%llu", (unsigned long long)event->order_id),
	    .payload = STR(""),
	    .version = event->version,
	    .now_s = event->created_at,
	    .order_id = event->order_id,
	    .cause = event->cause};

	return outbox_put(db, &row, e);
}

bool
documents_deliver(void *ctx, const struct outbox_item *item, struct outbox_result *r, struct err *e)
{
	const struct document_desk *d = ctx;
	const char *off = document_shop_off(d->conf);
	struct document_issued done;

	if (off != NULL) {
		r->end = OUTBOX_DROP;
		str_copy(r->why, sizeof(r->why), str_z(off));
		return true;
	}
	r->end = OUTBOX_DONE;
	return desk_open(d->conf, e) && document_issue(d->db, d->a, &desk.shop, item->order_id, &done, e);
}
