/* import_handle.c - finds the handle of a product whose table does not give a valid one.
 *
 * Such a handle does not identify the product, so one that another product has is not taken: a number is appended. A
 * product of the shop counts as the same one if an earlier import gave it the handle for the same typed one, or if
 * the titles agree and the SKUs do not contradict. */
#include "work/import_impl.h"

#define NUMBER_MAX 10000

/* True if the product of the shop is the one in the table. Two products with SKUs that share none are different. */
static bool
is_same_product(const struct product *p, const struct catalogue_found *have)
{
	bool any = false;

	if (!str_eq(have->title, p->title))
		return false;
	for (size_t i = 0; i < p->n_variants; i++) {
		any = any || p->variants[i].sku.n > 0;
		for (size_t k = 0; k < have->n_skus; k++)
			if (str_eq(p->variants[i].sku, have->skus[k]))
				return true;
	}
	return !any || have->n_skus == 0;
}

static bool
handle_is_free(struct import_run *r, const struct product *p, struct str handle, bool *out, struct err *e)
{
	struct catalogue_found have;

	*out = false;
	if (import_set_has(&r->in_file, handle) || import_set_has(&r->done, handle))
		return true;
	if (!catalogue_find_handle(&r->save, handle, &have, e))
		return false;
	*out = have.id == 0 || is_same_product(p, &have);
	return true;
}

static void
say_made(struct import_run *r, const struct product *p)
{
	struct str why = str_fmt(&r->group, "'%.*s' is not valid in an address: changed to '%.*s'",
	    STR_ARG(str_head(p->typed, 200)), STR_ARG(p->handle));

	if (p->typed.n > 0)
		import_say(r, false, p->line, 1, product_column_name(PRODUCT_COLUMN_HANDLE), why.p);
}

bool
import_handle(struct import_run *r, struct product *p, struct err *e)
{
	struct str base = p->handle, was = STR_NONE;
	bool is_free = false;

	if (p->typed.n > 0 && !catalogue_find_typed(&r->save, p->typed, &was, e))
		return false;
	if (was.n > 0 && !import_set_has(&r->in_file, was) && !import_set_has(&r->done, was)) {
		p->handle = str_dup(&r->group, was);
		is_free = true;
	}
	for (int i = 0; i < NUMBER_MAX && !is_free; i++) {
		if (i > 0)
			p->handle = str_fmt(&r->group, "%.*s-%d", STR_ARG(base), i);
		arena_reset(&r->scratch);
		if (!handle_is_free(r, p, p->handle, &is_free, e))
			return false;
	}
	say_made(r, p);
	return is_free || err_set(e, ERR_LIMIT, "line %u: no free handle like %.*s", p->line, STR_ARG(base));
}
