/* import_inventory.c - sets the stock from a table of quantities by variant and location. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/inventory_csv.h"
#include "work/import_impl.h"

#define INVENTORY_BATCH 500
#define INVENTORY_ROWS_MAX 1000000
#define INVENTORY_MAX_B ((size_t)4 << 30)

/* All variants of the table, each once, with the sum of its locations. */
struct inventory {
	struct import_run *r;
	struct arena a;
	struct catalogue_stock *v;
	size_t n, cap;
	struct catalogue_stock *batch; /* for save_part() */
	size_t n_batch;
};

static int
variant_order(const void *va, const void *vb)
{
	const struct catalogue_stock *a = va, *b = vb;
	int rc = str_cmp(a->handle, b->handle);

	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX && rc == 0; i++)
		rc = str_cmp(a->value[i], b->value[i]);
	/* A row that names its variant by the SKU alone. */
	if (rc == 0 && a->handle.n == 0)
		rc = str_cmp(a->sku, b->sku);
	return rc != 0 ? rc : (a->line > b->line) - (a->line < b->line);
}

static bool
same_variant(const struct catalogue_stock *a, const struct catalogue_stock *b)
{
	struct catalogue_stock x = *a;

	x.line = b->line;
	return variant_order(&x, b) == 0;
}

static void
sum_locations(struct inventory *x)
{
	size_t n = 0;

	if (x->n > 0)
		qsort(x->v, x->n, sizeof(x->v[0]), variant_order);
	for (size_t i = 0; i < x->n; i++) {
		if (n > 0 && same_variant(&x->v[i], &x->v[n - 1]))
			x->v[n - 1].qty += x->v[i].qty;
		else
			x->v[n++] = x->v[i];
	}
	x->n = n;
}

static bool
inventory_read(struct inventory *x, struct inventory_csv *t, struct csv *csv, struct err *e)
{
	struct import_run *r = x->r;
	struct inventory_row row;
	struct csv_bad bad;
	struct cells cells;
	enum csv_got got;

	while ((got = csv_next(csv, &cells, &bad, e)) != CSV_END) {
		if (got == CSV_FAILED)
			return false;
		r->im->n.rows++;
		if (got == CSV_BAD)
			import_say(r, true, bad.line, bad.col, "", bad.why);
		else if (inventory_csv_row(t, &x->a, &cells, &row) && row.has_qty) {
			if (x->n == INVENTORY_ROWS_MAX)
				return err_set(e, ERR_LIMIT, "more than %d rows", INVENTORY_ROWS_MAX);
			x->v = arena_more(&x->a, x->v, x->n, &x->cap, sizeof(x->v[0]));
			x->v[x->n++] = (struct catalogue_stock){.handle = row.handle,
			    .sku = row.sku,
			    .value = {row.value[0], row.value[1], row.value[2]},
			    .qty = row.qty,
			    .line = row.line};
		}
		import_progress(r, csv, false);
	}
	return true;
}

static bool
save_part(struct db *db, void *arg, struct err *e)
{
	struct inventory *x = arg;

	(void)db;
	arena_reset(&x->r->scratch);
	return catalogue_save_stock(&x->r->save, x->batch, x->n_batch, e);
}

static bool
forget_part(struct inventory *x, struct err *e)
{
	uint64_t ids[INVENTORY_BATCH];
	size_t n = 0;

	for (size_t i = 0; i < x->n_batch; i++) {
		size_t k = 0;

		while (x->batch[i].moved && k < n && ids[k] != x->batch[i].product)
			k++;
		if (x->batch[i].moved && k == n)
			ids[n++] = x->batch[i].product;
	}
	return import_forget(x->r, &(struct catalogue_stale){ids, n, false}, e);
}

static bool
inventory_save(struct inventory *x, struct err *e)
{
	struct import_counts *n = &x->r->im->n;

	for (size_t from = 0; from < x->n; from += INVENTORY_BATCH) {
		x->batch = &x->v[from];
		x->n_batch = x->n - from < INVENTORY_BATCH ? x->n - from : INVENTORY_BATCH;
		if (!import_tx(x->r, save_part, x, e) || !forget_part(x, e))
			return false;
		for (size_t i = 0; i < x->n_batch; i++) {
			const struct catalogue_stock *v = &x->batch[i];

			n->stock_moved += v->moved;
			n->stock_same += v->found && !v->moved;
			n->stock_unknown += !v->found;
			if (!v->found)
				import_say(x->r, true, v->line, 1, "Handle", "there is no such variant");
		}
	}
	n->rows_refused += n->stock_unknown;
	return true;
}

/* Says which locations were summed up, or that the wanted one is not in the table. */
static bool
check_locations(struct import_run *r, const struct inventory_csv *t, struct err *e)
{
	struct buf b;

	buf_init(&b, &r->tables, 2000);
	for (size_t i = 0; i < t->n_locations; i++) {
		if (t->only.n > 0 && str_eq_case(t->only, t->location[i]))
			return true;
		buf_fmt(&b, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(t->location[i]));
	}
	if (t->only.n > 0)
		return err_set(e, ERR_INPUT, "the table has no location '%.*s', only: %.*s", STR_ARG(t->only), (int)b.n,
		    buf_str(&b).p);
	if (t->n_locations > 1)
		import_say(r, false, 1, 1, "Location",
		    str_fmt(
			&r->tables, "the quantities of these are summed up, --location takes one: %s", buf_str(&b).p)
			.p);
	return true;
}

bool
import_inventory(struct import_run *r, int fd, struct err *e)
{
	struct inventory_csv *t = ARENA_NEW(&r->tables, struct inventory_csv);
	struct inventory x = {.r = r};
	struct cells header;
	struct csv_bad bad;
	struct csv *csv;
	bool ok;

	*t = (struct inventory_csv){.only = str_z(r->im->location), .a = &r->tables, .note = import_note, .arg = r};
	arena_init(&x.a, INVENTORY_MAX_B);
	ok = (lseek(fd, 0, SEEK_SET) == 0 || err_set(e, ERR_UPSTREAM, "%s", strerror(errno)))
	     && csv_open(&r->tables, fd, &csv, e)
	     && (csv_next(csv, &header, &bad, e) == CSV_ROW || err_set(e, ERR_INPUT, "no header can be read"));
	if (ok && !inventory_csv_header(&header))
		ok = err_set(
		    e, ERR_INPUT, "not an inventory table: it needs Handle or SKU, Location, and Available or On hand");
	if (ok) {
		r->im->n.inventory = true;
		inventory_csv_open(t, &header);
		ok = inventory_read(&x, t, csv, e) && check_locations(r, t, e);
		sum_locations(&x);
		ok = ok && inventory_save(&x, e);
		import_progress(r, csv, true);
	}
	arena_fini(&x.a);
	return ok;
}
