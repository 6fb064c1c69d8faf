/* visitor.h - somebody in the shop who keeps cookies, follows redirects and fills the forms of the page at hand.
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
	char target[FORM_ACTION_B]; /* of the page at hand */
	const char *html;           /* its body; "" when there is none */
	uint64_t exchanges;
	struct {
		char name[64], value[256];
	} cookie[VISITOR_COOKIES];
};

void visitor_init(struct visitor *, int port, uint64_t seed);
void visitor_fini(struct visitor *);

/* Becomes somebody else: no cookies, no page. */
void visitor_forget(struct visitor *);

/* False: no answer came. What came is the page at hand, its status in http.status. */
bool visitor_get(struct visitor *, const char *target);

/* Sends the form of the page at hand whose action ends in `end`; false also when there is none: then http.status is 0.
 */
bool visitor_submit(struct visitor *, const char *end, const struct form_value *values);

/* One of the links of the page at hand whose address begins with `head`. False: there are none. */
bool visitor_link(struct visitor *, const char *head, char *out, size_t out_b);

#endif
