/* Processes: workers, kontor-jobs, what they share, and what they say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "cmd/doctor/doctor_log.h"
#include "cmd/system.h"
#include "plat/text/file.h"

#define STUCK_SPARE_MS 2000

/* ---- counters ---- */

/* The file's name has a word of its layout behind it, which only its own module knows: so the newest one is looked at.
 * Those of older programs may lie beside it. */
static const char *
newest_counters(struct doctor *d)
{
	const char *path = d->conf->paths_stats_file.p, *dir = look_folder(d->a, path), *newest = NULL;
	struct str name = str_fmt(d->a, "%s.", strrchr(path, '/') + 1), *names;
	int64_t newest_s = -1;
	struct err e = {0};
	size_t n;

	if (!file_list(d->a, dir, STR(""), &names, &n, &e))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *file = str_fmt(d->a, "%s/%s", dir, names[i].p).p;
		struct stat st;

		if (!str_starts(names[i], name) || stat(file, &st) != 0 || (int64_t)st.st_mtime < newest_s)
			continue;
		newest_s = (int64_t)st.st_mtime;
		newest = file;
	}
	return newest;
}

void
check_counters(struct doctor *d)
{
	const char *dir = look_folder(d->a, d->conf->paths_stats_file.p), *file, *why;
	struct rights_user u;
	struct stats st;
	struct err e = {0};

	if (!look_worker_user(d, &u)) {
		doctor_unseen(d, "it is not known as which user the workers run");
		return;
	}
	if (!stats_open_tool(&st, d->conf->paths_stats_file.p, false, &e)) {
		if (e.kind == ERR_NOT_FOUND)
			doctor_find(d, FOUND_counters_missing,
			    WITH("USER", u.name, "DIR", dir, "START", look_start(d, "kontor.target")),
			    "there is no file of counters %s.*: no worker and no kontor-jobs of this release has run "
			    "yet",
			    d->conf->paths_stats_file.p);
		else
			doctor_unseen(d, "%s", e.msg);
		return;
	}
	stats_close(&st);
	file = newest_counters(d);
	if (file != NULL && !rights_may(d->a, &u, file, RIGHTS_READ | RIGHTS_WRITE, &why))
		doctor_find(d, FOUND_counters_denied, WITH("USER", u.name, "FILE", file),
		    "the workers' user %s cannot write the counters: %s", u.name, why);
	if (!rights_may(d->a, &u, dir, RIGHTS_WRITE | RIGHTS_ENTER, &why))
		doctor_find(d, FOUND_state_denied, WITH("USER", u.name, "DIR", dir),
		    "the workers' user %s cannot make files in the folder of the counters: %s", u.name, why);
	doctor_note(d, "%s", file == NULL ? d->conf->paths_stats_file.p : file);
}

/* ---- workers ---- */

static void
check_pools(struct doctor *d, const struct stats_report *r)
{
	size_t alive = 0, pools = 0;

	for (size_t i = 0; i < r->n_backends; i++)
		if (r->backends[i].role == STATS_WORKER)
			alive += r->backends[i].alive;
	if (alive == 0) {
		doctor_find(d, FOUND_no_worker, WITH("START", look_start(d, "kontor.target")),
		    "no worker lives, of any backend");
		return;
	}
	for (size_t i = 0; i < r->n_backends; i++) {
		const struct stats_backend *b = &r->backends[i];
		const char *unit = str_fmt(d->a, "kontor@%s", b->name).p;
		const char *socket = str_fmt(d->a, "%s/%s.sock", d->conf->paths_run_dir.p, b->name).p;

		if (b->role != STATS_WORKER || !system_backend_ok(str_z(b->name)))
			continue;
		pools += b->alive > 0;
		if (b->alive == 0 && access(socket, F_OK) == 0) /* else it was given up on purpose */
			doctor_find(d, FOUND_pool_stopped, WITH("START", look_start(d, unit)),
			    "backend %s has no worker left; %zu lived there once", b->name, b->workers);
	}
	doctor_note(d, "%zu workers of %zu backends live", alive, pools);
}

static void
check_stuck(struct doctor *d, const struct stats_report *r)
{
	const uint64_t most_ms = (uint64_t)(d->conf->web_deadline_ms + d->conf->web_grace_ms) + STUCK_SPARE_MS;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (!w->alive || w->role != STATS_WORKER || w->in_hand == 0 || w->running_ns / CLOCK_MS < most_ms)
			continue;
		doctor_find(d, FOUND_worker_stuck,
		    WITH("PID", str_fmt(d->a, "%d", w->pid).p, "ID", look_id(d, str_z(w->id))),
		    "worker %d of backend %s has one request (%s) in hand for %llu s", w->pid, w->backend, w->id,
		    (unsigned long long)(w->running_ns / CLOCK_S));
	}
}

/* What lives but began before the program or the configuration was changed. */
static void
check_age(struct doctor *d, const struct stats_report *r)
{
	unsigned replaced = 0, before = 0;
	struct stat st;
	bool known = stat(d->conf_file, &st) == 0;

	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (!w->alive || w->role != STATS_WORKER)
			continue;
		replaced += proc_is_replaced(d->a, w->pid);
		before += known && w->since_s < (int64_t)st.st_mtime;
	}
	if (replaced > 0)
		doctor_find(
		    d, FOUND_worker_old, NULL, "%u workers run a program whose file was replaced since", replaced);
	if (before > 0)
		doctor_find(d, FOUND_conf_not_taken, NULL, "%s was changed after %u of the workers had started",
		    d->conf_file, before);
}

/* Without -r it takes three early deaths of a worker for a reason to start none any more. */
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
			doctor_find(d, FOUND_multiwatch_gives_up, WITH("START", look_start(d, "kontor.target")),
			    "multiwatch (process %d) runs without -r: after three early deaths it starts no worker any "
			    "more",
			    list[i].pid);
	}
}

void
check_workers(struct doctor *d)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	check_pools(d, &r);
	check_stuck(d, &r);
	check_age(d, &r);
	check_multiwatch(d);
}

/* ---- jobs, pause, breakers ---- */

void
check_jobs(struct doctor *d)
{
	struct stats_report r;
	size_t alive = 0;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_backends; i++)
		if (r.backends[i].role == STATS_JOBS)
			alive += r.backends[i].alive;
	if (alive == 0)
		doctor_find(d, FOUND_jobs_dead, WITH("START", look_start(d, "kontor-jobs")), "no kontor-jobs runs");
	doctor_note(d, "%zu run", alive);
}

void
check_ordering(struct doctor *d)
{
	struct stats_report r;

	if (look_stats(d, &r) && r.paused)
		doctor_find(d, FOUND_paused, NULL, "somebody said kontor pause: no orders are taken");
}

void
check_breakers(struct doctor *d)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_services; i++) {
		const struct stats_service *s = &r.services[i];
		bool db = strcmp(s->service, "db") == 0;

		if (s->open)
			doctor_find(d, db ? FOUND_breaker_db : FOUND_breaker_cache,
			    WITH("START", look_start(d, "kontor-jobs")),
			    "the workers take %s%s%s to be down; last asked %llu s ago",
			    db ? "the database" : "memcached", *s->server == '\0' ? "" : " ", s->server,
			    (unsigned long long)(s->since_ns / CLOCK_S));
	}
}

/* ---- log ---- */

static void
check_log_file(struct doctor *d, const char *file)
{
	struct rights_user u;
	struct doctor_log log;
	const char *why;

	if (!look_worker_user(d, &u)) {
		doctor_unseen(d, "it is not known as which user the workers run");
		return;
	}
	if (access(file, F_OK) == 0 ? !rights_may(d->a, &u, file, RIGHTS_WRITE, &why)
				    : !rights_may(d->a, &u, look_folder(d->a, file), RIGHTS_WRITE | RIGHTS_ENTER, &why))
		doctor_find(d, FOUND_log_denied, WITH("USER", u.name, "FILE", file),
		    "the workers' user %s cannot write log.file: %s", u.name, why);
	if (!doctor_log_read(d, file, &log))
		return;
	if (log.failures > 0)
		doctor_find(d, FOUND_failures_lately, WITH("ID", look_id(d, str_z(log.last_id))),
		    "%zu requests failed within the last hour, the last one with %s", log.failures, log.last_event);
	doctor_note(d, "%s: %zu failures within the last hour", file, log.failures);
}

/* Where nobody has said where the web server's logs are, those of Debian's are looked at. */
static void
check_usual_logs(struct doctor *d)
{
	static const char *const usual[] = {"/var/log/apache2/access.log", "/var/log/lighttpd/access.log"};

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (access(usual[i], R_OK) == 0 && doctor_log_has_orders(d, usual[i]))
			doctor_find(d, FOUND_orders_in_logs, WITH("FILE", usual[i]),
			    "%s names addresses of orders, and an order's address is its key", usual[i]);
	doctor_note(d, "log.web_server is empty: kontor log does not search the web server's logs");
}

void
check_log(struct doctor *d)
{
	const struct conf_list *web = &d->conf->log_web_server;

	if (web->n == 0)
		check_usual_logs(d);
	if (d->conf->log_file.n > 0)
		check_log_file(d, d->conf->log_file.p);
	else
		doctor_note(d, "log.file is empty: lines go to standard error, the journal under systemd");
	for (size_t i = 0; i < web->n; i++) {
		const char *file = web->v[i].p;

		if (access(file, F_OK) != 0 && errno == ENOENT)
			doctor_find(d, FOUND_log_gone, WITH("CONF", d->conf_file),
			    "log.web_server names %s, which is not there", file);
		else if (access(file, R_OK) != 0)
			doctor_unseen(d, "%s: %s", file, strerror(errno));
		else if (doctor_log_has_orders(d, file))
			doctor_find(d, FOUND_orders_in_logs, WITH("FILE", file),
			    "%s names addresses of orders, and an order's address is its key", file);
	}
}
