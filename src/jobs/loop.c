#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/watchdog.h"
#include "jobs/job.h"
#include "plat/cache/cache_setup.h"
#include "plat/fcgi/keep.h"
#include "plat/host/confine.h"
#include "plat/text/secret.h"
#include "store/sql.h"
#include "view/form_hash.h"

#define RUN_MEM_B ((size_t)64 << 20)
#define PROCESS_MEM_B ((size_t)64 << 20)
#define BACK_OFF_FACTOR_MAX 64 /* after repeated failures the interval is multiplied by at most this */
#define BACK_OFF_MAX_NS (300 * CLOCK_S)
#define OUTDATED_NS (3 * CLOCK_S)
#define FINISH_NS (20 * CLOCK_S) /* of what is under way when the process ends */
#define LATE_NS (2 * CLOCK_S) /* of a process that waits */

static const struct job_kind {
	const char *name;
	bool (*fn)(struct job_context *, struct err *);
	bool quick, slow; /* in which process it runs */
	uint64_t interval_ns, deadline_ns;
	enum stats_counter runs, errors;
} kinds[] = {
#define JOB_RUNS_QUICK true, false
#define JOB_RUNS_SLOW false, true
#define JOB_RUNS_BOTH true, true
#define JOB(name, part, interval_ms, deadline_ms, help)                                                                \
	{#name, job_##name, JOB_RUNS_##part, (interval_ms)*CLOCK_MS, (deadline_ms)*CLOCK_MS, STAT_job_##name##_runs,   \
	    STAT_job_##name##_errors},
#include "plat/stats/jobs.def"
#undef JOB
};

struct state {
	uint64_t due_ns, back_off;
};

struct loop {
	struct arena process, run;
	struct conf begin; /* in effect before the first job_settings() */
	struct job_context ctx;
	struct watchdog watchdog;
	struct state state[ARRAY_LEN(kinds)];
	uint64_t outdated_ns; /* since when it can no longer reach the folder of its files; 0: it can */
	bool lost; /* counters or control file are missing */
	bool unwatched; /* systemd's watchdog cannot be told */
};

static volatile sig_atomic_t stopping;

static void
stop(int sig)
{
	(void)sig;
	stopping = 1;
}

/* Stop signals stay blocked except while waiting, so no signal is missed between the check and the wait. */
static void
take_signals(sigset_t *waiting)
{
	struct sigaction sa = {.sa_handler = stop};
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool
job_split(struct job_process *p, struct err *e)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return err_set(e, ERR_LIMIT, "the process for slow jobs cannot be started: %s", strerror(errno));
	*p = (struct job_process){.part = pid == 0 ? JOB_SLOW : JOB_QUICK, .slow_pid = pid};
	if (pid > 0)
		return true;
	/* systemd's watchdog hears the other one. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || unsetenv("NOTIFY_SOCKET") != 0)
		return err_set(e, ERR_BUG, "the process for slow jobs cannot be prepared: %s", strerror(errno));
	return getppid() == parent || err_set(e, ERR_LIMIT, "kontor-jobs has ended");
}

static bool
is_of_part(enum job_part part, const struct job_kind *k)
{
	return part == JOB_ALL || (part == JOB_SLOW ? k->slow : k->quick);
}

static void
notice_slow_end(struct job_process *p)
{
	int status;

	if (p->slow_pid <= 0 || waitpid(p->slow_pid, &status, WNOHANG) != p->slow_pid)
		return;
	p->slow_pid = 0;
	if (stopping == 0)
		log_put(LOG_ERROR,
		    "event=slow_jobs_ended status=%d msg=\"the process with the slow jobs has ended: kontor-jobs ends, "
		    "to be started again\"",
		    status);
	stopping = 1;
}

/* Waits until it has finished its run. The process has given up kill(2). */
static void
end_slow(const struct job_process *p)
{
	int fd = p->slow_pid <= 0 ? -1 : (int)syscall(SYS_pidfd_open, p->slow_pid, 0);

	if (fd < 0)
		return;
	(void)syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0);
	close(fd);
	while (waitpid(p->slow_pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool
run_under_deadline(struct loop *l, const struct job_kind *k, struct err *e)
{
	uint64_t deadline_ns = clock_mono_ns() + k->deadline_ns;
	char id[STATS_ID_SIZE];
	bool ok;

	secret_id(id);
	log_request(id);
	l->ctx.now_s = clock_utc_s();
	l->ctx.more = false;
	db_deadline(l->ctx.db, deadline_ns);
	cache_deadline(l->ctx.cache, deadline_ns);
	stats_begin(l->ctx.st, id, deadline_ns, STATS_ROUTE_none);
	watchdog_arm(&l->watchdog, deadline_ns + (uint64_t)l->ctx.conf->web_grace_ms * CLOCK_MS);
	ok = k->fn(&l->ctx, e);
	db_rest(l->ctx.db);
	watchdog_arm(&l->watchdog, 0);
	stats_end(l->ctx.st, ok ? STATS_ANSWERED : STATS_HANDLED);
	return ok;
}

static void
run_kind(struct loop *l, size_t i)
{
	const struct job_kind *k = &kinds[i];
	struct state *s = &l->state[i];
	struct err e = {0};
	uint64_t began_ns = clock_mono_ns(), wait_ns;

	if (run_under_deadline(l, k, &e)) {
		s->back_off = 1;
	} else {
		log_put(LOG_ERROR, "event=job_failed job=%s kind=%s place=%s code=%d msg=\"%s\"", k->name,
		    err_info(e.kind)->name, e.place == NULL ? "" : e.place, e.code, e.msg);
		stats_add(l->ctx.st, k->errors, 1);
		s->back_off = s->back_off < BACK_OFF_FACTOR_MAX ? s->back_off * 2 : BACK_OFF_FACTOR_MAX;
		l->ctx.more = false;
	}
	log_request(NULL);
	stats_add(l->ctx.st, k->runs, 1);
	stats_add(l->ctx.st, STAT_job_ns, clock_mono_ns() - began_ns);
	wait_ns = k->interval_ns * s->back_off;
	if (wait_ns > BACK_OFF_MAX_NS && wait_ns > k->interval_ns)
		wait_ns = k->interval_ns > BACK_OFF_MAX_NS ? k->interval_ns : BACK_OFF_MAX_NS;
	s->due_ns = clock_mono_ns() + (l->ctx.more ? 0 : wait_ns);
	arena_reset(&l->run);
}

/* Runs the jobs that are due. Returns the time when the next job is due. */
static uint64_t
run_due(struct loop *l)
{
	uint64_t next_ns = CLOCK_NEVER;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (stopping == 0 && clock_mono_ns() >= l->state[i].due_ns)
			run_kind(l, i);
		if (l->state[i].due_ns < next_ns)
			next_ns = l->state[i].due_ns;
	}
	return next_ns;
}

static void
finish_hooks(struct loop *l)
{
	static const struct job_kind last = {
	    .name = "hooks", .fn = job_hooks_finish, .deadline_ns = FINISH_NS, .errors = STAT_job_hooks_errors};
	struct err e = {0};

	if (run_under_deadline(l, &last, &e))
		return;
	log_put(LOG_ERROR, "event=job_failed job=%s kind=%s msg=\"%s\"", last.name, err_info(e.kind)->name, e.msg);
	stats_add(l->ctx.st, last.errors, 1);
}

static bool
open_loop(struct loop *l, const struct conf *conf, struct control *ctl, enum job_part part, struct err *e)
{
	struct db_setup setup = sql_setup(db_login_of(conf, DB_ACCOUNT_JOBS), ctl, DB_JOBS);
	struct cache_setup cache;

	l->begin = *conf;
	if (control_merchant(ctl) != 0)
		l->begin.merchant = control_merchant(ctl); /* until job_settings() reads them */
	cache = cache_setup(conf, form_hash(&l->begin));
	setup.currency = conf->site_currency.p;
	cache.repeats = true;
	arena_init(&l->process, PROCESS_MEM_B);
	arena_init(&l->run, RUN_MEM_B);
	l->ctx = (struct job_context){.a = &l->run,
	    .process = &l->process,
	    .file = conf,
	    .conf = &l->begin,
	    .st = ctl->stats,
	    .ctl = ctl};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		l->state[i] = (struct state){
		    .back_off = 1, .due_ns = is_of_part(part, &kinds[i]) ? 0 : CLOCK_NEVER};
	return watchdog_open(&l->watchdog, e) && db_open(&l->process, &setup, &l->ctx.db, e)
	       && cache_open(&l->process, &cache, ctl, &l->ctx.cache, e);
}

bool
job_join(const struct conf *conf, struct stats *st, struct control *ctl, struct err *e)
{
	return stats_join(st, conf->paths_stats_file.p, STATS_JOBS, "jobs", e)
	    && control_join(ctl, conf->paths_control_file.p, "jobs", st, e);
}

/* systemd, which sets INVOCATION_ID, starts another. */
static void
end_outdated(void)
{
	log_put(LOG_ERROR,
	    "event=state_replaced msg=\"the folder of the counters was replaced, and a confined process cannot "
	    "open the new one: kontor-jobs ends, to be started again\"");
	stopping = 1;
}

static void
join_again(struct loop *l)
{
	struct err e = {0};
	bool lost = !job_join(l->ctx.conf, l->ctx.st, l->ctx.ctl, &e);

	if (lost && !l->lost)
		log_put(LOG_ERROR, "event=no_shared_files msg=\"%s\"", e.msg);
	l->lost = lost;
	if (!lost || !confine_outdated())
		l->outdated_ns = 0;
	else if (l->outdated_ns == 0)
		l->outdated_ns = clock_mono_ns();
	else if (clock_mono_ns() > l->outdated_ns + OUTDATED_NS && getenv("INVOCATION_ID") != NULL)
		end_outdated();
}

/* A stopped kontor-jobs is ended by systemd, or by another kontor-jobs; `kontor status` reports it. */
static void
show_life(struct loop *l, uint64_t until_ns)
{
	struct err e = {0};

	stats_due(l->ctx.st, until_ns + LATE_NS);
	if (keep_alive(&e)) {
		l->unwatched = false;
	} else if (!l->unwatched) {
		log_put(LOG_WARN, "event=watchdog_untold msg=\"%s\"", e.msg);
		l->unwatched = true;
	}
}

int
job_loop(const struct conf *conf, struct control *ctl, struct job_process *p)
{
	static struct loop l;
	struct err e = {0};
	sigset_t waiting;

	take_signals(&waiting);
	if (!open_loop(&l, conf, ctl, p->part, &e)) {
		log_put(LOG_ERROR, "event=jobs_unusable msg=\"%s\"", e.msg);
		return EX_SOFTWARE;
	}
	l.ctx.once = p->part == JOB_ALL;
	while (stopping == 0) {
		uint64_t due_ns = run_due(&l), left_ns = clock_left_ns(due_ns);
		struct timespec wait = {(time_t)(left_ns / CLOCK_S), (long)(left_ns % CLOCK_S)};

		if (p->part == JOB_ALL)
			break;
		show_life(&l, due_ns);
		(void)ppoll(NULL, 0, &wait, &waiting);
		join_again(&l);
		notice_slow_end(p);
	}
	if (p->part == JOB_QUICK)
		finish_hooks(&l);
	end_slow(p);
	watchdog_close(&l.watchdog);
	arena_fini(&l.run);
	arena_fini(&l.process);
	return EXIT_SUCCESS;
}
