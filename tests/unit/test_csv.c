#include <string.h>
#include <unistd.h>

#include "plat/text/csv.h"
#include "unit.h"

static struct arena a;

static void
setup(void)
{
	arena_init(&a, 32 << 20);
}

static void
teardown(void)
{
	arena_fini(&a);
}

static struct csv *
open_mem(struct str s)
{
	struct err e = {0};
	struct csv *c = NULL;

	setup();
	ck_ok(csv_open_mem(&a, s, &c, &e), &e);
	return c;
}

/* Rows as text: fields between |, rows between newlines, bad rows as !line:col. */
static struct str
all(struct str s)
{
	struct csv *c = open_mem(s);
	struct err e = {0};
	struct cells row;
	struct csv_bad bad;
	struct buf out;

	buf_init(&out, &a, 1 << 20);
	for (;;) {
		switch (csv_next(c, &row, &bad, &e)) {
		case CSV_ROW:
			for (size_t i = 0; i < row.n; i++) {
				buf_z(&out, i == 0 ? "" : "|");
				buf_put(&out, row.cell[i].text);
			}
			break;
		case CSV_BAD: buf_fmt(&out, "!%u:%u", bad.line, bad.col); break;
		case CSV_END: return buf_str(&out);
		case CSV_FAILED: return STR("failed");
		}
		buf_ch(&out, '/');
	}
}

#define ck_table(text, z)                                                                                              \
	do {                                                                                                           \
		ck_str(all(STR(text)), (z));                                                                           \
		teardown();                                                                                            \
	} while (0)

START_TEST(csv_reads_all_three_line_ends_and_skips_empty_lines)
{
	ck_table("a,b\r\nc,d\ne,f\rg,h", "a|b/c|d/e|f/g|h/");
	ck_table("a,b\n\n\r\n\rc,d\n", "a|b/c|d/");
	ck_table("", "");
	ck_table("\n", "");
}
END_TEST

START_TEST(csv_reads_quotes_and_line_breaks_inside_fields)
{
	ck_table("\"a\"\"b\",\"c\nd\",\"\"\n", "a\"b|c\nd|/");
	ck_table("\"a,b\",c\n", "a,b|c/");
	ck_table("5\" pipe,x\n", "5\" pipe|x/");
	ck_table(",,\n", "||/");
	ck_table("\"\"\n", "/");
}
END_TEST

START_TEST(csv_accepts_a_byte_order_mark_and_other_separators)
{
	ck_table("\xef\xbb\xbfHandle,Title\nx,y", "Handle|Title/x|y/");
	ck_table("Handle;Title;A,B\nx;1,5;z", "Handle|Title|A,B/x|1,5|z/");
	ck_table("Handle\tTitle\nx\ty, z", "Handle|Title/x|y, z/");
	ck_table("\xff\xfeH", "failed");
	ck_table("PK\3\4zip", "failed");
	ck_table("\xd0\xcf\x11\xe0xls", "failed");
	ck_table("sep=;\r\nHandle;Title\r\nx;1,5\r\n", "Handle|Title/x|1,5/");
	ck_table("\xef\xbb\xbfSEP=|\nHandle|a,b,c\n", "Handle|a,b,c/");
	ck_table("sep=\nx\n", "sep=/x/");
	ck_table("a,b\0\nc,d\n", "a|b/c|d/");
}
END_TEST

START_TEST(csv_reports_a_bad_row_and_continues_after_it)
{
	ck_table("a,b\n\"x\"y,z\nc,d\n", "a|b/!2:4/c|d/");
	ck_table("a,b\nc,\"d\ne\n", "a|b/!2:3/");
	ck_table("a,\xff\nc,d\n", "!1:3/c|d/");
}
END_TEST

START_TEST(csv_places_count_lines_inside_fields_and_code_points)
{
	struct csv *c = open_mem(STR("\"a\nb\",\xc3\xa4\xc3\xa4,c\nd,e\n"));
	struct err e = {0};
	struct cells row;
	struct csv_bad bad;

	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_assert_uint_eq(row.line, 1);
	ck_assert_uint_eq(row.cell[1].line, 2);
	ck_assert_uint_eq(row.cell[1].col, 4);
	ck_assert_uint_eq(row.cell[2].col, 7);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_assert_uint_eq(row.line, 3);
	ck_assert_uint_eq(row.cell[1].col, 3);
	teardown();
}
END_TEST

START_TEST(csv_refuses_fields_rows_and_column_counts_over_their_limits)
{
	static char big[CSV_ROW_MAX_B + 64];

	memset(big, 'x', sizeof(big));
	big[CSV_FIELD_MAX_B + 1] = '\n';
	memcpy(big + CSV_FIELD_MAX_B + 2, "a,b\n", 4);
	ck_str(all(str_n(big, CSV_FIELD_MAX_B + 6)), "!1:1/a|b/");
	teardown();
	for (size_t i = 1; i < sizeof(big); i++)
		big[i] = i % 200000 == 0 ? ',' : 'x';
	ck_str(all(str_n(big, sizeof(big))), "!1:1/");
	teardown();
	memset(big, ',', 600);
	ck_str(all(str_n(big, 600)), "!1:513/");
	teardown();
}
END_TEST

START_TEST(csv_written_cells_never_start_a_formula_and_read_back_unchanged)
{
	static const char *const cells[] = {"＝1+1", "＋x", "－x", "＠x", "'＝x",
	    "=1+1", "+x", "-x", "@x", "\tx", "\rx", "'=x", "''-x", "'", "'x", "-1.50",
	    "", "a\"b", "a,b", "a\nb", "a;b", "-", "- ", "1-2"};
	struct buf out;
	struct csv *c;
	struct err e = {0};
	struct cells row;
	struct csv_bad bad;

	setup();
	buf_init(&out, &a, 10000);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		csv_put(&out, str_z(cells[i]), i == 0);
	csv_end_row(&out);
	ck_ok(csv_open_mem(&a, buf_str(&out), &c, &e), &e);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_assert_uint_eq(row.n, ARRAY_LEN(cells));
	for (size_t i = 0; i < row.n; i++)
		ck_str(row.cell[i].text, cells[i]);
	ck_assert_int_lt((int)str_find(buf_str(&out), STR("\"=")), 0);
	ck_assert_int_lt((int)str_find(buf_str(&out), STR(",=")), 0);
	buf_init(&out, &a, 100);
	csv_put(&out, STR("=cmd"), true);
	ck_str(buf_str(&out), "\"'=cmd\"");
	out.n = 0;
	csv_put(&out, STR("＝cmd"), true);
	ck_str(buf_str(&out), "\"'＝cmd\"");
	teardown();
}
END_TEST

START_TEST(csv_reads_the_same_from_a_descriptor_in_any_pieces)
{
	static const char text[] = "a,\"b\r\nc\"\r\nd,e\r\n";
	struct err e = {0};
	struct cells row;
	struct csv_bad bad;
	struct csv *c;
	int fds[2];

	setup();
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], text, sizeof(text) - 1), sizeof(text) - 1);
	close(fds[1]);
	ck_ok(csv_open(&a, fds[0], &c, &e), &e);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_str(row.cell[1].text, "b\r\nc");
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_ROW);
	ck_assert_uint_eq(row.line, 3);
	ck_assert_int_eq(csv_next(c, &row, &bad, &e), CSV_END);
	ck_assert_uint_eq(csv_done_b(c), sizeof(text) - 1);
	close(fds[0]);
	teardown();
}
END_TEST

UNIT_MAIN("csv", csv_reads_all_three_line_ends_and_skips_empty_lines, csv_reads_quotes_and_line_breaks_inside_fields,
    csv_accepts_a_byte_order_mark_and_other_separators, csv_reports_a_bad_row_and_continues_after_it,
    csv_places_count_lines_inside_fields_and_code_points,
    csv_refuses_fields_rows_and_column_counts_over_their_limits,
    csv_written_cells_never_start_a_formula_and_read_back_unchanged,
    csv_reads_the_same_from_a_descriptor_in_any_pieces)
