/* Prints everything about one id: from our own and the web servers' logs and their rotated copies, from the journal if
 * there is no log file, and from the slot while the request is in progress. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "plat/host/run.h"
#include "plat/stats/stats_report.h"

#define ID_MIN 8
#define FILES_MAX 500

struct search {
	const char *id;
	size_t found;
};

struct log_file {
	char *name;
	time_t changed;
};

static bool
is_id(const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < n; i++)
		if (!isxdigit((unsigned char)id[i]))
			return false;
	return n >= ID_MIN && n < STATS_ID_SIZE;
}

static void
print_matches(struct search *s, FILE *f, const char *name)
{
	size_t cap = 0, before = s->found;
	char *line = NULL;
	ssize_t n;

	while ((n = getline(&line, &cap, f)) > 0) {
		if (memmem(line, (size_t)n, s->id, strlen(s->id)) == NULL)
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

		if (w->in_hand == 0 || strncmp(w->id, s->id, strlen(s->id)) != 0)
			continue;
		printf("== in progress\nid=%s backend=%s slot=%d pid=%d class=%s for_ms=%llu%s\n", w->id, w->backend,
		    w->slot, w->pid, stats_route_name(w->route), (unsigned long long)(w->running_ns / 1000000),
		    w->alive ? "" : " (the process is dead; kontor-jobs will count it)");
		s->found++;
	}
	stats_close(&st);
}

int
cmd_log(struct cmd *c)
{
	struct search s = {.id = c->argc == 2 ? c->argv[1] : ""};
	const char *const journal[] = {"journalctl", "--no-pager", "--output=short-iso", "--grep", s.id, NULL};
	struct err e = {0};

	if (c->argc != 2 || !is_id(s.id))
		return cmd_usage(c);
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (c->conf.log_file.n > 0)
		search_rotated(&s, c->a, c->conf.log_file);
	else if (!search_output(&s, journal, "journal"))
		fprintf(stderr,
		    "kontor log: log.file is not set and there is no journalctl: the workers log to standard error\n");
	for (size_t i = 0; i < c->conf.log_web_server.n; i++)
		search_rotated(&s, c->a, c->conf.log_web_server.v[i]);
	search_slots(&s, c);
	if (s.found > 0)
		return CMD_OK;
	fprintf(stderr, "kontor log: nothing is known about %s\n", s.id);
	return CMD_FAILED;
}
