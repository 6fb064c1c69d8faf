/* The rows of the outbox that tell of changes of orders: exactly one in each transaction that somebody outside is told
 * of, and none without it; and the mails that follow from each, once. */
#include "life.h"
#include "store/mail/mail_store.h"
#include "jobs/events.h"

#define VERBS 8

static const struct {
	enum life_kind kind;
	enum life_verb verbs[VERBS]; /* ended by LIFE__MAX */
	const char *topics;
} changes[] = {
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_DELIVER, LIFE__MAX}, "placed paid shipped delivered"},
    {LIFE_TRANSFER, {LIFE_PAY_PART, LIFE_PAY, LIFE__MAX}, "placed part_paid paid"},
    {LIFE_TRANSFER, {LIFE_PAY_MORE, LIFE_PAY, LIFE__MAX}, "placed paid overpaid"},
    {LIFE_TRANSFER, {LIFE_EXPIRE, LIFE_PAY_PART, LIFE__MAX}, "placed expired overpaid"},
    {LIFE_TRANSFER, {LIFE_PAY_PART, LIFE_EXPIRE, LIFE__MAX}, "placed part_paid expired"},
    {LIFE_TRANSFER, {LIFE_CANCEL_ALL, LIFE_PAY, LIFE__MAX}, "placed cancelled overpaid"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_CANCEL_ALL, LIFE_REFUND_OWED, LIFE__MAX}, "placed paid cancelled refunded"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ONE, LIFE_SHIP_ALL, LIFE__MAX}, "placed paid shipped shipped"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_CANCEL_ONE, LIFE_ADD, LIFE_ADDRESS, LIFE__MAX},
	"placed paid part_cancelled line_added address_changed"},
    /* a refund that is only asked for or in doubt is told to nobody */
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_REFUND_AMOUNT, LIFE_SETTLE_UNKNOWN, LIFE_SETTLE_DONE, LIFE__MAX},
	"placed paid refunded"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_REFUND_AMOUNT, LIFE_SETTLE_REFUSED, LIFE__MAX}, "placed paid refund_refused"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_RETURN_ONE, LIFE_RECEIVE_ONE, LIFE_REFUND_RETURN, LIFE__MAX},
	"placed paid shipped return_asked return_received"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_RETURN_ALL, LIFE_RETURN_REFUSE, LIFE__MAX},
	"placed paid shipped return_asked return_refused"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_WITHDRAW_ALL, LIFE_RECEIVE_ALL, LIFE__MAX},
	"placed paid shipped withdrawal_declared return_received"},
    {LIFE_TRANSFER, {LIFE_NOTE, LIFE__MAX}, "placed note"},
    {LIFE_COLLECTED, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_DELIVER, LIFE__MAX}, "placed paid shipped delivered"},
    {LIFE_ON_DELIVERY, {LIFE_SHIP_ALL, LIFE_DELIVER, LIFE_PAY, LIFE__MAX}, "placed shipped delivered paid"},
    {LIFE_FREE, {LIFE_SHIP_ALL, LIFE__MAX}, "placed shipped"},
};

static long long
events_of(uint64_t order)
{
	return number(
	    "SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND order_id = %llu", (unsigned long long)order);
}

static void
do_verbs(struct life *l, const enum life_verb *verbs)
{
	for (; *verbs != LIFE__MAX; verbs++) {
		struct err e = {0};

		ck_ok(life_do(l, *verbs, 1, &e), &e);
		if (*verbs != LIFE_EXPIRE)
			l->owed_minor = l->done.owed_minor;
	}
}

/* Each has the version of the order after its change: that makes it unique. */
START_TEST(each_change_tells_of_itself_once)
{
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct life l = life_begin(&s, changes[i].kind);
		unsigned long long id = l.order;

		do_verbs(&l, changes[i].verbs);
		ck_assert_msg(
		    number("SELECT '%s' = GROUP_CONCAT(JSON_VALUE(payload, '$.event') ORDER BY id SEPARATOR ' ')"
			   " FROM outbox WHERE kind = 'event' AND subject = 'order/%llu'",
			changes[i].topics, id)
			== 1,
		    "order %llu: not %s", id, changes[i].topics);
		ck_assert_int_eq(
		    events_of(l.order), number("SELECT COUNT(DISTINCT version) FROM outbox WHERE order_id ="
					       " %llu AND kind = 'event'",
					    id));
		ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox x WHERE x.order_id = %llu AND x.kind = 'event'"
					" AND x.version > 1 AND x.cause IS NULL AND payload NOT LIKE '%%expired%%'",
				     id),
		    0);
		ck_assert_int_eq(
		    number("SELECT MAX(x.version) > o.version FROM outbox x JOIN orders o ON o.id = x.order_id"
			   " WHERE o.id = %llu AND x.kind = 'event'",
			id),
		    0);
	}
	shop_close(&s);
}
END_TEST

START_TEST(a_parcels_event_names_the_parcel_and_no_event_a_secret)
{
	struct err e = {0};
	struct shop s;
	struct life l;

	life_goods();
	shop_open(&s, DB_TOOL);
	l = life_begin(&s, LIFE_TRANSFER);
	ck_ok(life_do(&l, LIFE_PAY, 1, &e) && life_do(&l, LIFE_SHIP_ALL, 1, &e), &e);
	ck_assert_int_eq(
	    number("SELECT JSON_VALUE(payload, '$.id') FROM outbox WHERE kind = 'event' AND order_id = %llu"
		   " AND payload LIKE '%%shipped%%'",
		(unsigned long long)l.order),
	    (long long)l.parcel);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND (payload LIKE '%%anna%%'"
				" OR payload LIKE '%%token%%' OR LENGTH(payload) > 60)"),
	    0);
	shop_close(&s);
}
END_TEST

/* A second click has the key of the first; an attempt, an internal note and a refusal leave nothing. */
START_TEST(what_changes_nothing_tells_of_nothing)
{
	uint8_t key[ORDER_KEY_B];
	struct order_done done;
	struct err e = {0};
	struct order_act act;
	struct shop s;
	struct life l;

	life_goods();
	shop_open(&s, DB_TOOL);
	l = life_begin(&s, LIFE_TRANSFER);
	act = life_act(l.order, key);
	act.dry_run = true;
	ck_ok(order_cancel(s.db, &s.a, &act, &LIFE_ALL, &done, &e), &e);
	ck_assert_int_eq(events_of(l.order), 1);
	act.dry_run = false;
	ck_ok(order_note(s.db, &s.a, &act, &(struct order_note){STR("pack it well"), false}, &done, &e), &e);
	ck_assert_int_eq(events_of(l.order), 1);
	act = life_act(l.order, key);
	for (int i = 0; i < 3; i++)
		ck_ok(order_cancel(s.db, &s.a, &act, &LIFE_ALL, &done, &e), &e);
	ck_assert(done.again);
	ck_assert_int_eq(events_of(l.order), 2);
	ck_assert(!life_do(&l, LIFE_SHIP_ALL, 1, &e));
	ck_assert_int_eq(events_of(l.order), 2);
	shop_close(&s);
}
END_TEST

/* Each exchange of the transaction fails in turn: the event is there if the change is. */
START_TEST(an_event_exists_exactly_when_its_change_does)
{
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (unsigned n = 1; n <= 16; n++) {
		struct life l = life_begin(&s, LIFE_TRANSFER);
		struct err e = {0};

		db_fault(s.db, n, 1062);
		(void)life_do(&l, LIFE_CANCEL_ALL, 1, &e);
		db_fault(s.db, 0, 0);
		ck_assert_int_eq(events_of(l.order),
		    number("SELECT version FROM orders WHERE id = %llu", (unsigned long long)l.order));
	}
	shop_close(&s);
}
END_TEST

/* Turns events into mails until none is left. */
static bool
fan_out(struct shop *s, struct err *e)
{
	struct event_run events = {.db = s->db, .a = &s->a, .conf = &s->conf};
	struct outbox_run run = {.db = s->db,
	    .a = &s->a,
	    .kind = "event",
	    .deliver = event_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + 60 * CLOCK_S};
	bool more;

	db_deadline(s->db, clock_mono_ns() + 60 * CLOCK_S);
	return outbox_run(&run, &more, e);
}

static void
ck_mails(const struct life *l, const char *kinds)
{
	ck_assert_msg(
	    number("SELECT '%s' = COALESCE(GROUP_CONCAT(CONCAT(SUBSTRING_INDEX(subject, '/', 1), ':',"
		   " JSON_VALUE(payload, '$.to'), ':', JSON_VALUE(payload, '$.lang')) ORDER BY id SEPARATOR ' '), '')"
		   " FROM outbox WHERE kind = 'mail' AND order_id = %llu",
		kinds, (unsigned long long)l->order)
		== 1,
	    "order %llu: not %s", (unsigned long long)l->order, kinds);
}

static const struct {
	enum life_kind kind;
	enum life_verb verbs[VERBS];
	const char *mails;
} follows[] = {
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ONE, LIFE_SHIP_ALL, LIFE_DELIVER, LIFE__MAX},
	"order_placed:buyer:de new_order:merchant:en payment_received:buyer:de shipped:buyer:de shipped:buyer:de"},
    {LIFE_COLLECTED, {LIFE_PAY, LIFE_SHIP_ALL, LIFE__MAX},
	"order_placed:buyer:de new_order:merchant:en payment_received:buyer:de ready_to_collect:buyer:de"},
    {LIFE_TRANSFER, {LIFE_EXPIRE, LIFE__MAX}, "order_placed:buyer:de new_order:merchant:en cancelled:buyer:de"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_CANCEL_ALL, LIFE_REFUND_OWED, LIFE__MAX},
	"order_placed:buyer:de new_order:merchant:en payment_received:buyer:de cancelled:buyer:de refunded:buyer:de"},
    {LIFE_TRANSFER, {LIFE_PAY, LIFE_SHIP_ALL, LIFE_WITHDRAW_ALL, LIFE__MAX},
	"order_placed:buyer:de new_order:merchant:en payment_received:buyer:de shipped:buyer:de"
	" withdrawal_received:buyer:de"},
};

START_TEST(each_event_becomes_its_mails_once_in_the_language_of_whom_they_go_to)
{
	struct err e = {0};
	struct shop s;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (size_t i = 0; i < ARRAY_LEN(follows); i++) {
		struct life l = life_begin(&s, follows[i].kind);

		run_sql(str_fmt(&s.a, "UPDATE orders SET lang = 'de' WHERE id = %llu;", (unsigned long long)l.order).p);
		do_verbs(&l, follows[i].verbs);
		ck_ok(fan_out(&s, &e), &e);
		ck_mails(&l, follows[i].mails);
		/* an event that comes again adds nothing */
		run_sql("UPDATE outbox SET state = 0 WHERE kind = 'event';");
		ck_ok(fan_out(&s, &e), &e);
		ck_mails(&l, follows[i].mails);
		ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE kind = 'event' AND state <> 1"), 0);
	}
	/* the second parcel has a mail of its own */
	ck_assert_int_eq(number("SELECT COUNT(DISTINCT subject) = COUNT(*) FROM outbox WHERE kind = 'mail'"
				" AND subject LIKE 'shipped/%%'"),
	    1);
	ck_assert_int_eq(
	    number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND (use_by = 0 OR payload LIKE '%%@%%')"), 0);
	shop_close(&s);
}
END_TEST

START_TEST(a_buyer_without_address_and_an_unwanted_mail_to_the_merchant_get_none)
{
	struct err e = {0};
	struct shop s;
	struct life l;

	life_goods();
	shop_open(&s, DB_TOOL);
	s.conf.mail_new_order = false;
	l = life_begin(&s, LIFE_TRANSFER);
	ck_ok(fan_out(&s, &e), &e);
	ck_mails(&l, "order_placed:buyer:en");
	run_sql(str_fmt(&s.a, "UPDATE orders SET email = '' WHERE id = %llu;", (unsigned long long)l.order).p);
	ck_ok(life_do(&l, LIFE_PAY, 1, &e), &e);
	ck_ok(fan_out(&s, &e), &e);
	ck_mails(&l, "order_placed:buyer:en");
	shop_close(&s);
}
END_TEST

/* A process that dies loses its connection: its transaction is rolled back, and its lease ends. */
START_TEST(a_process_killed_anywhere_leaves_all_mails_of_an_event_or_none)
{
	struct shop s;
	int whole = 0;

	life_goods();
	shop_open(&s, DB_TOOL);
	for (unsigned n = 1; n <= 14; n++) {
		struct life l = life_begin(&s, LIFE_TRANSFER);
		struct shop dying;
		struct err e = {0};
		long long mails;

		shop_open(&dying, DB_TOOL);
		ck_ok(db_connect(dying.db, &e), &e);
		db_fault(dying.db, n, 1205); /* three times in a row: given up */
		(void)fan_out(&dying, &e);
		shop_close(&dying);
		mails = number(
		    "SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND order_id = %llu", (unsigned long long)l.order);
		ck_assert_int_eq(
		    mails, 2
			       * number("SELECT state = 1 FROM outbox WHERE kind = 'event' AND order_id = %llu",
				   (unsigned long long)l.order));
		whole += mails == 2;
		run_sql("UPDATE outbox SET due_at = 1 WHERE state = 0;");
		err_clear(&e);
		ck_ok(fan_out(&s, &e), &e);
		ck_mails(&l, "order_placed:buyer:en new_order:merchant:en");
	}
	ck_assert_int_gt(whole, 0);
	ck_assert_int_lt(whole, 14);
	shop_close(&s);
}
END_TEST

START_TEST(the_mail_of_a_worker_of_the_release_before_becomes_the_event)
{
	struct err e = {0};
	struct shop s;
	struct life l;
	uint64_t n;

	life_goods();
	shop_open(&s, DB_TOOL);
	l = life_begin(&s, LIFE_TRANSFER);
	run_sql(str_fmt(&s.a,
	    "DELETE FROM outbox;INSERT INTO outbox (kind, subject, version, payload, due_at, created_at) VALUES "
	    "('mail',"
	    " 'order_placed/%llu', 1, '{\"mail\":\"order_placed\",\"order\":%llu,\"lang\":\"en\"}', 1, 1);",
	    (unsigned long long)l.order, (unsigned long long)l.order)
		    .p);
	ck_ok(mail_adopt(s.db, &n, &e), &e);
	ck_assert_uint_eq(n, 1);
	ck_ok(fan_out(&s, &e), &e);
	ck_mails(&l, "order_placed:buyer:en new_order:merchant:en");
	/* the mail that follows is no such row */
	ck_ok(mail_adopt(s.db, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	shop_close(&s);
}
END_TEST

INTEG_MAIN("events", false, each_change_tells_of_itself_once, a_parcels_event_names_the_parcel_and_no_event_a_secret,
    what_changes_nothing_tells_of_nothing, an_event_exists_exactly_when_its_change_does,
    each_event_becomes_its_mails_once_in_the_language_of_whom_they_go_to,
    a_buyer_without_address_and_an_unwanted_mail_to_the_merchant_get_none,
    a_process_killed_anywhere_leaves_all_mails_of_an_event_or_none,
    the_mail_of_a_worker_of_the_release_before_becomes_the_event)
