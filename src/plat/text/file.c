#include "plat/text/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
file_fail(struct err *e, const char *path, const char *what)
{
	return err_set(e, ERR_BUG, "%s: %s: %s", path, what, strerror(errno));
}

bool
file_read(int fd, char *p, size_t size, size_t *n)
{
	*n = 0;
	while (*n < size) {
		ssize_t got = read(fd, p + *n, size - *n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		*n += (size_t)got;
	}
	return true;
}

static bool
read_all(struct arena *a, int fd, const char *path, size_t max_b, struct str *bytes, struct err *e)
{
	struct stat st;
	size_t n;
	char *p;

	if (fstat(fd, &st) != 0)
		return file_fail(e, path, "cannot be read");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_BUG, "%s: not a file", path);
	if (st.st_size < 0 || (uint64_t)st.st_size > max_b)
		return err_set(e, ERR_BUG, "%s: more than %zu bytes", path, max_b);
	p = arena_try(a, (size_t)st.st_size + 1);
	if (p == NULL)
		return err_set(e, ERR_LIMIT, "%s: no room for %lld bytes", path, (long long)st.st_size);
	if (!file_read(fd, p, (size_t)st.st_size, &n))
		return file_fail(e, path, "cannot be read");
	*bytes = str_n(p, n);
	return true;
}

bool
file_find(struct arena *a, const char *path, size_t max_b, struct str *bytes, bool *found, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok;

	*bytes = STR_NONE;
	*found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || file_fail(e, path, "cannot be opened");
	ok = read_all(a, fd, path, max_b, bytes, e);
	close(fd);
	return ok;
}

bool
file_get(struct arena *a, const char *path, size_t max_b, struct str *bytes, struct err *e)
{
	bool found;

	return file_find(a, path, max_b, bytes, &found, e)
	    && (found || err_set(e, ERR_INPUT, "%s: there is no such file", path));
}

bool
file_list(struct arena *a, const char *dir, struct str tail, struct str **names, size_t *n, struct err *e)
{
	DIR *d = opendir(dir);
	size_t cap = 0;
	struct dirent *entry;

	*names = NULL;
	*n = 0;
	if (d == NULL)
		return errno == ENOENT || errno == ENOTDIR || file_fail(e, dir, "cannot be opened");
	while ((entry = readdir(d)) != NULL) {
		struct str name = str_z(entry->d_name);

		if (name.n <= tail.n || name.p[0] == '.' || !str_ends(name, tail))
			continue;
		*names = arena_more(a, *names, *n, &cap, sizeof(**names));
		(*names)[(*n)++] = str_dup(a, name);
	}
	closedir(d);
	if (*n > 0)
		qsort(*names, *n, sizeof(**names), str_order);
	return true;
}

bool
file_write(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}
