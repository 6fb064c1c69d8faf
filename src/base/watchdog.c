#include "base/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"

bool
watchdog_open(struct watchdog *w, struct err *e)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGABRT};

	return timer_create(CLOCK_MONOTONIC, &event, &w->timer) == 0
	       || err_set(e, ERR_BUG, "no timer: %s", strerror(errno));
}

void
watchdog_arm(const struct watchdog *w, uint64_t at_ns)
{
	struct itimerspec at = {.it_value = {(time_t)(at_ns / CLOCK_S), (long)(at_ns % CLOCK_S)}};

	timer_settime(w->timer, TIMER_ABSTIME, &at, NULL);
}

void
watchdog_close(struct watchdog *w)
{
	timer_delete(w->timer);
}
