/* order.h - shared by the tests of orders: a shop with goods, carts ready to be ordered, the books. */
#ifndef KONTOR_TESTS_ORDER_H
#define KONTOR_TESTS_ORDER_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "integ.h"
#include "plat/conf/conf.h"
#include "store/admin/verify_store.h"
#include "store/order/order_store.h"
#include "store/shop_rules.h"

#define NOW 1800000000
#define ARENA_B ((size_t)64 << 20)

/* The connection and the rules of one process. */
struct shop {
	const struct order_guard *guard; /* of place(); may be NULL */
	struct str client;		 /* of place(); may be none */
	const struct secret_ring *links; /* of place(); may be NULL */
	struct arena a;
	struct conf conf;
	struct db *db;
	struct shop_rules rules;
};

/* The content of the order form. */
struct submit {
	struct session session;
	uint8_t key[CART_KEY_B];
	uint64_t hash;
	int64_t total_minor;
};

static inline void
shop_open(struct shop *s, enum db_role role)
{
	struct err e = {0};

	s->guard = NULL;
	s->client = STR_NONE;
	s->links = NULL;
	arena_init(&s->a, ARENA_B);
	ck_ok(secret_init(&e), &e);
	services_conf(&services, &s->a, &s->conf);
	ck_ok(shop_rules_init(&s->rules, &s->conf, &e), &e);
	s->db = services_db(&services, &s->a, role);
}

static inline void
shop_close(struct shop *s)
{
	arena_fini(&s->a);
}

/* Several statements, each ended by ';'. */
static inline void
run_sql(const char *text)
{
	struct str rest = str_z(text), one;
	struct arena a;

	arena_init(&a, 1 << 20);
	while (str_cut(&rest, ';', &one)) {
		if (str_trim(one).n > 0)
			services_sql(&services, str_zdup(&a, one));
	}
	arena_fini(&a);
}

/* A product with one variant of the same id. */
static inline void
put_goods(unsigned id, int64_t price_minor, int64_t on_hand, bool tracked)
{
	char sql[1500];

	snprintf(sql, sizeof(sql),
	    "INSERT INTO product (id, handle, status, price_minor, avail, created_at, content_hash)"
	    " VALUES (%u, 'p%u', 1, %lld, 2, 1, REPEAT('x', 16));"
	    "INSERT INTO product_text (product_id, lang, title, body_html) VALUES (%u, 'en', 'Tea %u', '');"
	    "INSERT INTO variant (id, product_id, position, price_minor, weight_mg) VALUES (%u, %u, 1, %lld, 100000);"
	    "INSERT INTO stock VALUES (%u, %lld, %d, 0);"
	    "INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (%u, %lld, 0, 1);",
	    id, id, (long long)price_minor, id, id, id, id, (long long)price_minor, id, (long long)on_hand, tracked, id,
	    (long long)on_hand);
	run_sql(sql);
}

static inline long long PRINTF(1, 2) number(const char *fmt, ...)
{
	char sql[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	return services_number(&services, sql);
}

static inline void
look(void *arg, const struct verify_result *r)
{
	(void)arg;
	if (strcmp(r->check->name, "catalogue") == 0) /* these goods are not in the lists */
		return;
	ck_assert_msg(
	    r->n == 0, "%s: %.*s: %.*s", r->check->name, STR_ARG(r->breach[0].what), STR_ARG(r->breach[0].why));
}

/* Checks the books. */
static inline void
check_books(void)
{
	struct err e = {0};
	struct arena a;
	size_t n;

	arena_init(&a, ARENA_B);
	ck_ok(verify_run(services_db(&services, &a, DB_TOOL), clock_utc_s(), look, NULL, &n, &e), &e);
	arena_fini(&a);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM stock s WHERE s.on_hand <> (SELECT COALESCE(SUM(m.qty), 0)"
			     " FROM stock_movement m WHERE m.variant_id = s.variant_id)"),
	    0);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM stock WHERE on_hand < 0"), 0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM (SELECT entry_id FROM ledger_line GROUP BY entry_id"
			     " HAVING SUM(debit_minor) <> SUM(credit_minor)) x"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE o.total_minor <> o.shipping_minor + (SELECT"
			     " SUM(line_minor) FROM order_line l WHERE l.order_id = o.id)"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE (SELECT COUNT(*) FROM order_event v"
			     " WHERE v.order_id = o.id AND v.event = 0) <> 3"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM orders o WHERE (SELECT COUNT(*) FROM outbox b WHERE b.kind = 'event'"
			     " AND b.subject = CONCAT('order/', o.id) AND b.version = 1) <> 1"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM cart c JOIN orders o ON o.order_key = c.order_key"
			     " WHERE c.is_open IS NOT NULL"),
	    0);
}

static inline struct checkout_draft
draft_with(const char *payment)
{
	return (struct checkout_draft){
	    .address = {{
		[ADDRESS_EMAIL] = STR_INIT("anna@example.org"),
		[ADDRESS_NAME] = STR_INIT("Anna Müßig"),
		[ADDRESS_STREET] = STR_INIT("Deich \"1\"\\"),
		[ADDRESS_POSTCODE] = STR_INIT("20095"),
		[ADDRESS_CITY] = STR_INIT("Hamburg"),
		[ADDRESS_COUNTRY] = STR_INIT("DE"),
	    }},
	    .shipping = STR_INIT("standard"),
	    .payment = str_z(payment),
	};
}

static inline struct cart_owner
owner(const struct session *s)
{
	return (struct cart_owner){.session_id = s->id,
	    .token = str_n(s->token, sizeof(s->token)),
	    .lang = STR("en"),
	    .fallback = STR("en")};
}

/* A visitor who has reached the review page: `qty` pieces of each variant. */
static inline void
prepare_draft(
    struct shop *s, const unsigned *variants, size_t n, int qty, struct checkout_draft draft, struct submit *out)
{
	struct session *session;
	struct cart_owner own;
	struct checkout_plan plan;
	struct cart cart;
	struct err e = {0};
	bool found;

	ck_ok(session_create(s->db, &s->a, NOW, &session, &e), &e);
	own = owner(session);
	for (size_t i = 0; i < n; i++) {
		struct cart_change c = {session->id, variants[i], qty, NOW + (int64_t)i};

		ck_ok(cart_add(s->db, &c, &e), &e);
	}
	ck_ok(cart_find(s->db, &s->a, &own, &cart, &(struct checkout_draft){0}, &found, &e), &e);
	ck_assert(found);
	ck_ok(cart_draft_save(s->db, &s->a, &own, cart.id, &draft, NOW, &e), &e);
	ck_ok(cart_find(s->db, &s->a, &own, &cart, &draft, &found, &e), &e);
	ck_ok(checkout_plan(&s->a, &s->rules, &cart, &draft, &plan, &e), &e);
	ck_assert_int_eq(plan.step, CHECKOUT_REVIEW);
	*out = (struct submit){.session = *session, .hash = plan.hash, .total_minor = plan.totals.total_minor};
	memcpy(out->key, cart.order_key, sizeof(out->key));
}

static inline void
prepare(struct shop *s, const unsigned *variants, size_t n, int qty, const char *payment, struct submit *out)
{
	prepare_draft(s, variants, n, qty, draft_with(payment), out);
}

static inline void
prepare_one(struct shop *s, unsigned variant, struct submit *out)
{
	prepare(s, &variant, 1, 1, "transfer", out);
}

static inline bool
place(struct shop *s, const struct submit *sub, struct order_placed *placed, struct err *e)
{
	struct order_request rq = {.guard = s->guard,
	    .links = s->links,
	    .rules = &s->rules,
	    .session = &sub->session,
	    .owner = owner(&sub->session),
	    .note = STR("ring\ntwice"),
	    .key = str_n(sub->key, sizeof(sub->key)),
	    .seen_hash = sub->hash,
	    .seen_total_minor = sub->total_minor,
	    .client = s->client,
	    .now_s = NOW};

	*e = (struct err){0};
	db_deadline(s->db, clock_mono_ns() + 30 * CLOCK_S);
	return order_place(s->db, &s->a, &rq, placed, e);
}

static inline bool
order_of(struct shop *s, struct str token, struct order *o, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	const struct secret_ring none = {.n = 0};

	*e = (struct err){0};
	ck_assert_int_eq(order_link_read(s->links == NULL ? &none : s->links, token, hash), ORDER_LINK_GOOD);
	return order_get(s->db, &s->a, str_n(hash, sizeof(hash)), o, e);
}

#endif
