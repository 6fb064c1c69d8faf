/* fcgi_head.h - parses in place a FastCGI request that has arrived whole and has no body.
 *
 * Nearly every page request is of this kind, and parsing it needs no allocation, copy or timer. libfcgi reads all
 * others: incomplete ones, those with a body or several records of a kind, and malformed ones. The bytes were only
 * peeked at, so libfcgi sees them all. */
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

/* Parses a request of exactly `n` bytes. The values point into `p`, and a NUL is written over the byte after each.
 * False when the bytes are not such a request; `p` is then unchanged. */
MUST_USE bool fcgi_head_parse(char *p, size_t n, struct fcgi_head *);

/* A variable of the request, or none. */
struct str fcgi_head_param(const struct fcgi_head *, const char *name);

#endif
