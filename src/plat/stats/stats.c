#include "plat/stats/stats.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"

#define CLAIM_ROUNDS 3
#define START_NS (60 * CLOCK_S) /* until a new process calls stats_due() */

const uint32_t stats_bucket_ms[STATS_BUCKETS - 1] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500};

static const char layout_names[] =
#define COUNTER(name, unit, help) #name ";"
#define LABELLED(name, metric, label, unit, help) #name ";"
#include "plat/stats/counters.def"
#undef COUNTER
#undef LABELLED
#define ROUTE_CLASS(name) #name ";"
#include "plat/stats/route_class.def"
#undef ROUTE_CLASS
    ;
_Static_assert(sizeof(layout_names) <= STATS_NAMES_B && STATS_END__MAX <= STATS_ENDS, "the head has room");

/* Covers everything that may differ between programs that share a file. */
uint64_t
stats_layout(void)
{
	uint64_t sizes[] = {sizeof(struct stats_area), sizeof(struct stats_slot), offsetof(struct stats_slot, count),
	    offsetof(struct stats_area, slot), STATS_BUCKETS};

	return str_hash_more(str_hash(str_z(layout_names)), str_n(sizes, sizeof(sizes)));
}

static off_t
slot_offset(const struct stats *st, int slot)
{
	return (off_t)(st->area->slot_from + st->area->slot_b * (uint64_t)slot);
}

bool
stats_lock(const struct stats *st, int slot)
{
	return shared_lock(&st->file, slot_offset(st, slot), st->area->slot_b);
}

void
stats_unlock(const struct stats *st, int slot)
{
	shared_unlock(&st->file, slot_offset(st, slot), st->area->slot_b);
}

bool
stats_held(const struct stats *st, int slot)
{
	return slot == st->slot || shared_held(&st->file, slot_offset(st, slot), st->area->slot_b);
}

/* Deadlines of an earlier boot are invalid, so its requests count as crashed. */
static void
begin_new_boot(struct stats_area *area, const char boot[SHARED_BOOT_SIZE])
{
	for (int i = 0; i < stats_top(area); i++)
		(void)stats_settle(area, i, false);
	memcpy(area->boot, boot, SHARED_BOOT_SIZE);
}

static void
describe(struct stats_area *area)
{
	area->slot_from = offsetof(struct stats_area, slot);
	area->slot_b = sizeof(struct stats_slot);
	area->count_from = offsetof(struct stats_slot, count);
	area->n_counts = STAT__MAX;
	area->times_from = offsetof(struct stats_slot, times);
	area->n_routes = STATS_ROUTE__MAX;
	memcpy(area->names, layout_names, sizeof(layout_names));
}

/* Call it with the creation lock. The magic is written last, so that an incomplete file is initialised again. */
static bool
make_area(struct stats_area *area, struct err *e)
{
	char boot[SHARED_BOOT_SIZE];

	shared_boot(boot);
	if (shared_get(&area->magic) != STATS_MAGIC) {
		area->layout = stats_layout();
		describe(area);
		area->made_s = clock_utc_s();
		memcpy(area->boot, boot, sizeof(boot));
		atomic_store(&area->magic, STATS_MAGIC);
	}
	if (area->layout != stats_layout())
		return err_set(e, ERR_UPSTREAM, "the layout does not match the hash in the name");
	if (memcmp(area->boot, boot, sizeof(boot)) != 0)
		begin_new_boot(area, boot);
	return true;
}

static bool
open_file(struct stats *st, const char *path, int flags, struct err *e)
{
	char name[SHARED_NAME_SIZE];
	bool ok;

	*st = (struct stats){.slot = -1};
	snprintf(name, sizeof(name), "%s.%016" PRIx64, path, stats_layout());
	if (!shared_open(&st->file, name, flags, sizeof(struct stats_area), e))
		return false;
	st->area = st->file.area;
	if ((flags & O_CREAT) != 0) {
		ok = make_area(st->area, e);
		shared_ready(&st->file);
	} else {
		ok = (shared_get(&st->area->magic) == STATS_MAGIC && st->area->layout == stats_layout())
		    || err_set(e, ERR_UPSTREAM, "%s: not the shared counters", name);
	}
	if (!ok)
		stats_close(st);
	return ok;
}

bool
stats_open(struct stats *st, const char *path, struct err *e)
{
	return open_file(st, path, O_RDWR | O_CREAT, e);
}

bool
stats_open_tool(struct stats *st, const char *path, bool write, struct err *e)
{
	struct stats other[STATS_OTHERS];
	size_t n;

	if (open_file(st, path, write ? O_RDWR : O_RDONLY, e))
		return true;
	n = e->kind == ERR_NOT_FOUND ? stats_others(st, write, other) : 0;
	if (n == 0)
		return false;
	*st = other[0]; /* no worker of this release has run yet */
	while (--n > 0)
		stats_close(&other[n]);
	err_clear(e);
	return true;
}

void
stats_close(struct stats *st)
{
	shared_close(&st->file);
	st->area = NULL;
	st->slot = -1;
}

struct stats *
stats_none(void)
{
	static struct stats_area area;
	static struct stats st = {.file = {.fd = -1, .writable = true}, .area = &area, .slot = 0};

	if (shared_get(&area.top) == 0) {
		describe(&area);
		shared_set(&area.slot[0].taken, 1);
		shared_set(&area.top, 1);
		area.made_s = clock_utc_s();
		snprintf(area.slot[0].backend, STATS_BACKEND_SIZE, "none");
	}
	return &st;
}

struct stats_slot *
stats_own(const struct stats *st)
{
	return st == NULL || st->area == NULL || st->slot < 0 ? NULL : &st->area->slot[st->slot];
}

static bool
belongs_to(const struct stats_slot *s, enum stats_role role, const char *name)
{
	return atomic_load_explicit(&s->taken, memory_order_acquire) != 0 && s->role == (uint32_t)role
	       && strncmp(s->backend, name, STATS_BACKEND_SIZE) == 0;
}

static void
move_in(struct stats *st, int i)
{
	struct stats_slot *s = &st->area->slot[i];
	st->slot = i;
	shared_set(&s->pid, (uint64_t)getpid());
	shared_set(&s->pid_space, shared_pid_space());
	shared_set(&s->since_s, (uint64_t)clock_utc_s());
	shared_set(&s->retired, 0);
	stats_due(st, clock_mono_ns() + START_NS);
	stats_add(st, STAT_worker_starts, 1);
}

static void
raise_top(struct stats_area *area, uint64_t to)
{
	uint64_t top = atomic_load(&area->top);

	while (top < to && !atomic_compare_exchange_weak(&area->top, &top, to))
		;
}

/* Tries to take a slot that belonged to this backend before, or (`fresh`) an unused one. */
static bool
try_slot(struct stats *st, int i, enum stats_role role, const char *name, bool fresh)
{
	struct stats_slot *s = &st->area->slot[i];

	if (fresh ? shared_get(&s->taken) != 0 : !belongs_to(s, role, name))
		return false;
	if (!stats_lock(st, i))
		return false;
	if (fresh && shared_get(&s->taken) == 0) {
		s->role = (uint32_t)role;
		snprintf(s->backend, sizeof(s->backend), "%s", name);
		raise_top(st->area, (uint64_t)i + 1);
		atomic_store_explicit(&s->taken, 1, memory_order_release);
	}
	if (!belongs_to(s, role, name)) {
		stats_unlock(st, i);
		return false;
	}
	(void)stats_settle(st->area, i, true);
	move_in(st, i);
	return true;
}

static bool
try_slots(struct stats *st, enum stats_role role, const char *name, bool fresh)
{
	for (int i = 0; i < (fresh ? STATS_SLOTS : stats_top(st->area)); i++)
		if (try_slot(st, i, role, name, fresh))
			return true;
	return false;
}

/* Tries several times for an old slot, since a sweep may briefly lock a free slot. */
bool
stats_claim_as(struct stats *st, enum stats_role role, const char *name, struct err *e)
{
	if (st == NULL || st->area == NULL || !st->file.writable)
		return err_set(e, ERR_BUG, "no slot can be taken: the shared counters are not open");
	if (st->slot >= 0)
		return true;
	if (strlen(name) >= STATS_BACKEND_SIZE || *name == '\0' || strpbrk(name, "\"\\\n{}") != NULL)
		return err_set(e, ERR_INPUT, "\"%s\" is not a valid name of a backend: 1 to %d plain characters", name,
		    STATS_BACKEND_SIZE - 1);
	if ((role == STATS_JOBS) != (strcmp(name, "jobs") == 0)) /* two backends must not share a label */
		return err_set(e, ERR_INPUT, "the name \"jobs\" is reserved for kontor-jobs");
	for (int round = 0; round < CLAIM_ROUNDS; round++) {
		if (try_slots(st, role, name, false))
			return true;
		clock_sleep_ns(CLOCK_MS);
	}
	if (try_slots(st, role, name, true) || try_slots(st, role, name, false))
		return true;
	return err_set(e, ERR_LIMIT, "all %d slots of the shared counters belong to other backends or live processes",
	    STATS_SLOTS);
}

bool
stats_sound(const struct stats *st, struct err *e)
{
	if (st->area != NULL && st->slot < 0)
		return err_set(e, ERR_BUSY, "%s: this process has no slot in it", st->file.name);
	if (!shared_sound(&st->file, e))
		return false;
	return st->file.fd < 0 || shared_get(&st->area->slot[st->slot].taken) != 0
	    || err_set(e, ERR_BUSY, "%s has been emptied", st->file.name);
}

bool
stats_join(struct stats *st, const char *path, enum stats_role role, const char *name, struct err *e)
{
	struct stats fresh;
	struct err none = {0};

	if (stats_sound(st, &none))
		return true;
	if (!stats_open(&fresh, path, e) || !stats_claim_as(&fresh, role, name, e)) {
		stats_close(&fresh);
		if (st->area == NULL)
			*st = fresh; /* has the file's name, but is not open */
		return false;
	}
	stats_close(st);
	*st = fresh;
	return true;
}

void
stats_retire(struct stats *st, const char *backend)
{
	for (int i = 0; st->area != NULL && st->file.writable && i < stats_top(st->area); i++) {
		struct stats_slot *s = stats_at(st->area, i);

		if (!belongs_to(s, STATS_WORKER, backend) || !stats_lock(st, i))
			continue;
		(void)stats_settle(st->area, i, true);
		shared_set(&s->retired, 1);
		stats_unlock(st, i);
	}
}

bool
stats_claim(struct stats *st, const char *backend, struct err *e)
{
	return stats_claim_as(st, STATS_WORKER, backend, e);
}

uint64_t
stats_ended(const struct stats_slot *s)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_ENDS; i++)
		n += atomic_load_explicit(&s->ended[i], memory_order_acquire);
	return n;
}

bool
stats_in_hand(const struct stats_slot *s)
{
	uint64_t ended = stats_ended(s);

	return atomic_load_explicit(&s->begun, memory_order_acquire) > ended;
}

void
stats_note(struct stats *st, const char *fields)
{
	struct stats_slot *s = stats_own(st);

	if (s != NULL)
		str_copy(s->last.note, sizeof(s->last.note), str_z(fields));
}

void
stats_begin(struct stats *st, const char id[STATS_ID_SIZE], uint64_t deadline_ns, enum stats_route route)
{
	struct stats_slot *s = stats_own(st);

	if (s == NULL)
		return;
	sending_clear(&s->last.sending);
	str_copy(s->id, sizeof(s->id), str_z(id));
	shared_set(&s->deadline_ns, deadline_ns);
	shared_set(&s->begun_ns, clock_mono_ns());
	shared_set(&s->route, (uint64_t)route);
	stats_raise(&s->begun, 1);
}

void
stats_route(struct stats *st, enum stats_route route)
{
	struct stats_slot *s = stats_own(st);

	if (s != NULL)
		shared_set(&s->route, (uint64_t)route);
}

struct sending *
stats_sending(struct stats *st, enum stats_end end)
{
	static struct sending nowhere;
	struct stats_slot *s = stats_own(st);
	struct sending *sending = s == NULL ? &nowhere : &s->last.sending;

	shared_set(&sending->end, (uint64_t)end);
	return sending;
}

void
stats_raise_route(struct stats_slot *s, enum stats_end how)
{
	uint64_t route = shared_get(&s->route);

	_Static_assert(STAT_route_home_answered - STAT_route_none_answered == (int)STATS_END__MAX
	                   && STAT_route_none_late - STAT_route_none_answered == (int)STATS_LATE,
	    "counters.def follows enum stats_end");
	if (s->role == STATS_WORKER && route < STATS_ROUTE__MAX)
		stats_raise(&s->count[STAT_route_none_answered + route * STATS_END__MAX + how], 1);
}

void
stats_end(struct stats *st, enum stats_end how)
{
	struct stats_slot *s = stats_own(st);
	struct stats_times *t;
	uint64_t took_ns;
	int i = 0;

	if (s == NULL)
		return;
	took_ns = clock_mono_ns() - shared_get(&s->begun_ns);
	t = &s->times[shared_get(&s->route)];
	while (i < STATS_BUCKETS - 1 && took_ns > stats_bucket_ms[i] * CLOCK_MS)
		i++;
	stats_raise(&t->sum_ns, took_ns);
	stats_raise(&t->bucket[i], 1);
	stats_raise_route(s, how);
	stats_raise(&s->ended[how], 1);
}

void
stats_due(struct stats *st, uint64_t mono_ns)
{
	struct stats_slot *s = stats_own(st);

	if (s != NULL)
		shared_set(&s->deadline_ns, mono_ns);
}

/* Programs of other layouts may not call stats_due(). */
uint64_t
stats_overdue_ns(const struct stats *st, const struct stats_slot *s)
{
	uint64_t deadline_ns = shared_get(&s->deadline_ns), now_ns = clock_mono_ns();

	if (!stats_in_hand(s) && st->area->layout != stats_layout())
		return 0;
	return now_ns > deadline_ns ? now_ns - deadline_ns : 0;
}

void
stats_add(struct stats *st, enum stats_counter counter, uint64_t n)
{
	struct stats_slot *s = stats_own(st);

	if (s != NULL)
		stats_raise(&s->count[counter], n);
}

void
stats_error(struct stats *st, enum err_kind kind)
{
	_Static_assert(STAT_err_BUG - STAT_err_INPUT == ERR_BUG - ERR_INPUT, "counters.def follows err.def");

	if (kind > ERR_NONE && kind < ERR__MAX)
		stats_add(st, (enum stats_counter)(STAT_err_INPUT + (int)kind - ERR_INPUT), 1);
}
