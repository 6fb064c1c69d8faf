#include <stdio.h>
#include <string.h>

#include "integ.h"
#include "store/admin/verify_store.h"

#define NOW 1800000000

/* A small shop whose books are right: two products, an order that waits for its payment, and an expired one. */
static const char *const books[] = {
    "DELETE FROM document_series", "DELETE FROM parcel_line", "DELETE FROM parcel", "DELETE FROM order_cut",
    "DELETE FROM refund_line",
    "DELETE FROM refund", "DELETE FROM return_line", "DELETE FROM return_case", "DELETE FROM payment",
    "DELETE FROM order_line", "DELETE FROM order_address", "DELETE FROM order_tax", "DELETE FROM order_event",
    "DELETE FROM ledger_line", "DELETE FROM ledger_entry", "DELETE FROM orders", "DELETE FROM cart_line",
    "DELETE FROM cart", "DELETE FROM outbox", "DELETE FROM stock_movement", "DELETE FROM stock", "DELETE FROM variant",
    "DELETE FROM price_history", "DELETE FROM sale_price", "DELETE FROM sale", "DELETE FROM listing",
    "DELETE FROM product", "DELETE FROM category",
    "INSERT INTO category (id, path, slug, depth, n_products) VALUES (1, 'Tea', 'tea', 1, 1)",
    "INSERT INTO product (id, handle, status, category_id, price_minor, created_at, content_hash)"
    " VALUES (1, 'tea', 1, 1, 500, 1, ''), (2, 'draft', 0, NULL, 100, 1, ''), (3, 'reduced', 0, NULL, 300, 1, '')",
    "INSERT INTO variant (id, product_id, position, price_minor) VALUES (11, 1, 1, 500), (12, 2, 1, 100)",
    "INSERT INTO variant (id, product_id, position, price_minor, prices) VALUES (13, 3, 1, 400, '1 300')",
    "INSERT INTO price_history VALUES (11, 1, 500), (12, 1, 200), (13, 1, 300)",
    "INSERT INTO sale (id, name, starts_at, ends_at, rule, selection, actor, created_at)"
    " VALUES (1, 'Always', 1, 2100000000, '-25%', 'all goods', 'a', 1)",
    "INSERT INTO sale_price VALUES (1, 13, 300, 400)",
    "INSERT INTO listing VALUES (0, 1, 1, 500), (1, 1, 1, 500)",
    "INSERT INTO stock VALUES (11, 8, 1, 0), (12, -1, 1, 1), (13, 0, 0, 0)",
    "INSERT INTO stock_movement (id, variant_id, qty, reason, order_id, at) VALUES (1, 11, 10, 0, NULL, 1),"
    " (2, 11, -2, 2, 1, 1), (3, 11, -3, 2, 2, 1), (4, 11, 3, 3, 2, 1), (5, 12, -1, 1, NULL, 1)",
    "INSERT INTO cart (id, session_id, is_open, order_key, draft, created_at, changed_at)"
    " VALUES (1, 1, NULL, REPEAT('a', 16), '', 1, 1), (3, 1, 1, REPEAT('c', 16), '', 1, 1)",
    "INSERT INTO cart_line VALUES (3, 11, 1, 500, 1)",
    "INSERT INTO orders (id, order_key, number, session_id, token_hash, state, payment_state, fulfilment_state, lang,"
    " currency, tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, delivery, payment,"
    " terms_version, terms_at, created_at, expires_at) VALUES"
    " (1, REPEAT('a', 16), 'K-1', 1, REPEAT('a', 32), 1, 1, 1, 'en', 'EUR', 1, 1000, 190, 190, 1190, 'a@b.c', 'post',"
    " 'transfer', '1', 1, 1, 1800000000),"
    " (2, REPEAT('b', 16), 'K-2', 1, REPEAT('b', 32), 5, 5, 5, 'en', 'EUR', 0, 1500, 0, 285, 1785, 'a@b.c', 'post',"
    " 'transfer', '1', 1, 1, NULL)",
    "INSERT INTO order_address (order_id, kind, name, street, postcode, city, country)"
    " VALUES (1, 0, 'A', 'S', '1', 'C', 'DE'), (2, 0, 'A', 'S', '1', 'C', 'DE')",
    "INSERT INTO order_line (order_id, pos, variant_id, product_id, sku, title, qty, unit_minor, line_minor, tax_bp,"
    " tax_minor, stock_taken) VALUES (1, 1, 11, 1, '', 'Tea', 2, 500, 1000, 1900, 160, 2),"
    " (2, 1, 11, 1, '', 'Tea', 3, 500, 1500, 1900, 285, 3)",
    "INSERT INTO order_tax VALUES (1, 1900, 1000, 190), (2, 1900, 1500, 285)",
    "INSERT INTO order_event (id, order_id, machine, event, from_state, to_state, actor, at) VALUES"
    " (1, 1, 0, 0, 0, 1, 'buyer', 1), (2, 1, 1, 0, 0, 1, 'buyer', 1), (3, 1, 2, 0, 0, 1, 'buyer', 1),"
    " (4, 2, 0, 0, 0, 1, 'buyer', 1), (5, 2, 1, 0, 0, 1, 'buyer', 1), (6, 2, 2, 0, 0, 1, 'buyer', 1),"
    " (7, 2, 0, 2, 1, 5, 'job', 2), (8, 2, 1, 2, 1, 5, 'job', 2), (9, 2, 2, 2, 1, 5, 'job', 2)",
    "INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (1, 1, 0, 1), (2, 2, 0, 1), (3, 2, 1, 2)",
    "INSERT INTO ledger_line VALUES (1, 1, 'receivable', 1190, 0), (1, 2, 'sales', 0, 840), (1, 3, 'shipping', 0, 160),"
    " (1, 4, 'tax', 0, 190), (2, 1, 'receivable', 1785, 0), (2, 2, 'sales', 0, 1500), (2, 4, 'tax', 0, 285),"
    " (3, 1, 'receivable', 0, 1785), (3, 2, 'sales', 1500, 0), (3, 4, 'tax', 285, 0)",
    "INSERT INTO outbox (id, kind, subject, version, payload, due_at, created_at)"
    " VALUES (1, 'cache', 'product/1', 1, '', 1, 1799999000), (2, 'event', 'order/1', 1, '', 1, 1799999000),"
    " (3, 'mail', 'order_placed/1', 1, '', 1, 1799999000)",
};

/* A change of the books, the check that must find it, and the row that it must name. */
static const struct {
	const char *check, *sql, *what;
} breaches[] = {
    {"prices", "UPDATE variant SET prices = '1 500' WHERE id = 12", "variant 12"},
    {"prices", "INSERT INTO sale_price VALUES (1, 11, 400, 500)", "variant 11"},
    {"prices", "INSERT INTO price_history VALUES (13, 2, 250)", "variant 13"},
    {"sale_over", "UPDATE product SET price_minor = 301 WHERE id = 3", "product 3"},
    {"order_total", "UPDATE orders SET total_minor = 1191 WHERE id = 1", "order 1"},
    {"order_total", "UPDATE orders SET discount_minor = 1 WHERE id = 2", "order 2"},
    {"order_total", "UPDATE orders SET tax_included = 1 WHERE id = 2", "order 2"},
    {"order_lines", "UPDATE order_line SET line_minor = 999 WHERE order_id = 1", "order 1"},
    {"order_lines", "DELETE FROM order_line WHERE order_id = 2", "order 2"},
    {"order_line", "UPDATE order_line SET unit_minor = 499 WHERE order_id = 1", "order 1 line 1"},
    {"order_line", "UPDATE order_line SET stock_taken = 1 WHERE order_id = 1", "order 1 line 1"},
    {"order_tax", "UPDATE order_tax SET tax_minor = 191 WHERE order_id = 1", "order 1"},
    {"order_tax", "UPDATE order_tax SET base_minor = 1501 WHERE order_id = 2", "order 2"},
    {"order_tax", "DELETE FROM order_tax WHERE order_id = 2", "order 2"},
    {"order_address", "DELETE FROM order_address WHERE order_id = 2", "order 2"},
    {"cart_ordered", "UPDATE cart SET session_id = 9, is_open = 1 WHERE id = 1", "cart 1"},
    {"order_state", "UPDATE orders SET state = 2 WHERE id = 1", "order 1"},
    {"order_state", "UPDATE orders SET fulfilment_state = 3 WHERE id = 1", "order 1"},
    {"order_state", "DELETE FROM order_event WHERE order_id = 1 AND machine = 1", "order 1"},
    {"order_events", "UPDATE order_event SET from_state = 2 WHERE id = 7", "order 2 event 7"},
    {"order_events", "UPDATE order_event SET event = 3, to_state = 5 WHERE id = 7", "order 2 event 7"},
    {"order_events", "DELETE FROM order_event WHERE id = 5", "order 2 event 8"},
    {"order_actors", "UPDATE order_event SET actor = 'job' WHERE id = 1", "order 1 event 1"},
    {"order_actors", "UPDATE order_event SET actor = 'buyer' WHERE id = 7", "order 2 event 7"},
    {"order_actors", "UPDATE order_event SET actor = 'anna' WHERE id = 8", "order 2 event 8"},
    {"order_number", "UPDATE orders SET number = LOWER(HEX(order_key)) WHERE id = 1", "order 1"},
    {"payments", "INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (9, 1, 2, 1)", "order 1"},
    {"payments", "INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (9, 2, 3, 1)", "order 2"},
    {"order_index", "UPDATE orders SET country = 'AT' WHERE id = 1", "order 1"},
    {"payments", "INSERT INTO order_event (order_id, machine, event, from_state, to_state, actor, at)"
     " VALUES (1, 1, 1, 1, 2, 'anna', 3)", "order 1"},
    {"money", "INSERT INTO payment (order_id, provider, amount_minor, currency, at)"
	      " VALUES (1, 'transfer', 9, 'EUR', 1)", "order 1"},
    {"money", "INSERT INTO refund (id, order_id, amount_minor, currency, state, by_hand, asked_at, changed_at)"
	      " VALUES (1, 1, 5, 'EUR', 1, 0, 1, 1)", "order 1"},
    {"money", "UPDATE ledger_entry SET currency = 'USD' WHERE id = 2", "ledger entry 2"},
    {"order_cases", "INSERT INTO refund (id, order_id, amount_minor, currency, state, by_hand, asked_at, changed_at)"
		    " VALUES (1, 1, 5, 'EUR', 1, 0, 1, 1)", "refund 1"},
    {"order_cases", "INSERT INTO return_case (id, order_id, kind, state, asked_at, changed_at)"
		    " VALUES (1, 1, 0, 1, 1, 1)", "return 1"},
    {"refund_waits", "INSERT INTO refund (id, order_id, amount_minor, currency, state, by_hand, asked_at, changed_at,"
		     " next_at) VALUES (1, 1, 5, 'EUR', 2, 0, 1799913599, 1, 1)", "refund 1"},
    {"document_chain", "INSERT INTO document_series (series, last_seq, sha256) VALUES ('R-2020', 3, REPEAT('x', 32))",
	"series R-2020"},
    {"order_pieces", "INSERT INTO order_cut (order_id, pos, qty, at) VALUES (1, 1, 3, 1)", "order 1 line 1"},
    {"order_pieces", "UPDATE orders SET fulfilment_state = 3 WHERE id = 1", "order 1"},
    {"stock_order", "INSERT INTO order_cut (order_id, pos, qty, at) VALUES (1, 1, 1, 1)", "order 1 variant 11"},
    /* an order marked paid by hand */
    {"ledger_cash", "UPDATE orders SET payment_state = 2 WHERE id = 1", "order 1"},
    {"order_state", "UPDATE orders SET payment_state = 2 WHERE id = 1", "order 1"},
    {"order_waits", "UPDATE orders SET expires_at = NULL WHERE id = 1", "order 1"},
    {"order_waits", "UPDATE orders SET expires_at = 1799996399 WHERE id = 1", "order 1"},
    {"order_waits", "UPDATE orders SET state = 2, expires_at = 1799996399 WHERE id = 1", "order 1"},
    {"ledger_entry", "UPDATE ledger_line SET debit_minor = 1189 WHERE entry_id = 1 AND pos = 1", "ledger entry 1"},
    {"ledger_all", "DELETE FROM ledger_line WHERE entry_id = 1 AND pos = 3", "ledger"},
    {"ledger_sale", "INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (9, 1, 0, 1)", "order 1"},
    {"ledger_sale", "DELETE FROM ledger_entry WHERE id = 1", "order 1"},
    {"ledger_sale", "UPDATE ledger_entry SET kind = 0 WHERE id = 3", "order 2"},
    {"ledger_sale", "INSERT INTO ledger_entry (id, order_id, kind, at) VALUES (9, 1, 1, 1)", "order 1"},
    {"ledger_sale", "UPDATE ledger_line SET account = 'sales' WHERE entry_id = 1", "order 1"},
    {"ledger_cash", "UPDATE orders SET payment_state = 2 WHERE id = 1", "order 1"},
    {"ledger_cash", "UPDATE ledger_line SET account = 'cash' WHERE entry_id = 1 AND pos = 1", "order 1"},
    {"stock_sum", "UPDATE stock SET on_hand = 9 WHERE variant_id = 11", "variant 11"},
    {"stock_sum", "DELETE FROM stock_movement WHERE id = 1", "variant 11"},
    {"stock_oversold", "UPDATE stock SET sell_over = 0 WHERE variant_id = 12", "variant 12"},
    {"stock_order", "UPDATE stock_movement SET qty = -1 WHERE id = 2", "order 1 variant 11"},
    {"stock_order", "DELETE FROM stock_movement WHERE id = 4", "order 2 variant 11"},
    {"stock_order", "UPDATE stock_movement SET variant_id = 12 WHERE id = 2", "stock movement 2"},
    {"stock_order", "UPDATE stock_movement SET order_id = NULL WHERE id = 2", "stock movement 2"},
    {"outbox", "UPDATE outbox SET created_at = 1799996399 WHERE id = 1", "outbox 1"},
    {"outbox", "UPDATE outbox SET state = 2 WHERE id = 2", "outbox 2"},
    {"outbox", "UPDATE outbox SET created_at = 1799999000 - 604800 WHERE id = 3", "outbox 3"},
    {"withdrawals",
	"INSERT INTO withdrawal (id, key_hash, at, lang, name, email, contract, goods, pieces) VALUES"
	" (7, REPEAT('x', 32), 1, 'en', 'A', 'a@b.example', 'x', '', '')",
	"withdrawal 7"},
    {"withdrawals",
	"INSERT INTO withdrawal (id, key_hash, at, lang, name, email, contract, goods, pieces, state, order_id) VALUES"
	" (8, REPEAT('y', 32), 1, 'en', 'A', 'a@b.example', 'x', '', '', 3, 999)",
	"withdrawal 8"},
    {"orphans", "UPDATE order_line SET variant_id = 99 WHERE order_id = 1", "order_line 1/1"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "order_line 1/1"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "order_address 1/0"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "order_tax 1/1900"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "order_event 1"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "ledger_entry 1"},
    {"orphans", "DELETE FROM orders WHERE id = 1", "stock_movement 2"},
    {"orphans", "DELETE FROM ledger_entry WHERE id = 3", "ledger_line 3/1"},
    {"orphans", "DELETE FROM stock WHERE variant_id = 12", "stock_movement 5"},
    {"orphans", "DELETE FROM stock WHERE variant_id = 12", "variant 12"},
    {"orphans", "DELETE FROM variant WHERE id = 12", "stock 12"},
    {"orphans", "DELETE FROM product WHERE id = 2", "variant 12"},
    {"orphans", "DELETE FROM cart WHERE id = 3", "cart_line 3/11"},
    {"orphans", "DELETE FROM product WHERE id = 1", "listing 1/1"},
    {"catalogue", "UPDATE product SET status = 2 WHERE id = 1", "product 1"},
    {"catalogue", "UPDATE product SET status = 1 WHERE id = 2", "product 2"},
    {"catalogue", "UPDATE listing SET price_minor = 499 WHERE category_id = 1", "listing 1/1"},
    {"catalogue", "UPDATE category SET n_products = 2", "category 1"},
};

static struct arena arena;

static struct db *
begin(void)
{
	arena_init(&arena, (size_t)64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(books); i++)
		services_sql(&services, books[i]);
	return services_db(&services, &arena, DB_TOOL);
}

struct seen {
	const char *check, *what;
	bool named;
	char all[4096];
};

static void
look(void *arg, const struct verify_result *r)
{
	struct seen *s = arg;

	for (size_t i = 0; i < r->n; i++) {
		size_t n = strlen(s->all);

		snprintf(s->all + n, sizeof(s->all) - n, "%s: %.*s: %.*s\n", r->check->name, STR_ARG(r->breach[i].what),
		    STR_ARG(r->breach[i].why));
		if (s->check != NULL && strcmp(r->check->name, s->check) == 0 && str_eq_z(r->breach[i].what, s->what))
			s->named = true;
	}
}

static size_t
verify(struct db *db, struct seen *s)
{
	struct err e = {0};
	size_t n;

	ck_ok(verify_run(db, NOW, look, s, &n, &e), &e);
	return n;
}

START_TEST(good_books_are_found_good)
{
	struct seen s = {0};

	ck_assert_msg(verify(begin(), &s) == 0, "%s", s.all);
}
END_TEST

START_TEST(each_planted_breach_is_seen_and_named)
{
	struct db *db = begin();

	for (size_t i = 0; i < ARRAY_LEN(breaches); i++) {
		struct seen s = {.check = breaches[i].check, .what = breaches[i].what};

		if (i > 0) {
			for (size_t j = 0; j < ARRAY_LEN(books); j++)
				services_sql(&services, books[j]);
		}
		services_sql(&services, breaches[i].sql);
		ck_assert_msg(verify(db, &s) > 0 && s.named, "%s: %s, not named by %s; found:\n%s", breaches[i].sql,
		    s.what, s.check, s.all);
	}
}
END_TEST

START_TEST(an_order_that_is_there_twice_is_seen_even_without_its_index)
{
	static const char *const plant[] = {"ALTER TABLE orders DROP INDEX orders_key, DROP INDEX orders_number",
	    "UPDATE orders SET order_key = REPEAT('a', 16), number = 'K-1'"};
	static const char *const mend[] = {"UPDATE orders SET order_key = REPEAT('b', 16), number = 'K-2' WHERE id = 2",
	    "ALTER TABLE orders ADD UNIQUE INDEX orders_key (order_key), ADD UNIQUE INDEX orders_number (number)"};
	struct seen s = {.check = "order_once", .what = "orders 1,2"};
	struct db *db = begin();

	for (size_t i = 0; i < ARRAY_LEN(plant); i++)
		services_sql(&services, plant[i]);
	verify(db, &s);
	for (size_t i = 0; i < ARRAY_LEN(mend); i++)
		services_sql(&services, mend[i]);
	ck_assert_msg(s.named, "%s", s.all);
}
END_TEST

START_TEST(every_check_has_a_breach_that_is_planted)
{
	size_t n;
	const struct verify_check *checks = verify_checks(&n);

	for (size_t i = 0; i < n; i++) {
		bool planted = strcmp(checks[i].name, "order_once") == 0
		    || strcmp(checks[i].name, "schema") == 0; /* test_schema.c */

		for (size_t j = 0; j < ARRAY_LEN(breaches); j++)
			planted = planted || strcmp(checks[i].name, breaches[j].check) == 0;
		ck_assert_msg(planted, "%s", checks[i].name);
	}
}
END_TEST

INTEG_MAIN("verify", false, good_books_are_found_good, each_planted_breach_is_seen_and_named,
    an_order_that_is_there_twice_is_seen_even_without_its_index, every_check_has_a_breach_that_is_planted)
