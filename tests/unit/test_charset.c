#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plat/text/charset.h"
#include "unit.h"

static struct charset found;

/* The file as UTF-8, or the reason why it is refused. */
static const char *
read_as(const char *lang, const char *name, struct str bytes)
{
	static char out[4000], why[400];
	int fd = memfd_create("test", 0);
	struct err e = {0};
	ssize_t n;

	ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	found = (struct charset){.name = name, .lang = str_z(lang)};
	if (charset_open(&found, fd, &e)) {
		n = read(found.fd, out, sizeof(out) - 1);
		ck_assert_int_ge(n, 0);
		out[n] = '\0';
	} else {
		ck_assert_int_eq(e.kind, ERR_INPUT);
		snprintf(why, sizeof(why), "%s", e.msg);
	}
	if (found.fd != fd)
		close(found.fd);
	close(fd);
	return e.kind == ERR_NONE ? out : why;
}

START_TEST(charset_leaves_utf8_as_it_is)
{
	ck_assert_str_eq(read_as("en", NULL, STR("a,Käse\n")), "a,Käse\n");
	ck_assert_str_eq(found.name, "UTF-8");
	ck_assert_str_eq(read_as("en", NULL,
			     STR("\xef\xbb\xbf"
				 "a,茶\n")),
	    "\xef\xbb\xbf"
	    "a,茶\n");
	ck_assert_str_eq(read_as("en", NULL, STR("")), "");
	ck_assert_uint_eq(found.n_mended, 0);
}
END_TEST

START_TEST(charset_reads_utf16_with_and_without_its_mark)
{
	ck_assert_str_eq(read_as("en", NULL, STR("\xff\xfeK\0\xe4\0s\0e\0")), "Käse");
	ck_assert_str_eq(read_as("en", NULL, STR("\xfe\xff\0K\0\xe4\0s\0e")), "Käse");
	ck_assert_str_eq(read_as("en", NULL, STR("H\0a\0n\0d\0l\0e\0,\0\xe4\0")), "Handle,ä");
	ck_assert_str_eq(read_as("en", NULL, STR("\0H\0a\0n\0d\0l\0e\0,\0\xe4")), "Handle,ä");
	ck_assert_str_eq(read_as("en", NULL,
			     STR("\xff\xfe"
				 "a\0\x3d\xd8\x15\xdf")),
	    "a\xf0\x9f\x9c\x95");
	ck_assert_uint_eq(found.n_mended, 0);
	/* half a pair, and half a unit at the end */
	ck_assert_str_eq(read_as("en", NULL,
			     STR("\xff\xfe"
				 "a\0\x3d\xd8"
				 "b\0c")),
	    "ab");
	ck_assert_uint_gt(found.n_mended, 0);
}
END_TEST

START_TEST(charset_takes_the_encoding_of_windows_for_the_shops_language)
{
	ck_assert_str_eq(read_as("de", NULL, STR("K\xe4se \x80 5 \x96 w\xfcrzig\n")), "Käse € 5 – würzig\n");
	ck_assert_str_eq(found.name, "WINDOWS-1252");
	ck_assert_str_eq(read_as("fr", NULL, STR("th\xe9i\xe8re d\x92\xe9t\xe9\n")), "théière d’été\n");
	ck_assert_str_eq(read_as("pl", NULL, STR("z\xb3oty \xbf\xf3\xb3ty\n")), "złoty żółty\n");
	ck_assert_str_eq(read_as("ru", NULL, STR("cup,\xd7\xe0\xf8\xea\xe0 \xf7\xe0\xff\n")), "cup,Чашка чая\n");
	ck_assert_str_eq(read_as("ja", NULL, STR("tea,\x82\xa8\x92\x83\n")), "tea,お茶\n");
	/* A German supplier's table in a Russian shop. */
	ck_assert_str_eq(read_as("ru", NULL, STR("tee,K\xe4se mild\n")), "tee,Käse mild\n");
	ck_assert_str_eq(found.name, "WINDOWS-1252");
}
END_TEST

START_TEST(charset_refuses_what_makes_no_sense)
{
	static const char *const bad[] = {"cup,\xd7\xe0\xf8\xea\xe0 \xf7\xe0\xff\n", "z\xb3oty z\xb3oto\n",
	    "tea,\x82\xa8\x92\x83\x82\xa8\n", "a,\x81\n", "\xe1\xe2\xe3\xe4\xe5 \xe6\xe7\xe8\xe9\n"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(strstr(read_as("en", NULL, str_z(bad[i])), "save the file as UTF-8") != NULL, "%zu", i);
}
END_TEST

START_TEST(charset_mends_a_few_bytes_in_a_file_of_utf8)
{
	ck_assert_str_eq(read_as("en", NULL, STR("Käse, Öl\nK\xe4se\n")), "Käse, Öl\nKäse\n");
	ck_assert_uint_eq(found.n_mended, 1);
	ck_assert_uint_eq(found.mended_line, 2);
	ck_assert_str_eq(read_as("en", NULL,
			     STR("\xef\xbb\xbf"
				 "caf\xe9 \x80")),
	    "\xef\xbb\xbf"
	    "café €");
	ck_assert_uint_eq(found.n_mended, 2);
	ck_assert_str_eq(read_as("en", NULL, STR("äöü \xe2\x82")), "äöü â‚");
}
END_TEST

START_TEST(charset_takes_a_named_encoding_or_refuses_the_file)
{
	ck_assert_str_eq(read_as("en", "WINDOWS-1251", STR("\xd7\xe0\xf8\xea\xe0")), "Чашка");
	ck_assert_str_eq(read_as("en", "SHIFT_JIS", STR("\x82\xa8\x92\x83")), "お茶");
	ck_assert_str_eq(read_as("en", "ISO-8859-15", STR("5 \xa4")), "5 €");
	ck_assert_ptr_nonnull(strstr(read_as("en", "UTF-8", STR("a\nb\xe4\n")), "line 2: not UTF-8: 1 bytes"));
	ck_assert_ptr_nonnull(strstr(read_as("en", "WINDOWS-1252", STR("\x81")), "not in this encoding"));
	ck_assert_ptr_nonnull(strstr(read_as("en", "klingon", STR("a")), "not a known encoding"));
}
END_TEST

/* Sequences that are cut by the parts in which the file is read. */
START_TEST(charset_reads_large_files_and_pipes_in_any_pieces)
{
	static char big[300000], back[300010];
	struct err e = {0};
	int fds[2], fd = memfd_create("test", 0);
	ssize_t got;
	size_t n = 0;

	for (size_t i = 0; i + 3 <= sizeof(big); i += 3)
		memcpy(big + i, "\xe8\x8c\xb6", 3);
	big[sizeof(big) - 1] = '\xff';
	ck_assert_int_eq(write(fd, big, sizeof(big)), (ssize_t)sizeof(big));
	found = (struct charset){.lang = STR("en")};
	ck_ok(charset_open(&found, fd, &e), &e);
	while ((got = read(found.fd, back + n, sizeof(back) - n)) > 0)
		n += (size_t)got;
	ck_assert_uint_eq(found.n_mended, 3);
	ck_assert_int_eq(memcmp(big, back, sizeof(big) - 3), 0);
	close(found.fd);
	close(fd);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "a,b\n", 4), 4);
	close(fds[1]);
	found = (struct charset){.lang = STR("en")};
	ck_ok(charset_open(&found, fds[0], &e), &e);
	ck_assert_int_eq(read(found.fd, back, sizeof(back)), 4);
	close(found.fd);
	close(fds[0]);
}
END_TEST

UNIT_MAIN("charset", charset_leaves_utf8_as_it_is, charset_reads_utf16_with_and_without_its_mark,
    charset_takes_the_encoding_of_windows_for_the_shops_language, charset_refuses_what_makes_no_sense,
    charset_mends_a_few_bytes_in_a_file_of_utf8, charset_takes_a_named_encoding_or_refuses_the_file,
    charset_reads_large_files_and_pipes_in_any_pieces)
