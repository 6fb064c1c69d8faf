/* kontor receipts: lists what was acknowledged, compares it with the database, gathers the files of other hosts, and
 * closes known losses. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/order/receipts_show.h"
#include "plat/host/tree.h"
#include "plat/text/secret.h"
#include "store/admin/copy_store.h"
#include "store/control_store.h"

#define OUTPUT_MAX_B ((size_t)256 << 20)
#define SET_MEM_B ((size_t)512 << 20)
#define JUMP_MAX 1000000 /* orders that a database may have lost */

struct receipts_run {
	struct cmd *c;
	struct arena a; /* of the set */
	struct receipt_set set;
	struct receipts_reader reader;
	struct db *db;
	struct buf out;
	bool json, all, raise, compared;
	bool older; /* found, and not mended */
};

static void
put_receipt(struct receipts_run *x, const struct receipt *r, const char *host, const char *state)
{
	struct arena_mark m = arena_mark(x->c->a);

	if (x->json) {
		buf_fmt(&x->out, "%s{\"number\":", x->out.n == 0 ? "" : ",");
		buf_json(&x->out, str_z(r->number));
		buf_fmt(&x->out, ",\"id\":%llu,\"state\":\"%s\",\"time\":%lld,\"total_minor\":%lld,\"currency\":\"%s\"",
		    (unsigned long long)r->id, state, (long long)r->at_s, (long long)r->total_minor, r->currency);
		buf_fmt(&x->out, ",\"identity\":\"%llu\",\"host\":", (unsigned long long)r->identity);
		buf_json(&x->out, str_z(host));
		buf_z(&x->out, ",\"buyer\":");
		buf_json(&x->out, receipts_buyer(&x->reader, r));
		buf_z(&x->out, "}\n");
	} else {
		struct str buyer = receipts_buyer(&x->reader, r);

		buf_fmt(&x->out, "%-12s  %-14s  %s  %12s  %s  %.*s\n", state, r->number,
		    receipts_time(&x->reader, r->at_s).p, receipts_total(&x->reader, r).p, host, STR_ARG(buyer));
	}
	arena_rewind(x->c->a, m);
}

static int
print_rows(struct receipts_run *x, const char *summary)
{
	struct err e = {0};

	if (!buf_check(&x->out, &e))
		return cmd_fail(x->c, &e);
	if (x->json && x->compared)
		printf("{\"receipts\":[%.*s],\"lost\":%zu,\"older\":%s}\n", STR_ARG(buf_str(&x->out)), x->set.n_lost,
		    x->older ? "true" : "false");
	else if (x->json)
		printf("{\"receipts\":[%.*s]}\n", STR_ARG(buf_str(&x->out)));
	else
		printf("%.*s%s\n", STR_ARG(buf_str(&x->out)), summary);
	return fflush(stdout) == 0 ? CMD_OK : CMD_FAILED;
}

static int
receipts_list(struct receipts_run *x)
{
	struct receipt r;
	bool damaged;

	for (size_t i = 0; i < x->set.n_files; i++) {
		const struct receipts *rs = &x->set.file[i];

		for (uint64_t slot = 0; slot < rs->slots; slot++)
			if (receipt_read(rs, slot, &r, &damaged))
				put_receipt(x, &r, receipts_host(rs),
				    r.accepted_s != 0       ? "accepted"
				    : r.acknowledged_s != 0 ? "acknowledged"
							    : "intent");
	}
	return print_rows(
	    x, str_fmt(x->c->a, "%zu acknowledged, %zu intents without a promise, %zu accepted as lost, %zu damaged",
		   x->set.n, x->set.n_intents, x->set.n_accepted, x->set.n_damaged)
		   .p);
}

static bool
compare_with_db(struct receipts_run *x, struct err *e)
{
	return cmd_db(x->c, DB_MIGRATE, &x->db, e) && receipt_set_compare(&x->set, x->db, x->c->a, e);
}

/* The numbers of orders, compared with those that were acknowledged. */
struct numbers {
	struct control ctl;
	uint64_t top, next; /* the highest acknowledged id; the next order's */
	bool older;	    /* the next order would get, or an order got, an id that was acknowledged before */
};

static bool
look_at_numbers(struct receipts_run *x, struct numbers *n, struct err *e)
{
	struct shop_control c;
	struct copy_state now;
	struct err none = {0};

	*n = (struct numbers){.ctl = {.slot = -1}, .top = x->set.top_id};
	if (!control_open_tool(&n->ctl, x->c->conf.paths_control_file.p, x->raise, &none))
		err_clear(&none); /* no worker has run on this host */
	if (control_order_top(&n->ctl) > n->top)
		n->top = control_order_top(&n->ctl);
	if (!shop_control_read(x->db, x->c->a, &c, e) || !copy_look(x->db, x->c->a, &now, e))
		return false;
	n->next = now.next_order_id;
	n->older = (c.paused & SHOP_OLDER) != 0 || control_older(&n->ctl, c.identity) || n->next <= n->top;
	return true;
}

/* The next order gets a number above all known ones, and nothing cached from the later time is used. */
static bool
raise_numbers(struct receipts_run *x, struct numbers *n, struct err *e)
{
	uint64_t identity;

	if (n->top > n->next && n->top - n->next > JUMP_MAX)
		return err_set(e, ERR_INPUT,
		    "a receipt names an order with the id %llu, but the next one is %llu: is one of the files another "
		    "shop's? Nothing was changed",
		    (unsigned long long)n->top, (unsigned long long)n->next);
	if ((n->next <= n->top && !copy_set_next_order(x->db, x->c->a, n->top + 1, e))
	    || !shop_control_close_loss(x->db, x->c->a, &identity, e))
		return false;
	control_set_identity(&n->ctl, identity);
	control_epoch_raise(&n->ctl);
	return true;
}

/* Says what was found, and raises the numbers if that was asked for. */
static bool
mend_numbers(struct receipts_run *x, const char **said, struct err *e)
{
	struct numbers n;
	bool ok = look_at_numbers(x, &n, e);

	*said = "";
	if (ok && n.older && x->raise && (ok = raise_numbers(x, &n, e)))
		*said = str_fmt(x->c->a,
		    "the next order gets the id %llu, above all that were acknowledged; orders are accepted again\n",
		    (unsigned long long)(n.next > n.top ? n.next : n.top + 1)).p;
	else if (ok && n.older)
		*said = str_fmt(x->c->a,
		    "the database is older than what was acknowledged: the highest id given is %llu, the next order "
		    "would get %llu. No order is accepted until a newer copy is restored, or `kontor receipts compare "
		    "--raise` sets the next id above all that were given\n",
		    (unsigned long long)n.top, (unsigned long long)n.next).p;
	x->older = ok && n.older && !x->raise;
	control_close(&n.ctl);
	return ok;
}

static int
receipts_compare(struct receipts_run *x)
{
	struct receipt r;
	struct err e = {0};
	const char *said;
	int status;

	if (!compare_with_db(x, &e) || !mend_numbers(x, &said, &e))
		return cmd_fail(x->c, &e);
	x->compared = true;
	for (size_t i = 0; i < x->set.n; i++)
		if (!x->set.entry[i].there && receipt_set_get(&x->set, &x->set.entry[i], &r))
			put_receipt(x, &r, receipts_host(&x->set.file[x->set.entry[i].file]), "LOST");
	status = print_rows(x,
	    str_fmt(x->c->a,
		"%s%zu of %zu acknowledged orders are not in the database%s; %zu losses accepted, %zu receipts damaged",
		said, x->set.n_lost, x->set.n,
		x->set.n_lost == 0 ? "" : ": call the buyers, then close them with kontor receipts accept NUMBER",
		x->set.n_accepted, x->set.n_damaged)
		.p);
	return status == CMD_OK && (x->set.n_lost > 0 || x->older) ? CMD_FAILED : status;
}

static bool
is_named(const struct receipts_run *x, const struct receipt *r)
{
	for (int i = 1; i < x->c->argc; i++)
		if (strcmp(x->c->argv[i], r->number) == 0)
			return true;
	return x->all;
}

/* Accepts only losses: of an order that is there, the receipt stays. */
static int
receipts_accept(struct receipts_run *x)
{
	struct receipt r;
	struct err e = {0};
	int n = 0;

	if (x->all == (x->c->argc > 1))
		return cmd_usage(x->c);
	if (!compare_with_db(x, &e))
		return cmd_fail(x->c, &e);
	for (size_t i = 0; i < x->set.n; i++) {
		const struct receipt_entry *entry = &x->set.entry[i];

		if (entry->there || !receipt_set_get(&x->set, entry, &r) || !is_named(x, &r))
			continue;
		if (!receipt_accept(&x->set.file[entry->file], entry->slot, &r, clock_utc_s(), &e))
			return cmd_fail(x->c, &e);
		n++;
	}
	printf("%d lost order%s accepted\n", n, PLURAL_S(n));
	return x->all || n >= x->c->argc - 1 ? CMD_OK : CMD_FAILED;
}

/* Losses accepted in an earlier copy stay accepted. */
static bool
keep_accepted(const char *from, const char *to, struct err *e)
{
	struct receipts was, fresh;
	struct receipt r, now;
	struct err none = {0};
	bool ok = true, damaged;

	if (!receipts_open_tool(&was, from, false, &none))
		return true;
	if (!receipts_open_tool(&fresh, to, true, e)) {
		receipts_close(&was);
		return false;
	}
	for (uint64_t i = 0; i < was.slots && ok; i++)
		if (receipt_read(&was, i, &r, &damaged) && r.accepted_s != 0 && receipt_read(&fresh, i, &now, &damaged)
		    && now.seq == r.seq && now.accepted_s == 0)
			ok = receipt_accept(&fresh, i, &now, r.accepted_s, e);
	receipts_close(&was);
	receipts_close(&fresh);
	return ok;
}

/* Follows no link, since the folder belongs to the workers' user. */
static bool
share_with_group(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = fd >= 0 && fchmod(fd, 0660) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
collect_one(struct receipts_run *x, const char *from, struct err *e)
{
	const char *own = x->c->conf.receipts_file.p, *to, *part;
	struct receipts rs;
	uint64_t size_b;
	bool ok;

	if (!receipts_open_tool(&rs, from, false, e))
		return false;
	for (size_t i = 0; i < x->set.n_files; i++)
		if (memcmp(receipts_id(&rs), receipts_id(&x->set.file[i]), RECEIPT_ID_B) == 0
		    && strcmp(x->set.file[i].file.name, own) == 0) {
			receipts_close(&rs);
			return err_set(e, ERR_INPUT, "%s is this host's own file", from);
		}
	to = str_fmt(x->c->a, "%s" RECEIPT_COLLECTED "%s-%s", own,
	    strchr(receipts_host(&rs), '/') != NULL ? "host" : receipts_host(&rs),
	    secret_hex(x->c->a, receipts_id(&rs), RECEIPT_ID_B).p)
	         .p;
	receipts_close(&rs);
	part = str_fmt(x->c->a, "%s/.receipts.part", str_fmt(x->c->a, "%.*s", (int)(strrchr(own, '/') - own), own).p).p;
	(void)unlink(part);
	ok = tree_copy(from, part, &size_b, e) && keep_accepted(to, part, e) && share_with_group(part)
	     && rename(part, to) == 0;
	if (!ok)
		return err_set(e, ERR_UPSTREAM, "%s: %s", to, strerror(errno));
	tree_own_as(to, str_fmt(x->c->a, "%.*s", (int)(strrchr(own, '/') - own), own).p);
	printf("%s\n", to);
	return true;
}

static int
receipts_collect(struct receipts_run *x)
{
	struct err e = {0};

	if (x->c->argc < 2)
		return cmd_usage(x->c);
	for (int i = 1; i < x->c->argc; i++)
		if (!collect_one(x, x->c->argv[i], &e))
			return cmd_fail(x->c, &e);
	return CMD_OK;
}

static int
receipts_keys(struct receipts_run *x)
{
	const struct conf *conf = &x->c->conf;
	struct err e = {0};

	if (!receipt_keys_make(conf->receipts_public_key_file.p, conf->receipts_private_key_file.p, &e))
		return cmd_fail(x->c, &e);
	return CMD_OK;
}

static const struct {
	const char *name;
	int (*run)(struct receipts_run *);
	bool write, takes, raises;
} verbs[] = {
    {"list", receipts_list, false, false, false},
    {"compare", receipts_compare, false, false, true},
    {"collect", receipts_collect, false, true, false},
    {"accept", receipts_accept, true, true, false},
    {"keys", receipts_keys, false, false, false},
};

int
cmd_receipts(struct cmd *c)
{
	struct receipts_run x = {.c = c};
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"all", .flag = &x.all},
	    {"raise", .flag = &x.raise}};
	struct err e = {0};
	int status = CMD_USAGE;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return cmd_usage(c);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(c->argv[1], verbs[i].name) != 0)
			continue;
		if ((!verbs[i].takes && (c->argc > 2 || x.all)) || (x.raise && !verbs[i].raises))
			break;
		c->argv[1] = c->argv[0];
		c->argv++;
		c->argc--;
		arena_init(&x.a, SET_MEM_B);
		buf_init(&x.out, &x.a, OUTPUT_MAX_B);
		if (cmd_conf(c, &e) && secret_init(&e)
		    && receipt_set_open(&x.a, c->conf.receipts_file, verbs[i].write, &x.set, &e)) {
			receipts_reader_init(&x.reader, c);
			status = verbs[i].run(&x);
		} else {
			status = cmd_fail(c, &e);
		}
		receipt_set_close(&x.set);
		arena_fini(&x.a);
		return status;
	}
	return cmd_usage(c);
}
