#include "plat/text/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_B (2 * (size_t)SECRET_KEY_B + 1)
#define REMEDY "create a new one: rm %s; kontor setup --batch; kontor reload"

/* Asks for one byte more than a valid file has, to detect a longer one. */
static bool
read_line(int fd, char line[LINE_B + 1], size_t *n)
{
	ssize_t got = read(fd, line, LINE_B + 1);

	*n = got < 0 ? 0 : (size_t)got;
	return got >= 0;
}

static bool
check_file(int fd, const char *path, uint8_t key[SECRET_KEY_B], struct err *e)
{
	char line[LINE_B + 1];
	struct stat st;
	size_t n;
	bool ok;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is not a file; " REMEDY, path, path);
	if (st.st_mode & S_IRWXO)
		return err_set(e, ERR_INPUT, "%s is open to every user of this machine; " REMEDY, path, path);
	if (!read_line(fd, line, &n))
		return err_set(e, ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
	ok = secret_from_hex(str_trim(str_n(line, n)), key, SECRET_KEY_B);
	sodium_memzero(line, sizeof(line));
	return ok
	    || err_set(e, ERR_INPUT, "%s does not hold %d bytes in hexadecimal; " REMEDY, path, SECRET_KEY_B, path);
}

bool
secret_file_load(const char *path, uint8_t key[SECRET_KEY_B], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok;

	if (fd == -1 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
		    "%s does not exist; create it: kontor setup --batch; kontor reload", path);
	if (fd == -1)
		return err_set(e, ERR_INPUT, "%s: %s; give it the workers' group and mode 0640, then: kontor reload",
		    path, strerror(errno));
	ok = check_file(fd, path, key, e);
	close(fd);
	return ok;
}


bool
secret_file_make(const char *path, const char *group, struct err *e)
{
	char line[LINE_B + 1];
	uint8_t key[SECRET_KEY_B];
	const struct group *gr;
	bool ok;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno == EEXIST || err_set(e, ERR_INPUT, "%s cannot be created: %s", path, strerror(errno));
	randombytes_buf(key, sizeof(key));
	sodium_bin2hex(line, sizeof(line), key, sizeof(key));
	line[LINE_B - 1] = '\n';
	gr = getgrnam(group);
	ok = write(fd, line, LINE_B) == (ssize_t)LINE_B
	    && (geteuid() != 0 || gr == NULL || fchown(fd, 0, gr->gr_gid) == 0) && fchmod(fd, 0640) == 0
	    && fsync(fd) == 0;
	sodium_memzero(key, sizeof(key));
	sodium_memzero(line, sizeof(line));
	if (ok && close(fd) == 0)
		return true;
	(void)err_set(e, ERR_INPUT, "%s cannot be created: %s", path, strerror(errno));
	if (!ok)
		close(fd);
	unlink(path);
	return false;
}
