/* host.h - facts about this machine: free disk space, and clock synchronisation. */
#ifndef KONTOR_PLAT_HOST_HOST_H
#define KONTOR_PLAT_HOST_HOST_H

#include <stdint.h>

#include "base/err.h"

struct host_disk {
	uint64_t size_b, free_b;     /* available to ordinary users */
	uint64_t inodes, free_nodes; /* inodes 0: the file system does not count them */
	uint64_t device;             /* equal for folders on one file system */
};

/* ERR_NOT_FOUND when statfs fails. */
MUST_USE bool host_disk(const char *folder, struct host_disk *, struct err *);

enum host_room { HOST_ROOMY, HOST_LOW, HOST_FULL };

/* Pure. Low: under a tenth of space or inodes; full: under 2 %, or under 100 MB of a disk that has at least 1 GB. */
enum host_room host_room(const struct host_disk *);

enum host_sync { HOST_SYNCED, HOST_NOT_SYNCED, HOST_SYNC_UNKNOWN };
enum host_sync host_clock_sync(void);

/* The modification time of the running program's file; 0: unknown. */
int64_t host_program_s(void);

#endif
