#include "pay/provider.h"
#include "unit.h"

static struct arena a;

static void
setup(void)
{
	arena_init(&a, 1 << 20);
}

static void
teardown(void)
{
	arena_fini(&a);
}

static struct pay_refund
refund(void)
{
	struct pay_refund r = {
	    .key = STR("k1"), .payment = STR("p7"), .number = STR("K-1001"), .amount = {.minor = 1250}};

	ck_assert(currency_find(STR("EUR"), &r.amount.cur));
	return r;
}

static struct pay_result
answered(int status, const char *body)
{
	struct pay_refund r = refund();
	struct pay_answer answer = {status, str_z(body)};
	struct pay_result result;

	provider_test.read(&a, &r, &answer, &result);
	return result;
}

START_TEST(providers_are_found_by_name)
{
	ck_assert_ptr_eq(provider_find(STR("test")), &provider_test);
	ck_assert(!provider_test.offline);
	ck_assert(provider_find(STR("transfer"))->offline);
	ck_assert(provider_find(STR("on_delivery"))->offline);
	ck_assert(provider_find(STR("at_pickup"))->offline);
	ck_assert_ptr_null(provider_find(STR("")));
	ck_assert_ptr_null(provider_find(STR("stripe")));
}
END_TEST

START_TEST(a_repeated_request_has_the_same_bytes)
{
	struct pay_refund r = refund();
	struct pay_call call, again;
	struct err e = {0};

	ck_ok(provider_test.refund(&a, &r, &call, &e), &e);
	ck_str(call.path, "/refunds");
	ck_str(call.body, "{\"payment\":\"p7\",\"amount\":\"12.50\",\"currency\":\"EUR\",\"order\":\"K-1001\"}");
	ck_ok(provider_test.refund(&a, &r, &again, &e), &e);
	ck_assert(str_eq(call.body, again.body));
	ck_ok(provider_test.look(&a, &r, &call, &e), &e);
	ck_str(call.path, "/refunds/k1");
	ck_assert_uint_eq(call.body.n, 0);
}
END_TEST

#define OURS "\"key\":\"k1\",\"payment\":\"p7\",\"amount\":\"12.50\",\"currency\":\"EUR\""

START_TEST(only_an_answer_that_proves_the_outcome_ends_a_refund)
{
	static const struct {
		int status;
		const char *body;
		enum pay_outcome outcome;
	} cases[] = {
	    {201, "{\"state\":\"done\",\"id\":\"re_1\"," OURS "}", PAY_DONE},
	    {200, "{\"state\":\"done\",\"id\":\"re_1\"," OURS "}", PAY_DONE},
	    {422, "{\"state\":\"refused\",\"why\":\"closed\"," OURS "}", PAY_REFUSED},
	    {200, "{\"state\":\"refused\",\"why\":\"closed\"," OURS "}", PAY_REFUSED},
	    {404, "{\"state\":\"absent\",\"key\":\"k1\"}", PAY_ABSENT},
	    /* about another refund */
	    {201, "{\"state\":\"done\",\"key\":\"k2\",\"payment\":\"p7\",\"amount\":\"12.50\",\"currency\":\"EUR\"}",
		PAY_UNKNOWN},
	    {201, "{\"state\":\"done\",\"key\":\"k1\",\"payment\":\"p8\",\"amount\":\"12.50\",\"currency\":\"EUR\"}",
		PAY_UNKNOWN},
	    {201, "{\"state\":\"done\",\"key\":\"k1\",\"payment\":\"p7\",\"amount\":\"12.5\",\"currency\":\"EUR\"}",
		PAY_UNKNOWN},
	    {201, "{\"state\":\"done\",\"key\":\"k1\",\"payment\":\"p7\",\"amount\":\"12.50\",\"currency\":\"USD\"}",
		PAY_UNKNOWN},
	    {422, "{\"state\":\"refused\",\"key\":\"k2\"}", PAY_UNKNOWN},
	    {404, "{\"state\":\"absent\",\"key\":\"k2\"}", PAY_UNKNOWN},
	    /* no proof */
	    {201, "{\"state\":\"pending\"," OURS "}", PAY_UNKNOWN},
	    {500, "{\"state\":\"done\"," OURS "}", PAY_UNKNOWN},
	    {404, "<html>Not Found</html>", PAY_UNKNOWN},
	    {404, "{}", PAY_UNKNOWN},
	    {422, "{\"state\":\"done\"," OURS "}", PAY_UNKNOWN},
	    {201, "{\"state\":\"done\"," OURS, PAY_UNKNOWN},
	    {201, "[]", PAY_UNKNOWN},
	    {201, "", PAY_UNKNOWN},
	    {401, "{\"state\":\"refused\"," OURS "}", PAY_UNKNOWN},
	    {0, "", PAY_UNKNOWN}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(answered(cases[i].status, cases[i].body).outcome == cases[i].outcome, "%d %s",
		    cases[i].status, cases[i].body);
	ck_str(answered(201, cases[0].body).ref, "re_1");
	ck_str(answered(422, cases[2].body).why, "closed");
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "provider", providers_are_found_by_name, a_repeated_request_has_the_same_bytes,
    only_an_answer_that_proves_the_outcome_ends_a_refund)
