/* kontor.fcgi - one storefront worker: takes the listening socket on descriptor 0 and serves until it is told to
 * stop. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "plat/fcgi.h"
#include "web/serve.h"

/* --config FILE or nothing. */
static bool
read_options(int argc, char **argv, const char **file)
{
	*file = NULL;
	if (argc == 3 && strcmp(argv[1], "--config") == 0)
		*file = argv[2];
	return argc == 1 || *file != NULL;
}

int
main(int argc, char **argv)
{
	static struct app app;
	const char *file;
	struct fcgi *fcgi;
	struct err e = {0};
	int status;

	if (!read_options(argc, argv, &file)) {
		log_put(LOG_ERROR, "event=usage msg=\"kontor.fcgi [--config FILE]\"");
		return EX_USAGE;
	}
	if (!app_open(&app, file, &e))
		log_put(LOG_ERROR, "event=config_unusable msg=\"%s\"", e.msg);
	err_clear(&e);
	if (!fcgi_open(&app.a, STDIN_FILENO, (uint32_t)app.conf.web_deadline_ms, &fcgi, &e)) {
		log_put(LOG_ERROR, "event=no_socket msg=\"%s\"", e.msg);
		return EX_USAGE;
	}
	status = serve_run(&app, fcgi);
	app_close(&app);
	return status;
}
