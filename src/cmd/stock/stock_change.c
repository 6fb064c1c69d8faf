/* Changes stock: set, adjust, count. */
#include "cmd/stock/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "plat/text/csv.h"
#include "plat/text/secret.h"
#include "store/catalogue/catalogue_cache.h"

#define COUNT_ROWS_MAX 200000
#define CLOCK_APART_S 60

struct change {
	struct cmd *c;
	struct db *db;
	struct cache *cache;
	bool json, dry_run;
	const char *ref, *reason;
	struct stock_booking b; /* the same for all variants: how, reason, counted_at */
	struct json_out w;
	size_t n, changed, refused;
};

static bool
change_open(struct change *x, struct err *e)
{
	if (!secret_init(e) || !cmd_db(x->c, DB_TOOL, &x->db, e) || !cmd_cache(x->c, &x->cache, e))
		return false;
	x->b.actor = cmd_actor(x->c);
	x->b.ref = str_z(x->ref == NULL ? "" : x->ref);
	x->b.dry_run = x->dry_run;
	if (!utf8_valid(x->b.ref) || utf8_len(x->b.ref) > STOCK_REF_MAX)
		return err_set(e, ERR_INPUT, "--ref has %d characters at most", STOCK_REF_MAX);
	json_init(&x->w, x->c->a, STOCK_OUTPUT_MAX_B, '{');
	json_add_bool(&x->w, "dry_run", x->dry_run);
	json_key(&x->w, "changes");
	json_begin(&x->w, '[');
	return true;
}

static void
change_put(struct change *x, const struct stock_look *l, const struct stock_booked *done)
{
	int64_t by = done->after - done->before;

	x->n++;
	x->changed += by != 0;
	if (x->json) {
		json_begin(&x->w, '{');
		json_add_i64(&x->w, "variant", (int64_t)l->variant_id);
		json_add_str(&x->w, "sku", l->sku);
		json_add_str(&x->w, "reason", str_z(stock_reason_name(x->b.reason)));
		json_add_i64(&x->w, "before", done->before);
		json_add_i64(&x->w, "after", done->after);
		json_end(&x->w, '}');
	} else if (by != 0 || x->b.how != STOCK_COUNT) {
		printf("%-24.*s %8lld -> %8lld  %+8lld  %.*s%s%.*s\n",
		    STR_ARG(stock_word(x->c->a, l->sku, l->variant_id)), (long long)done->before,
		    (long long)done->after, (long long)by, STR_ARG(l->title), l->options.n > 0 ? ", " : "",
		    STR_ARG(l->options));
	}
}

/* The change is committed. Deletes that fail here are repeated by kontor-jobs from the outbox. */
static void
change_forget(struct change *x, uint64_t product_id)
{
	struct outbox_forget forget = {.db = x->db, .cache = x->cache, .a = x->c->a, .conf = &x->c->conf};
	struct catalogue_stale stale = {.v = &product_id, .n = 1};
	struct err e = {0};

	if (!catalogue_forget(&forget, &stale, &e))
		fprintf(stderr, "kontor %s: warning: pages show the old stock until kontor-jobs runs: %s\n",
		    x->c->argv[0], e.msg);
}

static bool
change_one(struct change *x, struct str word, int64_t n, struct err *e)
{
	uint8_t key[STOCK_KEY_B];
	struct stock_booked done;
	struct stock_look l;

	if (!stock_named(x->c, x->db, word, &l, e))
		return false;
	secret_random(key, sizeof(key));
	x->b.variant_id = l.variant_id;
	x->b.product_id = l.product_id;
	x->b.key = str_n(key, sizeof(key));
	x->b.n = n;
	if (!stock_book(x->db, x->c->a, &x->b, &done, e))
		return err_context(e, "%.*s", STR_ARG(stock_word(x->c->a, l.sku, l.variant_id)));
	if (done.stale)
		change_forget(x, l.product_id);
	change_put(x, &l, &done);
	return true;
}

static int
change_end(struct change *x)
{
	if (x->json) {
		if (cmd_print_json(x->c, &x->w) != CMD_OK)
			return CMD_FAILED;
	} else if (x->b.how == STOCK_COUNT) {
		printf("%zu counted, %zu differ%s, %zu left out\n", x->n, x->changed,
		    x->dry_run ? " (nothing was changed)" : " and were corrected", x->refused);
	} else if (x->dry_run) {
		printf("nothing was changed (--dry-run)\n");
	}
	return x->refused == 0 ? CMD_OK : CMD_FAILED;
}

/* A negative number is no option. */
static void
shield_numbers(struct cmd *c)
{
	for (int i = 1; i < c->argc; i++)
		if (c->argv[i][0] == '-' && c->argv[i][1] >= '0' && c->argv[i][1] <= '9')
			c->argv[i] = (char *)str_fmt(c->a, "=%s", c->argv[i]).p;
}

static int
change_by_hand(struct cmd *c, struct change *x, const struct cmd_option *options, size_t n_options)
{
	struct err e = {0};
	bool more, less;
	struct str n;
	int64_t by;

	shield_numbers(c);
	if (!cmd_options(c, options, n_options) || c->argc != 3
	    || (x->reason != NULL && !stock_reason_find(str_z(x->reason), &x->b.reason)))
		return stock_usage(c);
	n = str_z(c->argv[2]);
	more = n.n > 1 && n.p[0] == '+';
	less = n.n > 1 && n.p[0] == '=';
	if (!num_i64(more || less ? str_from(n, 1) : n, -STOCK_QTY_MAX, STOCK_QTY_MAX, &by)
	    || (x->b.how == STOCK_BY ? !(more || less) || by == 0 : more))
		return stock_usage(c);
	if (!change_open(x, &e) || !change_one(x, str_z(c->argv[1]), by, &e))
		return cmd_fail(c, &e);
	json_end(&x->w, ']');
	return change_end(x);
}

int
stock_set(struct cmd *c)
{
	struct change x = {.c = c, .b = {.how = STOCK_TO, .reason = STOCK_CORRECTED}};
	const struct cmd_option options[] = {
	    {"ref", .text = &x.ref}, {"dry-run", .flag = &x.dry_run}, {"json", .flag = &x.json}};

	return change_by_hand(c, &x, options, ARRAY_LEN(options));
}

int
stock_adjust(struct cmd *c)
{
	struct change x = {.c = c, .b = {.how = STOCK_BY, .reason = STOCK_CORRECTED}};
	const struct cmd_option options[] = {{"reason", .text = &x.reason}, {"ref", .text = &x.ref},
	    {"dry-run", .flag = &x.dry_run}, {"json", .flag = &x.json}};

	return change_by_hand(c, &x, options, ARRAY_LEN(options));
}

/* ---- count ---- */

struct counted {
	struct str sku;
	int64_t n;
	uint32_t line;
};

struct counts {
	struct counted *v;
	size_t n;
};

static void
count_refuse(struct change *x, uint32_t line, const char *why)
{
	fprintf(stderr, "kontor %s: line %u: %s\n", x->c->argv[0], line, why);
	x->refused++;
}

/* The columns of the table; false if one is missing. */
static bool
find_columns(const struct cells *row, size_t *sku, size_t *counted)
{
	*sku = *counted = row->n;
	for (size_t i = 0; i < row->n; i++)
		if (str_eq_case(str_trim(row->cell[i].text), STR("sku")))
			*sku = i;
		else if (str_eq_case(str_trim(row->cell[i].text), STR("counted")))
			*counted = i;
	return *sku < row->n && *counted < row->n;
}

static void
read_count(struct change *x, const struct cells *row, size_t sku, size_t counted, struct counts *all)
{
	struct counted *one = &all->v[all->n];
	struct str n;

	if (sku >= row->n || counted >= row->n || str_trim(row->cell[counted].text).n == 0)
		return; /* not counted */
	n = str_trim(row->cell[counted].text);
	if (!num_i64(n, 0, STOCK_QTY_MAX, &one->n)) {
		count_refuse(x, row->line, str_fmt(x->c->a, "'%.*s' is not a number of pieces", STR_ARG(n)).p);
		return;
	}
	one->sku = str_dup(x->c->a, str_trim(row->cell[sku].text));
	one->line = row->line;
	all->n++;
}

static bool
read_counts(struct change *x, int fd, struct counts *all, struct err *e)
{
	struct cells row;
	struct csv_bad bad;
	struct csv *csv;
	size_t sku, counted;

	*all = (struct counts){.v = ARENA_ARRAY(x->c->a, struct counted, COUNT_ROWS_MAX)};
	if (!csv_open(x->c->a, fd, &csv, e))
		return false;
	switch (csv_next(csv, &row, &bad, e)) {
	case CSV_ROW: break;
	case CSV_FAILED: return false;
	default: return err_set(e, ERR_INPUT, "the table is empty");
	}
	if (!find_columns(&row, &sku, &counted))
		return err_set(e, ERR_INPUT, "the first row must name the columns sku and counted");
	for (;;) {
		switch (csv_next(csv, &row, &bad, e)) {
		case CSV_ROW: read_count(x, &row, sku, counted, all); break;
		case CSV_BAD: count_refuse(x, bad.line, bad.why); break;
		case CSV_END: return true;
		case CSV_FAILED: return false;
		}
		if (all->n == COUNT_ROWS_MAX)
			return err_set(e, ERR_LIMIT, "the table has more than %d rows", COUNT_ROWS_MAX - 1);
	}
}

static int
by_sku(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	int d = str_cmp(x->sku, y->sku);

	return d != 0 ? d : (x->line > y->line) - (x->line < y->line);
}

/* Rows of the same goods add up: they were found in several places. */
static void
apply_counts(struct change *x, struct counts *all)
{
	qsort(all->v, all->n, sizeof(all->v[0]), by_sku);
	for (size_t i = 0, k; i < all->n; i = k) {
		struct arena_mark mark = arena_mark(x->c->a);
		int64_t n = 0;
		struct err e = {0};

		for (k = i; k < all->n && str_eq(all->v[k].sku, all->v[i].sku); k++)
			n += all->v[k].n;
		if (!change_one(x, all->v[i].sku, n, &e))
			count_refuse(x, all->v[i].line, e.msg);
		if (!x->json)
			arena_rewind(x->c->a, mark);
	}
}

/* "2026-11-30T08:00:00Z", or "2026-11-30 08:00" by the clock of this host. */
static bool
read_time(const char *text, int64_t *utc_s, struct err *e)
{
	struct tm tm = {.tm_isdst = -1};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end != NULL && *end == '\0') {
		*utc_s = timegm(&tm);
	} else {
		tm = (struct tm){.tm_isdst = -1};
		end = strptime(text, "%Y-%m-%d %H:%M", &tm);
		if (end == NULL || *end != '\0')
			return err_set(e, ERR_INPUT, "'%s' is not a time such as 2026-11-30 08:00", text);
		*utc_s = mktime(&tm);
	}
	return *utc_s <= clock_utc_s() + CLOCK_APART_S || err_set(e, ERR_INPUT, "%s lies in the future", text);
}

int
stock_count(struct cmd *c)
{
	struct change x = {.c = c, .b = {.how = STOCK_COUNT, .reason = STOCK_COUNTED}};
	const char *at = NULL;
	const struct cmd_option options[] = {{"at", .text = &at}, {"ref", .text = &x.ref},
	    {"dry-run", .flag = &x.dry_run}, {"json", .flag = &x.json}};
	struct counts all;
	struct err e = {0};
	bool piped, ok;
	int fd;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return stock_usage(c);
	if (at != NULL && !read_time(at, &x.b.counted_at, &e))
		return cmd_fail(c, &e);
	piped = strcmp(c->argv[1], "-") == 0;
	fd = piped ? STDIN_FILENO : open(c->argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set(&e, ERR_NOT_FOUND, "%s: %s", c->argv[1], strerror(errno));
		return cmd_fail(c, &e);
	}
	ok = change_open(&x, &e) && read_counts(&x, fd, &all, &e);
	if (!piped)
		close(fd);
	if (!ok)
		return cmd_fail(c, &e);
	apply_counts(&x, &all);
	json_end(&x.w, ']');
	json_add_i64(&x.w, "refused", (int64_t)x.refused);
	return change_end(&x);
}
