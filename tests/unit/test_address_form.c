#include <string.h>

#include "base/err.h"
#include "shop/address_form.h"
#include "unit.h"
#include "view/country_text.h"

static struct arena a;

static enum country
country(const char *code)
{
	enum country c = COUNTRY_NONE;

	ck_assert_msg(country_find(str_z(code), &c), "%s", code);
	return c;
}

/* As people type them. */
static const struct {
	const char *code, *typed, *written;
} typed_codes[] = {
    {"AT", "1010-wien", "1010"}, {"AT", "A-1010", "1010"}, {"AT", "A 1010 Wien", "1010"},
    {"DE", "D-20457", "20457"}, {"DE", "20457 Hamburg", "20457"}, {"DE", "2 0 4 5 7", "20457"},
    {"DE", "DE20457", "20457"}, {"GB", "SW1A1AA", "SW1A 1AA"}, {"GB", "sw1a-1aa", "SW1A 1AA"},
    {"GB", "London SW1A 1AA", "SW1A 1AA"}, {"GB", "EC1Y8SY", "EC1Y 8SY"}, {"GB", "m11ae", "M1 1AE"},
    {"NL", "1012 AB Amsterdam", "1012 AB"}, {"NL", "NL-1012ab", "1012 AB"}, {"SE", "S-11455", "114 55"},
    {"SE", "SE-114 55 Stockholm", "114 55"}, {"CH", "CH-8001 Zürich", "8001"}, {"PL", "00950", "00-950"},
    {"PL", "00 950 Warszawa", "00-950"}, {"PT", "1000205", "1000-205"}, {"PT", "1000-205 LISBOA", "1000-205"},
    {"BR", "01310100", "01310-100"}, {"BR", "01310 100", "01310-100"}, {"US", "94103–1234", "94103-1234"},
    {"US", "CA 94103", "94103"}, {"US", "941031234", "94103-1234"}, {"CA", "k1a0b1", "K1A 0B1"},
    {"CA", "K1A-0B1", "K1A 0B1"}, {"JP", "1000005", "100-0005"}, {"JP", "〒100-0005", "100-0005"},
    {"JP", "１００ー０００５", "100-0005"}, {"JP", "100−0005", "100-0005"}, {"KR", "우)03051", "03051"},
    {"CN", "邮编100000", "100000"}, {"TW", "台北市104", "104"}, {"IN", "110 001", "110001"},
    {"IN", "PIN 110001", "110001"}, {"LV", "lv1050", "LV-1050"}, {"LT", "lt 04340", "LT-04340"},
    {"LU", "L4750", "L-4750"}, {"GR", "15124", "151 24"}, {"CZ", "CZ 11000 Praha", "110 00"},
    {"IR", "۱۱۹۳۶۱۲۳۴۵", "11936-12345"}, {"SA", "١١٥٦٤", "11564"}, {"EG", "٤٤٦٠٢٣٢", "4460232"},
    {"TH", "๑๐๑๕๐", "10150"}, {"NP", "४४६०१", "44601"}, {"AR", "c1425cla", "C1425CLA"}, {"AR", "1425", "1425"},
    {"MT", "vlt1117", "VLT 1117"}, {"AD", "AD 500", "AD500"}, {"MD", "2012", "2012"}, {"IE", "d02af30", "D02 AF30"},
    {"KY", "KY1 1100", "KY1-1100"}, {"BM", "fl07", "FL 07"}, {"GG", "gy11aa", "GY1 1AA"}, {"IM", "im2 1aa", "IM2 1AA"},
    {"GI", "gx111aa", "GX11 1AA"}, {"FK", "fiqq1zz", "FIQQ 1ZZ"}, {"SZ", "h 100", "H100"}, {"VE", "1010", "1010"},
    {"AX", "AX-22100", "22100"}, {"FI", "FIN-00550", "00550"}, {"RE", "97400 St-Denis", "97400"},
    {"IS", "IS-121 Reykjavík", "121"}, {"HK", "0000", ""}, {"AE", "-", ""}, {"AE", "P.O. 12345", "P.O. 12345"},
    {"BO", "0000", "0000"},
};

/* Fails when country.def is not sorted. */
START_TEST(each_country_is_found_by_its_code)
{
	enum country none;

	for (int i = COUNTRY_NONE + 1; i < COUNTRY__MAX; i++) {
		const char *code = country_info((enum country)i)->code;
		char small[] = {code[0], (char)(code[1] | 0x20), '\0'};

		ck_assert_int_eq(country(code), i);
		ck_assert_int_eq(country(small), i);
	}
	ck_assert(!country_find(STR("XX"), &none) && !country_find(STR("00"), &none));
	ck_assert(!country_find(STR("D"), &none) && !country_find(STR("DEU"), &none) && !country_find(STR_NONE, &none));
}
END_TEST

START_TEST(postcodes_are_understood_as_people_type_them)
{
	struct str got;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(typed_codes); i++) {
		bool fits =
		    address_form_postcode(&a, country(typed_codes[i].code), str_z(typed_codes[i].typed), &got);

		ck_assert_msg(fits && str_eq_z(got, typed_codes[i].written), "%s %s: %.*s", typed_codes[i].code,
		    typed_codes[i].typed, STR_ARG(got));
	}
	arena_fini(&a);
}
END_TEST

START_TEST(a_postcode_of_another_form_is_unusual_and_kept)
{
	static const char *const odd[][2] = {{"DE", "2045"}, {"DE", "204577"}, {"DE", "20457-1"}, {"GB", "12345"},
	    {"US", "9410"}, {"AT", "10100"}, {"NL", "1012"}, {"JP", "100-000"}, {"FR", "Paris"}, {"CH", "80011"}};
	struct str got;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		bool fits = address_form_postcode(&a, country(odd[i][0]), str_z(odd[i][1]), &got);

		ck_assert_msg(!fits, "%s %s", odd[i][0], odd[i][1]);
		ck_str(got, odd[i][1]);
	}
	arena_fini(&a);
}
END_TEST

/* name, company, street, extra, postcode, city, region; the lines are divided by '|'. */
static const struct {
	const char *code, *field[7], *lines;
} printed[] = {
    {"DE", {"Ada", "", "Weg 1", "", "20457", "Hamburg", ""}, "Ada|Weg 1|20457 Hamburg"},
    {"US", {"Ada", "Tea Inc.", "1 Lane", "Floor 2", "94703", "Berkeley", "CA"},
	"Ada|Tea Inc.|1 Lane|Floor 2|Berkeley, CA 94703"},
    {"AU", {"Ada", "", "1 Lane", "", "2000", "Sydney", "NSW"}, "Ada|1 Lane|Sydney NSW 2000"},
    {"GB", {"Ada", "", "1 Lane", "", "SW1A 1AA", "London", ""}, "Ada|1 Lane|London|SW1A 1AA"},
    {"HU", {"Ada", "", "Fo utca 1", "", "1037", "Budapest", ""}, "Ada|Budapest|Fo utca 1|1037"},
    {"BR", {"Ada", "", "Rua A 1", "Centro", "40301-110", "Salvador", "BA"},
	"Ada|Rua A 1|Centro|Salvador-BA|40301-110"},
    {"TR", {"Ada", "", "Sok. 1", "Merkez", "34000", "Fatih", "Istanbul"}, "Ada|Sok. 1|Merkez|34000 Fatih/Istanbul"},
    {"MX", {"Ada", "", "Calle 1", "Centro", "06000", "Ciudad de Mexico", "CDMX"},
	"Ada|Calle 1|Centro|06000 Ciudad de Mexico, CDMX"},
    {"IN", {"Ada", "", "MG Road 1", "", "110001", "New Delhi", "Delhi"}, "Ada|MG Road 1|New Delhi 110001|Delhi"},
    {"RU", {"Ада", "", "ул. 1", "", "101000", "Москва", "обл."}, "Ада|ул. 1|Москва|обл.|101000"},
    {"JP", {"山田 花子", "株式会社", "丸の内1-1-1", "ビル3階", "100-0005", "千代田区", "東京都"},
	"山田 花子|株式会社|〒100-0005|東京都千代田区|丸の内1-1-1|ビル3階"},
    {"JP", {"Hanako Yamada", "", "1-1-1 Marunouchi", "", "100-0005", "Chiyoda-ku", "Tokyo"},
	"Hanako Yamada|1-1-1 Marunouchi|Chiyoda-ku, Tokyo|100-0005"},
    {"CN", {"李雷", "", "深南大道1号", "南山区", "518000", "深圳市", "广东省"},
	"李雷|518000|广东省深圳市南山区|深南大道1号"},
    {"CN", {"Li Lei", "", "1 Shennan Road", "Nanshan", "518000", "Shenzhen", "Guangdong"},
	"Li Lei|1 Shennan Road|Nanshan|Shenzhen|Guangdong, 518000"},
    {"KR", {"김민준", "", "세종대로 110", "중구", "04524", "", "서울특별시"}, "김민준|서울특별시 중구|세종대로 110|04524"},
    {"TW", {"陳大文", "", "中山北路1號", "", "104", "中山區", "臺北市"}, "陳大文|104|臺北市中山區|中山北路1號"},
    {"HK", {"陳大文", "", "彌敦道1號", "", "", "尖沙咀", "九龍"}, "陳大文|九龍尖沙咀|彌敦道1號"},
    {"SG", {"Ada", "", "1 Road", "", "546080", "", ""}, "Ada|1 Road|546080"},
    {"SV", {"Ada", "", "Calle 1", "", "1101", "San Salvador", ""}, "Ada|Calle 1|1101-San Salvador"},
    {"IR", {"Ada", "", "St. 1", "", "11936-12345", "Tehran", "Tehran"}, "Ada|Tehran|Tehran|St. 1|11936-12345"},
    {"KY", {"Ada", "", "Rd 1", "", "KY1-1100", "George Town", "Grand Cayman"},
	"Ada|Rd 1|George Town|Grand Cayman KY1-1100"},
    /* what a country does not use is printed nevertheless: nothing typed is lost */
    {"DE", {"Ada", "", "Weg 1", "", "20457", "Hamburg", "HH"}, "Ada|Weg 1|20457 Hamburg|HH"},
    {"AE", {"Ada", "", "St. 1", "", "12345", "Dubai", "Dubai"}, "Ada|St. 1|Dubai|Dubai|12345"},
    {"GN", {"Ada", "", "BP 1", "", "001", "Conakry", ""}, "Ada|001 BP 1 Conakry"},
};

START_TEST(an_address_is_printed_as_its_country_and_script_write_it)
{
	struct str lines[ADDRESS_LINES];

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(printed); i++) {
		struct address addr = {0};
		struct str want = str_z(printed[i].lines), line;
		size_t n, k = 0;

		for (size_t f = 0; f < 7; f++)
			addr.field[ADDRESS_NAME + f] = str_z(printed[i].field[f]);
		addr.field[ADDRESS_COUNTRY] = str_z(printed[i].code);
		n = address_lines(&a, &addr, lines);
		for (; str_cut(&want, '|', &line); k++)
			ck_assert_msg(k < n && str_eq(lines[k], line), "%s: line %zu: %.*s", printed[i].code, k,
			    STR_ARG(k < n ? lines[k] : STR_NONE));
		ck_assert_uint_eq(n, k);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(every_country_has_a_form_with_each_field_once_and_an_example_that_fits)
{
	arena_init(&a, 1 << 20);
	for (int c = COUNTRY_NONE; c < COUNTRY__MAX; c++)
		for (int native = 0; native < 2; native++) {
			const char *example = address_form_example((enum country)c);
			enum address_field order[ADDRESS__MAX];
			struct str got;
			bool seen[ADDRESS__MAX] = {false};

			ck_assert_uint_eq(
			    address_form_order((enum country)c, native != 0, order), ADDRESS__MAX - ADDRESS_NAME);
			ck_assert_int_eq(order[0], ADDRESS_COUNTRY);
			for (int f = ADDRESS_NAME; f < ADDRESS__MAX; f++) {
				ck_assert(!seen[order[f - ADDRESS_NAME]]);
				seen[order[f - ADDRESS_NAME]] = true;
			}
			ck_assert_msg(address_form_postcode(&a, (enum country)c, str_z(example), &got)
				&& str_eq_z(got, example),
			    "%s", country_info((enum country)c)->code);
		}
	arena_fini(&a);
}
END_TEST

START_TEST(countries_have_a_name_and_a_place_in_every_language)
{
	static const char *const tags[] = {"en", "de", "zh-Hans", "zh-Hant", "ja", "ar", "he", "fr", "es", "it", "nl",
	    "pl", "sv", "da", "th"};

	for (size_t t = 0; t < ARRAY_LEN(tags); t++) {
		const struct lang lang = {.tag = str_z(tags[t])};
		const struct country_texts *texts = country_texts(&lang);
		bool seen[COUNTRY__MAX] = {false};

		ck_assert_str_eq(texts->tag, tags[t]);
		for (int c = COUNTRY_NONE + 1; c < COUNTRY__MAX; c++) {
			ck_assert(strlen(texts->name[c]) > 1);
			ck_assert(!seen[texts->sorted[c - 1]]);
			seen[texts->sorted[c - 1]] = true;
		}
	}
}
END_TEST

static size_t
place_of(const char *tag, const char *code)
{
	const struct lang lang = {.tag = str_z(tag)};
	size_t i = 0;

	while (country_texts(&lang)->sorted[i] != country(code))
		i++;
	return i;
}

START_TEST(countries_stand_by_the_alphabet_of_the_reader)
{
	/* tag, first, second: Österreich behind Norwegen, but Österrike and Åland at the end in Swedish */
	static const char *const pairs[][3] = {{"de", "OM", "AT"}, {"de", "AT", "TL"}, {"de", "EG", "AL"},
	    {"de", "AX", "AL"}, {"sv", "ZW", "AX"}, {"sv", "AX", "AT"}, {"da", "ZW", "AX"}, {"da", "ZW", "AT"},
	    {"zh-Hans", "AL", "DE"}, {"zh-Hans", "DE", "CN"}, {"zh-Hant", "CN", "DE"}, {"fr", "ES", "EE"},
	    {"fr", "EE", "US"}, {"pl", "LR", "LU"}, {"es", "KE", "LV"}, {"en", "AF", "AX"}, {"en", "AX", "AL"},
	    {"en", "CI", "HR"}, {"ja", "IS", "IE"}};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		ck_assert_msg(place_of(pairs[i][0], pairs[i][1]) < place_of(pairs[i][0], pairs[i][2]), "%s: %s, %s",
		    pairs[i][0], pairs[i][1], pairs[i][2]);
	ck_assert_uint_gt(place_of("de", "CY"), place_of("de", "AT"));
}
END_TEST

UNIT_MAIN("address_form", each_country_is_found_by_its_code, postcodes_are_understood_as_people_type_them,
    a_postcode_of_another_form_is_unusual_and_kept, an_address_is_printed_as_its_country_and_script_write_it,
    every_country_has_a_form_with_each_field_once_and_an_example_that_fits,
    countries_have_a_name_and_a_place_in_every_language, countries_stand_by_the_alphabet_of_the_reader)
