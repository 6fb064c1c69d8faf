#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define LINE_MAX_B 4000

static const char *log_prog = "kontor";
static int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_INFO;
static char log_req[40];
static uint64_t dropped;

bool
log_open(const char *prog, const char *file, enum log_level least)
{
	int fd;

	log_prog = prog;
	log_least = least;
	if (file == NULL || *file == '\0')
		return true;
	fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	if (fd < 0)
		return false;
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = fd;
	return true;
}

void
log_request(const char *id)
{
	str_copy(log_req, sizeof(log_req), str_z(id));
}

const char *
log_level_name(enum log_level l)
{
	static const char *const names[LOG__MAX] = {"debug", "info", "warn", "error"};

	return names[l];
}

void
log_put(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_B + 2], when[32];
	struct timespec now;
	struct tm tm;
	va_list ap;
	int n, m;

	if (level < log_least)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	n = snprintf(line, LINE_MAX_B, "ts=%s.%03ldZ level=%s prog=%s pid=%d%s%s ", when, now.tv_nsec / 1000000,
	    log_level_name(level), log_prog, (int)getpid(), log_req[0] == '\0' ? "" : " req=", log_req);
	va_start(ap, fmt);
	m = vsnprintf(line + n, (size_t)(LINE_MAX_B - n), fmt, ap);
	va_end(ap);
	n = m < LINE_MAX_B - n ? n + m : LINE_MAX_B - 1;
	for (int i = 0; i < n; i++) /* one event stays one line, even with control characters from outside */
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	line[n++] = '\n';
	if (write(log_fd, line, (size_t)n) != n)
		dropped++;
}

uint64_t
log_dropped(void)
{
	return dropped;
}
