/* Mails that time causes, and addresses from which mails come back. */
#include <time.h>

#include "life.h"
#include "store/mail/bounce_store.h"
#include "store/mail/mail_store.h"
#include "jobs/events.h"
#include "jobs/mail_time.h"

static struct shop shop;

static void
begin(void)
{
	life_goods();
	shop_open(&shop, DB_TOOL);
	run_sql("DELETE FROM outbox;DELETE FROM mail_suppressed;DELETE FROM mail_bounce;DELETE FROM stock_low;");
}

static struct mail_time
at(int64_t now_s)
{
	db_deadline(shop.db, clock_mono_ns() + 60 * CLOCK_S);
	return (struct mail_time){.db = shop.db, .a = &shop.a, .conf = &shop.conf, .now_s = now_s};
}

static long long
mails(const char *subject)
{
	return number("SELECT COUNT(*) FROM outbox WHERE kind = 'mail' AND subject LIKE '%s'", subject);
}

static void
remind(void)
{
	struct mail_time t = at(clock_utc_s());
	struct err e = {0};
	bool more;

	ck_ok(mail_time_remind(&t, &more, &e), &e);
}

static void
age(const struct life *l, int days)
{
	run_sql(str_fmt(&shop.a, "UPDATE orders SET created_at = UNIX_TIMESTAMP() - %d * 86400 - 5 WHERE id = %llu;",
	    days, (unsigned long long)l->order)
		    .p);
}

START_TEST(an_unpaid_order_is_reminded_of_once)
{
	struct life unpaid, paid, late, erased;
	struct err e = {0};

	begin();
	unpaid = life_begin(&shop, LIFE_TRANSFER);
	paid = life_begin(&shop, LIFE_TRANSFER);
	late = life_begin(&shop, LIFE_TRANSFER);
	erased = life_begin(&shop, LIFE_TRANSFER);
	remind();
	ck_assert_int_eq(mails("payment_reminder/%%"), 0);
	ck_ok(life_do(&paid, LIFE_PAY, 1, &e), &e);
	age(&unpaid, 7);
	age(&paid, 7);
	age(&late, 61);
	age(&erased, 8);
	run_sql(str_fmt(&shop.a, "UPDATE orders SET email = '' WHERE id = %llu;", (unsigned long long)erased.order).p);
	shop.conf.mail_reminder_days = 0;
	remind();
	ck_assert_int_eq(mails("payment_reminder/%%"), 0);
	shop.conf.mail_reminder_days = 7;
	for (int i = 0; i < 3; i++)
		remind();
	ck_assert_int_eq(mails("payment_reminder/%%"), 1);
	ck_assert_int_eq(mails(str_fmt(&shop.a, "payment_reminder/%llu", (unsigned long long)unpaid.order).p), 1);
	/* also when it was sent long ago */
	run_sql("UPDATE outbox SET state = 1 WHERE kind = 'mail';");
	remind();
	ck_assert_int_eq(mails("payment_reminder/%%"), 1);
	shop_close(&shop);
}
END_TEST

static void
summary(const char *local)
{
	struct mail_time t;
	struct err e = {0};
	struct tm tm = {.tm_isdst = -1};

	ck_assert(strptime(local, "%Y-%m-%d %H:%M", &tm) != NULL);
	t = at((int64_t)mktime(&tm));
	ck_ok(mail_time_summary(&t, &e), &e);
}

/* The days on which the clocks change have 23 and 25 hours. */
START_TEST(each_day_has_one_summary_from_its_hour_on_by_the_hosts_clock)
{
	begin();
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	summary("2026-11-30 07:10");
	ck_assert_int_eq(mails("daily_summary/%%"), 0);
	shop.conf.mail_summary = true;
	shop.conf.mail_summary_h = 7;
	summary("2026-11-30 06:59");
	ck_assert_int_eq(mails("daily_summary/%%"), 0);
	summary("2026-11-30 07:00");
	summary("2026-11-30 07:01");
	summary("2026-11-30 23:59");
	ck_assert_int_eq(mails("daily_summary/2026-11-29"), 1);
	shop.conf.mail_summary_h = 0;
	summary("2026-03-29 00:30");
	summary("2026-03-30 00:30");
	summary("2026-10-26 00:30");
	ck_assert_int_eq(mails("daily_summary/2026-03-28"), 1);
	ck_assert_int_eq(mails("daily_summary/2026-03-29"), 1);
	ck_assert_int_eq(mails("daily_summary/2026-10-25"), 1);
	ck_assert_int_eq(mails("daily_summary/%%"), 4);
	shop_close(&shop);
}
END_TEST

static void
look_low(int64_t now_s)
{
	struct mail_time t = at(now_s);
	struct err e = {0};
	uint64_t after = 0;

	do
		ck_ok(mail_time_low(&t, &after, &e), &e);
	while (after != 0);
}

START_TEST(goods_that_run_low_are_told_of_once_until_they_are_stocked_up)
{
	begin();
	put_goods(401, 1000, 6, true);
	put_goods(402, 1000, 2, true);
	put_goods(403, 1000, 0, false); /* not tracked */
	put_goods(404, 1000, 5, true);
	run_sql("UPDATE variant SET gone = 1 WHERE id = 404;");
	shop.conf.mail_low_stock = false;
	look_low(1000);
	ck_assert_int_eq(mails("low_stock/%%"), 0);
	shop.conf.mail_low_stock = true;
	look_low(1001);
	look_low(1002);
	ck_assert_int_eq(mails("low_stock/%%"), 1);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%%\"ids\":[402]%%'"), 1);
	run_sql(
	    "UPDATE stock SET on_hand = 5 WHERE variant_id = 401;UPDATE stock SET on_hand = 1 WHERE variant_id = 402;");
	look_low(1003);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%%\"ids\":[401]%%'"), 1);
	ck_assert_int_eq(mails("low_stock/%%"), 2);
	/* stocked up, and low again */
	run_sql("UPDATE stock SET on_hand = 50 WHERE variant_id = 402;");
	look_low(1004);
	run_sql("UPDATE stock SET on_hand = 3 WHERE variant_id = 402;");
	look_low(1005);
	look_low(1006);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE payload LIKE '%%\"ids\":[402]%%'"), 2);
	ck_assert_int_eq(mails("low_stock/%%"), 3);
	shop_close(&shop);
}
END_TEST

START_TEST(what_failed_for_good_is_told_of_once_each_time_and_never_of_itself)
{
	struct err e = {0};

	begin();
	run_sql("INSERT INTO outbox (id, kind, subject, version, payload, due_at, created_at, state, done_at) VALUES"
		" (9001, 'mail', 'shipped/1/1', 1, '', 1, 1, 2, UNIX_TIMESTAMP() - 60),"
		" (9002, 'mail', 'dead_letter/8', 1, '', 1, 1, 2, UNIX_TIMESTAMP() - 60),"
		" (9003, 'hook', 'a', 1, '', 1, 1, 2, UNIX_TIMESTAMP() - 9 * 86400),"
		" (9004, 'mail', 'shipped/2/2', 1, '', 1, 1, 1, UNIX_TIMESTAMP() - 60);");
	for (int i = 0; i < 3; i++) {
		struct mail_time t = at(clock_utc_s());

		ck_ok(mail_time_letters(&t, &e), &e);
	}
	ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE id > 9004"), 1);
	ck_assert_int_eq(mails("dead_letter/9001"), 1);
	run_sql("UPDATE outbox SET done_at = done_at + 10 WHERE id = 9001;");
	for (int i = 0; i < 2; i++) {
		struct mail_time t = at(clock_utc_s());

		ck_ok(mail_time_letters(&t, &e), &e);
	}
	ck_assert_int_eq(mails("dead_letter/9001"), 2);
	/* never a flood */
	run_sql("INSERT INTO outbox (kind, subject, version, payload, due_at, created_at, state, done_at)"
		" SELECT 'hook', CONCAT('x/', seq), 1, '', 1, 1, 2, UNIX_TIMESTAMP() FROM seq_1_to_100;");
	for (int i = 0; i < 30; i++) {
		struct mail_time t = at(clock_utc_s());

		ck_ok(mail_time_letters(&t, &e), &e);
	}
	ck_assert_int_lt(mails("dead_letter/%%"), MAIL_TIME_LETTERS + 6);
	shop_close(&shop);
}
END_TEST

/* A mail about the order, as if it had been sent; its id. */
static uint64_t
sent_mail(const struct life *l, const char *kind, const char *to)
{
	run_sql(str_fmt(&shop.a,
	    "INSERT INTO outbox (kind, subject, version, payload, due_at, created_at, state, order_id) VALUES ('mail',"
	    " '%s/%llu', (SELECT COUNT(*) + 50 FROM outbox x), '{\"lang\":\"en\",\"to\":\"%s\"}', 1, UNIX_TIMESTAMP(), "
	    "1,"
	    " %llu);",
	    kind, (unsigned long long)l->order, to, (unsigned long long)l->order)
		    .p);
	return (uint64_t)number("SELECT MAX(id) FROM outbox");
}

static struct bounce_done
bounces(uint64_t id, const char *status)
{
	struct bounce b = {.id = id, .status = str_z(status), .answer = STR("550 no such user")};
	struct bounce_done done;
	struct err e = {0};

	db_deadline(shop.db, clock_mono_ns() + 60 * CLOCK_S);
	ck_ok(bounce_take(shop.db, &shop.a, &b, false, &done, &e), &e);
	return done;
}

static bool
is_suppressed(const char *address)
{
	struct suppressed x;
	struct err e = {0};
	bool found;

	ck_ok(suppressed_find(shop.db, &shop.a, str_z(address), &x, &found, &e), &e);
	return found;
}

START_TEST(an_address_that_does_not_exist_is_suppressed_at_once_and_others_at_the_third_bounce)
{
	struct life l;
	uint64_t id;

	begin();
	l = life_begin(&shop, LIFE_TRANSFER);
	id = sent_mail(&l, "shipped", "buyer");
	/* the content was refused */
	ck_assert_int_eq(bounces(id, "5.7.1").result, BOUNCE_NOTED);
	ck_assert_int_eq(bounces(id, "5.1.1").result, BOUNCE_AGAIN);
	for (int i = 1; i <= 3; i++) {
		ck_assert(!is_suppressed("anna@example.org"));
		id = sent_mail(&l, "shipped", "buyer");
		ck_assert_int_eq(bounces(id, "5.2.2").result, i < 3 ? BOUNCE_COUNTED : BOUNCE_SUPPRESSED);
		ck_assert_int_eq(bounces(id, "5.2.2").result, BOUNCE_AGAIN);
		if (i == 1) /* long ago: this one does not count */
			run_sql("UPDATE mail_bounce SET at = at - 15 * 86400 WHERE counts = 1;");
		if (i == 2) {
			id = sent_mail(&l, "shipped", "buyer");
			ck_assert_int_eq(bounces(id, "4.4.1").result, BOUNCE_COUNTED);
		}
	}
	ck_assert(is_suppressed("ANNA@example.org"));
	run_sql("DELETE FROM mail_suppressed;DELETE FROM mail_bounce;");
	id = sent_mail(&l, "shipped", "buyer");
	ck_assert_int_eq(bounces(id, "5.1.1").result, BOUNCE_SUPPRESSED);
	ck_assert(is_suppressed("anna@example.org"));
	ck_assert_int_eq(bounces(99999999, "5.1.1").result, BOUNCE_UNKNOWN);
	shop_close(&shop);
}
END_TEST

START_TEST(neither_the_shops_address_nor_one_that_the_order_no_longer_has_is_suppressed)
{
	struct err e = {0};
	struct life l;
	uint64_t id;

	begin();
	l = life_begin(&shop, LIFE_TRANSFER);
	ck_assert_int_eq(bounces(sent_mail(&l, "new_order", "merchant"), "5.1.1").result, BOUNCE_NOTED);
	id = sent_mail(&l, "shipped", "buyer");
	run_sql("UPDATE outbox SET created_at = created_at - 100;");
	ck_ok(life_do(&l, LIFE_ADDRESS, 1, &e), &e);
	ck_assert_int_eq(bounces(id, "5.1.1").result, BOUNCE_NOTED);
	ck_assert_int_eq(number("SELECT COUNT(*) FROM mail_suppressed"), 0);
	shop_close(&shop);
}
END_TEST

static void
fan_out(void)
{
	struct event_run events = {.db = shop.db, .a = &shop.a, .conf = &shop.conf};
	struct outbox_run run = {.db = shop.db,
	    .a = &shop.a,
	    .kind = "event",
	    .deliver = event_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + 60 * CLOCK_S};
	struct err e = {0};
	bool more;

	ck_ok(outbox_run(&run, &more, &e), &e);
}

START_TEST(a_suppressed_address_is_lifted_by_hand_or_when_the_buyer_gives_it_again)
{
	struct err e = {0};
	struct life l;
	bool found;

	begin();
	l = life_begin(&shop, LIFE_TRANSFER);
	fan_out();
	ck_assert_int_eq(bounces(sent_mail(&l, "shipped", "buyer"), "5.1.1").result, BOUNCE_SUPPRESSED);
	/* no other event of the order is a confirmation */
	ck_ok(life_do(&l, LIFE_PAY, 1, &e), &e);
	fan_out();
	ck_assert(is_suppressed("anna@example.org"));
	ck_ok(suppressed_lift(shop.db, STR("Anna@Example.org"), false, &found, &e), &e);
	ck_assert(found && !is_suppressed("anna@example.org"));
	ck_ok(suppressed_lift(shop.db, STR("anna@example.org"), false, &found, &e), &e);
	ck_assert(!found);
	ck_assert_int_eq(bounces(sent_mail(&l, "shipped", "buyer"), "5.1.1").result, BOUNCE_SUPPRESSED);
	run_sql("UPDATE mail_suppressed SET at = 1;");
	(void)life_begin(&shop, LIFE_TRANSFER);
	fan_out();
	ck_assert(!is_suppressed("anna@example.org"));
	shop_close(&shop);
}
END_TEST

INTEG_MAIN("mail_time", false, an_unpaid_order_is_reminded_of_once,
    each_day_has_one_summary_from_its_hour_on_by_the_hosts_clock,
    goods_that_run_low_are_told_of_once_until_they_are_stocked_up,
    what_failed_for_good_is_told_of_once_each_time_and_never_of_itself,
    an_address_that_does_not_exist_is_suppressed_at_once_and_others_at_the_third_bounce,
    neither_the_shops_address_nor_one_that_the_order_no_longer_has_is_suppressed,
    a_suppressed_address_is_lifted_by_hand_or_when_the_buyer_gives_it_again)
