/* The backends' sockets, and a request to each of them past the web server. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/host/ask.h"
#include "plat/host/fcgi_ask.h"
#include "view/url.h"

#define CONNECT_NS (2 * CLOCK_S)
#define ANSWER_NS (4 * CLOCK_S)

/* ---- sockets ---- */

/* The web server connects: it must come to the socket and may write to it. */
static void
check_rights(struct doctor *d, struct str socket, const struct stat *st, const struct rights_user *web)
{
	const char *why;

	if (web != NULL && !rights_may(d->a, web, socket.p, RIGHTS_WRITE, &why))
		doctor_find(d, FOUND_socket_denied, WITH("GROUP", web->name, "FILE", socket.p),
		    "the web server's user %s may not connect to %s: %s", web->name, socket.p, why);
	else if (st->st_mode & 02)
		doctor_find(d, FOUND_socket_open, WITH("FILE", socket.p),
		    "%s is %s: every user of this machine may send it requests", socket.p, rights_text(d->a, st));
}

static void
check_socket(struct doctor *d, struct str socket, const struct rights_user *web)
{
	const char *start = look_start(d, str_fmt(d->a, "kontor@%s", look_backend(d, socket)).p);
	struct err e = {0};
	struct stat st;
	struct ask k;

	if (stat(socket.p, &st) != 0) {
		doctor_unseen(d, "%s: %s", socket.p, strerror(errno));
		return;
	}
	if (!S_ISSOCK(st.st_mode)) {
		doctor_find(
		    d, FOUND_not_a_socket, WITH("FILE", socket.p, "START", start), "%s is not a socket", socket.p);
		return;
	}
	check_rights(d, socket, &st, web);
	if (ask_open(&k, socket, clock_mono_ns() + CONNECT_NS, &e))
		ask_close(&k);
	else if (e.code == ECONNREFUSED)
		doctor_find(d, FOUND_socket_stale, WITH("START", start), "nothing listens at %s: its backend has ended",
		    socket.p);
	else if (e.code == EACCES)
		doctor_unseen(d, "%s may be used by the web server's group only", socket.p);
}

void
check_sockets(struct doctor *d)
{
	struct rights_user web;
	struct str *sockets;
	size_t n;
	bool known = look_web_user(d, &web);

	if (!known)
		doctor_unseen(d, "it is not known as which user the web server runs");
	if (!look_sockets(d, &sockets, &n))
		return;
	if (n == 0)
		doctor_find(d, FOUND_socket_none, WITH("START", look_start(d, "kontor.target")),
		    "there is no backend's socket (1.sock, 2.sock, ...) in %s", d->conf->paths_run_dir.p);
	for (size_t i = 0; i < n; i++)
		check_socket(d, sockets[i], known ? &web : NULL);
	doctor_note(d, "%zu in %s, for the web server's user %s", n, d->conf->paths_run_dir.p, known ? web.name : "?");
}

/* ---- backends ---- */

static void
check_answer(struct doctor *d, struct str socket, struct str answer, const char *start)
{
	struct str id = fcgi_answer_header(answer, STR("X-Request-Id"));
	int status = fcgi_answer_status(answer);

	if (id.n == 0)
		doctor_find(d, FOUND_backend_broken, WITH("ID", "-", "START", start),
		    "what listens at %s answers, but is no worker of Kontor", socket.p);
	else if (status != 200)
		doctor_find(d, FOUND_backend_broken, WITH("ID", look_id(d, id), "START", start),
		    "a worker at %s answers /healthz with %d", socket.p, status);
	else
		doctor_note(d, "%s answers", socket.p);
}

static void
check_backend(struct doctor *d, struct str socket, const struct urls *u)
{
	const char *start = look_start(d, str_fmt(d->a, "kontor@%s", look_backend(d, socket)).p);
	struct fcgi_ask k = {.socket = socket.p,
	    .uri = str_fmt(d->a, "%.*s/healthz", STR_ARG(u->base)),
	    .host = u->host,
	    .deadline_ns = clock_mono_ns() + ANSWER_NS};
	struct err e = {0};
	struct str answer;
	struct stat st;

	if (stat(socket.p, &st) != 0 || !S_ISSOCK(st.st_mode)) /* the check `sockets` says so */
		return;
	if (fcgi_ask(d->a, &k, &answer, &e))
		check_answer(d, socket, answer, start);
	else if (e.code == EACCES)
		doctor_unseen(d, "%s may be used by the web server's group only", socket.p);
	else if (e.code != ECONNREFUSED)
		doctor_find(d, FOUND_backend_silent, WITH("START", start), "the backend at %s does not answer: %s",
		    socket.p, e.msg);
}

void
check_backends(struct doctor *d)
{
	struct str *sockets;
	struct err e = {0};
	struct urls u;
	size_t n;

	if (!urls_init(&u, d->conf->site_url, &e) || !look_sockets(d, &sockets, &n))
		return;
	for (size_t i = 0; i < n; i++)
		check_backend(d, sockets[i], &u);
}
