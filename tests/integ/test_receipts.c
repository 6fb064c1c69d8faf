/* Receipts and order numbers: an order that the database loses is a breach, and no number is given twice. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "order.h"
#include "plat/receipt/receipt.h"
#include "store/admin/receipt_store.h"
#include "store/control_store.h"
#include "store/sql.h"

#define HOUR_NS (3600 * CLOCK_S)

static struct receipt_setup set;
static struct receipts receipts;
static struct control control;
static struct stats st;
static struct order_guard guard;
static struct shop shop;
static char public_file[128], private_file[128];

static void
begin(const char *name, unsigned variant)
{
	char path[128];
	struct err e = {0};

	put_goods(variant, 1000, 1000, true);
	shop_open(&shop, DB_TOOL);
	snprintf(public_file, sizeof(public_file), "%s/%s.public", services.dir, name);
	snprintf(private_file, sizeof(private_file), "%s/%s.private", services.dir, name);
	ck_ok(receipt_keys_make(public_file, private_file, &e), &e);
	set = (struct receipt_setup){
	    str_fmt(&shop.a, "%s/%s.receipts", services.dir, name), str_z(public_file), 300, false};
	receipts = (struct receipts){.slots = 0};
	ck_ok(receipts_join(&receipts, &set, &e), &e);
	snprintf(path, sizeof(path), "%s/%s.stats", services.dir, name);
	ck_ok(stats_open(&st, path, &e) && stats_claim(&st, "test", &e), &e);
	snprintf(path, sizeof(path), "%s/%s.control", services.dir, name);
	ck_ok(control_open(&control, path, &st, &e) && control_claim(&control, "test", &e), &e);
	guard = (struct order_guard){&control, &receipts, HOUR_NS};
	shop.guard = &guard;
}

static struct order_placed
buy(unsigned variant, struct submit *sub)
{
	struct order_placed placed;
	struct err e;

	prepare_one(&shop, variant, sub);
	ck_ok(place(&shop, sub, &placed, &e), &e);
	return placed;
}

static size_t
lost(struct receipt_set *rs)
{
	struct err e = {0};

	ck_ok(receipt_set_open(&shop.a, set.file, true, rs, &e), &e);
	ck_ok(receipt_set_compare(rs, shop.db, &shop.a, &e), &e);
	return rs->n_lost;
}

static void
erase(uint64_t id)
{
	run_sql(str_fmt(&shop.a, "DELETE FROM orders WHERE id = %llu", (unsigned long long)id).p);
}

START_TEST(an_order_that_the_database_loses_is_a_breach_with_its_buyer)
{
	uint8_t key[RECEIPT_KEY_B];
	struct receipt_set rs;
	struct receipt_buyer b;
	struct order_placed p, q;
	struct submit sub;
	struct receipt r = {0};
	struct err e = {0};

	begin("lost", 11);
	p = buy(11, &sub);
	q = buy(11, &sub);
	ck_assert_uint_eq(lost(&rs), 0);
	ck_assert_uint_eq(rs.n, 2);
	ck_assert_uint_eq(rs.top_id, q.id);
	receipt_set_close(&rs);
	erase(p.id);
	ck_assert_uint_eq(lost(&rs), 1);
	ck_assert(receipt_set_get(&rs, &rs.entry[0], &r) && !rs.entry[0].there && rs.entry[1].there);
	ck_assert_uint_eq(r.id, p.id);
	ck_assert(str_eq_z(p.number, r.number));
	ck_assert_int_eq(r.total_minor, 1490);
	ck_ok(receipt_private_load(private_file, key, &e), &e);
	ck_assert(receipt_open_buyer(&shop.a, key, &r, &b));
	ck_assert(str_eq_z(b.name, "Anna Müßig") && str_eq_z(b.mail, "anna@example.org"));
	ck_ok(receipt_accept(&rs.file[0], rs.entry[0].slot, &r, NOW, &e), &e);
	receipt_set_close(&rs);
	ck_assert_uint_eq(lost(&rs), 0);
	ck_assert_uint_eq(rs.n_accepted, 1);
	receipt_set_close(&rs);
}
END_TEST

START_TEST(another_order_with_the_same_id_does_not_hide_a_loss)
{
	struct receipt_set rs;
	struct order_placed p;
	struct submit sub;

	begin("reused", 21);
	p = buy(21, &sub);
	run_sql(
	    str_fmt(&shop.a, "UPDATE orders SET order_key = REPEAT('k', 16) WHERE id = %llu", (unsigned long long)p.id)
		.p);
	ck_assert_uint_eq(lost(&rs), 1);
	receipt_set_close(&rs);
}
END_TEST

/* A worker killed between COMMIT and acknowledgement: the buyer sends the form again. */
START_TEST(a_repeated_submit_acknowledges_the_order_that_it_shows)
{
	struct receipt_set rs;
	struct order_placed p;
	struct submit sub;
	struct err e;

	begin("again", 31);
	p = buy(31, &sub);
	for (int i = 0; i < 3; i++) {
		ck_ok(place(&shop, &sub, &p, &e), &e);
		ck_assert(p.again);
	}
	ck_assert_uint_eq(lost(&rs), 0);
	ck_assert_uint_eq(rs.n, 1); /* one receipt, however often it is sent */
	receipt_set_close(&rs);
	for (int file = 0; file < 2; file++) {
		if (file == 0) { /* the intent alone */
			int fd = open(set.file.p, O_RDWR);

			ck_assert_int_eq(pwrite(fd, "\0\0\0\0\0\0\0\0", 8, 4096 + 464), 8);
			close(fd);
		} else { /* placed on another host */
			ck_assert_int_eq(rename(set.file.p, str_fmt(&shop.a, "%s.old", set.file.p).p), 0);
			ck_ok(receipts_join(&receipts, &set, &e), &e);
		}
		ck_assert_uint_eq(lost(&rs), 0);
		ck_assert_uint_eq(rs.n, 0);
		receipt_set_close(&rs);
		ck_ok(place(&shop, &sub, &p, &e), &e);
		ck_assert_uint_eq(lost(&rs), 0);
		ck_assert_uint_eq(rs.n, 1);
		receipt_set_close(&rs);
	}
	erase(p.id);
	ck_assert_uint_eq(lost(&rs), 1);
	receipt_set_close(&rs);
}
END_TEST

START_TEST(faults_around_the_commit_leave_one_acknowledged_receipt)
{
	struct receipt_set rs;
	struct order_placed p;
	struct submit sub;
	struct err e;
	uint64_t id = 0;

	begin("faults", 41);
	for (unsigned n = 1; n <= 20; n++) {
		prepare_one(&shop, 41, &sub);
		db_fault(shop.db, n, n % 2 == 0 ? DB_FAULT_LOST_AFTER : 1180);
		ck_ok(place(&shop, &sub, &p, &e), &e);
		ck_assert_uint_gt(p.id, id);
		id = p.id;
		db_fault(shop.db, 0, 0);
	}
	ck_assert_uint_eq(lost(&rs), 0);
	ck_assert_uint_eq(rs.n, 20);
	receipt_set_close(&rs);
}
END_TEST

START_TEST(without_a_receipt_there_is_no_order)
{
	struct rlimit limit = {2048, RLIM_INFINITY};
	long long before;
	struct order_placed p;
	struct submit sub;
	struct err e;

	begin("full", 51);
	prepare_one(&shop, 51, &sub);
	before = number("SELECT COUNT(*) FROM orders");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(!place(&shop, &sub, &p, &e));
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(e.kind, ERR_BUSY);
	ck_assert_ptr_nonnull(strstr(e.msg, "no order without a receipt"));
	ck_assert_int_eq(number("SELECT COUNT(*) FROM orders"), before);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = 51"), 1000);
	ck_ok(place(&shop, &sub, &p, &e), &e);
}
END_TEST

START_TEST(an_id_that_was_acknowledged_before_stops_ordering_until_the_identity_is_new)
{
	struct shop_control c;
	struct order_placed p, q;
	struct submit sub;
	struct err e;
	uint64_t identity;

	begin("older", 61);
	guard.window_ns = 1; /* each id is settled at once */
	p = buy(61, &sub);
	erase(p.id);
	run_sql("DELETE FROM order_line; DELETE FROM order_address; DELETE FROM order_tax");
	run_sql(str_fmt(&shop.a, "ALTER TABLE orders AUTO_INCREMENT = %llu", (unsigned long long)p.id - 1).p);
	run_sql("DELETE FROM orders");
	run_sql(str_fmt(&shop.a, "ALTER TABLE orders AUTO_INCREMENT = %llu", (unsigned long long)p.id).p);
	prepare_one(&shop, 61, &sub);
	for (int i = 0; i < 3; i++) { /* each try takes an id: the third would be new */
		ck_assert(!place(&shop, &sub, &q, &e));
		ck_assert_msg(e.kind == ERR_BUSY && strstr(e.msg, "kontor receipts compare") != NULL, "%s", e.msg);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM orders"), 0);
	err_clear(&e);
	ck_ok(shop_control_read(shop.db, &shop.a, &c, &e), &e);
	ck_assert(control_older(&control, c.identity));
	services_sql(&services, "UPDATE shop_control SET identity = identity + 1");
	ck_ok(shop_control_read(shop.db, &shop.a, &c, &e), &e);
	identity = c.identity;
	ck_assert(!control_older(&control, identity));
}
END_TEST

INTEG_MAIN("receipts", false, an_order_that_the_database_loses_is_a_breach_with_its_buyer,
    another_order_with_the_same_id_does_not_hide_a_loss, a_repeated_submit_acknowledges_the_order_that_it_shows,
    faults_around_the_commit_leave_one_acknowledged_receipt, without_a_receipt_there_is_no_order,
    an_id_that_was_acknowledged_before_stops_ordering_until_the_identity_is_new)
