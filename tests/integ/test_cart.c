#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/text/secret.h"
#include "store/order/cart_store.h"
#include "store/customer/session_store.h"

/* A change of a cart counts once, even if its answer is lost. */
#define NOW 1800000000
#define ARENA_B ((size_t)64 << 20)
#define EXCHANGES_MAX 12 /* a change takes fewer */

static struct arena a;
static struct conf conf;

static struct db *
open_shop(void)
{
	struct err e = {0};

	arena_init(&a, ARENA_B);
	ck_ok(secret_init(&e), &e);
	services_conf(&services, &a, &conf);
	return services_db(&services, &a, DB_WEB);
}

static void
put_goods(unsigned id)
{
	static const char *const texts[] = {
	    "INSERT IGNORE INTO product (id, handle, status, price_minor, avail, created_at, content_hash)"
	    " VALUES (%u, 'p%u', 1, 1000, 2, 1, REPEAT('x', 16))",
	    "INSERT IGNORE INTO variant (id, product_id, position, price_minor) VALUES (%u, %u, 1, 1000)",
	    "INSERT IGNORE INTO stock VALUES (%u, %u, 0, 0)"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		services_sql(&services, str_fmt(&a, texts[i], id, id).p);
#pragma GCC diagnostic pop
	}
}

static uint64_t
new_session(struct db *db)
{
	struct session *session;
	struct err e = {0};

	ck_ok(session_create(db, &a, NOW, &session, &e), &e);
	return session->id;
}

static int64_t
count(struct db *db, uint64_t session_id)
{
	struct err e = {0};
	int64_t units;

	ck_ok(cart_count(db, &a, session_id, &units, &e), &e);
	return units;
}

typedef bool change_fn(struct db *, const struct cart_change *, struct err *);

/* The number of items that a change adds, with the fault at this exchange. */
static int64_t
added_through_fault(struct db *db, change_fn *change, const struct cart_change *c, unsigned at, int code)
{
	int64_t before = count(db, c->session_id);
	struct err e = {0};
	bool ok;

	db_fault(db, at, code);
	ok = change(db, c, &e);
	db_fault(db, 0, 0);
	if (!ok && code > 0) { /* the server has refused to begin: nothing is in doubt, and the visitor tries again */
		err_clear(&e);
		ok = change(db, c, &e);
	}
	ck_assert_msg(ok, "at %u, code %d: %s", at, code, e.msg);
	return count(db, c->session_id) - before;
}

START_TEST(cart_change_counts_once_whatever_exchange_a_fault_meets)
{
	static const int codes[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER, 1213, 1205};
	struct db *db = open_shop();

	put_goods(1);
	for (unsigned i = 0; i < ARRAY_LEN(codes) * EXCHANGES_MAX; i++) {
		struct cart_change c = {new_session(db), 1, 3, NOW}, less = {c.session_id, 1, -1, NOW};
		unsigned at = 1 + i % EXCHANGES_MAX;
		int code = codes[i / EXCHANGES_MAX];

		ck_assert_int_eq(added_through_fault(db, cart_add, &c, at, code), 3); /* a new cart */
		ck_assert_int_eq(added_through_fault(db, cart_add, &c, at, code), 3); /* more of the same */
		ck_assert_int_eq(added_through_fault(db, cart_step, &less, at, code), -1);
		services_sql(&services, "DELETE FROM cart_line");
		ck_assert_int_eq(added_through_fault(db, cart_add, &c, at, code), 3); /* a new line */
	}
}
END_TEST

#define TIMES 50

/* Loses the answers to COMMIT, or not. COMMIT follows BEGIN, the cart, the cart again if new, and the line. */
static void
add_often(uint64_t session_id, bool lose)
{
	struct db *db = open_shop();

	for (int i = 0; i < TIMES; i++) {
		struct cart_change c = {session_id, 2, 1, NOW};
		struct err e = {0};

		db_fault(db, lose ? 4 + (unsigned)i % 2 : 0, DB_FAULT_LOST_AFTER);
		if (!cart_add(db, &c, &e))
			_exit(1);
	}
	_exit(0);
}

START_TEST(cart_counts_what_two_tabs_add_also_when_one_loses_its_commits)
{
	struct db *db = open_shop();
	uint64_t id = new_session(db);
	struct err e = {0};
	int status;

	put_goods(2);
	services_sql(&services, "DELETE FROM cart_line");
	ck_ok(cart_add(db, &(struct cart_change){id, 2, 1, NOW}, &e), &e);
	for (int tab = 0; tab < 2; tab++)
		if (fork() == 0)
			add_often(id, tab == 1);
	for (int tab = 0; tab < 2; tab++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(count(db, id), 1 + 2 * TIMES);
}
END_TEST

static const struct db_stmt close_cart = {
    "CLOSE", DB_TOOL, "u", "", "UPDATE cart SET is_open = NULL WHERE session_id = ? AND is_open = 1"};

static bool
close_body(struct db *db, void *arg, struct err *e)
{
	struct db_query *q = db_query(db, 0);

	q_u64(q, *(const uint64_t *)arg);
	return db_run(q, NULL, e);
}

/* Goods added to a cart that has become an order meanwhile are in the order only, not in the next cart too. */
START_TEST(cart_counts_once_also_when_it_is_ordered_before_the_answer_comes)
{
	struct db_setup setup = {.role = DB_TOOL, .stmts = &close_cart, .n_stmts = 1};
	uint64_t id = new_session(open_shop());
	int status, orders = 0;
	struct err e = {0};
	struct db *db;
	pid_t pid;

	put_goods(2);
	services_sql(&services, "DELETE FROM cart_line");
	pid = fork();
	if (pid == 0)
		add_often(id, true);
	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	ck_ok(db_open(&a, &setup, &db, &e), &e);
	for (; waitpid(pid, &status, WNOHANG) == 0; orders++)
		ck_ok(db_tx(db, close_body, &id, &e), &e);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_gt(orders, 0);
	ck_assert_int_eq(services_number(&services, "SELECT SUM(qty) FROM cart_line"), TIMES);
}
END_TEST

INTEG_MAIN("cart", false, cart_change_counts_once_whatever_exchange_a_fault_meets,
    cart_counts_what_two_tabs_add_also_when_one_loses_its_commits,
    cart_counts_once_also_when_it_is_ordered_before_the_answer_comes)
