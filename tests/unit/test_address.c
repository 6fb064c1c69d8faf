#include <string.h>

#include "base/err.h"
#include "shop/address_form.h"
#include "shop/mail_hint.h"
#include "shop/order_number.h"
#include "shop/payment.h"
#include "unit.h"

static struct arena a;

static struct address
good(void)
{
	return (struct address){{
	    [ADDRESS_EMAIL] = STR_INIT("anna.muster@example.org"),
	    [ADDRESS_NAME] = STR_INIT("Anna Muster"),
	    [ADDRESS_STREET] = STR_INIT("Große Straße 1"),
	    [ADDRESS_POSTCODE] = STR_INIT("20095"),
	    [ADDRESS_CITY] = STR_INIT("Hamburg"),
	    [ADDRESS_COUNTRY] = STR_INIT("DE"),
	}};
}

/* The fault of field `f` holding `text` in an otherwise valid address of `country`. */
static enum address_fault
fault(enum address_field f, const char *text, const char *country)
{
	struct address typed = good(), clean;
	struct address_faults faults;

	typed.field[ADDRESS_COUNTRY] = str_z(country);
	typed.field[f] = str_z(text);
	if (address_check(&a, ADDRESS_DELIVERY, &typed, &clean, &faults))
		ck_assert(faults.field[f] == ADDRESS_FINE || faults.field[f] == ADDRESS_UNUSUAL);
	return faults.field[f];
}

static void
ck_postcode(enum country c, const char *typed, const char *want)
{
	struct str got;
	bool fits = address_form_postcode(&a, c, str_z(typed), &got);

	ck_assert_msg(fits == (want != NULL), "%s %s", country_info(c)->code, typed);
	if (want != NULL)
		ck_str(got, want);
}

START_TEST(postcodes_are_written_as_the_country_writes_them)
{
	arena_init(&a, 1 << 20);
	ck_postcode(COUNTRY_DE, " 20095 ", "20095");
	ck_postcode(COUNTRY_DE, "2009", NULL);
	ck_postcode(COUNTRY_DE, "D-20095", "20095");
	ck_postcode(COUNTRY_NL, "1012ab", "1012 AB");
	ck_postcode(COUNTRY_GB, "sw1a1aa", "SW1A 1AA");
	ck_postcode(COUNTRY_GB, "M1 1AE", "M1 1AE");
	ck_postcode(COUNTRY_GB, "1 1AE", NULL);
	ck_postcode(COUNTRY_SE, "11455", "114 55");
	ck_postcode(COUNTRY_PL, "00950", "00-950");
	ck_postcode(COUNTRY_PT, "1000 205", "1000-205");
	ck_postcode(COUNTRY_LV, "lv1050", "LV-1050");
	ck_postcode(COUNTRY_LV, "1050", "1050");
	ck_postcode(COUNTRY_US, "94103-1234", "94103-1234");
	ck_postcode(COUNTRY_US, "94103", "94103");
	ck_postcode(COUNTRY_CA, "k1a0b1", "K1A 0B1");
	ck_postcode(COUNTRY_IE, "D02AF30", "D02 AF30");
	ck_postcode(COUNTRY_HK, "", "");
	arena_fini(&a);
}
END_TEST

START_TEST(a_valid_address_comes_out_clean)
{
	struct address typed = good(), clean;
	struct address_faults faults;

	arena_init(&a, 1 << 20);
	typed.field[ADDRESS_NAME] = STR("  Anna \t Muster ");
	typed.field[ADDRESS_COUNTRY] = STR("nl");
	typed.field[ADDRESS_POSTCODE] = STR("1012ab");
	ck_assert(address_check(&a, ADDRESS_DELIVERY, &typed, &clean, &faults));
	ck_str(clean.field[ADDRESS_NAME], "Anna Muster");
	ck_str(clean.field[ADDRESS_COUNTRY], "NL");
	ck_str(clean.field[ADDRESS_POSTCODE], "1012 AB");
	ck_str(clean.field[ADDRESS_STREET], "Große Straße 1");
	ck_assert_int_eq(address_country(&clean), COUNTRY_NL);
	arena_fini(&a);
}
END_TEST

START_TEST(address_lines_follow_the_order_of_the_country)
{
	struct str lines[ADDRESS_LINES];
	struct address addr = good();

	arena_init(&a, 1 << 20);
	ck_assert_uint_eq(address_lines(&a, &addr, lines), 3);
	ck_str(lines[0], "Anna Muster");
	ck_str(lines[2], "20095 Hamburg");
	addr.field[ADDRESS_COUNTRY] = STR("US");
	addr.field[ADDRESS_REGION] = STR("CA");
	addr.field[ADDRESS_CITY] = STR("Berkeley");
	addr.field[ADDRESS_POSTCODE] = STR("94703");
	addr.field[ADDRESS_COMPANY] = STR("Tea Inc.");
	addr.field[ADDRESS_EXTRA] = STR("Floor 2");
	ck_assert_uint_eq(address_lines(&a, &addr, lines), 5);
	ck_str(lines[4], "Berkeley, CA 94703");
	arena_fini(&a);
}
END_TEST

START_TEST(address_faults_are_reported_at_their_fields)
{
	static const char *const no_mail[] = {"a", "a@b", "@b.org", "a@.org", "a@b..org", "a b@c.org", "a@b.org.",
	    "a@b@c.org", ".a@b.org", "a@b.org,c@d.org", "a@b.org\r\nBcc: c@d.org", "\"a\"@b.org"};

	arena_init(&a, 4 << 20);
	for (size_t i = 0; i < ARRAY_LEN(no_mail); i++)
		ck_assert_msg(fault(ADDRESS_EMAIL, no_mail[i], "DE") == ADDRESS_WRONG, "%s", no_mail[i]);
	ck_assert_int_eq(fault(ADDRESS_EMAIL, "a+b.c@d-e.example.org", "DE"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_EMAIL, "", "DE"), ADDRESS_MISSING);
	ck_assert_int_eq(fault(ADDRESS_NAME, " \t ", "DE"), ADDRESS_MISSING);
	ck_assert_int_eq(fault(ADDRESS_NAME, "Anna\nMuster", "DE"), ADDRESS_WRONG);
	ck_assert_int_eq(fault(ADDRESS_NAME, "\xff", "DE"), ADDRESS_WRONG);
	ck_assert_int_eq(fault(ADDRESS_NAME, "李雷", "DE"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_POSTCODE, "", "DE"), ADDRESS_MISSING);
	ck_assert_int_eq(fault(ADDRESS_POSTCODE, "", "HK"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_POSTCODE, "123", "DE"), ADDRESS_UNUSUAL);
	ck_assert_int_eq(fault(ADDRESS_REGION, "", "US"), ADDRESS_MISSING);
	ck_assert_int_eq(fault(ADDRESS_REGION, "", "DE"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_COUNTRY, "XX", "DE"), ADDRESS_WRONG);
	ck_assert_int_eq(fault(ADDRESS_COUNTRY, "", "DE"), ADDRESS_MISSING);
	ck_assert_int_eq(fault(ADDRESS_PHONE, "+49 (40) 123-456", "DE"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_PHONE, "call me", "DE"), ADDRESS_FINE);
	ck_assert_int_eq(fault(ADDRESS_EMAIL, "a@xn--bcher-kva.example", "DE"), ADDRESS_FINE);
	arena_fini(&a);
}
END_TEST

START_TEST(address_texts_have_a_maximum_length_in_characters)
{
	char text[512] = "";

	arena_init(&a, 1 << 20);
	for (int i = 0; i < 100; i++)
		memcpy(text + 2 * i, "ß", 3);
	ck_assert_int_eq(fault(ADDRESS_NAME, text, "DE"), ADDRESS_FINE);
	memcpy(text + 200, "ß", 3);
	ck_assert_int_eq(fault(ADDRESS_NAME, text, "DE"), ADDRESS_TOO_LONG);
	arena_fini(&a);
}
END_TEST

START_TEST(order_numbers_detect_every_wrong_digit_and_swap)
{
	struct str number, prefix = STR("K-");
	char wrong[32];
	uint64_t id;

	arena_init(&a, 4 << 20);
	for (uint64_t i = 1; i < 500; i += 7) {
		number = order_number(&a, prefix, i);
		ck_assert(order_number_parse(prefix, number, &id));
		ck_assert_uint_eq(id, i);
		for (size_t at = prefix.n; at < number.n; at++) {
			memcpy(wrong, number.p, number.n + 1);
			wrong[at] = (char)('0' + (wrong[at] - '0' + 1 + (int)(i % 9)) % 10);
			ck_assert_msg(!order_number_parse(prefix, str_z(wrong), &id), "%s", wrong);
		}
		for (size_t at = prefix.n; at + 1 < number.n; at++) {
			memcpy(wrong, number.p, number.n + 1);
			wrong[at] = number.p[at + 1];
			wrong[at + 1] = number.p[at];
			ck_assert(wrong[at] == wrong[at + 1] || !order_number_parse(prefix, str_z(wrong), &id));
		}
	}
	ck_assert(order_number_parse(prefix, str_fmt(&a, " k-%.*s ", STR_ARG(str_from(number, 2))), &id));
	ck_assert(!order_number_parse(prefix, STR("K-"), &id));
	ck_assert(!order_number_parse(prefix, STR("K-0000000"), &id));
	ck_assert(!order_number_parse(prefix, STR("K-99999999999999999999999"), &id));
	arena_fini(&a);
}
END_TEST

START_TEST(mistyped_mail_addresses_get_a_hint)
{
	static const char *const pairs[][2] = {{"ada@gmail.con", "ada@gmail.com"}, {"ada@gmial.com", "ada@gmail.com"},
	    {"ada@gmai.com", "ada@gmail.com"}, {"ada@gmaill.com", "ada@gmail.com"}, {"ada@gmail.co", "ada@gmail.com"},
	    {"Ada.L@HOTMIAL.com", "Ada.L@hotmail.com"}, {"ada@yahooo.de", "ada@yahoo.de"},
	    {"ada@t-onlin.de", "ada@t-online.de"}, {"ada@gmial.con", "ada@gmail.com"},
	    {"ada@example.cmo", "ada@example.com"}, {"ada@my.example.ogr", "ada@my.example.org"},
	    {"\"a@b\"@outlok.com", "\"a@b\"@outlook.com"}};
	static const char *const right[] = {"ada@gmail.com", "ada@GMAIL.com", "ada@ymail.com", "ada@mail.com",
	    "ada@email.com", "ada@hotmail.be", "ada@hotmail.de", "ada@yahoo.se", "ada@web.de", "ada@gmx.ch",
	    "ada@example.co", "ada@beacon", "ada@bacon.org", "ada@xn--bcher-kva.example", "@gmail.con", "gmail.con",
	    ""};
	struct str got;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		ck_assert_msg(mail_hint(&a, str_z(pairs[i][0]), &got), "%s", pairs[i][0]);
		ck_str(got, pairs[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		ck_assert_msg(!mail_hint(&a, str_z(right[i]), &got), "%s", right[i]);
	arena_fini(&a);
}
END_TEST

START_TEST(ibans_are_found_by_their_check_digits)
{
	static const char *const good[][3] = {
	    {"IBAN DE02 1203 0000 0000 2020 51", "IBAN DE02 1203 0000 0000 2020 51", "DE02120300000000202051"},
	    {"IBAN: DE02120300000000202051", "IBAN: DE02 1203 0000 0000 2020 51", "DE02120300000000202051"},
	    {"DE02120300000000202051 BIC BYLADEM1001", "DE02 1203 0000 0000 2020 51 BIC BYLADEM1001",
		"DE02120300000000202051"},
	    {"Konto NO93 8601 1117 947", "Konto NO93 8601 1117 947", "NO9386011117947"},
	    {"GB82WEST12345698765432, London", "GB82 WEST 1234 5698 7654 32, London", "GB82WEST12345698765432"},
	    {"MT84MALT011000012345MTLCAST001S", "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
		"MT84MALT011000012345MTLCAST001S"}};
	static const char *const none[] = {"IBAN DE03 1203 0000 0000 2020 51", "BIC BYLADEM1001", "Kontor & Sons", "",
	    "DE02", "XDE02120300000000202051", "de02 1203 0000 0000 2020 51"};
	struct str shown, iban;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_msg(payment_iban(&a, str_z(good[i][0]), &shown, &iban), "%s", good[i][0]);
		ck_str(shown, good[i][1]);
		ck_str(iban, good[i][2]);
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		ck_assert_msg(!payment_iban(&a, str_z(none[i]), &shown, &iban), "%s", none[i]);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("address", mistyped_mail_addresses_get_a_hint, ibans_are_found_by_their_check_digits,
    address_lines_follow_the_order_of_the_country,
    postcodes_are_written_as_the_country_writes_them, a_valid_address_comes_out_clean,
    address_faults_are_reported_at_their_fields, address_texts_have_a_maximum_length_in_characters,
    order_numbers_detect_every_wrong_digit_and_swap)
