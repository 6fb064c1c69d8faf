/* http.h - HTTP/1.1 exchanges on a persistent connection.
 *
 * The caller provides the complete request text. If the server has closed the idle connection, it is reopened and the
 * request is sent once more; a connection lost during an answer is a failure. Answers must have a Content-Length, as
 * all of the shop's do; chunked ones are a failure. Works with blocking connections and with edge-triggered epoll. */
#ifndef KONTOR_BENCH_HTTP_H
#define KONTOR_BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http {
	/* Set once by the caller. */
	int port;         /* of 127.0.0.1, or */
	const char *path; /* a socket's, if not NULL */
	int poll_fd;      /* the epoll that watches, with this struct as its data; -1: a blocking connection */
	bool keep;        /* keep the answer's body in `in` */

	/* The answer, valid after HTTP_DONE from http_go(). The head ends with an empty line, `in` with a NUL. */
	int status;
	char *in;
	size_t head_n, in_n;
	uint64_t bytes; /* head and body, even if the body was not kept */

	/* Private. */
	int fd;
	const char *out;
	size_t out_n, sent, in_cap, body_left;
	bool used, close_after;
	uint64_t opened; /* number of connections opened */
};

enum http_state { HTTP_AGAIN, HTTP_DONE, HTTP_FAILED };

void http_init(struct http *, int port, const char *path);
void http_fini(struct http *);

/* Begins an exchange; `request` is borrowed until the end of it. */
void http_begin(struct http *, const char *request, size_t n);

/* Continues the exchange. HTTP_AGAIN: call again when epoll reports the connection. HTTP_FAILED: the connection is
 * closed; the next exchange opens a new one. */
enum http_state http_go(struct http *);

/* The value of a header, `name` in lower case, with its length in *n; NULL: absent. `after`: the previous value found,
 * for repeated headers; NULL at first. */
const char *http_header(const struct http *, const char *name, const char *after, size_t *n);

#endif
