#include "plat/text/json.h"
#include "unit.h"

static struct arena a;

START_TEST(json_written_comes_back)
{
	const struct json *root, *list;
	struct err e = {0};
	struct json_out w;
	struct str text, s;
	int64_t i;

	arena_init(&a, 1 << 20);
	json_init(&w, &a, 1000, '{');
	json_key(&w, "list");
	json_begin(&w, '[');
	json_put_str(&w, STR("say \"hi\"\n\xc3\xbc"));
	json_put_i64(&w, INT64_MIN);
	json_put_i64_or_null(&w, 7, true);
	json_end(&w, ']');
	json_key(&w, "n");
	json_put_i64_or_null(&w, 7, false);
	ck_ok(json_done(&w, '}', &text, &e), &e);
	root = json_parse(text);
	list = json_member(root, "list");
	ck_assert(json_is_list(list) && !json_is_list(root));
	ck_assert_uint_eq(json_count(list), 3);
	ck_assert(json_text(json_at(list, 0), &a, &s));
	ck_assert(json_int(json_at(list, 1), &i) && i == INT64_MIN);
	ck_assert(!json_int(json_at(list, 2), &i) && !json_text(json_at(list, 2), &a, &s));
	ck_assert(json_int(json_member(root, "n"), &i) && i == 7);
	json_free(root);
	ck_str(s, "say \"hi\"\n\xc3\xbc"); /* a copy */
	arena_fini(&a);
}
END_TEST

START_TEST(json_that_is_missing_reads_as_nothing)
{
	static const char *const wrong[] = {"", "{", "[1,]", "nul", "[\"\xff\"]", "[1] 2"};
	struct str s;
	int64_t i;

	arena_init(&a, 1 << 16);
	for (size_t k = 0; k < ARRAY_LEN(wrong); k++)
		ck_assert_msg(json_parse(str_z(wrong[k])) == NULL, "%s", wrong[k]);
	ck_assert_uint_eq(json_count(NULL), 0);
	ck_assert(!json_is_list(NULL) && json_at(NULL, 0) == NULL && json_member(NULL, "x") == NULL);
	ck_assert(!json_text(NULL, &a, &s) && !json_int(NULL, &i));
	json_free(NULL);
	arena_fini(&a);
}
END_TEST

START_TEST(json_past_its_size_is_an_error)
{
	struct err e = {0};
	struct json_out w;
	struct str text;

	arena_init(&a, 1 << 16);
	json_init(&w, &a, 8, '[');
	json_put_str(&w, STR("too long"));
	ck_assert(!json_done(&w, ']', &text, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	arena_fini(&a);
}
END_TEST

START_TEST(json_ids_hold_the_largest_numbers)
{
	static const uint64_t ids[] = {UINT64_MAX, UINT64_MAX, 1};
	struct err e = {0};
	struct str text;

	arena_init(&a, 1 << 16);
	ck_ok(json_ids(&a, ids, ARRAY_LEN(ids), &text, &e), &e);
	ck_str(text, "[18446744073709551615,18446744073709551615,1]");
	ck_ok(json_ids(&a, ids, 0, &text, &e), &e);
	ck_str(text, "[]");
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("json", json_written_comes_back, json_that_is_missing_reads_as_nothing, json_past_its_size_is_an_error,
    json_ids_hold_the_largest_numbers)
