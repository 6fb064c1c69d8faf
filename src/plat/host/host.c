#include "plat/host/host.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#define FULL_B (UINT64_C(100) << 20)
#define SMALL_DISK_B (UINT64_C(1) << 30)

bool
host_disk(const char *folder, struct host_disk *d, struct err *e)
{
	struct statvfs v;
	struct stat st;

	if (statvfs(folder, &v) != 0 || stat(folder, &st) != 0)
		return err_set(e, ERR_NOT_FOUND, "%s: %s", folder, strerror(errno));
	*d = (struct host_disk){.size_b = v.f_blocks * v.f_frsize,
	    .free_b = v.f_bavail * v.f_frsize,
	    .inodes = v.f_files,
	    .free_nodes = v.f_favail,
	    .device = st.st_dev};
	return true;
}

enum host_room
host_room(const struct host_disk *d)
{
	uint64_t size = d->size_b / 100, nodes = d->inodes / 100;

	if (d->free_b < size * 2 || (d->free_b < FULL_B && d->size_b >= SMALL_DISK_B) || d->free_nodes < nodes * 2)
		return HOST_FULL;
	return d->free_b < size * 10 || d->free_nodes < nodes * 10 ? HOST_LOW : HOST_ROOMY;
}

enum host_sync
host_clock_sync(void)
{
	struct timex t = {.modes = 0};
	int state = adjtimex(&t);

	if (state < 0)
		return HOST_SYNC_UNKNOWN;
	return state == TIME_ERROR || (t.status & STA_UNSYNC) ? HOST_NOT_SYNCED : HOST_SYNCED;
}

int64_t
host_program_s(void)
{
	struct stat st;

	return stat("/proc/self/exe", &st) == 0 ? (int64_t)st.st_mtime : 0;
}
