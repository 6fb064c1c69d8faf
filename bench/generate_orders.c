/* generate_orders.c - generates millions of complete orders for scale tests.
 *
 * generate_orders SOCKET N          makes orders 1 to N in the database of a shop that has goods and no visitors yet
 * generate_orders --tokens N COUNT  writes the tokens of COUNT of these orders, spread over all
 *
 * Of ten orders seven are paid, sent and complete, two are paid and not yet sent, one has expired unpaid and was
 * restocked. Each has two lines, prices with 19 % tax, and a domestic parcel. Tokens are derived from the order id, so
 * that these orders' pages can be requested. `kontor verify` passes. */
#include <mysql.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "plat/text/secret.h"
#include "shop/order_number.h"
#include "shop/order_state.h"

#define BATCH 1000
#define LINES 2
#define TEXT_MAX_B ((size_t)8 << 20)
#define TAX_BP 1900
#define SHIPPING_MINOR 490
#define SPAN_S (2 * 365 * 86400) /* placed in the last two years */

enum { T_SESSION, T_CART, T_CART_LINE, T_ORDER, T_ADDRESS, T_LINE, T_TAX, T_EVENT, T_ENTRY, T_LEDGER, T_MOVE, T_OUTBOX,
	T_PAYMENT, T_WORD, T_PARCEL, T_PARCEL_LINE, T__MAX };

static const char *const heads[T__MAX] = {
    [T_SESSION] = "session (id, token_hash, csrf, created_at, seen_at)",
    [T_CART] = "cart (id, session_id, is_open, order_key, draft, created_at, changed_at)",
    [T_CART_LINE] = "cart_line (cart_id, variant_id, qty, seen_minor, added_at)",
    [T_ORDER] = "orders (id, order_key, number, session_id, token_hash, state, payment_state, fulfilment_state, lang,"
		" currency, tax_included, lines_minor, shipping_minor, tax_minor, total_minor, email, delivery,"
		" payment, terms_version, terms_at, created_at, country, indexed)",
    [T_ADDRESS] = "order_address (order_id, kind, name, street, postcode, city, country)",
    [T_LINE] = "order_line (order_id, pos, variant_id, product_id, sku, title, options, qty, unit_minor, line_minor,"
	       " tax_bp, tax_minor, stock_taken)",
    [T_TAX] = "order_tax (order_id, tax_bp, base_minor, tax_minor)",
    [T_EVENT] = "order_event (order_id, machine, event, from_state, to_state, actor, at)",
    [T_ENTRY] = "ledger_entry (id, order_id, kind, at)",
    [T_LEDGER] = "ledger_line (entry_id, pos, account, debit_minor, credit_minor)",
    [T_MOVE] = "stock_movement (variant_id, qty, reason, order_id, at)",
    [T_PAYMENT] = "payment (order_id, provider, amount_minor, currency, at)",
    [T_PARCEL] = "parcel (id, order_id, carrier, sent_at, delivered_at)",
    [T_PARCEL_LINE] = "parcel_line (parcel_id, order_id, pos, qty)",
    [T_WORD] = "order_word (word, order_id)",
    [T_OUTBOX] = "outbox (kind, subject, version, payload, state, due_at, created_at)",
};

struct variant {
	unsigned long long id, product_id;
	long long price_minor, sold;
	char sku[204], title[520], options[204]; /* escaped */
};

static struct {
	MYSQL *mysql;
	struct arena a;
	char *text[T__MAX];
	size_t n[T__MAX];
	struct variant *variant;
	size_t n_variants;
	long long now_s;
} g;

static void
die(const char *what)
{
	fprintf(stderr, "generate_orders: %s: %s\n", what, g.mysql == NULL ? "" : mysql_error(g.mysql));
	exit(1);
}

static void
run(const char *text, size_t n)
{
	if (mysql_real_query(g.mysql, text, n) != 0)
		die("write");
}

static void __attribute__((format(printf, 2, 3)))
put(int table, const char *fmt, ...)
{
	char *text = g.text[table];
	size_t *n = &g.n[table];
	va_list ap;

	*n += (size_t)snprintf(text + *n, TEXT_MAX_B - *n, *n == 0 ? "INSERT INTO %s VALUES (" : ",(", heads[table]);
	va_start(ap, fmt);
	*n += (size_t)vsnprintf(text + *n, TEXT_MAX_B - *n, fmt, ap);
	va_end(ap);
	*n += (size_t)snprintf(text + *n, TEXT_MAX_B - *n, ")");
	if (*n >= TEXT_MAX_B - 1)
		die("a batch is too long");
}

static void
send_batch(void)
{
	run("START TRANSACTION", 17);
	for (int t = 0; t < T__MAX; t++) {
		if (g.n[t] > 0)
			run(g.text[t], g.n[t]);
		g.n[t] = 0;
	}
	run("COMMIT", 6);
	arena_reset(&g.a);
}

/* Bytes derived from order and purpose, in hexadecimal or as a token. */
static void
bytes_of(unsigned long long order, const char *purpose, uint8_t hash[SECRET_HASH_B])
{
	char text[64];

	snprintf(text, sizeof(text), "%s/%llu", purpose, order);
	secret_hash(str_z(text), hash);
}

static const char *
hex_of(unsigned long long order, const char *purpose, size_t n)
{
	uint8_t hash[SECRET_HASH_B];

	bytes_of(order, purpose, hash);
	return secret_hex(&g.a, hash, n).p;
}

static const char *
token_hash(unsigned long long order)
{
	uint8_t token[SECRET_HASH_B], hash[SECRET_HASH_B];

	bytes_of(order, "token", token);
	secret_hash(str_n(token, SECRET_TOKEN_B), hash);
	return secret_hex(&g.a, hash, sizeof(hash)).p;
}

/* The tax in a price with tax, rounded half up. */
static long long
tax_in(long long minor)
{
	return (minor * TAX_BP * 2 + 10000 + TAX_BP) / (2 * (10000 + TAX_BP));
}

struct made {
	unsigned long long id;
	long long at, lines_minor, tax_minor, total_minor;
	enum { DONE, PAID, EXPIRED } kind;
};

/* The variant of the n-th line: two different ones per order, spread over all products. */
static struct variant *
variant_of(unsigned long long order, unsigned n)
{
	size_t first = order * 2654435761U % g.n_variants;

	return &g.variant[n == 0 ? first : (first + 1 + order % (g.n_variants - 1)) % g.n_variants];
}

static void
put_lines(struct made *o)
{
	for (unsigned i = 0; i < LINES; i++) {
		struct variant *v = variant_of(o->id, i);
		long long qty = 1 + (long long)((o->id + i) % 3), line = qty * v->price_minor, tax = tax_in(line);

		o->lines_minor += line;
		o->tax_minor += tax;
		v->sold += o->kind == EXPIRED ? 0 : qty;
		put(T_LINE, "%llu,%u,%llu,%llu,'%s','%s','%s',%lld,%lld,%lld,%d,%lld,%lld", o->id, i + 1, v->id,
		    v->product_id, v->sku, v->title, v->options, qty, v->price_minor, line, TAX_BP, tax, qty);
		put(T_CART_LINE, "%llu,%llu,%lld,%lld,%lld", o->id, v->id, qty, v->price_minor, o->at);
		put(T_MOVE, "%llu,%lld,2,%llu,%lld", v->id, -qty, o->id, o->at);
		if (o->kind == DONE)
			put(T_PARCEL_LINE, "%llu,%llu,%u,%lld", o->id, o->id, i + 1, qty);
		if (o->kind == EXPIRED)
			put(T_MOVE, "%llu,%lld,3,%llu,%lld", v->id, qty, o->id, o->at + 86400);
	}
}

static void
put_event(const struct made *o, enum order_machine m, enum order_event event, int from, int to)
{
	static const int hours[ORDER_EV__MAX] = {
	    [ORDER_EV_PAY] = 5, [ORDER_EV_EXPIRE] = 24, [ORDER_EV_SEND_REST] = 30, [ORDER_EV_COMPLETE] = 90};

	put(T_EVENT, "%llu,%d,%d,%d,%d,'%s',%lld", o->id, m, event, from, to,
	    event == ORDER_EV_PLACE ? "buyer" : "job", o->at + hours[event] * 3600);
}

static void
put_events(const struct made *o)
{
	put_event(o, ORDER_MACHINE_ORDER, ORDER_EV_PLACE, ORDER_ORDER_NEW, ORDER_ORDER_AWAITING_PAYMENT);
	put_event(o, ORDER_MACHINE_PAYMENT, ORDER_EV_PLACE, ORDER_PAYMENT_UNBORN, ORDER_PAYMENT_DUE);
	put_event(o, ORDER_MACHINE_FULFILMENT, ORDER_EV_PLACE, ORDER_FULFILMENT_UNBORN, ORDER_FULFILMENT_OPEN);
	if (o->kind == EXPIRED) {
		put_event(
		    o, ORDER_MACHINE_ORDER, ORDER_EV_EXPIRE, ORDER_ORDER_AWAITING_PAYMENT, ORDER_ORDER_EXPIRED);
		put_event(o, ORDER_MACHINE_PAYMENT, ORDER_EV_EXPIRE, ORDER_PAYMENT_DUE, ORDER_PAYMENT_DROPPED);
		put_event(
		    o, ORDER_MACHINE_FULFILMENT, ORDER_EV_EXPIRE, ORDER_FULFILMENT_OPEN, ORDER_FULFILMENT_DROPPED);
		return;
	}
	put_event(o, ORDER_MACHINE_ORDER, ORDER_EV_PAY, ORDER_ORDER_AWAITING_PAYMENT, ORDER_ORDER_CONFIRMED);
	put_event(o, ORDER_MACHINE_PAYMENT, ORDER_EV_PAY, ORDER_PAYMENT_DUE, ORDER_PAYMENT_PAID);
	if (o->kind != DONE)
		return;
	put_event(o, ORDER_MACHINE_FULFILMENT, ORDER_EV_SEND_REST, ORDER_FULFILMENT_OPEN, ORDER_FULFILMENT_SENT);
	put_event(o, ORDER_MACHINE_ORDER, ORDER_EV_COMPLETE, ORDER_ORDER_CONFIRMED, ORDER_ORDER_COMPLETED);
}

struct posting {
	const char *account;
	long long debit_minor;	/* negative: credit */
};

/* `sign` -1 reverses the posting of the same call with 1. */
static void
put_entry(const struct made *o, int kind, long long at, const struct posting *p, int n, int sign)
{
	unsigned long long id = o->id * 4 + (unsigned)kind;

	put(T_ENTRY, "%llu,%llu,%d,%lld", id, o->id, kind, at);
	for (int i = 0; i < n; i++) {
		long long minor = p[i].debit_minor * sign;

		put(T_LEDGER, "%llu,%d,'%s',%lld,%lld", id, i + 1, p[i].account, minor > 0 ? minor : 0,
		    minor < 0 ? -minor : 0);
	}
}

static void
put_ledger(const struct made *o)
{
	long long net = SHIPPING_MINOR - tax_in(SHIPPING_MINOR);
	const struct posting sale[] = {{"receivable", o->total_minor},
	    {"sales", -(o->total_minor - o->tax_minor - net)}, {"shipping", -net}, {"tax", -o->tax_minor}};
	const struct posting paid[] = {{"cash", o->total_minor}, {"receivable", -o->total_minor}};

	put_entry(o, 0, o->at, sale, 4, 1);
	if (o->kind == EXPIRED)
		put_entry(o, 1, o->at + 24 * 3600, sale, 4, -1);
	else {
		put_entry(o, 2, o->at + 5 * 3600, paid, 2, 1);
		put(T_PAYMENT, "%llu,'transfer',%lld,'EUR',%lld", o->id, o->total_minor, o->at + 5 * 3600);
	}
	if (o->kind == DONE)
		put(T_PARCEL, "%llu,%llu,'DHL',%lld,NULL", o->id, o->id, o->at + 30 * 3600);
}

/* As the job order_words would. */
static void
put_words(const struct made *o)
{
	static const char *const words[] = {"buyer", "long", "lane", "hamburg", "20457"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		put(T_WORD, "'%s',%llu", words[i], o->id);
	put(T_WORD, "'%llu',%llu", o->id % 200 + 1, o->id);
	if (o->id != 20457)
		put(T_WORD, "'%llu',%llu", o->id, o->id);
}

static void
put_head(const struct made *o)
{
	static const int states[][ORDER_MACHINE__MAX] = {
	    [DONE] = {ORDER_ORDER_COMPLETED, ORDER_PAYMENT_PAID, ORDER_FULFILMENT_SENT},
	    [PAID] = {ORDER_ORDER_CONFIRMED, ORDER_PAYMENT_PAID, ORDER_FULFILMENT_OPEN},
	    [EXPIRED] = {ORDER_ORDER_EXPIRED, ORDER_PAYMENT_DROPPED, ORDER_FULFILMENT_DROPPED}};
	const int *is = states[o->kind];
	const char *key = hex_of(o->id, "key", 16);

	put(T_SESSION, "%llu,0x%s,0x%s,%lld,%lld", o->id, hex_of(o->id, "session", 32), hex_of(o->id, "csrf", 16),
	    o->at, o->at);
	put(T_CART, "%llu,%llu,NULL,0x%s,'{}',%lld,%lld", o->id, o->id, key, o->at, o->at);
	put(T_ORDER,
	    "%llu,0x%s,'%s',%llu,0x%s,%d,%d,%d,'en','EUR',1,%lld,%d,%lld,%lld,'buyer-%llu@example.org','standard',"
	    "'transfer','1',%lld,%lld,'DE',1",
	    o->id, key, order_number(&g.a, STR("G"), o->id).p, o->id, token_hash(o->id), is[0], is[1], is[2],
	    o->lines_minor, SHIPPING_MINOR, o->tax_minor, o->total_minor, o->id, o->at, o->at);
	put(T_ADDRESS, "%llu,0,'Buyer %llu','Long Lane %llu','20457','Hamburg','DE'", o->id, o->id, o->id % 200 + 1);
	put(T_TAX, "%llu,%d,%lld,%lld", o->id, TAX_BP, o->total_minor - o->tax_minor, o->tax_minor);
	put(T_OUTBOX, "'mail','order_placed/%llu',1,'{}',1,%lld,%lld", o->id, o->at, o->at);
}

static void
put_order(unsigned long long id, unsigned long long n)
{
	struct made o = {.id = id, .at = g.now_s - SPAN_S + (long long)(SPAN_S * id / (n + 1)),
	    .tax_minor = tax_in(SHIPPING_MINOR), .kind = id % 10 == 9 ? EXPIRED : id % 10 >= 7 ? PAID : DONE};

	put_lines(&o);
	put_words(&o);
	o.total_minor = o.lines_minor + SHIPPING_MINOR;
	put_head(&o);
	put_events(&o);
	put_ledger(&o);
}

/* Books a delivery of all sold goods beforehand, so that stock on hand is unchanged. */
static void
put_deliveries(void)
{
	for (size_t i = 0; i < g.n_variants; i++)
		if (g.variant[i].sold > 0)
			put(T_MOVE, "%llu,%lld,1,NULL,%lld", g.variant[i].id, g.variant[i].sold, g.now_s - SPAN_S - 1);
	send_batch();
}

static void
read_variants(void)
{
	static const char ask[] = "SELECT v.id, v.product_id, v.price_minor, v.sku, LEFT(t.title, 200), v.value1"
				  " FROM variant v JOIN product_text t ON t.product_id = v.product_id AND t.lang = 'en'"
				  " WHERE v.gone = 0 ORDER BY v.id LIMIT 20000";
	MYSQL_RES *res;
	MYSQL_ROW row;

	if (mysql_query(g.mysql, ask) != 0 || (res = mysql_store_result(g.mysql)) == NULL)
		die("read");
	g.variant = calloc(mysql_num_rows(res) + 1, sizeof(g.variant[0]));
	while (g.variant != NULL && (row = mysql_fetch_row(res)) != NULL) {
		struct variant *v = &g.variant[g.n_variants++];

		v->id = strtoull(row[0], NULL, 10);
		v->product_id = strtoull(row[1], NULL, 10);
		v->price_minor = strtoll(row[2], NULL, 10);
		mysql_real_escape_string(g.mysql, v->sku, row[3], strlen(row[3]) > 100 ? 100 : strlen(row[3]));
		mysql_real_escape_string(g.mysql, v->title, row[4], strlen(row[4]) > 255 ? 255 : strlen(row[4]));
		mysql_real_escape_string(g.mysql, v->options, row[5], strlen(row[5]) > 100 ? 100 : strlen(row[5]));
	}
	mysql_free_result(res);
	if (g.n_variants < 2)
		die("the shop has too few goods");
}

static int
write_tokens(unsigned long long n, unsigned long long count)
{
	for (unsigned long long i = 0; i < count; i++) {
		uint8_t token[SECRET_HASH_B];

		bytes_of(1 + i * n / count, "token", token);
		puts(secret_base64url(&g.a, token, SECRET_TOKEN_B).p);
		arena_reset(&g.a);
	}
	return 0;
}

static int
generate(const char *path, unsigned long long n)
{
	g.mysql = mysql_init(NULL);
	g.now_s = time(NULL) - 5 * 86400; /* so that all their later events are in the past */
	if (g.mysql == NULL || mysql_options(g.mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0
	    || mysql_real_connect(g.mysql, NULL, "root", NULL, "kontor", 0, path, 0) == NULL)
		die(path);
	for (int t = 0; t < T__MAX; t++)
		if ((g.text[t] = malloc(TEXT_MAX_B)) == NULL)
			die("memory");
	read_variants();
	for (unsigned long long id = 1; id <= n; id++) {
		put_order(id, n);
		if (id % BATCH == 0 || id == n)
			send_batch();
	}
	put_deliveries();
	for (int t = 0; t < T__MAX; t++)
		free(g.text[t]);
	free(g.variant);
	mysql_close(g.mysql);
	return 0;
}

int
main(int argc, char **argv)
{
	struct err e = {0};
	int status = 2;

	arena_init(&g.a, (size_t)64 << 20);
	if (!secret_init(&e))
		die(e.msg);
	if (argc == 4 && strcmp(argv[1], "--tokens") == 0)
		status = write_tokens(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	else if (argc == 3)
		status = generate(argv[1], strtoull(argv[2], NULL, 10));
	else
		fprintf(stderr, "usage: generate_orders SOCKET N | --tokens N COUNT\n");
	arena_fini(&g.a);
	return status;
}
