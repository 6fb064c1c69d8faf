#include "plat/text/secret.h"
#include "store/order/draft.h"
#include "unit.h"

static struct arena a;

START_TEST(draft_is_stored_and_read_back_unchanged)
{
	struct checkout_draft d = {.shipping = STR_INIT("pickup"), .note = STR_INIT("two\nlines \"and\" \\ more")},
			      back;
	struct err e = {0};
	struct str json;

	arena_init(&a, 1 << 20);
	d.address.field[ADDRESS_NAME] = STR("  Jürgen <b> ");
	d.address.field[ADDRESS_EMAIL] = STR("not a mail address");
	d.billing.field[ADDRESS_CITY] = STR("北京");
	d.wrong = STR("address");
	d.terms = STR("1");
	d.early = STR("1");
	d.was = STR("990 12");
	ck_ok(draft_format(&a, &d, &json, &e), &e);
	draft_parse(&a, json, &back);
	ck_str(back.wrong, "address");
	ck_str(back.terms, "1");
	ck_str(back.early, "1");
	ck_str(back.was, "990 12");
	ck_str(back.address.field[ADDRESS_NAME], "  Jürgen <b> ");
	ck_str(back.address.field[ADDRESS_EMAIL], "not a mail address");
	ck_str(back.billing.field[ADDRESS_CITY], "北京");
	ck_str(back.shipping, "pickup");
	ck_str(back.payment, "");
	ck_str(back.note, "two\nlines \"and\" \\ more");
	arena_fini(&a);
}
END_TEST

START_TEST(draft_drops_invalid_text_and_cuts_long_text)
{
	struct checkout_draft d = {.payment = STR_INIT("\xff\xfe")}, back;
	struct err e = {0};
	struct str json;
	char *much;

	arena_init(&a, 4 << 20);
	much = arena_alloc(&a, 200000);
	for (size_t i = 0; i < 200000; i++)
		much[i] = 'x';
	for (int f = 0; f < ADDRESS__MAX; f++)
		d.address.field[f] = d.billing.field[f] = str_n(much, 200000);
	d.note = str_n(much, 200000);
	ck_ok(draft_format(&a, &d, &json, &e), &e);
	ck_assert_uint_lt(json.n, 65535);
	draft_parse(&a, json, &back);
	ck_assert_uint_gt(back.address.field[ADDRESS_NAME].n, 1000);
	ck_assert_uint_eq(back.payment.n, 0);
	arena_fini(&a);
}
END_TEST

START_TEST(draft_opens_with_its_own_token_in_its_own_cart_only)
{
	const struct draft_key own = {STR("0123456789abcdef"), 7}, token = {STR("0123456789abcdeg"), 7},
			       cart = {STR("0123456789abcdef"), 8};
	struct str json = STR("{\"message\":\"Hamburg\"}"), stored;
	struct err e = {0};

	arena_init(&a, 1 << 20);
	ck_ok(secret_init(&e), &e);
	stored = draft_seal(&a, &own, json);
	ck_assert_int_lt(str_find(stored, STR("Hamburg")), 0);
	ck_assert(str_eq(draft_unseal(&a, &own, stored), json));
	ck_str(draft_unseal(&a, &token, stored), "");
	ck_str(draft_unseal(&a, &cart, stored), "");
	ck_str(draft_unseal(&a, &own, str_head(stored, stored.n - 1)), "");
	ck_str(draft_unseal(&a, &own, STR("")), "");
	ck_str(draft_unseal(&a, &own, STR("AAAA")), "");
	ck_assert(str_eq(draft_unseal(&a, &own, json), json)); /* of an earlier release */
	arena_fini(&a);
}
END_TEST

START_TEST(draft_that_cannot_be_read_is_empty)
{
	static const char *const wrong[] = {
	    "", "{", "[]", "null", "7", "{\"address\":[]}", "{\"address\":{\"name\":7}}", "{\"delivery\":{}}"};
	struct checkout_draft back;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		draft_parse(&a, str_z(wrong[i]), &back);
		ck_assert_uint_eq(back.address.field[ADDRESS_NAME].n, 0);
		ck_assert_uint_eq(back.shipping.n, 0);
	}
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("draft", draft_is_stored_and_read_back_unchanged, draft_drops_invalid_text_and_cuts_long_text,
    draft_opens_with_its_own_token_in_its_own_cart_only,
    draft_that_cannot_be_read_is_empty)
