/* The job that indexes orders by the words of their addresses, and the reading of one order by the staff. */
#include "order.h"
#include "store/order/order_list.h"
#include "store/order/order_look.h"
#include "store/order/order_words.h"

static unsigned
fill(struct shop *s, unsigned most)
{
	struct err e = {0};
	unsigned n;

	ck_ok(order_words_fill(s->db, &s->a, most, &n, &e), &e);
	return n;
}

static size_t
found(struct shop *s, const char *words)
{
	struct order_filter f = order_filter_all();
	struct order_list l;
	struct err e = {0};

	f.words = str_z(words);
	ck_ok(order_list_get(s->db, &s->a, &f, &l, &e), &e);
	return l.n;
}

START_TEST(orders_are_found_by_their_words_in_any_spelling)
{
	struct order_placed placed;
	struct submit sub;
	struct shop s, jobs;
	struct err e;

	put_goods(11, 1000, 9, true);
	shop_open(&s, DB_TOOL);
	shop_open(&jobs, DB_JOBS); /* with the rights of kontor-jobs */
	prepare_one(&s, 11, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	run_sql("UPDATE orders SET country = ''"); /* as a worker of the release before leaves it */
	ck_assert_uint_eq(found(&s, "anna"), 0);
	ck_assert_uint_eq(fill(&jobs, 100), 1);
	ck_assert_uint_eq(fill(&jobs, 100), 0);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM orders WHERE country = 'DE'"), 1);
	ck_assert_uint_eq(found(&s, "Anna MÜSSIG"), 1);
	ck_assert_uint_eq(found(&s, "mussig"), 1);
	ck_assert_uint_eq(found(&s, "muessig hamburg 20095"), 1);
	ck_assert_uint_eq(found(&s, "muessig berlin"), 0);
	check_books();
	shop_close(&jobs);
	shop_close(&s);
}
END_TEST

START_TEST(address_that_was_changed_is_indexed_again)
{
	struct order_placed placed;
	struct submit sub;
	struct shop s;
	struct err e;

	put_goods(12, 1000, 9, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 12, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_assert_uint_ge(fill(&s, 100), 1);
	run_sql("UPDATE order_address SET name = 'Zoe Newname' WHERE order_id = (SELECT MAX(id) FROM orders);"
		"UPDATE orders SET indexed = 0 ORDER BY id DESC LIMIT 1");
	ck_assert_uint_eq(fill(&s, 100), 1);
	ck_assert_uint_eq(found(&s, "zoe"), 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_word WHERE word = 'anna' AND order_id = %llu",
			     (unsigned long long)placed.id),
	    1); /* of the mail address */
	ck_assert_int_eq(number("SELECT COUNT(*) FROM order_word WHERE word = 'mussig' AND order_id = %llu",
			     (unsigned long long)placed.id),
	    0);
	shop_close(&s);
}
END_TEST

static void
count_unindexed(void *arg, const struct verify_result *r)
{
	size_t *n = arg;

	if (strcmp(r->check->name, "order_index") == 0)
		*n = r->n;
}

/* The number of orders that verify names as not found by the staff. */
static size_t
unindexed(struct shop *s)
{
	struct err e = {0};
	size_t broken, n = 99;

	ck_ok(verify_run(s->db, clock_utc_s(), count_unindexed, &n, &broken, &e), &e);
	return n;
}

START_TEST(verify_names_an_order_that_the_job_has_missed)
{
	struct order_placed first, second;
	struct submit sub;
	struct shop s;
	struct err e;

	put_goods(13, 1000, 9, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 13, &sub);
	ck_ok(place(&s, &sub, &first, &e), &e);
	run_sql("ALTER TABLE orders AUTO_INCREMENT = 5000");
	prepare_one(&s, 13, &sub);
	ck_ok(place(&s, &sub, &second, &e), &e);
	(void)fill(&s, 100);
	ck_assert_uint_eq(unindexed(&s), 0);
	run_sql(str_fmt(&s.a, "UPDATE orders SET indexed = 0 WHERE id = %llu", (unsigned long long)first.id).p);
	ck_assert_uint_eq(unindexed(&s), 0); /* its address may have been changed just now */
	run_sql(str_fmt(&s.a, "UPDATE order_event SET at = 1 WHERE order_id = %llu", (unsigned long long)first.id).p);
	ck_assert_uint_eq(unindexed(&s), 1);
	(void)fill(&s, 100);
	ck_assert_uint_eq(unindexed(&s), 0);
	shop_close(&s);
}
END_TEST

START_TEST(order_is_seen_whole_by_its_number_or_its_digits)
{
	struct order_placed placed;
	struct order_look x;
	struct submit sub;
	struct shop s;
	struct err e;
	uint64_t id = 0;

	put_goods(14, 1000, 9, true);
	shop_open(&s, DB_TOOL);
	prepare_one(&s, 14, &sub);
	ck_ok(place(&s, &sub, &placed, &e), &e);
	ck_ok(order_id_of(s.db, &s.a, STR("K-"), placed.number, &id, &e), &e);
	ck_assert_uint_eq(id, placed.id);
	id = 0;
	ck_ok(order_id_of(s.db, &s.a, STR("K-"), str_from(placed.number, 2), &id, &e), &e);
	ck_assert_uint_eq(id, placed.id);
	ck_ok(order_id_of(s.db, &s.a, STR("K-"), str_lower(&s.a, placed.number), &id, &e), &e);
	ck_ok(order_look(s.db, &s.a, id, &x, &e), &e);
	ck_assert_int_eq(x.o.total_minor, 1490);
	ck_assert_int_eq(x.account.owed_minor, 1490);
	ck_assert_uint_eq(x.o.version, 1);
	ck_str(str_z(order_queue_name(x.queue)), "check_payment");
	ck_assert_uint_eq(x.n_events, 3);
	ck_assert_int_eq(x.pieces[0].pos, 1);
	ck_assert(!order_id_of(s.db, &s.a, STR("K-"), STR("K-1"), &id, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_words", false, orders_are_found_by_their_words_in_any_spelling,
    address_that_was_changed_is_indexed_again, verify_names_an_order_that_the_job_has_missed,
    order_is_seen_whole_by_its_number_or_its_digits)
