/* Changes of orders after they were placed: every row of order_state.def is taken, and what it lacks is refused. */
#include "base/num.h"
#include "life.h"
#include "patience.h"
#include "store/order/order_list.h"

static const struct {
	int machine, from, event, to;
} rows[] = {
#define ORDER_RULE(machine, from, event, to, guard)                                                                    \
	{ORDER_MACHINE_##machine, ORDER_##machine##_##from, ORDER_EV_##event, ORDER_##machine##_##to},
#include "shop/order_state.def"
};

static const struct {
	const char *word;
	enum life_verb verb;
} words[] = {
    {"pay", LIFE_PAY},
    {"part", LIFE_PAY_PART},
    {"more", LIFE_PAY_MORE},
    {"ship1", LIFE_SHIP_ONE},
    {"ship", LIFE_SHIP_ALL},
    {"deliver", LIFE_DELIVER},
    {"deliver1", LIFE_DELIVER_FIRST},
    {"cancel", LIFE_CANCEL_ALL},
    {"cut", LIFE_CANCEL_ONE},
    {"owed", LIFE_REFUND_OWED},
    {"some", LIFE_REFUND_AMOUNT},
    {"refund", LIFE_REFUND_HAND},
    {"goods", LIFE_REFUND_ALL},
    {"done", LIFE_SETTLE_DONE},
    {"unknown", LIFE_SETTLE_UNKNOWN},
    {"denied", LIFE_SETTLE_REFUSED},
    {"back1", LIFE_RETURN_ONE},
    {"back", LIFE_RETURN_ALL},
    {"withdraw", LIFE_WITHDRAW_ALL},
    {"come1", LIFE_RECEIVE_ONE},
    {"come", LIFE_RECEIVE_ALL},
    {"refuse", LIFE_RETURN_REFUSE},
    {"settle", LIFE_REFUND_RETURN},
    {"add", LIFE_ADD},
    {"free", LIFE_ADD_FREE},
    {"note", LIFE_NOTE},
    {"address", LIFE_ADDRESS},
    {"expire", LIFE_EXPIRE},
    {"late", LIFE_LATE},
};

/* "pay ship1=2 back1=2": each word is an action; the number is a line or an amount. Fails at the first refusal. */
static void
tell_story(struct life *l, const char *text)
{
	struct str rest = str_z(text), one;

	while (str_cut(&rest, ' ', &one)) {
		struct str word = STR(""), number = STR("1");
		struct err e = {0};
		uint64_t n;
		size_t i = 0;

		(void)str_cut(&one, '=', &word);
		if (one.n > 0)
			number = one;
		ck_assert(num_u64(number, 0, 100000, &n));
		while (i < ARRAY_LEN(words) && !str_eq_z(word, words[i].word))
			i++;
		ck_assert_msg(i < ARRAY_LEN(words), "no action is called %.*s", STR_ARG(word));
		if (words[i].verb == LIFE_PAY && one.n > 0)
			l->owed_minor = (int64_t)n;
		db_deadline(l->s->db, clock_mono_ns() + 60 * CLOCK_S);
		ck_assert_msg(life_do(l, words[i].verb, (int)n, &e), "%s: %.*s: %s", text, STR_ARG(word), e.msg);
		if (words[i].verb != LIFE_EXPIRE && words[i].verb != LIFE_LATE)
			l->owed_minor = l->done.owed_minor;
	}
}

/* The order costs 34.90: two pieces for 10.00, two for 5.00, and delivery. Added lines are the third and so on. */
static const struct {
	enum life_kind kind;
	const char *text;
} stories[] = {
    {LIFE_TRANSFER, "note address pay note address ship1 note deliver1 note ship deliver note"},
    {LIFE_TRANSFER, "part part part pay=1 note cut=2 cancel owed pay=500 some done owed"},
    {LIFE_TRANSFER, "part add cut=1 expire owed note"},
    {LIFE_TRANSFER, "part more"},
    {LIFE_TRANSFER, "more cut=1 some done owed"},
    {LIFE_TRANSFER, "add cut=2 expire note pay=1000 pay=1000 owed pay=3690 note ship"},
    {LIFE_TRANSFER, "expire pay=1000 owed pay=3490 cut=1 owed free cut=3 address ship deliver"},
    {LIFE_TRANSFER, "expire more cancel owed pay=1"},
    {LIFE_TRANSFER, "expire pay=3490 pay=20 owed"},
    {LIFE_TRANSFER, "cancel pay=12 owed pay=13 note"},
    {LIFE_TRANSFER, "part cancel owed"},
    {LIFE_TRANSFER, "pay=2490 cut=1"},
    {LIFE_TRANSFER, "pay=2600 cut=1 note"},
    {LIFE_TRANSFER, "pay=100 cut=1 pay=2390"},
    {LIFE_TRANSFER, "pay free cut=3 add pay cut=4 add cut=5 cancel"},
    {LIFE_TRANSFER, "pay cancel owed"},
    {LIFE_TRANSFER, "pay=4190 add"},
    {LIFE_TRANSFER, "pay=3590 add pay=50 pay=50 pay=500"},
    {LIFE_TRANSFER, "pay=5000 add free"},
    {LIFE_TRANSFER, "pay refund=1000 free cut=3 pay=700 add add cut=5 add pay refund=10 cancel owed"},
    {LIFE_TRANSFER, "pay refund=1000 add pay=900"},
    {LIFE_TRANSFER, "pay refund=1000 cut=1 refund=100"},
    {LIFE_TRANSFER, "pay refund=1000 pay=10 refund=10"},
    {LIFE_TRANSFER, "pay refund=3490 free cut=3 add cut=4 add pay=700 refund=100"},
    {LIFE_TRANSFER, "pay refund=3490 add pay=800"},
    {LIFE_TRANSFER, "pay refund=3490 add pay=100 pay=600"},
    {LIFE_TRANSFER, "pay refund=3490 cancel"},
    {LIFE_TRANSFER, "pay refund=3490 pay=10"},
    {LIFE_TRANSFER, "pay some unknown unknown denied some denied owed"},
    {LIFE_TRANSFER, "pay some unknown done some done"},
    {LIFE_TRANSFER, "pay ship deliver back1 come1 settle done back1 come1 note"},
    {LIFE_TRANSFER, "pay ship deliver back come pay=5 owed"},
    {LIFE_TRANSFER, "pay ship1 ship deliver1 deliver"},
    {LIFE_TRANSFER, "pay ship1=1 back1=1 come1 ship deliver"},
    {LIFE_TRANSFER, "pay ship back1 come1 deliver back1 come1"},
    {LIFE_TRANSFER, "pay ship1=1 ship1=2 back1=1 come1=1 cancel"},
    {LIFE_TRANSFER, "pay ship1=1 back1=1 come1=1 cancel owed"},
    {LIFE_TRANSFER, "pay ship1=1 cancel"},
    {LIFE_TRANSFER, "pay ship1=1 deliver cancel"},
    {LIFE_TRANSFER, "pay ship1=1 cut=1 add ship add deliver1 ship"},
    {LIFE_TRANSFER, "pay=3590 ship deliver add"},
    {LIFE_TRANSFER, "pay ship deliver back come1=1 come1=1 come settle unknown done"},
    {LIFE_TRANSFER, "pay ship back settle come"},
    {LIFE_TRANSFER, "pay ship back refuse back come1 refuse back1 come1 refuse"},
    {LIFE_TRANSFER, "pay ship back come1 settle come"},
    {LIFE_TRANSFER, "pay ship withdraw come1=1 come1=1 come settle"},
    {LIFE_TRANSFER, "pay ship withdraw settle come"},
    {LIFE_TRANSFER, "pay ship withdraw come1 settle come"},
    {LIFE_TRANSFER, "pay ship withdraw come settle done"},
    {LIFE_TRANSFER, "pay ship deliver withdraw late refuse"},
    {LIFE_TRANSFER, "pay ship refund=3490 back come"},
    {LIFE_TRANSFER, "pay ship refund=100 back come"},
    {LIFE_TRANSFER, "pay=4000 ship back come"},
    {LIFE_TRANSFER, "pay ship goods"},
    {LIFE_ON_DELIVERY, "ship back come pay=20"},
    {LIFE_ON_DELIVERY, "ship back1 come1 deliver pay note back1 come1"},
    {LIFE_ON_DELIVERY, "add ship deliver part back1 come1 pay"},
    {LIFE_ON_DELIVERY, "cut=1 cancel"},
    {LIFE_AT_PICKUP, "note expire note"},
    {LIFE_AT_PICKUP, "part cut=1 address expire owed pay=1000 owed"},
    {LIFE_AT_PICKUP, "expire pay=3490 ship deliver"},
    {LIFE_AT_PICKUP, "ship expire pay=3490 owed"},
    {LIFE_AT_PICKUP, "ship1 cut=2 ship part expire owed"},
    {LIFE_AT_PICKUP, "ship1 expire pay=1000 owed"},
    {LIFE_COLLECTED, "free cut=1 cut=1 cut=2 cut=2 ship deliver"},
    {LIFE_FREE, "add"},
    {LIFE_FREE, "cancel"},
    {LIFE_FREE, "ship deliver"},
};

START_TEST(every_row_of_the_state_tables_is_taken_and_the_books_stay_right)
{
	int missing = 0;
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		struct life l = life_begin(&s, stories[i].kind);

		tell_story(&l, stories[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].machine == ORDER_MACHINE_ATTEMPT /* reserved */
		    || number("SELECT COUNT(*) FROM order_event WHERE machine = %d AND from_state = %d AND event = %d"
			      " AND to_state = %d",
			rows[i].machine, rows[i].from, rows[i].event, rows[i].to)
		    > 0)
			continue;
		missing++;
		fprintf(stderr, "never taken: %s: %s in %s to %s\n",
		    order_machine_name((enum order_machine)rows[i].machine),
		    order_event_name((enum order_event)rows[i].event),
		    order_state_name((enum order_machine)rows[i].machine, (uint8_t)rows[i].from),
		    order_state_name((enum order_machine)rows[i].machine, (uint8_t)rows[i].to));
	}
	check_books();
	ck_assert_int_eq(missing, 0);
	shop_close(&s);
}
END_TEST

/* All that the order's rows hold, as one number. */
static long long
print_of(uint64_t order)
{
	return number(
	    "SELECT CRC32(CONCAT_WS('/', (SELECT CONCAT_WS('/', version, state, payment_state, fulfilment_state,"
	    " total_minor, email) FROM orders WHERE id = @o := %llu),"
	    " (SELECT COUNT(*) FROM order_event WHERE order_id = @o), (SELECT COUNT(*) FROM ledger_entry WHERE"
	    " order_id = @o), (SELECT COUNT(*) FROM stock_movement WHERE order_id = @o), (SELECT COUNT(*) FROM"
	    " order_action WHERE order_id = @o), (SELECT COUNT(*) FROM parcel WHERE order_id = @o)))",
	    (unsigned long long)order);
}

/* An event, the story that brings an order to where it can happen, and the action that causes it. */
static const struct {
	enum order_event event;
	const char *before;
	enum life_verb verb;
	int n;
} causes[] = {
    {ORDER_EV_PAY, "note", LIFE_PAY, 1},
    {ORDER_EV_CANCEL, "note", LIFE_CANCEL_ALL, 1},
    {ORDER_EV_CANCEL, "pay", LIFE_CANCEL_ALL, 1},
    {ORDER_EV_CUT, "pay", LIFE_CANCEL_ONE, 1},
    {ORDER_EV_SEND_PART, "pay", LIFE_SHIP_ONE, 1},
    {ORDER_EV_SEND_REST, "pay", LIFE_SHIP_ALL, 1},
    {ORDER_EV_DELIVER, "pay ship", LIFE_DELIVER, 1},
    {ORDER_EV_TAKE_BACK, "pay ship back", LIFE_RECEIVE_ALL, 1},
    {ORDER_EV_ADD, "pay", LIFE_ADD, 1},
    {ORDER_EV_REFUND_ASK, "pay", LIFE_REFUND_AMOUNT, 1},
    {ORDER_EV_REFUND_PART, "pay some", LIFE_SETTLE_DONE, 1},
    {ORDER_EV_ADDRESS, "pay", LIFE_ADDRESS, 1},
    {ORDER_EV_NOTE, "pay", LIFE_NOTE, 1},
};

static const char *const columns[ORDER_MACHINE__MAX] = {"state", "payment_state", "fulfilment_state"};

static bool
has_row(int machine, int from, int event)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].machine == machine && rows[i].from == from && rows[i].event == event)
			return true;
	return false;
}

/* Puts one machine into each state that has no row for the event: the action must be refused and change nothing. */
static int
refuse_each(struct life *l, size_t cause)
{
	int n = 0;

	for (int k = 0; k < ORDER_MACHINE__MAX * ORDER_STATES; k++) {
		int m = k % ORDER_MACHINE__MAX, from = k / ORDER_MACHINE__MAX;
		long long was, print;
		struct err e = {0};

		if (!order_takes_part((enum order_machine)m, causes[cause].event)
		    || has_row(m, from, causes[cause].event)
		    || order_state_name((enum order_machine)m, (uint8_t)from)[0] == '\0')
			continue;
		was = number("SELECT %s FROM orders WHERE id = %llu", columns[m], (unsigned long long)l->order);
		run_sql(str_fmt(&l->s->a, "UPDATE orders SET %s = %d WHERE id = %llu;", columns[m], from,
		    (unsigned long long)l->order)
			    .p);
		print = print_of(l->order);
		db_deadline(l->s->db, clock_mono_ns() + 60 * CLOCK_S);
		ck_assert_msg(!life_do(l, causes[cause].verb, causes[cause].n, &e), "%s in %s %s is not refused",
		    order_event_name(causes[cause].event), order_machine_name((enum order_machine)m),
		    order_state_name((enum order_machine)m, (uint8_t)from));
		ck_assert_msg(e.kind == ERR_CONFLICT, "%s", e.msg);
		ck_assert(print_of(l->order) == print);
		run_sql(str_fmt(&l->s->a, "UPDATE orders SET %s = %lld WHERE id = %llu;", columns[m], was,
		    (unsigned long long)l->order)
			    .p);
		n++;
	}
	return n;
}

START_TEST(what_the_state_tables_lack_is_refused_and_changes_nothing)
{
	struct shop s;
	int n = 0;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		struct life l = life_begin(&s, LIFE_TRANSFER);

		tell_story(&l, causes[i].before);
		n += refuse_each(&l, i);
	}
	check_books();
	ck_assert_int_gt(n, 90);
	shop_close(&s);
}
END_TEST

static void
ck_states(const struct life *l, int order, int payment, int fulfilment)
{
	ck_assert_int_eq(l->done.states.of[ORDER_MACHINE_ORDER], order);
	ck_assert_int_eq(l->done.states.of[ORDER_MACHINE_PAYMENT], payment);
	ck_assert_int_eq(l->done.states.of[ORDER_MACHINE_FULFILMENT], fulfilment);
}

START_TEST(late_money_revives_an_order_whose_goods_are_there_and_else_is_owed_back)
{
	unsigned variants[] = {311};
	struct order_placed placed;
	struct submit sub;
	struct life l[2];
	struct err e = {0};
	struct shop s;

	put_goods(311, 1000, 4, true);
	shop_open(&s, DB_TOOL);
	for (int i = 0; i < 2; i++) {
		prepare(&s, variants, 1, 2, "transfer", &sub);
		ck_ok(place(&s, &sub, &placed, &e), &e);
		l[i] = (struct life){.s = &s, .order = placed.id, .owed_minor = sub.total_minor};
		tell_story(&l[i], "expire");
	}
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %d", 311), 4);
	/* three pieces are sold meanwhile */
	run_sql("UPDATE stock SET on_hand = 3 WHERE variant_id = 311;"
		"INSERT INTO stock_movement (variant_id, qty, reason, at) VALUES (311, -1, 1, 1);");
	ck_ok(life_pay(&l[0], sub.total_minor, STR("BANK-1"), &e), &e);
	ck_assert(l[0].done.revived);
	ck_states(&l[0], ORDER_ORDER_CONFIRMED, ORDER_PAYMENT_PAID, ORDER_FULFILMENT_OPEN);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %d", 311), 1);
	ck_assert_int_eq(number("SELECT queue FROM orders WHERE id = %d", (int)l[0].order), ORDER_QUEUE_TO_PACK);
	ck_ok(life_pay(&l[1], sub.total_minor, STR("BANK-2"), &e), &e);
	ck_assert(!l[1].done.revived);
	ck_states(&l[1], ORDER_ORDER_EXPIRED, ORDER_PAYMENT_OWED_BACK, ORDER_FULFILMENT_DROPPED);
	ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %d", 311), 1);
	ck_assert_int_eq(number("SELECT queue FROM orders WHERE id = %d", (int)l[1].order), ORDER_QUEUE_OWED_BACK);
	ck_assert_int_eq(l[1].done.owed_minor, -sub.total_minor);
	/* the same booking again is no second payment */
	ck_ok(life_pay(&l[1], sub.total_minor, STR("BANK-2"), &e), &e);
	ck_assert(l[1].done.again);
	ck_assert(!life_pay(&l[0], sub.total_minor, STR("BANK-2"), &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	tell_story(&l[1], "owed");
	ck_states(&l[1], ORDER_ORDER_EXPIRED, ORDER_PAYMENT_REFUNDED, ORDER_FULFILMENT_DROPPED);
	check_books();
	shop_close(&s);
}
END_TEST

START_TEST(goods_that_are_set_aside_late_are_kept_their_full_time)
{
	static const struct {
		enum life_kind kind;
		int64_t left_s, kept_s, wanted_s;
	} cases[] = {
	    {LIFE_AT_PICKUP, 60, 864000, 864000},
	    {LIFE_AT_PICKUP, 900000, 864000, 900000},
	    {LIFE_AT_PICKUP, 60, 0, 60},
	    {LIFE_AT_PICKUP, 0, 864000, 0},
	    {LIFE_ON_DELIVERY, 0, 864000, 0},
	};
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct life l = life_begin(&s, cases[i].kind);
		uint8_t key[ORDER_KEY_B];
		struct order_act act = life_act(l.order, key);
		struct order_parcel p = {.pieces = {.all = true}, .kept_s = cases[i].kept_s};
		long long now_s = number("SELECT UNIX_TIMESTAMP() + %d", 0), until_s;
		struct err e = {0};

		run_sql(str_fmt(&s.a, "UPDATE orders SET expires_at = %lld WHERE id = %llu",
		    cases[i].left_s == 0 ? 0 : now_s + (long long)cases[i].left_s, (unsigned long long)l.order)
			    .p);
		if (cases[i].left_s == 0)
			run_sql("UPDATE orders SET expires_at = NULL WHERE expires_at = 0");
		ck_ok(order_ship(s.db, &s.a, &act, &p, &l.done, &e), &e);
		until_s = number("SELECT COALESCE(MAX(expires_at), 0) FROM orders WHERE id = %d", (int)l.order);
		until_s -= cases[i].wanted_s == 0 ? 0 : now_s + cases[i].wanted_s;
		ck_assert_msg(until_s >= 0 && until_s <= TEST_PATIENCE_S, "case %zu: off by %lld s", i, until_s);
	}
	shop_close(&s);
}
END_TEST

START_TEST(an_order_paid_at_the_shop_ends_unless_it_is_paid_or_collected_in_time)
{
	static const struct {
		const char *before;
		bool ends;
		int fulfilment;
	} cases[] = {
	    {"note", true, ORDER_FULFILMENT_DROPPED},
	    {"part", true, ORDER_FULFILMENT_DROPPED},
	    {"ship", true, ORDER_FULFILMENT_RETURNED},
	    {"part ship1 ship", true, ORDER_FULFILMENT_RETURNED},
	    {"ship1", true, ORDER_FULFILMENT_RETURNED},
	    {"ship1=1 cut=2 add", true, ORDER_FULFILMENT_RETURNED},
	    {"ship1 part", false, ORDER_FULFILMENT_PART_SENT},
	    {"ship1 deliver", false, ORDER_FULFILMENT_PART_SENT},
	    {"ship1=1 back1=1", false, ORDER_FULFILMENT_PART_SENT},
	    {"ship back", false, ORDER_FULFILMENT_SENT},
	    {"ship back1 come1", false, ORDER_FULFILMENT_PART_RETURNED},
	    {"ship1 deliver ship", false, ORDER_FULFILMENT_SENT},
	    {"ship deliver", false, ORDER_FULFILMENT_DELIVERED},
	    {"pay", false, ORDER_FULFILMENT_OPEN},
	    {"pay ship", false, ORDER_FULFILMENT_SENT},
	};
	struct shop s, jobs;

	life_goods();
	shop_open(&s, DB_TOOL);
	shop_open(&jobs, DB_JOBS);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		long long stock = number("SELECT on_hand FROM stock WHERE variant_id = %d", 301);
		struct life l = life_begin(&s, LIFE_AT_PICKUP);
		struct err e = {0};

		tell_story(&l, cases[i].before);
		l.s = &jobs;
		if (!life_expire(&l, &e))
			ck_assert_msg(e.kind == ERR_CONFLICT, "%s: %s", cases[i].before, e.msg);
		ck_assert_msg(number("SELECT state = 5 FROM orders WHERE id = %d", (int)l.order) == cases[i].ends,
		    "%s", cases[i].before);
		ck_assert_int_eq(number("SELECT fulfilment_state FROM orders WHERE id = %d", (int)l.order),
		    cases[i].fulfilment);
		ck_assert_int_eq(
		    number("SELECT COUNT(*) FROM orders WHERE id = %d AND expires_at IS NOT NULL", (int)l.order), 0);
		if (cases[i].ends)
			ck_assert_int_eq(number("SELECT on_hand FROM stock WHERE variant_id = %d", 301), stock);
	}
	check_books();
	shop_close(&jobs);
	shop_close(&s);
}
END_TEST

START_TEST(an_order_that_is_paid_too_much_is_in_both_lists)
{
	struct order_filter f = order_filter_all();
	struct order_list list;
	struct shop s;
	struct life l;
	struct err e = {0};

	life_goods();
	shop_open(&s, DB_TOOL);
	l = life_begin(&s, LIFE_TRANSFER);
	f.after = l.order - 1;
	tell_story(&l, "more");
	for (int queue = ORDER_QUEUE_TO_PACK; queue <= ORDER_QUEUE_OWED_BACK; queue++) {
		f.queue = queue;
		ck_ok(order_list_get(s.db, &s.a, &f, &list, &e), &e);
		ck_assert_uint_eq(list.n, 1);
		ck_assert_uint_eq(list.v[0].id, l.order);
		ck_str(str_z(order_queue_shown(list.v[0].queue)), "to_pack, owed_back");
	}
	tell_story(&l, "ship");
	ck_ok(order_list_get(s.db, &s.a, &f, &list, &e), &e);
	ck_assert_uint_eq(list.n, 1);
	f.queue = ORDER_QUEUE_TO_PACK;
	ck_ok(order_list_get(s.db, &s.a, &f, &list, &e), &e);
	ck_assert_uint_eq(list.n, 0);
	shop_close(&s);
}
END_TEST

static long long
attempts(const char *state, unsigned long long order)
{
	char sql[400];

	snprintf(sql, sizeof(sql),
	    "INSERT IGNORE INTO pay_attempt (attempt_key, order_id, provider, live, state, request, amount_minor,"
	    " currency, created_at) VALUES (RANDOM_BYTES(16), %llu, 'test', 0, %s, '', 1, 'EUR', 1)",
	    order, state);
	services_sql(&services, sql);
	return number("SELECT COUNT(*) FROM pay_attempt WHERE order_id = %llu", order);
}

START_TEST(an_order_has_one_open_attempt_to_pay)
{
	ck_assert_int_eq(attempts("0", 7), 1);
	ck_assert_int_eq(attempts("0", 7), 1);
	ck_assert_int_eq(attempts("3", 7), 1);
	ck_assert_int_eq(attempts("1", 8), 1);
	services_sql(&services, "UPDATE pay_attempt SET state = 5 WHERE order_id = 7");
	ck_assert_int_eq(attempts("2", 7), 2);
	ck_assert_int_eq(attempts("4", 7), 3);
	services_sql(&services, "DELETE FROM pay_attempt");
}
END_TEST

START_TEST(second_of_two_people_is_told_who_was_faster)
{
	uint8_t key[ORDER_KEY_B];
	struct order_done done;
	struct order_act act;
	struct err e = {0};
	struct shop s;
	struct life l;

	life_goods();
	shop_open(&s, DB_TOOL);
	l = life_begin(&s, LIFE_TRANSFER);
	act = life_act(l.order, key);
	act.version = 1;
	act.dry_run = true;
	ck_ok(order_note(s.db, &s.a, &act, &(struct order_note){STR("one"), false}, &done, &e), &e);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM note WHERE order_id = %d", (int)l.order), 0);
	act.dry_run = false;
	ck_ok(order_note(s.db, &s.a, &act, &(struct order_note){STR("one"), false}, &done, &e), &e);
	ck_assert_uint_eq(done.version, 2);
	/* the same action again; then another one by somebody who still sees version 1 */
	ck_ok(order_note(s.db, &s.a, &act, &(struct order_note){STR("one"), false}, &done, &e), &e);
	ck_assert(done.again && done.version == 2);
	act = life_act(l.order, key);
	act.version = 1;
	ck_assert(!order_note(s.db, &s.a, &act, &(struct order_note){STR("two"), false}, &done, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert_msg(strstr(e.msg, "was changed by anna at 20") != NULL, "%s", e.msg);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM note WHERE order_id = %d", (int)l.order), 1);
	check_books();
	shop_close(&s);
}
END_TEST

/* The statements of release 0.1 with schema 9 that read an order. */
static const struct db_stmt old_stmts[] = {
    {"ORDER_BY_TOKEN", DB_WEB, "b", "uusuuussuiiiissssssii?sssssssss?s?s?s?s?s?s?s?", "CALL order_by_token(?)"},
    {"ORDER_EVENTS", DB_WEB, "b", "uui", "CALL order_events_by_token(?)"},
};

static void
ck_known(struct db *db, struct arena *a, struct str token_hash)
{
	struct db_rows seen;
	struct err e = {0};

	ck_ok(db_select_bytes(db, 0, token_hash, a, &seen, &e), &e);
	ck_assert(db_next(&seen));
	(void)c_u64(&seen);
	(void)c_u64(&seen);
	(void)c_str(&seen);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		ck_assert_uint_le(c_u64(&seen), 5);
	ck_ok(db_select_bytes(db, 1, token_hash, a, &seen, &e), &e);
	ck_assert_uint_gt(seen.n, 5);
	while (db_next(&seen)) {
		ck_assert_uint_lt(c_u64(&seen), ORDER_MACHINE__MAX);
		ck_assert_uint_le(c_u64(&seen), 5);
	}
}

START_TEST(workers_of_the_release_before_are_shown_states_that_they_know)
{
	static const char *const texts[] = {"more ship deliver", "part note", "pay ship back1 come1"};
	struct err e = {0};
	struct shop s;
	struct db *old;

	life_goods();
	shop_open(&s, DB_TOOL);
	ck_ok(db_open(&s.a,
		  &(struct db_setup){.login = db_login_of(&s.conf, DB_ACCOUNT_WEB),
		      .role = DB_WEB,
		      .stmts = old_stmts,
		      .n_stmts = ARRAY_LEN(old_stmts)},
		  &old, &e),
	    &e);
	ck_ok(db_connect(old, &e), &e);
	ck_assert_uint_eq(db_unusable(old, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct life l = life_begin(&s, LIFE_TRANSFER);

		tell_story(&l, texts[i]);
		ck_known(old, &s.a, l.done.token_hash);
	}
	shop_close(&s);
}
END_TEST

INTEG_MAIN("order_life", false, every_row_of_the_state_tables_is_taken_and_the_books_stay_right,
    what_the_state_tables_lack_is_refused_and_changes_nothing,
    late_money_revives_an_order_whose_goods_are_there_and_else_is_owed_back,
    an_order_paid_at_the_shop_ends_unless_it_is_paid_or_collected_in_time,
    goods_that_are_set_aside_late_are_kept_their_full_time, an_order_that_is_paid_too_much_is_in_both_lists,
    an_order_has_one_open_attempt_to_pay,
    second_of_two_people_is_told_who_was_faster, workers_of_the_release_before_are_shown_states_that_they_know)
