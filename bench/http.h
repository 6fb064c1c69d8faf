/* http.h - one exchange of HTTP/1.1 after the other on a connection that stays open.
 *
 * The request is a finished text of the caller's. A connection that the server has closed meanwhile is opened anew and
 * the request sent once more; one that is lost inside an answer is a failure. Answers must tell their length, as
 * all of the shop's do: chunked ones are a failure too. Works on blocking connections and on those that an epoll
 * watches (edge-triggered). */
#ifndef KONTOR_BENCH_HTTP_H
#define KONTOR_BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http {
	/* What the caller sets, once. */
	int port;         /* of 127.0.0.1, or */
	const char *path; /* a socket's, if not NULL */
	int poll_fd;      /* the epoll that watches, with this struct as its data; -1: a blocking connection */
	bool keep;        /* whether the answer's body is wanted in `in` */

	/* The answer, when http_go() has said HTTP_DONE. The head ends in an empty line, `in` in a NUL. */
	int status;
	char *in;
	size_t head_n, in_n;
	uint64_t bytes; /* head and body, also of a body that was not kept */

	/* Its own. */
	int fd;
	const char *out;
	size_t out_n, sent, in_cap, body_left;
	bool used, close_after;
	uint64_t opened; /* how many connections were opened */
};

enum http_state { HTTP_AGAIN, HTTP_DONE, HTTP_FAILED };

void http_init(struct http *, int port, const char *path);
void http_fini(struct http *);

/* Begins an exchange; `request` is borrowed until its end. */
void http_begin(struct http *, const char *request, size_t n);

/* Goes on with it. HTTP_AGAIN: when epoll says so. HTTP_FAILED: the connection is closed; the next begins anew. */
enum http_state http_go(struct http *);

/* The value of a header of the answer, `name` in small letters; NULL: there is none. Its length goes to *n. `after`:
 * the value that was found before, for headers that come several times; NULL at first. */
const char *http_header(const struct http *, const char *name, const char *after, size_t *n);

#endif
