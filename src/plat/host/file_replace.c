#include "plat/host/file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/text/file.h"

bool
file_replace_beside(struct arena *a, const char *path, struct str text, const char **beside, struct err *e)
{
	char *name = (char *)str_fmt(a, "%s.new-XXXXXX", path).p;
	struct stat old = {.st_mode = 0644};
	bool there = stat(path, &old) == 0, ok;
	int fd = mkostemp(name, O_CLOEXEC);

	*beside = name;
	if (fd < 0)
		return err_set(e, ERR_UPSTREAM, "%s: cannot be written: %s", path, strerror(errno));
	ok = file_write(fd, text) && (!there || fchown(fd, old.st_uid, old.st_gid) == 0)
	     && fchmod(fd, old.st_mode & 07777) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (ok)
		return true;
	(void)err_set(e, ERR_UPSTREAM, "%s: cannot be written: %s", path, strerror(errno));
	(void)unlink(name);
	return false;
}

bool
file_replace(struct arena *a, const char *path, struct str text, struct err *e)
{
	const char *beside;

	if (!file_replace_beside(a, path, text, &beside, e))
		return false;
	if (rename(beside, path) == 0)
		return true;
	(void)err_set(e, ERR_UPSTREAM, "%s: cannot be written: %s", path, strerror(errno));
	(void)unlink(beside);
	return false;
}
