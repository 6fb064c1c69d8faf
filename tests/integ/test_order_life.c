/* Changes of orders after they were placed: what is refused changes nothing. */
#include "life.h"

/* All that the order's rows hold, as one number. */
static long long
print_of(uint64_t order)
{
	return number(
	    "SELECT CRC32(CONCAT_WS('/', (SELECT CONCAT_WS('/', version, state, payment_state, fulfilment_state,"
	    " total_minor, expires_at, email) FROM orders WHERE id = @o := %llu),"
	    " (SELECT COUNT(*) FROM order_event WHERE order_id = @o), (SELECT COUNT(*) FROM ledger_entry WHERE"
	    " order_id = @o), (SELECT COUNT(*) FROM stock_movement WHERE order_id = @o), (SELECT COUNT(*) FROM"
	    " order_action WHERE order_id = @o), (SELECT COUNT(*) FROM parcel WHERE order_id = @o)))",
	    (unsigned long long)order);
}

static unsigned seed = 1;

static unsigned
roll(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void
walk(struct shop *s, unsigned steps, int *refused)
{
	static const char *const payments[] = {"transfer", "transfer", "on_delivery"};
	struct life l = life_begin(s, payments[roll(3)]);

	for (unsigned i = 0; i < steps; i++) {
		enum life_verb verb = (enum life_verb)roll(LIFE__MAX);
		long long print = print_of(l.order);
		struct err e = {0};

		db_deadline(s->db, clock_mono_ns() + 30 * CLOCK_S);
		if (life_do(&l, verb, 1 + (int)roll(2), &e)) {
			l.owed_minor = verb == LIFE_EXPIRE ? l.owed_minor : l.done.owed_minor;
			ck_assert(print_of(l.order) != print);
			continue;
		}
		ck_assert_msg(e.kind == ERR_CONFLICT || e.kind == ERR_NOT_FOUND || e.kind == ERR_INPUT, "verb %d: %s",
		    verb, e.msg);
		if (verb != LIFE_EXPIRE)
			ck_assert_msg(
			    print_of(l.order) == print, "verb %d was refused, but changed the order: %s", verb, e.msg);
		(*refused)++;
	}
}

START_TEST(refused_changes_change_nothing_and_the_books_stay_right)
{
	int refused = 0;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (unsigned i = 0; i < 40; i++) {
		struct arena_mark mark = arena_mark(&s.a);

		walk(&s, 6 + roll(12), &refused);
		arena_rewind(&s.a, mark);
	}
	check_books();
	ck_assert_int_gt(refused, 100);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_life", false, refused_changes_change_nothing_and_the_books_stay_right)
