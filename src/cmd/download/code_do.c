/* Codes that are sold once each. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/download/download.h"
#include "cmd/stock/stock.h"
#include "plat/text/columns.h"
#include "plat/text/file.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/download/code_store.h"

#define GROUP "kontor"
#define FILE_MAX_B ((size_t)64 << 20)

/* The first codes make the key. */
static bool
open_keys(struct cmd *c, bool make, struct code_keys *k, struct err *e)
{
	const char *file = c->conf.codes_secret_file.p;

	if (code_keys_load(file, k, e))
		return true;
	if (e->kind != ERR_NOT_FOUND || !make)
		return false;
	err_clear(e);
	return secret_file_make(file, GROUP, e) && code_keys_load(file, k, e);
}

static bool
read_input(struct cmd *c, const char *path, struct str *bytes, struct err *e)
{
	char *p;
	size_t n;

	if (strcmp(path, "-") != 0)
		return file_get(c->a, path, FILE_MAX_B, bytes, e);
	p = arena_alloc(c->a, FILE_MAX_B + 1);
	if (!file_read(STDIN_FILENO, p, FILE_MAX_B + 1, &n) || n > FILE_MAX_B)
		return err_set(e, ERR_INPUT, "standard input cannot be read, or is larger than 64 MB");
	*bytes = str_n(p, n);
	return true;
}

/* One code a line; empty lines are none. */
static bool
read_codes(struct cmd *c, struct code_change *x, struct err *e)
{
	struct str bytes, rest, line, *v;
	size_t lines = 1;

	if (!read_input(c, c->argv[2], &bytes, e))
		return false;
	for (size_t i = 0; i < bytes.n; i++)
		lines += bytes.p[i] == '\n';
	x->v = v = ARENA_ARRAY(c->a, struct str, lines);
	rest = bytes;
	for (size_t row = 1; str_cut(&rest, '\n', &line); row++) {
		line = str_trim(line);
		for (size_t i = 0; i < line.n; i++)
			if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f)
				return err_set(e, ERR_INPUT, "line %zu has a control character", row);
		if (line.n > CODE_MAX_B)
			return err_set(e, ERR_INPUT, "line %zu is longer than %d bytes", row, CODE_MAX_B);
		if (line.n > 0)
			v[x->n++] = line;
	}
	return x->n > 0 || err_set(e, ERR_INPUT, "there is no code in %s", c->argv[2]);
}

static void
forget_stock(struct cmd *c, struct db *db, struct cache *cache, uint64_t product_id)
{
	struct outbox_forget x = {.db = db, .cache = cache, .a = c->a, .conf = &c->conf};
	struct catalogue_stale stale = {.v = &product_id, .n = 1};
	struct err e = {0};

	if (!catalogue_forget(&x, &stale, &e))
		fprintf(stderr, "kontor code: warning: pages show the old stock until kontor-jobs runs: %s\n", e.msg);
}

static int
put_code_change(struct cmd *c, const struct code_change *x, const struct code_changed *done, bool json)
{
	struct json_out w;

	if (!json) {
		printf("%llu of %zu codes; stock %lld -> %lld%s\n", (unsigned long long)done->n, x->n,
		    (long long)done->before, (long long)done->after, x->dry_run ? " (nothing was changed)" : "");
		return CMD_OK;
	}
	json_init(&w, c->a, DOWNLOAD_OUTPUT_MAX_B, '{');
	json_add_i64(&w, "codes", (int64_t)done->n);
	json_add_i64(&w, "left_out", (int64_t)(x->n - done->n));
	json_add_i64(&w, "stock_before", done->before);
	json_add_i64(&w, "stock", done->after);
	json_add_bool(&w, "dry_run", x->dry_run);
	return cmd_print_json(c, &w);
}

static int
code_change_by(struct cmd *c, bool drop)
{
	struct code_change x = {.actor = cmd_actor(c)};
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &x.dry_run}};
	struct code_changed done;
	struct code_keys keys;
	struct stock_look l;
	struct cache *cache;
	struct err e = {0};
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 3)
		return code_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !cmd_cache(c, &cache, &e) || !secret_init(&e)
	    || !stock_named(c, db, str_z(c->argv[1]), &l, &e) || !read_codes(c, &x, &e)
	    || !open_keys(c, !drop, &keys, &e))
		return cmd_fail(c, &e);
	x.variant_id = l.variant_id;
	x.keys = &keys;
	if (drop ? !code_drop(db, c->a, &x, &done, &e) : !code_add(db, c->a, &x, &done, &e))
		return cmd_fail(c, &e);
	if (!x.dry_run && done.product_id != 0)
		forget_stock(c, db, cache, done.product_id);
	return put_code_change(c, &x, &done, json);
}

int
code_do_add(struct cmd *c)
{
	return code_change_by(c, false);
}

int
code_do_drop(struct cmd *c)
{
	return code_change_by(c, true);
}

static int
show_free(struct cmd *c, struct db *db)
{
	struct code_keys keys;
	struct codes_sold codes;
	struct stock_look l;
	struct err e = {0};
	struct buf b;

	if (!stock_named(c, db, str_z(c->argv[1]), &l, &e) || !open_keys(c, false, &keys, &e)
	    || !code_free(db, c->a, &keys, l.variant_id, &codes, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, DOWNLOAD_OUTPUT_MAX_B);
	for (size_t i = 0; i < codes.n; i++)
		buf_fmt(&b, "%.*s\n", STR_ARG(codes.v[i].code));
	return cmd_print(c, &b);
}

static void
put_counts(struct cmd *c, const struct code_count *k, struct columns *t, struct json_out *w)
{
	const int64_t figures[] = {k->all, k->free, k->held, k->stock};
	static const char *const names[] = {"codes", "free", "held", "stock"};

	columns_put(t, stock_word(c->a, k->sku, k->variant_id));
	json_begin(w, '{');
	json_add_str(w, "sku", k->sku);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		columns_put(t, str_fmt(c->a, "%lld", (long long)figures[i]));
		json_add_i64(w, names[i], figures[i]);
	}
	json_end(w, '}');
}

int
code_do_list(struct cmd *c)
{
	uint64_t low = 0;
	bool json = false, show = false, found = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"show", .flag = &show},
	    {"low", .number = &low, .min = 1, .max = INT64_MAX}};
	struct code_counts counts;
	struct stock_look l = {.variant_id = 0};
	struct err e = {0};
	struct columns t;
	struct json_out w;
	struct buf b;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc > 2 || (show && (c->argc != 2 || json)))
		return code_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !secret_init(&e)
	    || (c->argc == 2 && !stock_named(c, db, str_z(c->argv[1]), &l, &e)) || !code_counts(db, c->a, &counts, &e))
		return cmd_fail(c, &e);
	if (show)
		return show_free(c, db);
	columns_init(&t, c->a, "SKU|>CODES|>FREE|>HELD|>STOCK");
	json_init(&w, c->a, DOWNLOAD_OUTPUT_MAX_B, '{');
	json_key(&w, "variants");
	json_begin(&w, '[');
	for (size_t i = 0; i < counts.n; i++) {
		const struct code_count *k = &counts.v[i];

		if (c->argc == 2 && k->variant_id != l.variant_id)
			continue;
		found = found
		     || (low > 0 && (k->free < (int64_t)low || k->stock + k->held > k->free || !k->strict));
		put_counts(c, k, &t, &w);
	}
	json_end(&w, ']');
	buf_init(&b, c->a, DOWNLOAD_OUTPUT_MAX_B);
	columns_print(&t, &b);
	if ((json ? cmd_print_json(c, &w) : cmd_print(c, &b)) != CMD_OK)
		return CMD_FAILED;
	return found ? CMD_FAILED : CMD_OK;
}
