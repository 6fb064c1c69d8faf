#include "plat/host/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"

#define PROCS_MAX 32768
#define ARGUMENTS_B 4096
#define TABLE_B ((size_t)1 << 20)
#define SOCKETS_MAX 16

static const struct str deleted = STR_INIT(" (deleted)");

/* Reads the start of a /proc file, whose size is unknown; empty on error. */
static struct str
read_start(struct arena *a, const char *path, size_t max_b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *p = fd < 0 ? NULL : arena_try(a, max_b);
	size_t n = 0;
	ssize_t got = 1;

	while (p != NULL && n < max_b && got > 0) {
		got = read(fd, p + n, max_b - n);
		if (got > 0)
			n += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	return str_n(p, n);
}

/* "pid (name) state parent ..."; the name may contain any byte. */
static bool
parse_stat(struct arena *a, struct str text, struct proc *p)
{
	ptrdiff_t open = str_chr(text, '('), close = -1;
	struct str rest, part = STR_NONE;
	uint64_t parent;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ')')
			close = (ptrdiff_t)i;
	if (open < 0 || close < open)
		return false;
	p->name = str_zdup(a, str_n(text.p + open + 1, (size_t)(close - open - 1)));
	rest = str_from(text, (size_t)close + 2);
	if (!str_cut(&rest, ' ', &part) || !str_cut(&rest, ' ', &part) || !num_u64(part, 0, INT32_MAX, &parent))
		return false;
	p->parent = (int)parent;
	return true;
}

static bool
read_proc(struct arena *a, const char *name, struct proc *p)
{
	struct stat st;
	uint64_t pid;

	if (!num_u64(str_z(name), 1, INT32_MAX, &pid) || stat(str_fmt(a, "/proc/%s", name).p, &st) != 0
	    || !parse_stat(a, read_start(a, str_fmt(a, "/proc/%s/stat", name).p, 1024), p))
		return false;
	p->pid = (int)pid;
	p->uid = st.st_uid;
	p->arguments = read_start(a, str_fmt(a, "/proc/%s/cmdline", name).p, ARGUMENTS_B);
	return true;
}

bool
proc_list(struct arena *a, struct proc **out, size_t *n, struct err *e)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	*n = 0;
	if (dir == NULL)
		return err_set(e, ERR_BUG, "/proc: %s", strerror(errno));
	*out = ARENA_ARRAY(a, struct proc, PROCS_MAX);
	while ((entry = readdir(dir)) != NULL && *n < PROCS_MAX)
		if (read_proc(a, entry->d_name, &(*out)[*n]))
			++*n;
	closedir(dir);
	return true;
}

const char *
proc_argument(struct str *rest)
{
	const char *p = rest->p;
	size_t n = rest->n == 0 ? 0 : strnlen(p, rest->n);

	if (n == rest->n) /* truncated, or the end */
		return NULL;
	*rest = str_from(*rest, n + 1);
	return p;
}

static struct str
read_exe(struct arena *a, int pid)
{
	char to[PATH_MAX];
	ssize_t n = readlink(str_fmt(a, "/proc/%d/exe", pid).p, to, sizeof(to));

	return n <= 0 || (size_t)n == sizeof(to) ? STR("") : str_dup(a, str_n(to, (size_t)n));
}

bool
proc_is_replaced(struct arena *a, int pid)
{
	return str_ends(read_exe(a, pid), deleted);
}

const char *
proc_program(struct arena *a, int pid)
{
	struct str to = read_exe(a, pid);

	if (str_ends(to, deleted))
		to = str_head(to, to.n - deleted.n);
	return to.n == 0 ? NULL : str_zdup(a, to);
}

/* The inodes of the sockets that listen on the port, from a table in /proc/net. */
static size_t
find_sockets(struct arena *a, const char *table, unsigned port, struct str *sockets, size_t n)
{
	struct str text = read_start(a, table, TABLE_B), line;
	char tail[8];

	snprintf(tail, sizeof(tail), ":%04X", port);
	while (n < SOCKETS_MAX && str_cut(&text, '\n', &line)) {
		struct str field[10] = {{NULL, 0}};
		size_t k = 0;

		while (k < ARRAY_LEN(field) && str_cut(&line, ' ', &field[k]))
			k += field[k].n > 0;
		if (k == ARRAY_LEN(field) && str_ends(field[1], str_z(tail)) && str_eq_z(field[3], "0A"))
			sockets[n++] = str_fmt(a, "socket:[%.*s]", STR_ARG(field[9]));
	}
	return n;
}

static bool
holds(struct arena *a, int pid, const struct str *sockets, size_t n)
{
	const char *folder = str_fmt(a, "/proc/%d/fd", pid).p;
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool found = false;

	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		char path[64], to[64];
		ssize_t got;

		snprintf(path, sizeof(path), "%s/%.20s", folder, entry->d_name);
		got = readlink(path, to, sizeof(to));
		for (size_t i = 0; i < n && got > 0; i++)
			found |= str_eq(str_n(to, (size_t)got), sockets[i]);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

int
proc_listening(struct arena *a, const struct proc *list, size_t n, unsigned port)
{
	struct str sockets[SOCKETS_MAX];
	size_t n_sockets = find_sockets(a, "/proc/net/tcp", port, sockets, 0);

	n_sockets = find_sockets(a, "/proc/net/tcp6", port, sockets, n_sockets);
	for (size_t i = 0; i < n && n_sockets > 0; i++)
		if (holds(a, list[i].pid, sockets, n_sockets))
			return list[i].pid;
	return 0;
}
