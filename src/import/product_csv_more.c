/* The categories of a product besides its main one: "Gifts; Tea > Green tea". In a name, a semicolon is "\\;". */
#include <stdlib.h>

#include "import/product_csv_impl.h"

#define CELL_MAX_B ((size_t)64 << 10)

/* Cuts off the text before the next separator; backslashes before separators go. */
static struct str
cut_path(struct arena *a, struct str *rest)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, CELL_MAX_B);
	for (i = 0; i < rest->n && rest->p[i] != ';'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n && rest->p[i + 1] == ';')
			i++;
		buf_ch(&b, rest->p[i]);
	}
	*rest = str_from(*rest, i < rest->n ? i + 1 : i);
	return buf_str(&b);
}

static bool
more_has(const struct product *p, struct str path)
{
	for (size_t i = 0; i < p->n_more; i++)
		if (str_eq(p->more[i], path))
			return true;
	return str_eq(p->category, path);
}

void
product_read_more(const struct product_row *r, struct product *p)
{
	struct str rest = product_cell(r, PRODUCT_COLUMN_MORE), path;

	if (rest.n > CELL_MAX_B) {
		product_remark(r, PRODUCT_COLUMN_MORE, "longer than 64 KiB: ignored");
		return;
	}
	p->more = ARENA_ARRAY(r->pc->group, struct str, PRODUCT_MORE_MAX);
	while (rest.n > 0) {
		if (!product_category_clean(r->pc->group, cut_path(r->pc->group, &rest), &path))
			product_remark(r, PRODUCT_COLUMN_MORE,
			    "a path has at most %d names of 100 characters each, 255 in all: cut",
			    PRODUCT_CATEGORY_DEPTH_MAX);
		if (path.n == 0 || more_has(p, path))
			continue;
		if (p->category.n == 0) {
			p->category = path;
		} else if (p->n_more < PRODUCT_MORE_MAX) {
			p->more[p->n_more++] = path;
		} else {
			product_remark(
			    r, PRODUCT_COLUMN_MORE, "more than %d: the others are dropped", PRODUCT_MORE_MAX);
			break;
		}
	}
	if (p->n_more > 0)
		qsort(p->more, p->n_more, sizeof(p->more[0]), str_order);
}
