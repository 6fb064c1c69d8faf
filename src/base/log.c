#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log_line.h"
#include "base/str.h"

#define LINE_MAX_B 4000

static const char *log_prog = "kontor";
static int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_INFO;
static char log_req[40], log_also[LOG_NOTE_SIZE];
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
	log_also[0] = '\0';
}

void
log_note(const char *fields)
{
	str_copy(log_also, sizeof(log_also), str_z(fields));
}

const char *
log_level_name(enum log_level l)
{
	static const char *const names[LOG__MAX] = {"debug", "info", "warn", "error"};

	return names[l];
}

/* True if standard error is a stream of the journal (sd_journal_stream_fd(3)), which takes a line's priority from its
 * prefix. */
static bool
is_journal(void)
{
	static int known = -1;
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat sb;

	if (log_fd != STDERR_FILENO)
		return false;
	if (known < 0) {
		known = 0;
		if (stream != NULL && fstat(STDERR_FILENO, &sb) == 0) {
			snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)sb.st_dev,
			    (unsigned long long)sb.st_ino);
			known = str_eq(str_z(stream), str_z(own));
		}
	}
	return known == 1;
}

static void
put_head(struct log_line *l, enum log_level level)
{
	static const char *const priority[LOG__MAX] = {"<7>", "<6>", "<4>", "<3>"};
	char when[32], head[160];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(head, sizeof(head), "%sts=%s.%03ldZ level=%s prog=%s pid=%d%s%s", is_journal() ? priority[level] : "",
	    when, now.tv_nsec / 1000000, log_level_name(level), log_prog, (int)getpid(),
	    log_req[0] == '\0' ? "" : " req=", log_req);
	log_line_z(l, head);
	log_line_z(l, log_also);
	log_line_z(l, " ");
}

void
log_put(enum log_level level, const char *fmt, ...)
{
	char text[LINE_MAX_B];
	struct log_line line = {.p = text, .cap = sizeof(text)};
	va_list ap;

	if (level < log_least)
		return;
	put_head(&line, level);
	va_start(ap, fmt);
	log_line_fmt(&line, fmt, ap);
	va_end(ap);
	log_line_end(&line);
	if (write(log_fd, text, line.n) != (ssize_t)line.n)
		dropped++;
}

uint64_t
log_dropped(void)
{
	return dropped;
}
