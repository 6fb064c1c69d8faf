/* The machine: disks, clock, mail. */
#include "cmd/doctor/doctor_host.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/host/ask.h"
#include "plat/host/host.h"

#define DAY_S 86400
#define YEARS_10_S (INT64_C(3653) * DAY_S)
#define FOLDERS_MAX 24
#define DB_DIR "/var/lib/mysql"
#define MAIL_NS (2 * CLOCK_S)

/* ---- disk ---- */

struct disks {
	struct doctor *d;
	uint64_t seen[FOLDERS_MAX];
	size_t n;
};

/* The folder itself, or the nearest one above it that is there. */
static const char *
nearest(struct doctor *d, const char *path)
{
	const char *slash;

	while (access(path, F_OK) != 0 && (slash = strrchr(path, '/')) != NULL && slash != path)
		path = str_zdup(d->a, str_n(path, (size_t)(slash - path)));
	return path;
}

static void
check_folder(struct disks *s, const char *path)
{
	const char *dir = nearest(s->d, path);
	struct host_disk disk;
	struct err e = {0};

	if (!host_disk(dir, &disk, &e)) {
		doctor_unseen(s->d, "%s", e.msg);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->seen[i] == disk.device)
			return;
	if (s->n < FOLDERS_MAX)
		s->seen[s->n++] = disk.device;
	if (host_room(&disk) == HOST_ROOMY)
		doctor_note(s->d, "%s: %llu of %llu MB free", dir, (unsigned long long)(disk.free_b >> 20),
		    (unsigned long long)(disk.size_b >> 20));
	else
		doctor_find(s->d, host_room(&disk) == HOST_FULL ? FOUND_disk_full : FOUND_disk_low, WITH("DIR", dir),
		    "the disk of %s has %llu of %llu MB free, and %llu of %llu inodes", path,
		    (unsigned long long)(disk.free_b >> 20), (unsigned long long)(disk.size_b >> 20),
		    (unsigned long long)disk.free_nodes, (unsigned long long)disk.inodes);
}

void
check_disk(struct doctor *d)
{
	const struct conf *c = d->conf;
	struct disks s = {.d = d};

	check_folder(&s, c->paths_stats_file.p);
	check_folder(&s, c->paths_media_dir.p);
	check_folder(&s, c->paths_web_dir.p);
	check_folder(&s, c->paths_run_dir.p);
	if (c->log_file.n > 0)
		check_folder(&s, c->log_file.p);
	for (size_t i = 0; i < c->log_web_server.n; i++)
		check_folder(&s, c->log_web_server.v[i].p);
	if (c->db_host.n == 0 && access(DB_DIR, F_OK) == 0)
		check_folder(&s, DB_DIR);
	check_folder(&s, "/var/log");
	check_folder(&s, "/tmp");
}

/* ---- clock ---- */

enum doctor_clock
doctor_clock(int64_t now_s, int64_t made_s)
{
	if (made_s == 0)
		return CLOCK_RIGHT;
	if (now_s < made_s - DAY_S)
		return CLOCK_BEHIND;
	return now_s > made_s + YEARS_10_S ? CLOCK_AHEAD : CLOCK_RIGHT;
}

void
check_clock(struct doctor *d)
{
	int64_t now_s = clock_utc_s();
	enum doctor_clock state = doctor_clock(now_s, host_program_s());
	time_t t = (time_t)now_s;
	char now[32];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &tm);
	if (state != CLOCK_RIGHT)
		doctor_find(d, FOUND_clock_wrong, NULL, "it is said to be %s UTC, which is %s this program was made",
		    now, state == CLOCK_BEHIND ? "before" : "ten years after");
	if (host_clock_sync() == HOST_NOT_SYNCED)
		doctor_find(d, FOUND_clock_free, NULL, "nothing keeps the clock of this machine right (%s UTC)", now);
	doctor_note(d, "%s UTC", now);
}

/* ---- mail ---- */

static bool
has_sendmail(void)
{
	return access("/usr/sbin/sendmail", X_OK) == 0 || access("/usr/lib/sendmail", X_OK) == 0;
}

static bool
has_smtp(struct doctor *d)
{
	struct err e = {0};
	struct ask k;
	struct buf b;
	bool ok;

	buf_init(&b, d->a, 65536);
	ok = ask_open(&k, STR("127.0.0.1:25"), clock_mono_ns() + MAIL_NS, &e) && ask_read(&k, &b, STR("\r\n"), &e)
	     && str_starts(buf_str(&b), STR("220"));
	ask_close(&k);
	return ok;
}

/* This release delivers no mail yet; the address stands in pages, and whoever sets a shop up now wants to know. */
void
check_mail(struct doctor *d)
{
	if (d->conf->site_sender.n == 0)
		doctor_find(d, FOUND_sender_none, NULL, "site.sender is empty");
	if (!has_sendmail() && !has_smtp(d))
		doctor_find(d, FOUND_mail_none, NULL,
		    "there is neither /usr/sbin/sendmail nor an SMTP server at 127.0.0.1:25; this release sends no "
		    "mail yet");
}
