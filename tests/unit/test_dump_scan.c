#include <string.h>

#include "plat/host/dump_scan.h"
#include "unit.h"

static const char dump[] = "-- MariaDB dump\n"
			   "\n"
			   "CREATE TABLE `empty` (\n  `a` int(11) DEFAULT NULL\n) ENGINE=InnoDB;\n"
			   "CREATE TABLE `tea` (\n  `a` varchar(9) COMMENT 'INSERT INTO `no` VALUES (1)'\n);\n"
			   "LOCK TABLES `tea` WRITE;\n"
			   "INSERT INTO `tea` VALUES\n"
			   "(1,'a;b(\\'),(\\\\'),\n"
			   "(2,'it''s \"(','(')\n,(3,\"'(\",0xFF28);\n"
			   "INSERT INTO `tea` VALUES (4,'',(5)),(5,'\\nINSERT INTO `tea` VALUES (6)',1);\n"
			   "UNLOCK TABLES;\n"
			   "/*!50001 CREATE ALGORITHM=UNDEFINED */\n"
			   "/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n"
			   "/*!50001 VIEW `v` AS select 1 */;\n"
			   "-- Dump completed on 2026-11-24  5:54:47\n";

static struct arena arena;

/* Scans the text in parts of `step` bytes; returns the kept bytes. */
static struct str
scan(struct dump_scan *s, const char *text, size_t step)
{
	struct str rest = str_z(text);
	struct buf out;

	arena_fini(&arena);
	arena_init(&arena, (size_t)8 << 20);
	buf_init(&out, &arena, 1 << 20);
	dump_scan_init(s, &arena);
	while (rest.n > 0) {
		dump_scan_take(s, str_head(rest, step), &out);
		rest = str_from(rest, step);
	}
	dump_scan_end(s, &out);
	return buf_str(&out);
}

START_TEST(rows_are_counted_however_the_input_is_split)
{
	for (size_t step = 1; step <= sizeof(dump); step++) {
		struct dump_scan s;

		scan(&s, dump, step);
		ck_assert_uint_eq(s.n_tables, 2);
		ck_str(s.tables[0].name, "empty");
		ck_assert_uint_eq(s.tables[0].rows, 0);
		ck_str(s.tables[1].name, "tea");
		ck_assert_msg(s.tables[1].rows == 5, "step %zu: %llu rows", step, (unsigned long long)s.tables[1].rows);
		ck_assert(s.complete);
	}
}
END_TEST

START_TEST(only_the_definer_of_a_view_is_removed)
{
	static const char maker[] = " DEFINER=`root`@`localhost`";
	size_t at = (size_t)(strstr(dump, maker) - dump);
	struct str want;

	for (size_t step = 1; step <= sizeof(dump); step++) {
		struct dump_scan s;
		struct str got = scan(&s, dump, step);

		want = str_fmt(&arena, "%.*s%s", (int)at, dump, dump + at + sizeof(maker) - 1);
		ck_assert_msg(str_eq(got, want), "step %zu:\n%.*s", step, STR_ARG(got));
	}
}
END_TEST

START_TEST(a_definer_inside_a_row_stays)
{
	static const char row[] = "INSERT INTO `t` VALUES ('\\n/*!50013 DEFINER=`a`@`b` SQL SECURITY DEFINER */');\n";
	struct dump_scan s;

	ck_str(scan(&s, row, 7), row);
	ck_assert_uint_eq(s.tables[0].rows, 1);
}
END_TEST

START_TEST(a_text_without_its_last_line_is_not_complete)
{
	static const char *const texts[] = {"", "-- Dump completed on 2026\nmore;\n",
	    "INSERT INTO `t` VALUES ('-- Dump completed", "INSERT INTO `t` VALUES ('\n-- Dump completed\n');\n",
	    "CREATE TABLE `t` (\n"};
	struct dump_scan s;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		scan(&s, texts[i], 5);
		ck_assert_msg(!s.complete, "%s", texts[i]);
	}
	scan(&s, "-- Dump completed\n\n", 5);
	ck_assert(s.complete);
	scan(&s, "-- Dump completed", 5);
	ck_assert(s.complete);
}
END_TEST

START_TEST(a_line_longer_than_its_head_goes_through)
{
	char text[3 * DUMP_SCAN_HEAD_B];
	struct dump_scan s;

	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 20, "\n-- Dump completed\n", 20);
	ck_str(scan(&s, text, 100), text);
	ck_assert(s.complete);
}
END_TEST

UNIT_MAIN("dump_scan", rows_are_counted_however_the_input_is_split, only_the_definer_of_a_view_is_removed,
    a_definer_inside_a_row_stays, a_text_without_its_last_line_is_not_complete,
    a_line_longer_than_its_head_goes_through)
