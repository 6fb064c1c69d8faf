/* fault.h - faults on demand, for tests: they exist only while the configuration has test.faults.
 *
 * A request asks for one by the header X-Kontor-Fault or a query field of that name:
 * crash, kill, hang, stop, bug, busy, upstream, limit, slow:MS, cut (half the answer, then a crash), db:N[:CODE] (the
 * N-th exchange with the database fails, with this error of the server's). */
#ifndef KONTOR_SERVE_FAULT_H
#define KONTOR_SERVE_FAULT_H

#include "serve/request.h"

/* Whether it asks for one. */
bool fault_asked(const struct request *);

/* Does what the request asks for, before its handler runs. */
MUST_USE bool fault_before(struct request *, struct err *);

/* Whether the answer shall be cut off. */
bool fault_cuts(const struct request *);

#endif
