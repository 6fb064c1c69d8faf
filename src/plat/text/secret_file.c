#include "plat/text/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_B (2 * (size_t)SECRET_KEY_B + 1)
#define REMEDY "create a new one: rm %s; kontor setup --batch; kontor reload"

/* Asks for one byte more than fits, to detect a longer file. */
static bool
read_text(int fd, char *text, size_t size, size_t *n)
{
	ssize_t got = read(fd, text, size);

	*n = got < 0 ? 0 : (size_t)got;
	return got >= 0;
}

static bool
secret_text(int fd, const char *path, struct secret_text *to, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is not a file%s", path, to->remedy);
	if (st.st_mode & S_IRWXO)
		return err_set(e, ERR_INPUT, "%s is open to every user of this machine%s", path, to->remedy);
	if (!read_text(fd, to->text, to->size, &to->n))
		return err_set(e, ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
	return true;
}

bool
secret_file_text(const char *path, struct secret_text *to, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok;

	to->n = 0;
	if (fd == -1 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, "%s does not exist; create it: %s", path, to->maker);
	if (fd == -1)
		return err_set(e, ERR_INPUT, "%s: %s; give it the workers' group and mode 0640, then: kontor reload",
		    path, strerror(errno));
	ok = secret_text(fd, path, to, e);
	close(fd);
	return ok;
}

bool
secret_file_load(const char *path, uint8_t key[SECRET_KEY_B], struct err *e)
{
	char line[LINE_B + 1], remedy[300];
	struct secret_text text = {
	    .text = line, .size = sizeof(line), .maker = "kontor setup --batch; kontor reload", .remedy = remedy};
	bool ok;

	snprintf(remedy, sizeof(remedy), "; " REMEDY, path);
	if (!secret_file_text(path, &text, e))
		return false;
	ok = secret_from_hex(str_trim(str_n(line, text.n)), key, SECRET_KEY_B);
	sodium_memzero(line, sizeof(line));
	return ok
	    || err_set(e, ERR_INPUT, "%s does not hold %d bytes in hexadecimal%s", path, SECRET_KEY_B, remedy);
}

bool
secret_file_create(const char *path, const char *group, struct str text, struct err *e)
{
	const struct group *gr;
	bool ok;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno == EEXIST || err_set(e, ERR_INPUT, "%s cannot be created: %s", path, strerror(errno));
	gr = getgrnam(group);
	ok = write(fd, text.p, text.n) == (ssize_t)text.n
	    && (geteuid() != 0 || gr == NULL || fchown(fd, 0, gr->gr_gid) == 0) && fchmod(fd, 0640) == 0
	    && fsync(fd) == 0;
	if (ok && close(fd) == 0)
		return true;
	(void)err_set(e, ERR_INPUT, "%s cannot be created: %s", path, strerror(errno));
	if (!ok)
		close(fd);
	unlink(path);
	return false;
}

bool
secret_file_make(const char *path, const char *group, struct err *e)
{
	char line[LINE_B + 1];
	uint8_t key[SECRET_KEY_B];
	bool ok;

	randombytes_buf(key, sizeof(key));
	sodium_bin2hex(line, sizeof(line), key, sizeof(key));
	line[LINE_B - 1] = '\n';
	ok = secret_file_create(path, group, str_n(line, LINE_B), e);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(line, sizeof(line));
	return ok;
}
