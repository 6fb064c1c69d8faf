/* Checks the machine: disks, clock, mail. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor_judge.h"
#include "plat/host/host.h"

#define DAY_S 86400
#define YEARS_10_S (INT64_C(3653) * DAY_S)
#define FOLDERS_MAX 24
#define DB_DIR "/var/lib/mysql"

struct disks {
	struct doctor *d;
	uint64_t seen[FOLDERS_MAX];
	size_t n;
};

/* Checks the disk of a path, or of the nearest existing folder above it. Each disk is checked once. */
static void
check_folder(struct disks *s, const char *path)
{
	struct doctor *d = s->d;
	const char *dir = path;
	struct host_disk disk;
	struct err e = {0};
	const char *what;

	while (access(dir, F_OK) != 0 && strcmp(dir, "/") != 0)
		dir = look_folder(d->a, dir);
	if (!host_disk(dir, &disk, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->seen[i] == disk.device)
			return;
	if (s->n < FOLDERS_MAX)
		s->seen[s->n++] = disk.device;
	what = str_fmt(d->a, "%llu of %llu MB free, and %llu of %llu inodes", (unsigned long long)(disk.free_b >> 20),
	    (unsigned long long)(disk.size_b >> 20), (unsigned long long)disk.free_nodes,
	    (unsigned long long)disk.inodes).p;
	switch (host_room(&disk)) {
	case HOST_FULL: FIND(d, disk_full, "DIR", dir, "REASON", what); break;
	case HOST_LOW: FIND(d, disk_low, "DIR", dir, "REASON", what); break;
	case HOST_ROOMY: doctor_note(d, "%s: %s", dir, what); break;
	}
}

void
check_disk(struct doctor *d)
{
	const struct conf *c = d->conf;
	const char *const paths[] = {c->paths_stats_file.p, c->paths_media_dir.p, c->paths_web_dir.p,
	    c->paths_run_dir.p, c->log_file.p, "/var/log", "/tmp", c->db_host.n == 0 ? DB_DIR : "/tmp"};
	struct disks s = {.d = d};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i][0] == '/')
			check_folder(&s, paths[i]);
	for (size_t i = 0; i < c->log_web_server.n; i++)
		check_folder(&s, c->log_web_server.v[i].p);
}

enum doctor_clock
doctor_clock(int64_t now_s, int64_t made_s)
{
	if (made_s != 0 && now_s < made_s - DAY_S)
		return CLOCK_BEHIND;
	return made_s != 0 && now_s > made_s + YEARS_10_S ? CLOCK_AHEAD : CLOCK_RIGHT;
}

void
check_clock(struct doctor *d)
{
	time_t t = (time_t)clock_utc_s();
	enum doctor_clock state = doctor_clock((int64_t)t, host_program_s());
	char now[32];
	struct tm tm;

	strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", gmtime_r(&t, &tm));
	if (state != CLOCK_RIGHT)
		FIND(d, clock_wrong, "N", now, "WHY", state == CLOCK_BEHIND ? "before" : "ten years after");
	if (host_clock_sync() == HOST_NOT_SYNCED)
		FIND(d, clock_free, "N", now);
	doctor_note(d, "%s UTC", now);
}
