/* Files of other layouts: those of releases with other counters. As long as such a file exists, every total includes
 * its counts. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "plat/stats/stats_area.h"

#define HASH_CHARS 16

/* True when `n` pieces of `each_b` bytes from `from` on lie between `least` and `end`. No value can overflow it. */
static bool
pieces_fit(uint64_t from, uint64_t n, uint64_t each_b, uint64_t least, uint64_t end)
{
	return from % sizeof(shared_word) == 0 && each_b % sizeof(shared_word) == 0 && from >= least && from <= end
	    && n <= (end - from) / each_b;
}

static bool
fits(const struct stats_area *area, uint64_t size_b)
{
	uint64_t slot_b = area->slot_b, least = offsetof(struct stats_slot, count);

	return shared_get(&area->magic) == STATS_MAGIC && slot_b >= least
	    && pieces_fit(area->slot_from, STATS_SLOTS, slot_b, offsetof(struct stats_area, slot), size_b)
	    && pieces_fit(area->count_from, area->n_counts, sizeof(shared_word), least, slot_b)
	    && pieces_fit(area->times_from, area->n_routes, sizeof(struct stats_times), least, slot_b)
	    && memchr(area->names, 0, sizeof(area->names)) != NULL;
}

static bool
open_other(struct stats *o, const char *name, bool write)
{
	int flags = write ? O_RDWR : O_RDONLY;
	struct err none = {0};
	struct shared head;
	size_t size_b = 0;

	*o = (struct stats){.slot = -1};
	if (!shared_open(&head, name, flags, offsetof(struct stats_area, slot), &none))
		return false;
	if (shared_get(&((struct stats_area *)head.area)->magic) == STATS_MAGIC)
		size_b = shared_size(&head);
	shared_close(&head);
	if (size_b == 0 || !shared_open(&o->file, name, flags, size_b, &none))
		return false;
	o->area = o->file.area;
	if (fits(o->area, size_b))
		return true;
	stats_close(o);
	return false;
}

size_t
stats_others(const struct stats *st, bool write, struct stats other[STATS_OTHERS])
{
	char dir[SHARED_NAME_SIZE], name[2 * SHARED_NAME_SIZE];
	const char *base = strrchr(st->file.name, '/');
	const struct dirent *entry;
	size_t n = 0, stem;
	DIR *d;

	if (base == NULL || strlen(base) <= HASH_CHARS + 1)
		return 0;
	str_copy(dir, sizeof(dir), str_n(st->file.name, (size_t)(base - st->file.name)));
	base++;
	stem = strlen(base) - HASH_CHARS;
	d = opendir(*dir == '\0' ? "/" : dir);
	while (d != NULL && n < STATS_OTHERS && (entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, base, stem) != 0 || strlen(entry->d_name) != stem + HASH_CHARS
		    || strcmp(entry->d_name, base) == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", dir, entry->d_name);
		n += open_other(&other[n], name, write);
	}
	if (d != NULL)
		closedir(d);
	return n;
}

struct stats_last *
stats_last_of(const struct stats_area *area, const struct stats_slot *s)
{
	uint64_t from = area->times_from + area->n_routes * sizeof(struct stats_times);

	if (area->slot_b < from || area->slot_b - from < sizeof(struct stats_last))
		return NULL;
	return (struct stats_last *)((uintptr_t)s + from);
}

/* Takes the next name off the list and returns its index among our `n` names, or -1. */
static int
next_index(const char **list, const char *(*ours)(int), int n)
{
	size_t len = strcspn(*list, ";");
	const char *name = *list;

	*list += len + (name[len] == ';');
	for (int i = 0; i < n; i++)
		if (strlen(ours(i)) == len && strncmp(ours(i), name, len) == 0)
			return i;
	return -1;
}

static const char *
counter_name(int i)
{
	return stats_counters()[i].name;
}

static const char *
route_name(int i)
{
	return stats_route_name((enum stats_route)i);
}

void
stats_read_slot(const struct stats_area *area, const struct stats_slot *s, struct stats_sum *sum)
{
	const shared_word *count = (const shared_word *)((uintptr_t)s + area->count_from);
	const struct stats_times *times = (const struct stats_times *)((uintptr_t)s + area->times_from);
	const char *names = area->names;

	for (int i = 0; i < STATS_ENDS; i++) /* unknown endings count as failures */
		sum->ended[i < STATS_END__MAX ? i : STATS_CUT] +=
		    atomic_load_explicit(&s->ended[i], memory_order_acquire);
	sum->begun += atomic_load_explicit(&s->begun, memory_order_acquire);
	for (uint64_t k = 0; k < area->n_counts; k++) {
		int i = next_index(&names, counter_name, STAT__MAX);

		if (i >= 0)
			sum->count[i] += shared_get(&count[k]);
	}
	for (uint64_t k = 0; k < area->n_routes; k++) {
		int r = next_index(&names, route_name, STATS_ROUTE__MAX);

		r = r < 0 ? STATS_ROUTE_none : r;
		for (int i = 0; i < STATS_BUCKETS; i++)
			sum->times[r].bucket[i] += shared_get(&times[k].bucket[i]);
		sum->times[r].sum_ns += shared_get(&times[k].sum_ns);
	}
}
