#include "plat/stats/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

static bool
lock_call(int fd, int how, struct flock *l)
{
	int r;

	do
		r = fcntl(fd, how, l);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

static struct flock
range(short type, off_t from, size_t n)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = (off_t)n};
}

bool
shared_lock(const struct shared *s, off_t from, size_t n)
{
	struct flock l = range(F_WRLCK, from, n);

	return lock_call(s->fd, F_OFD_SETLK, &l);
}

void
shared_unlock(const struct shared *s, off_t from, size_t n)
{
	struct flock l = range(F_UNLCK, from, n);

	(void)lock_call(s->fd, F_OFD_SETLK, &l);
}

bool
shared_held(const struct shared *s, off_t from, size_t n)
{
	struct flock l = range(F_WRLCK, from, n);

	return s->fd >= 0 && lock_call(s->fd, F_OFD_GETLK, &l) && l.l_type != F_UNLCK;
}

void
shared_boot(char boot[SHARED_BOOT_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, boot, 36);

	memset(boot + (n < 0 ? 0 : n), 0, (size_t)(SHARED_BOOT_SIZE - (n < 0 ? 0 : n)));
	if (fd >= 0)
		close(fd);
}

uint64_t
shared_pid_space(void)
{
	struct stat sb;

	return stat("/proc/self/ns/pid", &sb) == 0 ? (uint64_t)sb.st_ino : 0;
}

/* Gives the file to the folder's owner: root must not leave a file that workers cannot write. */
static void
give_to_folder(const struct shared *s)
{
	char dir[SHARED_NAME_SIZE];
	char *slash;
	struct stat sb;

	str_copy(dir, sizeof(dir), str_z(s->name));
	slash = strrchr(dir, '/');
	if (slash == NULL)
		return;
	slash[slash == dir ? 1 : 0] = '\0';
	if (geteuid() == 0 && stat(dir, &sb) == 0)
		(void)!fchown(s->fd, sb.st_uid, sb.st_gid);
	(void)!fchmod(s->fd, 0660);
}

/* Reserves the blocks now, because writing to a hole on a full disk raises SIGBUS. */
static bool
make_room(struct shared *s, struct err *e)
{
	struct flock l = range(F_WRLCK, 0, 1);
	struct stat sb;
	int r;

	if (!lock_call(s->fd, F_OFD_SETLKW, &l) || fstat(s->fd, &sb) < 0)
		return err_set(e, ERR_UPSTREAM, "%s: cannot be locked: %s", s->name, strerror(errno));
	if (sb.st_size == 0)
		give_to_folder(s);
	r = posix_fallocate(s->fd, 0, (off_t)s->size_b);
	return r == 0 || err_set(e, ERR_UPSTREAM, "%s: no room: %s", s->name, strerror(r));
}

static bool
map_file(struct shared *s, struct err *e)
{
	struct stat sb;
	void *p;

	if (fstat(s->fd, &sb) < 0 || !S_ISREG(sb.st_mode))
		return err_set(e, ERR_UPSTREAM, "%s: not a file", s->name);
	if (sb.st_size < (off_t)s->size_b)
		return err_set(e, ERR_UPSTREAM, "%s: shorter than %zu bytes; was the disk full?", s->name, s->size_b);
	s->dev = sb.st_dev;
	s->ino = sb.st_ino;
	p = mmap(NULL, s->size_b, s->writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, s->fd, 0);
	if (p == MAP_FAILED)
		return err_set(e, ERR_UPSTREAM, "%s: %s", s->name, strerror(errno));
	s->area = p;
	return true;
}

bool
shared_open(struct shared *s, const char *name, int flags, size_t size_b, struct err *e)
{
	bool make = (flags & O_CREAT) != 0;

	*s = (struct shared){.fd = -1, .size_b = size_b, .writable = (flags & O_ACCMODE) != O_RDONLY};
	str_copy(s->name, sizeof(s->name), str_z(name));
	s->fd = open(name, flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0660); /* a FIFO must not block */
	if (s->fd < 0)
		return err_set(
		    e, errno == ENOENT && !make ? ERR_NOT_FOUND : ERR_UPSTREAM, "%s: %s", name, strerror(errno));
	if ((make && !make_room(s, e)) || !map_file(s, e)) {
		shared_close(s);
		return false;
	}
	return true;
}

void
shared_ready(struct shared *s)
{
	shared_unlock(s, 0, 1);
}

void
shared_close(struct shared *s)
{
	if (s->fd > 0 && s->area != NULL)
		munmap(s->area, s->size_b);
	if (s->fd > 0) /* 0: never opened; descriptor 0 is a worker's listening socket */
		close(s->fd);
	s->fd = -1;
	s->area = NULL;
}

size_t
shared_size(const struct shared *s)
{
	struct stat sb;

	return fstat(s->fd, &sb) == 0 && sb.st_size > 0 ? (size_t)sb.st_size : 0;
}

bool
shared_sound(const struct shared *s, struct err *e)
{
	struct stat sb;

	if (s->area == NULL)
		return err_set(e, ERR_BUSY, "%s is not open", s->name);
	if (s->fd < 0)
		return true;
	if (stat(s->name, &sb) != 0)
		return err_set(e, ERR_BUSY, "%s is lost: %s", s->name, strerror(errno));
	if (sb.st_dev != s->dev || sb.st_ino != s->ino)
		return err_set(e, ERR_BUSY, "%s was replaced: this process still has the old file open", s->name);
	return sb.st_size >= (off_t)s->size_b || err_set(e, ERR_BUSY, "%s has been cut short", s->name);
}
