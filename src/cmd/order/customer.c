/* kontor customer: finds, exports and erases what the shop holds of a customer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/money.h"
#include "cmd/erasures.h"
#include "cmd/order/receipts_show.h"
#include "plat/text/clean.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"
#include "store/document/document_store.h"

#define DOCUMENTS_MAX 1000 /* of one order */
#define EXPORT_MAX_B ((size_t)256 << 20)

struct customer_run {
	struct cmd *c;
	struct db *db;
	struct str mail;
	struct customer_orders orders;
	const char *keep; /* --keep-invoices */
	bool json, yes, with_open, dry_run, again;
	int64_t now_s;
};

static const char *
order_words(const struct customer_order *o)
{
	return order_state_name(ORDER_MACHINE_ORDER, o->states.of[ORDER_MACHINE_ORDER]);
}

static struct str
order_total(const struct customer_run *x, const struct customer_order *o)
{
	struct money m = {.minor = o->total_minor};

	if (!currency_find(o->currency, &m.cur))
		return str_fmt(x->c->a, "%lld %.*s", (long long)o->total_minor, STR_ARG(o->currency));
	return str_fmt(x->c->a, "%s %s", money_plain(x->c->a, m).p, currency_code(m.cur));
}

static bool
customer_load(struct customer_run *x, const char *mail, struct err *e)
{
	x->mail = clean_mail(x->c->a, str_z(mail));
	if (!cmd_db(x->c, DB_TOOL, &x->db, e))
		return false;
	db_limits(x->db, 1000000, EXPORT_MAX_B);
	return customer_orders(x->db, x->c->a, x->mail, &x->orders, e)
	    && (x->orders.n > 0
		|| err_set(e, ERR_NOT_FOUND, "no order has the mail address %.*s", STR_ARG(x->mail)));
}

static bool
customer_find(struct customer_run *x, struct err *e)
{
	struct buf b;

	buf_init(&b, x->c->a, EXPORT_MAX_B);
	buf_z(&b, x->json ? "{\"orders\":[" : "");
	for (size_t i = 0; i < x->orders.n; i++) {
		const struct customer_order *o = &x->orders.v[i];

		if (x->json)
			buf_fmt(&b,
			    "%s{\"number\":\"%.*s\",\"placed_at\":%lld,\"state\":\"%s\",\"open\":%s,"
			    "\"total_minor\":%lld,\"currency\":\"%.*s\"}",
			    i == 0 ? "" : ",", STR_ARG(o->number), (long long)o->created_at, order_words(o),
			    o->open ? "true" : "false", (long long)o->total_minor, STR_ARG(o->currency));
		else
			buf_fmt(&b, "%-14.*s  %s  %-16s  %14.*s%s\n", STR_ARG(o->number),
			    cmd_utc(x->c->a, o->created_at), order_words(o), STR_ARG(order_total(x, o)),
			    o->open ? "  open" : "");
	}
	buf_z(&b, x->json ? "]}\n" : "");
	return buf_check(&b, e) && cmd_print(x->c, &b) == CMD_OK;
}

static const struct customer_order *
order_of_receipt(const struct customer_run *x, const struct receipt *r)
{
	for (size_t i = 0; i < x->orders.n; i++)
		if (x->orders.v[i].id == r->id && str_eq_z(x->orders.v[i].number, r->number))
			return &x->orders.v[i];
	return NULL;
}

static void
put_receipt_of(struct customer_run *x, const struct receipts_reader *reader, const struct receipt *r, struct buf *b)
{
	struct receipt_buyer buyer = {.name = STR_NONE};

	if (reader->has_key && !receipt_open_buyer(x->c->a, reader->key, r, &buyer))
		buyer = (struct receipt_buyer){.name = STR_NONE}; /* sealed to another key */
	buf_fmt(b, "{\"number\":\"%s\",\"at\":%lld,\"total_minor\":%lld,\"sealed\":%s,\"name\":", r->number,
	    (long long)r->at_s, (long long)r->total_minor, r->sealed_b > 0 ? "true" : "false");
	buf_json(b, buyer.name);
	buf_z(b, ",\"mail\":");
	buf_json(b, buyer.mail);
	buf_z(b, ",\"phone\":");
	buf_json(b, buyer.phone);
	buf_ch(b, '}');
}

/* The receipts of this host, and of those collected from others. */
static bool
put_receipts(struct customer_run *x, struct buf *b, struct err *e)
{
	static struct receipt_set set;
	struct receipts_reader reader;
	struct receipt r;
	size_t n = 0;
	bool damaged;
	bool ok = receipt_set_open(x->c->a, x->c->conf.receipts_file, false, &set, e);

	receipts_reader_init(&reader, x->c);
	for (size_t i = 0; ok && i < set.n_files; i++)
		for (uint64_t slot = 0; slot < set.file[i].slots; slot++) {
			if (!receipt_read(&set.file[i], slot, &r, &damaged) || order_of_receipt(x, &r) == NULL)
				continue;
			buf_z(b, n++ == 0 ? "" : ",");
			put_receipt_of(x, &reader, &r, b);
		}
	receipt_set_close(&set);
	return ok;
}

static bool
export_write(const char *path, struct str text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && file_write(fd, text) && fsync(fd) == 0;

	if (!ok)
		(void)err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
customer_write(struct customer_run *x, const char *path, struct err *e)
{
	const struct customer_export what = {.mail = x->mail, .now_s = x->now_s, .orders = &x->orders};
	struct buf b;

	buf_init(&b, x->c->a, EXPORT_MAX_B);
	if (!customer_export(x->db, x->c->a, &what, &b, e))
		return false;
	buf_z(&b, ",\"receipts\":[");
	if (!put_receipts(x, &b, e))
		return false;
	buf_z(&b, "]}\n");
	if (!buf_check(&b, e))
		return false;
	return path == NULL ? cmd_print(x->c, &b) == CMD_OK : export_write(path, buf_str(&b), e);
}

static bool
is_erased(const struct customer_erasures *all, const struct receipt *r)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].order_id == r->id && memcmp(all->v[i].key_hash, r->key_hash, sizeof(r->key_hash)) == 0)
			return true;
	return false;
}

static bool
forget_receipts(struct customer_run *x, const struct customer_erasures *all, unsigned *n, struct err *e)
{
	static struct receipt_set set;
	struct receipt r;
	bool damaged, done, ok = receipt_set_open(x->c->a, x->c->conf.receipts_file, true, &set, e);

	*n = 0;
	for (size_t i = 0; ok && i < set.n_files; i++)
		for (uint64_t slot = 0; ok && slot < set.file[i].slots; slot++) {
			if (!receipt_read(&set.file[i], slot, &r, &damaged) || r.sealed_b == 0 || !is_erased(all, &r))
				continue;
			ok = receipt_forget(&set.file[i], slot, &r, &done, e);
			*n += done;
		}
	receipt_set_close(&set);
	return ok;
}

static bool
erase_ask(const struct customer_run *x)
{
	char answer[16] = "";

	if (x->yes)
		return true;
	printf("%zu order%s of %.*s: what was erased cannot be restored.\nGo on? [y/N] ", x->orders.n,
	    PLURAL_S(x->orders.n), STR_ARG(x->mail));
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool
erase_may(const struct customer_run *x, struct err *e)
{
	for (size_t i = 0; i < x->orders.n; i++)
		if (x->orders.v[i].open && !x->with_open)
			return err_set(e, ERR_CONFLICT,
			    "order %.*s is not finished: finish or cancel it first, or add --with-open. Nothing was "
			    "erased",
			    STR_ARG(x->orders.v[i].number));
	return true;
}

/* Documents are never erased: they are as they were issued, with name and address. */
static bool
documents_kept(struct customer_run *x, const struct customer_erasures *done, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < done->n; i++) {
		struct document_ask ask = {
		    .order_id = done->v[i].order_id, .kind = -1, .to_s = INT64_MAX, .most = DOCUMENTS_MAX};
		struct document_list l;

		if (!document_list(x->db, x->c->a, &ask, &l, e))
			return false;
		kept += l.n;
	}
	if (kept > 0)
		printf("invoices and credit notes that the law wants kept as they were issued: %zu\n", kept);
	return true;
}

static bool
erase_end(struct customer_run *x, const struct customer_erasures *done, struct err *e)
{
	unsigned receipts;
	size_t kept = 0;

	for (size_t i = 0; i < done->n; i++)
		kept += done->v[i].keep_invoice;
	printf("erased: %zu order%s; name and address of the invoice kept: %zu\n", done->n, PLURAL_S(done->n), kept);
	if (!documents_kept(x, done, e) || !erasures_note(&x->c->conf, x->c->a, done, e)
	    || !forget_receipts(x, done, &receipts, e))
		return err_context(e, "the database is done; kontor customer erase --again repeats the rest");
	printf("receipts of this host that no longer name the buyer: %u\n", receipts);
	return true;
}

static bool
customer_end(struct customer_run *x, struct err *e)
{
	struct customer_rules rules = erasures_rules(&x->c->conf, x->now_s, str_z(cmd_actor(x->c)));
	struct customer_erasures done;

	rules.keep_invoices = x->keep == NULL || strcmp(x->keep, "yes") == 0;
	if (!erase_may(x, e))
		return false;
	if (x->dry_run) {
		printf("would be erased: %zu order%s of %.*s\n", x->orders.n, PLURAL_S(x->orders.n), STR_ARG(x->mail));
		return customer_find(x, e);
	}
	return (erase_ask(x) || err_set(e, ERR_INPUT, "cancelled: the answer was not y"))
	    && customer_erase(x->db, x->c->a, &x->orders, &rules, &done, e) && erase_end(x, &done, e);
}

/* On the other hosts, for their receipts; after a dump was loaded by hand; and once a year, for invoices that need not
 * be kept any longer. */
static bool
erase_again(struct customer_run *x, struct err *e)
{
	struct customer_rules rules;
	struct customer_erasures all;
	unsigned receipts;
	uint64_t n;

	if (!cmd_db(x->c, DB_TOOL, &x->db, e) || !erasures_known(&x->c->conf, x->db, x->c->a, &all, e))
		return false;
	rules = erasures_rules(&x->c->conf, x->now_s, str_z(cmd_actor(x->c)));
	if (!customer_erase_again(x->db, x->c->a, &all, &rules, &n, e) || !forget_receipts(x, &all, &receipts, e))
		return false;
	printf("recorded erasures: %zu order%s; erased again: %llu; receipts of this host: %u\n", all.n,
	    PLURAL_S(all.n), (unsigned long long)n, receipts);
	return true;
}

static bool
customer_verb(const struct customer_run *x, const char *verb, int argc)
{
	return x->c->argc == argc && strcmp(x->c->argv[1], verb) == 0;
}

int
cmd_customer(struct cmd *c)
{
	struct customer_run x = {.c = c, .now_s = clock_utc_s()};
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"yes", .flag = &x.yes},
	    {"with-open", .flag = &x.with_open}, {"dry-run", .flag = &x.dry_run}, {"again", .flag = &x.again},
	    {"keep-invoices", .text = &x.keep}};
	struct err e = {0};
	bool ok;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2
	    || (x.keep != NULL && strcmp(x.keep, "yes") != 0 && strcmp(x.keep, "no") != 0))
		return cmd_usage(c);
	if (!secret_init(&e))
		return cmd_fail(c, &e);
	if (customer_verb(&x, "find", 3))
		ok = customer_load(&x, c->argv[2], &e) && customer_find(&x, &e);
	else if (customer_verb(&x, "export", 3) || customer_verb(&x, "export", 4))
		ok = customer_load(&x, c->argv[2], &e) && customer_write(&x, c->argv[3], &e);
	else if (customer_verb(&x, "erase", 3) && !x.again)
		ok = customer_load(&x, c->argv[2], &e) && customer_end(&x, &e);
	else if (customer_verb(&x, "erase", 2) && x.again)
		ok = erase_again(&x, &e);
	else
		return cmd_usage(c);
	return ok ? CMD_OK : e.kind == ERR_NONE ? CMD_FAILED : cmd_fail(c, &e);
}
