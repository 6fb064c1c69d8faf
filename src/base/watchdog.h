/* watchdog.h - aborts a process that is stuck past its deadline. SIGABRT has no handler, so it works in any state of
 * the process. */
#ifndef KONTOR_BASE_WATCHDOG_H
#define KONTOR_BASE_WATCHDOG_H

#include <time.h>

#include "base/err.h"

struct watchdog {
	timer_t timer;
};

/* ERR_BUG when the system has no timer left. */
MUST_USE bool watchdog_open(struct watchdog *, struct err *);

/* Aborts the process at this time (CLOCK_MONOTONIC); 0: disarms. */
void watchdog_arm(const struct watchdog *, uint64_t at_ns);

void watchdog_close(struct watchdog *);

#endif
