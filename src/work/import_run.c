#include "work/import_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/control_store.h"
#include "plat/text/charset.h"
#include "work/import_impl.h"

#define TABLES_MAX_B ((size_t)128 << 20)
#define GROUP_MAX_B ((size_t)96 << 20)
#define SCRATCH_MAX_B ((size_t)96 << 20)
#define PICTURE_MAX_B ((size_t)96 << 20)
#define ROWS_MAX 100000 /* variants, words or texts of a hundred products */
#define SET_SLOTS ((size_t)1 << 20)
#define SET_SLOTS_MIN ((size_t)1 << 10)
#define PROGRESS_NS (CLOCK_S / 4)

static size_t
import_slot_of(const struct import_set *set, uint64_t hash)
{
	size_t i = hash & (set->n_slots - 1);

	while (set->slot[i] != 0 && set->slot[i] != hash)
		i = (i + 1) & (set->n_slots - 1);
	return i;
}

static uint64_t
set_hash(struct str s)
{
	uint64_t hash = str_hash(s);

	return hash == 0 ? 1 : hash;
}

bool
import_set_has(const struct import_set *set, struct str s)
{
	return set->slot[import_slot_of(set, set_hash(s))] != 0;
}

void
import_set_add(struct import_set *set, struct str s)
{
	size_t i = import_slot_of(set, set_hash(s));

	if (set->slot[i] != 0 || set->n > set->n_slots / 4 * 3)
		return;
	set->slot[i] = set_hash(s);
	set->n++;
}

static bool
set_init(struct import_set *set, struct arena *a, size_t n_slots, struct err *e)
{
	set->n_slots = n_slots;
	set->slot = arena_try(a, n_slots * sizeof(*set->slot));
	return set->slot != NULL || err_set(e, ERR_LIMIT, "no memory for an import");
}

void
import_progress(struct import_run *r, const struct csv *c, bool last)
{
	r->done_b = csv_done_b(c);
	import_show(r, last);
}

void
import_show(struct import_run *r, bool last)
{
	uint64_t now = clock_mono_ns();
	char fetched[60] = "";

	if (!r->im->progress || (!last && now - r->shown_ns < PROGRESS_NS))
		return;
	r->shown_ns = now;
	if (r->fetch != NULL)
		snprintf(fetched, sizeof(fetched), ", %" PRIu64 " pictures fetched", r->im->n.pictures_fetched);
	if (last)
		fprintf(stderr, "\r\033[K");
	else if (r->size_b > 0)
		fprintf(stderr, "\r%3d %%  %" PRIu64 " rows%s\033[K",
		    (int)(r->done_b * 100 / r->size_b), r->im->n.rows, fetched);
	else
		fprintf(stderr, "\r%" PRIu64 " rows%s\033[K", r->im->n.rows, fetched);
}

uint64_t
import_changes(const struct import *im)
{
	const struct import_counts *n = &im->n;

	return n->products_new + n->products_changed + n->variants_new + n->variants_changed + n->variants_gone
	       + n->stock_moved + n->pictures_new + n->texts_new + n->texts_changed;
}

void
import_summary(const struct import *im, FILE *f)
{
	const struct import_counts *n = &im->n;

	if (n->inventory) {
		fprintf(f, "stock:    %" PRIu64 " changed, %" PRIu64 " unchanged, %" PRIu64 " of unknown variants\n",
		    n->stock_moved, n->stock_same, n->stock_unknown);
	} else if (im->products != NULL) {
		fprintf(f,
		    "products: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " unchanged, %" PRIu64 " left out\n",
		    n->products_new, n->products_changed, n->products_same, n->products_refused);
		fprintf(f, "variants: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " unchanged, %" PRIu64 " gone\n",
		    n->variants_new, n->variants_changed, n->variants_same, n->variants_gone);
		fprintf(f,
		    "pictures: %" PRIu64 " new, %" PRIu64 " unchanged, %" PRIu64 " missing, %" PRIu64
		    " broken, %" PRIu64 " remote (not fetched)\n",
		    n->pictures_new, n->pictures_same, n->pictures_missing, n->pictures_broken, n->pictures_remote);
		if (n->pictures_fetched > 0)
			fprintf(f, "          %" PRIu64 " fetched from other servers\n", n->pictures_fetched);
		if (n->pictures_not_looked_for > 0)
			fprintf(f, "          %" PRIu64 " not searched: no --images\n", n->pictures_not_looked_for);
		if (n->products_renamed > 0)
			fprintf(f, "renamed:  %" PRIu64 " products; their old addresses redirect to the new ones\n",
			    n->products_renamed);
		if (n->unstocked > 0)
			fprintf(f,
			    "          %" PRIu64 " new variants have stock 0, since the table has no quantity for them;"
			    " `kontor import inventory FILE` sets it\n",
			    n->unstocked);
		if (im->set_stock)
			fprintf(f, "stock:    %" PRIu64 " figures changed\n", n->stock_moved);
	}
	if (im->translations != NULL) {
		fprintf(f,
		    "texts:    %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " unchanged; languages:", n->texts_new,
		    n->texts_changed, n->texts_same);
		for (size_t i = 0; i < im->n_langs; i++)
			fprintf(f, " %.*s", STR_ARG(im->langs[i]));
		fprintf(f, "\n");
	}
	fprintf(f, "rows:     %" PRIu64 " read, %" PRIu64 " left out\n", n->rows, n->rows_refused);
	fprintf(f, "%" PRIu64 " changes%s\n", import_changes(im), im->dry_run ? " would be made (dry run)" : "");
}

/* Says how the file was read, unless it is as it should be. */
static void
note_charset(struct import_run *r, const struct charset *cs)
{
	char why[200];

	if (r->im->encoding == NULL && strcmp(cs->name, "UTF-8") != 0 && strncmp(cs->name, "UTF-16", 6) != 0) {
		snprintf(
		    why, sizeof(why), "read as %s; if letters are wrong, name the encoding by --encoding", cs->name);
		import_say(r, false, 1, 1, "", why);
	}
	if (cs->n_mended > 0) {
		snprintf(why, sizeof(why), "%" PRIu64 " bytes are not %s: %s", cs->n_mended, cs->name,
		    strcmp(cs->name, "UTF-8") == 0 ? "read as Windows-1252" : "left out");
		import_say(r, false, cs->mended_line, 1, "", why);
	}
}

bool
import_open(struct import_run *r, const char *file, int *fd, struct err *e)
{
	struct charset cs = {.name = r->im->encoding, .lang = r->im->conf->site_languages.v[0]};
	bool stdin_file = strcmp(file, "-") == 0, ok;
	struct stat st;
	int raw;

	raw = stdin_file ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	*fd = -1;
	if (raw < 0 || fstat(raw, &st) != 0)
		return err_set(e, ERR_NOT_FOUND, "%s: %s", file, strerror(errno));
	r->file = stdin_file ? "stdin" : file;
	ok = S_ISDIR(st.st_mode) ? err_set(e, ERR_INPUT, "is a folder") : charset_open(&cs, raw, e);
	if (cs.fd != raw)
		close(raw);
	*fd = cs.fd;
	if (!ok)
		return err_context(e, "%s", r->file);
	note_charset(r, &cs);
	r->size_b = fstat(*fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return true;
}

bool
import_tx(struct import_run *r, db_body *body, void *arg, struct err *e)
{
	struct db *db = r->im->db;
	bool ok;

	db_deadline(db, CLOCK_NEVER);
	if (!r->im->dry_run)
		return db_tx(db, body, arg, e);
	ok = db_begin(db, e) && body(db, arg, e);
	db_rollback(db);
	return ok;
}

bool
import_forget(struct import_run *r, const struct catalogue_stale *stale, struct err *e)
{
	struct outbox_forget x = {
	    .db = r->im->db, .cache = r->im->cache, .a = &r->scratch, .conf = r->im->conf, .done = true};

	if (r->im->cache == NULL || r->im->dry_run || r->cache_silent || stale->n == 0)
		return true;
	if (!catalogue_forget(&x, stale, e))
		return false;
	r->cache_silent = !x.done;
	return true;
}

static bool
has_handle(void *arg, struct str handle)
{
	const struct import_run *r = arg;

	return import_set_has(&r->in_file, handle) || import_set_has(&r->done, handle);
}

bool
import_set_like(struct import_set *set, const struct import_set *model, struct arena *a, struct err *e)
{
	return set_init(set, a, model->n_slots, e);
}

/* A row has at least two cells, so one slot for 4 bytes is enough for all rows. */
static size_t
slots_for(const char *file)
{
	size_t n = SET_SLOTS;
	struct stat st;

	if (file != NULL && stat(file, &st) == 0 && S_ISREG(st.st_mode))
		for (n = SET_SLOTS_MIN; n < SET_SLOTS && n < (size_t)st.st_size / 4; n *= 2)
			;
	return n;
}

static bool
prepare(struct import_run *r, struct err *e)
{
	struct import *im = r->im;
	size_t n = slots_for(im->products);

	r->save = (struct catalogue_save){.db = im->db,
	    .a = &r->scratch,
	    .langs = im->conf->site_languages.v,
	    .n_langs = im->conf->site_languages.n,
	    .now_s = im->now_s,
	    .set_stock = im->set_stock,
	    .renames = im->renames,
	    .has_handle = has_handle,
	    .arg = r};
	return set_init(&r->in_file, &r->tables, n, e) && set_init(&r->done, &r->tables, n, e)
	       && set_init(&r->pictures, &r->tables, n, e) && set_init(&r->rows, &r->tables, n, e)
	       && import_pictures_open(r, e) && import_fetch_open(r, e);
}

/* Lists show a change after their soft expiry at the latest. The first goods of an empty shop show at once. */
static void
show_first_goods(struct import *im)
{
	struct err e = {0};

	if (im->n.products_new > 0 && !im->dry_run && im->cache != NULL && !cache_flush(im->cache, &e)
	    && im->report != NULL)
		fprintf(im->report, "lists show the new goods within %lld s: %s\n", (long long)im->conf->cache_soft_s,
		    e.msg);
}

static bool
locked_run(struct import_run *r, struct err *e)
{
	struct import *im = r->im;
	bool ok;

	if (!catalogue_save_lock(im->db, im->a, e))
		return false;
	ok = (im->dry_run || shop_currency_claim(im->db, im->conf->site_currency, e))
	    && (im->products == NULL || import_products(r, e)) && (r->images_fd < 0 || import_category_pictures(r, e))
	     && (im->translations == NULL || import_translations(r, e));
	catalogue_save_unlock(im->db, im->a);
	return ok;
}

bool
import_run(struct import *im, struct err *e)
{
	struct import_run r = {.im = im, .images_fd = -1};
	bool ok, was_empty = false;

	arena_init(&r.tables, TABLES_MAX_B);
	arena_init(&r.group, GROUP_MAX_B);
	arena_init(&r.scratch, SCRATCH_MAX_B);
	arena_init(&r.picture, PICTURE_MAX_B);
	db_limits(im->db, ROWS_MAX, SCRATCH_MAX_B);
	ok = prepare(&r, e) && catalogue_is_empty(im->db, im->a, &was_empty, e) && locked_run(&r, e);
	if (was_empty)
		show_first_goods(im);
	db_limits(im->db, DB_ROWS_MAX, DB_BYTES_MAX);
	if (r.images_fd >= 0)
		close(r.images_fd);
	arena_fini(&r.picture);
	arena_fini(&r.scratch);
	arena_fini(&r.group);
	arena_fini(&r.tables);
	return ok;
}
