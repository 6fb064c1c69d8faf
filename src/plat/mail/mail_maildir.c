/* A Maildir: each mail is written to a hidden file of new/, which readers ignore, synchronised, and renamed.
 *
 * The usual way, a rename from tmp/ to new/, is refused to a confined process: Landlock lets no file change its folder.
 * The file has the name of the Message-ID, so a mail that is sent again replaces itself. A reader moves it to cur/ and
 * adds ":2," and flags to its name; there it is found, too. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/mail/mail_impl.h"

#define MAILDIR_PATH_B 512

bool
mail_maildir_make(const char *dir, struct err *e)
{
	static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
	char path[MAILDIR_PATH_B];
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, parts[i]);
		if (stat(path, &st) == 0 ? !S_ISDIR(st.st_mode) : mkdir(path, 0750) != 0)
			return err_set(e, ERR_UPSTREAM,
			    "mail.maildir: %s cannot be created: %s; create it for the user of kontor-jobs", path,
			    strerror(errno));
	}
	return true;
}

static bool
was_read(const char *dir, struct str id)
{
	char path[MAILDIR_PATH_B];
	const struct dirent *at;
	bool found = false;
	DIR *d;

	snprintf(path, sizeof(path), "%s/cur", dir);
	d = opendir(path);
	while (d != NULL && !found && (at = readdir(d)) != NULL)
		found = str_starts(str_z(at->d_name), id) && (at->d_name[id.n] == ':' || at->d_name[id.n] == '\0');
	if (d != NULL)
		closedir(d);
	return found;
}

static bool
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The hidden name carries the process, since a lease may have ended while its holder still writes. */
static bool
maildir_write(const char *dir, const struct mail_envelope *v)
{
	char tmp[MAILDIR_PATH_B], to[MAILDIR_PATH_B];
	bool ok;
	int fd;

	snprintf(tmp, sizeof(tmp), "%s/new/.%.*s.%d", dir, STR_ARG(v->id), (int)getpid());
	snprintf(to, sizeof(to), "%s/new/%.*s", dir, STR_ARG(v->id));
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	ok = mail_put_file(fd, v->bytes) && fsync(fd) == 0;
	close(fd);
	ok = ok && rename(tmp, to) == 0;
	if (!ok) {
		int why = errno;

		unlink(tmp);
		errno = why;
		return false;
	}
	snprintf(to, sizeof(to), "%s/new", dir);
	return sync_folder(to);
}

void
mail_maildir(const struct mail_transport *t, const struct mail_envelope *v, struct mail_result *r)
{
	if (was_read(t->where, v->id) || maildir_write(t->where, v))
		mail_ends(r, MAIL_SENT, "written to %s", t->where);
	else
		mail_ends(r, errno == ENOSPC || errno == EDQUOT || errno == EIO ? MAIL_AGAIN : MAIL_HALT,
		    "the Maildir %s: %s", t->where, strerror(errno));
}
