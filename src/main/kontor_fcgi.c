/* kontor.fcgi - one storefront worker: serves the listening socket on descriptor 0 until a stop signal. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/num.h"
#include "plat/fcgi/fcgi.h"
#include "plat/fcgi/keep.h"
#include "plat/host/confine.h"
#include "serve/serve.h"
#include "web/site.h"

struct options {
	const char *config, *backend;
};

static bool
read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--config") == 0)
			o->config = argv[i + 1];
		else if (strcmp(argv[i], "--backend") == 0)
			o->backend = argv[i + 1];
		else
			return false;
	}
	return argc % 2 == 1;
}

/* The name of a backend is that of its socket: "1" for /run/kontor/1.sock, "9000" for a port. */
static const char *
backend_of(struct arena *a, int listen_fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr = {.any = {0}};
	socklen_t n = sizeof(addr);
	struct str name;
	ptrdiff_t dot;

	if (getsockname(listen_fd, &addr.any, &n) != 0)
		return "alone";
	if (addr.any.sa_family == AF_INET || addr.any.sa_family == AF_INET6)
		return str_fmt(a, "%d", ntohs(addr.in.sin_port)).p;
	if (addr.any.sa_family != AF_UNIX || addr.un.sun_path[0] == '\0')
		return "alone";
	name = str_z(basename(addr.un.sun_path));
	dot = str_chr(name, '.');
	return str_zdup(a, dot > 0 ? str_head(name, (size_t)dot) : name);
}

/* The number of workers of this backend: KONTOR_WORKERS, set by those who start it. 0: unknown. */
static int
workers(void)
{
	const char *text = getenv("KONTOR_WORKERS");
	uint64_t n;

	return text != NULL && num_u64(str_z(text), 1, CONTROL_SLOTS, &n) ? (int)n : 0;
}

int
main(int argc, char **argv)
{
	static struct app app;
	struct options o = {NULL, NULL};
	struct arena names;
	struct fcgi *fcgi;
	struct err e = {0};
	int status;

	if (!read_options(argc, argv, &o)) {
		log_put(LOG_ERROR, "event=usage msg=\"kontor.fcgi [--config FILE] [--backend NAME]\"");
		return EX_USAGE;
	}
	arena_init(&names, 4096);
	if (o.backend == NULL)
		o.backend = backend_of(&names, STDIN_FILENO);
	if (!app_open(&app, &web_site, o.config, o.backend, &e))
		log_put(LOG_ERROR, "event=config_unusable msg=\"%s\"", e.msg);
	err_clear(&e);
	control_set_workers(&app.control, workers());
	if (!fcgi_open(&app.a, STDIN_FILENO, (size_t)app.conf.web_body_max_b, &app.stats, &fcgi, &e)) {
		log_put(LOG_ERROR, "event=no_socket msg=\"%s\"", e.msg);
		return EX_USAGE;
	}
	if (!keep_socket(STDIN_FILENO, &e))
		log_put(LOG_WARN, "event=socket_not_kept msg=\"%s\"", e.msg);
	confine_self(&app.conf, CONFINE_WORKER, &app.control);
	app.outdated = confine_outdated;
	status = serve_run(&app, fcgi);
	app_close(&app);
	arena_fini(&names);
	return status;
}
