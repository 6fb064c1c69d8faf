/* Writes the counters as Prometheus text, and describes them in the manual page kontor-metrics(7). HELP and TYPE of a
 * family must precede all its samples, so the outer loop is over families, the inner one over backends. */
#include <string.h>

#include "base/clock.h"
#include "plat/stats/stats_report.h"

static void
put_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_fmt(b, "# HELP kontor_%s %s\n# TYPE kontor_%s %s\n", name, help, name, type);
}

static void
put_seconds(struct buf *b, uint64_t ns)
{
	buf_fmt(b, "%llu.%09llu", (unsigned long long)(ns / CLOCK_S), (unsigned long long)(ns % CLOCK_S));
}

static void
put_sample(struct buf *b, const char *name, const char *labels, uint64_t value)
{
	buf_fmt(b, "kontor_%s%s%s%s %llu\n", name, *labels == '\0' ? "" : "{", labels, *labels == '\0' ? "" : "}",
	    (unsigned long long)value);
}

static bool
is_ns(const struct stats_row *c)
{
	return strcmp(c->unit, "ns") == 0;
}

/* "db_query_ns" is the metric db_query_seconds_total. */
static struct str
metric_name(struct arena *a, const struct stats_row *c)
{
	if (is_ns(c))
		return str_fmt(a, "%.*s_seconds_total", (int)(strlen(c->metric) - strlen("_ns")), c->metric);
	return str_fmt(a, "%s_total", c->metric);
}

/* The values of labels are lower case, so those made from the upper-case kinds of err.def are converted. */
static struct str
label_of(struct arena *a, const struct stats_row *c)
{
	return str_lower(a, str_z(c->label));
}

static void
put_counters(struct buf *b, const struct stats_report *r)
{
	const struct stats_row *c = stats_counters();

	for (int i = 0; i < STAT__MAX; i++) {
		struct str name = metric_name(b->a, &c[i]), label = label_of(b->a, &c[i]);

		if (i == 0 || strcmp(c[i].metric, c[i - 1].metric) != 0)
			put_head(b, name.p, "counter", c[i].help);
		for (size_t k = 0; k < r->n_backends; k++) {
			buf_fmt(b, "kontor_%s{backend=\"%s\"%s%s} ", name.p, r->backends[k].name,
			    label.n == 0 ? "" : ",", label.p);
			if (is_ns(&c[i]))
				put_seconds(b, r->backends[k].sum->count[i]);
			else
				buf_u64(b, r->backends[k].sum->count[i]);
			buf_ch(b, '\n');
		}
	}
}

static void
put_requests(struct buf *b, const struct stats_report *r)
{
	put_head(b, "requests_begun_total", "counter", "Requests begun, by worker.");
	for (size_t i = 0; i < r->n_workers; i++)
		if (r->workers[i].role == STATS_WORKER)
			buf_fmt(b, "kontor_requests_begun_total{backend=\"%s\",worker=\"%d\"} %llu\n",
			    r->workers[i].backend, r->workers[i].slot, (unsigned long long)r->workers[i].sum->begun);
	put_head(b, "requests_ended_total", "counter",
	    "Requests by how they ended; handled, crashed, hung, late and cut_off are failures, of which only cut_off "
	    "ones did not get the error page.");
	for (size_t i = 0; i < r->n_backends; i++)
		for (int k = 0; k < STATS_END__MAX && r->backends[i].role == STATS_WORKER; k++)
			buf_fmt(b, "kontor_requests_ended_total{backend=\"%s\",outcome=\"%s\"} %llu\n",
			    r->backends[i].name, stats_end_name((enum stats_end)k),
			    (unsigned long long)r->backends[i].sum->ended[k]);
	put_head(b, "requests_in_hand", "gauge", "Requests being answered now.");
	for (size_t i = 0; i < r->n_backends; i++)
		if (r->backends[i].role == STATS_WORKER)
			buf_fmt(b, "kontor_requests_in_hand{backend=\"%s\"} %lld\n", r->backends[i].name,
			    (long long)stats_measure_sum(r->backends[i].sum, 0, 0).difference);
	put_head(b, "processes", "gauge",
	    "Live processes that respond, not counting those of backends removed on purpose.");
	for (size_t i = 0; i < r->n_backends; i++)
		if (!r->backends[i].retired)
			buf_fmt(b, "kontor_processes{backend=\"%s\",role=\"%s\"} %zu\n", r->backends[i].name,
			    r->backends[i].role == STATS_WORKER ? "worker" : "jobs", r->backends[i].alive);
	put_head(b, "jobs_ended_total", "counter", "Runs of jobs by how they ended.");
	for (size_t i = 0; i < r->n_backends; i++)
		for (int k = 0; k < STATS_END__MAX && r->backends[i].role == STATS_JOBS; k++)
			buf_fmt(b, "kontor_jobs_ended_total{backend=\"%s\",outcome=\"%s\"} %llu\n", r->backends[i].name,
			    stats_end_name((enum stats_end)k), (unsigned long long)r->backends[i].sum->ended[k]);
}

static void
put_times(struct buf *b, const struct stats_report *r)
{
	put_head(b, "request_seconds", "histogram", "Time of completed requests, by class of route.");
	for (int k = 0; k < STATS_ROUTE__MAX; k++) {
		const char *route = stats_route_name((enum stats_route)k);
		uint64_t n = 0;

		for (int i = 0; i < STATS_BUCKETS; i++) {
			n += r->all->times[k].bucket[i];
			buf_fmt(b, "kontor_request_seconds_bucket{route=\"%s\",le=\"", route);
			if (i < STATS_BUCKETS - 1)
				buf_fmt(b, "%u.%03u", stats_bucket_ms[i] / 1000, stats_bucket_ms[i] % 1000);
			else
				buf_z(b, "+Inf");
			buf_fmt(b, "\"} %llu\n", (unsigned long long)n);
		}
		buf_fmt(b, "kontor_request_seconds_sum{route=\"%s\"} ", route);
		put_seconds(b, r->all->times[k].sum_ns);
		buf_fmt(b, "\nkontor_request_seconds_count{route=\"%s\"} %llu\n", route, (unsigned long long)n);
	}
}

static const char *
service_labels(struct arena *a, const struct stats_service *s)
{
	return *s->server == '\0' ? str_fmt(a, "service=\"%s\"", s->service).p
				  : str_fmt(a, "service=\"%s\",server=\"%s\"", s->service, s->server).p;
}

static const struct {
	const char *name, *help;
	enum fact_name fact;
	bool at; /* the time of the outcome instead of its value */
} fact_metrics[] = {
    {"verify_last_run_seconds", "When kontor verify last ran, in seconds since 1970; 0: not known.", FACT_VERIFY, true},
    {"verify_holds", "1 if every invariant held when kontor verify last ran.", FACT_VERIFY, false},
    {"backup_last_seconds", "When the last backup was made, in seconds since 1970; 0: not known.", FACT_BACKUP, true},
    {"backup_proven", "1 if the last backup was restored for trial.", FACT_BACKUP, false},
    {"certificate_expires_seconds", "When the certificate of site.url expires, in seconds since 1970; 0: not known.",
	FACT_CERTIFICATE, false},
    {"hooks_paused", "Receivers of webhooks that are paused, since they failed for long.", FACT_HOOKS_PAUSED, false},
};

static const struct {
	const char *name, *help;
} outbox_metrics[FACT_OUTBOX__N] = {
    [FACT_OUTBOX_WAITING] = {"outbox_waiting", "Rows of the outbox that wait, by kind; as kontor-jobs last counted."},
    [FACT_OUTBOX_DEAD] = {"outbox_dead", "Rows of the outbox that failed for good, by kind."},
    [FACT_OUTBOX_OLDEST] = {"outbox_oldest_seconds", "Age of the oldest row that waits, by kind; 0: none waits."},
};

static void
put_outbox(struct buf *b, const struct stats_report *r)
{
	static const char *const labels[] = {
#define OUTBOX_KIND(name, help) "kind=\"" #name "\"",
#include "plat/stats/outbox_kind.def"
	};

	for (int i = 0; i < FACT_OUTBOX__N; i++) {
		put_head(b, outbox_metrics[i].name, "gauge", outbox_metrics[i].help);
		for (size_t k = 0; k < FACT_OUTBOX_KINDS; k++)
			put_sample(b, outbox_metrics[i].name, labels[k],
			    (uint64_t)r->facts[fact_of_outbox(k, (enum fact_outbox)i)].value);
	}
}

void
stats_put_metrics(struct buf *b, const struct stats_report *r)
{
	put_requests(b, r);
	put_times(b, r);
	put_counters(b, r);
	put_head(b, "breaker_open", "gauge", "1 while a service is assumed to be down.");
	for (size_t i = 0; i < r->n_services; i++)
		put_sample(b, "breaker_open", service_labels(b->a, &r->services[i]), r->services[i].open ? 1 : 0);
	put_head(b, "ordering_paused", "gauge", "1 while the operator has paused ordering.");
	put_sample(b, "ordering_paused", "", r->paused ? 1 : 0);
	for (size_t i = 0; i < ARRAY_LEN(fact_metrics); i++) {
		const struct fact *f = &r->facts[fact_metrics[i].fact];

		put_head(b, fact_metrics[i].name, "gauge", fact_metrics[i].help);
		put_sample(b, fact_metrics[i].name, "", (uint64_t)(fact_metrics[i].at ? f->at_s : f->value));
	}
	put_outbox(b, r);
	put_head(b, "counting_since_seconds", "gauge", "When the counters began at 0, in seconds since 1970.");
	put_sample(b, "counting_since_seconds", "", (uint64_t)r->made_s);
}

void
stats_put_man(struct buf *b)
{
	static const char *const of_slots[][2] = {
	    {"requests_begun_total", "Requests begun, by backend and worker."},
	    {"requests_ended_total", "Requests by backend and outcome: answered, refused (4xx), aborted (the client "
	                             "hung up), and the failures: "
				     "handled (by the worker's error page), crashed, hung and late (by the web "
				     "server's), cut_off (unhandled)."},
	    {"requests_in_hand", "Requests being answered now, by backend."},
	    {"processes", "Live processes that respond, by backend and role."},
	    {"jobs_ended_total", "Runs of jobs, by outcome as for requests."},
	    {"request_seconds", "Histogram of the time of a request, by class of route."},
	    {"breaker_open", "1 while a service is assumed to be down."},
	    {"ordering_paused", "1 while the operator has paused ordering."},
	    {"counting_since_seconds", "When the counters began at 0, in seconds since 1970."},
	};
	const struct stats_row *c = stats_counters();

	buf_z(b, ".TH KONTOR\\-METRICS 7 \"\" \"Kontor\" \"Counters\"\n"
		 ".SH NAME\nkontor\\-metrics \\- counters of the Kontor shop\n"
		 ".SH DESCRIPTION\nThe numbers behind\n.BR \"kontor status\" (1)\nand the address\n.IR /metrics .\n"
		 "They are exact over all processes and their restarts. While no request is in progress, the number "
		 "of requests begun equals the sum over all outcomes. Metrics that end in _total never decrease.\n"
		 ".SH METRICS\n");
	for (size_t i = 0; i < ARRAY_LEN(of_slots); i++)
		buf_fmt(b, ".TP\n.B kontor_%s\n%s\n", of_slots[i][0], of_slots[i][1]);
	for (size_t i = 0; i < ARRAY_LEN(fact_metrics); i++)
		buf_fmt(b, ".TP\n.B kontor_%s\n%s\n", fact_metrics[i].name, fact_metrics[i].help);
	for (size_t i = 0; i < ARRAY_LEN(outbox_metrics); i++)
		buf_fmt(b, ".TP\n.B kontor_%s\n%s\n", outbox_metrics[i].name, outbox_metrics[i].help);
	for (int i = 0; i < STAT__MAX; i++) {
		if (i > 0 && strcmp(c[i].metric, c[i - 1].metric) == 0)
			continue;
		buf_fmt(b, ".TP\n.B kontor_%s\n%s\n", metric_name(b->a, &c[i]).p, c[i].help);
	}
	buf_z(b, ".SH SEE ALSO\n.BR kontor (1),\n.BR kontor.conf (5)\n");
}
