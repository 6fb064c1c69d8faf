#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "import/inventory_csv.h"
#include "import/number.h"
#include "plat/text/html_clean.h"
#include "work/import_gather.h"
#include "work/import_impl.h"

#define BATCH_MAX 100
#define BATCH_MAX_B ((size_t)4 << 20)

struct batch {
	struct import_run *r;
	struct product *product[BATCH_MAX];
	struct catalogue_saved saved[BATCH_MAX];
	size_t n, only;              /* only: index of the one to save, or SIZE_MAX for all */
	size_t unstocked[BATCH_MAX]; /* variants without a quantity */
	uint64_t stale[BATCH_MAX];   /* products whose cached values are to be deleted */
	size_t n_stale;
	bool goods; /* something other than stock was saved */
};

/* A table that is being read. */
struct reader {
	struct import_run *r;
	int fd;
	struct csv *csv;
	struct product_csv *pc;
	char point;
	struct gather gather;
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
	n->unstocked += b->unstocked[i] < s->variants_new ? b->unstocked[i] : s->variants_new;
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

static size_t
count_unstocked(const struct product *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_variants; i++)
		n += p->variants[i].tracked && !p->variants[i].has_stock && !p->variants[i].sell_over;
	return n;
}

/* Pictures inside the text itself make it large, and are not shown. */
static struct str
without_data(struct arena *a, struct str s)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, a, s.n + 1);
	while ((at = str_find(s, STR("data:"))) >= 0) {
		size_t end = (size_t)at;

		while (end < s.n && strchr("\"'<> )", s.p[end]) == NULL)
			end++;
		buf_put(&b, str_head(s, (size_t)at));
		s = str_from(s, end);
	}
	buf_put(&b, s);
	return buf_str(&b);
}

/* Cleans the description. One that cannot be used is cut or left out, not the product. */
static void
clean_body(struct import_run *r, struct product *p)
{
	const char *column = product_column_name(PRODUCT_COLUMN_BODY);
	struct err why = {0};
	struct str s = p->body_html;

	if (s.n > HTML_IN_MAX_B)
		s = without_data(&r->group, s);
	if (s.n > HTML_IN_MAX_B) {
		s = utf8_head(s, HTML_IN_MAX_B);
		import_say(r, false, p->line, 1, column, "longer than 256 KiB: cut");
	}
	if (html_clean(&r->group, s, &s, &why) && s.n <= HTML_IN_MAX_B) {
		p->body_html = s;
		return;
	}
	p->body_html = STR_NONE;
	import_say(r, false, p->line, 1, column, "too long or too complex: ignored");
}

/* Marks the handle as used in this import: the one that the table has, and the one that the product gets. */
static bool
products_name(struct import_run *r, struct product *p, struct err *e)
{
	if (p->typed.n > 0)
		import_set_add(&r->done, p->typed);
	if (p->handle_made && !import_handle(r, p, e))
		return false;
	import_set_add(&r->done, p->handle);
	return true;
}

/* Adds the complete product to the batch. */
static bool
products_take(struct batch *b, struct product_csv *pc, struct err *e)
{
	struct import_run *r = b->r;
	struct product *p;
	bool open = product_csv_is_open(pc);

	if (!product_csv_take(pc, &p)) {
		r->im->n.products_refused += open;
	} else if (p->typed.n > 0 && import_set_has(&r->done, p->typed)) {
		refuse_product(r, p, product_column_name(PRODUCT_COLUMN_HANDLE),
		    "this handle occurred before: the rows of a product must be contiguous");
	} else {
		clean_body(r, p);
		if (!products_name(r, p, e) || !import_pictures(r, p, e))
			return false;
		b->unstocked[b->n] = count_unstocked(p);
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
read_header(struct csv *csv, struct cells *header, struct err *e)
{
	struct csv_bad bad;

	switch (csv_next(csv, header, &bad, e)) {
	case CSV_ROW: return true;
	case CSV_BAD: return err_set(e, ERR_INPUT, "line %u, column %u: %s", bad.line, bad.col, bad.why);
	case CSV_END: return err_set(e, ERR_INPUT, "the file is empty");
	default: return false;
	}
}

/* Reads the header of a table from its start. */
static bool
open_table(struct reader *x, product_note_fn *note, struct err *e)
{
	struct import_run *r = x->r;
	struct product_csv_setup setup = {.note = note, .arg = r, .point = x->point};
	struct cells header;

	if (!currency_find(r->im->conf->site_currency, &setup.cur))
		return err_set(
		    e, ERR_INPUT, "site.currency: '%.*s' is not a known currency", STR_ARG(r->im->conf->site_currency));
	return (lseek(x->fd, 0, SEEK_SET) == 0 || err_set(e, ERR_UPSTREAM, "%s", strerror(errno)))
	       && csv_open(&r->tables, x->fd, &x->csv, e) && read_header(x->csv, &header, e)
	       && product_csv_open(&r->tables, &r->group, &setup, &header, &x->pc, e);
}

/* Reads the whole table before any row is imported: collects its handles, to distinguish a renamed product from one
 * whose rows follow later, and finds its decimal sign. */
static bool
read_ahead(struct reader *x, struct err *e)
{
	struct number_votes votes = {0};
	struct csv_bad bad;
	struct cells row;
	enum csv_got got;

	x->gather.a = &x->r->tables;
	if (!import_set_like(&x->gather.scattered, &x->r->in_file, &x->r->tables, e) || !open_table(x, NULL, e))
		return false;
	while ((got = csv_next(x->csv, &row, &bad, e)) != CSV_END && got != CSV_FAILED)
		if (got == CSV_ROW) {
			struct str handle = product_csv_handle(x->pc, &row);

			gather_see(&x->gather, &x->r->in_file, handle);
			import_set_add(&x->r->in_file, handle);
			product_csv_vote(x->pc, &row, &votes);
		}
	return got == CSV_END && number_decide(&votes, csv_separator(x->csv), &x->point, e);
}

/* Copies the rows of products whose rows do not stand together. */
static bool
read_scattered(struct reader *x, struct err *e)
{
	struct csv_bad bad;
	struct cells row;
	enum csv_got got;

	if (x->gather.scattered.n == 0)
		return true;
	if (!open_table(x, NULL, e))
		return false;
	while ((got = csv_next(x->csv, &row, &bad, e)) != CSV_END && got != CSV_FAILED)
		if (got == CSV_ROW && !gather_add(&x->gather, product_csv_handle(x->pc, &row), &row, e))
			return false;
	return got == CSV_END;
}

/* Tables that were put together from others repeat rows. */
static bool
is_repeated(struct import_run *r, const struct cells *row)
{
	uint64_t hash = row->n;
	struct str key = str_n(&hash, sizeof(hash));

	for (size_t i = 0; i < row->n; i++) {
		hash = str_hash_more(hash, row->cell[i].text);
		hash = str_hash_more(hash, STR("\n"));
	}
	if (!import_set_has(&r->rows, key)) {
		import_set_add(&r->rows, key);
		return false;
	}
	import_say(r, false, row->line, 1, "", "the same row as before: ignored");
	return true;
}

static bool
add_row(struct batch *b, struct product_csv *pc, const struct cells *row, struct err *e)
{
	if (is_repeated(b->r, row))
		return true;
	if (!product_csv_same(pc, row) && !products_take(b, pc, e))
		return false;
	product_csv_add(pc, row);
	return true;
}

/* Takes all rows of a product. Another title begins another product, which cannot have the same handle. */
static bool
add_gathered(struct batch *b, struct product_csv *pc, const struct gathered *rows, struct err *e)
{
	struct str title = STR_NONE;
	bool other = false;

	if (rows == NULL)
		return true;
	if (!products_take(b, pc, e))
		return false;
	for (; rows != NULL; rows = rows->next) {
		struct str s = product_csv_title(pc, &rows->row);

		if (s.n > 0 && title.n == 0)
			title = s;
		other = s.n > 0 ? !str_eq(s, title) : other;
		if (!other && !add_row(b, pc, &rows->row, e))
			return false;
		if (other) {
			b->r->im->n.rows_refused++;
			import_say(b->r, true, rows->row.line, 1, product_column_name(PRODUCT_COLUMN_HANDLE),
			    "another product has this handle");
		}
	}
	return products_take(b, pc, e);
}

static bool
products_read_rows(struct batch *b, struct reader *x, struct err *e)
{
	struct product_csv *pc = x->pc;
	const struct gathered *rows;
	struct csv_bad bad;
	struct cells row;

	for (;;) {
		switch (csv_next(x->csv, &row, &bad, e)) {
		case CSV_ROW:
			if (gather_take(&x->gather, product_csv_handle(pc, &row), &rows) ? !add_gathered(b, pc, rows, e)
											 : !add_row(b, pc, &row, e))
				return false;
			break;
		case CSV_BAD: bad_row(b->r, pc, &bad); break;
		case CSV_END: return products_take(b, pc, e) && products_flush(b, e);
		case CSV_FAILED: return false;
		}
		b->r->im->n.rows = product_csv_rows(pc);
		import_progress(b->r, x->csv, false);
	}
}

static bool
has_quantities(struct import_run *r, int fd, bool *out, struct err *e)
{
	struct cells header;
	struct csv *csv;

	*out = r->im->inventory;
	if (*out)
		return true;
	if (!csv_open(&r->tables, fd, &csv, e) || !read_header(csv, &header, e))
		return false;
	*out = inventory_csv_header(&header);
	return true;
}

static void
note_unstocked(struct import_run *r, const struct product_csv *pc)
{
	uint64_t n = r->im->n.unstocked;
	struct str why;

	if (n == 0)
		return;
	why = str_fmt(r->im->a, "%s: %llu tracked variant%s %s stock 0",
	    product_csv_has(pc, PRODUCT_COLUMN_QTY) ? "some rows have no quantity" : "no column with quantities",
	    (unsigned long long)n, PLURAL_S(n), n == 1 ? "has" : "have");
	import_say(r, false, 1, 1, product_column_name(PRODUCT_COLUMN_QTY), why.p);
}

bool
import_products(struct import_run *r, struct err *e)
{
	struct batch *b = ARENA_NEW(&r->tables, struct batch);
	struct reader x = {.r = r, .fd = -1};
	bool ok, quantities = false;

	b->r = r;
	ok = import_open(r, r->im->products, &x.fd, e)
	     && (has_quantities(r, x.fd, &quantities, e) || err_context(e, "%s", r->file));
	if (ok && quantities)
		ok = import_inventory(r, x.fd, e) || err_context(e, "%s", r->file);
	else if (ok
		 && ((read_ahead(&x, e) && read_scattered(&x, e) && open_table(&x, import_note, e))
		     || err_context(e, "%s", r->file))) {
		ok = products_read_rows(b, &x, e) || err_context(e, "%s", r->file);
		r->im->n.rows = product_csv_rows(x.pc);
		r->im->n.rows_refused += product_csv_refused(x.pc);
		note_unstocked(r, x.pc);
		import_progress(r, x.csv, true);
	} else
		ok = false;
	if (x.fd >= 0)
		close(x.fd);
	return ok;
}
