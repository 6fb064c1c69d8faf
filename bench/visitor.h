/* visitor.h - a client that keeps cookies, follows redirects and fills the forms of its current page.
 *
 * One connection, blocking, so each visitor has a thread. */
#ifndef KONTOR_BENCH_VISITOR_H
#define KONTOR_BENCH_VISITOR_H

#include "draw.h"
#include "form.h"
#include "http.h"

#define VISITOR_COOKIES 4

struct visitor {
	struct http http;
	struct draw draw;
	char target[FORM_ACTION_B]; /* of the current page */
	const char *html;           /* its body; "" when there is none */
	uint64_t exchanges;
	struct {
		char name[64], value[256];
	} cookie[VISITOR_COOKIES];
};

void visitor_init(struct visitor *, int port, uint64_t seed);
void visitor_fini(struct visitor *);

/* Resets to a new visitor: no cookies, no page. */
void visitor_forget(struct visitor *);

/* Requests a page, which becomes the current page; its status is in http.status. False: no answer. */
bool visitor_get(struct visitor *, const char *target);

/* Submits the form of the current page whose action ends in `end`. False when there is no answer, or no such form;
 * http.status is then 0.
 */
bool visitor_submit(struct visitor *, const char *end, const struct form_value *values);

/* Picks one of the current page's links that begin with `head`. False: none. */
bool visitor_link(struct visitor *, const char *head, char *out, size_t out_b);

#endif
