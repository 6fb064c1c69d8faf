/* Files that are sold, and what orders may do with them. */
#include "cmd/download/download.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cmd/stock/stock.h"
#include "plat/host/file_replace.h"
#include "plat/host/tree.h"
#include "plat/text/columns.h"
#include "plat/text/digest.h"
#include "store/download/download_store.h"
#include "store/order/order_store.h"
#include "view/format.h"

/* The types of what is sold as a file; all else is bytes. */
static const struct {
	const char *end, *type;
} types[] = {{".pdf", "application/pdf"}, {".epub", "application/epub+zip"}, {".zip", "application/zip"},
    {".mp3", "audio/mpeg"}, {".m4a", "audio/mp4"}, {".ogg", "audio/ogg"}, {".flac", "audio/flac"},
    {".wav", "audio/wav"}, {".mp4", "video/mp4"}, {".webm", "video/webm"}, {".png", "image/png"},
    {".jpg", "image/jpeg"}, {".svg", "image/svg+xml"}, {".txt", "text/plain; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"}};

struct add {
	struct cmd *c;
	struct db *db;
	struct download_file f;
	const char *from, *to; /* to: in the folder, under its hash */
	bool json, dry_run;
};

static struct str
type_of(struct arena *a, struct str name)
{
	struct str low = str_head(str_from(name, name.n > 8 ? name.n - 8 : 0), 8);
	char *p = arena_alloc(a, low.n + 1);

	for (size_t i = 0; i < low.n; i++)
		p[i] = (char)(low.p[i] >= 'A' && low.p[i] <= 'Z' ? low.p[i] + ('a' - 'A') : low.p[i]);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_ends(str_n(p, low.n), str_z(types[i].end)))
			return str_z(types[i].type);
	return STR("application/octet-stream");
}

static bool
name_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f || s.p[i] == '/' || s.p[i] == '\\')
			return false;
	return s.n > 0 && utf8_valid(s) && utf8_len(s) <= DOWNLOAD_NAME_MAX && s.p[0] != '.';
}

static bool
type_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n <= DOWNLOAD_TYPE_MAX && str_chr(s, '/') > 0;
}

/* The owner and mode of the folder, so that the web server reads what it may enter. */
static bool
give_rights(const char *path, const struct stat *folder, struct err *e)
{
	return (chown(path, folder->st_uid, folder->st_gid) == 0 && chmod(path, folder->st_mode & 0644) == 0)
	    || err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
}

static bool
put_probe(struct cmd *c, const struct stat *folder, struct err *e)
{
	const char *path = str_fmt(c->a, "%s/%s", c->conf.paths_download_dir.p, DOWNLOAD_PROBE).p;

	return file_replace(c->a, path, STR(DOWNLOAD_PROBE_TEXT), e) && give_rights(path, folder, e);
}

/* A file that is there has the same bytes. */
static bool
put_file(struct add *x, struct err *e)
{
	const char *dir = x->c->conf.paths_download_dir.p;
	const char *beside = str_fmt(x->c->a, "%s/.%ld", dir, (long)getpid()).p;
	char hash[DIGEST_FILE_CHARS];
	struct stat folder;
	uint64_t size_b;
	bool ok;

	if (stat(dir, &folder) != 0)
		return err_set(e, ERR_UPSTREAM, "%s (paths.download_dir): %s", dir, strerror(errno));
	if (!tree_copy(x->from, beside, &size_b, e))
		return false;
	ok = digest_file(beside, hash, &size_b, e);
	if (ok && !str_eq_z(x->f.hash, hash))
		ok = err_set(e, ERR_CONFLICT, "%s changed while it was read", x->from);
	ok = ok && give_rights(beside, &folder, e);
	if (ok && rename(beside, x->to) != 0)
		ok = err_set(e, ERR_UPSTREAM, "%s: %s", x->to, strerror(errno));
	if (!ok)
		(void)unlink(beside);
	return ok && put_probe(x->c, &folder, e) && tree_sync(dir, e);
}

static int
put_added(struct add *x, const struct stock_look *l)
{
	struct json_out w;

	if (!x->json) {
		printf("%.*s: %s%.*s, %lld bytes, %.*s\n", STR_ARG(stock_word(x->c->a, l->sku, l->variant_id)),
		    x->dry_run ? "would sell " : "sells ", STR_ARG(x->f.name), (long long)x->f.size_b,
		    STR_ARG(x->f.type));
		return CMD_OK;
	}
	json_init(&w, x->c->a, DOWNLOAD_OUTPUT_MAX_B, '{');
	json_add_str(&w, "sku", l->sku);
	json_add_str(&w, "name", x->f.name);
	json_add_str(&w, "type", x->f.type);
	json_add_i64(&w, "bytes", x->f.size_b);
	json_add_str(&w, "sha256", x->f.hash);
	json_add_bool(&w, "dry_run", x->dry_run);
	return cmd_print_json(x->c, &w);
}

static bool
examine_file(struct add *x, struct err *e)
{
	char *hash = arena_alloc(x->c->a, DIGEST_FILE_CHARS);
	uint64_t size_b;

	if (!name_fits(x->f.name))
		return err_set(e, ERR_INPUT, "'%.*s' is no name for a buyer's file; give one by --name",
		    STR_ARG(x->f.name));
	if (!type_fits(x->f.type))
		return err_set(e, ERR_INPUT, "'%.*s' is no media type, such as application/pdf", STR_ARG(x->f.type));
	if (!digest_file(x->from, hash, &size_b, e))
		return false;
	if (size_b == 0)
		return err_set(e, ERR_INPUT, "%s is empty", x->from);
	x->f.hash = str_z(hash);
	x->f.size_b = (int64_t)size_b;
	x->to = str_fmt(x->c->a, "%s/%s", x->c->conf.paths_download_dir.p, hash).p;
	return true;
}

int
download_do_add(struct cmd *c)
{
	struct add x = {.c = c};
	const char *name = NULL, *type = NULL, *slash;
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run},
	    {"name", .text = &name}, {"type", .text = &type}};
	struct stock_look l;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 3)
		return download_usage(c);
	x.from = c->argv[2];
	slash = strrchr(x.from, '/');
	x.f.name = str_z(name != NULL ? name : slash != NULL ? slash + 1 : x.from);
	x.f.type = type != NULL ? str_z(type) : type_of(c->a, x.f.name);
	if (!cmd_db(c, DB_TOOL, &x.db, &e) || !secret_init(&e)
	    || !stock_named(c, x.db, str_z(c->argv[1]), &l, &e) || !examine_file(&x, &e))
		return cmd_fail(c, &e);
	x.f.variant_id = l.variant_id;
	if (!x.dry_run && (!put_file(&x, &e) || !download_add(x.db, c->a, &x.f, &e)))
		return cmd_fail(c, &e);
	return put_added(&x, &l);
}

int
download_do_list(struct cmd *c)
{
	bool all = false, json = false, missing = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"all", .flag = &all}};
	struct download_files files;
	struct err e = {0};
	struct columns t;
	struct json_out w;
	struct buf b;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return download_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !download_files(db, c->a, all, &files, &e))
		return cmd_fail(c, &e);
	columns_init(&t, c->a, "SKU|NAME|TYPE|>BYTES|>ORDERS|SINCE|UNTIL|FILE");
	json_init(&w, c->a, DOWNLOAD_OUTPUT_MAX_B, '{');
	json_key(&w, "files");
	json_begin(&w, '[');
	for (size_t i = 0; i < files.n; i++) {
		const struct download_file *f = &files.v[i];
		struct str path = str_fmt(c->a, "%s/%s", c->conf.paths_download_dir.p, f->hash.p);
		uint64_t size_b;
		bool there = tree_size(path.p, &size_b) && (int64_t)size_b == f->size_b;

		missing = missing || !there;
		columns_put(&t, f->sku);
		columns_put(&t, f->name);
		columns_put(&t, f->type);
		columns_put(&t, str_fmt(c->a, "%lld", (long long)f->size_b));
		columns_put(&t, str_fmt(c->a, "%lld", (long long)f->orders));
		columns_put(&t, str_z(cmd_utc(c->a, f->added_at)));
		columns_put(&t, f->ended_at == 0 ? STR("") : str_z(cmd_utc(c->a, f->ended_at)));
		columns_put(&t, there ? str_head(f->hash, 12) : STR("missing"));
		json_begin(&w, '{');
		json_add_str(&w, "sku", f->sku);
		json_add_str(&w, "name", f->name);
		json_add_str(&w, "type", f->type);
		json_add_i64(&w, "bytes", f->size_b);
		json_add_str(&w, "sha256", f->hash);
		json_add_i64(&w, "orders", f->orders);
		format_json_time(&w, "since", f->added_at);
		format_json_time(&w, "until", f->ended_at);
		json_add_bool(&w, "missing", !there);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	if (json)
		return cmd_print_json(c, &w) == CMD_OK && !missing ? CMD_OK : CMD_FAILED;
	buf_init(&b, c->a, DOWNLOAD_OUTPUT_MAX_B);
	columns_print(&t, &b);
	return cmd_print(c, &b) == CMD_OK && !missing ? CMD_OK : CMD_FAILED;
}

static int
put_count(struct cmd *c, bool json, bool dry_run, const char *what, int64_t n)
{
	struct json_out w;

	if (!json) {
		printf("%lld %s%s\n", (long long)n, what, dry_run ? " (nothing was changed)" : "");
		return CMD_OK;
	}
	json_init(&w, c->a, DOWNLOAD_OUTPUT_MAX_B, '{');
	json_add_i64(&w, "files", n);
	json_add_bool(&w, "dry_run", dry_run);
	return cmd_print_json(c, &w);
}

int
download_do_remove(struct cmd *c)
{
	bool json = false, dry_run = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &dry_run}};
	struct stock_look l;
	struct err e = {0};
	struct db *db;
	uint64_t n;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || c->argc > 3)
		return download_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !stock_named(c, db, str_z(c->argv[1]), &l, &e) || !db_begin(db, &e)
	    || !download_end(db, l.variant_id, c->argc == 3 ? str_z(c->argv[2]) : STR(""), &n, &e))
		return cmd_fail(c, &e);
	if (dry_run)
		db_rollback(db);
	else if (!db_commit(db, &e))
		return cmd_fail(c, &e);
	if (n == 0) {
		(void)err_set(&e, ERR_NOT_FOUND, "no such file is sold with '%s'", c->argv[1]);
		return cmd_fail(c, &e);
	}
	return put_count(c, json, dry_run, n == 1 ? "file is not sold any more" : "files are not sold any more",
	    (int64_t)n);
}

static int
regrant(struct cmd *c, bool end)
{
	bool json = false;
	struct download_regrant r = {.end = end, .now_s = clock_utc_s()};
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &r.dry_run}};
	struct order_keyed o;
	struct downloads d;
	struct err e = {0};
	struct db *db;
	uint64_t pos = 0;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || c->argc > 3
	    || (c->argc == 3 && !num_u64(str_z(c->argv[2]), 1, UINT16_MAX, &pos)))
		return download_usage(c);
	if (!secret_init(&e) || !cmd_db(c, DB_TOOL, &db, &e) || !order_keyed_get(db, c->a, str_z(c->argv[1]), &o, &e))
		return cmd_fail(c, &e);
	r.order_id = o.id;
	r.pos = (int)pos;
	r.terms = (struct grant_terms){c->conf.download_times, c->conf.download_days};
	if (!download_grant(db, c->a, &r, &e) || !grant_files(db, c->a, o.id, &d, &e))
		return cmd_fail(c, &e);
	return put_count(c, json, r.dry_run, end ? "files of the order; the access has ended" : "files of the order",
	    (int64_t)d.n);
}

int
download_do_grant(struct cmd *c)
{
	return regrant(c, false);
}

int
download_do_end(struct cmd *c)
{
	return regrant(c, true);
}
