/* trace.h - the id of a request: 32 hexadecimal digits, shown in the answer, the log and the slot. */
#ifndef KONTOR_SERVE_TRACE_H
#define KONTOR_SERVE_TRACE_H

#include "base/str.h"

/* The trace id of a valid W3C traceparent header ("00-<32 hex>-<16 hex>-<2 hex>"), else a random one. */
void trace_id(struct str traceparent, char id[33]);

#endif
