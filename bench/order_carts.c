/* order_carts.c - fills carts up to the review page, many at a time, and writes the requests that order them.
 *
 *	order_carts --config FILE --carts N --lines L --skus K [--behind B] --origin URL --path PATH --out FILE
 *
 * Inserts in bulk the sessions, carts and drafts that the shop's forms would write. Then the shop's own functions read
 * and plan each cart, so that hash and total in the form are those a buyer would send. The lines are L different
 * variants, drawn at random from the K variants after id B, or from the first K. Prints {"first", "last"}: the carts'
 * ids. */
#include <getopt.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plat/text/secret.h"
#include "shop/checkout.h"
#include "store/order/cart_store.h"
#include "store/order/draft.h"
#include "store/customer/session_store.h"
#include "store/shop_rules.h"
#include "store/sql.h"

#define MEMORY_B ((size_t)4 << 30)
#define BATCH 500
#define SQL_MAX_B ((size_t)8 << 20)
#define LINES_MAX 10

struct visitor {
	struct session session;
	uint8_t csrf[SESSION_CSRF_B], key[CART_KEY_B];
};

static struct arena a;
static struct conf conf;
static struct shop_rules rules;
static MYSQL *mysql;
static struct db *db;
static struct str origin, path, draft_json;
static unsigned n_carts = 1000, n_lines = 2, n_skus = 1000;
static unsigned long long behind;
static uint64_t *skus;

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "order_carts: %s: %s\n", what, why);
	exit(1);
}

static void
must(bool ok, const struct err *e)
{
	if (!ok)
		die("failed", e->msg);
}

static void
run(const char *sql, size_t n)
{
	if (mysql_real_query(mysql, sql, n) != 0)
		die("statement", mysql_error(mysql));
}

/* The first column of the first row. */
static uint64_t
number(const char *sql)
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	uint64_t n;

	run(sql, strlen(sql));
	res = mysql_store_result(mysql);
	row = mysql_fetch_row(res);
	n = row == NULL || row[0] == NULL ? 0 : strtoull(row[0], NULL, 10);
	mysql_free_result(res);
	return n;
}

static void
read_skus(void)
{
	char sql[200];
	MYSQL_RES *res;
	unsigned n = 0;
	MYSQL_ROW row;

	snprintf(sql, sizeof(sql), "SELECT id FROM variant WHERE gone = 0 AND id > %llu ORDER BY id LIMIT %u", behind,
	    n_skus);
	run(sql, strlen(sql));
	res = mysql_store_result(mysql);
	skus = ARENA_ARRAY(&a, uint64_t, n_skus);
	while (n < n_skus && (row = mysql_fetch_row(res)) != NULL)
		skus[n++] = strtoull(row[0], NULL, 10);
	mysql_free_result(res);
	if (n < n_skus || n_skus < n_lines)
		die("--skus", "the shop has not so many");
}

static void
open_all(const char *file)
{
	struct err e = {0};
	struct db_setup setup;

	arena_init(&a, MEMORY_B);
	must(secret_init(&e), &e);
	must(conf_load(&a, file, &conf, &e) && shop_rules_init(&rules, &conf, &e), &e);
	setup = sql_setup(db_login_of(&conf, DB_ACCOUNT_TOOL), NULL, DB_TOOL);
	must(db_open(&a, &setup, &db, &e) && db_connect(db, &e), &e);
	mysql = mysql_init(NULL);
	if (mysql_real_connect(mysql, NULL, conf.db_tool_user.p, "", conf.db_name.p, 0, conf.db_socket.p, 0) == NULL)
		die("connect", mysql_error(mysql));
}

static void
write_draft(void)
{
	struct checkout_draft draft = {
	    .address = {{
		[ADDRESS_EMAIL] = STR_INIT("buyer@example.org"),
		[ADDRESS_NAME] = STR_INIT("Ada Buyer"),
		[ADDRESS_STREET] = STR_INIT("Long Lane 1"),
		[ADDRESS_POSTCODE] = STR_INIT("20457"),
		[ADDRESS_CITY] = STR_INIT("Hamburg"),
		[ADDRESS_COUNTRY] = STR_INIT("DE"),
	    }},
	    .shipping = STR_INIT("standard"),
	    .payment = STR_INIT("transfer"),
	};
	struct err e = {0};

	must(draft_format(&a, &draft, &draft_json, &e), &e);
}

static void
make_visitor(struct visitor *v, uint64_t id)
{
	struct str text;

	*v = (struct visitor){.session = {.id = id}};
	secret_random(v->session.token, sizeof(v->session.token));
	secret_random(v->csrf, sizeof(v->csrf));
	secret_random(v->key, sizeof(v->key));
	text = secret_base64url(&a, v->csrf, sizeof(v->csrf));
	memcpy(v->session.csrf, text.p, text.n);
}

static void
put_lines(struct buf *b, uint64_t cart_id, int64_t now_s, bool first)
{
	uint64_t taken[LINES_MAX];

	for (unsigned i = 0; i < n_lines; i++) {
		bool again = true;

		while (again) {
			taken[i] = skus[(unsigned)random() % n_skus];
			again = false;
			for (unsigned k = 0; k < i; k++)
				again = again || taken[k] == taken[i];
		}
		buf_fmt(b, "%s(%llu,%llu,1,(SELECT price_minor FROM variant WHERE id=%llu),%lld)",
		    first && i == 0 ? "" : ",", (unsigned long long)cart_id, (unsigned long long)taken[i],
		    (unsigned long long)taken[i], (long long)now_s);
	}
}

/* Inserts rows into one table; `row` writes the row of visitor i. */
static void
insert(const char *into, const struct visitor *v, size_t n, void (*row)(struct buf *, const struct visitor *, bool))
{
	struct err e = {0};
	struct buf b;

	buf_init(&b, &a, SQL_MAX_B);
	buf_z(&b, into);
	for (size_t i = 0; i < n; i++)
		row(&b, &v[i], i == 0);
	must(buf_check(&b, &e), &e);
	run(buf_str(&b).p, buf_str(&b).n);
}

static void
session_row(struct buf *b, const struct visitor *v, bool first)
{
	uint8_t hash[SECRET_HASH_B];
	int64_t now_s = clock_utc_s();

	secret_hash(str_n(v->session.token, sizeof(v->session.token)), hash);
	buf_fmt(b, "%s(%llu,x'%s',x'%s',%lld,%lld)", first ? "" : ",", (unsigned long long)v->session.id,
	    secret_hex(&a, hash, sizeof(hash)).p, secret_hex(&a, v->csrf, sizeof(v->csrf)).p, (long long)now_s,
	    (long long)now_s);
}

static void
cart_row(struct buf *b, const struct visitor *v, bool first)
{
	int64_t now_s = clock_utc_s();

	buf_fmt(b, "%s(%llu,%llu,1,x'%s',x'%s',%lld,%lld)", first ? "" : ",", (unsigned long long)v->session.id,
	    (unsigned long long)v->session.id, secret_hex(&a, v->key, sizeof(v->key)).p,
	    secret_hex(&a, draft_json.p, draft_json.n).p, (long long)now_s, (long long)now_s);
}

static void
line_row(struct buf *b, const struct visitor *v, bool first)
{
	put_lines(b, v->session.id, clock_utc_s(), first);
}

static void
write_request(FILE *out, const struct visitor *v)
{
	struct cart_owner owner = {.session_id = v->session.id, .lang = STR("en"), .fallback = STR("en")};
	struct checkout_draft draft;
	struct checkout_plan plan;
	struct str body, all, host = str_from(origin, (size_t)str_find(origin, STR("//")) + 2);
	struct cart cart;
	struct err e = {0};
	bool found;

	must(cart_find(db, &a, &owner, &cart, &draft, &found, &e), &e);
	must(found && cart.n == n_lines, &e);
	must(checkout_plan(&a, &rules, &cart, &draft, &plan, &e), &e);
	if (plan.step != CHECKOUT_REVIEW)
		die("a cart cannot be ordered; first it lacks", checkout_step_name(plan.step));
	body = str_fmt(&a, "csrf=%s&order_key=%s&seen=%016llx&total=%lld&message=&terms=1", v->session.csrf,
	    secret_hex(&a, v->key, sizeof(v->key)).p, (unsigned long long)plan.hash,
	    (long long)plan.totals.total_minor);
	all = str_fmt(&a,
	    "POST %.*s HTTP/1.1\r\nHost: %.*s\r\nOrigin: %.*s\r\nCookie: kontor=%.*s\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%.*s",
	    STR_ARG(path), STR_ARG(host), STR_ARG(origin), STR_ARG(session_cookie(&a, &v->session)), body.n,
	    STR_ARG(body));
	fprintf(out, "%zu\n%.*s", all.n, STR_ARG(all));
}

static void
make_batch(FILE *out, uint64_t first, size_t n)
{
	struct arena_mark mark = arena_mark(&a);
	struct visitor *v = ARENA_ARRAY(&a, struct visitor, n);

	for (size_t i = 0; i < n; i++)
		make_visitor(&v[i], first + i);
	run("START TRANSACTION", 17);
	insert("INSERT INTO session (id, token_hash, csrf, created_at, seen_at) VALUES ", v, n, session_row);
	insert("INSERT INTO cart (id, session_id, is_open, order_key, draft, created_at, changed_at) VALUES ", v, n,
	    cart_row);
	insert("INSERT INTO cart_line (cart_id, variant_id, qty, seen_minor, added_at) VALUES ", v, n, line_row);
	run("COMMIT", 6);
	for (size_t i = 0; i < n; i++)
		write_request(out, &v[i]);
	arena_rewind(&a, mark);
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {{"config", 1, NULL, 'c'}, {"carts", 1, NULL, 'n'},
	    {"lines", 1, NULL, 'l'}, {"skus", 1, NULL, 'k'}, {"behind", 1, NULL, 'b'}, {"origin", 1, NULL, 'o'},
	    {"path", 1, NULL, 'p'}, {"out", 1, NULL, 'f'}, {NULL, 0, NULL, 0}};
	const char *file = NULL, *out_file = "/dev/null";
	uint64_t first;
	FILE *out;
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'c': file = optarg; break;
		case 'n': n_carts = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'l': n_lines = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'k': n_skus = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'b': behind = strtoull(optarg, NULL, 10); break;
		case 'o': origin = str_z(optarg); break;
		case 'p': path = str_z(optarg); break;
		case 'f': out_file = optarg; break;
		default: return 2;
		}
	}
	if (n_lines < 1 || n_lines > LINES_MAX || str_find(origin, STR("//")) < 0)
		die("usage", "see the head of bench/order_carts.c");
	open_all(file);
	read_skus();
	write_draft();
	out = fopen(out_file, "w");
	if (out == NULL)
		die("cannot write", out_file);
	first = 1
	        + number("SELECT GREATEST((SELECT COALESCE(MAX(id), 0) FROM session),"
			 " (SELECT COALESCE(MAX(id), 0) FROM cart))");
	for (unsigned i = 0; i < n_carts; i += BATCH)
		make_batch(out, first + i, n_carts - i < BATCH ? n_carts - i : BATCH);
	if (fclose(out) != 0)
		die("cannot write", out_file);
	printf(
	    "{\"first\":%llu,\"last\":%llu}\n", (unsigned long long)first, (unsigned long long)(first + n_carts - 1));
	return 0;
}
