/* provider.h - payment providers behind one interface. Pure: a provider builds requests and reads answers, and
 * work/refund_run.h sends them.
 *
 * An answer that proves nothing leaves the outcome unknown: the money may have gone. Such a refund is looked for by its
 * key first, and sent again, under the same key, only if the provider does not know it. So it goes out once, however
 * often it is sent, and however late an answer comes. */
#ifndef KONTOR_PAY_PROVIDER_H
#define KONTOR_PAY_PROVIDER_H

#include "base/err.h"
#include "base/money.h"

struct pay_refund {
	struct str key;	    /* the refund's own, the same in each request */
	struct str payment; /* the provider's reference of the payment */
	struct str number;  /* of the order, for the provider's lists */
	struct money amount;
};

struct pay_call {
	struct str path; /* below the provider's address */
	struct str body; /* of a POST; none: a GET */
	const char *type;
};

struct pay_answer {
	int status; /* of HTTP; 0: none came */
	struct str body;
};

enum pay_outcome {
	PAY_UNKNOWN,
	PAY_ABSENT,  /* the provider does not know the key */
	PAY_DONE,
	PAY_REFUSED, /* no money went or will go */
};

struct pay_result {
	enum pay_outcome outcome;
	struct str ref; /* the provider's, with PAY_DONE */
	struct str why; /* with PAY_REFUSED and PAY_UNKNOWN */
};

struct provider {
	const char *name; /* as in the tables payment and refund */
	bool offline;	  /* no requests: money moves by hand and is recorded */
	bool (*refund)(struct arena *, const struct pay_refund *, struct pay_call *, struct err *);
	bool (*look)(struct arena *, const struct pay_refund *, struct pay_call *, struct err *);
	void (*read)(struct arena *, const struct pay_refund *, const struct pay_answer *, struct pay_result *);
};

/* NULL: there is none of that name. Each offline payment method is a provider of its own. */
const struct provider *provider_find(struct str name);

/* The provider of tests: JSON over http to a program on this machine (test.pay_url). */
extern const struct provider provider_test;

#endif
