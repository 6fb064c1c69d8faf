#include "cmd/system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/run.h"
#include "plat/stats/stats_report.h"
#include "plat/text/file.h"

#define WANTS "/etc/systemd/system/kontor.target.wants" /* independent of our prefix */
#define UNIT_HEAD "kontor@"
#define UNIT_TAIL ".service"
#define NAME_MAX_B 20
#define USER "kontor"

static const struct server {
	const char *unit, *conf;
	const char *test[5]; /* exits with 0 if the configuration is valid */
} servers[] = {
    {"apache2.service", "/etc/apache2/apache2.conf", {"apache2ctl", "configtest", NULL}},
    {"lighttpd.service", "/etc/lighttpd/lighttpd.conf",
	{"lighttpd", "-tt", "-f", "/etc/lighttpd/lighttpd.conf", NULL}},
};

bool
system_is_there(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

bool
system_backend_ok(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
			return false;
	}
	return name.n > 0 && name.n <= NAME_MAX_B;
}

/* "2" before "10" before "extra". */
static int
by_number(const void *x, const void *y)
{
	const struct str *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return str_cmp(*a, *b);
}

bool
system_backends(struct arena *a, const struct str **names, size_t *n, struct err *e)
{
	static const struct str usual[] = {STR_INIT("1"), STR_INIT("2")};
	struct str *units, *found;
	size_t n_units, k = 0;

	if (!file_list(a, WANTS, STR(UNIT_TAIL), &units, &n_units, e))
		return false;
	found = ARENA_ARRAY(a, struct str, n_units);
	for (size_t i = 0; i < n_units && k < SYSTEM_BACKENDS_MAX; i++) {
		struct str name = str_head(units[i], units[i].n - strlen(UNIT_TAIL));

		if (!str_starts(name, STR(UNIT_HEAD)))
			continue;
		name = str_from(name, strlen(UNIT_HEAD));
		if (system_backend_ok(name))
			found[k++] = str_dup(a, name);
	}
	if (k > 0)
		qsort(found, k, sizeof(*found), by_number);
	*names = k > 0 ? found : usual;
	*n = k > 0 ? k : ARRAY_LEN(usual);
	return true;
}

static bool
user_of_worker(struct arena *a, const char *stats_file, struct rights_user *u)
{
	struct stats st;
	struct stats_report r;
	struct err e = {0};
	bool found = false;

	if (!stats_open_tool(&st, stats_file, false, &e))
		return false;
	stats_read(&st, a, &r);
	for (size_t i = 0; i < r.n_workers && !found; i++) {
		struct stat sb;

		if (r.workers[i].alive && r.workers[i].role == STATS_WORKER
		    && stat(str_fmt(a, "/proc/%d", r.workers[i].pid).p, &sb) == 0)
			found = rights_user_id(a, sb.st_uid, u, &e);
	}
	stats_close(&st);
	return found;
}

bool
system_worker_user(struct arena *a, const char *stats_file, struct rights_user *u)
{
	const char *slash = strrchr(stats_file, '/');
	struct err e = {0};
	struct stat st;

	if (user_of_worker(a, stats_file, u) || rights_user(a, USER, u, &e))
		return true;
	if (slash == NULL || stat(str_fmt(a, "%.*s/", (int)(slash - stats_file), stats_file).p, &st) != 0)
		st.st_uid = geteuid();
	err_clear(&e);
	return rights_user_id(a, st.st_uid, u, &e);
}

const char *
system_unit(struct arena *a, struct str backend)
{
	return str_fmt(a, UNIT_HEAD "%.*s" UNIT_TAIL, STR_ARG(backend)).p;
}

void
system_print_reloaded(const char *unit)
{
	printf("%s reloaded\n", unit);
	fflush(stdout);
}

bool
system_ctl(struct arena *a, const char *verb, const char *unit, struct err *e)
{
	const char *const argv[] = {"systemctl", verb, unit, NULL};
	struct str text;
	int status;

	if (!run_read(a, argv, &text, &status, e))
		return false;
	return status == 0
	       || err_set(e, ERR_UPSTREAM, "systemctl %s %s: %.*s", verb, unit, STR_ARG(str_trim(str_head(text, 200))));
}

const char *
system_state(struct arena *a, const char *unit)
{
	const char *const argv[] = {"systemctl", "is-active", unit, NULL};
	struct err e = {0};
	struct str text;
	int status;

	if (!system_is_there() || !run_read(a, argv, &text, &status, &e) || text.n == 0)
		return "unknown";
	return str_zdup(a, str_trim(text));
}

/* Test-runs a server's configuration. */
static bool
test_one(struct arena *a, const struct server *s, struct err *e)
{
	struct str text;
	int status;

	return run_read(a, s->test, &text, &status, e)
	       && (status == 0
		   || err_set(e, ERR_INPUT, "%s refuses its configuration: %.*s", s->unit,
		       STR_ARG(str_trim(str_head(text, 400)))));
}

bool
system_test_servers(struct arena *a, struct err *e)
{
	struct err missing = {0};

	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		if (access(servers[i].conf, F_OK) != 0)
			continue;
		if (!test_one(a, &servers[i], &missing) && missing.kind == ERR_INPUT) {
			*e = missing;
			return false;
		}
		err_clear(&missing); /* removed but not purged: its configuration is left, its program is not */
	}
	return true;
}

static bool
reload_one(struct arena *a, const struct server *s, struct err *e)
{
	if (!test_one(a, s, e))
		return err_context(e, "%s was not reloaded", s->unit);
	return system_ctl(a, "reload", s->unit, e);
}

/* Reloads each server, whether or not the other one can be reloaded. */
bool
system_reload_servers(struct arena *a, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		const char *state = system_state(a, servers[i].unit);

		if (strcmp(state, "active") != 0 && strcmp(state, "reloading") != 0)
			continue;
		if (reload_one(a, &servers[i], e))
			system_print_reloaded(servers[i].unit);
		else
			ok = false;
	}
	return ok;
}

bool
system_listens(const char *socket_path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok;

	if (fd < 0 || strlen(socket_path) >= sizeof(addr.sun_path)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	memcpy(addr.sun_path, socket_path, strlen(socket_path) + 1);
	/* EAGAIN: the queue is full, so a program listens; connecting would block. */
	ok = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 || errno == EAGAIN;
	close(fd);
	return ok;
}
