#include <string.h>
#include <unistd.h>

#include "work/import_impl.h"
#include "plat/text/html_clean.h"

#define BATCH_MAX 100
#define BATCH_MAX_B ((size_t)4 << 20)

struct batch {
	struct import_run *r;
	struct product *product[BATCH_MAX];
	struct catalogue_saved saved[BATCH_MAX];
	size_t n, only; /* only: index of the one to save, or SIZE_MAX for all */
	uint64_t stale[BATCH_MAX]; /* products whose cached values are to be deleted */
	size_t n_stale;
	bool goods; /* something other than stock was saved */
};

static bool
save_batch(struct db *db, void *arg, struct err *e)
{
	struct batch *b = arg;
	size_t from = b->only == SIZE_MAX ? 0 : b->only, n = b->only == SIZE_MAX ? b->n : 1;

	(void)db;
	arena_reset(&b->r->scratch);
	if (!catalogue_save_products(
		&b->r->save, (const struct product *const *)&b->product[from], n, &b->saved[from], e))
		return n > 1 ? false : err_context(e, "%.*s", STR_ARG(b->product[from]->handle));
	for (size_t i = from; i < from + n; i++)
		b->saved[i].old_handle = str_dup(&b->r->group, b->saved[i].old_handle);
	return true;
}

static void
note_saved(struct batch *b, size_t i)
{
	const struct catalogue_saved *s = &b->saved[i];
	struct import_run *r = b->r;
	struct import_counts *n = &r->im->n;

	n->products_new += s->product == CATALOGUE_NEW;
	n->products_changed += s->product == CATALOGUE_CHANGED;
	n->products_same += s->product == CATALOGUE_SAME;
	n->variants_new += s->variants_new;
	n->variants_changed += s->variants_changed;
	n->variants_same += s->variants_same;
	n->variants_gone += s->variants_gone;
	n->stock_moved += s->stock_moved;
	if (s->old_handle.n > 0) {
		struct str why =
		    str_fmt(&r->group, "renamed from %.*s, whose address now redirects here", STR_ARG(s->old_handle));

		n->products_renamed++;
		import_say(r, false, b->product[i]->line, 1, product_column_name(PRODUCT_COLUMN_HANDLE), why.p);
	}
	if (s->product != CATALOGUE_SAME || s->stock_moved > 0)
		b->stale[b->n_stale++] = s->id;
	b->goods = b->goods || s->product != CATALOGUE_SAME;
}

static void
refuse_product(struct import_run *r, const struct product *p, const char *column, const char *why)
{
	r->im->n.products_refused++;
	r->im->n.rows_refused++;
	import_say(r, true, p->line, 1, column, why);
}

/* Saves one by one, to find the product that made the batch fail. */
static bool
save_each(struct batch *b, struct err *e)
{
	for (b->only = 0; b->only < b->n; b->only++) {
		struct err why = {0};

		if (import_tx(b->r, save_batch, b, &why)) {
			note_saved(b, b->only);
			continue;
		}
		if (why.kind == ERR_UPSTREAM || why.kind == ERR_BUSY)
			return err_set(e, why.kind, "%s", why.msg);
		refuse_product(b->r, b->product[b->only], "", why.msg);
	}
	return true;
}

static bool
products_flush(struct batch *b, struct err *e)
{
	struct err why = {0};
	bool ok = true;

	b->only = SIZE_MAX;
	b->n_stale = 0;
	b->goods = false;
	if (b->n == 0)
		ok = true;
	else if (import_tx(b->r, save_batch, b, &why))
		for (size_t i = 0; i < b->n; i++)
			note_saved(b, i);
	else if (why.kind == ERR_UPSTREAM || why.kind == ERR_BUSY)
		ok = err_set(e, why.kind, "%s", why.msg);
	else
		ok = save_each(b, e);
	/* Runs after an error too, since earlier batches are committed. */
	err_clear(&why);
	ok = import_forget(b->r, &(struct catalogue_stale){b->stale, b->n_stale, b->goods}, ok ? e : &why) && ok;
	b->n = 0;
	arena_reset(&b->r->group);
	return ok;
}

/* Adds the complete product to the batch. */
static bool
products_take(struct batch *b, struct product_csv *pc, struct err *e)
{
	struct import_run *r = b->r;
	struct err why = {0};
	struct product *p;
	bool open = product_csv_is_open(pc);

	if (!product_csv_take(pc, &p)) {
		r->im->n.products_refused += open;
	} else if (import_set_has(&r->done, p->handle)) {
		refuse_product(r, p, product_column_name(PRODUCT_COLUMN_HANDLE),
		    "this handle occurred before: the rows of a product must be contiguous");
	} else if (!html_clean(&r->group, p->body_html, &p->body_html, &why)) {
		refuse_product(r, p, product_column_name(PRODUCT_COLUMN_BODY), why.msg);
	} else {
		import_set_add(&r->done, p->handle);
		if (!import_pictures(r, p, e))
			return false;
		b->product[b->n++] = p;
	}
	if (b->n < BATCH_MAX && r->group.used_b < BATCH_MAX_B)
		return true;
	return products_flush(b, e);
}

static void
bad_row(struct import_run *r, struct product_csv *pc, const struct csv_bad *bad)
{
	import_say(r, true, bad->line, bad->col, "", bad->why);
	if (pc != NULL)
		product_csv_spoiled(pc);
}

static bool
open_table(struct import_run *r, struct csv *csv, product_note_fn *note, struct product_csv **pc, struct err *e)
{
	struct product_csv_setup setup = {.note = note, .arg = r};
	struct csv_bad bad;
	struct cells header;

	if (!currency_find(r->im->conf->site_currency, &setup.cur))
		return err_set(e, ERR_INPUT, "site.currency: '%.*s' is not a known currency",
		    STR_ARG(r->im->conf->site_currency));
	switch (csv_next(csv, &header, &bad, e)) {
	case CSV_ROW: return product_csv_open(r->im->a, &r->group, &setup, &header, pc, e);
	case CSV_BAD: return err_set(e, ERR_INPUT, "line %u, column %u: %s", bad.line, bad.col, bad.why);
	case CSV_END: return err_set(e, ERR_INPUT, "the file is empty");
	default: return false;
	}
}

/* Collects all handles of the table, to distinguish a renamed product from one whose rows follow later. */
static bool
read_handles(struct import_run *r, struct err *e)
{
	struct product_csv *pc;
	struct csv_bad bad;
	struct cells row;
	struct csv *csv;
	enum csv_got got;
	int fd;
	bool ok;

	if (strcmp(r->im->products, "-") == 0)
		return true;
	if (!import_open(r, r->im->products, &fd, &csv, e))
		return false;
	ok = open_table(r, csv, NULL, &pc, e);
	while (ok && (got = csv_next(csv, &row, &bad, e)) != CSV_END && (ok = got != CSV_FAILED))
		if (got == CSV_ROW)
			import_set_add(&r->in_file, product_csv_handle(pc, &row));
	close(fd);
	return ok || err_context(e, "%s", r->im->products);
}

static bool
products_read_rows(struct batch *b, struct csv *csv, struct product_csv *pc, struct err *e)
{
	struct csv_bad bad;
	struct cells row;

	for (;;) {
		switch (csv_next(csv, &row, &bad, e)) {
		case CSV_ROW:
			if (!product_csv_same(pc, &row) && !products_take(b, pc, e))
				return false;
			product_csv_add(pc, &row);
			break;
		case CSV_BAD: bad_row(b->r, pc, &bad); break;
		case CSV_END: return products_take(b, pc, e) && products_flush(b, e);
		case CSV_FAILED: return false;
		}
		b->r->im->n.rows = product_csv_rows(pc);
		import_progress(b->r, csv, false);
	}
}

bool
import_products(struct import_run *r, struct err *e)
{
	struct batch *b = ARENA_NEW(r->im->a, struct batch);
	struct product_csv *pc;
	struct csv *csv;
	int fd;
	bool ok;

	b->r = r;
	if (!read_handles(r, e) || !import_open(r, r->im->products, &fd, &csv, e))
		return false;
	ok = open_table(r, csv, import_note, &pc, e);
	if (ok) {
		ok = products_read_rows(b, csv, pc, e);
		r->im->n.rows = product_csv_rows(pc);
		r->im->n.rows_refused += product_csv_refused(pc);
	}
	import_progress(r, csv, true);
	close(fd);
	return ok || err_context(e, "%s", r->file);
}
