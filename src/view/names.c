#include "view/names.h"

#include <stdlib.h>

static const struct str names[] = {
    STR_INIT(""),
#define NAME(id, help) STR_INIT(#id),
#include "view/names.def"
#undef NAME
};

static uint16_t sorted[N__MAX]; /* ids sorted by name; filled by the first search */

static int
by_name(const void *a, const void *b)
{
	return str_cmp(names[*(const uint16_t *)a], names[*(const uint16_t *)b]);
}

bool
view_name_find(struct str name, uint16_t *id)
{
	size_t low = 1, high = N__MAX;

	if (N__MAX > 1 && sorted[N__MAX - 1] == 0) {
		for (uint16_t i = 0; i < N__MAX; i++)
			sorted[i] = i;
		qsort(sorted, N__MAX, sizeof(sorted[0]), by_name);
	}
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int cmp = str_cmp(name, names[sorted[mid]]);

		if (cmp == 0) {
			*id = sorted[mid];
			return true;
		}
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

struct str
view_name(uint16_t id)
{
	ASSERT(id < N__MAX);
	return names[id];
}

uint64_t
view_names_hash(void)
{
	static uint64_t hash;

	if (hash != 0)
		return hash;
	hash = str_hash(STR("names"));
	for (size_t i = 1; i < N__MAX; i++)
		hash = str_hash_more(str_hash_more(hash, names[i]), STR("\n"));
	for (currency c = 0; currency_known(c); c++)
		hash = str_hash_more(hash, str_z(currency_code(c)));
	return hash;
}

uint16_t
view_name_intern(struct view_names *v, struct str name)
{
	uint16_t id;

	if (view_name_find(name, &id))
		return id;
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->more[i], name))
			return (uint16_t)(N__MAX + i);
	if (v->n >= UINT16_MAX - N__MAX)
		return N__NONE;
	v->more = arena_more(v->a, v->more, v->n, &v->cap, sizeof(*v->more));
	v->more[v->n] = str_dup(v->a, name);
	return (uint16_t)(N__MAX + v->n++);
}
