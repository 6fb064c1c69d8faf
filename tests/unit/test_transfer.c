#include <stdio.h>
#include <string.h>

#include "pay/transfer.h"
#include "plat/text/qr.h"
#include "unit.h"

#define QUIET 4
#define SIDE_MAX 80

static struct arena a;

static void
setup(void)
{
	arena_init(&a, 1 << 20);
}

static void
teardown(void)
{
	arena_fini(&a);
}

static struct money
euro(int64_t minor)
{
	struct money m = {.minor = minor};

	ck_assert(currency_find(STR("EUR"), &m.cur));
	return m;
}

/* The squares of the path, one byte each: '#' or ' '. */
static int
draw(const struct qr *qr, char at[SIDE_MAX][SIDE_MAX])
{
	struct str rest = qr->path, piece;

	memset(at, ' ', (size_t)SIDE_MAX * SIDE_MAX);
	ck_assert_int_le(qr->side, SIDE_MAX);
	while (str_cut(&rest, 'z', &piece) && piece.n > 0) {
		int x, y, run, back;

		ck_assert_int_eq(sscanf(str_zdup(&a, piece), "M%d %dh%dv1h-%d", &x, &y, &run, &back), 4);
		ck_assert(x >= 0 && y >= 0 && run > 0 && run == back && x + run <= qr->side && y < qr->side);
		memset(&at[y][x], '#', (size_t)run);
	}
	return qr->side;
}

START_TEST(the_account_is_found_in_the_bank_details)
{
	static const char *const found[][4] = {
	    {"Kontor & Sons\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001", "Kontor & Sons",
		"DE02120300000000202051", "BYLADEM1001"},
	    {"Kontoinhaber: Müller GmbH\n\nDeutsche Bank Hamburg\nIBAN: NO93 8601 1117 947", "Müller GmbH",
		"NO9386011117947", ""},
	    {"DE02120300000000202051, BIC/SWIFT: BYLADEM", "The shop", "DE02120300000000202051", ""},
	    {"IBAN DE02120300000000202051, BIC/SWIFT: BYLADEMM\nSparkasse", "The shop", "DE02120300000000202051",
		"BYLADEMM"},
	    {"Holder:\nDE02120300000000202051", "Holder:", "DE02120300000000202051", ""}};
	struct transfer_account t;

	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		ck_assert(transfer_account_find(&a, str_z(found[i][0]), STR(" The shop"), &t));
		ck_str(t.holder, found[i][1]);
		ck_str(t.iban, found[i][2]);
		ck_str(t.bic, found[i][3]);
	}
	ck_assert(!transfer_account_find(&a, STR(""), STR("The shop"), &t));
	ck_assert(!transfer_account_find(&a, STR("Kontor\nIBAN DE03 1203 0000 0000 2020 51"), STR("The shop"), &t));
}
END_TEST

START_TEST(the_code_has_the_lines_of_the_standard)
{
	struct transfer_account t = {.holder = STR("Müller & Söhne GmbH"), .iban = STR("DE02120300000000202051")};
	struct str code;

	ck_assert(transfer_code(&a, &t, euro(4999), STR("K-1001"), &code));
	ck_str(code, "BCD\n002\n1\nSCT\n\nMüller & Söhne GmbH\nDE02120300000000202051\nEUR49.99\n\n\nK-1001");
	t.bic = STR("BYLADEM1001");
	t.holder = STR("A\tB");
	ck_assert(transfer_code(&a, &t, euro(1), STR("K-1"), &code));
	ck_str(code, "BCD\n002\n1\nSCT\nBYLADEM1001\nA B\nDE02120300000000202051\nEUR0.01\n\n\nK-1");
	t.holder = STR("äbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghijX");
	ck_assert(transfer_code(&a, &t, euro(99999999999), STR("K-1"), &code));
	ck_str(code, "BCD\n002\n1\nSCT\nBYLADEM1001\n"
		     "äbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghijäbcdefghij\n"
		     "DE02120300000000202051\nEUR999999999.99\n\n\nK-1");
}
END_TEST

START_TEST(no_code_orders_what_a_transfer_cannot)
{
	struct transfer_account t = {.holder = STR("Kontor"), .iban = STR("DE02120300000000202051")};
	struct money pounds = euro(100);
	char wide[70 * 4 + 1] = "";
	struct str code;

	ck_assert(currency_find(STR("GBP"), &pounds.cur));
	ck_assert(!transfer_code(&a, &t, pounds, STR("K-1"), &code));
	ck_assert(!transfer_code(&a, &t, euro(0), STR("K-1"), &code));
	ck_assert(!transfer_code(&a, &t, euro(100000000000), STR("K-1"), &code));
	for (size_t i = 0; i < 70; i++)
		memcpy(wide + 4 * i, "𝄞", 4);
	t.holder = str_z(wide);
	ck_assert(transfer_code(&a, &t, euro(1), STR("K1"), &code));
	ck_assert_uint_eq(code.n, 331);
	ck_assert(!transfer_code(&a, &t, euro(1), STR("K-1"), &code));
	t.holder = STR_NONE;
	ck_assert(!transfer_code(&a, &t, euro(1), STR("K-1"), &code));
}
END_TEST

/* browser.t reads the code from the page with another program's decoder. */
START_TEST(the_picture_has_its_finders_and_a_quiet_zone)
{
	static const char *const finder[] = {
	    "####### ", "#     # ", "# ### # ", "# ### # ", "# ### # ", "#     # ", "####### ", "        "};
	static char at[SIDE_MAX][SIDE_MAX];
	struct qr qr;
	int side;

	ck_assert(qr_make(&a,
	    STR("BCD\n002\n1\nSCT\n\nMüller & Söhne GmbH\nDE02120300000000202051\nEUR49.99\n\n\nK-1001"), &qr));
	side = draw(&qr, at);
	ck_assert_int_eq(side, 37 + 2 * QUIET); /* version 5 */
	for (int y = 0; y < side; y++)
		for (int x = 0; x < side; x++)
			if (x < QUIET || y < QUIET || x >= side - QUIET || y >= side - QUIET)
				ck_assert_int_eq(at[y][x], ' ');
	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++) {
			ck_assert_int_eq(at[QUIET + y][QUIET + x], finder[y][x]);
			ck_assert_int_eq(at[QUIET + y][side - 1 - QUIET - x], finder[y][x]);
			ck_assert_int_eq(at[side - 1 - QUIET - y][QUIET + x], finder[y][x]);
		}
}
END_TEST

START_TEST(the_picture_holds_331_bytes_and_no_more)
{
	char text[333];
	struct qr qr;

	memset(text, 'a', sizeof(text));
	ck_assert(qr_make(&a, str_n(text, 331), &qr));
	ck_assert_int_eq(qr.side, 69 + 2 * QUIET);
	ck_assert(!qr_make(&a, str_n(text, 332), &qr));
	ck_assert(!qr_make(&a, STR_NONE, &qr));
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "transfer", the_account_is_found_in_the_bank_details,
    the_code_has_the_lines_of_the_standard, no_code_orders_what_a_transfer_cannot,
    the_picture_has_its_finders_and_a_quiet_zone, the_picture_holds_331_bytes_and_no_more)
