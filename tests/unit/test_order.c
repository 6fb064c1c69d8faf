#include "shop/order.h"
#include "unit.h"

static struct arena a;

static struct shop_rules
rules(void)
{
	struct shop_rules r = {
	    .cur = 1,
	    .tax = {.origin = COUNTRY_DE, .included = true},
	    .shipping = {.origin = COUNTRY_DE, .pickup = true},
	    .expiry_s = {[PAYMENT_TRANSFER] = 3600},
	    .number_prefix = STR_INIT("K-"),
	    .terms_version = STR_INIT("1"),
	};
	struct err e = {0};

	ck_ok(shipping_steps_parse(STR("1000:4.90,5000:7.90"), 1, &r.shipping.zones[SHIPPING_HOME], &e), &e);
	ck_ok(shipping_steps_parse(STR("2000:14.90"), 1, &r.shipping.zones[SHIPPING_EU], &e), &e);
	r.shipping.zones[SHIPPING_HOME].free = true;
	r.shipping.zones[SHIPPING_HOME].free_from_minor = 5000;
	return r;
}

static struct cart_line
line(uint64_t variant, int qty, int64_t price)
{
	return (struct cart_line){.variant_id = variant, .qty = qty, .seen_minor = price, .on_sale = true,
	    .price_minor = price, .ships = true, .weight_mg = 400000, .stock = {.on_hand = 10, .tracked = true}};
}

static struct checkout_draft
draft(void)
{
	return (struct checkout_draft){
	    .address = {{
		[ADDRESS_EMAIL] = STR_INIT("a@example.org"),
		[ADDRESS_NAME] = STR_INIT("Anna Muster"),
		[ADDRESS_STREET] = STR_INIT("Deich 1"),
		[ADDRESS_POSTCODE] = STR_INIT("20095"),
		[ADDRESS_CITY] = STR_INIT("Hamburg"),
		[ADDRESS_COUNTRY] = STR_INIT("DE"),
	    }},
	    .shipping = STR_INIT("standard"),
	    .payment = STR_INIT("transfer"),
	};
}

static struct checkout_plan
plan(struct cart_line *lines, size_t n, const struct checkout_draft *d)
{
	struct shop_rules r = rules();
	struct cart cart = {.id = 1, .lines = lines, .n = n};
	struct checkout_plan p;
	struct err e = {0};

	ck_ok(checkout_plan(&a, &r, &cart, d, &p, &e), &e);
	return p;
}

START_TEST(checkout_goes_step_by_step)
{
	struct cart_line l = line(1, 1, 1000);
	struct checkout_draft d = {0};

	arena_init(&a, 4 << 20);
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_ADDRESS);
	d.address = draft().address;
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_DELIVERY);
	d.shipping = STR("standard");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_PAYMENT);
	d.payment = STR("transfer");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_REVIEW);
	d.payment = STR("on_delivery");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_REVIEW);
	d.address.field[ADDRESS_COUNTRY] = STR("FR");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_PAYMENT); /* no payment on delivery there */
	d.address.field[ADDRESS_COUNTRY] = STR("US");
	d.address.field[ADDRESS_REGION] = STR("CA");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_DELIVERY); /* no parcels there */
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_of_digital_goods_asks_for_no_delivery)
{
	struct cart_line l = line(1, 1, 1000);
	struct checkout_draft d = draft();
	struct checkout_plan p;

	arena_init(&a, 1 << 20);
	l.ships = false;
	d.shipping = STR_NONE;
	p = plan(&l, 1, &d);
	ck_assert_int_eq(p.step, CHECKOUT_REVIEW);
	ck_assert_int_eq(p.shipping, SHIPPING_DIGITAL);
	ck_assert_int_eq(p.totals.total_minor, 1000);
	d.payment = STR("on_delivery");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_PAYMENT);
	arena_fini(&a);
}
END_TEST

START_TEST(shipping_is_priced_by_weight_and_free_from_a_value_on)
{
	struct cart_line l = line(1, 2, 1000);
	struct checkout_draft d = draft();

	arena_init(&a, 4 << 20);
	ck_assert_int_eq(plan(&l, 1, &d).totals.shipping_minor, 490);
	l.qty = 3; /* 1.2 kg */
	ck_assert_int_eq(plan(&l, 1, &d).totals.shipping_minor, 790);
	l.qty = 5;
	ck_assert_int_eq(plan(&l, 1, &d).totals.shipping_minor, 0);
	l.weight_mg = 2000000;
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_DELIVERY); /* 10 kg: too heavy, though worth it */
	d.shipping = STR("pickup");
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_REVIEW);
	ck_assert_int_eq(plan(&l, 1, &d).totals.shipping_minor, 0);
	arena_fini(&a);
}
END_TEST

START_TEST(shipping_steps_report_their_faults)
{
	static const char *const wrong[] = {"x", "1000", "1000:", "1000:x", "0:1.00", "2000:1.00,1000:2.00",
	    "1000:-1.00", "1000:1.00,", "1000:1.001", "1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1"};
	struct shipping_zone_rules zone;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = {0};

		ck_assert_msg(!shipping_steps_parse(str_z(wrong[i]), 1, &zone, &e), "%s", wrong[i]);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
}
END_TEST

START_TEST(cart_lines_report_changes)
{
	struct cart_line l = line(1, 3, 1000);

	ck_assert_uint_eq(cart_notices(&l), 0);
	l.price_minor = 1100;
	ck_assert_uint_eq(cart_notices(&l), CART_NOTICE_PRICE);
	l.stock.on_hand = 2;
	ck_assert_uint_eq(cart_notices(&l), CART_NOTICE_PRICE | CART_NOTICE_SHORT);
	l.stock.on_hand = 0;
	ck_assert_uint_eq(cart_notices(&l), CART_NOTICE_GONE);
	l.stock.sell_over = true;
	ck_assert_uint_eq(cart_notices(&l), CART_NOTICE_PRICE);
	l.on_sale = false;
	ck_assert_uint_eq(cart_notices(&l), CART_NOTICE_GONE);
}
END_TEST

START_TEST(checkout_counts_only_sellable_pieces_and_never_orders_fewer_silently)
{
	struct cart_line lines[] = {line(1, 1, 1000), line(2, 1, 500)};
	struct checkout_draft d = draft();
	struct checkout_plan p;
	struct shop_rules r = rules();
	struct cart cart = {.id = 1, .lines = lines, .n = 2};
	struct order o;
	struct err e = {0};

	arena_init(&a, 1 << 20);
	lines[1].stock.on_hand = 0;
	p = plan(lines, 2, &d);
	ck_assert_int_eq(p.totals.items_minor, 1000);
	ck_assert(!p.orderable);
	ck_assert(!order_from_plan(&a, &r, &cart, &p, 5, &o, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_refuses_more_pieces_of_stock_than_one_order_may_hold)
{
	struct cart_line lines[] = {line(1, 300, 1000), line(2, 300, 500)};
	struct checkout_draft d = draft();
	struct checkout_plan p;
	struct shop_rules r = rules();
	struct cart cart = {.id = 1, .lines = lines, .n = 2};
	struct order o;
	struct err e = {0};

	arena_init(&a, 1 << 20);
	lines[0].stock = lines[1].stock = (struct stock){.on_hand = 999, .tracked = true};
	r.pieces_max = 599;
	ck_ok(checkout_plan(&a, &r, &cart, &d, &p, &e), &e);
	ck_assert(p.too_many && !p.orderable);
	ck_assert(!order_from_plan(&a, &r, &cart, &p, 5, &o, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	err_clear(&e);
	lines[1].stock.tracked = false; /* nothing is held */
	ck_ok(checkout_plan(&a, &r, &cart, &d, &p, &e), &e);
	ck_assert(!p.too_many && p.orderable);
	lines[1].stock.tracked = true;
	for (r.pieces_max = 0; r.pieces_max <= 600; r.pieces_max += 600) {
		ck_ok(checkout_plan(&a, &r, &cart, &d, &p, &e), &e);
		ck_assert(!p.too_many && p.orderable);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_of_nothing_asks_for_no_payment)
{
	struct cart_line l = line(1, 2, 0);
	struct checkout_draft d = draft();
	struct checkout_plan p;

	arena_init(&a, 4 << 20);
	for (int way = 0; way < 3; way++) {
		l.ships = way > 0;
		d.shipping = way == 2 ? STR("standard") : STR("pickup");
		d.payment = STR_NONE;
		p = plan(&l, 1, &d);
		ck_assert_int_eq(p.totals.total_minor == 0, way < 2); /* the parcel costs */
		ck_assert_int_eq(p.step, way < 2 ? CHECKOUT_REVIEW : CHECKOUT_PAYMENT);
		ck_assert_int_eq(p.payments[PAYMENT_FREE], way < 2);
		ck_assert_int_eq(p.payments[PAYMENT_TRANSFER], way == 2);
		ck_assert_int_eq(checkout_step_applies(CHECKOUT_PAYMENT, &p), way == 2);
		ck_assert_int_eq(checkout_step_applies(CHECKOUT_DELIVERY, &p), way == 2);
		d.payment = STR("free");
		ck_assert_int_eq(plan(&l, 1, &d).payment, way < 2 ? PAYMENT_FREE : PAYMENT_TRANSFER);
		ck_assert_int_eq(plan(&l, 1, &d).step, way < 2 ? CHECKOUT_REVIEW : CHECKOUT_PAYMENT);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_knows_why_no_parcel_is_offered)
{
	struct cart_line l = line(1, 1, 1000);
	struct checkout_draft d = draft();
	struct shipping_quote q;

	arena_init(&a, 4 << 20);
	for (int qty = 1; qty < 20; qty++) {
		l.qty = qty;
		q = plan(&l, 1, &d).quotes[SHIPPING_STANDARD];
		ck_assert_int_eq(q.offered, qty * 400 <= 5000);
		ck_assert_int_eq(q.obstacle, q.offered ? SHIPPING_CLEAR : SHIPPING_TOO_HEAVY);
		ck_assert_int_eq(q.max_g, q.offered ? 0 : 5000);
	}
	d.address.field[ADDRESS_COUNTRY] = STR("US");
	ck_assert_int_eq(plan(&l, 1, &d).quotes[SHIPPING_STANDARD].obstacle, SHIPPING_UNSERVED);
	l.ships = false;
	ck_assert_int_eq(plan(&l, 1, &d).quotes[SHIPPING_STANDARD].obstacle, SHIPPING_CLEAR);
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_tells_the_refused_total_until_something_else_changes)
{
	struct cart_line l = line(1, 1, 1000);
	struct checkout_draft d = draft();
	struct checkout_plan p;
	int64_t was;

	arena_init(&a, 4 << 20);
	p = plan(&l, 1, &d);
	ck_assert(checkout_was_read(checkout_was(&a, 990, &p), &p, &was) && was == 990);
	ck_assert(!checkout_was_read(checkout_was(&a, p.totals.total_minor, &p), &p, &was));
	d.was = checkout_was(&a, 990, &p);
	l.qty = 2;
	p = plan(&l, 1, &d);
	ck_assert(!checkout_was_read(d.was, &p, &was));
	for (size_t i = 0; i < d.was.n; i++)
		ck_assert(!checkout_was_read(str_head(d.was, i), &p, &was));
	ck_assert(!checkout_was_read(STR("-1 2"), &p, &was) && !checkout_was_read(STR("x"), &p, &was));
	arena_fini(&a);
}
END_TEST

START_TEST(checkout_hash_covers_all_that_is_shown)
{
	struct cart_line l = line(1, 2, 1000);
	struct checkout_draft d = draft();
	uint64_t was;

	arena_init(&a, 8 << 20);
	was = plan(&l, 1, &d).hash;
	ck_assert_uint_eq(plan(&l, 1, &d).hash, was);
	for (int i = 0; i < ADDRESS__MAX; i++) {
		static const char *const other[ADDRESS__MAX] = {[ADDRESS_EMAIL] = "b@example.org",
		    [ADDRESS_PHONE] = "12345", [ADDRESS_POSTCODE] = "20097", [ADDRESS_COUNTRY] = "AT"};

		d = draft();
		d.address.field[i] = str_z(other[i] != NULL ? other[i] : "Other");
		ck_assert_msg(plan(&l, 1, &d).hash != was, "%s", address_field_name((enum address_field)i));
	}
	d = draft();
	d.billing = d.address;
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	d.billing.field[ADDRESS_CITY] = STR_NONE;
	ck_assert_int_eq(plan(&l, 1, &d).step, CHECKOUT_ADDRESS);
	d = draft();
	d.note = STR("ring twice");
	ck_assert_uint_eq(plan(&l, 1, &d).hash, was); /* the note is typed on the review page itself */
	d = draft();
	d.payment = STR("on_delivery");
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	d = draft();
	d.shipping = STR("pickup");
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	d = draft();
	l.price_minor = 999;
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	l = line(1, 1, 2000);
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	l = line(2, 2, 1000);
	ck_assert_uint_ne(plan(&l, 1, &d).hash, was);
	arena_fini(&a);
}
END_TEST

START_TEST(order_waits_for_its_money_only_when_paid_in_advance)
{
	struct cart_line l = line(1, 2, 1000);
	struct checkout_draft d = draft();
	struct shop_rules r = rules();
	struct cart cart = {.id = 1, .session_id = 7, .lines = &l, .n = 1};
	struct checkout_plan p;
	struct order o;
	struct err e = {0};

	arena_init(&a, 4 << 20);
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_AWAITING_PAYMENT);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_PAYMENT], ORDER_PAYMENT_DUE);
	ck_assert_int_eq(o.expires_at, 4600);
	ck_assert_int_eq(o.lines[0].stock_taken, 2);
	ck_assert_int_eq(o.total_minor, 2490);
	d.payment = STR("on_delivery");
	l.stock.tracked = false;
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_CONFIRMED);
	ck_assert_int_eq(o.expires_at, 0);
	ck_assert_int_eq(o.lines[0].stock_taken, 0);
	l.price_minor = l.seen_minor = 0;
	d.shipping = STR("pickup");
	d.payment = STR("transfer");
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_CONFIRMED);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_PAYMENT], ORDER_PAYMENT_PAID);
	arena_fini(&a);
}
END_TEST

START_TEST(order_expires_by_its_payment_method)
{
	struct cart_line l = line(1, 2, 1000);
	struct checkout_draft d = draft();
	struct shop_rules r = rules();
	struct cart cart = {.id = 1, .session_id = 7, .lines = &l, .n = 1};
	struct checkout_plan p;
	struct order o;
	struct err e = {0};

	arena_init(&a, 4 << 20);
	r.expiry_s[PAYMENT_TRANSFER] = 60;
	r.expiry_s[PAYMENT_AT_PICKUP] = 600;
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.expires_at, 1060);
	d.shipping = STR("pickup");
	d.payment = STR("at_pickup");
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.states.of[ORDER_MACHINE_ORDER], ORDER_ORDER_CONFIRMED);
	ck_assert_int_eq(o.expires_at, 1600);
	l.price_minor = l.seen_minor = 0;
	p = plan(&l, 1, &d);
	ck_ok(order_from_plan(&a, &r, &cart, &p, 1000, &o, &e), &e);
	ck_assert_int_eq(o.expires_at, 0);
	arena_fini(&a);
}
END_TEST

START_TEST(payment_on_delivery_is_for_parcels_and_at_the_shop_for_goods_that_are_collected)
{
	static const struct {
		const char *shipping, *payment;
		enum checkout_step step;
	} cases[] = {{"standard", "on_delivery", CHECKOUT_REVIEW}, {"standard", "at_pickup", CHECKOUT_PAYMENT},
	    {"pickup", "at_pickup", CHECKOUT_REVIEW}, {"pickup", "transfer", CHECKOUT_REVIEW},
	    {"pickup", "on_delivery", CHECKOUT_REVIEW}, /* a draft of release 0.1.0 */
	    {"pickup", "free", CHECKOUT_PAYMENT}};
	struct cart_line l = line(1, 1, 1000);

	arena_init(&a, 4 << 20);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct checkout_draft d = draft();
		struct checkout_plan p;

		d.shipping = str_z(cases[i].shipping);
		d.payment = str_z(cases[i].payment);
		p = plan(&l, 1, &d);
		ck_assert_msg(p.step == cases[i].step, "%s %s", cases[i].shipping, cases[i].payment);
		if (p.shipping == SHIPPING_PICKUP) {
			ck_assert(!p.payments[PAYMENT_ON_DELIVERY] && p.payments[PAYMENT_AT_PICKUP]);
			ck_assert_int_ne(p.payment, PAYMENT_ON_DELIVERY);
		}
	}
	ck_assert_int_eq(payment_meant(PAYMENT_ON_DELIVERY, SHIPPING_PICKUP), PAYMENT_AT_PICKUP);
	ck_assert_int_eq(payment_meant(PAYMENT_ON_DELIVERY, SHIPPING_STANDARD), PAYMENT_ON_DELIVERY);
	ck_assert_int_eq(payment_meant(PAYMENT_TRANSFER, SHIPPING_PICKUP), PAYMENT_TRANSFER);
	arena_fini(&a);
}
END_TEST

START_TEST(product_shows_the_best_availability_of_its_variants)
{
	struct stock many = {.on_hand = STOCK_LOW + 1, .tracked = true}, few = {.on_hand = 1, .tracked = true};
	struct stock none = {.tracked = true}, over = {.tracked = true, .sell_over = true}, free = {0};

	ck_assert_int_eq(stock_avail(&many), STOCK_PLENTY);
	ck_assert_int_eq(stock_avail(&few), STOCK_FEW);
	ck_assert_int_eq(stock_avail(&none), STOCK_SOLD_OUT);
	ck_assert_int_eq(stock_avail(&over), STOCK_ON_ORDER);
	ck_assert_int_eq(stock_avail(&free), STOCK_PLENTY);
	ck_assert_int_eq(stock_better(STOCK_SOLD_OUT, STOCK_ON_ORDER), STOCK_ON_ORDER);
	ck_assert_int_eq(stock_better(STOCK_ON_ORDER, STOCK_FEW), STOCK_FEW);
	ck_assert_int_eq(stock_sellable(&few, 2), 1);
	ck_assert_int_eq(stock_sellable(&over, 2), 2);
}
END_TEST

UNIT_MAIN("order", checkout_goes_step_by_step,
    checkout_of_digital_goods_asks_for_no_delivery, shipping_is_priced_by_weight_and_free_from_a_value_on,
    shipping_steps_report_their_faults, cart_lines_report_changes,
    checkout_counts_only_sellable_pieces_and_never_orders_fewer_silently,
    checkout_refuses_more_pieces_of_stock_than_one_order_may_hold,
    checkout_of_nothing_asks_for_no_payment, checkout_knows_why_no_parcel_is_offered,
    checkout_tells_the_refused_total_until_something_else_changes, checkout_hash_covers_all_that_is_shown,
    order_waits_for_its_money_only_when_paid_in_advance, order_expires_by_its_payment_method,
    payment_on_delivery_is_for_parcels_and_at_the_shop_for_goods_that_are_collected,
    product_shows_the_best_availability_of_its_variants)
