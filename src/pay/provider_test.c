#include "pay/provider.h"
#include "plat/text/json.h"

#define BODY_MAX_B 4096

enum { OK_FIRST = 200, OK_LAST = 299, NOT_FOUND = 404, UNPROCESSABLE = 422 };

static bool
test_refund(struct arena *a, const struct pay_refund *r, struct pay_call *call, struct err *e)
{
	struct json_out o;

	json_init(&o, a, BODY_MAX_B, '{');
	json_key(&o, "payment");
	json_put_str(&o, r->payment);
	json_key(&o, "amount");
	json_put_str(&o, money_plain(a, r->amount));
	json_key(&o, "currency");
	json_put_str(&o, str_z(currency_code(r->amount.cur)));
	json_key(&o, "order");
	json_put_str(&o, r->number);
	*call = (struct pay_call){.path = STR("/refunds"), .type = "application/json"};
	return json_done(&o, '}', &call->body, e);
}

static bool
test_look(struct arena *a, const struct pay_refund *r, struct pay_call *call, struct err *e)
{
	(void)e;
	*call = (struct pay_call){.path = str_fmt(a, "/refunds/%.*s", STR_ARG(r->key))};
	return true;
}

static struct str
test_member(struct arena *a, const struct json *v, const char *name)
{
	struct str text = STR_NONE;

	return json_text(json_member(v, name), a, &text) ? text : STR_NONE;
}

/* An answer about another refund proves nothing about this one. */
static bool
names_refund(struct arena *a, const struct json *v, const struct pay_refund *r)
{
	return str_eq(test_member(a, v, "key"), r->key) && str_eq(test_member(a, v, "payment"), r->payment)
	    && str_eq(test_member(a, v, "amount"), money_plain(a, r->amount))
	    && str_eq_z(test_member(a, v, "currency"), currency_code(r->amount.cur));
}

static void
test_read(struct arena *a, const struct pay_refund *r, const struct pay_answer *x, struct pay_result *result)
{
	const struct json *v = x->status == 0 || x->body.n == 0 ? NULL : json_parse(x->body);
	struct str state = test_member(a, v, "state");
	bool ok = x->status >= OK_FIRST && x->status <= OK_LAST;

	*result = (struct pay_result){.outcome = PAY_UNKNOWN, .why = str_fmt(a, "status %d", x->status)};
	if (x->status == NOT_FOUND && str_eq_z(state, "absent") && str_eq(test_member(a, v, "key"), r->key))
		result->outcome = PAY_ABSENT;
	else if (ok && str_eq_z(state, "done") && names_refund(a, v, r))
		*result = (struct pay_result){.outcome = PAY_DONE, .ref = test_member(a, v, "id")};
	else if ((ok || x->status == UNPROCESSABLE) && str_eq_z(state, "refused") && names_refund(a, v, r))
		*result = (struct pay_result){.outcome = PAY_REFUSED, .why = test_member(a, v, "why")};
	json_free(v);
}

const struct provider provider_test = {
    .name = "test",
    .refund = test_refund,
    .look = test_look,
    .read = test_read,
};
