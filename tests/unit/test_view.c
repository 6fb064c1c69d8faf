#include <string.h>

#include "unit.h"
#include "view/encode.h"
#include "view/format.h"
#include "view/names.h"

static struct arena a;
static struct err e;

static void
start(void)
{
	arena_init(&a, 8 << 20);
	e = (struct err){0};
}

static struct money
eur(int64_t minor)
{
	struct money m = {.minor = minor};

	ck_assert(currency_find(STR("EUR"), &m.cur));
	return m;
}

static struct view *
sample(void)
{
	struct view *root = view_object(&a), *page = view_sub(root, N_page), *list = view_sublist(page, N_me);

	view_str(page, N_plain, STR("<tea> & \"more\""));
	view_html(page, N_iso, STR("<p>x</p>"));
	view_money(page, N_currency, eur(-1250));
	view_date(page, N_day, 1795437000);
	view_put(page, N_clock, view_node_null(&a));
	view_bool(root, N_site, true);
	view_bool(root, N_iso, false);
	for (int i = -40; i < 40; i++)
		view_int(view_add(list), N_plain, i * INT64_C(1000000000000));
	view_push(list, view_node_str(&a, STR_NONE));
	view_int(root, N_grouped, INT64_MIN);
	return root;
}

/* A shape that fits sample(), and any tree without html elsewhere. */
static const struct view_shape page_fields[] = {{N_iso, VIEW_IS(VIEW_HTML), false, NULL}, {0}};
static const struct view_shape any_fields[] = {{N_page, 0xffff, false, page_fields}, {0}};
static const struct view_shape any = {.types = 0xffff, .fields = any_fields};

static struct str
encoded(const struct view *v)
{
	struct buf b;

	buf_init(&b, &a, 1 << 20);
	view_encode(v, &b);
	ck_ok(buf_check(&b, &e), &e);
	return buf_str(&b);
}

static struct str
json(const struct view *v)
{
	struct buf b;

	buf_init(&b, &a, 1 << 20);
	view_json(v, &b);
	ck_ok(buf_check(&b, &e), &e);
	return buf_str(&b);
}

START_TEST(names_are_found_by_their_text_and_others_are_not)
{
	uint16_t id;

	for (uint16_t i = 1; i < N__MAX; i++) {
		ck_assert(view_name_find(view_name(i), &id));
		ck_assert_uint_eq(id, i);
	}
	ck_assert(!view_name_find(STR("no_such_name"), &id));
	ck_assert(!view_name_find(STR(""), &id));
	ck_assert(view_names_hash() != 0 && view_names_hash() == view_names_hash());
}
END_TEST

START_TEST(names_made_while_running_keep_their_ids)
{
	struct view_names names = {.a = &a};
	uint16_t first;

	start();
	ck_assert_uint_eq(view_name_intern(&names, STR("page")), N_page);
	first = view_name_intern(&names, STR("x0"));
	ck_assert_uint_ge(first, N__MAX);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(view_name_intern(&names, str_fmt(&a, "x%d", i)), first + i);
	ck_assert_uint_eq(view_name_intern(&names, STR("x0")), first);
	arena_fini(&a);
}
END_TEST

START_TEST(view_put_replaces_a_field_of_the_same_name)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_int(v, N_page, 1);
	view_str(v, N_page, STR("two"));
	ck_assert_uint_eq(v->n, 1);
	ck_str(view_text(view_get(v, N_page)), "two");
	arena_fini(&a);
}
END_TEST

START_TEST(getters_take_what_is_absent_or_of_another_type)
{
	struct view *v;

	start();
	v = sample();
	ck_assert_ptr_null(view_get(NULL, N_page));
	ck_assert_ptr_null(view_get(view_get(v, N_site), N_page));
	ck_assert_ptr_null(view_path(v, N_page, N_site, N_me));
	ck_str(view_text(view_path(v, N_page, N_plain)), "<tea> & \"more\"");
	ck_assert_uint_eq(view_text(v).n, 0);
	ck_assert_uint_eq(view_count(v), 0);
	ck_assert_uint_eq(view_count(view_path(v, N_page, N_me)), 81);
	ck_assert_ptr_null(view_at(view_path(v, N_page, N_me), 81));
	arena_fini(&a);
}
END_TEST

START_TEST(nothing_empty_is_true_but_numbers_amounts_and_dates_are)
{
	start();
	ck_assert(!view_truth(NULL) && !view_truth(view_node_null(&a)) && !view_truth(view_node_bool(&a, false)));
	ck_assert(view_truth(view_node_int(&a, 0)) && !view_truth(view_node_str(&a, STR(""))));
	ck_assert(!view_truth(view_list(&a)) && !view_truth(view_node_html(&a, STR_NONE)));
	ck_assert(view_truth(view_node_money(&a, eur(0))) && view_truth(view_node_date(&a, 0)));
	ck_assert(view_truth(view_object(&a)) && view_truth(view_node_int(&a, -1)));
	arena_fini(&a);
}
END_TEST

START_TEST(json_is_safe_in_a_script_and_exact)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_money(v, N_page, eur(1250));
	view_date(v, N_day, 1795437000);
	view_html(v, N_me, STR("</script>"));
	view_push(view_sublist(v, N_site), view_node_null(&a));
	view_bool(v, N_iso, true);
	view_int(v, N_plain, -7);
	ck_str(json(v), "{\"page\":{\"amount\":\"12.50\",\"currency\":\"EUR\"},\"day\":\"2026-11-23T12:30:00Z\","
			"\"me\":\"\\u003c/script\\u003e\",\"site\":[null],\"iso\":true,\"plain\":-7}");
	arena_fini(&a);
}
END_TEST

START_TEST(decode_gives_back_what_was_encoded_with_texts_in_the_bytes)
{
	struct view *v, *back;
	struct str bytes, text;

	start();
	v = sample();
	bytes = encoded(v);
	ck_ok(view_decode(&a, bytes, &any, &back, &e), &e);
	ck_assert(str_eq(json(v), json(back)));
	ck_assert(str_eq(encoded(back), bytes));
	text = view_text(view_path(back, N_page, N_plain));
	ck_assert(text.p > bytes.p && text.p + text.n < bytes.p + bytes.n);
	arena_fini(&a);
}
END_TEST

START_TEST(a_decoded_tree_may_grow)
{
	struct view *back;

	start();
	ck_ok(view_decode(&a, encoded(sample()), &any, &back, &e), &e);
	view_str(back, N_me, STR("new"));
	view_str(view_add(view_path(back, N_page, N_me)), N_site, STR("last"));
	ck_assert_uint_eq(view_count(view_path(back, N_page, N_me)), 82);
	ck_str(view_text(view_path(back, N_me)), "new");
	arena_fini(&a);
}
END_TEST

START_TEST(every_cut_and_every_flipped_bit_is_refused_or_a_tree)
{
	struct arena_mark mark;
	struct arena scratch;
	struct view *back;
	struct str bytes;
	char *copy;

	start();
	arena_init(&scratch, 1 << 20);
	bytes = encoded(sample());
	mark = arena_mark(&a);
	for (size_t n = 0; n < bytes.n; n++) {
		copy = arena_alloc(&scratch, n); /* a separate block, for AddressSanitizer */
		memcpy(copy, bytes.p, n);
		ck_assert(!view_decode(&scratch, str_n(copy, n), &any, &back, &e));
		err_clear(&e);
		arena_reset(&scratch);
	}
	for (size_t i = 0; i < bytes.n * 8; i++) {
		copy = arena_alloc(&scratch, bytes.n);
		memcpy(copy, bytes.p, bytes.n);
		copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
		if (view_decode(&scratch, str_n(copy, bytes.n), &any, &back, &e))
			(void)json(back);
		err_clear(&e);
		arena_reset(&scratch);
		arena_rewind(&a, mark);
	}
	arena_fini(&scratch);
	arena_fini(&a);
}
END_TEST

START_TEST(decode_refuses_depth_names_counts_and_trailing_bytes)
{
	static const struct str bad[] = {
	    STR_INIT("K\x02\x01\x00\x00"),		  /* another format */
	    STR_INIT("K\x01\xff\xff\xff\x7f\x00\x00"),	  /* more nodes than bytes */
	    STR_INIT("K\x01\x01\x05\x08\x05"),		  /* five fields, none there */
	    STR_INIT("K\x01\x02\x01\x08\x01\xff\x7f\x00"), /* no such name */
	    STR_INIT("K\x01\x01\x00\x05\xff\x00"),	  /* no such currency */
	    STR_INIT("K\x01\x01\x00\x03\x05" "ab"),	  /* a text longer than the bytes */
	    STR_INIT("K\x01\x01\x00\x0a"),		  /* no such type */
	    STR_INIT("K\x01\x01\x00\x00\x00"),		  /* trailing bytes */
	    STR_INIT("K\x01\x02\x00\x00"),		  /* fewer nodes than announced */
	    STR_INIT("K\x01\x01\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), /* more than 64 bits */
	};
	struct view *v, *back;
	struct buf b;

	start();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(!view_decode(&a, bad[i], &any, &back, &e), "%zu", i);
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		err_clear(&e);
	}
	buf_init(&b, &a, 1000);
	buf_put(&b, STR("K\x01\x40\x3f"));
	for (int i = 0; i < 63; i++)
		buf_put(&b, STR("\x07\x01"));
	buf_put(&b, STR("\x00"));
	ck_assert(!view_decode(&a, buf_str(&b), &any, &back, &e));
	v = view_list(&a);
	for (int i = 0; i < VIEW_DEPTH_MAX; i++) {
		struct view *outer = view_list(&a);

		view_push(outer, v);
		v = outer;
	}
	buf_init(&b, &a, 1000);
	view_encode(v, &b);
	ck_assert(b.over);
	buf_init(&b, &a, 1000);
	view_json(v, &b);
	ck_assert(b.over);
	arena_fini(&a);
}
END_TEST

static bool
fits(const struct view *v, const struct view_shape *shape)
{
	struct view *back;
	struct str bytes;
	bool ok;

	bytes = encoded(v);
	err_clear(&e);
	ok = view_decode(&a, bytes, shape, &back, &e);
	ck_assert(ok || e.kind == ERR_UPSTREAM);
	return ok;
}

START_TEST(decode_refuses_a_tree_of_another_shape)
{
	static const struct view_shape line[] = {{N_id, VIEW_IS(VIEW_INT), true, NULL}, {0}};
	static const struct view_shape fields[] = {
	    {N_text, VIEW_IS(VIEW_HTML), false, NULL}, {N_lines, VIEW_IS(VIEW_LIST), true, line}, {0}};
	static const struct view_shape shape = {.types = VIEW_IS(VIEW_OBJECT), .fields = fields};
	struct view *v, *lines;

	start();
	v = view_object(&a);
	ck_assert(!fits(v, &shape)); /* what is needed is missing */
	lines = view_sublist(v, N_lines);
	ck_assert(fits(v, &shape));
	view_int(view_add(lines), N_id, 1);
	view_html(v, N_text, STR("<p>"));
	view_str(v, N_title, STR("<p>"));
	ck_assert(fits(v, &shape));
	view_push(lines, view_node_int(&a, 1));
	ck_assert(!fits(v, &shape)); /* an item that is no object */
	view_put(v, N_lines, view_list(&a));
	view_str(view_add(view_get(v, N_lines)), N_id, STR("1"));
	ck_assert(!fits(v, &shape)); /* a field of an item that is of another type */
	view_str(v, N_lines, STR("none"));
	ck_assert(!fits(v, &shape));
	view_sublist(v, N_lines);
	view_html(v, N_title, STR("<script>"));
	ck_assert(!fits(v, &shape)); /* html where a text belongs */
	view_put(v, N_title, view_list(&a));
	view_html(view_add(view_get(v, N_title)), N_text, STR("<script>"));
	ck_assert(!fits(v, &shape)); /* deep inside, too */
	ck_assert(!fits(view_list(&a), &shape));
	ck_assert(!fits(view_node_html(&a, STR("x")), NULL));
	ck_assert(fits(view_node_str(&a, STR("x")), NULL));
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("view", decode_refuses_a_tree_of_another_shape, names_are_found_by_their_text_and_others_are_not,
    names_made_while_running_keep_their_ids,
    view_put_replaces_a_field_of_the_same_name, getters_take_what_is_absent_or_of_another_type,
    nothing_empty_is_true_but_numbers_amounts_and_dates_are, json_is_safe_in_a_script_and_exact,
    decode_gives_back_what_was_encoded_with_texts_in_the_bytes, a_decoded_tree_may_grow,
    every_cut_and_every_flipped_bit_is_refused_or_a_tree, decode_refuses_depth_names_counts_and_trailing_bytes)
