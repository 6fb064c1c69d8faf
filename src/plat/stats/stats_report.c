#include "plat/stats/stats_report.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"

#define SILENT_NS (3 * CLOCK_S)

static const struct stats_row counters[STAT__MAX] = {
#define COUNTER(name, unit, help) {#name, #name, "", unit, help},
#define LABELLED(name, metric, label, unit, help) {#name, metric, label, unit, help},
#include "plat/stats/counters.def"
#undef COUNTER
#undef LABELLED
};

const struct stats_row *
stats_counters(void)
{
	return counters;
}

const char *
stats_end_name(enum stats_end end)
{
	static const char *const names[STATS_END__MAX] = {
	    "answered", "refused", "aborted", "handled", "cut_off", "crashed", "hung", "late"};

	return names[end];
}

const char *
stats_route_name(enum stats_route route)
{
	static const char *const names[STATS_ROUTE__MAX] = {
#define ROUTE_CLASS(name) #name,
#include "plat/stats/route_class.def"
#undef ROUTE_CLASS
	};

	return route < STATS_ROUTE__MAX ? names[route] : "none";
}

static void
read_sum(const struct stats_slot *s, struct stats_sum *sum)
{
	for (int i = 0; i < STATS_END__MAX; i++)
		sum->ended[i] = atomic_load_explicit(&s->ended[i], memory_order_acquire);
	sum->begun = atomic_load_explicit(&s->begun, memory_order_acquire);
	for (int i = 0; i < STAT__MAX; i++)
		sum->count[i] = shared_get(&s->count[i]);
	for (int r = 0; r < STATS_ROUTE__MAX; r++) {
		for (int i = 0; i < STATS_BUCKETS; i++)
			sum->times[r].bucket[i] = shared_get(&s->times[r].bucket[i]);
		sum->times[r].sum_ns = shared_get(&s->times[r].sum_ns);
	}
}

static uint64_t
sum_ended(const struct stats_sum *s)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_END__MAX; i++)
		n += s->ended[i];
	return n;
}

static void
add_counts(struct stats_sum *to, const struct stats_sum *s)
{
	for (int i = 0; i < STAT__MAX; i++)
		to->count[i] += s->count[i];
}

static void
add_requests(struct stats_sum *to, const struct stats_sum *s)
{
	to->begun += s->begun;
	for (int i = 0; i < STATS_END__MAX; i++)
		to->ended[i] += s->ended[i];
	for (int r = 0; r < STATS_ROUTE__MAX; r++) {
		for (int i = 0; i < STATS_BUCKETS; i++)
			to->times[r].bucket[i] += s->times[r].bucket[i];
		to->times[r].sum_ns += s->times[r].sum_ns;
	}
}

static void
read_worker(const struct stats *st, int slot, struct stats_worker *w, struct stats_sum *sum)
{
	const struct stats_slot *s = stats_at(st->area, slot);
	const struct stats_last *last = stats_last_of(st->area, s);
	uint64_t begun_ns = shared_get(&s->begun_ns), now_ns = clock_mono_ns(), route = shared_get(&s->route);

	if (st->area->layout == stats_layout())
		read_sum(s, sum);
	else
		stats_read_slot(st->area, s, sum);
	w->slot = slot;
	w->role = s->role == STATS_JOBS ? STATS_JOBS : STATS_WORKER;
	snprintf(w->backend, sizeof(w->backend), "%.*s", STATS_BACKEND_SIZE - 1, s->backend);
	snprintf(w->id, sizeof(w->id), "%.*s", STATS_ID_SIZE - 1, s->id);
	if (last != NULL)
		snprintf(w->note, sizeof(w->note), "%.*s", LOG_NOTE_SIZE - 1, last->note);
	w->alive = stats_held(st, slot);
	w->silent = w->alive && stats_overdue_ns(st, s) > SILENT_NS;
	w->retired = !w->alive && shared_get(&s->retired) != 0;
	w->pid = (int)shared_get(&s->pid);
	w->since_s = (int64_t)shared_get(&s->since_s);
	w->in_hand = sum->begun - sum_ended(sum);
	w->route = route < STATS_ROUTE__MAX ? (enum stats_route)route : STATS_ROUTE_none;
	w->running_ns = now_ns > begun_ns ? now_ns - begun_ns : 0;
	w->sum = sum;
}

static struct stats_backend *
backend_of(struct stats_report *r, struct arena *a, const struct stats_worker *w)
{
	struct stats_backend *b;

	for (size_t i = 0; i < r->n_backends; i++) {
		b = &r->backends[i];
		if (b->role == w->role && strcmp(b->name, w->backend) == 0)
			return b;
	}
	b = &r->backends[r->n_backends++];
	*b = (struct stats_backend){.name = w->backend, .role = w->role, .sum = ARENA_NEW(a, struct stats_sum)};
	return b;
}

/* The row that the counts of a dead worker of another layout are added to: the n-th row of its backend, as if a new
 * worker had taken its slot. NULL: the dead worker keeps its own row. */
static struct stats_worker *
heir(struct stats_report *r, const struct stats_worker *w, size_t nth)
{
	for (size_t i = 0; i < r->n_workers && !w->alive && w->in_hand == 0; i++)
		if (r->workers[i].role == w->role && strcmp(r->workers[i].backend, w->backend) == 0 && nth-- == 0)
			return &r->workers[i];
	return NULL;
}

/* The row's sum is const for callers only; stats_read() may still change it. */
static void
add_to(struct stats_worker *w, const struct stats_sum *sum)
{
	struct stats_sum *to = (struct stats_sum *)(uintptr_t)w->sum;

	add_requests(to, sum);
	add_counts(to, sum);
}

static void
read_slots(const struct stats *st, struct arena *a, size_t nth_file, struct stats_report *r)
{
	size_t before = r->n_workers;

	for (int i = 0; i < stats_top(st->area); i++) {
		struct stats_worker *w = &r->workers[r->n_workers], *to;
		struct stats_sum *sum;
		size_t nth = 0;

		if (atomic_load_explicit(&stats_at(st->area, i)->taken, memory_order_acquire) == 0)
			continue;
		sum = ARENA_NEW(a, struct stats_sum);
		read_worker(st, i, w, sum);
		w->slot += (int)nth_file * STATS_SLOTS; /* makes the slot number unique in metrics */
		for (int k = 0; k < i && nth_file > 0; k++)
			nth += stats_at(st->area, k)->role == (uint32_t)w->role
			    && strncmp(stats_at(st->area, k)->backend, w->backend, STATS_BACKEND_SIZE) == 0;
		to = nth_file > 0 && before > 0 ? heir(r, w, nth) : NULL;
		if (to != NULL)
			add_to(to, sum);
		else
			r->n_workers++;
	}
}

static void
add_up(struct stats_report *r, struct arena *a)
{
	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];
		struct stats_backend *b = backend_of(r, a, w);

		b->retired = (b->workers == 0 || b->retired) && w->retired;
		b->workers++;
		b->alive += w->alive && !w->silent;
		add_requests(b->sum, w->sum);
		add_counts(b->sum, w->sum);
		add_counts(r->all, w->sum);
		if (w->role == STATS_WORKER)
			add_requests(r->all, w->sum);
	}
}

void
stats_read(const struct stats *st, struct arena *a, struct stats_report *r)
{
	struct stats other[STATS_OTHERS];
	size_t n;

	*r = (struct stats_report){.now_s = clock_utc_s()};
	n = st == NULL || st->area == NULL ? 0 : stats_others(st, false, other);
	r->workers = ARENA_ARRAY(a, struct stats_worker, STATS_SLOTS * (n + 1) + 1);
	r->backends = ARENA_ARRAY(a, struct stats_backend, STATS_SLOTS * (n + 1) + 1);
	r->all = ARENA_NEW(a, struct stats_sum);
	if (st == NULL || st->area == NULL)
		return;
	r->made_s = st->area->made_s;
	read_slots(st, a, 0, r);
	for (size_t i = 0; i < n; i++) {
		r->made_s = other[i].area->made_s < r->made_s ? other[i].area->made_s : r->made_s;
		read_slots(&other[i], a, i + 1, r);
		stats_close(&other[i]);
	}
	add_up(r, a);
}

static uint64_t
sum_metric(const struct stats_sum *s, const char *metric, const char *label)
{
	uint64_t n = 0;

	for (int i = 0; i < STAT__MAX; i++)
		if (strcmp(counters[i].metric, metric) == 0 && strstr(counters[i].label, label) != NULL)
			n += s->count[i];
	return n;
}

struct stats_measures
stats_measure_sum(const struct stats_sum *s, uint64_t servers, uint64_t busiest)
{
	struct stats_measures m = {0};

	m.load.requests = s->begun;
	m.load.servers = servers;
	m.load.busiest = busiest;
	m.cache.hits = sum_metric(s, "cache_lookups", "result=\"hit\"");
	m.cache.misses = sum_metric(s, "cache_lookups", "result=\"miss\"");
	m.cache.errors = sum_metric(s, "cache_lookups", "result=\"error\"");
	m.cache.stale = sum_metric(s, "cache_stale_hits", "");
	m.cache.lookups = m.cache.hits + m.cache.misses + m.cache.errors;
	m.db.queries = s->count[STAT_db_queries];
	m.db.ns = s->count[STAT_db_query_ns];
	m.failure.handled = s->ended[STATS_HANDLED] + s->ended[STATS_CRASHED] + s->ended[STATS_HUNG]
			    + s->ended[STATS_LATE];
	m.failure.failures = m.failure.handled + s->ended[STATS_CUT];
	m.difference = (int64_t)(s->begun - sum_ended(s));
	return m;
}

struct stats_measures
stats_measure(const struct stats_report *r)
{
	uint64_t servers = 0, busiest = 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (w->role != STATS_WORKER || (!w->alive && w->sum->begun == 0))
			continue;
		servers++;
		busiest = w->sum->begun > busiest ? w->sum->begun : busiest;
	}
	return stats_measure_sum(r->all, servers, busiest);
}

struct str
stats_percent(struct arena *a, uint64_t part, uint64_t of)
{
	uint64_t permille;

	if (of == 0)
		return STR("no data");
	permille = part >= UINT64_MAX / 1000 ? part / of * 1000 : part * 1000 / of;
	return str_fmt(a, "%llu.%llu %%", (unsigned long long)permille / 10, (unsigned long long)permille % 10);
}

bool
stats_is_well(const struct stats_report *r)
{
	size_t alive[2] = {0, 0};

	for (size_t i = 0; i < r->n_workers; i++)
		alive[r->workers[i].role] += r->workers[i].alive;
	for (size_t i = 0; i < r->n_workers; i++)
		if (r->workers[i].silent)
			return false;
	for (size_t i = 0; i < r->n_services; i++)
		if (r->services[i].open)
			return false;
	return alive[STATS_WORKER] > 0 && alive[STATS_JOBS] > 0 && !r->read_only && !r->older;
}
