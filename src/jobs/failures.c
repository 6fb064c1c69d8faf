/* failures.c - counts the error pages that the web servers sent themselves, by the lines of their logs of failures.
 *
 * Only these tell of requests that no worker had begun. How far a log was read stands in a file of the state folder, so
 * that each line is counted once, across restarts and by one of several processes. The lines of a log that existed
 * before it was first looked for are old, and not counted. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "jobs/job.h"

#define READ_MAX_B ((size_t)1 << 20)
#define ROTATED_READS 1024
#define LEAST_STATUS 500 /* below it, the page is no failure of the shop */

#define ABSENT UINT64_MAX

/* Of one log. Identified by its inode, since a rotation renames it. 0: never looked for; ABSENT: it did not exist. */
struct place {
	shared_word inode, read_b;
};

struct places {
	struct place apache, lighttpd;
};

static bool
is_failure(struct str line)
{
	ptrdiff_t end = str_find(line, STR(" number="));
	struct str status = str_head(line, end < 0 ? 0 : (size_t)end), part;
	uint64_t n;

	while (str_chr(status, ' ') >= 0)
		(void)str_cut(&status, ' ', &part);
	return num_u64(status, LEAST_STATUS, 999, &n);
}

/* Counts the complete lines behind the place. Sets *more if the file has more of them than are read at once. */
static uint64_t
count_lines(struct arena *a, int fd, struct place *place, bool *more)
{
	char *p = arena_alloc(a, READ_MAX_B);
	ssize_t got = pread(fd, p, READ_MAX_B, (off_t)shared_get(&place->read_b));
	const char *last = got <= 0 ? NULL : memrchr(p, '\n', (size_t)got);
	struct str text = str_n(p, last == NULL ? 0 : (size_t)(last - p)), line;
	uint64_t n = 0;

	if (last == NULL)
		return 0;
	while (str_cut(&text, '\n', &line))
		n += is_failure(line);
	shared_set(&place->read_b, shared_get(&place->read_b) + (uint64_t)(last - p) + 1);
	*more = *more || (size_t)got == READ_MAX_B;
	return n;
}

/* The rest of a log that was renamed since the last run. */
static uint64_t
count_rotated(struct job_context *j, struct str log, struct place *place)
{
	int fd = open(str_fmt(j->a, "%.*s.1", STR_ARG(log)).p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat sb;
	uint64_t n = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &sb) == 0 && sb.st_ino == shared_get(&place->inode)) {
		struct arena_mark m = arena_mark(j->a);
		bool more = true;

		for (int i = 0; i < ROTATED_READS && more; i++) {
			more = false;
			n += count_lines(j->a, fd, place, &more);
			arena_rewind(j->a, m);
		}
	}
	close(fd);
	return n;
}

static uint64_t
count_log(struct job_context *j, struct str log, struct place *place)
{
	int fd = log.n == 0 ? -1 : open(log.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	static bool complained;
	uint64_t n = 0;
	struct stat sb;

	if (fd < 0 && log.n > 0 && errno == ENOENT && shared_get(&place->inode) == 0)
		shared_set(&place->inode, ABSENT);
	if (fd < 0 && log.n > 0 && errno != ENOENT && !complained) {
		log_put(LOG_WARN, "event=failures_uncounted file=\"%s\" error=\"%s\"", log.p, strerror(errno));
		complained = true;
	}
	if (fd < 0)
		return 0;
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode)) {
		if (shared_get(&place->inode) == 0) {
			shared_set(&place->inode, sb.st_ino);
			shared_set(&place->read_b, (uint64_t)sb.st_size);
		} else if (sb.st_ino != shared_get(&place->inode)) {
			n = count_rotated(j, log, place);
			shared_set(&place->inode, sb.st_ino);
			shared_set(&place->read_b, 0);
		} else if ((uint64_t)sb.st_size < shared_get(&place->read_b)) {
			shared_set(&place->read_b, 0); /* truncated in place */
		}
		n += count_lines(j->a, fd, place, &j->more);
	}
	close(fd);
	return n;
}

bool
job_failures(struct job_context *j, struct err *e)
{
	const char *name = str_fmt(j->a, "%s-failures", j->conf->paths_stats_file.p).p;
	struct places *places;
	struct shared file;

	if (!shared_open(&file, name, O_RDWR | O_CREAT, sizeof(*places), e))
		return false;
	/* The lock of the creation is held meanwhile, by one process at a time. */
	places = file.area;
	stats_add(j->st, STAT_web_failures, count_log(j, j->conf->log_apache_failures_file, &places->apache));
	stats_add(j->st, STAT_web_failures, count_log(j, j->conf->log_lighttpd_failures_file, &places->lighttpd));
	shared_ready(&file);
	shared_close(&file);
	return true;
}
