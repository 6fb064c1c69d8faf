/* fault.h - fault injection for tests; active only if the configuration has test.faults.
 *
 * A request asks for a fault by the header X-Kontor-Fault or a query field of that name: crash, kill, hang, stop, bug,
 * busy, upstream, limit, slow:MS, cut (half the answer, then a crash), db:N (the connection is lost before the N-th
 * exchange with the database), db:N:after (the connection is lost after it), db:N:CODE (it fails with this error of the
 * server). calls and files try what a confined worker has given up (plat/host/confine.h) and fail if that succeeds. */
#ifndef KONTOR_SERVE_FAULT_H
#define KONTOR_SERVE_FAULT_H

#include "serve/request.h"

/* True if the request asks for a fault. */
bool fault_asked(const struct request *);

/* Injects the fault before the handler runs. */
MUST_USE bool fault_before(struct request *, struct err *);

/* True if the worker is to send half of the answer and then crash. */
bool fault_cuts(const struct request *);

#endif
