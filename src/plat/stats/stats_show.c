/* The state of the shop for an operator on call: faults first, then the four measures with their counts, then backends
 * and workers. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "plat/stats/stats_report.h"

static void
put_when(struct buf *b, int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_z(b, text);
}

static void
put_span(struct buf *b, int64_t s)
{
	if (s < 120)
		buf_fmt(b, "%lld s", (long long)s);
	else if (s < 7200)
		buf_fmt(b, "%lld min", (long long)s / 60);
	else if (s < 172800)
		buf_fmt(b, "%lld h %lld min", (long long)s / 3600, (long long)s / 60 % 60);
	else
		buf_fmt(b, "%lld days", (long long)s / 86400);
}

/* 1234567 as 1,234,567. */
static struct str
grouped(struct arena *a, uint64_t n)
{
	struct buf b;
	char digits[24];
	size_t len = 0;

	do {
		digits[len++] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	buf_init(&b, a, 40);
	while (len > 0) {
		buf_ch(&b, digits[--len]);
		if (len > 0 && len % 3 == 0)
			buf_ch(&b, ',');
	}
	return buf_str(&b);
}

#define N(b, n) grouped((b)->a, (n)).p

static void
put_down(struct buf *b, const struct stats_service *s)
{
	if (s->open)
		buf_fmt(b, "  !! the %s%s%s IS DOWN: its breaker is open, last tried %llu s ago\n",
		    strcmp(s->service, "db") == 0 ? "database" : s->service, *s->server == '\0' ? "" : " ", s->server,
		    (unsigned long long)(s->since_ns / CLOCK_S));
}

static void
put_confined(struct buf *b, const struct stats_report *r)
{
	unsigned alive = 0, seccomp = 0, landlock = 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		alive += w->alive;
		seccomp += w->alive && w->seccomp;
		landlock += w->alive && w->landlock;
	}
	buf_fmt(b, "  confined: %u of %u processes by seccomp, %u by Landlock\n", seccomp, alive, landlock);
}

static const char *const outbox_kinds[] = {
#define OUTBOX_KIND(name, help) #name,
#include "plat/stats/outbox_kind.def"
};

static int64_t
outbox_of(const struct stats_report *r, size_t kind, enum fact_outbox f)
{
	return r->facts[fact_of_outbox(kind, f)].value;
}

static void
put_outbox_state(struct buf *b, const struct stats_report *r)
{
	for (size_t k = 0; k < FACT_OUTBOX_KINDS; k++) {
		int64_t waiting = outbox_of(r, k, FACT_OUTBOX_WAITING), dead = outbox_of(r, k, FACT_OUTBOX_DEAD);

		if (waiting == 0 && dead == 0)
			continue;
		buf_fmt(b, "  outbox, %s: %lld waiting", outbox_kinds[k], (long long)waiting);
		if (waiting > 0) {
			buf_z(b, ", the oldest for ");
			put_span(b, outbox_of(r, k, FACT_OUTBOX_OLDEST));
		}
		if (dead > 0)
			buf_fmt(b, "; %lld failed for good (kontor outbox list)", (long long)dead);
		buf_ch(b, '\n');
	}
}

static void
json_outbox(struct buf *b, const struct stats_report *r)
{
	buf_z(b, "\"outbox\":{");
	for (size_t k = 0; k < FACT_OUTBOX_KINDS; k++)
		buf_fmt(b, "%s\"%s\":{\"waiting\":%lld,\"dead\":%lld,\"oldest_s\":%lld}", k == 0 ? "" : ",",
		    outbox_kinds[k], (long long)outbox_of(r, k, FACT_OUTBOX_WAITING),
		    (long long)outbox_of(r, k, FACT_OUTBOX_DEAD), (long long)outbox_of(r, k, FACT_OUTBOX_OLDEST));
	buf_z(b, "},\n");
}

static void
put_state(struct buf *b, const struct stats_report *r)
{
	size_t alive = 0, workers = 0, jobs = 0;
	uint64_t busy = 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		jobs += w->role == STATS_JOBS && w->alive;
		if (w->role != STATS_WORKER)
			continue;
		workers += w->retired ? 0 : 1;
		alive += w->alive;
		busy += w->alive ? w->in_hand : 0;
	}
	if (r->older)
		buf_z(b, "  !! ORDERING IS STOPPED: the database is older than what was acknowledged"
			 " (kontor receipts compare)\n");
	else if (r->paused)
		buf_fmt(b, "  !! ORDERING IS PAUSED%s (kontor resume)\n",
		    r->paused_here ? " ON THIS HOST ONLY: the database did not answer" : "");
	if (r->read_only)
		buf_z(b, "  !! THE DATABASE IS READ-ONLY: no orders can be placed\n");
	for (size_t i = 0; i < r->n_services; i++)
		put_down(b, &r->services[i]);
	if (alive == 0)
		buf_z(b, "  !! NO WORKER IS ALIVE: visitors get the static error page\n");
	if (jobs == 0)
		buf_z(b, "  !! kontor-jobs is not running: crashes are not counted, unpaid orders do not expire\n");
	for (size_t i = 0; i < r->n_workers; i++)
		if (r->workers[i].silent)
			buf_fmt(b, "  !! %s (pid %d) DOES NOT RESPOND: it is stopped or hangs\n",
			    r->workers[i].role == STATS_JOBS ? "kontor-jobs" : "a worker", r->workers[i].pid);
	if (!r->paused && stats_is_well(r))
		buf_z(b, "  all is well\n");
	buf_fmt(b, "  %zu of %zu workers alive, %llu busy; %zu kontor-jobs; counting since ", alive, workers,
	    (unsigned long long)busy, jobs);
	put_when(b, r->made_s);
	buf_z(b, " (");
	put_span(b, r->now_s - r->made_s);
	buf_z(b, ")\n");
	put_confined(b, r);
	put_outbox_state(b, r);
	buf_ch(b, '\n');
}

static void
put_requests(struct buf *b, const struct stats_report *r, const struct stats_measures *m)
{
	const uint64_t *n = r->all->ended;

	buf_fmt(b,
	    "requests begun %s = %s answered + %s refused + %s aborted + %s handled + %s unhandled"
	    " (difference %lld: in hand)\n\n",
	    N(b, r->all->begun), N(b, n[STATS_ANSWERED]), N(b, n[STATS_REFUSED]), N(b, n[STATS_ABORTED]),
	    N(b, m->failure.handled), N(b, n[STATS_CUT]), (long long)m->difference);
}

static void
put_measures(struct buf *b, const struct stats_report *r, const struct stats_measures *m)
{
	const uint64_t *n = r->all->ended;

	buf_z(b, "load balancing       ");
	if (m->load.servers == 0 || m->load.requests == 0)
		buf_z(b, "no data\n");
	else
		buf_fmt(b, "%s requests a worker (%s / %llu); the busiest had %.2f times the mean\n",
		    N(b, m->load.requests / m->load.servers), N(b, m->load.requests),
		    (unsigned long long)m->load.servers,
		    (double)m->load.busiest * (double)m->load.servers / (double)m->load.requests);
	buf_fmt(b, "cache hit ratio      %s (%s hits / %s lookups; %s misses, %s errors; %s of the hits stale)\n",
	    stats_percent(b->a, m->cache.hits, m->cache.lookups).p, N(b, m->cache.hits), N(b, m->cache.lookups),
	    N(b, m->cache.misses), N(b, m->cache.errors), N(b, m->cache.stale));
	buf_z(b, "database             ");
	if (m->db.ns == 0)
		buf_z(b, "no data\n");
	else
		buf_fmt(b, "%.0f queries per second of query time (%s / %.3f s; %.3f ms each)\n",
		    (double)m->db.queries * 1e9 / (double)m->db.ns, N(b, m->db.queries), (double)m->db.ns / 1e9,
		    m->db.queries == 0 ? 0.0 : (double)m->db.ns / 1e6 / (double)m->db.queries);
	buf_fmt(b,
	    "failure handling     %s (%s handled / %s failures; of the handled %s by the web server: %s crashed, %s "
	    "hung, %s late; unhandled: %s cut off)\n"
	    "                     the web server's own page was sent %s times, also when no worker had begun\n\n",
	    stats_percent(b->a, m->failure.handled, m->failure.failures).p, N(b, m->failure.handled),
	    N(b, m->failure.failures), N(b, n[STATS_CRASHED] + n[STATS_HUNG] + n[STATS_LATE]), N(b, n[STATS_CRASHED]),
	    N(b, n[STATS_HUNG]), N(b, n[STATS_LATE]), N(b, n[STATS_CUT]), N(b, r->all->count[STAT_web_failures]));
}

static void
show_put_row(struct buf *b, const char *name, const char *state, const struct stats_sum *s)
{
	struct stats_measures m = stats_measure_sum(s, 0, 0);

	buf_fmt(b, "%-20.20s %-10s %12llu %12llu %9llu %8llu %8llu %6llu %7s %9s %8.2f\n", name, state,
	    (unsigned long long)s->begun, (unsigned long long)s->ended[STATS_ANSWERED],
	    (unsigned long long)s->ended[STATS_REFUSED], (unsigned long long)s->ended[STATS_ABORTED],
	    (unsigned long long)m.failure.handled, (unsigned long long)(m.failure.failures - m.failure.handled),
	    m.failure.failures == 0 ? "-" : stats_percent(b->a, m.failure.handled, m.failure.failures).p,
	    m.cache.lookups == 0 ? "-" : stats_percent(b->a, m.cache.hits, m.cache.lookups).p,
	    m.db.queries == 0 ? 0.0 : (double)m.db.ns / 1e6 / (double)m.db.queries);
}

static void
put_backends(struct buf *b, const struct stats_report *r)
{
	buf_fmt(b, "%-20s %-10s %12s %12s %9s %8s %8s %6s %7s %9s %8s\n", "BACKEND, worker", "", "begun", "answered",
	    "refused", "aborted", "handled", "unhand", "ratio", "cache", "ms/query");
	for (size_t i = 0; i < r->n_backends; i++) {
		const struct stats_backend *k = &r->backends[i];

		show_put_row(b, k->name,
		    k->retired ? "ended" : str_fmt(b->a, "%zu of %zu", k->alive, k->workers).p, k->sum);
		for (size_t j = 0; j < r->n_workers; j++) {
			const struct stats_worker *w = &r->workers[j];

			if (w->role == k->role && strcmp(w->backend, k->name) == 0)
				show_put_row(b, str_fmt(b->a, "  #%d pid %d", w->slot, w->pid).p,
				    !w->alive        ? "gone"
				    : w->silent      ? "silent"
				    : w->in_hand > 0 ? "busy"
						     : "idle",
				    w->sum);
		}
	}
	buf_ch(b, '\n');
}

static void
put_in_hand(struct buf *b, const struct stats_report *r)
{
	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (w->in_hand > 0)
			buf_fmt(b, "in hand: request %s, class %s, for %.3f s in %s #%d%s\n", w->id,
			    stats_route_name(w->route), (double)w->running_ns / 1e9, w->backend, w->slot,
			    w->alive ? "" : " which is DEAD; the sweep will count it");
	}
}

/* The upper bound of the bucket with the part-th percentile. */
static const char *
quantile(struct buf *b, const uint64_t *bucket, uint64_t n, uint64_t part)
{
	uint64_t seen = 0;

	for (int i = 0; i < STATS_BUCKETS - 1; i++) {
		seen += bucket[i];
		if (seen * 100 >= n * part)
			return str_fmt(b->a, "<= %u", stats_bucket_ms[i]).p;
	}
	return "> 2500";
}

static uint64_t
failed(const struct stats_sum *s, int route)
{
	const uint64_t *n = &s->count[STAT_route_none_answered + route * STATS_END__MAX];

	return n[STATS_HANDLED] + n[STATS_CUT] + n[STATS_CRASHED] + n[STATS_HUNG];
}

static void
put_times(struct buf *b, const struct stats_report *r)
{
	bool any = false;

	for (int k = 0; k < STATS_ROUTE__MAX; k++) {
		const uint64_t *bucket = r->all->times[k].bucket;
		uint64_t n = 0;

		for (int i = 0; i < STATS_BUCKETS; i++)
			n += bucket[i];
		if (n == 0)
			continue;
		if (!any)
			buf_fmt(b, "%-20s %12s %10s %10s %10s %10s %10s\n", "TIME in ms", "requests", "failed", "mean",
			    "half", "95 %", "99 %");
		any = true;
		buf_fmt(b, "%-20s %12llu %10s %10.2f %10s %10s %10s\n", stats_route_name((enum stats_route)k),
		    (unsigned long long)n, N(b, failed(r->all, k)),
		    (double)r->all->times[k].sum_ns / 1e6 / (double)n,
		    quantile(b, bucket, n, 50), quantile(b, bucket, n, 95), quantile(b, bucket, n, 99));
	}
	if (any)
		buf_ch(b, '\n');
}

static void
put_counters(struct buf *b, const struct stats_report *r)
{
	const struct stats_row *c = stats_counters();

	buf_z(b, "COUNTERS other than 0\n");
	for (int i = 0; i < STAT__MAX; i++) {
		if (r->all->count[i] == 0 || strcmp(c[i].metric, "requests_by_route") == 0) /* these are above */
			continue;
		if (strcmp(c[i].unit, "ns") == 0)
			buf_fmt(b, "  %-24s %16.3f s", c[i].name, (double)r->all->count[i] / 1e9);
		else
			buf_fmt(b, "  %-24s %16s %s", c[i].name, N(b, r->all->count[i]), c[i].unit);
		buf_ch(b, '\n');
	}
}

void
stats_put_text(struct buf *b, const struct stats_report *r)
{
	struct stats_measures m = stats_measure(r);

	put_state(b, r);
	put_requests(b, r, &m);
	put_measures(b, r, &m);
	put_backends(b, r);
	put_in_hand(b, r);
	put_times(b, r);
	put_counters(b, r);
}

static void
json_measures(struct buf *b, const struct stats_measures *m)
{
	buf_fmt(b, "\"load_balancing\":{\"requests\":%llu,\"servers\":%llu,\"busiest\":%llu},",
	    (unsigned long long)m->load.requests, (unsigned long long)m->load.servers,
	    (unsigned long long)m->load.busiest);
	buf_fmt(b, "\"cache\":{\"hits\":%llu,\"lookups\":%llu,\"misses\":%llu,\"errors\":%llu,\"stale\":%llu},",
	    (unsigned long long)m->cache.hits, (unsigned long long)m->cache.lookups,
	    (unsigned long long)m->cache.misses, (unsigned long long)m->cache.errors,
	    (unsigned long long)m->cache.stale);
	buf_fmt(b, "\"database\":{\"queries\":%llu,\"query_ns\":%llu},", (unsigned long long)m->db.queries,
	    (unsigned long long)m->db.ns);
	buf_fmt(b, "\"failure_handling\":{\"handled\":%llu,\"failures\":%llu},\"difference\":%lld",
	    (unsigned long long)m->failure.handled, (unsigned long long)m->failure.failures, (long long)m->difference);
}

static void
json_sum(struct buf *b, const struct stats_sum *s, const struct stats_measures *m)
{
	buf_fmt(b, "\"begun\":%llu,\"ended\":{", (unsigned long long)s->begun);
	for (int i = 0; i < STATS_END__MAX; i++)
		buf_fmt(b, "%s\"%s\":%llu", i == 0 ? "" : ",", stats_end_name((enum stats_end)i),
		    (unsigned long long)s->ended[i]);
	buf_z(b, "},\"measures\":{");
	json_measures(b, m);
	buf_z(b, "}");
}

static void
json_counters(struct buf *b, const struct stats_sum *s)
{
	const struct stats_row *c = stats_counters();

	buf_z(b, "\"counters\":{");
	for (int i = 0; i < STAT__MAX; i++)
		buf_fmt(b, "%s\"%s\":%llu", i == 0 ? "" : ",", c[i].name, (unsigned long long)s->count[i]);
	buf_z(b, "}");
}

static void
json_workers(struct buf *b, const struct stats_report *r, const struct stats_backend *k)
{
	const char *comma = "";

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];
		struct stats_measures m = stats_measure_sum(w->sum, 1, w->sum->begun);

		if (w->role != k->role || strcmp(w->backend, k->name) != 0)
			continue;
		buf_fmt(b, "%s\n{\"slot\":%d,\"pid\":%d,\"alive\":%s,\"since\":%lld,\"seccomp\":%s,"
		       "\"landlock\":%s,\"in_hand\":%llu,\"id\":", comma,
		    w->slot, w->pid, w->alive ? "true" : "false", (long long)w->since_s, w->seccomp ? "true" : "false",
		    w->landlock ? "true" : "false", (unsigned long long)w->in_hand);
		buf_json(b, str_z(w->id));
		buf_z(b, ",\"note\":");
		buf_json(b, str_trim(str_z(w->note)));
		buf_ch(b, ',');
		json_sum(b, w->sum, &m);
		buf_z(b, "}");
		comma = ",";
	}
}

/* The busiest worker of one backend. */
static uint64_t
busiest_of(const struct stats_report *r, const struct stats_backend *k)
{
	uint64_t most = 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (w->role == k->role && strcmp(w->backend, k->name) == 0 && w->sum->begun > most)
			most = w->sum->begun;
	}
	return most;
}

static bool
any_open(const struct stats_report *r, const char *service)
{
	for (size_t i = 0; i < r->n_services; i++)
		if (r->services[i].open && strcmp(r->services[i].service, service) == 0)
			return true;
	return false;
}

void
stats_put_json(struct buf *b, const struct stats_report *r)
{
	struct stats_measures m = stats_measure(r);

	buf_fmt(b, "{\"since\":%lld,\"now\":%lld,\"epoch\":%llu,\"paused\":%s,", (long long)r->made_s,
	    (long long)r->now_s, (unsigned long long)r->epoch, r->paused ? "true" : "false");
	buf_fmt(b, "\"breakers\":{\"db\":\"%s\",\"cache\":\"%s\"},\n",
	    any_open(r, "db") ? "open" : "closed", any_open(r, "cache") ? "open" : "closed");
	json_outbox(b, r);
	json_sum(b, r->all, &m);
	buf_z(b, ",\n");
	json_counters(b, r->all);
	buf_z(b, ",\n\"backends\":[");
	for (size_t i = 0; i < r->n_backends; i++) {
		const struct stats_backend *k = &r->backends[i];

		m = stats_measure_sum(k->sum, k->workers, busiest_of(r, k));
		buf_fmt(b, "%s\n{\"name\":\"%s\",\"role\":\"%s\",\"alive\":%zu,", i == 0 ? "" : ",", k->name,
		    k->role == STATS_WORKER ? "worker" : "jobs", k->alive);
		json_sum(b, k->sum, &m);
		buf_ch(b, ',');
		json_counters(b, k->sum);
		buf_z(b, ",\"workers\":[");
		json_workers(b, r, k);
		buf_z(b, "]}");
	}
	buf_z(b, "]}\n");
}
