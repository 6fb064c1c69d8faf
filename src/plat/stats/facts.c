#include "plat/stats/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FACT_MAX_B 64
#define PATH_MAX_B 256

static const char *const names[FACT__MAX] = {"verify", "backup", "certificate", "hooks-paused",
#define OUTBOX_KIND(name, help) "outbox-" #name "-waiting", "outbox-" #name "-dead", "outbox-" #name "-oldest",
#include "plat/stats/outbox_kind.def"
};

static bool
write_whole(int fd, const char *text)
{
	size_t n = strlen(text);

	return write(fd, text, n) == (ssize_t)n;
}

bool
fact_save(const char *dir, enum fact_name name, int64_t at_s, int64_t value, struct err *e)
{
	char path[PATH_MAX_B], fresh[PATH_MAX_B], text[FACT_MAX_B];
	bool ok;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, names[name]);
	snprintf(fresh, sizeof(fresh), "%s/.%s-%d", dir, names[name], (int)getpid());
	snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 "\n", at_s, value);
	(void)unlink(fresh); /* of a process that was killed */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_UPSTREAM, "%s: %s", fresh, strerror(errno));
	ok = fchmod(fd, 0644) == 0 && write_whole(fd, text);
	ok = close(fd) == 0 && ok && rename(fresh, path) == 0;
	if (ok)
		return true;
	(void)err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
	(void)unlink(fresh);
	return false;
}

static void
load_one(const char *path, struct fact *f)
{
	char text[FACT_MAX_B];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	if (sscanf(text, "%" SCNd64 " %" SCNd64, &f->at_s, &f->value) != 2)
		*f = (struct fact){.at_s = 0};
}

void
facts_load(const char *dir, struct fact facts[FACT__MAX])
{
	char path[PATH_MAX_B];

	for (int i = 0; i < FACT__MAX; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		load_one(path, &facts[i]);
	}
}
