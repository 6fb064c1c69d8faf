#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/stats/stats_report.h"
#include "store/admin/migrate.h"
#include "store/control_store.h"

#define OUTPUT_MAX_B ((size_t)1 << 20)
#define JOIN_WAIT_NS (6 * CLOCK_S) /* an idle worker opens a new control file within 2 s */
#define JOIN_STEP_NS (100 * CLOCK_MS)

/* How far a change reached. */
struct pausing {
	struct cmd *c;
	bool paused, here, everywhere; /* here: the control file is open; everywhere: the database has the change */
	bool taken_back;	       /* resume ended a pause of this host alone */
	struct err db, host;
	struct control control;
	struct stats_report report;
	size_t obey, others;
};

static bool
in_db(struct pausing *p, struct err *e)
{
	struct shop_control was;
	struct db *db;

	if (!cmd_db(p->c, DB_MIGRATE, &db, e))
		return false;
	if (p->paused)
		return shop_control_pause(db, SHOP_PAUSED, NULL, e);
	if (!shop_control_read_alone(db, p->c->a, &was, e))
		return false;
	/* A restore in progress holds the lock. One that failed does not: then the operator decides. */
	if ((was.paused & SHOP_RESTORING) != 0 && !migrate_lock(db, p->c->a, e))
		return false;
	if (!shop_control_resume(db, SHOP_PAUSED | SHOP_RESTORING, e))
		return false;
	return !(was.paused & SHOP_OLDER)
	    || err_set(e, ERR_CONFLICT,
		"no orders are accepted: the database is older than what was acknowledged: kontor receipts compare");
}

/* Pauses the host first, which takes effect at once and without a database. The row then replaces that pause. */
static void
set_paused(struct pausing *p)
{
	struct control *ctl = &p->control;

	p->here = control_open(ctl, p->c->conf.paths_control_file.p, NULL, &p->host);
	p->taken_back = !p->paused && control_pause_due(ctl);
	if (p->paused)
		control_pause(ctl, true, true);
	else if (p->taken_back) /* before the row changes, or kontor-jobs could pause it again */
		control_pause(ctl, false, false);
	p->everywhere = in_db(p, &p->db);
	if (p->everywhere) {
		control_set_shop_paused(ctl, p->paused ? CONTROL_PAUSED : 0);
		control_pause(ctl, false, false);
	}
}

static bool
obeys(const struct pausing *p, const struct stats_worker *w)
{
	return control_has(&p->control, w->pid);
}

static bool
counts(const struct stats_worker *w)
{
	return w->role == STATS_WORKER && w->alive;
}

static void
look_at_workers(struct pausing *p)
{
	struct err none = {0};
	struct stats st;

	if (!stats_open_tool(&st, p->c->conf.paths_stats_file.p, false, &none))
		return;
	stats_read(&st, p->c->a, &p->report);
	stats_close(&st);
	p->obey = p->others = 0;
	for (size_t i = 0; i < p->report.n_workers; i++) {
		const struct stats_worker *w = &p->report.workers[i];

		if (counts(w))
			*(obeys(p, w) ? &p->obey : &p->others) += 1;
	}
}

/* Workers that have another control file, or none, open this one soon. */
static void
wait_for_workers(struct pausing *p)
{
	uint64_t until_ns = clock_mono_ns() + JOIN_WAIT_NS;

	look_at_workers(p);
	while (p->here && p->others > 0 && clock_left_ns(until_ns) > 0) {
		clock_sleep_ns(JOIN_STEP_NS);
		look_at_workers(p);
	}
}

static void
put_text(struct buf *b, const struct pausing *p)
{
	if (p->everywhere)
		buf_z(b, p->paused ? "ordering is paused on all hosts; `kontor resume` ends the pause\n"
				   : "orders are accepted\n");
	else if (p->paused && p->here)
		buf_z(b, "ordering is paused ON THIS HOST ONLY, since the database does not answer; "
			 "kontor-jobs writes the pause into it when it does\n");
	else if (p->taken_back)
		buf_z(b, "the pause of this host alone is ended; the database may still pause all hosts\n");
	else
		buf_fmt(b, "nothing was changed: ordering is %s\n", p->paused ? "NOT PAUSED" : "as it was");
	for (size_t i = 0; i < p->report.n_workers && p->paused; i++) {
		const struct stats_worker *w = &p->report.workers[i];

		if (counts(w))
			buf_fmt(b, "  backend %s, worker %d, process %d %s\n", w->backend, w->slot, w->pid,
			    obeys(p, w) ? "obeys"
			    : p->here   ? "LACKS THE CONTROL FILE: kontor reload"
					: "CANNOT BE REACHED: the control file is unusable");
	}
}

static void
put_json(struct buf *b, const struct pausing *p)
{
	const char *comma = "";

	buf_fmt(b, "{\"paused\":%s,\"all_hosts\":%s,\"workers\":[", p->paused ? "true" : "false",
	    p->everywhere ? "true" : "false");
	for (size_t i = 0; i < p->report.n_workers; i++) {
		const struct stats_worker *w = &p->report.workers[i];

		if (!counts(w))
			continue;
		buf_fmt(b, "%s{\"backend\":", comma);
		buf_json(b, str_z(w->backend));
		buf_fmt(b, ",\"slot\":%d,\"pid\":%d,\"obeys\":%s}", w->slot, w->pid, obeys(p, w) ? "true" : "false");
		comma = ",";
	}
	buf_z(b, "]}\n");
}

static int
run_pause(struct cmd *c, bool paused)
{
	struct pausing p = {.c = c, .paused = paused};
	struct err e = {0};
	bool json = c->argc == 2 && strcmp(c->argv[1], "--json") == 0;
	struct buf b;
	int status;

	if (c->argc != 1 && !json)
		return cmd_usage(c);
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	set_paused(&p);
	wait_for_workers(&p);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	(json ? put_json : put_text)(&b, &p);
	status = cmd_print(c, &b);
	control_close(&p.control);
	if (!p.everywhere)
		status = cmd_fail(c, &p.db);
	if (!p.here)
		status = cmd_fail(c, &p.host);
	return paused && p.others > 0 ? CMD_FAILED : status;
}

int
cmd_pause(struct cmd *c)
{
	return run_pause(c, true);
}

int
cmd_resume(struct cmd *c)
{
	return run_pause(c, false);
}
