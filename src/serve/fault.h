/* fault.h - fault injection for tests; active only if the configuration has test.faults.
 *
 * A request asks for one by the header X-Kontor-Fault or a query field of that name:
 * crash, kill, hang, stop, bug, busy, upstream, limit, slow:MS, cut (half the answer, then a crash), db:N[:CODE] (the
 * N-th exchange with the database fails, with this error of the server's). */
#ifndef KONTOR_SERVE_FAULT_H
#define KONTOR_SERVE_FAULT_H

#include "serve/request.h"

/* True if the request asks for a fault. */
bool fault_asked(const struct request *);

/* Injects the fault before the handler runs. */
MUST_USE bool fault_before(struct request *, struct err *);

/* True if half of the answer is to be sent, then a crash. */
bool fault_cuts(const struct request *);

#endif
