#include <stdio.h>

#include "import/picture_name.h"
#include "unit.h"

/* The names for a source, separated by |. */
static const char *
names_of(const char *source)
{
	static char out[4000];
	struct str names[PICTURE_NAMES_MAX];
	struct arena a;
	size_t n, at = 0;

	arena_init(&a, 100000);
	n = picture_names(&a, str_z(source), names);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%.*s", i == 0 ? "" : "|", STR_ARG(names[i]));
	arena_fini(&a);
	return out;
}

START_TEST(picture_of_an_address_has_the_name_of_its_last_part)
{
	ck_assert_str_eq(
	    names_of("https://cdn.example.com/s/files/1/red-cup.png?v=14"), "red-cup.png|red-cup.png?v=14");
	ck_assert_str_eq(names_of("//cdn.example.com/a/b.jpg"), "b.jpg");
	ck_assert_str_eq(names_of("HTTP://x.example/red%20cup.png#top"), "red cup.png|red%20cup.png");
	ck_assert_str_eq(names_of("https://x.example/t%C3%A9.png"), "té.png|t%C3%A9.png");
	ck_assert_str_eq(names_of("https://x.example/a.png?x=/../b.png"), "a.png");
	ck_assert_str_eq(names_of("https://x.example/"), "");
	ck_assert_str_eq(names_of("https://x.example/a/?x=1"), "?x=1");
}
END_TEST

START_TEST(picture_may_lack_what_shopify_appends_to_names)
{
	ck_assert_str_eq(names_of("https://c.example/cup_0a1b2c3d-1111-2222-3333-444455556666.jpg?v=1"),
	    "cup_0a1b2c3d-1111-2222-3333-444455556666.jpg|cup_0a1b2c3d-1111-2222-3333-444455556666.jpg?v=1|cup.jpg");
	ck_assert_str_eq(names_of("https://c.example/cup_1024x1024.jpg"), "cup_1024x1024.jpg|cup.jpg");
	ck_assert_str_eq(names_of("https://c.example/cup_x300@2x.png"), "cup_x300@2x.png|cup.png");
	ck_assert_str_eq(names_of("https://c.example/cup_grande.webp"), "cup_grande.webp|cup.webp");
	ck_assert_str_eq(names_of("https://c.example/cup_0a1b2c3d-1111-2222-3333-444455556666_600x.jpg"),
	    "cup_0a1b2c3d-1111-2222-3333-444455556666_600x.jpg|cup_0a1b2c3d-1111-2222-3333-444455556666.jpg|cup.jpg");
	ck_assert_str_eq(names_of("https://c.example/cup_red.jpg"), "cup_red.jpg");
	ck_assert_str_eq(names_of("https://c.example/_600x.jpg"), "_600x.jpg");
}
END_TEST

START_TEST(picture_of_a_path_never_leads_out_of_the_folder)
{
	ck_assert_str_eq(names_of("/r/e/red-cup.png"), "r/e/red-cup.png|red-cup.png");
	ck_assert_str_eq(names_of("//"), "");
	ck_assert_str_eq(names_of("../../etc/passwd"), "passwd");
	ck_assert_str_eq(names_of("a/../b.png"), "b.png");
	ck_assert_str_eq(names_of("C:\\Pictures\\cup.png"), "Pictures/cup.png|cup.png");
	ck_assert_str_eq(names_of("./a.png"), "a.png");
	ck_assert_str_eq(names_of(".."), "");
	ck_assert_str_eq(names_of("a%2f..%2fb.png"), "a%2f..%2fb.png");
	ck_assert_str_eq(names_of("https://x.example/..%2f..%2fetc%2fpasswd"), "..%2f..%2fetc%2fpasswd");
	ck_assert_str_eq(names_of("pics/a.png"), "pics/a.png|a.png");
	ck_assert_str_eq(names_of("..\\..\\a.png"), "a.png");
	ck_assert_str_eq(names_of("https://x.example/a%00b.png"), "a%00b.png");
}
END_TEST

UNIT_MAIN("picture_name", picture_of_an_address_has_the_name_of_its_last_part,
    picture_may_lack_what_shopify_appends_to_names, picture_of_a_path_never_leads_out_of_the_folder)
