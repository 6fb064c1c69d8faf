/* fcgi_head.h - reads the records of one FastCGI request as they arrive, within fixed bounds.
 *
 * Headers of records and padding are dropped, so that the variables and the body each stand in one piece, however they
 * were cut. Every length is checked against what has arrived before it is used; libfcgi 2.4.2 adds two lengths of the
 * peer and may overflow. So libfcgi reads only requests that were found well-formed here (fcgi.h). */
#ifndef KONTOR_PLAT_FCGI_FCGI_HEAD_H
#define KONTOR_PLAT_FCGI_FCGI_HEAD_H

#include <fastcgi.h>

#include "base/str.h"

#define FCGI_HEAD_MAX_B 32768 /* of all variables */
#define FCGI_HEAD_PARAMS 96

struct fcgi_head {
	size_t n;
	bool plain; /* all variables stand in `param`, and none has a NUL in it or a '=' in its name */
	struct {
		struct str name, value;
	} param[FCGI_HEAD_PARAMS];
};

enum fcgi_part {
	FCGI_PART_NONE,	    /* nothing that could be answered: FCGI_BEGIN_REQUEST is missing */
	FCGI_PART_HEAD,	    /* the variables are incomplete */
	FCGI_PART_BODY,	    /* the variables are complete, the body is not */
	FCGI_PART_WHOLE,
	FCGI_PART_TOO_LARGE,/* the variables or the body exceed their limit; the rest was not read */
	FCGI_PART_BROKEN    /* not a request as web servers send it */
};

struct fcgi_reader {
	enum fcgi_part part;
	int request_id;
	char *head_p, *body_p; /* caller's memory: FCGI_HEAD_MAX_B + 1 and body_max_b bytes */
	size_t head_b, body_b, body_max_b;
	struct fcgi_head head; /* valid from FCGI_PART_BODY on, else empty */

	/* the current record */
	size_t header_n, content_n, content_b, padding_b;
	unsigned char header[FCGI_HEADER_LEN], begin[sizeof(FCGI_BeginRequestBody)];
};

void fcgi_reader_init(struct fcgi_reader *, char *head_p, char *body_p, size_t body_max_b);

/* Reads the next bytes; what follows a whole request is ignored. */
enum fcgi_part fcgi_reader_put(struct fcgi_reader *, const void *p, size_t n);

/* Writes a NUL after each value of a plain head, over a length that was read already. Empties any other head. */
void fcgi_reader_end_values(struct fcgi_reader *);

/* A variable of the request, or none. */
struct str fcgi_head_param(const struct fcgi_head *, const char *name);

#endif
