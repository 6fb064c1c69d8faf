/* watchdog.h - ends a process that is stuck past its deadline, by SIGABRT. The signal has no handler, so the state that
 * the process is in does not matter. */
#ifndef KONTOR_BASE_WATCHDOG_H
#define KONTOR_BASE_WATCHDOG_H

#include <time.h>

#include "base/err.h"

struct watchdog {
	timer_t timer;
};

/* ERR_BUG when the system has no timer left. */
MUST_USE bool watchdog_open(struct watchdog *, struct err *);

/* The process ends at this time (CLOCK_MONOTONIC); 0: not at all. */
void watchdog_arm(const struct watchdog *, uint64_t at_ns);

void watchdog_close(struct watchdog *);

#endif
