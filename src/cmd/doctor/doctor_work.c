/* Checks the workers, kontor-jobs, and the state that they share. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "cmd/system.h"
#include "plat/host/confine.h"
#include "plat/host/proc.h"
#include "plat/text/file.h"

#define STUCK_SPARE_MS 1000

/* The name of the counters' file ends in a hash that only plat/stats can compute, so the newest file is taken. */
static const char *
newest_counters(struct doctor *d)
{
	const char *path = d->conf->paths_stats_file.p, *dir = look_folder(d->a, path), *newest = NULL;
	struct str head = str_fmt(d->a, "%s.", strrchr(path, '/') + 1), *names;
	int64_t newest_s = -1;
	struct err e = {0};
	size_t n;

	if (!file_list(d->a, dir, STR(""), &names, &n, &e))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *file = str_fmt(d->a, "%s/%s", dir, names[i].p).p;
		struct stat st;

		if (!str_starts(names[i], head) || stat(file, &st) != 0 || (int64_t)st.st_mtime < newest_s)
			continue;
		newest_s = (int64_t)st.st_mtime;
		newest = file;
	}
	return newest;
}

void
check_counters(struct doctor *d)
{
	const char *path = d->conf->paths_stats_file.p, *dir = look_folder(d->a, path), *file, *why;
	struct rights_user u;
	struct stats st;
	struct err e = {0};

	if (!look_worker_user(d, &u))
		return;
	if (!stats_open_tool(&st, path, false, &e)) {
		if (e.kind == ERR_NOT_FOUND)
			FIND(d, counters_missing, "FILE", path, "USER", u.name, "DIR", dir);
		else
			doctor_unseen(d, "%s", e.msg);
		return;
	}
	stats_close(&st);
	file = newest_counters(d);
	if (file != NULL && !rights_may(d->a, &u, file, RIGHTS_READ | RIGHTS_WRITE, &why))
		FIND(d, counters_denied, "USER", u.name, "FILE", file, "WHY", why);
	if (!rights_may(d->a, &u, dir, RIGHTS_WRITE | RIGHTS_ENTER, &why))
		FIND(d, state_denied, "USER", u.name, "DIR", dir, "WHY", why);
	doctor_note(d, "%s", file == NULL ? path : file);
}

/* One worker of a backend keeps away from the database only if there are several, and they know it. */
static void
check_permits(struct doctor *d, const struct stats_backend *b)
{
	if (b->alive == 1)
		FIND(d, worker_single, "BACKEND", b->name);
	else if (b->informed < b->alive)
		FIND(d, workers_unlimited, "BACKEND", b->name, "N", doctor_n(d, (int64_t)(b->alive - b->informed)));
}

static void
check_pools(struct doctor *d, const struct stats_report *r)
{
	size_t alive = look_alive(r, STATS_WORKER), pools = 0;

	if (alive == 0) {
		FIND(d, no_worker);
		return;
	}
	for (size_t i = 0; i < r->n_backends; i++) {
		const struct stats_backend *b = &r->backends[i];

		if (b->role != STATS_WORKER || !system_backend_ok(str_z(b->name)))
			continue;
		pools += b->alive > 0;
		/* a backend without a socket was ended on purpose */
		if (b->alive == 0
		    && access(str_fmt(d->a, "%s/%s.sock", d->conf->paths_run_dir.p, b->name).p, F_OK) == 0)
			FIND(d, pool_stopped, "BACKEND", b->name, "N", doctor_n(d, (int64_t)b->workers));
		check_permits(d, b);
	}
	doctor_note(d, "%zu workers in %zu backends are running", alive, pools);
}

/* Reports stuck workers, and workers older than the program or the configuration. */
static void
check_each(struct doctor *d, const struct stats_report *r)
{
	const uint64_t most_ms = (uint64_t)conf_server_timeout_s(d->conf) * 1000 + STUCK_SPARE_MS;
	unsigned replaced = 0, before = 0;
	struct stat st;
	bool known = stat(d->conf_file, &st) == 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (!w->alive || w->role != STATS_WORKER)
			continue;
		replaced += proc_is_replaced(d->a, w->pid);
		before += known && w->since_s < (int64_t)st.st_mtime;
		if (w->silent && w->in_hand == 0)
			FIND(d, worker_silent, "PID", doctor_n(d, w->pid), "BACKEND", w->backend);
		if (w->in_hand > 0 && w->running_ns / CLOCK_MS >= most_ms)
			FIND(d, worker_stuck, "PID", doctor_n(d, w->pid), "BACKEND", w->backend, "ID",
			    look_id(d, str_z(w->id)), "N", doctor_n(d, (int64_t)(w->running_ns / CLOCK_S)));
	}
	if (replaced > 0)
		FIND(d, worker_old, "N", doctor_n(d, replaced));
	if (before > 0)
		FIND(d, conf_not_taken, "N", doctor_n(d, before));
}

/* Without -r, multiwatch stops starting workers after three early deaths. */
static void
check_multiwatch(struct doctor *d)
{
	struct proc *list;
	struct err e = {0};
	size_t n;

	if (!proc_list(d->a, &list, &n, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool ours = false, lasting = false;
		struct str rest = list[i].arguments;
		const char *arg;

		while (strcmp(list[i].name, "multiwatch") == 0 && (arg = proc_argument(&rest)) != NULL) {
			ours |= str_ends(str_z(arg), STR("kontor.fcgi"));
			lasting |= strcmp(arg, "-r") == 0;
		}
		if (ours && !lasting)
			FIND(d, multiwatch_gives_up, "PID", doctor_n(d, list[i].pid));
	}
}

void
check_workers(struct doctor *d)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	check_pools(d, &r);
	check_each(d, &r);
	check_multiwatch(d);
}

void
check_jobs(struct doctor *d)
{
	struct stats_report r;
	size_t silent = 0;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_workers; i++) {
		const struct stats_worker *w = &r.workers[i];

		silent += w->role == STATS_JOBS && w->silent;
		if (w->role == STATS_JOBS && w->silent)
			FIND(d, jobs_silent, "PID", doctor_n(d, w->pid));
	}
	if (look_alive(&r, STATS_JOBS) + silent == 0)
		FIND(d, jobs_dead);
	doctor_note(d, "%zu running", look_alive(&r, STATS_JOBS));
}

void
check_confined(struct doctor *d)
{
	const char *log = "event=not_confined in the log names the reason", *off = "web.confine is off";
	unsigned calls = 0, files = 0;
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_workers; i++) {
		calls += r.workers[i].alive && !r.workers[i].seccomp;
		files += r.workers[i].alive && !r.workers[i].landlock;
	}
	if (calls > 0)
		FIND(d, calls_open, "N", doctor_n(d, calls), "WHY", d->conf->web_confine ? log : off);
	if (files > calls)
		FIND(d, files_open, "N", doctor_n(d, files), "WHY",
		    confine_landlock() ? log : "this kernel has none");
}

void
check_ordering(struct doctor *d)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	if (r.older)
		FIND(d, ordering_older);
	else if (r.paused)
		FIND(d, paused);
}

void
check_breakers(struct doctor *d)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_services; i++) {
		const struct stats_service *s = &r.services[i];
		const char *n = doctor_n(d, (int64_t)(s->since_ns / CLOCK_S));

		if (s->open && strcmp(s->service, "db") == 0)
			FIND(d, breaker_db, "N", n);
		else if (s->open)
			FIND(d, breaker_cache, "N", n, "WHERE", s->server);
	}
}
