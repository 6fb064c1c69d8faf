/* Lists of orders: each finds what it should, page by page, and reads no more rows than stated, however many orders
 * there are. KONTOR_TEST_ORDERS is their number (make check-orders: 1,000,000). */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "order.h"
#include "store/order/order_list.h"
#include "store/order/order_words.h"
#include "store/order/stock_store.h"
#include "store/sql.h"

#define OPEN 300 /* the newest orders are not done yet */
#define PAGE 50
#define PIECE 25000 /* orders put at a time */
#define ROUNDS 31
#define WALK_MAX 50000 /* with more orders a walk through all pages takes too long */
/* A variant that moved often, and how often after it was counted. */
#define HOT 8
#define HOT_MOVES 10000
#define SINCE 1200

static long long n_orders;

static void PRINTF(1, 2) put(const char *fmt, ...)
{
	char sql[3000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	services_sql(&services, sql);
}

/* The same for each order, with `FROM seq_...` behind it, by pieces: the server gives up what takes too long. */
static void PRINTF(1, 2) put_each(const char *fmt, ...)
{
	char sql[3000];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	n = strlen(sql);
	for (long long i = 1; i <= n_orders; i += PIECE) {
		snprintf(sql + n, sizeof(sql) - n, " FROM seq_%lld_to_%lld", i,
		    i + PIECE - 1 < n_orders ? i + PIECE - 1 : n_orders);
		services_sql(&services, sql);
	}
}

static void
put_orders(void)
{
	const char *size = getenv("KONTOR_TEST_ORDERS");
	int64_t n = 20000;

	ck_assert(size == NULL || num_i64(str_z(size), 2 * ORDER_LIST_WINDOW, 10000000, &n));
	n_orders = n;
	if (services_number(&services, "SELECT COUNT(*) FROM orders") > 0)
		return;
	put("INSERT INTO product (id, handle, status, price_minor, avail, created_at, content_hash)"
	    " SELECT seq, CONCAT('p', seq), 1, 1000, 2, 1, REPEAT('x', 16) FROM seq_1_to_1000");
	put("INSERT INTO variant (id, product_id, position, price_minor, sku) SELECT seq, seq, 1, 1000, CONCAT('SKU-', "
	    "seq)"
	    " FROM seq_1_to_1000");
	put_each(
	    "INSERT INTO orders (id, order_key, number, session_id, token_hash, state, payment_state, fulfilment_state,"
	    " lang, currency, tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, delivery, "
	    "payment,"
	    " terms_version, terms_at, created_at, country)"
	    " SELECT seq, UNHEX(MD5(seq)), CONCAT('T-', seq), seq, UNHEX(SHA2(seq, 256)),"
	    " IF(seq > %lld, IF(seq %% 7 = 0, 1, 2), IF(seq %% 10 = 9, 5, 3)),"
	    " IF(seq > %lld, IF(seq %% 7 IN (0, 6), 1, IF(seq %% 7 = 3, 7, 2)), IF(seq %% 10 = 9, 5, 2)),"
	    " IF(seq > %lld, IF(seq %% 7 = 5, 3, IF(seq %% 7 = 6, 6, 1)), IF(seq %% 10 = 9, 5, 3)),"
	    " 'en', 'EUR', 1, 1000 + seq %% 5000, 0, 0, 1000 + seq %% 5000, CONCAT('buyer-', seq %% 5000, "
	    "'@example.org'),"
	    " 'standard', 'transfer', '1', 1, 1700000000 + 60 * (seq DIV 3), IF(seq %% 100 = 1, 'AT', 'DE')",
	    n_orders - OPEN, n_orders - OPEN, n_orders - OPEN);
	put_each("INSERT INTO order_address (order_id, kind, name, street, postcode, city, country)"
	    " SELECT seq, 0, IF(seq %% 1000 = 0, 'Jörg Ångström', 'Ada Buyer'), 'Long Lane 1', '20457', 'Hamburg',"
	    " IF(seq %% 100 = 1, 'AT', 'DE')");
	put_each(
	    "INSERT INTO order_line (order_id, pos, variant_id, product_id, sku, title, qty, unit_minor, line_minor, "
	    "tax_bp,"
	    " tax_minor, stock_taken) SELECT seq, 1, 1 + seq %% 1000, 1 + seq %% 1000, CONCAT('SKU-', 1 + seq %% "
	    "1000), 'Tea',"
	    " 1, 1000 + seq %% 5000, 1000 + seq %% 5000, 0, 0, 0");
	put_each("INSERT INTO order_word (word, order_id) SELECT IF(seq %% 1000 = 0, 'jorg', 'buyer'), seq");
	put_each("INSERT INTO order_word (word, order_id) SELECT 'hamburg', seq");
	put("INSERT INTO stock SELECT seq, seq %% 500, 1, 0 FROM seq_1_to_1000");
	put_each(
	    "INSERT INTO stock_movement (variant_id, qty, reason, order_id, at) SELECT 1 + seq %% 1000, -1, 2, seq,"
	    " 1700000000 + 60 * (seq DIV 3)");
	put("INSERT INTO stock_movement (variant_id, qty, reason, at) SELECT %d, 1, 6, 1700000000 + 60 * %lld + seq"
	    " FROM seq_1_to_%d",
	    HOT, n_orders / 3, HOT_MOVES);
	put("ANALYZE TABLE orders, order_address, order_line, order_word, variant, stock, stock_movement");
}

static struct order_filter
filter(void)
{
	struct order_filter f = order_filter_all();

	f.limit = PAGE;
	return f;
}

/* Rows read by the server so far; the query reads some itself, always as many. */
static long long
rows_read(void)
{
	return services_number(&services,
	    "SELECT CAST(SUM(variable_value) AS SIGNED) FROM information_schema.global_status"
	    " WHERE variable_name LIKE 'HANDLER_READ%'");
}

static long long
sorts(void)
{
	return services_number(&services,
	    "SELECT CAST(SUM(variable_value) AS SIGNED) FROM information_schema.global_status"
	    " WHERE variable_name IN ('SORT_SCAN', 'SORT_RANGE', 'SORT_MERGE_PASSES')");
}

static void
keep_sorted(uint64_t v[], int n, uint64_t k)
{
	for (; n > 0 && v[n - 1] > k; n--)
		v[n] = v[n - 1];
	v[n] = k;
}

/* How long a list takes, as a multiple of a read of one order by its primary key: medians of rounds in turn. */
static double
ratio(struct shop *s, const struct order_filter *f, uint64_t *us)
{
	uint64_t list_ns[ROUNDS], key_ns[ROUNDS];
	struct order_list l;
	struct db_rows rows;
	struct err e = {0};

	for (int i = 0; i < ROUNDS; i++) {
		struct arena_mark m = arena_mark(&s->a);
		uint64_t t0 = clock_mono_ns(), t1;

		ck_ok(order_list_get(s->db, &s->a, f, &l, &e), &e);
		t1 = clock_mono_ns();
		ck_ok(db_select_u64(s->db, SQL_ORDERS_AT, (uint64_t)(n_orders / 2 + i), &s->a, &rows, &e), &e);
		keep_sorted(list_ns, i, t1 - t0);
		keep_sorted(key_ns, i, clock_mono_ns() - t1);
		arena_rewind(&s->a, m);
	}
	*us = list_ns[ROUNDS / 2] / 1000;
	return (double)list_ns[ROUNDS / 2] / (double)key_ns[ROUNDS / 2];
}

/* The orders of all pages. */
static long long
walk(struct shop *s, struct order_filter f)
{
	struct order_list l;
	struct err e = {0};
	long long n = 0;
	uint64_t last = 0;

	do {
		struct arena_mark m = arena_mark(&s->a);

		ck_ok(order_list_get(s->db, &s->a, &f, &l, &e), &e);
		for (size_t i = 0; i < l.n; i++) {
			ck_assert(
			    last == 0
			    || (f.queue != ORDER_LIST_ANY && f.words.n == 0 ? l.v[i].id > last : l.v[i].id < last));
			last = l.v[i].id;
		}
		n += (long long)l.n;
		f.after = l.last_id;
		arena_rewind(&s->a, m);
	} while (l.more);
	return n;
}

/* Checks one list: the rows that its first page reads, that nothing is sorted, and that its pages hold the orders that
 * `where` is true of. */
static void
check_list(struct shop *s, const char *name, const struct order_filter *f, long long most, const char *where)
{
	long long before, idle, sorted, read;
	struct order_list l;
	struct err e = {0};
	double times;
	uint64_t us;

	ck_ok(order_list_get(s->db, &s->a, f, &l, &e), &e);
	sorted = sorts();
	before = rows_read();
	idle = rows_read();
	ck_ok(order_list_get(s->db, &s->a, f, &l, &e), &e);
	read = rows_read() - idle - (idle - before);
	sorted = sorts() - sorted;
	times = ratio(s, f, &us);
	printf("# %-34s %3zu orders, %5lld rows read, %7llu us, %5.1f x a read by primary key\n", name, l.n, read,
	    (unsigned long long)us, times);
	ck_assert_msg(l.n > 0, "%s: no order", name);
	ck_assert_msg(read <= most, "%s: %lld rows read, not %lld", name, read, most);
	ck_assert_msg(sorted == 0, "%s: %lld sorts", name, sorted);
	if (n_orders <= WALK_MAX)
		ck_assert_msg(walk(s, *f) == number("SELECT COUNT(*) FROM orders o WHERE %s", where), "%s: %lld orders",
		    name, walk(s, *f));
}

/* The statements of kontor stock, each with the most rows that it may read. */
enum stock_verb { STOCK_SHOW, STOCK_SHOW_LOW, STOCK_SHOW_MOVES, STOCK_SHOW_MOVES_OF, STOCK_COUNT_AT };

static void
do_stock(struct shop *s, enum stock_verb verb)
{
	uint8_t key[STOCK_KEY_B] = {0};
	struct stock_booking b = {.variant_id = HOT, .product_id = HOT, .key = str_n(key, sizeof(key)),
	    .how = STOCK_COUNT, .reason = STOCK_COUNTED, .n = 10000000,
	    .counted_at = 1700000000 + 60 * (n_orders / 3) + HOT_MOVES - SINCE, .actor = "anna", .dry_run = true};
	struct stock_booked done;
	struct stock_looks looks;
	struct stock_moves moves;
	struct err e = {0};
	uint64_t after = 0;

	secret_random(key, sizeof(key));
	switch (verb) {
	case STOCK_SHOW: ck_ok(stock_by_sku(s->db, &s->a, STR("SKU-8"), STR("en"), &looks, &e), &e); break;
	case STOCK_SHOW_LOW: ck_ok(stock_low(s->db, &s->a, STR("en"), 3, &after, &looks, &e), &e); break;
	case STOCK_SHOW_MOVES: ck_ok(stock_moves(s->db, &s->a, 0, 0, PAGE, &moves, &e), &e); break;
	case STOCK_SHOW_MOVES_OF: ck_ok(stock_moves(s->db, &s->a, 8, 0, PAGE, &moves, &e), &e); break;
	case STOCK_COUNT_AT: ck_ok(stock_book(s->db, &s->a, &b, &done, &e), &e); break;
	}
}

static long long
stock_rows(struct shop *s, enum stock_verb verb)
{
	struct arena_mark m = arena_mark(&s->a);
	long long before, idle, read;

	do_stock(s, verb);
	before = rows_read();
	idle = rows_read();
	do_stock(s, verb);
	read = rows_read() - idle - (idle - before);
	arena_rewind(&s->a, m);
	return read;
}

START_TEST(stock_reads_no_more_rows_than_stated)
{
	struct shop s;

	put_orders();
	shop_open(&s, DB_TOOL);
	{
		/* a page of movements has a variant and an order each; the end of a stretch of stock is looked for
		 * before it is read, and a low one has a variant, product and title */
		const struct {
			const char *name;
			enum stock_verb verb;
			long long most;
		} rows[] = {
		    {"stock show", STOCK_SHOW, 10},
		    {"stock low", STOCK_SHOW_LOW, 3 * 1000 + 3 * 8 + 20},
		    {"stock moves", STOCK_SHOW_MOVES, 3 * PAGE + 10},
		    {"stock moves of a SKU", STOCK_SHOW_MOVES_OF, 3 * PAGE + 10},
		    /* those since then and at most two pieces, each copied by the server */
		    {"stock count at a time", STOCK_COUNT_AT, 2 * (SINCE + 2 * STOCK_PIECE) + 20},
		};

		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			long long sorted = sorts(), read = stock_rows(&s, rows[i].verb);

			printf("# %-34s %5lld rows read\n", rows[i].name, read);
			ck_assert_msg(read > 0 && read <= rows[i].most, "%s: %lld rows read, not %lld", rows[i].name,
			    read, rows[i].most);
			/* the few variants of one SKU are sorted */
			ck_assert_msg(rows[i].verb == STOCK_SHOW || sorts() == sorted, "%s sorts", rows[i].name);
		}
	}
	shop_close(&s);
}
END_TEST

/* Per order: its entry in the index, in the list of ids that is sent back, its row and its address. */
#define PAGE_ROWS (4 * (PAGE + 1) + 10)
#define WINDOW_ROWS (5 * ORDER_LIST_WINDOW + 100)

START_TEST(list_by_one_filter_reads_a_page)
{
	struct order_filter f = filter();
	struct shop s;

	put_orders();
	shop_open(&s, DB_TOOL);
	check_list(&s, "all", &f, PAGE_ROWS, "TRUE");
	f.queue = 2;
	check_list(&s, "queue to_pack", &f, PAGE_ROWS + PAGE + 1, "state = 2 AND fulfilment_state = 1");
	f.queue = ORDER_QUEUE_OWED_BACK;
	check_list(&s, "queue owed_back", &f, PAGE_ROWS + PAGE + 1, "payment_state = 7");
	f.queue = ORDER_QUEUE_CHECK_PAYMENT;
	check_list(&s, "queue check_payment", &f, PAGE_ROWS, "state = 1");
	f.queue = ORDER_QUEUE_UNDER_WAY;
	check_list(&s, "queue under_way", &f, PAGE_ROWS, "state = 2 AND fulfilment_state = 3");
	f.queue = ORDER_QUEUE_COLLECT;
	check_list(&s, "queue collect", &f, PAGE_ROWS, "state = 2 AND fulfilment_state = 6 AND payment_state = 1");
	f = filter();
	f.after = (uint64_t)n_orders / 2;
	check_list(&s, "all, in the middle", &f, PAGE_ROWS, "id < (SELECT COUNT(*) FROM orders) DIV 2");
	f = filter();
	f.state = ORDER_ORDER_EXPIRED;
	check_list(&s, "state expired", &f, PAGE_ROWS, "state = 5");
	f = filter();
	f.email = STR("Buyer-77@example.org");
	check_list(&s, "mail", &f, PAGE_ROWS, "email = 'buyer-77@example.org'");
	f = filter();
	f.min_minor = f.max_minor = 1234;
	check_list(&s, "amount", &f, PAGE_ROWS, "total_minor = 1234");
	f = filter();
	f.sku = STR("SKU-8");
	check_list(&s, "SKU", &f, PAGE_ROWS, "id % 1000 = 7");
	f = filter();
	f.words = STR("J\xc3\x96RG");
	check_list(&s, "word", &f, PAGE_ROWS, "id % 1000 = 0");
	f = filter();
	f.from_s = 1700000000 + 600;
	f.to_s = 1700000000 + 6000;
	check_list(&s, "days", &f, PAGE_ROWS, "created_at BETWEEN 1700000600 AND 1700006000");
	f.after = 100;
	check_list(&s, "days, in the middle", &f, PAGE_ROWS + 1, "created_at >= 1700000600 AND id < 100");
	shop_close(&s);
}
END_TEST

START_TEST(list_by_more_filters_looks_at_a_bounded_window)
{
	struct order_filter f = filter();
	struct shop s;

	put_orders();
	shop_open(&s, DB_TOOL);
	f.country = STR("AT");
	check_list(&s, "country AT", &f, WINDOW_ROWS, "country = 'AT'");
	f = filter();
	f.payment = ORDER_PAYMENT_DUE;
	check_list(&s, "payment due", &f, WINDOW_ROWS, "payment_state = 1");
	f = filter();
	f.fulfilment = ORDER_FULFILMENT_DELIVERED;
	check_list(&s, "fulfilment delivered", &f, WINDOW_ROWS, "fulfilment_state = 6");
	f = filter();
	f.min_minor = 5900;
	check_list(&s, "amount from 59.00", &f, WINDOW_ROWS, "total_minor >= 5900");
	f = filter();
	f.queue = 2;
	f.country = STR("AT");
	check_list(&s, "queue to_pack, country AT", &f, WINDOW_ROWS, "queue IN (2, 6) AND country = 'AT'");
	f = filter();
	f.state = ORDER_ORDER_COMPLETED;
	f.min_minor = 5500;
	check_list(&s, "state completed, amount from 55.00", &f, WINDOW_ROWS, "state = 3 AND total_minor >= 5500");
	f = filter();
	f.words = STR("hamburg jorg");
	check_list(&s, "two words", &f, WINDOW_ROWS + 2 * (ORDER_LIST_WINDOW + 1), "id % 1000 = 0");
	f.words = STR("hamburg");
	f.queue = 1;
	check_list(&s, "word, queue check_payment", &f, WINDOW_ROWS, "queue = 1");
	f = filter();
	f.email = STR("buyer-9@example.org");
	f.payment = ORDER_PAYMENT_DROPPED;
	check_list(&s, "mail, payment dropped", &f, WINDOW_ROWS, "email = 'buyer-9@example.org' AND payment_state = 5");
	shop_close(&s);
}
END_TEST

START_TEST(list_that_finds_nothing_ends_and_says_how_far_it_looked)
{
	struct order_filter f = filter();
	struct order_list l;
	struct err e = {0};
	struct shop s;

	put_orders();
	shop_open(&s, DB_TOOL);
	f.payment = ORDER_PAYMENT_REFUNDED;
	ck_ok(order_list_get(s.db, &s.a, &f, &l, &e), &e);
	ck_assert_uint_eq(l.n, 0);
	ck_assert(l.more);
	ck_assert_uint_eq(l.last_id, (uint64_t)n_orders - ORDER_LIST_WINDOW + 1);
	ck_str(l.last_number, str_fmt(&s.a, "T-%lld", n_orders - ORDER_LIST_WINDOW + 1).p);
	f.words = STR("nobody");
	ck_ok(order_list_get(s.db, &s.a, &f, &l, &e), &e);
	ck_assert(l.n == 0 && !l.more && l.last_id == 0);
	f.words = STR("-- !");
	ck_assert(!order_list_get(s.db, &s.a, &f, &l, &e));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_list", false, list_by_one_filter_reads_a_page, list_by_more_filters_looks_at_a_bounded_window,
    list_that_finds_nothing_ends_and_says_how_far_it_looked, stock_reads_no_more_rows_than_stated)
