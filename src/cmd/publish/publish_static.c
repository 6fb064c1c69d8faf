/* A static file's name contains a hash of its contents, so a new version never overwrites an old one. The modification
 * time says when the file was last current. Files last current more than KEEP_S ago are removed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/publish/publish.h"
#include "plat/host/file_replace.h"
#include "plat/text/file.h"

#define KEEP_S ((int64_t)90 * 24 * 3600)
#define ONE_RUN_S 60 /* the times of files written by one run differ by at most this */
#define FILE_MAX_B ((size_t)16 << 20)

/* Writes the file unless it exists, and marks it as current. */
static bool
copy(const struct publish *p, const char *dir, struct str name, struct err *e)
{
	const char *from = str_fmt(p->a, "%s/%s", p->static_dir, name.p).p;
	const char *to = str_fmt(p->a, "%s/%s", dir, name.p).p;
	struct stat have, want;
	struct str bytes;

	if (stat(from, &want) == 0 && stat(to, &have) == 0 && have.st_size == want.st_size
	    && utimensat(AT_FDCWD, to, NULL, 0) == 0)
		return true;
	return file_get(p->a, from, FILE_MAX_B, &bytes, e) && file_replace(p->a, to, bytes, e);
}

/* Marks the files that were current until now, so that their age counts from now, not from their publication. */
static void
mark_current(const struct publish *p, const char *dir, const struct str *names, size_t n)
{
	int64_t last_s = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			const char *path = str_fmt(p->a, "%s/%s", dir, names[i].p).p;
			struct stat sb;

			if (stat(path, &sb) != 0)
				continue;
			if (pass == 0)
				last_s = sb.st_mtime > last_s ? sb.st_mtime : last_s;
			else if (sb.st_mtime >= last_s - ONE_RUN_S)
				(void)utimensat(AT_FDCWD, path, NULL, 0);
		}
	}
}

static bool
remove_if_old(const struct publish *p, const char *dir, struct str name, struct err *e)
{
	const char *path = str_fmt(p->a, "%s/%s", dir, name.p).p;
	struct stat sb;

	if (stat(path, &sb) != 0 || !S_ISREG(sb.st_mode) || sb.st_mtime > clock_utc_s() - KEEP_S)
		return true;
	return unlink(path) == 0 || err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
}

bool
publish_static(const struct publish *p, const char *dir, struct err *e)
{
	struct str *names;
	size_t n;

	if (!file_list(p->a, dir, STR(""), &names, &n, e))
		return false;
	mark_current(p, dir, names, n);
	if (!file_list(p->a, p->static_dir, STR(""), &names, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_INPUT, "%s contains no static files", p->static_dir);
	for (size_t i = 0; i < n; i++)
		if (!copy(p, dir, names[i], e))
			return false;
	if (!file_list(p->a, dir, STR(""), &names, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!remove_if_old(p, dir, names[i], e))
			return false;
	return true;
}
