#include "import/number.h"
#include "unit.h"

static struct arena a;

START_TEST(number_shows_its_decimal_sign_or_that_it_is_ambiguous)
{
	static const struct {
		const char *cell;
		enum number_kind kind;
	} cells[] = {{"19.90", NUMBER_POINT}, {"19,90", NUMBER_COMMA}, {"5", NUMBER_PLAIN},
	    {"1.234", NUMBER_POINT_UNSURE}, {"1,234", NUMBER_COMMA_UNSURE}, {"0,500", NUMBER_COMMA},
	    {"0.125", NUMBER_POINT}, {"1.234,50", NUMBER_COMMA}, {"1,234.50", NUMBER_POINT},
	    {"1.234.567", NUMBER_COMMA}, {"1,234,567", NUMBER_POINT}, {"1234,567", NUMBER_COMMA},
	    {"1\u00a0234,5", NUMBER_COMMA}, {"1\u202f234", NUMBER_PLAIN}, {"1'234.50", NUMBER_POINT},
	    {"12 34", NUMBER_NONE}, {"1.2.3", NUMBER_NONE}, {"1,23.4", NUMBER_NONE}, {"12 EUR", NUMBER_NONE},
	    {"", NUMBER_NONE}, {".", NUMBER_NONE}, {"-1,5", NUMBER_COMMA}, {"'19.90", NUMBER_POINT},
	    {"１９．９０", NUMBER_POINT}, {"٣٫٥", NUMBER_POINT}, {"1,2,3", NUMBER_NONE}, {"--1", NUMBER_NONE},
	    {"1-", NUMBER_NONE}, {"453.59237", NUMBER_POINT}};

	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		ck_assert_msg(number_kind(str_z(cells[i].cell)) == cells[i].kind, "%s is %d", cells[i].cell,
		    number_kind(str_z(cells[i].cell)));
}
END_TEST

START_TEST(number_is_read_by_its_own_sign_and_else_by_the_tables)
{
	static const struct {
		const char *cell;
		char point;
		const char *plain;
	} cells[] = {{"19,90", '.', "19.90"}, {"19.90", ',', "19.90"}, {"1.234", ',', "1234"}, {"1.234", '.', "1.234"},
	    {"1,234", '.', "1234"}, {"1,234", ',', "1.234"}, {"1.234.567,8", '.', "1234567.8"}, {"1 234", '.', "1234"},
	    {"-1\u00a0000,50", ',', "-1000.50"}, {"1’234", ',', "1234"}, {"x", '.', ""}, {"\u0661\u0662", '.', "12"}};

	arena_init(&a, 10000);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		ck_str(number_plain(&a, str_z(cells[i].cell), cells[i].point), cells[i].plain);
	arena_fini(&a);
}
END_TEST

/* Prices and other numbers, separated by |; the decimal sign that is decided, or 0 when the table is refused. */
static char
decided(char separator, const char *prices, const char *others)
{
	struct number_votes votes = {0};
	struct err e = {0};
	struct str rest = str_z(prices), s;
	uint32_t line = 2;
	char point = 0;

	while (str_cut(&rest, '|', &s))
		number_vote(&votes, s, true, line++);
	for (rest = str_z(others); str_cut(&rest, '|', &s);)
		number_vote(&votes, s, false, line);
	if (number_decide(&votes, separator, &point, &e))
		return point;
	ck_assert_int_eq(e.kind, ERR_INPUT);
	return 0;
}

START_TEST(decimal_sign_is_decided_by_the_whole_table)
{
	ck_assert_int_eq(decided(';', "19,90|5", ""), ',');
	ck_assert_int_eq(decided(';', "19.90|1.234,00", ""), ','); /* each is read by its own sign */
	ck_assert_int_eq(decided(',', "1,234|19.90", ""), '.');
	ck_assert_int_eq(decided(',', "1.234|19,90", ""), ',');
	ck_assert_int_eq(decided(',', "5|6", ""), '.');
	ck_assert_int_eq(decided(';', "5|6", ""), ',');
	ck_assert_int_eq(decided('\t', "5|6", "0,5"), ',');
	ck_assert_int_eq(decided(',', "1.234", ""), '.');
	ck_assert_int_eq(decided(';', "1,234", ""), ',');
	ck_assert_int_eq(decided('\t', "1.234|7", "0,5"), ',');
}
END_TEST

START_TEST(ambiguous_prices_refuse_the_table)
{
	ck_assert_int_eq(decided(',', "1,234|7", ""), 0);
	ck_assert_int_eq(decided(';', "1.234|7", ""), 0);
	ck_assert_int_eq(decided('\t', "1.234|7", ""), 0);
	ck_assert_int_eq(decided('\t', "1,234|7", ""), 0);
	ck_assert_int_eq(decided(',', "1,234|19.90|19,90", ""), 0);
	ck_assert_int_eq(decided(';', "2.000|19.90|19,90", ""), 0);
}
END_TEST

START_TEST(number_is_rounded_half_away_from_zero)
{
	static const struct {
		const char *plain;
		int64_t value;
		bool rounded;
	} cells[] = {{"453.59237", 453592, true}, {"226.796185", 226796, true}, {"0.0005", 1, true},
	    {"-0.0005", -1, true}, {"12", 12000, false}, {"12.500000", 12500, false}, {"12.", 12000, false}};

	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		bool rounded;
		int64_t n;

		ck_assert(number_round(str_z(cells[i].plain), 3, &n, &rounded));
		ck_assert_int_eq(n, cells[i].value);
		ck_assert_int_eq(rounded, cells[i].rounded);
	}
}
END_TEST

START_TEST(amount_may_have_the_shops_own_currency_beside_it_and_no_other)
{
	ck_str(number_of_amount(STR("5,00 €"), "EUR"), "5,00");
	ck_str(number_of_amount(STR("EUR 5"), "EUR"), "5");
	ck_str(number_of_amount(STR("5 eur"), "EUR"), "5");
	ck_str(number_of_amount(STR("5 kr"), "SEK"), "5");
	ck_str(number_of_amount(STR("$5"), "CAD"), "5");
	ck_str(number_of_amount(STR("5 zł"), "PLN"), "5");
	ck_str(number_of_amount(STR("5 USD"), "EUR"), "5 USD");
	ck_str(number_of_amount(STR("$5"), "EUR"), "$5");
}
END_TEST

UNIT_MAIN("number", number_shows_its_decimal_sign_or_that_it_is_ambiguous,
    number_is_read_by_its_own_sign_and_else_by_the_tables, decimal_sign_is_decided_by_the_whole_table,
    ambiguous_prices_refuse_the_table, number_is_rounded_half_away_from_zero,
    amount_may_have_the_shops_own_currency_beside_it_and_no_other)
