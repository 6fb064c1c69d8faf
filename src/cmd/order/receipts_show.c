#include "cmd/order/receipts_show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/money.h"
#include "plat/text/secret.h"

static const struct verify_check receipts_check = {
    .name = "receipts", .promise = "every order that was acknowledged to a buyer is in the database"};

/* systemd sets JOURNAL_STREAM to the device and inode of its socket. */
static bool
writes_to_journal(struct arena *a)
{
	const char *journal = getenv("JOURNAL_STREAM");
	struct stat st;

	return journal != NULL && fstat(STDOUT_FILENO, &st) == 0
	       && str_eq_z(
		   str_fmt(a, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino), journal);
}

void
receipts_reader_init(struct receipts_reader *x, const struct cmd *c)
{
	struct err e = {0};

	*x = (struct receipts_reader){.a = c->a};
	if (writes_to_journal(c->a)) {
		x->why = "`kontor receipts compare` names the buyer";
		return;
	}
	x->has_key = secret_init(&e) && receipt_private_load(c->conf.receipts_private_key_file.p, x->key, &e);
	if (!x->has_key)
		x->why = str_fmt(c->a, "the buyer is sealed: %s", e.msg).p;
}

struct str
receipts_time(const struct receipts_reader *x, int64_t utc_s)
{
	return str_z(cmd_utc(x->a, utc_s));
}

struct str
receipts_total(const struct receipts_reader *x, const struct receipt *r)
{
	struct money m = {.minor = r->total_minor};

	if (!currency_find(str_z(r->currency), &m.cur))
		return str_fmt(x->a, "%lld %s", (long long)r->total_minor, r->currency);
	return str_fmt(x->a, "%s %s", money_plain(x->a, m).p, r->currency);
}

struct str
receipts_buyer(const struct receipts_reader *x, const struct receipt *r)
{
	struct receipt_buyer b;

	if (r->sealed_b == 0)
		return STR("the buyer is not named: the public key was missing");
	if (!x->has_key)
		return str_z(x->why);
	if (!receipt_open_buyer(x->a, x->key, r, &b))
		return STR("the buyer is sealed to another key");
	return str_fmt(
	    x->a, "%.*s, %.*s%s%.*s", STR_ARG(b.name), STR_ARG(b.mail), b.phone.n > 0 ? ", " : "", STR_ARG(b.phone));
}

void
receipts_result(const struct receipts_reader *x, const struct receipt_set *set, struct verify_result *result)
{
	struct verify_breach *breach = ARENA_ARRAY(x->a, struct verify_breach, VERIFY_NAMED_MAX);
	struct receipt r;

	*result = (struct verify_result){.check = &receipts_check, .breach = breach};
	for (size_t i = 0; i < set->n; i++) {
		if (set->entry[i].there || !receipt_set_get(set, &set->entry[i], &r))
			continue;
		if (result->n == VERIFY_NAMED_MAX) {
			result->more = true;
			break;
		}
		breach[result->n++] = (struct verify_breach){str_fmt(x->a, "order %s", r.number),
		    str_fmt(x->a, "acknowledged at %s, total %s, but not in the database; %s",
			receipts_time(x, r.acknowledged_s).p, receipts_total(x, &r).p,
			str_fmt(x->a, "%.*s", STR_ARG(receipts_buyer(x, &r))).p)};
	}
}
