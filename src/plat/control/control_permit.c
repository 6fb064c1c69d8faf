#include <sched.h>

#include "plat/control/control_area.h"

#define PERMIT_TRIES 3

/* A process holds each permit at most once. */
bool
control_permit(struct control *ctl, enum permit permit, int max)
{
	for (int i = 0; i < PERMIT_TRIES; i++) {
		if (control_take_bit(ctl, offsetof(struct control_slot, permits), (unsigned)permit, max))
			return true;
		sched_yield();
	}
	stats_add(control_stats(ctl), STAT_permit_refused, 1);
	return false;
}

void
control_permit_release(struct control *ctl, enum permit permit)
{
	control_drop_bit(ctl, offsetof(struct control_slot, permits), (unsigned)permit);
}
