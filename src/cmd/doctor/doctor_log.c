/* Searches the ends of log files for recent failures, and for addresses of orders, which must not be there. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor_judge.h"

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
		struct str id = value_of(line, STR(" req="));

		if (!str_starts(line, STR("ts=")) || str_cmp(value_of(line, STR("ts=")), str_z(since)) < 0 || id.n == 0
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

/* Reads the last complete lines of a file. */
static bool
read_tail(struct doctor *d, const char *file, struct str *text)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)TAIL_B ? size - (off_t)TAIL_B : 0;
	char *p = arena_try(d->a, TAIL_B);
	ssize_t n = size < 0 || p == NULL ? -1 : pread(fd, p, TAIL_B, from);
	struct str cut;

	if (n < 0)
		doctor_unseen(d, "%s: %s", file, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	*text = str_n(p, (size_t)n);
	if (from > 0)
		(void)str_cut(text, '\n', &cut);
	return true;
}

static void
check_failures(struct doctor *d, const char *file)
{
	time_t then = (time_t)(clock_utc_s() - LATELY_S);
	struct doctor_log log;
	struct str text;
	char since[32];
	struct tm tm;

	if ((access(file, F_OK) != 0 && errno == ENOENT) || !read_tail(d, file, &text))
		return;
	strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%S", gmtime_r(&then, &tm));
	doctor_log_count(d->a, text, since, &log);
	if (log.failures > 0)
		FIND(d, failures_lately, "N", doctor_n(d, (int64_t)log.failures), "EVENT", log.last_event, "ID",
		    look_id(d, str_z(log.last_id)));
	doctor_note(d, "%s: %zu failures within the last hour", file, log.failures);
}

static void
check_log_file(struct doctor *d, const char *file)
{
	struct rights_user u;
	const char *why;

	if (!look_worker_user(d, &u))
		return;
	if (access(file, F_OK) == 0 ? !rights_may(d->a, &u, file, RIGHTS_WRITE, &why)
				    : !rights_may(d->a, &u, look_folder(d->a, file), RIGHTS_WRITE | RIGHTS_ENTER, &why))
		FIND(d, log_denied, "USER", u.name, "FILE", file, "WHY", why);
	check_failures(d, file);
}

/* A web server's access log. */
static void
check_orders(struct doctor *d, const char *file)
{
	struct str text;

	if (read_tail(d, file, &text) && doctor_log_names_order(text))
		FIND(d, orders_in_logs, "FILE", file);
}

void
check_log(struct doctor *d)
{
	static const char *const usual[] = {"/var/log/apache2/access.log", "/var/log/lighttpd/access.log"};
	const struct conf_list *web = &d->conf->log_web_server;
	bool absent;

	if (d->conf->log_file.n > 0)
		check_log_file(d, d->conf->log_file.p);
	else
		doctor_note(d, "log.file is empty: lines go to standard error, the journal under systemd");
	for (size_t i = 0; i < web->n; i++) {
		if (look_readable(d, web->v[i].p, &absent))
			check_orders(d, web->v[i].p);
		else if (absent)
			FIND(d, log_gone, "FILE", web->v[i].p);
	}
	if (web->n > 0)
		return;
	doctor_note(d, "log.web_server is empty: kontor log does not search the web server's logs");
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (access(usual[i], R_OK) == 0)
			check_orders(d, usual[i]);
}
