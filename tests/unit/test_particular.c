#include <string.h>

#include "import/product_particular.h"
#include "unit.h"

static struct arena a;

/* "value" or "value|remark". */
static const char *
cell(enum particular p, const char *typed, char point)
{
	struct str out;
	const char *why;

	arena_init(&a, 1 << 20);
	why = particular_cell(&a, p, str_z(typed), point, &out);
	return str_fmt(&a, "%.*s%s%s", STR_ARG(out), why == NULL ? "" : "|", why == NULL ? "" : why).p;
}

#define ck_cell(p, typed, point, z)                                                                                    \
	do {                                                                                                           \
		ck_assert_str_eq(cell(PARTICULAR_##p, typed, point), (z));                                             \
		arena_fini(&a);                                                                                        \
	} while (0)

START_TEST(cells_become_canonical)
{
	ck_cell(FAT, " 34,20 g ", ',', "34.2");
	ck_cell(SALT, "< 0.50", '.', "<0.5");
	ck_cell(KJ, "2 180 kJ", ',', "2180");
	ck_cell(ALCOHOL, "12,5 % vol", ',', "12.5");
	ck_cell(FAT, "", '.', "");
	ck_cell(PER, "100g", '.', "100 g");
	ck_cell(PER, "100 ML", '.', "100 ml");
	ck_cell(ENERGY_CLASS, "a++", '.', "A++");
	ck_cell(ENERGY_SCALE, "a+++ to d", '.', "A+++-D");
	ck_cell(ENERGY_SCALE, "A \xe2\x80\x93 G", '.', "A-G");
	ck_cell(ENERGY_SHEET, "/media/sheet.pdf", '.', "/media/sheet.pdf");
	ck_cell(INGREDIENTS, "Sugar, <b>milk</b> powder,\r\n\r\n\r\n <STRONG>soya</STRONG> <i>", '.',
	    "Sugar, *milk* powder,\n\n*soya* <i>");
	ck_cell(MODEL, "A\n B", '.', "A B");
}
END_TEST

START_TEST(cells_of_another_form_are_remarked_and_ignored)
{
	ck_cell(FAT, "some", '.', "|not a number: ignored");
	ck_cell(FAT, "-1", '.', "|not a number: ignored");
	ck_cell(PER, "portion", '.', "|neither 100 g nor 100 ml: ignored");
	ck_cell(ENERGY_CLASS, "excellent", '.', "|not an energy class: ignored");
	ck_cell(ENERGY_SCALE, "1-7", '.', "|not one of A-G, A+++-D, A++-E, A+-F: ignored");
	ck_cell(ENERGY_SHEET, "javascript:alert(1)", '.', "|not an address (https://... or /...): ignored");
	ck_cell(ENERGY_SHEET, "//evil.example/x", '.', "|not an address (https://... or /...): ignored");
	ck_cell(ENERGY_SHEET, "https://a.example/\"x", '.', "|not an address (https://... or /...): ignored");
}
END_TEST

START_TEST(classes_stand_on_their_scale)
{
	struct particulars p = {0};
	enum particular about;

	ck_assert_int_eq(particular_energy_step(STR_NONE, STR("A")), 1);
	ck_assert_int_eq(particular_energy_step(STR("A-G"), STR("G")), 7);
	ck_assert_int_eq(particular_energy_step(STR("A+++-D"), STR("A+++")), 1);
	ck_assert_int_eq(particular_energy_step(STR("A+++-D"), STR("D")), 7);
	ck_assert_int_eq(particular_energy_step(STR("A+++-D"), STR("E")), 0);
	ck_assert_int_eq(particular_energy_step(STR_NONE, STR("A+")), 0);
	p.v[PARTICULAR_ENERGY_CLASS] = STR("A+");
	ck_assert_ptr_nonnull(particulars_settle(&p, &about));
	ck_assert_uint_eq(p.v[PARTICULAR_ENERGY_CLASS].n, 0);
	p.v[PARTICULAR_FAT] = STR("1");
	ck_assert_ptr_nonnull(particulars_settle(&p, &about));
	ck_assert_int_eq(about, PARTICULAR_PER);
	p.v[PARTICULAR_PER] = STR("100 g");
	ck_assert_ptr_null(particulars_settle(&p, &about));
}
END_TEST

START_TEST(columns_are_found_by_both_names)
{
	ck_assert_int_eq(particular_of_column(STR("warnings")), PARTICULAR_WARNINGS);
	ck_assert_int_eq(particular_of_column(STR("Safety Information")), PARTICULAR_WARNINGS);
	ck_assert_int_eq(particular_of_column(STR("Energy efficiency class")), PARTICULAR_ENERGY_CLASS);
	ck_assert_int_eq(particular_of_column(STR("Ingredients")), PARTICULAR__MAX);
	ck_assert_int_eq(particular_of_column(STR("")), PARTICULAR__MAX);
}
END_TEST

START_TEST(makers_outside_the_union_need_a_responsible_person)
{
	struct maker m = {.name = STR("M"), .address = STR("Street 1"), .contact = STR("m@x.example")};

	m.country = STR("GB");
	ck_assert_ptr_null(maker_lacks(&m, true));
	ck_assert_str_eq(maker_lacks(&m, false), "name and address of the responsible person in the EU");
	m.eu_company = STR("E");
	m.eu_address = STR("Street 2");
	ck_assert_str_eq(
	    maker_lacks(&m, false), "mail address or web page of the responsible person in the EU");
	m.eu_contact = STR("e@x.example");
	ck_assert_ptr_null(maker_lacks(&m, false));
	m.contact = STR_NONE;
	ck_assert_str_eq(maker_lacks(&m, true), "its mail address or web page");
}
END_TEST

UNIT_MAIN("particular", cells_become_canonical, cells_of_another_form_are_remarked_and_ignored,
    classes_stand_on_their_scale, columns_are_found_by_both_names, makers_outside_the_union_need_a_responsible_person)
