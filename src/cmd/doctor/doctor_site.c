/* The shop as visitors see it: address, pages, files, error pages. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/text/file.h"
#include "view/error_view.h"
#include "view/lang.h"
#include "view/url.h"

#define TRIES 5
#define PAGE_FILE_B ((size_t)512 << 10)
#define LINK_MAX 300

static const char *
host_of(struct doctor *d)
{
	struct err e = {0};
	struct urls u;

	return urls_init(&u, d->conf->site_url, &e) ? str_zdup(d->a, u.name) : "";
}

/* The path of a page in the shop's default language, below site.url. */
static const char *
in_language(struct doctor *d, const char *rest)
{
	return str_fmt(d->a, "/%s/%s", str_lower(d->a, d->conf->site_languages.v[0]).p, rest).p;
}

/* ---- address ---- */

void
check_address(struct doctor *d)
{
	const char *url = str_fmt(d->a, "%s/healthz", d->conf->site_url.p).p, *host = host_of(d);
	struct http_request rq = {.url = url, .limit_ms = 4000, .unverified = true};
	struct http_answer x, near;
	struct err e = {0};
	const char *const *words = WITH("HOST", host, "URL", d->conf->site_url.p, "UNIT", look_unit(d));

	if (!http_get(d->a, &rq, &x, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	doctor_note(d, "%s at %s", url, x.ip);
	if (x.result != HTTP_NO_ADDRESS && x.result != HTTP_NO_CONNECT && x.result != HTTP_NO_ANSWER)
		return;
	if (x.result == HTTP_NO_ADDRESS)
		doctor_find(d, FOUND_address_none, words, "%s has no address: %s", host, x.why);
	rq.at = "127.0.0.1";
	if (!http_get(d->a, &rq, &near, &e) || near.result != HTTP_ANSWERED)
		doctor_find(d, FOUND_site_down, words, "%s does not answer, here at 127.0.0.1 neither: %s",
		    d->conf->site_url.p, x.why);
	else if (x.result != HTTP_NO_ADDRESS)
		doctor_find(d, FOUND_site_far, words,
		    "%s is not reached from here (%s), but this machine answers for it at 127.0.0.1",
		    d->conf->site_url.p, x.why);
}

/* ---- site ---- */

/* Whether one of our own workers has had the request: its slot names it until its next one. */
static bool
is_ours(struct doctor *d, struct str id)
{
	struct stats_report r;
	struct stats st;
	struct err e = {0};
	bool found = false;

	if (!stats_open_tool(&st, d->conf->paths_stats_file.p, false, &e))
		return false;
	stats_read(&st, d->a, &r);
	for (size_t i = 0; i < r.n_workers; i++)
		found |= str_eq_z(id, r.workers[i].id);
	stats_close(&st);
	return found;
}

/* A busy worker may have had its next request by the time we look: then another try. */
static void
check_identity(struct doctor *d)
{
	const char *const *words = WITH("HOST", host_of(d), "RUN_DIR", d->conf->paths_run_dir.p);
	struct stats_report r;
	struct http_answer x;

	if (!look_stats(d, &r))
		return;
	for (int i = 0; i < TRIES; i++) {
		struct str id;

		if (!look_page(d, "/healthz", &x))
			return;
		id = http_header(&x, STR("X-Request-Id"));
		if (id.n > 0 && is_ours(d, id))
			return;
		if (id.n == 0 && x.status >= 500) /* nobody answers: no matter whose */
			return;
	}
	doctor_find(d, FOUND_other_shop, words, "%s is answered (at %s), but not by the workers of this installation",
	    d->conf->site_url.p, x.ip);
}

static const char *
hint(struct doctor *d, const struct http_answer *x)
{
	struct str id = http_header(x, STR("X-Request-Id"));

	if (id.n > 0)
		return str_fmt(d->a, "kontor log %s", look_id(d, id)).p;
	return str_fmt(d->a, "see the checks sockets, backends and web-server; %s", look_reload(d)).p;
}

static void
check_headers(struct doctor *d, const char *path, const struct http_answer *x)
{
	static const struct str names[] = {STR_INIT("X-Request-Id"), STR_INIT("Content-Security-Policy"),
	    STR_INIT("X-Content-Type-Options"), STR_INIT("Referrer-Policy")};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (http_header(x, names[i]).n == 0)
			doctor_find(d, FOUND_header_missing, WITH("HEADER", names[i].p, "HINT", look_reload(d)),
			    "%s%s comes without %s", d->conf->site_url.p, path, names[i].p);
}

static void
check_status(struct doctor *d, const char *path, int status)
{
	struct http_answer x;

	if (!look_page(d, path, &x))
		return;
	if (x.status != status)
		doctor_find(d, FOUND_page_wrong, WITH("HINT", hint(d, &x)), "%s%s is answered with %d, not %d",
		    d->conf->site_url.p, path, x.status, status);
	else if (http_header(&x, STR("X-Request-Id")).n == 0)
		doctor_find(d, FOUND_page_wrong, WITH("HINT", hint(d, &x)), "%s%s is not a page of Kontor",
		    d->conf->site_url.p, path);
	else
		check_headers(d, path, &x);
}

void
check_site(struct doctor *d)
{
	struct http_answer x;

	if (!look_page(d, "/readyz", &x))
		return;
	if (x.status != 200)
		doctor_find(d, FOUND_not_ready, NULL, "%s/readyz is answered with %d: the workers have no database",
		    d->conf->site_url.p, x.status);
	check_status(d, in_language(d, ""), 200);
	check_status(d, in_language(d, "no-page-has-this-name"), 404);
	check_identity(d);
}

/* ---- static ---- */

/* The next address in the page that holds `part` ("/static/"), as the page writes it in an attribute. */
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
check_file(struct doctor *d, struct str link, const struct urls *u)
{
	const char *path = str_zdup(d->a, str_from(link, u->base.n));
	struct http_answer x;

	if (!look_page(d, path, &x))
		return;
	if (x.status != 200)
		doctor_find(d, FOUND_static_missing,
		    WITH("HINT",
			str_starts(str_z(path), STR("/static/"))
			    ? "kontor reload"
			    : "kontor import products FILE.csv --images DIR; ls -l the folder of paths.media_dir"),
		    "%s%s, named in the home page, is answered with %d", d->conf->site_url.p, path, x.status);
	else if (str_find(http_header(&x, STR("Cache-Control")), STR("max-age=31")) < 0)
		doctor_find(d, FOUND_static_not_kept, NULL,
		    "%s%s may not be kept by browsers for a year (Cache-Control: %.*s)", d->conf->site_url.p, path,
		    STR_ARG(http_header(&x, STR("Cache-Control"))));
	else
		doctor_note(d, "%s", path);
}

/* The style sheet, the script and one picture stand for all. */
void
check_static(struct doctor *d)
{
	static const struct str kinds[] = {STR_INIT(".css"), STR_INIT(".js"), STR_INIT("/media/")};
	struct http_answer x;
	struct urls u;
	struct err e = {0};

	if (!urls_init(&u, d->conf->site_url, &e) || !look_page(d, in_language(d, ""), &x))
		return;
	if (x.status != 200) {
		doctor_blocked(d, CHECK_site);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct str rest = x.body, link;

		if (next_link(&rest, kinds[i], &link))
			check_file(d, link, &u);
		else
			doctor_note(d, "the home page names no %s", kinds[i].p);
	}
}

/* ---- error pages ---- */

/* The file against the answer of a worker: the same but for the request's number. */
static bool
is_same_page(struct arena *a, struct str page, struct str file, struct str id)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, a, page.n * 2 + 1);
	while (id.n > 0 && (at = str_find(page, id)) >= 0) {
		buf_put(&b, str_head(page, (size_t)at));
		buf_ch(&b, '-');
		page = str_from(page, (size_t)at + id.n);
	}
	buf_put(&b, page);
	return str_eq(buf_str(&b), file);
}

static void
check_against_worker(struct doctor *d, const char *file, struct str bytes)
{
	struct http_answer x;
	struct str id;

	if (!look_page(d, in_language(d, "no-page-has-this-name"), &x))
		return;
	id = http_header(&x, STR("X-Request-Id"));
	if (x.status != 404 || id.n == 0)
		doctor_blocked(d, CHECK_site);
	else if (!is_same_page(d->a, x.body, bytes, id))
		doctor_find(d, FOUND_error_stale, NULL, "%s is not the page that workers send with 404", file);
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
	if (found && bytes->n > 0)
		return true;
	if (d->said++ == 0) /* one of them stands for all */
		doctor_find(d, FOUND_error_missing, NULL, "%s is %s", *file, found ? "empty" : "not there");
	return false;
}

/* What the page names below /static/ must be there, too: it is sent when nothing else works. */
static void
check_style(struct doctor *d, const char *file, struct str bytes)
{
	struct str link;

	while (d->said == 0 && next_link(&bytes, STR("/static/"), &link)) {
		struct str name = str_from(link, (size_t)str_find(link, STR("/static/")));
		const char *path = str_fmt(d->a, "%s%.*s", d->conf->paths_web_dir.p, STR_ARG(name)).p;

		if (access(path, F_OK) != 0 && errno == ENOENT) {
			doctor_find(
			    d, FOUND_error_stale, NULL, "%s names %.*s, which is not there", file, STR_ARG(name));
			d->said++;
		}
	}
}

void
check_error_pages(struct doctor *d)
{
	struct str bytes;
	const char *file;

	for (size_t i = 0; error_view_statuses[i] != 0; i++)
		if (read_error_page(d, error_view_statuses[i], &file, &bytes))
			check_style(d, file, bytes);
	if (read_error_page(d, 404, &file, &bytes))
		check_against_worker(d, file, bytes);
}

/* ---- files ---- */

static void
check_readable(struct doctor *d, const struct rights_user *web, const char *dir)
{
	struct str *names;
	struct err e = {0};
	const char *why;
	size_t n;

	if (access(dir, F_OK) != 0) {
		if (errno == ENOENT)
			doctor_note(d, "%s is not there", dir);
		else
			doctor_unseen(d, "%s: %s", dir, strerror(errno));
		return;
	}
	if (!rights_may(d->a, web, dir, RIGHTS_ENTER, &why)) {
		doctor_find(d, FOUND_file_denied, WITH("DIR", dir), "the web server's user %s cannot enter %s: %s",
		    web->name, dir, why);
		return;
	}
	if (!file_list(d->a, dir, STR(""), &names, &n, &e))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = str_fmt(d->a, "%s/%s", dir, names[i].p).p;
		struct stat st;

		if (stat(path, &st) != 0
		    || rights_allow(web, &st, S_ISDIR(st.st_mode) ? RIGHTS_READ | RIGHTS_ENTER : RIGHTS_READ))
			continue;
		doctor_find(d, FOUND_file_denied, WITH("DIR", dir), "the web server's user %s cannot read %s: it is %s",
		    web->name, path, rights_text(d->a, &st));
		return;
	}
}

void
check_files(struct doctor *d)
{
	struct rights_user web;

	if (!look_web_user(d, &web)) {
		doctor_unseen(d, "it is not known as which user the web server runs");
		return;
	}
	check_readable(d, &web, str_fmt(d->a, "%s/static", d->conf->paths_web_dir.p).p);
	check_readable(d, &web, str_fmt(d->a, "%s/error", d->conf->paths_web_dir.p).p);
	check_readable(d, &web, d->conf->paths_media_dir.p);
	doctor_note(d, "the web server runs as %s", web.name);
}
