#include "cmd/doctor/doctor_units.h"

#include "base/num.h"
#include "cmd/system.h"
#include "plat/host/run.h"

#define RESTARTS_MANY 3
#define UNITS_MAX 24

bool
doctor_unit_next(struct str *rest, struct doctor_unit *u)
{
	struct str line, key;

	*u = (struct doctor_unit){.restarts = 0};
	while (str_cut(rest, '\n', &line)) {
		if (line.n == 0 && u->name.n > 0)
			return true;
		if (!str_cut(&line, '=', &key))
			continue;
		if (str_eq_z(key, "Id"))
			u->name = line;
		else if (str_eq_z(key, "LoadState"))
			u->load = line;
		else if (str_eq_z(key, "ActiveState"))
			u->active = line;
		else if (str_eq_z(key, "SubState"))
			u->sub = line;
		else if (str_eq_z(key, "UnitFileState"))
			u->file = line;
		else if (str_eq_z(key, "Result"))
			u->result = line;
		else if (str_eq_z(key, "NeedDaemonReload"))
			u->reload = str_eq_z(line, "yes");
		else if (str_eq_z(key, "NRestarts") && !num_u64(line, 0, UINT32_MAX, &u->restarts))
			u->restarts = 0;
	}
	return u->name.n > 0;
}

enum doctor_unit_state
doctor_unit_state(const struct doctor_unit *u)
{
	if (str_eq_z(u->load, "not-found"))
		return UNIT_ABSENT;
	if (str_eq_z(u->active, "failed") || str_eq_z(u->sub, "auto-restart"))
		return UNIT_FAILED;
	return str_eq_z(u->active, "active") || str_eq_z(u->active, "reloading") || str_eq_z(u->active, "activating")
	           ? UNIT_WELL
	           : UNIT_DOWN;
}

bool
doctor_unit_is_disabled(const struct doctor_unit *u)
{
	return str_eq_z(u->file, "disabled") || str_eq_z(u->file, "masked");
}

static void
judge(struct doctor *d, const struct doctor_unit *u)
{
	const char *name = str_zdup(d->a, u->name), *const *words = WITH("UNIT", name);

	switch (doctor_unit_state(u)) {
	case UNIT_ABSENT: doctor_note(d, "there is no unit %s", name); return;
	case UNIT_FAILED:
		doctor_find(d, FOUND_unit_failed, words, "%s has failed (%.*s, %.*s)", name, STR_ARG(u->sub),
		    STR_ARG(u->result));
		break;
	case UNIT_DOWN: doctor_find(d, FOUND_unit_down, words, "%s does not run", name); break;
	case UNIT_WELL: doctor_note(d, "%s is %.*s", name, STR_ARG(u->sub)); break;
	}
	/* What the target pulls in need not be enabled by itself. */
	if (doctor_unit_is_disabled(u) && str_eq_z(u->name, "kontor.target"))
		doctor_find(
		    d, FOUND_unit_disabled, words, "%s is %.*s: it will not start at boot", name, STR_ARG(u->file));
	if (u->restarts >= RESTARTS_MANY)
		doctor_find(d, FOUND_unit_restarts, words, "systemd has restarted %s %llu times", name,
		    (unsigned long long)u->restarts);
	if (u->reload)
		doctor_find(d, FOUND_unit_changed, words, "the file of %s was changed since systemd read it", name);
}

static bool
is_of_timer(struct str name)
{
	return str_eq_z(name, "kontor-backup.service") || str_eq_z(name, "kontor-verify.service");
}

/* What a timer starts rests most of the time; it matters how it ended last. */
static void
judge_timer(struct doctor *d, const struct doctor_unit *u, const char *name)
{
	switch (doctor_unit_state(u)) {
	case UNIT_FAILED:
		doctor_find(d, FOUND_unit_failed, WITH("UNIT", name), "%s has failed (%.*s)", name, STR_ARG(u->result));
		break;
	case UNIT_DOWN:
		if (!is_of_timer(u->name))
			doctor_find(d, FOUND_timer_off, WITH("UNIT", name), "%s does not run", name);
		break;
	case UNIT_ABSENT:
	case UNIT_WELL: break;
	}
}

void
doctor_units_judge(struct doctor *d, struct str text)
{
	struct doctor_unit u;

	while (doctor_unit_next(&text, &u)) {
		const char *name = str_zdup(d->a, u.name);

		if (str_ends(u.name, STR(".timer")) || is_of_timer(u.name))
			judge_timer(d, &u, name);
		else if (str_starts(u.name, STR("kontor")))
			judge(d, &u);
		else if (doctor_unit_state(&u) == UNIT_WELL && doctor_unit_is_disabled(&u))
			doctor_find(d, FOUND_unit_disabled, WITH("UNIT", name),
			    "%s runs, but is %.*s: it will not start at boot", name, STR_ARG(u.file));
	}
}

void
check_units(struct doctor *d)
{
	const char *argv[UNITS_MAX + SYSTEM_BACKENDS_MAX] = {"systemctl", "show", "--no-pager", "--property",
	    "Id,LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts,NeedDaemonReload", "kontor.target",
	    "kontor-jobs.service", "kontor-backup.timer", "kontor-backup.service", "kontor-verify.timer",
	    "kontor-verify.service", "mariadb.service", "memcached.service", "apache2.service", "lighttpd.service"};
	const struct str *backends;
	size_t n, known = 0;
	struct err e = {0};
	struct str text;
	int status;

	if (!system_is_there()) {
		doctor_note(d, "systemd does not run here");
		return;
	}
	/* Those that are enabled: what does not run is not known to systemd by a pattern. */
	while (argv[known] != NULL)
		known++;
	if (!system_backends(d->a, &backends, &n, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	for (size_t i = 0; i < n; i++)
		argv[known + i] = str_fmt(d->a, "kontor@%.*s.service", STR_ARG(backends[i])).p;
	if (!run_read(d->a, argv, &text, &status, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	if (status != 0) {
		doctor_unseen(d, "systemctl: %.*s", STR_ARG(str_trim(text)));
		return;
	}
	doctor_units_judge(d, text);
}
