#include "cmd/backup/restore_run.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/backup/backup_make.h"
#include "cmd/erasures.h"
#include "cmd/backup/pictures.h"
#include "work/progress.h"
#include "cmd/backup/prove.h"
#include "config.h"
#include "plat/cache/cache_setup.h"
#include "plat/host/db_dump.h"
#include "plat/text/digest.h"
#include "plat/host/tree.h"
#include "store/admin/copy_store.h"
#include "store/admin/migrate.h"
#include "store/admin/receipt_store.h"
#include "store/control_store.h"
#include "store/sql.h"

#define FLUSH_TRIES 3

static const char *
below(const struct restore *r, const char *name)
{
	return str_fmt(r->a, "%s/%s", r->backup, name).p;
}

static bool
check_files(struct restore *r, struct err *e)
{
	bool has_dump = false;

	if (!manifest_load(r->a, r->backup, &r->m, e))
		return false;
	for (size_t i = 0; i < r->m.n_files; i++) {
		const struct manifest_file *f = &r->m.file[i];
		const char *path = below(r, f->name.p);
		char hex[DIGEST_FILE_CHARS];
		uint64_t size_b;

		has_dump = has_dump || str_eq_z(f->name, BACKUP_DUMP);
		if (!digest_file(path, hex, &size_b, e))
			return false;
		if (size_b != f->size_b || !str_eq_z(f->sha256, hex))
			return err_set(
			    e, ERR_INPUT, "%s is damaged: its SHA-256 sum differs from the manifest's", path);
	}
	if (!has_dump)
		return err_set(e, ERR_INPUT, "%s: the manifest names no " BACKUP_DUMP, r->backup);
	return pictures_check(r->a, r->backup, &r->m, e);
}

static bool
check_age(const struct restore *r, struct err *e)
{
	const struct manifest *m = &r->m;

	if (m->schema > SQL_SCHEMA)
		return err_set(e, ERR_INPUT,
		    "%s has the schema %llu (%.*s), made by kontor %.*s; this is kontor %s, which knows the schema %d: "
		    "use a newer program",
		    m->name.p, (unsigned long long)m->schema, STR_ARG(m->schema_name), STR_ARG(m->program),
		    PACKAGE_VERSION, SQL_SCHEMA);
	return m->schema > 0 || err_set(e, ERR_INPUT, "%s has no schema: the database contained no shop", m->name.p);
}

static bool
try_first(struct restore *r, struct err *e)
{
	const struct prove p = {.backup = db_login_of(r->conf, DB_ACCOUNT_BACKUP),
	    .dump = below(r, BACKUP_DUMP),
	    .sql_dir = r->sql_dir,
	    .m = &r->m};

	if (!check_files(r, e) || !check_age(r, e))
		return false;
	progress_step("backup: %s, %llu orders, every file is unchanged", r->m.name.p,
	    (unsigned long long)manifest_rows(&r->m, "orders"));
	if (!r->check)
		return true;
	if (!prove_dump(&p, r->a, e))
		return false;
	progress_step("check: the trial restore has every row, and every invariant holds");
	return true;
}

static bool
open_shop(struct restore *r, struct err *e)
{
	struct db_setup setup = sql_setup(db_login_of(r->conf, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);

	return db_open(r->a, &setup, &r->db, e)
	    && (db_connect(r->db, e)
		|| err_context(e, "the database %s (`kontor accounts` writes SQL to create it)", r->conf->db_name.p));
}

/* A damaged database must not prevent its own restore: only the names of its tables are needed. An error may close
 * the connection and thus release the lock, so the lock is taken last. Taking it twice is allowed. */
static bool
restore_look(struct restore *r, struct copy_state *s, struct err *e)
{
	struct err ignored = {0};

	return (copy_look(r->db, r->a, s, &ignored) || copy_look_tables(r->db, r->a, s, e))
	    && migrate_lock(r->db, r->a, e);
}

static bool
restore_run_ask(struct restore *r, const struct copy_state *now, struct err *e)
{
	char made[MANIFEST_TIME_B];

	if (r->ask == NULL)
		return true;
	manifest_time(r->m.made_s, made);
	return r->ask(str_fmt(r->a,
		   "The database %s has %zu tables; its newest order is %s. All of it will be replaced by its"
		   " contents of %s, whose newest order is %s.",
		   r->conf->db_name.p, now->n_tables, now->last_order.n == 0 ? "none" : now->last_order.p, made,
		   r->m.last_order.n == 0 ? "none" : r->m.last_order.p)
			  .p)
	    || err_set(e, ERR_INPUT, "cancelled: the answer was not y");
}

struct putting {
	struct restore *r;
	uint64_t n;
};

static bool
put_picture(void *arg, const char *name, struct err *e)
{
	struct putting *p = arg;
	struct restore *r = p->r;
	const char *media = r->conf->paths_media_dir.p;
	struct arena_mark mark = arena_mark(r->a);
	const char *to = str_fmt(r->a, "%s/%s", media, name).p;
	const char *dir = str_fmt(r->a, "%.*s", (int)(strrchr(to, '/') - to), to).p;
	uint64_t size_b;
	bool ok = true;

	if (!tree_size(to, &size_b)) {
		if (access(dir, F_OK) != 0) {
			ok = tree_make_dirs(dir, 0755, e);
			tree_own_as(dir, media);
		}
		ok = ok && tree_copy(str_fmt(r->a, "%s/" PICTURES_FOLDER "/%s", r->backup, name).p, to, &size_b, e);
		tree_own_as(to, media);
		p->n++;
	}
	progress_count("pictures restored", p->n);
	arena_rewind(r->a, mark);
	return ok;
}

static bool
make_media_dir(struct restore *r, struct err *e)
{
	const char *media = r->conf->paths_media_dir.p;

	if (access(media, F_OK) == 0)
		return true;
	if (!tree_make_dirs(media, 0755, e))
		return false;
	tree_own_as(media, str_fmt(r->a, "%s/..", media).p);
	return true;
}

static bool
put_pictures(struct restore *r, struct err *e)
{
	struct putting p = {.r = r};

	if (!r->m.has_pictures)
		return true;
	if (!make_media_dir(r, e) || !tree_walk(below(r, PICTURES_FOLDER), put_picture, &p, e)
	    || !tree_sync(r->conf->paths_media_dir.p, e))
		return err_context(e, "pictures (paths.media_dir)");
	progress_step("pictures restored that were missing: %llu", (unsigned long long)p.n);
	return true;
}

/* The pause is in the database, so it holds on every host. Placing an order reads the row in its own transaction, so
 * this call waits for orders in progress. No dump contains the table, and the restore does not replace it. */
static bool
pause_orders(struct restore *r, struct err *e)
{
	struct migrate m = {.db = r->db, .dir = r->sql_dir};
	struct shop_control c;
	struct err none = {0};

	if (!migrate_control(&m, r->a, e) || !shop_control_read_alone(r->db, r->a, &c, e)
	    || !shop_control_pause(r->db, SHOP_RESTORING, NULL, e))
		return err_context(e, "orders cannot be paused");
	r->paused = true;
	r->was_paused = (c.paused & SHOP_PAUSED) != 0;
	if (control_open(&r->control, r->conf->paths_control_file.p, NULL, &none)) /* for pages and the cache flush */
		control_set_shop_paused(&r->control, CONTROL_PAUSED);
	progress_step(r->was_paused ? "orders: already paused" : "orders: paused");
	return true;
}

static bool
resume_orders(struct restore *r, struct err *e)
{
	if (!r->paused)
		return true;
	if (!shop_control_resume(r->db, SHOP_RESTORING, e))
		return false;
	control_set_shop_paused(&r->control, r->was_paused ? CONTROL_PAUSED : 0);
	r->paused = false;
	return true;
}

static bool
save_what_is_there(struct restore *r, const struct copy_state *now, struct err *e)
{
	struct backup b = {.conf = r->conf, .dir = r->safety_dir, .sql_dir = r->sql_dir, .kind = BACKUP_BEFORE_RESTORE};

	if (now->n_tables + now->n_views == 0) {
		progress_step("safety backup: not needed, since the database is empty");
		return true;
	}
	if (r->safety_dir == NULL)
		return true;
	if (!backup_make(&b, r->a, e))
		return err_context(e,
		    "the current contents of the database cannot be saved (--no-safety discards them)");
	r->safety = b.path;
	progress_step("safety backup: %s", r->safety);
	return true;
}

static const char *
how_if_half(const struct restore *r)
{
	const char *saved = "Its previous contents were not saved.";

	if (r->safety != NULL)
		saved = str_fmt(r->a, "Its previous contents are in %s.", r->safety).p;
	return str_fmt(r->a,
	    "The database %s is empty or has only a part of the backup: it is unusable. Orders are paused. %s\n"
	    "Repair the cause and run the same command again, with --no-safety: its contents are not worth saving.",
	    r->conf->db_name.p, saved)
	    .p;
}

static const char *
how_if_loaded(const struct restore *r)
{
	return str_fmt(r->a,
	    "The database %s is restored. Orders are paused. Rights, cache or data may be wrong: repair the cause\n"
	    "and run the same command again. If only memcached failed, restart it, since it may serve old values;\n"
	    "then run `kontor verify` and `kontor resume`.",
	    r->conf->db_name.p)
	    .p;
}

static void
restore_say(const char *text)
{
	progress_step("migration: %s", text);
}

/* A database that was lost before the restore cannot tell the highest number; this host may know it. */
static uint64_t
acknowledged_next(struct restore *r)
{
	static struct receipt_set set;
	struct err none = {0};
	uint64_t top = control_order_top(&r->control);

	if (receipt_set_open(r->a, r->conf->receipts_file, false, &set, &none) && set.top_id > top)
		top = set.top_id;
	receipt_set_close(&set);
	return top + 1;
}

/* A database that cannot be read must not prevent its restore: then the records are those of this host's file. */
static bool
note_erased(struct restore *r, struct err *e)
{
	struct err why = {0};

	if (erasures_known(r->conf, r->db, r->a, &r->erased, &why))
		return true;
	if (r->erased.v == NULL) {
		*e = why;
		return err_context(e, "the records of erased orders");
	}
	progress_step("erasures: the database's records cannot be read (%s); this host's are used", why.msg);
	return true;
}

/* The backup is older: it holds customers that were erased after it. */
static bool
erase_again(struct restore *r, struct err *e)
{
	struct customer_rules rules = erasures_rules(r->conf, clock_utc_s(), STR("kontor:restore"));
	uint64_t n;

	if (r->erased.n == 0)
		return true;
	if (!customer_erase_again(r->db, r->a, &r->erased, &rules, &n, e))
		return err_context(e, "erasing customers again (kontor customer erase --again)");
	progress_step("orders erased again, which the backup still had with their buyer: %llu",
	    (unsigned long long)n);
	return true;
}

static bool
restore_load(struct restore *r, struct err *e)
{
	struct db_login logins[DB_ACCOUNT__MAX];
	struct db_dump d = {.login = &logins[DB_ACCOUNT_TOOL],
	    .file = below(r, BACKUP_DUMP),
	    .progress = progress_bytes,
	    .arg = "database"};
	struct migrate m = {.db = r->db, .logins = logins, .dir = r->sql_dir, .say = restore_say};
	struct copy_state s;
	uint64_t identity;

	db_login_all(r->conf, logins);
	if (!db_dump_load(&d, r->a, e))
		return false;
	progress_step("database: loaded, %llu bytes of SQL", (unsigned long long)d.bytes);
	r->how = how_if_loaded(r);
	if (!migrate_run(&m, r->a, e) || !erase_again(r, e) || !copy_look(r->db, r->a, &s, e))
		return false;
	if (acknowledged_next(r) > r->next_order_id)
		r->next_order_id = acknowledged_next(r);
	if ((r->next_order_id > s.next_order_id && !copy_set_next_order(r->db, r->a, r->next_order_id, e))
	    || !shop_control_close_loss(r->db, r->a, &identity, e))
		return false;
	control_set_identity(&r->control, identity);
	return true;
}

static bool
forget_cache(struct restore *r, struct err *e)
{
	struct cache_setup setup = cache_setup(r->conf, 0);
	struct cache *cache;

	if (!cache_open(r->a, &setup, &r->control, &cache, e))
		return false;
	for (int i = 0; i < FLUSH_TRIES; i++) {
		err_clear(e);
		if (cache_flush(cache, e)) {
			progress_step("cache: emptied");
			return true;
		}
	}
	return false;
}

/* Checks the invariants even if the cache could not be emptied, to report all problems at once. */
static bool
restore_finish(struct restore *r, struct err *e)
{
	struct err cache = {0};
	bool emptied = forget_cache(r, &cache);
	struct db_login login = db_login_of(r->conf, DB_ACCOUNT_TOOL);
	size_t n_broken;

	if (!prove_books(&login, r->m.made_s, &n_broken, r->a, e))
		return false;
	if (n_broken > 0)
		return err_set(e, ERR_CONFLICT, "the restored database violates %zu invariant%s: see above", n_broken,
		    PLURAL_S(n_broken));
	progress_step("verify: every invariant holds");
	if (!emptied) {
		*e = cache;
		return false;
	}
	if (!resume_orders(r, e))
		return false;
	progress_step("receipts: `kontor receipts compare` lists the acknowledged orders that are not in the backup");
	progress_step(r->was_paused ? "orders: still paused, as before; `kontor resume` ends the pause"
				    : "orders: accepted again");
	return true;
}

/* The steps from the pause on. After an error, ordering resumes only if nothing was changed. */
static bool
replace(struct restore *r, const struct copy_state *before, struct err *e)
{
	struct copy_state now;
	struct err ignored = {0};

	if (!pause_orders(r, e) || !restore_look(r, &now, e) || !save_what_is_there(r, &now, e)) {
		if (!resume_orders(r, &ignored))
			r->how = "Nothing else was changed, but orders are paused: run `kontor resume`.";
		return false;
	}
	if (!note_erased(r, e)) {
		if (!resume_orders(r, &ignored))
			r->how = "Nothing else was changed, but orders are paused: run `kontor resume`.";
		return false;
	}
	r->next_order_id = now.next_order_id > before->next_order_id ? now.next_order_id : before->next_order_id;
	r->how = how_if_half(r);
	/* Closing the terminal must not leave a half-restored database. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	progress_step("replacing the database: if this is interrupted, run the same command again");
	if (!copy_empty(r->db, r->a, e)) {
		/* The drop removes all tables or none. */
		if (copy_look_tables(r->db, r->a, &now, &ignored) && now.n_tables == before->n_tables
		    && resume_orders(r, &ignored))
			r->how = "The database is unchanged.";
		return false;
	}
	return restore_load(r, e) && restore_finish(r, e);
}

bool
restore_run(struct restore *r, struct arena *a, struct err *e)
{
	struct copy_state before;
	bool ok;

	r->a = a;
	r->how = "Nothing was changed.";
	if (!try_first(r, e) || !open_shop(r, e) || !restore_look(r, &before, e) || !restore_run_ask(r, &before, e))
		return false;
	r->how = "Missing pictures may have been restored; nothing else was changed.";
	ok = put_pictures(r, e) && replace(r, &before, e);
	control_close(&r->control);
	return ok;
}
