#include "store/sql.h"

#include <sodium.h>

static double price = 1.5;
// a comment of the new form
/* malloc(3) in a comment and "a // string" are fine. */
static const char *text = "SELECT id FROM t", *page = "<p class=\"x\">", *ok = "// malloc(1)";

static int
six(int a, int b, int c, int d, int e, int f)
{
	char *p = malloc(10);

	strcpy(p, "x");
        free(p);
	exit(1);	
	return a + b + c + d + e + f + (int)price + text[0] + page[0] + ok[0] + atoi(p);
}

static int
five(struct arena *arena, int a, int b, int c, int d, int e, struct err *err)
{
	return a + b + c + d + e + (arena != NULL) + (err != NULL) + six(1, 2, 3, 4, 5, 6);
}

static const unsigned very_long_line_that_goes_on_and_on_until_it_is_longer_than_the_one_hundred_and_twenty_columns_allowed(void);

/* Whether it is so. */
static int which;

/* Words in a comment are free: which is told. */
static const char *words = "is told";
