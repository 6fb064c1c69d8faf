#include "plat/host/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/text/file.h"

#define PART_B 65536
#define NAME_B 1024
#define DEPTH_MAX 8

static bool
tree_fail(struct err *e, const char *path)
{
	return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_UPSTREAM, "%s: %s", path, strerror(errno));
}

bool
tree_make_dirs(const char *path, unsigned mode, struct err *e)
{
	char z[NAME_B];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(z))
		return err_set(e, ERR_INPUT, "%s: not a valid folder name", path);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && path[i] != '/')
			continue;
		memcpy(z, path, i);
		z[i] = '\0';
		if (mkdir(z, mode) != 0 && errno != EEXIST)
			return tree_fail(e, z);
	}
	return true;
}

bool
tree_make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0755) == 0) /* which obeys the umask; chmod() does not */
		return chmod(path, 0755) == 0 || err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
	return errno == EEXIST || err_set(e, ERR_UPSTREAM, "%s: cannot be created: %s", path, strerror(errno));
}

static bool
copy_bytes(int in, int out, uint64_t *size_b)
{
	char part[PART_B];
	ssize_t n;

	while ((n = read(in, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (!file_write(out, str_n(part, (size_t)n)))
			return false;
		*size_b += (uint64_t)n;
	}
	return true;
}

/* Call it before setting the mode, since chown clears mode bits. The file keeps its owner if the process may not change
 * it (EPERM), or if the user namespace does not map the new one (EINVAL). */
static bool
own_like(int fd, const struct stat *st)
{
	return fchown(fd, st->st_uid, st->st_gid) == 0 || errno == EPERM || errno == EINVAL;
}

bool
tree_copy(const char *from, const char *to, uint64_t *size_b, struct err *e)
{
	const char *slash = strrchr(to, '/'), *base = slash == NULL ? to : slash + 1;
	char beside[NAME_B + 16];
	struct stat st;
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), out;
	bool ok;

	*size_b = 0;
	if (in < 0)
		return tree_fail(e, from);
	if (strlen(to) >= NAME_B) {
		close(in);
		return err_set(e, ERR_LIMIT, "%s: the name is too long", to);
	}
	if (fstat(in, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(in);
		return err_set(e, ERR_INPUT, "%s: not a file", from);
	}
	snprintf(beside, sizeof(beside), "%.*s.%s.new", (int)(base - to), to, base);
	/* an old file may be a planted link; root must not write through it */
	(void)unlink(beside);
	out = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ok = out >= 0 && copy_bytes(in, out, size_b) && own_like(out, &st) && fchmod(out, st.st_mode & 07777) == 0;
	ok = (out < 0 || close(out) == 0) && ok && rename(beside, to) == 0;
	if (!ok)
		(void)tree_fail(e, to);
	if (!ok && out >= 0)
		unlink(beside);
	close(in);
	return ok;
}

void
tree_own_as(const char *path, const char *as)
{
	struct stat st;

	if (stat(as, &st) == 0 && lchown(path, st.st_uid, st.st_gid) != 0)
		return; /* the path keeps the owner that created it */
}

void
tree_be_like(const char *path, const char *as)
{
	struct stat st;

	tree_own_as(path, as);
	if (stat(as, &st) == 0 && chmod(path, st.st_mode & 07777) != 0)
		return; /* the path keeps the mode that it was created with */
}

bool
tree_link(const char *from, const char *to)
{
	return link(from, to) == 0;
}

bool
tree_size(const char *path, uint64_t *size_b)
{
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	*size_b = (uint64_t)st.st_size;
	return true;
}

struct walk {
	const char *root;
	tree_fn *fn;
	void *arg;
};

static bool walk_dir(const struct walk *, const char *below, int depth, struct err *);

static bool
walk_entry(const struct walk *w, const char *name, int depth, struct err *e)
{
	char path[2 * NAME_B];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", w->root, name);
	if (lstat(path, &st) != 0)
		return errno == ENOENT || tree_fail(e, path);
	if (S_ISDIR(st.st_mode))
		return walk_dir(w, name, depth + 1, e);
	return !S_ISREG(st.st_mode) || w->fn(w->arg, name, e);
}

static bool
walk_dir(const struct walk *w, const char *below, int depth, struct err *e)
{
	char path[2 * NAME_B], name[NAME_B];
	const struct dirent *entry;
	bool ok = true;
	DIR *d;

	snprintf(path, sizeof(path), "%s%s%s", w->root, *below == '\0' ? "" : "/", below);
	if (depth > DEPTH_MAX)
		return err_set(e, ERR_LIMIT, "%s: folders nested too deep", path);
	d = opendir(path);
	if (d == NULL)
		return tree_fail(e, path);
	while (ok && (errno = 0, entry = readdir(d)) != NULL) {
		int n = snprintf(name, sizeof(name), "%s%s%s", below, *below == '\0' ? "" : "/", entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		ok = n < (int)sizeof(name) ? walk_entry(w, name, depth, e)
					   : err_set(e, ERR_LIMIT, "%s: the name is too long", path);
	}
	if (ok && errno != 0)
		ok = tree_fail(e, path);
	closedir(d);
	return ok;
}

bool
tree_walk(const char *root, tree_fn *fn, void *arg, struct err *e)
{
	const struct walk w = {root, fn, arg};

	return walk_dir(&w, "", 0, e);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

bool
tree_remove(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT || tree_fail(e, path);
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || tree_fail(e, path);
}

bool
tree_sync(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && syncfs(fd) == 0;

	if (!ok)
		(void)tree_fail(e, dir);
	if (fd >= 0)
		close(fd);
	return ok;
}
