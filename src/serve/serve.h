/* serve.h - the request loop: from accepting a connection to the last counter. */
#ifndef KONTOR_SERVE_SERVE_H
#define KONTOR_SERVE_SERVE_H

#include "serve/app.h"

struct fcgi;

/* Serves requests until the process is told to stop; with a broken app, for a while only. Returns the exit status. */
MUST_USE int serve_run(struct app *, struct fcgi *);

#endif
