/* Prints everything about one number: from our own and the web servers' logs and their rotated copies, from the journal
 * if there is no log file, and from the slot while the request is in progress.
 *
 * A number is our own id (hexadecimal digits), Apache's UNIQUE_ID, or lighttpd's SECONDS-PORT. The seconds of the last
 * are those of the page; in the logs they are those of the beginning or the end of the request, so they may differ. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/run.h"
#include "cmd/cmd.h"
#include "plat/stats/stats_report.h"

#define ID_MIN 8
#define UNIQUE_ID_MIN 20
#define FILES_MAX 500
#define CLOCKS_DIFFER_S 10

struct search {
	const char *id;	 /* the number as given, or "-PORT" */
	int64_t about_s; /* of SECONDS-PORT; 0: of another kind */
	size_t found;
};

struct log_file {
	char *name;
	time_t changed;
};

static bool
consists_of(const char *s, int (*kind)(int), const char *also)
{
	while (*s != '\0' && (kind((unsigned char)*s) || strchr(also, *s) != NULL))
		s++;
	return *s == '\0';
}

/* False if the text is no number of an error page. */
static bool
read_number(const char *text, struct search *s)
{
	const char *dash = strchr(text, '-');
	uint64_t seconds, port;
	size_t n = strlen(text);

	*s = (struct search){.id = text};
	if (dash != NULL && num_u64(str_n(text, (size_t)(dash - text)), UINT32_MAX / 4, UINT32_MAX, &seconds)
	    && num_u64(str_z(dash + 1), 1, UINT16_MAX, &port)) {
		s->id = dash;
		s->about_s = (int64_t)seconds;
		return true;
	}
	return (n >= ID_MIN && n < STATS_ID_SIZE && consists_of(text, isxdigit, ""))
	    || (n >= UNIQUE_ID_MIN && n < LOG_NOTE_SIZE && consists_of(text, isalnum, "@_-"));
}

/* True if a SECONDS-PORT in the text has this port and nearly these seconds. */
static bool
is_about(const struct search *s, struct str text)
{
	ptrdiff_t at;

	while ((at = str_find(text, str_z(s->id))) >= 0) {
		size_t from = (size_t)at, end = (size_t)at + strlen(s->id);
		uint64_t seconds;

		while (from > 0 && isdigit((unsigned char)text.p[from - 1]))
			from--;
		if (num_u64(str_n(text.p + from, (size_t)at - from), 0, UINT32_MAX, &seconds)
		    && (end == text.n || !isdigit((unsigned char)text.p[end]))
		    && llabs((long long)seconds - s->about_s) <= CLOCKS_DIFFER_S)
			return true;
		text = str_from(text, end);
	}
	return false;
}

static bool
is_match(const struct search *s, struct str text)
{
	return s->about_s != 0 ? is_about(s, text) : str_find(text, str_z(s->id)) >= 0;
}

static void
print_matches(struct search *s, FILE *f, const char *name)
{
	size_t cap = 0, before = s->found;
	char *line = NULL;
	ssize_t n;

	while ((n = getline(&line, &cap, f)) > 0) {
		if (!is_match(s, str_n(line, (size_t)n)))
			continue;
		if (s->found++ == before)
			printf("== %s\n", name);
		fwrite(line, 1, (size_t)n, stdout);
		if (line[n - 1] != '\n')
			putchar('\n');
	}
	free(line);
}

/* Searches a program's output. False if the program could not be run. */
static bool
search_output(struct search *s, const char *const argv[], const char *name)
{
	struct run r = {.argv = argv, .in = RUN_NULL, .err = STDERR_FILENO};
	struct err e = {0};
	int fds[2], status;
	pid_t pid;
	bool ok;
	FILE *f;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	fflush(stdout);
	r.out = fds[1];
	ok = run_start(&r, &pid, &e);
	close(fds[1]);
	f = fdopen(fds[0], "r");
	if (ok && f != NULL)
		print_matches(s, f, name);
	if (f != NULL)
		fclose(f);
	return ok && run_wait(pid, &status, &e);
}

static void
search_file(struct search *s, const char *name)
{
	const char *const gunzip[] = {"gzip", "-dc", "--", name, NULL};
	FILE *f;

	if (str_ends(str_z(name), STR(".gz"))) {
		if (!search_output(s, gunzip, name))
			fprintf(stderr, "kontor log: %s: gzip cannot be run\n", name);
		return;
	}
	f = fopen(name, "re");
	if (f == NULL) {
		fprintf(stderr, "kontor log: %s: %s\n", name, strerror(errno));
		return;
	}
	print_matches(s, f, name);
	fclose(f);
}

static int
older_first(const void *x, const void *y)
{
	const struct log_file *a = x, *b = y;

	return a->changed < b->changed ? -1 : a->changed > b->changed;
}

/* The file and its copies "file.1", "file.2.gz", "file-20260101", oldest first. */
static void
search_rotated(struct search *s, struct arena *a, struct str file)
{
	glob_t g;
	struct log_file *files;
	struct stat sb;
	size_t n = 0;

	if (file.n == 0 || glob(str_fmt(a, "%.*s[.-]*", STR_ARG(file)).p, 0, NULL, &g) == GLOB_NOSPACE)
		return;
	files = ARENA_ARRAY(a, struct log_file, FILES_MAX);
	for (size_t i = 0; i < g.gl_pathc && n < FILES_MAX - 1; i++)
		if (stat(g.gl_pathv[i], &sb) == 0 && S_ISREG(sb.st_mode))
			files[n++] = (struct log_file){g.gl_pathv[i], sb.st_mtime};
	qsort(files, n, sizeof(files[0]), older_first);
	for (size_t i = 0; i < n; i++)
		search_file(s, files[i].name);
	globfree(&g);
	search_file(s, file.p);
}

/* The server that does not run here has no such log. */
static void
search_failures(struct search *s, struct arena *a, struct str file)
{
	if (file.n > 0 && access(file.p, F_OK) == 0)
		search_rotated(s, a, file);
}

static void
search_slots(struct search *s, struct cmd *c)
{
	struct stats_report r;
	struct stats st;
	struct err e = {0};

	if (!stats_open_tool(&st, c->conf.paths_stats_file.p, false, &e))
		return;
	stats_read(&st, c->a, &r);
	for (size_t i = 0; i < r.n_workers; i++) {
		const struct stats_worker *w = &r.workers[i];

		if (w->in_hand == 0 || !is_match(s, str_fmt(c->a, "%s%s", w->id, w->note)))
			continue;
		printf("== in progress\nid=%s%s backend=%s slot=%d pid=%d class=%s for_ms=%llu%s\n", w->id, w->note,
		    w->backend, w->slot, w->pid, stats_route_name(w->route),
		    (unsigned long long)(w->running_ns / 1000000),
		    w->alive ? "" : " (the process is dead; kontor-jobs will count it)");
		s->found++;
	}
	stats_close(&st);
}

/* The journal's own search narrows it down; a '-' at the beginning would be an option. */
static void
search_journal(struct search *s, struct arena *a)
{
	const char *pattern = str_fmt(a, "--grep=%s", s->id).p;
	const char *const journal[] = {"journalctl", "--no-pager", "--output=short-iso", pattern, NULL};

	if (!search_output(s, journal, "journal"))
		fprintf(stderr,
		    "kontor log: log.file is not set and there is no journalctl: the workers log to standard error\n");
}

int
cmd_log(struct cmd *c)
{
	struct search s;
	struct err e = {0};

	if (c->argc != 2 || !read_number(c->argv[1], &s))
		return cmd_usage(c);
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (c->conf.log_file.n > 0)
		search_rotated(&s, c->a, c->conf.log_file);
	else
		search_journal(&s, c->a);
	search_failures(&s, c->a, c->conf.log_apache_failures_file);
	search_failures(&s, c->a, c->conf.log_lighttpd_failures_file);
	for (size_t i = 0; i < c->conf.log_web_server.n; i++)
		search_rotated(&s, c->a, c->conf.log_web_server.v[i]);
	search_slots(&s, c);
	if (s.found > 0)
		return CMD_OK;
	fprintf(stderr, "kontor log: nothing is known about %s\n", c->argv[1]);
	return CMD_FAILED;
}
