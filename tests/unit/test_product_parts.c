#include <string.h>

#include "base/buf.h"
#include "store/catalogue/product_parts.h"
#include "unit.h"

static struct arena a;

#define HASH                                                                                                           \
	"\x00\x01\x7f\x80\xff\x22\x5c\x0a"                                                                             \
	"89abcdef"

static struct catalogue_product
parsed(const char *json)
{
	struct catalogue_product p = {0};

	ck_assert_msg(product_parts_parse(&a, str_z(json), &p), "%s", json);
	return p;
}

START_TEST(parts_are_read_back_unchanged)
{
	struct catalogue_image images[] = {{STR_INIT(HASH), STR_INIT("a \"tin\" \\ of\n<tea> & \x01\x7f"), 640, 480, 1},
	    {STR_INIT(HASH), STR_INIT(""), 4294967295, 1, 50}};
	struct catalogue_fact facts[] = {
	    {STR_INIT("原産地"), STR_INIT("宇治 🍵\u2028")}, {STR_INIT("b"), STR_INIT("</script>")}};
	struct str tags[] = {STR_INIT("fine"), STR_INIT("['\"]"), STR_INIT("\\u0041")}, json;
	struct catalogue_product p = {.images = images,
				     .n_images = 2,
				     .facts = facts,
				     .n_facts = 2,
				     .tags = tags,
				     .n_tags = 3},
				 back;
	struct err e = {0};

	arena_init(&a, 1 << 20);
	ck_ok(product_parts_format(&a, &p, &json, &e), &e);
	back = parsed(json.p);
	ck_assert_uint_eq(back.n_images, 2);
	ck_assert_uint_eq(back.n_facts, 2);
	ck_assert_uint_eq(back.n_tags, 3);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(str_eq(back.images[i].hash, STR(HASH)) && str_eq(back.images[i].alt, images[i].alt));
		ck_assert_int_eq(back.images[i].w, images[i].w);
		ck_assert_int_eq(back.images[i].h, images[i].h);
		ck_assert_uint_eq(back.images[i].position, images[i].position);
		ck_assert(str_eq(back.facts[i].name, facts[i].name) && str_eq(back.facts[i].text, facts[i].text));
	}
	for (size_t i = 0; i < 3; i++)
		ck_assert(str_eq(back.tags[i], tags[i]));
	arena_fini(&a);
}
END_TEST

START_TEST(parts_have_the_form_that_the_database_writes_too)
{
	struct catalogue_product p;

	arena_init(&a, 1 << 20);
	p = parsed(
	    "[[0, 2, \"ü\", \"00112233445566778899AABBCCDDEEFF\", 3, 4],[1, \"l\", \"v\"], [2, \"t\\u0001\\n\"]]");
	ck_assert_uint_eq(p.n_images, 1);
	ck_assert_uint_eq(p.images[0].position, 2);
	ck_str(p.images[0].alt, "ü");
	ck_assert(
	    memcmp(p.images[0].hash.p, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16) == 0);
	ck_str(p.facts[0].text, "v");
	ck_str(p.tags[0], "t\x01\n");
	arena_fini(&a);
}
END_TEST

START_TEST(parts_of_a_product_without_any_are_an_empty_list)
{
	struct catalogue_product none = {0}, p = {.n_images = 7, .n_facts = 7, .n_tags = 7};
	struct err e = {0};
	struct str json;

	arena_init(&a, 1 << 20);
	ck_ok(product_parts_format(&a, &none, &json, &e), &e);
	ck_str(json, "[]");
	ck_assert(product_parts_parse(&a, json, &p));
	ck_assert_uint_eq(p.n_images + p.n_facts + p.n_tags, 0);
	ck_assert(product_parts_parse(&a, STR(" [ ] "), &p));
	arena_fini(&a);
}
END_TEST

START_TEST(parts_of_another_form_are_refused_and_set_nothing)
{
#define IMAGE(hash) "[[0,1,\"a\",\"" hash "\",1,1]]"
	static const char *const wrong[] = {"", "[", "{}", "null", "7", "\"\"", "[]]", "[[]]", "[7]", "[{}]",
	    "[[3,\"x\"]]", "[[-1,\"x\"]]", "[[\"2\",\"x\"]]", "[[2.0,\"x\"]]", "[[2]]", "[[2,7]]", "[[2,null]]",
	    "[[2,\"x\",\"y\"]]", "[[2,\"x\\u0000\"]]", "[[2,\"\\ud800\"]]", "[[2,\"\xff\"]]", "[[1,\"x\"]]",
	    "[[1,\"x\",7]]", "[[1,\"x\",\"y\",\"z\"]]", "[[2,\"right\"],[2]]", IMAGE(""),
	    IMAGE("00112233445566778899aabbccddee"), IMAGE("00112233445566778899aabbccddeeff00"),
	    IMAGE("00112233445566778899aabbccddeefg"), "[[0,1,\"a\",null,1,1]]",
	    "[[0,-1,\"a\",\"00112233445566778899aabbccddeeff\",1,1]]",
	    "[[0,1,\"a\",\"00112233445566778899aabbccddeeff\",\"1\",1]]",
	    "[[0,1,\"a\",\"00112233445566778899aabbccddeeff\",1]]", "[[2,\"x\"]] more"};
	struct catalogue_product p = {.n_images = 7, .n_facts = 8, .n_tags = 9};
	struct buf b;

	arena_init(&a, 4 << 20);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_msg(!product_parts_parse(&a, str_z(wrong[i]), &p), "%s", wrong[i]);
	ck_assert(!product_parts_parse(&a, STR_NONE, &p));
	ck_assert(!product_parts_parse(&a, STR("[[2,\"a\0b\"]]"), &p));
	buf_init(&b, &a, 1 << 20); /* more than a product has */
	buf_z(&b, "[[2,\"0\"]");
	for (int i = 0; i < 1000; i++)
		buf_fmt(&b, ",[2,\"%d\"]", i);
	buf_ch(&b, ']');
	ck_assert(!product_parts_parse(&a, buf_str(&b), &p));
	ck_assert(p.n_images == 7 && p.n_facts == 8 && p.n_tags == 9 && p.tags == NULL);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("product_parts", parts_are_read_back_unchanged, parts_have_the_form_that_the_database_writes_too,
    parts_of_a_product_without_any_are_an_empty_list, parts_of_another_form_are_refused_and_set_nothing)
