/* The database's clock and its age: expiry by a clock that is believed, and an older copy of the data noticed. */
#include <stdio.h>

#include "cached.h"
#include "jobs/job.h"
#include "plat/stats/stats_report.h"
#include "store/control_store.h"
#include "store/sql.h"

#define DAY 86400

static struct job_context job;

static void
begin(const char *name)
{
	set_up(name);
	job = (struct job_context){.a = &arena, .conf = &conf};
	job.ctl = open_control();
	job.st = job.ctl->stats;
	job.db = services_db(&services, &arena, DB_JOBS);
	services_sql(&services, "DELETE FROM orders");
	services_sql(&services, "UPDATE shop_beat SET expired_s = UNIX_TIMESTAMP()");
}

/* Orders whose time to pay ends each hour, the first one `from_s` from now. */
static void
put_orders(int n, long from_s)
{
	for (int i = 0; i < n; i++)
		services_sql(&services, str_fmt(&arena,
					    "INSERT INTO orders (order_key, number, session_id, token_hash, state, "
		                            "payment_state, fulfilment_state,"
					    " lang, currency, tax_included, lines_minor, shipping_minor, tax_minor, "
		                            "total_minor, email, delivery,"
					    " payment, terms_version, terms_at, created_at, expires_at) VALUES "
		                            "(UNHEX(MD5('%d')), 'K-%d', 1,"
					    " UNHEX(SHA2('%d', 256)), 1, 1, 1, 'en', 'EUR', 1, 100, 0, 0, 100, "
		                            "'a@example.org', 'pickup', 'transfer',"
					    " '1', 1, 1, UNIX_TIMESTAMP() + %ld)",
					    i, i, i, from_s + i * 3600L)
					    .p);
}

static void
run_expiry(void)
{
	struct err e = {0};

	ck_ok(job_expire(&job, &e), &e);
}

static long long
expired(void)
{
	return services_number(&services, "SELECT COUNT(*) FROM orders WHERE state = 5");
}

static uint64_t
held(enum stats_counter counter)
{
	struct stats_report r;

	stats_read(job.st, &arena, &r);
	return r.all->count[counter];
}

START_TEST(unpaid_orders_expire_as_time_passes)
{
	begin("passes");
	put_orders(3, -5);
	services_sql(&services, "UPDATE shop_beat SET expired_s = expired_s - 20");
	run_expiry();
	ck_assert_int_eq(expired(), 1);
	ck_assert_uint_eq(held(STAT_expiry_held_jump), 0);
}
END_TEST

/* The database's clock 15 days ahead, with this host's: the last expiry seems 15 days old. */
START_TEST(a_clock_that_jumps_ahead_expires_nothing_until_it_is_confirmed)
{
	struct shop_expiry x;
	struct err e = {0};

	begin("jump");
	run_expiry();
	put_orders(2, -14L * DAY);
	services_sql(&services, "UPDATE shop_beat SET expired_s = UNIX_TIMESTAMP() - 15 * 86400");
	for (int i = 0; i < 3; i++)
		run_expiry();
	ck_assert_int_eq(expired(), 0);
	ck_assert_uint_eq(held(STAT_expiry_held_jump), 3);
	ck_ok(shop_expiry_read(job.db, &arena, &x, &e), &e);
	ck_assert_int_lt(x.expired_s, x.now_s - 14 * DAY);
	ck_ok(shop_expiry_set(job.db, x.now_s, &e), &e);
	run_expiry();
	ck_assert_int_eq(expired(), 2);
}
END_TEST

/* The row stays behind by itself while the shop is closed, and nothing was due meanwhile. */
START_TEST(a_long_pause_in_which_nothing_became_due_needs_no_word)
{
	begin("closed");
	services_sql(&services, "UPDATE shop_beat SET expired_s = UNIX_TIMESTAMP() - 15 * 86400");
	put_orders(1, 3600);
	run_expiry();
	ck_assert_uint_eq(held(STAT_expiry_held_jump), 0);
	ck_assert_int_eq(services_number(&services, "SELECT expired_s > UNIX_TIMESTAMP() - 60 FROM shop_beat"), 1);
}
END_TEST

START_TEST(a_host_whose_clock_differs_from_the_databases_expires_nothing)
{
	begin("apart");
	put_orders(1, -5);
	services_sql(&services, "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + 15 * 86400'");
	job.db = services_db(&services, &arena, DB_JOBS);
	run_expiry();
	services_sql(&services, "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() - 70'");
	job.db = services_db(&services, &arena, DB_JOBS);
	run_expiry();
	services_sql(&services, "SET GLOBAL init_connect = ''");
	ck_assert_int_eq(expired(), 0);
	ck_assert_uint_eq(held(STAT_expiry_held_clock), 2);
	job.db = services_db(&services, &arena, DB_JOBS);
	run_expiry();
	ck_assert_int_eq(expired(), 1);
}
END_TEST

static long long
identity(void)
{
	return services_number(&services, "SELECT identity FROM shop_control");
}

static void
look_at_control(void)
{
	struct err e = {0};

	ck_ok(job_pause(&job, &e), &e);
	ck_assert_uint_eq(control_identity(job.ctl), (uint64_t)identity());
}

START_TEST(an_older_copy_of_the_data_gets_a_new_identity_once)
{
	uint64_t epoch;
	long long first;

	begin("older");
	services_sql(&services, "UPDATE shop_beat SET beat = 100");
	first = identity();
	look_at_control();
	look_at_control();
	ck_assert_int_eq(identity(), first);
	epoch = control_epoch(job.ctl);
	services_sql(&services, "UPDATE shop_beat SET beat = 99"); /* a dump that is a few seconds old */
	look_at_control();
	ck_assert_int_ne(identity(), first);
	ck_assert_uint_gt(control_epoch(job.ctl), epoch);
	first = identity();
	look_at_control();
	ck_assert_int_eq(identity(), first);
	/* a restore has renewed the identity itself */
	services_sql(&services, "UPDATE shop_beat SET beat = 5");
	services_sql(&services, "UPDATE shop_control SET identity = 4711");
	look_at_control();
	ck_assert_int_eq(identity(), 4711);
}
END_TEST

INTEG_MAIN("clock", false, unpaid_orders_expire_as_time_passes,
    a_clock_that_jumps_ahead_expires_nothing_until_it_is_confirmed,
    a_long_pause_in_which_nothing_became_due_needs_no_word,
    a_host_whose_clock_differs_from_the_databases_expires_nothing, an_older_copy_of_the_data_gets_a_new_identity_once)
