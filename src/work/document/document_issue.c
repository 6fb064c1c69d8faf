#include "work/document/document_issue.h"

#include <time.h>

#include "store/order/order_cache.h"
#include "work/document/document_json.h"

/* Versions of cache deletes by documents: those by changes of the order are ids of events. */
#define CACHE_VERSION ((uint64_t)1 << 62)

struct issue {
	struct arena *a;
	const struct document_shop *shop;
	uint64_t order_id;

	bool due;
	struct str absent; /* the series that must be made first */
	const char *why;
	struct str number;
};

bool
document_shop_open(struct arena *a, const struct conf *conf, struct document_shop *shop, struct err *e)
{
	*shop = (struct document_shop){.dry_run = false};
	return paper_open(a, conf, &shop->paper, e)
	       && paper_version(&shop->paper, a, "document", &shop->template, e);
}

const char *
document_shop_off(const struct conf *conf)
{
	if (!conf->document_issue)
		return "document.issue is off";
	return conf->site_address.n == 0 ? "site.address is empty: a document must name the seller" : NULL;
}

/* "R-2026": by the year of the host's time zone. */
static bool
series_of(struct issue *x, enum document_kind kind, int64_t now_s, struct str *series, struct err *e)
{
	const struct conf *conf = x->shop->paper.conf;
	struct str first = kind == DOCUMENT_INVOICE ? conf->document_invoice_series : conf->document_credit_series;
	time_t t = (time_t)now_s;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return err_set(e, ERR_BUG, "the database's time is no date");
	*series = str_fmt(x->a, "%.*s-%d", STR_ARG(first), tm.tm_year + 1900);
	return true;
}

static bool
write_document(struct db *db, struct issue *x, const struct document_facts *f, const struct document *d,
    const struct document_place *place, struct err *e)
{
	struct document_head head = {.number = place->number,
	    .issued_at = f->now_s,
	    .lang = paper_lang(&x->shop->paper, x->a, f->look.o.lang)};
	struct document_new row = {.place = place,
	    .kind = d->kind,
	    .order_id = x->order_id,
	    .cause = d->cause,
	    .last_pos = d->last_pos,
	    .issued_at = f->now_s,
	    .total_minor = d->gross_minor,
	    .currency = str_z(currency_code(f->look.o.cur)),
	    .template = x->shop->template};

	x->number = place->number;
	return document_freeze(x->a, &x->shop->paper, f, d, &head, &row.json, e)
	       && document_page(x->a, &x->shop->paper, row.json, &row.page, e) && document_insert(db, &row, e);
}

static bool
issue_body(struct db *db, void *arg, struct err *e)
{
	struct issue *x = arg;
	struct document_facts f;
	struct document d;
	struct document_place place;
	struct str series;
	bool found;

	x->due = false;
	x->absent = STR_NONE;
	if (!document_facts_get(db, x->a, x->order_id, true, &f, e)
	    || !document_next(x->a, &f, &d, &x->due, &x->why, e))
		return false;
	if (!x->due)
		return true;
	if (!series_of(x, d.kind, f.now_s, &series, e)
	    || !outbox_stale(
		db, OUTBOX_order, order_cache_id(x->a, f.token_hash), CACHE_VERSION + d.cause, f.now_s, e)
	    || !document_take(db, x->a, series, &place, &found, e))
		return false;
	if (found)
		return write_document(db, x, &f, &d, &place, e);
	x->absent = series;
	return err_set(e, ERR_CONFLICT, "there is no series %.*s yet", STR_ARG(series));
}

/* The first document of a year makes its series, in a transaction of its own: two that insert the same row and roll
 * back would lock each other out. */
static bool
issue_next(struct db *db, struct issue *x, struct err *e)
{
	if (db_tx(db, issue_body, x, e))
		return true;
	if (x->absent.n == 0)
		return false;
	err_clear(e);
	return document_series_make(db, x->absent, e) && db_tx(db, issue_body, x, e);
}

bool
document_issue(struct db *db, struct arena *a, const struct document_shop *shop, uint64_t order_id,
    struct document_issued *done, struct err *e)
{
	struct issue x = {.a = a, .shop = shop, .order_id = order_id, .due = true};

	*done = (struct document_issued){.n = 0};
	if (shop->dry_run) {
		bool ok = db_begin(db, e) && issue_body(db, &x, e);

		db_rollback(db);
		if (!ok && x.absent.n > 0) {
			err_clear(e);
			ok = true;
			x.number = str_fmt(a, "%.*s-0001", STR_ARG(x.absent));
		}
		if (ok && x.due)
			done->number[done->n++] = x.number;
		done->why = x.why;
		return ok;
	}
	while (done->n < ARRAY_LEN(done->number)) {
		if (!issue_next(db, &x, e))
			return false;
		if (!x.due)
			break;
		done->number[done->n++] = x.number;
	}
	done->why = x.due ? NULL : x.why;
	return true;
}
