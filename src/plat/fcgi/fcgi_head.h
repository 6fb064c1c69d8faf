/* fcgi_head.h - a FastCGI request that has arrived whole and has no body, taken apart where it lies.
 *
 * That is nearly every request for a page. It costs no allocation, no copy and no timer. What is anything else - not
 * all there yet, with a body, in several records of a kind, malformed - is left to libfcgi, to which it is no loss:
 * the bytes were only peeked at. */
#ifndef KONTOR_PLAT_FCGI_FCGI_HEAD_H
#define KONTOR_PLAT_FCGI_FCGI_HEAD_H

#include "base/str.h"

#define FCGI_HEAD_MAX_B 16384
#define FCGI_HEAD_PARAMS 96

struct fcgi_head {
	int request_id;
	size_t n;
	struct {
		struct str name, value;
	} param[FCGI_HEAD_PARAMS];
};

/* Takes a request apart that fills `p` with its `n` bytes exactly. The values are borrowed and get a NUL behind them,
 * written over bytes of `p`. False: it is not such a request, and `p` is unchanged. */
MUST_USE bool fcgi_head_parse(char *p, size_t n, struct fcgi_head *);

/* A variable of the request, or none. */
struct str fcgi_head_param(const struct fcgi_head *, const char *name);

#endif
