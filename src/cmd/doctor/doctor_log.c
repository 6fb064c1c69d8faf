#include "cmd/doctor/doctor_log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define TAIL_B ((size_t)1 << 20)
#define TOKEN_MIN 20
#define LATELY_S 3600

/* The value of a key in logfmt, up to the next blank. */
static struct str
value_of(struct str line, struct str key)
{
	ptrdiff_t at = str_find(line, key);
	struct str rest, value = STR("");

	if (at < 0)
		return STR("");
	rest = str_from(line, (size_t)at + key.n);
	(void)str_cut(&rest, ' ', &value);
	return value;
}

void
doctor_log_count(struct arena *a, struct str text, const char *since, struct doctor_log *log)
{
	struct str line;

	*log = (struct doctor_log){.last_event = "", .last_id = ""};
	while (str_cut(&text, '\n', &line)) {
		struct str ts = value_of(line, STR("ts=")), id = value_of(line, STR(" req="));

		if (!str_starts(line, STR("ts=")) || str_cmp(ts, str_z(since)) < 0 || id.n == 0
		    || str_find(line, STR(" level=error ")) < 0)
			continue;
		log->failures++;
		log->last_event = str_zdup(a, value_of(line, STR(" event=")));
		log->last_id = str_zdup(a, id);
	}
}

bool
doctor_log_names_order(struct str text)
{
	const struct str word = STR("/order/");
	ptrdiff_t at;

	while ((at = str_find(text, word)) >= 0) {
		size_t n = 0;

		text = str_from(text, (size_t)at + word.n);
		while (n < text.n && (isalnum((unsigned char)text.p[n]) || text.p[n] == '-' || text.p[n] == '_'))
			n++;
		if (n >= TOKEN_MIN)
			return true;
	}
	return false;
}

/* The end of a file, from the beginning of a line. */
static bool
read_tail(struct doctor *d, const char *file, struct str *text)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)TAIL_B ? size - (off_t)TAIL_B : 0;
	char *p = arena_try(d->a, TAIL_B);
	ssize_t n = size < 0 || p == NULL ? -1 : pread(fd, p, TAIL_B, from);
	struct str rest, cut;

	if (n < 0)
		doctor_unseen(d, "%s: %s", file, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	rest = str_n(p, (size_t)n);
	if (from > 0)
		(void)str_cut(&rest, '\n', &cut);
	*text = rest;
	return true;
}

bool
doctor_log_read(struct doctor *d, const char *file, struct doctor_log *log)
{
	time_t then = (time_t)(clock_utc_s() - LATELY_S);
	struct str text;
	char since[32];
	struct tm tm;

	*log = (struct doctor_log){.last_event = "", .last_id = ""};
	if (access(file, F_OK) != 0 && errno == ENOENT)
		return true;
	if (!read_tail(d, file, &text))
		return false;
	gmtime_r(&then, &tm);
	strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%S", &tm);
	doctor_log_count(d->a, text, since, log);
	return true;
}

bool
doctor_log_has_orders(struct doctor *d, const char *file)
{
	struct str text;

	return read_tail(d, file, &text) && doctor_log_names_order(text);
}
