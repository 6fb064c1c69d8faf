/* Checks the backends' sockets, and sends a request to each backend, bypassing the web server. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/host/ask.h"
#include "plat/host/fcgi_ask.h"

#define CONNECT_NS (2 * CLOCK_S)
#define ANSWER_NS (4 * CLOCK_S)

static void
check_socket(struct doctor *d, struct str socket, const struct rights_user *web)
{
	const char *backend = look_backend(d, socket), *why;
	struct err e = {0};
	struct stat st;
	struct ask k;

	if (stat(socket.p, &st) != 0) {
		doctor_unseen(d, "%s: %s", socket.p, strerror(errno));
		return;
	}
	if (!S_ISSOCK(st.st_mode)) {
		FIND(d, not_a_socket, "FILE", socket.p, "BACKEND", backend);
		return;
	}
	if (web != NULL && !rights_may(d->a, web, socket.p, RIGHTS_WRITE, &why))
		FIND(d, socket_denied, "GROUP", web->name, "FILE", socket.p, "WHY", why);
	else if (st.st_mode & 02)
		FIND(d, socket_open, "FILE", socket.p, "RIGHTS", rights_text(d->a, &st));
	if (ask_open(&k, socket, clock_mono_ns() + CONNECT_NS, &e))
		ask_close(&k);
	else if (e.code == ECONNREFUSED)
		FIND(d, socket_stale, "FILE", socket.p, "BACKEND", backend);
	else if (e.code == EACCES)
		doctor_unseen(d, "only the web server's group may use %s", socket.p);
}

void
check_sockets(struct doctor *d)
{
	struct rights_user web;
	bool known = look_web_user(d, &web);
	struct str *sockets;
	size_t n;

	if (access(d->conf->paths_run_dir.p, F_OK) != 0 && errno == ENOENT) {
		FIND(d, run_dir_gone);
		return;
	}
	if (!look_sockets(d, &sockets, &n))
		return;
	if (n == 0)
		FIND(d, socket_none);
	for (size_t i = 0; i < n; i++)
		check_socket(d, sockets[i], known ? &web : NULL);
	doctor_note(d, "%zu sockets in %s; the web server's user is %s", n, d->conf->paths_run_dir.p,
	    known ? web.name : "unknown");
}

static void
check_backend(struct doctor *d, struct str socket)
{
	struct fcgi_ask k = {.socket = socket.p,
	    .uri = str_fmt(d->a, "%.*s/healthz", STR_ARG(d->urls->base)),
	    .host = d->urls->host,
	    .deadline_ns = clock_mono_ns() + ANSWER_NS};
	const char *backend = look_backend(d, socket);
	struct err e = {0};
	struct str answer, id;
	struct stat st;

	if (stat(socket.p, &st) != 0 || !S_ISSOCK(st.st_mode)) /* the check `sockets` reports it */
		return;
	if (!fcgi_ask(d->a, &k, &answer, &e)) {
		if (e.code == EACCES)
			doctor_unseen(d, "only the web server's group may use %s", socket.p);
		else if (e.code != ECONNREFUSED)
			FIND(d, backend_silent, "FILE", socket.p, "BACKEND", backend, "WHY", e.msg);
		return;
	}
	id = fcgi_answer_header(answer, STR("X-Request-Id"));
	if (id.n == 0)
		FIND(d, backend_broken, "BACKEND", backend, "ID", "-", "REASON",
		    str_fmt(d->a, "the program at %s answers, but is not a worker of Kontor", socket.p).p);
	else if (fcgi_answer_status(answer) != 200)
		FIND(d, backend_broken, "BACKEND", backend, "ID", look_id(d, id), "REASON",
		    str_fmt(d->a, "a worker at %s answers /healthz with %d", socket.p, fcgi_answer_status(answer)).p);
	else
		doctor_note(d, "%s answers", socket.p);
}

void
check_backends(struct doctor *d)
{
	struct str *sockets;
	size_t n;

	if (!look_sockets(d, &sockets, &n))
		return;
	for (size_t i = 0; i < n; i++)
		check_backend(d, sockets[i]);
}
