/* The shop as visitors see it: address, pages, files, error pages. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/doctor/doctor.h"
#include "plat/text/file.h"
#include "view/error_view.h"

#define TRIES 5
#define PAGE_MS 4000
#define PAGE_FILE_B ((size_t)512 << 10)
#define LINK_MAX 300
#define NO_PAGE "no-page-has-this-name"

/* The path of a page in the shop's default language, below site.url. */
static const char *
in_language(struct doctor *d, const char *rest)
{
	return str_fmt(d->a, "/%s/%s", str_lower(d->a, d->conf->site_languages.v[0]).p, rest).p;
}

void
check_address(struct doctor *d)
{
	const char *url = str_fmt(d->a, "%s/healthz", d->conf->site_url.p).p;
	struct http_request rq = {.url = url, .agent = "kontor doctor", .limit_ms = PAGE_MS, .unverified = true};
	struct http_answer x, near;
	struct err e = {0};

	if (!http_get(d->a, &rq, &x, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	doctor_note(d, "%s at %s", url, x.ip);
	if (x.result != HTTP_NO_ADDRESS && x.result != HTTP_NO_CONNECT && x.result != HTTP_NO_ANSWER)
		return;
	if (x.result == HTTP_NO_ADDRESS)
		FIND(d, address_none, "WHY", x.why);
	rq.at = "127.0.0.1";
	if (!http_get(d->a, &rq, &near, &e) || near.result != HTTP_ANSWERED)
		FIND(d, site_down, "WHY", x.why);
	else if (x.result != HTTP_NO_ADDRESS)
		FIND(d, site_far, "WHY", x.why);
}

/* True if a worker of this installation had the request. Its slot shows the id until the next request. */
static bool
is_ours(struct doctor *d, struct str id)
{
	struct stats_report r;

	if (!look_stats(d, &r))
		return false;
	for (size_t i = 0; i < r.n_workers; i++)
		if (str_eq_z(id, r.workers[i].id))
			return true;
	return false;
}

/* Asks several times, since a busy worker may already have its next request. */
static void
check_identity(struct doctor *d)
{
	struct stats_report r;
	struct http_answer x;

	if (!look_stats(d, &r))
		return;
	for (int i = 0; i < TRIES; i++) {
		struct str id;

		if (!look_page(d, "/healthz", &x))
			return;
		id = http_header(&x, STR("X-Request-Id"));
		if ((id.n > 0 && is_ours(d, id)) || (id.n == 0 && x.status >= 500)) /* ours, or not from a worker */
			return;
	}
	FIND(d, other_shop, "IP", x.ip);
}

static void
check_status(struct doctor *d, const char *path, int status)
{
	static const struct str names[] = {STR_INIT("X-Request-Id"), STR_INIT("Content-Security-Policy"),
	    STR_INIT("X-Content-Type-Options"), STR_INIT("Referrer-Policy")};
	const char *why = "is not a page of Kontor", *hint = "see the checks sockets, backends and web-server";
	struct http_answer x;
	struct str id;

	if (!look_page(d, path, &x))
		return;
	id = http_header(&x, STR("X-Request-Id"));
	if (x.status != status)
		why = str_fmt(d->a, "is answered with %d, not %d", x.status, status).p;
	if (id.n > 0)
		hint = str_fmt(d->a, "kontor log %s", look_id(d, id)).p;
	if (x.status != status || id.n == 0) {
		FIND(d, page_wrong, "PATH", path, "REASON", why, "HINT", hint);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (http_header(&x, names[i]).n == 0)
			FIND(d, header_missing, "PATH", path, "HEADER", names[i].p);
}

void
check_site(struct doctor *d)
{
	struct http_answer x;

	if (!look_page(d, "/readyz", &x))
		return;
	if (x.status == 503 && http_header(&x, STR("X-Request-Id")).n > 0)
		FIND(d, not_ready);
	else
		check_status(d, "/readyz", 200);
	check_status(d, in_language(d, ""), 200);
	check_status(d, in_language(d, NO_PAGE), 404);
	check_identity(d);
}

/* The next attribute value in the page that contains `part` ("/static/"). */
static bool
next_link(struct str *rest, struct str part, struct str *link)
{
	for (;;) {
		ptrdiff_t at = str_find(*rest, part);
		size_t begin, end;

		if (at < 0)
			return false;
		begin = end = (size_t)at;
		while (begin > 0 && !strchr("\"' ,(", rest->p[begin - 1]))
			begin--;
		while (end < rest->n && !strchr("\"' ,)", rest->p[end]))
			end++;
		*link = str_n(rest->p + begin, end - begin);
		*rest = str_from(*rest, end);
		if (str_starts(*link, STR("/")) && link->n < LINK_MAX)
			return true;
	}
}

static void
check_file(struct doctor *d, struct str link)
{
	const char *path = str_zdup(d->a, str_from(link, d->urls->base.n));
	struct http_answer x;
	struct str kept;

	if (!look_page(d, path, &x))
		return;
	kept = http_header(&x, STR("Cache-Control"));
	if (x.status != 200)
		FIND(d, static_missing, "PATH", path, "N", doctor_n(d, x.status), "HINT",
		    str_starts(str_z(path), STR("/static/"))
			? "kontor reload"
			: "kontor import products FILE.csv --images DIR; ls -l the folder of paths.media_dir");
	else if (str_find(kept, STR("max-age=31")) < 0)
		FIND(d, static_not_kept, "PATH", path, "NAME", str_zdup(d->a, kept));
	else
		doctor_note(d, "%s", path);
}

/* Checks only the style sheet, the script and one picture. */
void
check_static(struct doctor *d)
{
	static const struct str kinds[] = {STR_INIT(".css"), STR_INIT(".js"), STR_INIT("/media/")};
	struct http_answer x;

	if (!look_page(d, in_language(d, ""), &x))
		return;
	if (x.status != 200) {
		doctor_blocked(d, CHECK_site);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct str rest = x.body, link;

		if (next_link(&rest, kinds[i], &link))
			check_file(d, link);
		else
			doctor_note(d, "the home page refers to no %s", kinds[i].p);
	}
}

/* True if the file equals a worker's page except for the lines with the id of the request, which the file has not. */
static bool
is_same_page(struct arena *a, struct str page, struct str file, struct str id)
{
	struct str line;
	struct buf b;

	buf_init(&b, a, page.n + 1);
	while (str_cut(&page, '\n', &line))
		if (str_find(line, id) < 0)
			buf_fmt(&b, "%s%.*s", b.n == 0 ? "" : "\n", STR_ARG(line));
	return str_eq(buf_str(&b), file);
}

static bool
read_error_page(struct doctor *d, int status, const char **file, struct str *bytes)
{
	struct err e = {0};
	bool found = false;

	*file = str_fmt(d->a, "%s/error/%d.html", d->conf->paths_web_dir.p, status).p;
	if (!file_find(d->a, *file, PAGE_FILE_B, bytes, &found, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return false;
	}
	if (!found || bytes->n == 0)
		FIND(d, error_missing, "FILE", *file);
	return found && bytes->n > 0;
}

/* Checks that the static files to which the error page refers exist. */
static bool
check_style(struct doctor *d, const char *file, struct str bytes)
{
	struct str link;

	while (next_link(&bytes, STR("/static/"), &link)) {
		struct str name = str_from(link, (size_t)str_find(link, STR("/static/")));

		if (access(str_fmt(d->a, "%s%.*s", d->conf->paths_web_dir.p, STR_ARG(name)).p, F_OK) == 0
		    || errno != ENOENT)
			continue;
		FIND(d, error_stale, "FILE", file, "REASON",
		    str_fmt(d->a, "refers to %.*s, which does not exist", STR_ARG(name)).p);
		return false;
	}
	return true;
}

/* Reports only the first fault. */
void
check_error_pages(struct doctor *d)
{
	struct http_answer x;
	struct str bytes, id;
	const char *file;

	for (size_t i = 0; error_view_statuses[i] != 0; i++)
		if (!read_error_page(d, error_view_statuses[i], &file, &bytes) || !check_style(d, file, bytes))
			return;
	if (!read_error_page(d, 404, &file, &bytes) || !look_page(d, in_language(d, NO_PAGE), &x))
		return;
	id = http_header(&x, STR("X-Request-Id"));
	if (x.status != 404 || id.n == 0)
		doctor_blocked(d, CHECK_site);
	else if (!is_same_page(d->a, x.body, bytes, id))
		FIND(d, error_stale, "FILE", file, "REASON", "differs from the page that workers send with 404");
}

/* The first file of the folder that the web server cannot read. */
static void
check_readable(struct doctor *d, const struct rights_user *web, const char *dir)
{
	struct str *names;
	struct err e = {0};
	const char *why, *path;
	struct stat st;
	size_t n;
	bool absent;

	if (!look_readable(d, dir, &absent)) {
		if (absent)
			doctor_note(d, "%s does not exist", dir);
		return;
	}
	if (!rights_may(d->a, web, dir, RIGHTS_ENTER, &why)) {
		FIND(d, file_denied, "NAME", web->name, "FILE", dir, "WHY", why, "DIR", dir);
		return;
	}
	if (!file_list(d->a, dir, STR(""), &names, &n, &e))
		return;
	for (size_t i = 0; i < n; i++) {
		path = str_fmt(d->a, "%s/%s", dir, names[i].p).p;
		if (stat(path, &st) == 0
		    && !rights_allow(web, &st, S_ISDIR(st.st_mode) ? RIGHTS_READ | RIGHTS_ENTER : RIGHTS_READ)) {
			FIND(d, file_denied, "NAME", web->name, "FILE", path, "WHY", rights_text(d->a, &st), "DIR",
			    dir);
			return;
		}
	}
}

void
check_files(struct doctor *d)
{
	struct rights_user web;

	if (!look_web_user(d, &web))
		return;
	check_readable(d, &web, str_fmt(d->a, "%s/static", d->conf->paths_web_dir.p).p);
	check_readable(d, &web, str_fmt(d->a, "%s/error", d->conf->paths_web_dir.p).p);
	check_readable(d, &web, d->conf->paths_media_dir.p);
	doctor_note(d, "the web server runs as %s", web.name);
}
