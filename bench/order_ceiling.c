/* order_ceiling.c - the order rate of the database alone: the bare statements of the shop's transaction.
 *
 *	order_ceiling --socket PATH --user NAME --first ID --last ID --connections N --seconds S [--minimal]
 *
 * The texts are those of store/sql/, so the ceiling follows changes of the transaction. Each process has one
 * connection, its share of the carts in the range, blocking calls, and no computation: amounts are constants that add
 * up, texts are as long as the shop's. --minimal: order, line, stock and outbox only. Prints {"orders", "seconds",
 * "per_s"}. */
#include <getopt.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "shop/order_state.h"
#include "store/sql.h"

#define LINES_MAX 10
#define ROWS_MAX 10
#define PRICE 1000
#define SHIPPING 490
#define SHIPPING_NET 412
#define TAX_BP 1900

/* A parameter: a number, or text when `p` is set. */
struct value {
	long long i;
	const char *p;
	unsigned long n;
};
#define NUM(x)                                                                                                         \
	{                                                                                                              \
		.i = (long long)(x)                                                                                    \
	}
#define TEXT(s)                                                                                                        \
	{                                                                                                              \
		.p = (s), .n = sizeof(s) - 1                                                                           \
	}
#define BYTES(s, len)                                                                                                  \
	{                                                                                                              \
		.p = (const char *)(s), .n = (len)                                                                     \
	}
#define NIL                                                                                                            \
	{                                                                                                              \
		.p = "", .n = ~0UL                                                                                     \
	}

struct cart {
	unsigned long long id, session_id, variant[LINES_MAX], product[LINES_MAX];
	unsigned char key[16];
	unsigned n;
};

struct shared {
	int ready, orders, failed;
	bool go;
};

static const char *socket_path, *user = "kontor_web";
static unsigned long long first_cart, last_cart;
static unsigned connections = 4, seconds = 4;
static bool minimal;
static const struct db_stmt *defs; /* by enum sql_id */
static MYSQL *mysql;
static MYSQL_STMT *stmts[SQL__MAX];

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "order_ceiling: %s: %s\n", what, why);
	_exit(1);
}

static void
text(const char *sql)
{
	if (mysql_query(mysql, sql) != 0)
		die(sql, mysql_error(mysql));
}

/* Executes a statement with the values of `rows` rows; several rows are bound as an array. */
static bool
try_exec(enum sql_id id, const struct value *v, unsigned rows)
{
	static union {
		long long i;
		const char *p;
	} at[64][ROWS_MAX];
	static unsigned long lengths[64][ROWS_MAX];
	static char is[64][ROWS_MAX];
	MYSQL_STMT *s = stmts[id];
	MYSQL_BIND bind[64] = {0};
	unsigned n_in = 0, many = rows > 1 ? rows : 0;

	for (const char *t = defs[id].in; *t != '\0'; t++) {
		if (*t == '?')
			continue;
		for (unsigned r = 0; r < rows; r++) {
			const struct value *x = &v[r * (unsigned)mysql_stmt_param_count(s) + n_in];

			if (*t == 'i' || *t == 'u')
				at[n_in][r].i = x->i;
			else
				at[n_in][r].p = x->p;
			lengths[n_in][r] = x->n;
			is[n_in][r] = x->n == ~0UL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
		}
		bind[n_in].buffer_type = is[n_in][0] == STMT_INDICATOR_NULL && many == 0 ? MYSQL_TYPE_NULL
		                         : *t == 'i' || *t == 'u'                        ? MYSQL_TYPE_LONGLONG
		                         : *t == 's'                                     ? MYSQL_TYPE_STRING
		                                                                         : MYSQL_TYPE_BLOB;
		bind[n_in].is_unsigned = *t == 'u';
		bind[n_in].length = lengths[n_in];
		bind[n_in].buffer_length = lengths[n_in][0];
		bind[n_in].buffer =
		    many > 0 || *t == 'i' || *t == 'u' ? (void *)at[n_in] : (void *)(uintptr_t)at[n_in][0].p;
		bind[n_in].u.indicator = many > 0 ? is[n_in] : NULL;
		n_in++;
	}
	mysql_stmt_attr_set(s, STMT_ATTR_ARRAY_SIZE, &many);
	return mysql_stmt_bind_param(s, bind) == 0 && mysql_stmt_execute(s) == 0;
}

static bool
exec(enum sql_id id, const struct value *v, unsigned rows)
{
	if (try_exec(id, v, rows))
		return true;
	if (mysql_stmt_errno(stmts[id]) != 1213 && mysql_stmt_errno(stmts[id]) != 1205)
		die(defs[id].name, mysql_stmt_error(stmts[id]));
	return false;
}

/* Executes a query and discards its rows. */
static bool
look(enum sql_id id, const struct value *v)
{
	bool ok = exec(id, v, 1) && mysql_stmt_store_result(stmts[id]) == 0;

	mysql_stmt_free_result(stmts[id]);
	return ok;
}

static void
connect_and_prepare(void)
{
	mysql = mysql_init(NULL);
	if (mysql_real_connect(mysql, NULL, user, "", "kontor", 0, socket_path, CLIENT_FOUND_ROWS) == NULL)
		die("connect", mysql_error(mysql));
	text("SET NAMES utf8mb4");
	text("SET SESSION tx_isolation = 'READ-COMMITTED', time_zone = '+00:00'");
	for (int id = 0; id < SQL__MAX; id++) {
		if ((defs[id].roles & DB_WEB) == 0)
			continue;
		stmts[id] = mysql_stmt_init(mysql);
		if (mysql_stmt_prepare(stmts[id], defs[id].text, strlen(defs[id].text)) != 0)
			die(defs[id].name, mysql_stmt_error(stmts[id]));
	}
}

/* Reads every `connections`-th cart of the range, from the `me`-th on. */
static size_t
read_carts(unsigned me, struct cart *carts)
{
	char sql[500];
	MYSQL_RES *res;
	MYSQL_ROW row;
	size_t n = 0;

	snprintf(sql, sizeof(sql),
	    "SELECT c.id, c.session_id, c.order_key, l.variant_id, v.product_id FROM cart c"
	    " JOIN cart_line l ON l.cart_id = c.id JOIN variant v ON v.id = l.variant_id"
	    " WHERE c.id BETWEEN %llu AND %llu AND c.id %% %u = %u AND c.is_open = 1 ORDER BY c.id, l.variant_id",
	    first_cart, last_cart, connections, me);
	text(sql);
	res = mysql_use_result(mysql);
	while ((row = mysql_fetch_row(res)) != NULL) {
		unsigned long long id = strtoull(row[0], NULL, 10);
		struct cart *c;

		if (n == 0 || carts[n - 1].id != id)
			carts[n++] = (struct cart){.id = id, .session_id = strtoull(row[1], NULL, 10)};
		c = &carts[n - 1];
		memcpy(c->key, row[2], sizeof(c->key));
		if (c->n < LINES_MAX) {
			c->variant[c->n] = strtoull(row[3], NULL, 10);
			c->product[c->n++] = strtoull(row[4], NULL, 10);
		}
	}
	mysql_free_result(res);
	return n;
}

static bool
write_head(const struct cart *c, long long now, unsigned long long *id)
{
	long long lines = (long long)c->n * PRICE, total = lines + SHIPPING, tax = total * TAX_BP / (10000 + TAX_BP);
	unsigned char hash[32] = {0};
	char hex[33];

	for (unsigned i = 0; i < sizeof(c->key); i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", c->key[i]);
	memcpy(hash, c->key, sizeof(c->key));
	if (!exec(SQL_ORDER_INSERT,
		(struct value[]){BYTES(c->key, 16), BYTES(hex, 32), NUM(c->session_id), BYTES(hash, 32),
		    NUM(ORDER_ORDER_AWAITING_PAYMENT), NUM(ORDER_PAYMENT_DUE), NUM(ORDER_FULFILMENT_OPEN), TEXT("en"),
		    TEXT("EUR"), NUM(1), NUM(lines), NUM(SHIPPING), NUM(tax), NUM(total), TEXT("buyer@example.org"),
		    TEXT(""), TEXT("standard"), TEXT("transfer"), TEXT(""), TEXT("2026-01"), NUM(now), NUM(now),
		    NUM(now + 604800), NIL, TEXT("DE")},
		1))
		return false;
	*id = mysql_stmt_insert_id(stmts[SQL_ORDER_INSERT]);
	return true;
}

static bool
write_lines(const struct cart *c, unsigned long long order)
{
	struct value v[LINES_MAX][14];

	for (unsigned i = 0; i < c->n; i++) {
		struct value row[14] = {NUM(order), NUM(i + 1), NUM(c->variant[i]), NUM(c->product[i]),
		    TEXT("SKU-goods-100"), TEXT("goods-100"), TEXT(""), NIL, NUM(1), NUM(PRICE), NUM(PRICE),
		    NUM(TAX_BP), NUM(160), NUM(1)};

		memcpy(v[i], row, sizeof(row));
	}
	return exec(SQL_ORDER_LINE_INSERT, v[0], c->n);
}

static bool
write_events(unsigned long long order, long long now)
{
	static const int to[] = {ORDER_ORDER_AWAITING_PAYMENT, ORDER_PAYMENT_DUE, ORDER_FULFILMENT_OPEN};
	struct value v[ORDER_MACHINE__MAX][9];

	for (int m = 0; m < ORDER_MACHINE__MAX; m++) {
		struct value row[9] = {NUM(order), NUM(m), NUM(ORDER_EV_PLACE), NUM(0), NUM(to[m]), TEXT("buyer"),
		    TEXT(""), NUM(now), NIL};

		memcpy(v[m], row, sizeof(row));
	}
	return exec(SQL_CHANGE_EVENT, v[0], ORDER_MACHINE__MAX);
}

static bool
write_journals(const struct cart *c, unsigned long long order, long long now)
{
	long long total = (long long)c->n * PRICE + SHIPPING, tax = total * TAX_BP / (10000 + TAX_BP);
	char number[40];
	unsigned long long entry;
	int n = snprintf(number, sizeof(number), "B-%llu", 1000000 + order);

	if (!exec(SQL_ORDER_NUMBER, (struct value[]){BYTES(number, (unsigned)n), NUM(order)}, 1)
	    || !exec(SQL_ORDER_ADDRESS_INSERT,
		(struct value[]){NUM(order), NUM(0), TEXT("Ada Buyer"), TEXT(""), TEXT("Long Lane 1"), TEXT(""),
		    TEXT("20457"), TEXT("Hamburg"), TEXT(""), TEXT("DE")},
		1)
	    || !write_lines(c, order)
	    || !exec(SQL_ORDER_TAX_INSERT, (struct value[]){NUM(order), NUM(TAX_BP), NUM(total - tax), NUM(tax)}, 1)
	    || !write_events(order, now) || !exec(SQL_LEDGER_ENTRY,
		(struct value[]){NUM(order), NUM(0), NUM(now), TEXT("EUR"), TEXT(""), NIL}, 1))
		return false;
	entry = mysql_stmt_insert_id(stmts[SQL_LEDGER_ENTRY]);
	return exec(SQL_LEDGER_LINE,
	    (struct value[]){NUM(entry), NUM(1), TEXT("receivable"), NUM(total), NUM(0), NUM(entry), NUM(2),
		TEXT("sales"), NUM(0), NUM(total - tax - SHIPPING_NET), NUM(entry), NUM(3), TEXT("shipping"), NUM(0),
		NUM(SHIPPING_NET), NUM(entry), NUM(4), TEXT("tax"), NUM(0), NUM(tax)},
	    4);
}

static bool
write_outbox(unsigned long long order, long long now)
{
	char subject[60], payload[200];
	int s = snprintf(subject, sizeof(subject), "order_placed/%llu", order);
	int p = snprintf(payload, sizeof(payload),
	    "{\"mail\":\"order_placed\",\"order\":%llu,\"lang\":\"en\"}", order);

	return exec(SQL_OUTBOX_PUT,
	    (struct value[]){
		TEXT("mail"), BYTES(subject, (unsigned)s), NUM(1), BYTES(payload, (unsigned)p), NUM(now), NUM(now),
		NIL, NUM(order)},
	    1);
}

static bool
move_stock(const struct cart *c, unsigned long long order, long long now)
{
	struct value v[LINES_MAX][5];

	for (unsigned i = 0; i < c->n; i++) {
		struct value row[5] = {NUM(c->variant[i]), NUM(-1), NUM(2), NUM(order), NUM(now)};

		memcpy(v[i], row, sizeof(row));
	}
	return exec(SQL_STOCK_MOVE, v[0], c->n);
}

static bool
take_stock(const struct cart *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (!exec(SQL_STOCK_TAKE, (struct value[]){NUM(1), NUM(c->variant[i]), NUM(1)}, 1))
			return false;
		if (mysql_stmt_affected_rows(stmts[SQL_STOCK_TAKE]) != 1)
			die("stock", "too little for this run");
	}
	return true;
}

/* The same statements in the same order as place_body() in store/order/order_store.c. */
static bool
place(const struct cart *c)
{
	long long now = clock_utc_s();
	unsigned long long order;

	text("START TRANSACTION");
	if (minimal) {
		struct cart one = *c;

		one.n = 1;
		if (!write_head(&one, now, &order) || !write_lines(&one, order) || !write_outbox(order, now)
		    || !take_stock(&one))
			return false;
	} else if (!exec(SQL_CART_ORDERED, (struct value[]){NUM(now), NUM(c->session_id), BYTES(c->key, 16)}, 1)
		   || !look(SQL_CART_FIND_OWN, (struct value[]){TEXT("en"), NUM(c->id), NUM(c->session_id)})
		   || !write_head(c, now, &order) || !write_journals(c, order, now) || !write_outbox(order, now)
		   || !move_stock(c, order, now) || !take_stock(c)) {
		return false;
	}
	text("COMMIT");
	return true;
}

static void
work(unsigned me, struct shared *sh)
{
	struct cart *carts = mmap(NULL, (size_t)(last_cart - first_cart + 2) * sizeof(*carts), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t end_ns;
	size_t n;

	connect_and_prepare();
	n = read_carts(me, carts);
	__atomic_add_fetch(&sh->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&sh->go, __ATOMIC_SEQ_CST))
		usleep(500);
	end_ns = clock_mono_ns() + seconds * CLOCK_S;
	for (size_t i = 0; i < n && clock_mono_ns() < end_ns; i++) {
		if (place(&carts[i])) {
			__atomic_add_fetch(&sh->orders, 1, __ATOMIC_RELAXED);
			continue;
		}
		text("ROLLBACK");
		__atomic_add_fetch(&sh->failed, 1, __ATOMIC_RELAXED);
	}
}

static void
run_all(struct shared *sh)
{
	uint64_t begun_ns;
	double took_s;
	int status;

	for (unsigned i = 0; i < connections; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			work(i, sh);
			_exit(0);
		}
		if (pid < 0)
			die("fork", "no process");
	}
	while (__atomic_load_n(&sh->ready, __ATOMIC_SEQ_CST) < (int)connections && waitpid(-1, &status, WNOHANG) == 0)
		usleep(500);
	begun_ns = clock_mono_ns();
	__atomic_store_n(&sh->go, true, __ATOMIC_SEQ_CST);
	while (waitpid(-1, &status, 0) > 0)
		if (status != 0)
			die("a connection", "failed");
	took_s = (double)(clock_mono_ns() - begun_ns) / (double)CLOCK_S;
	printf("{\"orders\":%d,\"repeated\":%d,\"seconds\":%.3f,\"per_s\":%.1f}\n", sh->orders, sh->failed, took_s,
	    sh->orders / took_s);
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {{"socket", 1, NULL, 's'}, {"user", 1, NULL, 'u'}, {"first", 1, NULL, 'f'},
	    {"last", 1, NULL, 'l'}, {"connections", 1, NULL, 'n'}, {"seconds", 1, NULL, 't'}, {"minimal", 0, NULL, 'm'},
	    {NULL, 0, NULL, 0}};
	struct shared *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 's': socket_path = optarg; break;
		case 'u': user = optarg; break;
		case 'f': first_cart = strtoull(optarg, NULL, 10); break;
		case 'l': last_cart = strtoull(optarg, NULL, 10); break;
		case 'n': connections = (unsigned)strtoul(optarg, NULL, 10); break;
		case 't': seconds = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'm': minimal = true; break;
		default: return 2;
		}
	}
	defs = sql_setup((struct db_login){0}, NULL, DB_WEB).stmts;
	run_all(sh);
	return 0;
}
