#include "plat/conf/conf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static struct arena a, b;
static struct conf c;
static struct err e;
static char path[] = "/tmp/kontor-conf-XXXXXX";

static void
setup(void)
{
	arena_init(&a, 4 << 20);
	arena_init(&b, 4 << 20);
	err_clear(&e);
}

static void
teardown(void)
{
	arena_fini(&a);
	arena_fini(&b);
}

/* Loads `text` as a file; e.msg then has "FILE" instead of its name. */
static bool
load(const char *text, size_t n)
{
	FILE *f;
	bool ok;
	char *p;
	int fd;

	err_clear(&e);
	snprintf(path, sizeof(path), "/tmp/kontor-conf-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	f = fdopen(fd, "w");
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	fclose(f);
	ok = conf_load(&a, path, &c, &e);
	unlink(path);
	p = strstr(e.msg, path);
	if (p == e.msg)
		memmove(e.msg, e.msg + strlen(path), strlen(e.msg + strlen(path)) + 1);
	return ok;
}

static bool
load_z(const char *text)
{
	return load(text, strlen(text));
}

START_TEST(the_defaults_are_a_valid_configuration)
{
	ck_ok(conf_load(&a, NULL, &c, &e), &e);
	ck_str(c.site_currency, "EUR");
	ck_assert_uint_eq(c.site_languages.n, 3);
	ck_str(c.site_languages.v[2], "zh-Hans");
	ck_assert_int_eq(c.web_deadline_ms, 5000);
	ck_assert_int_eq(c.web_body_max_b, 64 << 10);
	ck_assert(!c.test_faults);
	ck_assert_ptr_null(c.file);
}
END_TEST

START_TEST(the_example_with_every_line_taken_in_gives_the_defaults)
{
	struct conf whole, plain;
	struct buf text, shown, again;
	char *p;

	buf_init(&text, &b, 1 << 20);
	conf_put_example(&text);
	for (p = text.p; (p = strstr(p, "\n#")) != NULL; p++)
		if (p[2] != ' ')
			memmove(p + 1, p + 2, strlen(p + 2) + 1);
	ck_ok(load_z(text.p), &e);
	whole = c;
	ck_ok(conf_load(&b, NULL, &plain, &e), &e);
	buf_init(&shown, &b, 1 << 20);
	buf_init(&again, &b, 1 << 20);
	conf_put_all(&shown, &whole, NULL, NULL);
	conf_put_all(&again, &plain, NULL, NULL);
	ck_assert_str_eq(shown.p, again.p);
}
END_TEST

START_TEST(the_shown_configuration_can_be_loaded_again)
{
	struct buf shown, again;
	struct conf first;

	ck_ok(load_z("[site]\naddress = Kontor GmbH\n  Hafen 1\n  20457 Hamburg\n[web]\n"
		     "trusted_proxies = 10.0.0.1,\n\t10.0.0.2\n[cache]\nsocket =\n"),
	    &e);
	first = c;
	buf_init(&shown, &b, 1 << 20);
	conf_put_all(&shown, &first, NULL, NULL);
	ck_ok(load_z(shown.p), &e);
	buf_init(&again, &b, 1 << 20);
	conf_put_all(&again, &c, NULL, NULL);
	ck_assert_str_eq(shown.p, again.p);
	ck_str(c.site_address, "Kontor GmbH\nHafen 1\n20457 Hamburg");
	ck_assert_uint_eq(c.web_trusted_proxies.n, 2);
	ck_assert_uint_eq(c.cache_socket.n, 0);
}
END_TEST

static const struct {
	const char *text, *field;
	int64_t number;
} good[] = {
    {"[web]\ndeadline_ms = 100\n", "deadline_ms", 100},
    {"[web]\ndeadline_ms=60000\n", "deadline_ms", 60000},
    {"[web]\r\ndeadline_ms = 2000\r\n", "deadline_ms", 2000},
    {"\xef\xbb\xbf[web]\ndeadline_ms = 2000\n", "deadline_ms", 2000},
    {"# c\n; c\n\n[web]\n# c\ndeadline_ms : 2000", "deadline_ms", 2000},
    {"[web]\n  deadline_ms = 2000\n", "deadline_ms", 2000},
    {"[db]\nname = x\n[web]\ndeadline_ms = 2000\n[db]\nuser = y\n", "deadline_ms", 2000},
    {"[web]\nbody_max_b = 1k\n", "body_max_b", 1024},
    {"[web]\nbody_max_b = 1M\n", "body_max_b", 1048576},
    {"[web]\nbody_max_b = 5000\n", "body_max_b", 5000},
    {"[web]\nrequest_mem_b = 4G\n", "request_mem_b", INT64_C(4294967296)},
    {"[limits]\nsearch = 10/minute; 100/hour per session\n", "search", 0},
    {"[limits]\npages = off\n", "pages", 0},
    {"[test]\nfaults = yes\n", "faults", 1},
    {"[test]\nfaults = Off\n", "faults", 0},
    {"[log]\nlevel = warn\n", "level", 0},
    {"[site]\nname = 南京路 # 5\n", "name", 0},
    {"[site]\nlanguages = ar\n", "languages", 0},
    {"[site]\nurl = https://example.org:8443/shop\n", "url", 0},
    {"[paths]\noverride_dir =\n", "override_dir", 0},
};

START_TEST(good_files_are_taken)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	ck_ok(load_z(good[_i].text), &e);
	for (size_t i = 0; i < n; i++) {
		const void *p = (const char *)&c + s[i].offset;

		if (strcmp(s[i].key, good[_i].field) != 0)
			continue;
		if (s[i].type == CONF_BOOL)
			ck_assert_int_eq(*(const bool *)p, good[_i].number);
		else if (s[i].type >= CONF_INT)
			ck_assert_int_eq(*(const int64_t *)p, good[_i].number);
		return;
	}
	ck_abort_msg("no such setting");
}
END_TEST

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *text, *reason;
} bad[] = {
    {"[nosuch]\nx = 1\n", ":2: there is no section [nosuch]; the sections are: site, db, cache"},
    {"[web]\nnosuch = 1\n",
	":2: [web] has no setting \"nosuch\"; its settings are: deadline_ms, order_deadline_ms, grace_ms"},
    {"name = x\n[site]\n", ":1: \"name\" precedes the first [section]"},
    {"[web]\n\ndeadline_ms = 99\n", ":3: web.deadline_ms must be a whole number of ms from 100 to 60000, not \"99\""},
    {"[web]\ndeadline_ms = 60001\n", ":2: web.deadline_ms must be"},
    {"[web]\ndeadline_ms = 5s\n", ":2: web.deadline_ms must be"},
    {"[web]\ndeadline_ms = -5000\n", ":2: web.deadline_ms must be"},
    {"[web]\ndeadline_ms = 99999999999999999999\n", ":2: web.deadline_ms must be"},
    {"[web]\ndeadline_ms =\n", ":2: web.deadline_ms must be"},
    {"[web]\ndeadline_ms = 2000 ; two\n", ":2: a comment must be on a line of its own"},
    {"[site]\nname =;two\n", ":2: a comment must be on a line of its own"},
    {"[web]\ndeadline_ms = 2000\ndeadline_ms = 2000\n", ":3: web.deadline_ms was already given in line 2"},
    {"[web]\ndeadline_ms = 2000\n[db]\n[web]\ndeadline_ms = 1000\n", ":5: web.deadline_ms was already given in line 2"},
    {"[web]\nbody_max_b = 2M\n", ":2: web.body_max_b must be"},
    {"[web]\nbody_max_b = k\n", ":2: web.body_max_b must be"},
    {"[web]\nbody_max_b = 9223372036854775807G\n", ":2: web.body_max_b must be"},
    {"[test]\nfaults = maybe\n", ":2: test.faults must be yes or no, not \"maybe\""},
    {"[test]\nfaults =\n", ":2: test.faults must be yes or no"},
    {"[log]\nlevel = loud\n", ":2: log.level must be one of debug|info|warn|error, not \"loud\""},
    {"[db]\nsocket = mysql.sock\n", ":2: db.socket must be an absolute path"},
    {"[paths]\nmedia_dir =\n", ":2: paths.media_dir must have 1 to 190 bytes"},
    {"[site]\nname =\n", ":2: site.name must have 1 to 120 bytes, not 0"},
    {"[site]\nname = " X50 X50 X50 "\n", ":2: site.name must have 1 to 120 bytes, not 150"},
    {"[limits]\nsearch = 10/fortnight\n",
	":2: limits.search: \"10/fortnight\": the time must be second, minute, hour or day"},
    {"[site]\n[limits]\n\nplace = 201/hour per all\n", ":4: limits.place: \"201/hour\": the number must be 1 to 200"},
    {"[limits]\npages = 10/minute per session\n", ":2: limits.pages: this limit must be per address"},
    {"[limits]\ncart = 10/minute ; 5/hour\n", ":2: a comment must be on a line of its own"},
    {"[limits]\nlogin = 10/minute\n", ":2: [limits] has no setting \"login\"; its settings are: pages, search, cart"},
    {"[site]\nimprint = " X50 X50 X50 X50 "\n", ":2: the line is too long"},
    {"[site]\nname = a\n  b\n", ":3: the line is indented, but site.name must be a single line"},
    {"[site]\naddress = a\n  vat_id = DE1\n", ":3: the line is indented, so it would continue site.address"},
    {"[site]\naddress = a\n [db]\n", ":3: the line is indented, so it would continue site.address"},
    {"[site\nname = a\n", ":1: a section is written [name], alone on its line"},
    {"[site] name = a\n", ":1: a section is written [name], alone on its line"},
    {"[site]\nname\n", ":2: this is neither [section] nor name = value nor a comment"},
    {"[site]\nname = \xff\n", ":2: the line is not UTF-8"},
    {"[site]\nname = a\x01z\n", ":2: a control character"},
    {"[site]\nlanguages =\n", ":2: site.languages must have 1 or more entries"},
    {"[site]\nlanguages = en,,de\n", ":2: site.languages must have at most 16 comma-separated entries"},
    {"[site]\nlanguages = en, EN\n", ":2: site.languages names \"EN\" twice"},
    {"[site]\nlanguages = e/n\n", ":2: site.languages: \"e/n\" is not a language tag"},
    {"[site]\nlanguages = a1,b2,c3,d4,e5,f6,g7,h8,i9,j1,k2,l3,m4,n5,o6,p7,q8\n", ":2: site.languages must have"},
    {"[site]\ncurrency = EUX\n", ":2: site.currency must be a code of ISO 4217"},
    {"[site]\ncountry = de\n", ":2: site.country must be two capital letters"},
    {"[site]\nurl = ftp://example.org\n", ":2: site.url must be http"},
    {"[site]\nurl = https://example.org/\n", ":2: site.url must be http"},
    {"[site]\nurl = https:///shop\n", ":2: site.url must be http"},
    {"[site]\nsender = nobody\n", ":2: site.sender must be a mail address"},
    {"[cache]\nsoft_s = 100\nhard_s = 50\n", ":2: cache.soft_s must not exceed cache.hard_s (50)"},
    {"[web]\n = 5\n", ":2: "},
};

START_TEST(bad_files_are_refused_with_line_and_reason)
{
	ck_assert_msg(!load_z(bad[_i].text), "taken: %s", bad[_i].text);
	ck_assert_int_eq(e.kind, ERR_INPUT);
	ck_assert_msg(
	    strncmp(e.msg, bad[_i].reason, strlen(bad[_i].reason)) == 0, "'%s' is not '%s'", e.msg, bad[_i].reason);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	ck_assert(!load("[site]\nname = a\0b\n", 18));
	ck_assert_str_eq(e.msg, ":2: a NUL byte");
}
END_TEST

START_TEST(a_missing_file_is_not_found)
{
	err_clear(&e);
	ck_assert(!conf_load(&a, "/nonexistent/kontor.conf", &c, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
}
END_TEST

static int told;

static void
tell(void *arg, const char *text)
{
	ck_assert_ptr_eq(arg, &told);
	ck_assert_ptr_nonnull(strstr(text, ":"));
	told++;
}

START_TEST(every_fault_is_reported_and_the_first_is_the_error)
{
	const char text[] = "[web]\ndeadline_ms = 1\nnosuch = 2\n[db]\nport = 0\n";
	FILE *f;

	err_clear(&e);
	snprintf(path, sizeof(path), "/tmp/kontor-conf-XXXXXX");
	f = fdopen(mkstemp(path), "w");
	fputs(text, f);
	fclose(f);
	told = 0;
	ck_assert(!conf_load_report(&a, path, &c, tell, &told, &e));
	unlink(path);
	ck_assert_int_eq(told, 3);
	ck_assert_ptr_nonnull(strstr(e.msg, ":2: web.deadline_ms"));
}
END_TEST

START_TEST(every_row_has_a_help_text_and_a_name_that_is_not_taken)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_gt(strlen(s[i].help), 10);
		for (size_t j = 0; j < i; j++)
			ck_assert(strcmp(s[i].section, s[j].section) != 0 || strcmp(s[i].key, s[j].key) != 0);
		for (size_t j = 0; j + 1 < i; j++) /* the rows of a section stand together */
			ck_assert(
			    strcmp(s[i].section, s[j].section) != 0 || strcmp(s[i - 1].section, s[j].section) == 0);
	}
}
END_TEST

static const struct {
	const char *text, *key, *value, *after;
} edits[] = {
    {"", "name", "X", "[site]\nname = X\n"},
    {"[site]\nname = A\n", "name", "X", "[site]\nname = X\n"},
    {"[site]\nname = A", "name", "X", "[site]\nname = X\n"},
    {"[site]\n# why\nname = A\nurl = u\n", "name", "X", "[site]\n# why\nname = X\nurl = u\n"},
    {"[site]\n# help\n#name = A\n\n#url = u\n", "name", "X", "[site]\n# help\nname = X\n\n#url = u\n"},
    {"[site]\n#name = A\nname = B\n", "name", "X", "[site]\n#name = A\nname = X\n"},
    {"[site]\nname = B\n#name = A\n", "name", "X", "[site]\nname = X\n#name = A\n"},
    {"[site]\nurl = u\n[db]\nname = d\n", "name", "X", "[site]\nurl = u\nname = X\n[db]\nname = d\n"},
    {"[db]\nname = d\n", "name", "X", "[db]\nname = d\n\n[site]\nname = X\n"},
    {"[db]\n#name = d\n[site]\n", "name", "X", "[db]\n#name = d\n[site]\nname = X\n"},
    {"[site]\naddress = a\n\tb\n  c\nurl = u\n", "address", "X\nY", "[site]\naddress = X\n\tY\nurl = u\n"},
    {"[site]\naddress = a\n\tb\n", "address", "", "[site]\naddress =\n"},
    {"[site]\nname=A\n", "name", "X", "[site]\nname = X\n"},
    {"; c\n\n[ site ]\n[site]\nvat_id = 1\n", "name", "X", "; c\n\n[ site ]\n[site]\nvat_id = 1\nname = X\n"},
};

START_TEST(an_edit_changes_one_setting_and_no_other_line)
{
	struct str after;

	after = conf_edit(&a, str_z(edits[_i].text), "site", edits[_i].key, str_z(edits[_i].value));
	ck_str(after, edits[_i].after);
	ck_str(conf_edit(&a, after, "site", edits[_i].key, str_z(edits[_i].value)), edits[_i].after);
}
END_TEST

static bool
with(const char *name, const char *value, struct conf *out)
{
	const struct conf_setting *s;

	err_clear(&e);
	s = conf_find(str_z(name), &e);
	ck_assert_msg(s != NULL, "%s", e.msg);
	return conf_with(&a, &c, s, str_z(value), out, &e);
}

START_TEST(one_value_is_checked_as_a_file_would_be_and_changes_nothing_else)
{
	struct conf out;
	uint64_t before;

	ck_assert(load_z("[site]\nname = Tea\n[shipping]\ncountries = DE,\n AT\n"));
	ck_assert(c.lines[conf_find(STR("site.name"), &e) - conf_settings(&(size_t){0})] == 2);
	before = conf_merchant_hash(&c, 0);
	ck_assert_uint_eq(c.merchant, before);
	ck_ok(with("site.address", "Hafen 1\n20457 Hamburg", &out), &e);
	ck_str(out.site_address, "Hafen 1\n20457 Hamburg");
	ck_str(out.site_name, "Tea");
	ck_str(c.site_address, "");
	ck_assert_uint_ne(conf_merchant_hash(&out, 0), before);
	ck_assert_uint_ne(conf_merchant_hash(&c, 1), before);
	ck_ok(with("shipping.countries", "eu,-FR,\n CH", &out), &e);
	ck_str(conf_value(&a, &out, conf_find(STR("shipping.countries"), &e)), "eu, -FR, CH");
	ck_assert(!with("site.phone", "1\n2", &out) && strstr(e.msg, "in one line") != NULL);
	ck_assert(!with("site.name", "", &out) && strcmp(e.msg, "site.name must have 1 to 120 bytes, not 0") == 0);
	ck_assert(!with("shipping.countries", "", &out) && strstr(e.msg, "or more entries") != NULL);
	ck_assert(!with("site.url", "https://example.org", &out) && e.kind == ERR_INPUT);
	ck_str(out.site_url, "http://127.0.0.1:8080");
	err_clear(&e);
	ck_assert(conf_find(STR("site"), &e) == NULL && e.kind == ERR_INPUT);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *tc = tcase_create("conf");
	SRunner *sr;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_defaults_are_a_valid_configuration);
	tcase_add_test(tc, the_example_with_every_line_taken_in_gives_the_defaults);
	tcase_add_test(tc, the_shown_configuration_can_be_loaded_again);
	tcase_add_loop_test(tc, good_files_are_taken, 0, (int)ARRAY_LEN(good));
	tcase_add_loop_test(tc, bad_files_are_refused_with_line_and_reason, 0, (int)ARRAY_LEN(bad));
	tcase_add_loop_test(tc, an_edit_changes_one_setting_and_no_other_line, 0, (int)ARRAY_LEN(edits));
	tcase_add_test(tc, one_value_is_checked_as_a_file_would_be_and_changes_nothing_else);
	tcase_add_test(tc, a_nul_byte_is_refused);
	tcase_add_test(tc, a_missing_file_is_not_found);
	tcase_add_test(tc, every_fault_is_reported_and_the_first_is_the_error);
	tcase_add_test(tc, every_row_has_a_help_text_and_a_name_that_is_not_taken);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_set_tap(sr, "-");
	srunner_run_all(sr, CK_SILENT);
	srunner_free(sr);
	return EXIT_SUCCESS;
}
