/* Lists backends and changes their number without losing a request: a new backend listens before the web servers use
 * it; a leaving one is first removed from the web servers, and stops when its requests are done. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/cmd.h"
#include "cmd/publish/publish.h"
#include "cmd/system.h"
#include "plat/stats/stats_report.h"

#define LISTEN_NS (20 * CLOCK_S)
#define DRAIN_NS (20 * CLOCK_S)
#define QUIET_NS (1 * CLOCK_S)
#define STEP_NS (50 * CLOCK_MS)

struct scale {
	struct cmd *c;
	const struct str *old;
	size_t n_old, want;
};

static const char *
socket_of(const struct cmd *c, struct str name)
{
	return str_fmt(c->a, "%s/%.*s.sock", c->conf.paths_run_dir.p, STR_ARG(name)).p;
}

static struct str
number_name(struct arena *a, size_t i)
{
	return str_fmt(a, "%zu", i);
}

static void
print_backend(struct cmd *c, const struct stats_report *r, struct str name)
{
	const struct stats_backend *b = NULL;

	for (size_t i = 0; r != NULL && i < r->n_backends; i++)
		if (r->backends[i].role == STATS_WORKER && str_eq_z(name, r->backends[i].name))
			b = &r->backends[i];
	printf("%-8.*s  %-10s  %-13s  %7zu  %10llu\n", STR_ARG(name), system_state(c->a, system_unit(c->a, name)),
	    system_listens(socket_of(c, name)) ? "listens" : "NOT LISTENING", b == NULL ? 0 : b->alive,
	    b == NULL ? 0ULL : (unsigned long long)b->sum->begun);
}

static int
backends_list(struct cmd *c)
{
	struct stats_report r;
	struct stats st;
	struct err e = {0};
	const struct str *names;
	bool counted, all_listen = true;
	size_t n;

	if (!cmd_conf(c, &e) || !system_backends(c->a, &names, &n, &e))
		return cmd_fail(c, &e);
	counted = stats_open_tool(&st, c->conf.paths_stats_file.p, false, &e);
	if (counted)
		stats_read(&st, c->a, &r);
	printf("BACKEND   UNIT        SOCKET         WORKERS    REQUESTS\n");
	for (size_t i = 0; i < n; i++) {
		print_backend(c, counted ? &r : NULL, names[i]);
		all_listen = system_listens(socket_of(c, names[i])) && all_listen;
	}
	if (counted)
		stats_close(&st);
	return all_listen ? CMD_OK : CMD_FAILED;
}

static bool
wait_until_it_listens(struct scale *s, struct str name, struct err *e)
{
	uint64_t end_ns = clock_mono_ns() + LISTEN_NS;
	const char *path = socket_of(s->c, name);

	while (!system_listens(path)) {
		if (clock_mono_ns() > end_ns)
			return err_set(e, ERR_UPSTREAM, "nothing listens on %s: see journalctl -u %s", path,
			    system_unit(s->c->a, name));
		clock_sleep_ns(STEP_NS);
	}
	return true;
}

static bool
has(const struct scale *s, struct str name)
{
	for (size_t i = 0; i < s->n_old; i++)
		if (str_eq(s->old[i], name))
			return true;
	return false;
}

static bool
start_missing(struct scale *s, struct err *e)
{
	for (size_t i = 1; i <= s->want; i++) {
		struct str name = number_name(s->c->a, i);
		const char *unit = system_unit(s->c->a, name);

		if (!system_ctl(s->c->a, "enable", unit, e))
			return false;
		if (strcmp(system_state(s->c->a, unit), "active") == 0)
			continue;
		if (!system_ctl(s->c->a, "start", unit, e) || !wait_until_it_listens(s, name, e))
			return false;
		printf("backend %.*s started\n", STR_ARG(name));
		fflush(stdout);
	}
	return true;
}

static bool
publish_wanted(struct scale *s, struct err *e)
{
	struct cmd *c = s->c;
	struct str *names = ARENA_ARRAY(c->a, struct str, s->want);
	struct publish p;

	publish_init(&p, c->a, &c->conf);
	p.backends = names;
	p.n_backends = s->want;
	for (size_t i = 0; i < s->want; i++)
		names[i] = number_name(c->a, i + 1);
	return publish_all(&p, e) && system_reload_servers(c->a, e);
}

static bool
goes(const struct scale *s, struct str name)
{
	uint64_t number;

	return name.p[0] == '0' || !num_u64(name, 1, s->want, &number);
}

/* Counts the requests that the leaving backends have begun; *busy: some are still in progress. */
static uint64_t
begun(const struct scale *s, const struct stats_report *r, bool *busy)
{
	uint64_t sum = 0;

	*busy = false;
	for (size_t i = 0; i < r->n_workers; i++) {
		const struct stats_worker *w = &r->workers[i];

		if (w->role != STATS_WORKER || !has(s, str_z(w->backend)) || !goes(s, str_z(w->backend)))
			continue;
		sum += w->sum->begun;
		*busy = *busy || (w->alive && w->in_hand > 0);
	}
	return sum;
}

/* A web server finishes requests in progress, so a backend becomes idle shortly after its removal, not at once. */
static void
drain(struct scale *s)
{
	uint64_t now_ns = clock_mono_ns(), end_ns = now_ns + DRAIN_NS, quiet_ns = now_ns, last = 0;
	struct err e = {0};
	struct stats st;

	if (!stats_open_tool(&st, s->c->conf.paths_stats_file.p, false, &e))
		return;
	while (now_ns < end_ns && now_ns - quiet_ns < QUIET_NS) {
		struct arena_mark mark = arena_mark(s->c->a);
		struct stats_report r;
		uint64_t n;
		bool busy;

		stats_read(&st, s->c->a, &r);
		n = begun(s, &r, &busy);
		arena_rewind(s->c->a, mark);
		now_ns = clock_mono_ns();
		if (busy || n != last)
			quiet_ns = now_ns;
		last = n;
		clock_sleep_ns(STEP_NS);
	}
	stats_close(&st);
}

/* Removed backends must raise no alarm, even if they were stopped by hand. */
static void
retire_unwanted(const struct scale *s)
{
	struct stats_report r;
	struct err e = {0};
	struct stats st;

	if (!stats_open_tool(&st, s->c->conf.paths_stats_file.p, true, &e))
		return;
	stats_read(&st, s->c->a, &r);
	for (size_t i = 0; i < r.n_backends; i++)
		if (r.backends[i].role == STATS_WORKER && goes(s, str_z(r.backends[i].name)))
			stats_retire(&st, r.backends[i].name);
	stats_close(&st);
}

static bool
stop_surplus(struct scale *s, struct err *e)
{
	bool drained = false;

	for (size_t i = 0; i < s->n_old; i++) {
		const char *unit = system_unit(s->c->a, s->old[i]);

		if (!goes(s, s->old[i]))
			continue;
		if (!drained)
			drain(s);
		drained = true;
		if (!system_ctl(s->c->a, "disable", unit, e) || !system_ctl(s->c->a, "stop", unit, e))
			return false;
		printf("backend %.*s ended\n", STR_ARG(s->old[i]));
		fflush(stdout);
	}
	return true;
}

int
cmd_backends(struct cmd *c)
{
	struct scale s = {.c = c};
	struct err e = {0};
	uint64_t want;

	if (c->argc == 1)
		return backends_list(c);
	if (c->argc != 2 || !num_u64(str_z(c->argv[1]), 1, SYSTEM_BACKENDS_MAX, &want))
		return cmd_usage(c);
	s.want = (size_t)want;
	if (!system_is_there())
		(void)err_set(&e, ERR_INPUT, "systemd does not run this machine: see doc/administration.md");
	else if (geteuid() != 0)
		(void)err_set(&e, ERR_DENIED, "only root can start and end backends");
	else if (cmd_conf(c, &e) && system_backends(c->a, &s.old, &s.n_old, &e) && start_missing(&s, &e)
		 && publish_wanted(&s, &e) && stop_surplus(&s, &e)) {
		retire_unwanted(&s);
		printf("%zu backend%s\n", s.want, PLURAL_S(s.want));
		return CMD_OK;
	}
	return cmd_fail(c, &e);
}
