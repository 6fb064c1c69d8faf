/* doctor_units.h - what systemd says about units: the output of `systemctl show`, taken apart and judged. Pure. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_UNITS_H
#define KONTOR_CMD_DOCTOR_DOCTOR_UNITS_H

#include "cmd/doctor/doctor.h"

struct doctor_unit {
	struct str name, load, active, sub, file, result;
	uint64_t restarts;
	bool reload; /* its file was changed since it was read */
};

/* Takes the next unit off the front; false at the end. */
bool doctor_unit_next(struct str *rest, struct doctor_unit *);

enum doctor_unit_state { UNIT_WELL, UNIT_ABSENT, UNIT_FAILED, UNIT_DOWN };
enum doctor_unit_state doctor_unit_state(const struct doctor_unit *);

/* It has to be started by something at boot, and nothing does. */
bool doctor_unit_is_disabled(const struct doctor_unit *);

/* Tells what is wrong: of our own units all, of those that they lean on, that they will not start at boot. */
void doctor_units_judge(struct doctor *, struct str text);

#endif
