#include "plat/stats/stats_report.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef"

static struct arena a;
static struct err e;
static char dir[] = "/tmp/kontor-report-XXXXXX";
static char path[64];

static void
setup(void)
{
	arena_init(&a, 64 << 20);
	snprintf(dir, sizeof(dir), "/tmp/kontor-report-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stats", dir);
}

static void
teardown(void)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
	arena_fini(&a);
}

static void
open_as(struct stats *st, enum stats_role role, const char *name)
{
	ck_ok(stats_open(st, path, &e), &e);
	ck_ok(stats_claim_as(st, role, name, &e), &e);
}

static void
serve(struct stats *st, int n, enum stats_end how)
{
	for (int i = 0; i < n; i++) {
		stats_begin(st, ID, CLOCK_NEVER, STATS_ROUTE_product);
		stats_end(st, how);
	}
}

/* Two backends, one with two workers, and kontor-jobs. */
static void
fill(struct stats st[4])
{
	open_as(&st[0], STATS_WORKER, "shop-1");
	open_as(&st[1], STATS_WORKER, "shop-1");
	open_as(&st[2], STATS_WORKER, "shop-2");
	open_as(&st[3], STATS_JOBS, "jobs");
	serve(&st[0], 60, STATS_ANSWERED);
	serve(&st[1], 20, STATS_ANSWERED);
	serve(&st[1], 5, STATS_REFUSED);
	serve(&st[2], 9, STATS_ANSWERED);
	serve(&st[2], 4, STATS_HANDLED);
	serve(&st[2], 1, STATS_CUT);
	serve(&st[2], 1, STATS_ABORTED);
	serve(&st[3], 7, STATS_ANSWERED);
	stats_add(&st[0], STAT_cache_product_hits, 90);
	stats_add(&st[0], STAT_cache_card_hits, 5);
	stats_add(&st[0], STAT_cache_product_stale, 2);
	stats_add(&st[1], STAT_cache_product_misses, 3);
	stats_add(&st[2], STAT_cache_list_errors, 2);
	stats_add(&st[0], STAT_db_queries, 30);
	stats_add(&st[0], STAT_db_query_ns, 15 * CLOCK_MS);
	stats_add(&st[3], STAT_db_queries, 10);
	stats_add(&st[3], STAT_db_query_ns, 5 * CLOCK_MS);
	stats_error(&st[2], ERR_UPSTREAM);
}

START_TEST(the_four_measures_come_from_the_counts_of_all_processes)
{
	struct stats st[4];
	struct stats_report r;
	struct stats_measures m;

	fill(st);
	stats_read(&st[0], &a, &r);
	m = stats_measure(&r);
	ck_assert_uint_eq(m.load.requests, 100);
	ck_assert_uint_eq(m.load.servers, 3);
	ck_assert_uint_eq(m.load.busiest, 60);
	ck_assert_uint_eq(m.cache.hits, 95);
	ck_assert_uint_eq(m.cache.lookups, 100);
	ck_assert_uint_eq(m.cache.errors, 2);
	ck_assert_uint_eq(m.cache.stale, 2);
	ck_assert_uint_eq(m.db.queries, 40);
	ck_assert_uint_eq(m.db.ns, 20 * CLOCK_MS);
	ck_assert_uint_eq(m.failure.handled, 4);
	ck_assert_uint_eq(m.failure.failures, 5);
	ck_assert_int_eq(m.difference, 0);
	ck_assert(stats_is_well(&r));
}
END_TEST

START_TEST(backends_have_their_own_measures)
{
	struct stats st[4];
	struct stats_report r;
	struct stats_measures m;

	fill(st);
	stats_read(&st[0], &a, &r);
	ck_assert_uint_eq(r.n_backends, 3);
	ck_assert_str_eq(r.backends[0].name, "shop-1");
	ck_assert_uint_eq(r.backends[0].workers, 2);
	ck_assert_uint_eq(r.backends[0].alive, 2);
	m = stats_measure_sum(r.backends[1].sum, 1, 15);
	ck_assert_uint_eq(m.load.requests, 15);
	ck_assert_uint_eq(m.cache.hits, 0);
	ck_assert_uint_eq(m.cache.errors, 2);
	ck_assert_uint_eq(m.failure.failures, 5);
	stats_close(&st[0]);
	stats_read(&st[1], &a, &r);
	ck_assert_uint_eq(r.backends[0].alive, 1);
	ck_assert_uint_eq(r.backends[0].sum->begun, 85);
	for (int i = 1; i < 4; i++)
		stats_close(&st[i]);
}
END_TEST

START_TEST(a_request_in_hand_is_the_difference)
{
	struct stats st[4];
	struct stats_report r;

	fill(st);
	stats_begin(&st[2], ID, CLOCK_NEVER, STATS_ROUTE_checkout);
	stats_read(&st[0], &a, &r);
	ck_assert_int_eq(stats_measure(&r).difference, 1);
	ck_assert_uint_eq(r.workers[2].in_hand, 1);
	ck_assert_str_eq(r.workers[2].id, ID);
	ck_assert_int_eq(r.workers[2].route, STATS_ROUTE_checkout);
	stats_end(&st[2], STATS_ANSWERED);
	stats_read(&st[0], &a, &r);
	ck_assert_int_eq(stats_measure(&r).difference, 0);
}
END_TEST

START_TEST(nothing_measured_is_no_data)
{
	ck_str(stats_percent(&a, 0, 0), "no data");
	ck_str(stats_percent(&a, 0, 7), "0.0 %");
	ck_str(stats_percent(&a, 2, 3), "66.6 %");
	ck_str(stats_percent(&a, 3, 3), "100.0 %");
	ck_str(stats_percent(&a, 999999, 1000000), "99.9 %"); /* never rounded up to all */
}
END_TEST

/* Each line is a comment, or name{labels} value; no sample twice; a family's samples stand together. */
static void
check_metrics(struct str text)
{
	struct str line, all = text;
	const char *families[300], *last = "";
	size_t n = 0;

	while (str_cut(&text, '\n', &line)) {
		struct str name = str_n(line.p, strcspn(line.p, "{ ")), key;
		ptrdiff_t space = str_chr(str_from(line, str_starts(line, STR("#")) ? line.n : 0), ' ');

		if (line.n == 0)
			continue;
		if (str_starts(line, STR("# TYPE "))) {
			last = str_zdup(&a, str_n(line.p + 7, strcspn(line.p + 7, " ")));
			for (size_t i = 0; i < n; i++)
				ck_assert_str_ne(families[i], last);
			families[n++] = last;
		}
		if (line.p[0] == '#')
			continue;
		ck_assert(str_starts(name, STR("kontor_")));
		ck_assert_msg(str_starts(name, str_z(last)), "%.*s stands under %s", STR_ARG(name), last);
		ck_assert_int_gt(space, 0);
		ck_assert(strspn(line.p + space + 1, "0123456789.-") == line.n - (size_t)space - 1);
		key = str_fmt(&a, "\n%.*s ", (int)space, line.p);
		ck_assert_int_lt(str_find(str_from(all, (size_t)(line.p - all.p)), key), 0);
	}
	ck_assert_uint_gt(n, 20);
}

START_TEST(metrics_are_well_formed_and_hold_the_counts)
{
	static const char *const lines[] = {"kontor_requests_begun_total{backend=\"shop-1\",worker=\"1\"} 25\n",
	    "kontor_requests_ended_total{backend=\"shop-2\",outcome=\"handled\"} 4\n",
	    "kontor_cache_lookups_total{backend=\"shop-1\",class=\"product\",result=\"hit\"} 90\n",
	    "kontor_errors_total{backend=\"shop-2\",kind=\"upstream\"} 1\n",
	    "kontor_requests_by_route_total{backend=\"shop-1\",route=\"product\",outcome=\"answered\"} 80\n",
	    "kontor_requests_by_route_total{backend=\"shop-2\",route=\"product\",outcome=\"handled\"} 4\n",
	    "kontor_requests_by_route_total{backend=\"shop-2\",route=\"product\",outcome=\"cut_off\"} 1\n",
	    "kontor_requests_by_route_total{backend=\"shop-2\",route=\"cart\",outcome=\"handled\"} 0\n",
	    "kontor_requests_by_route_total{backend=\"jobs\",route=\"product\",outcome=\"answered\"} 0\n",
	    "kontor_verify_last_run_seconds 1700000000\n", "kontor_verify_holds 1\n", "kontor_backup_last_seconds 0\n",
	    "kontor_db_query_seconds_total{backend=\"jobs\"} 0.005000000\n",
	    "kontor_request_seconds_count{route=\"product\"} 100\n",
	    "kontor_request_seconds_bucket{route=\"product\",le=\"+Inf\"}",
	    "kontor_jobs_ended_total{backend=\"jobs\",outcome=\"answered\"} 7\n",
	    "kontor_job_runs_total{backend=\"jobs\",kind=\"sweep\"} ",
	    "kontor_processes{backend=\"shop-1\",role=\"worker\"} 2\n", "kontor_breaker_open{service=\"db\"} 0\n"};
	struct stats_service db = {.service = "db", .server = ""};
	struct stats st[4];
	struct stats_report r;
	struct buf b;

	fill(st);
	buf_init(&b, &a, 4 << 20);
	stats_read(&st[0], &a, &r);
	r.services = &db;
	r.n_services = 1;
	ck_ok(fact_save(dir, FACT_VERIFY, 1700000000, 1, &e), &e);
	facts_load(dir, r.facts);
	stats_put_metrics(&b, &r);
	ck_ok(buf_check(&b, &e), &e);
	check_metrics(buf_str(&b));
	/* Prometheus itself sets these two, and renames ours */
	ck_assert_ptr_null(strstr(b.p, "job=\""));
	ck_assert_ptr_null(strstr(b.p, "instance=\""));
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		ck_assert_msg(strstr(b.p, lines[i]) != NULL, "%s is missing in\n%s", lines[i], b.p);
}
END_TEST

START_TEST(the_text_says_what_is_wrong_first)
{
	struct stats_service down = {.service = "db", .server = "", .open = true};
	struct stats st[4];
	struct stats_report r;
	struct buf b;

	fill(st);
	stats_close(&st[3]);
	stats_read(&st[0], &a, &r);
	r.paused = true;
	r.services = &down;
	r.n_services = 1;
	ck_assert(!stats_is_well(&r));
	buf_init(&b, &a, 1 << 20);
	stats_put_text(&b, &r);
	ck_assert_ptr_nonnull(strstr(b.p, "ORDERING IS PAUSED"));
	ck_assert_ptr_nonnull(strstr(b.p, "the database IS DOWN"));
	ck_assert_ptr_nonnull(strstr(b.p, "kontor-jobs is not running"));
	ck_assert_ptr_null(strstr(b.p, "all is well"));
	ck_assert_ptr_nonnull(strstr(b.p, "33 requests a worker (100 / 3); the busiest had 1.80 times the mean"));
	ck_assert_ptr_nonnull(strstr(b.p, "95.0 % (95 hits / 100 lookups; 3 misses, 2 errors; 2 of the hits stale)"));
	ck_assert_ptr_nonnull(strstr(b.p, "2000 queries per second of query time (40 / 0.020 s; 0.500 ms each)"));
	ck_assert_ptr_nonnull(strstr(b.p, "80.0 % (4 handled / 5 failures; of the handled 0 by the web "
					   "server: 0 crashed, 0 hung, 0 late; unhandled: 1 cut off)"));
}
END_TEST

START_TEST(no_counts_yet_is_not_a_fault)
{
	struct stats_report r;
	struct buf b;

	stats_read(NULL, &a, &r);
	buf_init(&b, &a, 1 << 20);
	stats_put_text(&b, &r);
	stats_put_json(&b, &r);
	stats_put_metrics(&b, &r);
	ck_ok(buf_check(&b, &e), &e);
	ck_assert_uint_eq(r.n_workers, 0);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "stats_report", the_four_measures_come_from_the_counts_of_all_processes,
    backends_have_their_own_measures, a_request_in_hand_is_the_difference, nothing_measured_is_no_data,
    metrics_are_well_formed_and_hold_the_counts, the_text_says_what_is_wrong_first, no_counts_yet_is_not_a_fault)
