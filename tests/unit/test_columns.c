#include "plat/text/columns.h"
#include "unit.h"

static struct arena a;

static struct str
printed(const struct columns *c)
{
	struct buf b;

	buf_init(&b, &a, 1 << 16);
	columns_print(c, &b);
	return buf_str(&b);
}

START_TEST(columns_are_aligned_by_the_width_on_a_terminal)
{
	struct columns c;

	arena_init(&a, 1 << 20);
	columns_init(&c, &a, "NAME|>SUM|TO");
	columns_put(&c, STR("J\xc3\xb6rg"));
	columns_put(&c, STR("5.00"));
	columns_put(&c, STR("DE"));
	columns_put(&c, STR("\xe7\x8e\x8b\xe8\x8a\xb3")); /* two wide signs */
	columns_put(&c, STR("1112.00"));
	columns_put(&c, STR(""));
	columns_put(&c, STR("o\xcc\x88x")); /* a combining mark */
	columns_put(&c, STR(""));
	columns_put(&c, STR("AT"));
	ck_str(printed(&c), "NAME      SUM  TO\n"
			    "J\xc3\xb6rg     5.00  DE\n"
			    "\xe7\x8e\x8b\xe8\x8a\xb3  1112.00\n"
			    "o\xcc\x88x             AT\n");
	arena_fini(&a);
}
END_TEST

START_TEST(columns_without_a_row_are_nothing)
{
	struct columns c;

	arena_init(&a, 1 << 20);
	columns_init(&c, &a, "NAME|>SUM");
	ck_str(printed(&c), "");
	arena_fini(&a);
}
END_TEST

START_TEST(text_of_a_buyer_does_not_steer_the_terminal)
{
	arena_init(&a, 1 << 20);
	ck_str(columns_plain(&a, STR("a\x1b[2J\x07\xc2\x9b b"), false), "a?[2J?? b");
	ck_str(columns_plain(&a, STR("x\xe2\x80\xaey\xe2\x81\xa6z"), false), "x?y?z"); /* changes of direction */
	ck_str(columns_plain(&a, STR("one\r\ntwo\tthree"), false), "one two three");
	ck_str(columns_plain(&a, STR("one\r\ntwo"), true), "one\ntwo");
	ck_str(columns_plain(&a, STR("bad \xff byte"), false), "bad ? byte");
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("columns", columns_are_aligned_by_the_width_on_a_terminal, columns_without_a_row_are_nothing,
    text_of_a_buyer_does_not_steer_the_terminal)
