#include "shop/checkout.h"
#include "unit.h"
#include "view/hours.h"
#include "view/names.h"

static struct arena a;

struct shop {
	bool pickup, parcels;
};

static struct checkout_plan
plan(struct shop shop, bool ships, bool downloads, const struct checkout_draft *d)
{
	struct shop_rules r = {.cur = 1,
	    .tax = {.origin = COUNTRY_DE, .included = true},
	    .shipping = {.origin = COUNTRY_DE, .pickup = shop.pickup},
	    .terms_version = STR_INIT("1")};
	struct cart_line lines[2] = {{.variant_id = 1, .ships = ships}, {.variant_id = 2, .ships = !downloads}};
	struct cart cart = {.id = 1, .lines = lines, .n = 2};
	struct checkout_plan p;
	struct err e = {0};

	for (size_t i = 0; i < cart.n; i++) {
		lines[i].qty = 1;
		lines[i].on_sale = true;
		lines[i].price_minor = lines[i].seen_minor = 500;
	}
	if (shop.parcels)
		ck_ok(shipping_steps_parse(STR("1000:4.90"), 1, &r.shipping.zones[SHIPPING_HOME], &e), &e);
	ck_ok(checkout_plan(&a, &r, &cart, d, &p, &e), &e);
	return p;
}

static struct checkout_draft
draft(const char *shipping)
{
	return (struct checkout_draft){
	    .address = {{
		[ADDRESS_EMAIL] = STR_INIT("a@example.org"),
		[ADDRESS_PHONE] = STR_INIT("040 1"),
		[ADDRESS_NAME] = STR_INIT("Anna Muster"),
		[ADDRESS_COMPANY] = STR_INIT("Muster"),
		[ADDRESS_STREET] = STR_INIT("Deich 1"),
		[ADDRESS_EXTRA] = STR_INIT("Hof"),
		[ADDRESS_POSTCODE] = STR_INIT("20095"),
		[ADDRESS_CITY] = STR_INIT("Hamburg"),
		[ADDRESS_REGION] = STR_INIT("HH"),
		[ADDRESS_COUNTRY] = STR_INIT("DE"),
	    }},
	    .shipping = str_z(shipping),
	    .payment = STR_INIT("transfer"),
	};
}

/* The fields of each kind, written independently of the table: required, kept, or left out of the order. */
START_TEST(each_kind_asks_for_its_own_fields_and_keeps_no_others)
{
	static const struct {
		const char *shipping;
		enum fulfilment kind;
		const char *fields; /* in the order of address.def: ! required, + kept, - left out */
		bool ships;
	} kinds[] = {{"standard", FULFILMENT_SENT, "!+!+!+!!+!", true},
	    {"pickup", FULFILMENT_COLLECTED, "!+!+------", true},
	    {"digital", FULFILMENT_DOWNLOADED, "!-!+--!--!", false}};

	arena_init(&a, 4 << 20);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (int f = 0; f < ADDRESS__MAX; f++) {
			struct checkout_draft d = draft(kinds[k].shipping);
			struct checkout_plan p = plan((struct shop){true, true}, kinds[k].ships, false, &d);
			char c = kinds[k].fields[f];
			bool origin = c == '-' && f == ADDRESS_COUNTRY; /* of the shop, where the tax is due */

			if (!kinds[k].ships)
				p = plan((struct shop){true, true}, false, true, &d);
			ck_assert_int_eq(p.kind, kinds[k].kind);
			ck_assert_int_eq(p.step, CHECKOUT_REVIEW);
			if (origin)
				ck_str(p.address.field[f], "DE");
			else
				ck_assert_msg((p.address.field[f].n > 0) == (c != '-'), "%s: %s",
				    fulfilment_name(p.kind), address_field_name((enum address_field)f));
			d.address.field[f] = STR_NONE;
			p = plan((struct shop){true, true}, kinds[k].ships, !kinds[k].ships, &d);
			ck_assert_msg((p.step == CHECKOUT_ADDRESS) == (c == '!'), "%s: %s", fulfilment_name(p.kind),
			    address_field_name((enum address_field)f));
		}
	arena_fini(&a);
}
END_TEST

START_TEST(a_kind_is_offered_only_when_shop_and_goods_allow_it)
{
	arena_init(&a, 4 << 20);
	for (int i = 0; i < 16; i++) {
		struct shop shop = {.pickup = i & 1, .parcels = i & 2};
		bool ships = i & 4;
		struct checkout_draft d = draft(i & 8 ? "pickup" : "standard");
		struct checkout_plan p = plan(shop, ships, !ships, &d);

		ck_assert_int_eq(p.kinds[FULFILMENT_SENT], ships && shop.parcels);
		ck_assert_int_eq(p.kinds[FULFILMENT_COLLECTED], ships && shop.pickup);
		ck_assert_int_eq(p.kinds[FULFILMENT_DOWNLOADED], !ships);
		if (!ships)
			ck_assert_int_eq(p.kind, FULFILMENT_DOWNLOADED);
		else if (shop.pickup && (i & 8 || !shop.parcels))
			ck_assert_int_eq(p.kind, FULFILMENT_COLLECTED);
		else
			ck_assert_int_eq(p.kind, FULFILMENT_SENT);
		ck_assert_int_eq(checkout_step_applies(CHECKOUT_DELIVERY, &p), p.kind == FULFILMENT_SENT);
		ck_assert_int_eq(p.load.downloads, !ships);
		/* only where nothing can be sent or collected is there no way on */
		ck_assert_int_eq(p.step == CHECKOUT_REVIEW, !ships || shop.pickup || shop.parcels
			? !(ships && i & 8 && !shop.pickup) : false);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(goods_and_downloads_together_are_sent_and_need_consent)
{
	struct checkout_draft d = draft("standard");
	struct checkout_plan p;

	arena_init(&a, 4 << 20);
	p = plan((struct shop){true, true}, true, true, &d);
	ck_assert_int_eq(p.kind, FULFILMENT_SENT);
	ck_assert(p.load.downloads && p.load.ships);
	p = plan((struct shop){true, true}, true, false, &d);
	ck_assert(!p.load.downloads);
	arena_fini(&a);
}
END_TEST

START_TEST(opening_hours_are_days_and_times_or_as_they_were_typed)
{
	static const struct {
		const char *line;
		uint16_t first, last;
		const char *times;
	} rows[] = {{"Mo-Fr 10:00-18:00", N_mo, N_fr, "10:00–18:00"}, {"sa 10-14, 15-16", N_sa, 0, "10–14, 15–16"},
	    {"  Su   11:00-12:00 ", N_su, 0, "11:00–12:00"}, {"By appointment", 0, 0, "By appointment"},
	    {"Mo-Xx 10-18", 0, 0, "Mo-Xx 10-18"}, {"Mo", 0, 0, "Mo"}, {"Mo-Fr from 10", 0, 0, "Mo-Fr from 10"}};

	arena_init(&a, 4 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct view *v = view_object(&a), *one;

		hours_put(&a, v, str_fmt(&a, "\n%s\n", rows[i].line));
		ck_assert_uint_eq(view_count(view_get(v, N_hours)), 1);
		one = view_at(view_get(v, N_hours), 0);
		ck_str(view_text(view_get(one, N_times)), rows[i].times);
		ck_assert_int_eq(view_get(one, N_first_day) != NULL, rows[i].first != 0);
		ck_assert_int_eq(view_get(one, N_last_day) != NULL, rows[i].last != 0);
		if (rows[i].first != 0)
			ck_assert(view_truth(view_path(one, N_first_day, rows[i].first)));
		if (rows[i].last != 0)
			ck_assert(view_truth(view_path(one, N_last_day, rows[i].last)));
	}
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("fulfilment", each_kind_asks_for_its_own_fields_and_keeps_no_others,
    a_kind_is_offered_only_when_shop_and_goods_allow_it, goods_and_downloads_together_are_sent_and_need_consent,
    opening_hours_are_days_and_times_or_as_they_were_typed)
