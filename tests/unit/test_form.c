#include "plat/text/form.h"
#include "unit.h"

static struct arena a;
static struct form form;
static struct err e;

static void
fresh(void)
{
	arena_fini(&a);
	arena_init(&a, 4 << 20);
	form_init(&form, &form_limits_default);
	err_clear(&e);
}

static bool
url(const char *raw)
{
	fresh();
	return form_urlencoded(&a, str_z(raw), &form, &e);
}

static bool
body(const char *type, const char *raw)
{
	fresh();
	return form_body(&a, str_z(type), str_z(raw), &form, &e);
}

START_TEST(urlencoded_decodes_plus_and_percent)
{
	ck_ok(url("q=green+tea%20%26&n=%E8%8C%B6"), &e);
	ck_assert_uint_eq(form.n, 2);
	ck_str(form.fields[0].value, "green tea &");
	ck_str(form.fields[1].value, "茶");
}
END_TEST

START_TEST(urlencoded_keeps_repeated_and_empty_fields)
{
	ck_ok(url("a=1&a=2&b=&c&&"), &e);
	ck_assert_uint_eq(form.n, 4);
	ck_str(form.fields[1].value, "2");
	ck_str(form.fields[2].value, "");
	ck_str(form.fields[3].name, "c");
}
END_TEST

START_TEST(urlencoded_refuses_invalid_or_incomplete_text)
{
	static const char *const bad[] = {
	    "a=%", "a=%4", "a=%zz", "a=%ff", "a=%c0%af", "a=%ed%a0%80", "=1", "%00=1", "%0a=1"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(!url(bad[i]), "%s", bad[i]);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
	ck_ok(url("a=line%0D%0Aline%09end&b=%00%1b%7f%c2%85"), &e); /* values are cleaned by their reader */
}
END_TEST

START_TEST(urlencoded_has_limits)
{
	static char long_value[8200], many[1000];
	size_t n = 0;

	long_value[0] = 'a';
	long_value[1] = '=';
	for (size_t i = 2; i < sizeof(long_value) - 1; i++)
		long_value[i] = 'x';
	ck_assert(!url(long_value));
	ck_assert_int_eq(e.kind, ERR_TOO_LARGE);
	for (int i = 0; i < 201; i++) {
		many[n++] = 'a';
		many[n++] = '=';
		many[n++] = '&';
	}
	ck_assert(!url(many));
	ck_assert_int_eq(e.kind, ERR_TOO_LARGE);
	many[200 * 3] = '\0';
	ck_ok(url(many), &e);
}
END_TEST

#define MULTI "multipart/form-data; boundary=XyZ"

START_TEST(multipart_reads_fields_and_their_line_ends)
{
	ck_ok(body(MULTI,
		  "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n"
		  "--XyZ\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--XyZ--\r\n"),
	    &e);
	ck_assert_uint_eq(form.n, 2);
	ck_str(form.fields[0].value, "one\r\ntwo");
	ck_str(form.fields[1].value, "");
	ck_ok(body("multipart/form-data; charset=utf-8; boundary=\"XyZ\"", "--XyZ--"), &e);
	ck_assert_uint_eq(form.n, 0);
}
END_TEST

START_TEST(multipart_takes_files_only_where_they_are_allowed)
{
	static const char text[] = "--XyZ\r\nContent-Disposition: form-data; name=\"f\"; filename=\"100%.png\"\r\n"
				   "Content-Type: image/png\r\n\r\n\x89PNG\x00\r\n--XyZ--\r\n";
	struct form_limits limits = form_limits_default;

	limits.file_max_b = 100;
	fresh();
	form_init(&form, &limits);
	ck_ok(form_multipart(&a, STR("XyZ"), str_n(text, sizeof(text) - 1), &form, &e), &e);
	ck_assert(form.fields[0].is_file);
	ck_assert_uint_eq(form.fields[0].value.n, 5);
	ck_str(form.fields[0].file_name, "100%.png");
	fresh();
	ck_assert(!form_multipart(&a, STR("XyZ"), str_n(text, sizeof(text) - 1), &form, &e));
	ck_assert_int_eq(e.kind, ERR_TOO_LARGE);
}
END_TEST

START_TEST(multipart_refuses_truncated_or_malformed_bodies)
{
	static const char *const bad[] = {
	    "",
	    "--XyZ",
	    "--XyZ\r\n",
	    "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue",
	    "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--XyZ",
	    "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--XyZ\r\n",
	    "--XyZ\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--XyZ--",
	    "--XyZ\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nvalue\r\n--XyZ--",
	    "--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nvalue\r\n--XyZ--",
	    "--XyZ\r\n\r\nvalue\r\n--XyZ--",
	    "--XyZ\r\nno colon\r\n\r\nvalue\r\n--XyZ--",
	    "preamble\r\n--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--XyZ--",
	    "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--XyZ--tail",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(!body(MULTI, bad[i]), "%s", bad[i]);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
	ck_assert(!body("multipart/form-data", "--XyZ--"));
	ck_assert(!body("application/json", "{}"));
	ck_ok(body("", ""), &e);
}
END_TEST

START_TEST(cookies_are_found_among_foreign_ones)
{
	struct str header = STR("x=\xff; kontor=abc; _ga=GA1.2=3; kontor=\x01; kontor; kontor= b "), value;

	ck_assert(form_cookie(&header, STR("kontor"), &value));
	ck_str(value, "abc");
	ck_assert(form_cookie(&header, STR("kontor"), &value));
	ck_str(value, " b");
	ck_assert(!form_cookie(&header, STR("kontor"), &value));
	header = STR("xkontor=abc; kontor2=1; ;;=; kontor");
	ck_assert(!form_cookie(&header, STR("kontor"), &value));
	header = STR_NONE;
	ck_assert(!form_cookie(&header, STR("kontor"), &value));
}
END_TEST

UNIT_MAIN("form", urlencoded_decodes_plus_and_percent, urlencoded_keeps_repeated_and_empty_fields,
    urlencoded_refuses_invalid_or_incomplete_text, urlencoded_has_limits, multipart_reads_fields_and_their_line_ends,
    multipart_takes_files_only_where_they_are_allowed, multipart_refuses_truncated_or_malformed_bodies,
    cookies_are_found_among_foreign_ones)
