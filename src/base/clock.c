#include "base/clock.h"

#include <limits.h>
#include <time.h>

uint64_t
clock_mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * CLOCK_S + (uint64_t)t.tv_nsec;
}

int64_t
clock_utc_s(void)
{
	return (int64_t)time(NULL);
}

uint64_t
clock_utc_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / CLOCK_MS;
}

uint64_t
clock_left_ns(uint64_t deadline_ns)
{
	uint64_t now = clock_mono_ns();

	return deadline_ns > now ? deadline_ns - now : 0;
}

int
clock_left_ms(uint64_t deadline_ns)
{
	uint64_t ms;

	if (deadline_ns == CLOCK_NEVER)
		return -1;
	ms = (clock_left_ns(deadline_ns) + CLOCK_MS - 1) / CLOCK_MS;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

void
clock_sleep_ns(uint64_t ns)
{
	struct timespec t = {(time_t)(ns / CLOCK_S), (long)(ns % CLOCK_S)};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}
