#include "work/progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define STEP_NS (200 * CLOCK_MS)

static uint64_t said_ns;
static bool shown;

static bool
is_due(void)
{
	uint64_t now_ns = clock_mono_ns();

	if (isatty(STDERR_FILENO) != 1 || now_ns - said_ns < STEP_NS)
		return false;
	said_ns = now_ns;
	shown = true;
	return true;
}

void
progress_clear(void)
{
	if (shown)
		fprintf(stderr, "\r\033[K");
	shown = false;
}

void
progress_step(const char *fmt, ...)
{
	va_list ap;

	progress_clear();
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void
progress_bytes(const void *what, uint64_t bytes)
{
	if (is_due())
		fprintf(stderr, "\r%s: %llu MB\033[K", (const char *)what, (unsigned long long)(bytes / 1000000));
}

void
progress_count(const void *what, uint64_t n)
{
	if (is_due())
		fprintf(stderr, "\r%s: %llu\033[K", (const char *)what, (unsigned long long)n);
}
