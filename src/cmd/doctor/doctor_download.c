/* Files that are sold: the web server reads and sends them, for the links of orders alone. */
#include <string.h>
#include <sys/stat.h>

#include "cmd/doctor/doctor.h"
#include "store/download/download_store.h"

/* `dir` is `outer` or below it. */
static bool
is_below(const char *dir, const char *outer)
{
	size_t n = strlen(outer);

	return n > 1 && strncmp(dir, outer, n) == 0 && (dir[n] == '\0' || dir[n] == '/' || outer[n - 1] == '/');
}

static void
check_place(struct doctor *d, const char *dir)
{
	const char *const served[] = {d->conf->paths_web_dir.p, d->conf->paths_media_dir.p, "/var/www", "/srv/www"};

	for (size_t i = 0; i < ARRAY_LEN(served); i++)
		if (is_below(dir, served[i]))
			FIND(d, downloads_served, "DIR", dir, "FILE", served[i]);
}

/* All files have the mode that the folder's gives, so one stands for them. */
static bool
check_rights(struct doctor *d, const char *dir, const char *probe)
{
	struct rights_user web;
	const char *why;
	struct stat st;

	if (stat(dir, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		FIND(d, downloads_writable, "DIR", dir, "RIGHTS", rights_text(d->a, &st));
	if (!look_web_user(d, &web) || rights_may(d->a, &web, probe, RIGHTS_READ, &why))
		return true;
	FIND(d, downloads_denied, "NAME", web.name, "DIR", dir, "WHY", why);
	return false;
}

void
check_downloads(struct doctor *d)
{
	const char *dir = d->conf->paths_download_dir.p, *probe = str_fmt(d->a, "%s/%s", dir, DOWNLOAD_PROBE).p;
	struct http_answer x;
	struct stat st;

	check_place(d, dir);
	if (stat(probe, &st) != 0) {
		doctor_note(d, "%s has no files (kontor download add)", dir);
		return;
	}
	if (!check_rights(d, dir, probe) || !look_page(d, "/download-probe", &x))
		return;
	if (x.status != 200 || !str_eq_z(x.body, DOWNLOAD_PROBE_TEXT))
		FIND(d, downloads_unsent, "N", doctor_n(d, x.status));
	else
		doctor_note(d, "the web server sends files of %s", dir);
}
