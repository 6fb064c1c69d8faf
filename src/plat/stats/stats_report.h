/* stats_report.h - reads the shared counters, and computes the four measures.
 *
 * Reading takes no lock. The endings of a slot are read before `begun`, so the number in progress is never negative.
 * The figures of a slot are consistent to within one request. */
#ifndef KONTOR_PLAT_STATS_STATS_REPORT_H
#define KONTOR_PLAT_STATS_STATS_REPORT_H

#include "base/buf.h"
#include "base/log.h"
#include "plat/stats/facts.h"
#include "plat/stats/stats.h"

#define STATS_BUCKETS 12 /* of request times; the last one has no upper bound */

/* The upper bounds of the buckets but the last, in ms. */
extern const uint32_t stats_bucket_ms[STATS_BUCKETS - 1];

struct stats_sum {
	uint64_t begun, ended[STATS_END__MAX], count[STAT__MAX];
	struct {
		uint64_t bucket[STATS_BUCKETS], sum_ns;
	} times[STATS_ROUTE__MAX];
};

struct stats_worker {
	int slot;
	enum stats_role role;
	char backend[STATS_BACKEND_SIZE];
	bool alive, retired;
	bool seccomp, landlock; /* how it is confined; filled by plat/control */
	bool silent; /* alive, but stopped or hanging */
	int pid;
	int64_t since_s;
	uint64_t in_hand; /* 0 or 1; a dead worker's 1 waits for the sweep */
	enum stats_route route;
	char id[STATS_ID_SIZE];	  /* of the current request, else of the last one */
	char note[LOG_NOTE_SIZE]; /* likewise: the numbers that others know it by */
	uint64_t running_ns;	/* of the current request */
	const struct stats_sum *sum;
};

struct stats_backend {
	const char *name;
	enum stats_role role;
	size_t alive, workers; /* alive: those that respond; workers: slots ever used */
	size_t informed;       /* live workers that know their number; filled by plat/control */
	bool retired;	       /* removed on purpose */
	struct stats_sum *sum;
};

struct stats_service {
	const char *service, *server; /* "db" or "cache"; server "": the only one */
	bool open;
	uint64_t since_ns; /* since it opened or was last probed */
};

struct stats_report {
	int64_t made_s, now_s; /* UTC */
	/* filled by plat/control */
	uint64_t epoch;
	bool paused, paused_here; /* here: on this host only, not in the database */
	bool older;		  /* ordering is stopped: the database is older than what was acknowledged */
	bool read_only;		  /* the database accepts no changes */
	size_t n_services;
	struct stats_service *services;
	struct fact facts[FACT__MAX]; /* filled by facts_load() */
	/* filled by stats_read() */
	size_t n_workers, n_backends;
	struct stats_worker *workers;
	struct stats_backend *backends;
	struct stats_sum *all; /* requests: of the workers; counters: of every process */
};

/* Reads the counters; all data is on the arena. The fields of plat/control stay empty. */
void stats_read(const struct stats *, struct arena *, struct stats_report *);

/* The four measures. A measure whose divisor is 0 has no data: it is neither 0 nor 1. */
struct stats_measures {
	struct {
		uint64_t requests, servers, busiest;
	} load;
	struct {
		uint64_t hits, lookups, misses, errors, stale;
	} cache;
	struct {
		uint64_t queries, ns;
	} db;
	struct {
		uint64_t handled, failures; /* handled: by a worker's error page, or by the web server's */
	} failure;
	int64_t difference; /* begun - all endings; 0 when idle */
};

/* For the whole shop. */
struct stats_measures stats_measure(const struct stats_report *);

/* For one backend or worker; load.servers and load.busiest are the arguments. */
struct stats_measures stats_measure_sum(const struct stats_sum *, uint64_t servers, uint64_t busiest);

/* True when no breaker is open, a worker is alive, kontor-jobs is running, and all live processes respond. */
bool stats_is_well(const struct stats_report *);

/* The quotient `part` / `of` in per cent, with one decimal; "no data" when `of` is 0. */
struct str stats_percent(struct arena *, uint64_t part, uint64_t of);

const char *stats_end_name(enum stats_end);
const char *stats_route_name(enum stats_route);

/* Prometheus text, version 0.0.4. The labels are backend, worker (slot), kind, class and route: all bounded. */
void stats_put_metrics(struct buf *, const struct stats_report *);

/* The text of `kontor status`, and the same as JSON. */
void stats_put_text(struct buf *, const struct stats_report *);
void stats_put_json(struct buf *, const struct stats_report *);

/* The manual page kontor-metrics(7). */
void stats_put_man(struct buf *);

/* A row of counters.def. */
struct stats_row {
	const char *name, *metric, *label, *unit, *help; /* label "": none */
};
const struct stats_row *stats_counters(void); /* STAT__MAX rows */

#endif
