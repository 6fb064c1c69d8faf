/* doctor_units.h - what systemd says about units: the output of `systemctl show`, taken apart. Pure. */
#ifndef KONTOR_CMD_DOCTOR_UNITS_H
#define KONTOR_CMD_DOCTOR_UNITS_H

#include "base/str.h"

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

#endif
