/* Checks the systemd units of the shop and of the services that the shop needs. */
#include "base/num.h"
#include "base/run.h"
#include "cmd/doctor/doctor_judge.h"
#include "cmd/system.h"

#define RESTARTS_MANY 3
#define UNITS_MAX 24

bool
doctor_unit_next(struct str *rest, struct doctor_unit *u)
{
	struct str line, key;

	*u = (struct doctor_unit){.restarts = 0};
	while (str_cut(rest, '\n', &line)) {
		const struct {
			const char *key;
			struct str *value;
		} texts[] = {{"Id", &u->name}, {"LoadState", &u->load}, {"ActiveState", &u->active},
		    {"SubState", &u->sub}, {"UnitFileState", &u->file}, {"Result", &u->result}};

		if (line.n == 0 && u->name.n > 0)
			return true;
		if (!str_cut(&line, '=', &key))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			if (str_eq_z(key, texts[i].key))
				*texts[i].value = line;
		u->reload |= str_eq_z(key, "NeedDaemonReload") && str_eq_z(line, "yes");
		if (str_eq_z(key, "NRestarts") && !num_u64(line, 0, UINT32_MAX, &u->restarts))
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

/* A service with a timer is inactive most of the time; the target starts the others at boot. */
static void
judge(struct doctor *d, const struct doctor_unit *u, const char *name)
{
	bool timed = str_eq_z(u->name, "kontor-backup.service") || str_eq_z(u->name, "kontor-verify.service");
	bool timer = str_ends(u->name, STR(".timer"));

	switch (doctor_unit_state(u)) {
	case UNIT_ABSENT: doctor_note(d, "there is no unit %s", name); return;
	case UNIT_WELL: doctor_note(d, "%s is %.*s", name, STR_ARG(u->sub)); break;
	case UNIT_FAILED:
		FIND(d, unit_failed, "UNIT", name, "REASON",
		    str_fmt(d->a, "%.*s, %.*s", STR_ARG(u->sub), STR_ARG(u->result)).p);
		break;
	case UNIT_DOWN:
		if (timer)
			FIND(d, timer_off, "UNIT", name);
		else if (!timed)
			FIND(d, unit_down, "UNIT", name);
		break;
	}
	if (timer || timed)
		return;
	if (doctor_unit_is_disabled(u) && str_eq_z(u->name, "kontor.target"))
		FIND(d, unit_disabled, "UNIT", name, "STATE", str_zdup(d->a, u->file));
	if (u->restarts >= RESTARTS_MANY)
		FIND(d, unit_restarts, "UNIT", name, "N", doctor_n(d, (int64_t)u->restarts));
	if (u->reload)
		FIND(d, unit_changed, "UNIT", name);
}

void
doctor_units_judge(struct doctor *d, struct str text)
{
	struct doctor_unit u;

	while (doctor_unit_next(&text, &u)) {
		const char *name = str_zdup(d->a, u.name);

		if (str_starts(u.name, STR("kontor")))
			judge(d, &u, name);
		else if (doctor_unit_state(&u) == UNIT_WELL && doctor_unit_is_disabled(&u))
			FIND(d, unit_disabled, "UNIT", name, "STATE", str_zdup(d->a, u.file));
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
	/* Names the enabled instances, since a pattern does not match inactive units. */
	while (argv[known] != NULL)
		known++;
	if (system_backends(d->a, &backends, &n, &e)) {
		for (size_t i = 0; i < n; i++)
			argv[known + i] = system_unit(d->a, backends[i]);
		if (run_read(d->a, argv, &text, &status, &e) && status != 0)
			(void)err_set(&e, ERR_UPSTREAM, "systemctl: %.*s", STR_ARG(str_trim(text)));
	}
	if (e.kind != ERR_NONE)
		doctor_unseen(d, "%s", e.msg);
	else
		doctor_units_judge(d, text);
}
