#include "cmd/doctor/doctor_judge.h"

#include <string.h>

#include "plat/host/host.h"
#include "unit.h"

#define DAY_S INT64_C(86400)
#define GB (UINT64_C(1) << 30)
#define MB (UINT64_C(1) << 20)

static struct arena arena;

START_TEST(the_output_of_a_check_arrives_complete)
{
	struct doctor d = {.a = &arena};
	struct doctor_said s;
	struct str rest;
	struct buf b;

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	buf_init(&b, &arena, 65536);
	d.out = &b;
	doctor_note(&d, "%s", "seen");
	FIND(&d, socket_open, "FILE", "/run/x\x1e", "RIGHTS", "a\nb\x1f" "c");
	doctor_blocked(&d, CHECK_database);
	doctor_unseen(&d, "not %d", 1);
	rest = str_dup(&arena, buf_str(&b));
	ck_assert(doctor_next(&rest, &s));
	ck_assert_int_eq(s.kind, DOCTOR_NOTE);
	ck_str(s.what, "seen");
	ck_assert(doctor_next(&rest, &s));
	ck_assert_int_eq(s.kind, DOCTOR_FOUND);
	ck_assert_int_eq(s.finding, FOUND_socket_open);
	ck_str(s.what, "every user of this machine may send requests to /run/x  (a b c)");
	ck_assert(str_starts(s.remedy, STR("chmod o-rwx /run/x ; permanently")));
	ck_assert(doctor_next(&rest, &s));
	ck_assert_int_eq(s.kind, DOCTOR_BLOCKED);
	ck_str(s.what, "database");
	ck_assert(doctor_next(&rest, &s));
	ck_assert_int_eq(s.kind, DOCTOR_UNSEEN);
	ck_str(s.what, "not 1");
	ck_assert(!doctor_next(&rest, &s));
	rest = STR("9\x1fnonsense\x1e");
	ck_assert(!doctor_next(&rest, &s));
}
END_TEST

START_TEST(only_texts_that_are_filled_in_have_placeholders)
{
	for (size_t i = 0; i < FOUND__MAX; i++)
		ck_assert_msg(strchr(doctor_rows[i].effect, '{') == NULL, "%s: %s", doctor_rows[i].name,
		    doctor_rows[i].effect);
}
END_TEST

START_TEST(a_clock_before_the_program_or_ten_years_after_it_is_wrong)
{
	const int64_t made_s = 1800000000;

	ck_assert_int_eq(doctor_clock(made_s, made_s), CLOCK_RIGHT);
	ck_assert_int_eq(doctor_clock(made_s + 300 * DAY_S, made_s), CLOCK_RIGHT);
	ck_assert_int_eq(doctor_clock(made_s - DAY_S / 2, made_s), CLOCK_RIGHT); /* made in another time zone */
	ck_assert_int_eq(doctor_clock(made_s - 2 * DAY_S, made_s), CLOCK_BEHIND);
	ck_assert_int_eq(doctor_clock(0, made_s), CLOCK_BEHIND);
	ck_assert_int_eq(doctor_clock(made_s + 3700 * DAY_S, made_s), CLOCK_AHEAD);
	ck_assert_int_eq(doctor_clock(0, 0), CLOCK_RIGHT); /* nothing to go by */
}
END_TEST

static enum host_room
room(uint64_t size_b, uint64_t free_b, uint64_t inodes, uint64_t free_nodes)
{
	const struct host_disk d = {size_b, free_b, inodes, free_nodes, 0};

	return host_room(&d);
}

START_TEST(a_disk_is_roomy_low_or_full)
{
	ck_assert_int_eq(room(100 * GB, 50 * GB, 1000, 900), HOST_ROOMY);
	ck_assert_int_eq(room(100 * GB, 9 * GB, 1000, 900), HOST_LOW);
	ck_assert_int_eq(room(100 * GB, GB, 1000, 900), HOST_FULL);
	ck_assert_int_eq(room(4 * GB, 99 * MB, 1000, 900), HOST_FULL);
	ck_assert_int_eq(room(200 * MB, 90 * MB, 1000, 900), HOST_ROOMY); /* small, and half of it is free */
	ck_assert_int_eq(room(100 * GB, 50 * GB, 1000, 50), HOST_LOW);
	ck_assert_int_eq(room(100 * GB, 50 * GB, 1000, 1), HOST_FULL);
	ck_assert_int_eq(room(100 * GB, 50 * GB, 0, 0), HOST_ROOMY); /* btrfs counts no inodes */
}
END_TEST

START_TEST(a_certificate_is_expired_of_another_name_or_not_trusted)
{
	ck_assert_int_eq(doctor_cert("SSL certificate problem: certificate has expired", 0, 10), CERT_EXPIRED);
	ck_assert_int_eq(doctor_cert("SSL certificate problem: self-signed certificate", 5, 10), CERT_EXPIRED);
	ck_assert_int_eq(doctor_cert("SSL certificate problem: self-signed certificate", 20, 10), CERT_UNTRUSTED);
	ck_assert_int_eq(
	    doctor_cert("SSL: no alternative certificate subject name matches target host name 'x'", 20, 10),
	    CERT_HOST);
	ck_assert_int_eq(doctor_cert("unable to get local issuer certificate", 0, 10), CERT_UNTRUSTED);
}
END_TEST

START_TEST(output_of_systemctl_show_is_split_by_unit)
{
	struct str text =
	    STR("Id=kontor.target\nLoadState=loaded\nActiveState=active\nSubState=active\n"
		"UnitFileState=disabled\nNeedDaemonReload=yes\n\n"
		"Result=exit-code\nNRestarts=17\nId=kontor@1.service\nLoadState=loaded\nActiveState=activating\n"
		"SubState=auto-restart\nUnitFileState=static\nNeedDaemonReload=no\n\n"
		"Id=kontor@2.service\nLoadState=loaded\nActiveState=inactive\nSubState=dead\n\n"
		"Id=kontor-jobs.service\nLoadState=not-found\nActiveState=inactive\n");
	struct doctor_unit u;

	ck_assert(doctor_unit_next(&text, &u));
	ck_str(u.name, "kontor.target");
	ck_assert_int_eq(doctor_unit_state(&u), UNIT_WELL);
	ck_assert(u.reload && doctor_unit_is_disabled(&u));
	ck_assert(doctor_unit_next(&text, &u));
	ck_str(u.name, "kontor@1.service");
	ck_assert_int_eq(doctor_unit_state(&u), UNIT_FAILED);
	ck_assert_uint_eq(u.restarts, 17);
	ck_assert(!u.reload && !doctor_unit_is_disabled(&u));
	ck_assert(doctor_unit_next(&text, &u));
	ck_assert_int_eq(doctor_unit_state(&u), UNIT_DOWN);
	ck_assert(doctor_unit_next(&text, &u));
	ck_assert_int_eq(doctor_unit_state(&u), UNIT_ABSENT);
	ck_assert(!doctor_unit_next(&text, &u));
}
END_TEST

START_TEST(units_that_fail_restart_or_do_not_start_are_reported)
{
	struct doctor d = {.a = &arena};
	struct doctor_said s;
	struct str rest;
	struct buf b;
	unsigned found[FOUND__MAX] = {0};

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	buf_init(&b, &arena, 65536);
	d.out = &b;
	doctor_units_judge(&d,
	    STR("Id=kontor.target\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\n\n"
		"Id=kontor@1.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\n\n"
		"Id=kontor@2.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\nNRestarts=9\n\n"
		"Id=kontor-jobs.service\nLoadState=loaded\nActiveState=inactive\nNeedDaemonReload=yes\n\n"
		"Id=kontor-backup.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\n\n"
		"Id=kontor-verify.service\nLoadState=loaded\nActiveState=inactive\nSubState=dead\n\n"
		"Id=kontor-verify.timer\nLoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n\n"
		"Id=mariadb.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNRestarts=9\n\n"
		"Id=memcached.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\n\n"
		"Id=apache2.service\nLoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n\n"
		"Id=lighttpd.service\nLoadState=not-found\nActiveState=inactive\n"));
	rest = buf_str(&b);
	while (doctor_next(&rest, &s))
		if (s.kind == DOCTOR_FOUND)
			found[s.finding]++;
	ck_assert_uint_eq(found[FOUND_unit_disabled], 2); /* the target and memcached */
	ck_assert_uint_eq(found[FOUND_unit_failed], 2);
	ck_assert_uint_eq(found[FOUND_unit_down], 1);
	ck_assert_uint_eq(found[FOUND_timer_off], 1);
	ck_assert_uint_eq(found[FOUND_unit_restarts], 1);
	ck_assert_uint_eq(found[FOUND_unit_changed], 1);
}
END_TEST

START_TEST(failures_are_counted_from_a_time_on)
{
	struct doctor_log log;

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	doctor_log_count(&arena,
	    STR("ts=2026-11-24T04:00:00.000Z level=error prog=k pid=1 req=aa event=crashed\n"
		"ts=2026-11-24T05:00:00.000Z level=error prog=k pid=1 req=bb event=hung slot=1\n"
		"ts=2026-11-24T05:10:00.000Z level=info prog=k pid=1 req=cc event=error kind=not_found\n"
		"ts=2026-11-24T05:20:00.000Z level=error prog=k pid=1 event=db_unfit\n"
		"ts=2026-11-24T05:30:00.000Z level=error prog=k pid=1 req=dd event=error kind=upstream\n"),
	    "2026-11-24T04:30:00", &log);
	ck_assert_uint_eq(log.failures, 2);
	ck_assert_str_eq(log.last_id, "dd");
	ck_assert_str_eq(log.last_event, "error");
	doctor_log_count(&arena, STR(""), "2026", &log);
	ck_assert_uint_eq(log.failures, 0);
}
END_TEST

START_TEST(an_order_url_in_a_log_is_detected)
{
	ck_assert(doctor_log_names_order(STR("\"GET /de/order/AAAAAAAAAA-BBBBBBBBB_ HTTP/1.1\" 200")));
	ck_assert(doctor_log_names_order(STR("/order/ /en/order/x /shop/en/order/0123456789012345678901")));
	ck_assert(!doctor_log_names_order(STR("\"GET an order\" 200 /order/")));
	ck_assert(!doctor_log_names_order(STR("/de/order/short HTTP/1.1")));
}
END_TEST

START_TEST(modules_that_a_web_server_lacks_are_named)
{
	const char *all =
	    " core_module (static)\n alias_module (shared)\n deflate_module (shared)\n filter_module (shared)\n"
	    " headers_module (shared)\n lbmethod_bybusyness_module (shared)\n mime_module (shared)\n"
	    " proxy_module (shared)\n proxy_balancer_module (shared)\n proxy_fcgi_module (shared)\n"
	    " reqtimeout_module (shared)\n setenvif_module (shared)\n slotmem_shm_module (shared)\n";
	size_t i = 0;

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_assert_ptr_null(doctor_apache_lacks(str_z(all), &i));
	i = 0;
	ck_assert_str_eq(doctor_apache_lacks(STR(" proxy_fcgi_module (shared)\n"), &i), "alias");
	ck_assert_str_eq(doctor_apache_lacks(STR(" proxy_fcgi_module (shared)\n"), &i), "headers");
	ck_str(
	    doctor_server_wants(&arena, STR("AH00526: Syntax error on line 3 of /x:\nInvalid command 'BalancerMember', "
					    "perhaps misspelled or defined by a module")),
	    "proxy");
	ck_str(doctor_server_wants(&arena, STR("(plugin.c.195) dlopen() failed for: /usr/lib/lighttpd/mod_deflate.so "
					       "cannot open shared object file")),
	    "mod_deflate");
	ck_assert_ptr_null(doctor_server_wants(&arena, STR("Invalid command 'Nonsense', perhaps misspelled")).p);
	ck_assert_ptr_null(doctor_server_wants(&arena, STR("Syntax OK, mod_deflate")).p);
}
END_TEST

START_TEST(the_requests_that_apache_serves_at_a_time_are_known)
{
	static const struct {
		const char *text;
		uint64_t threads;
	} cases[] = {{"", 400}, {"StartServers 2\n\tMaxRequestWorkers\t  150\n", 150},
	    {"maxrequestworkers 2048\nServerLimit 4\nThreadsPerChild 64\n", 256},
	    {"MaxRequestWorkers 10\nMaxRequestWorkers 20\nServerLimit x\n", 20},
	    {"MaxRequestWorkersOld 10\nMaxRequestWorkers", 400}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_uint_eq(doctor_apache_threads(str_z(cases[i].text)), cases[i].threads);
}
END_TEST

START_TEST(backends_are_found_in_a_configuration)
{
	struct str text =
	    STR("\"unix:/run/kontor/1.sock|fcgi://k\" /run/kontor/apache.pid \"socket\" => \"/run/kontor/12.sock\",");
	struct str s;

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	ck_assert(doctor_server_socket(&arena, &text, "/run/kontor", &s));
	ck_str(s, "/run/kontor/1.sock");
	ck_assert(doctor_server_socket(&arena, &text, "/run/kontor", &s));
	ck_str(s, "/run/kontor/12.sock");
	ck_assert(!doctor_server_socket(&arena, &text, "/run/kontor", &s));
}
END_TEST

UNIT_MAIN("doctor", the_output_of_a_check_arrives_complete, only_texts_that_are_filled_in_have_placeholders,
    a_clock_before_the_program_or_ten_years_after_it_is_wrong, a_disk_is_roomy_low_or_full,
    a_certificate_is_expired_of_another_name_or_not_trusted,
    output_of_systemctl_show_is_split_by_unit, units_that_fail_restart_or_do_not_start_are_reported,
    failures_are_counted_from_a_time_on, an_order_url_in_a_log_is_detected, modules_that_a_web_server_lacks_are_named,
    the_requests_that_apache_serves_at_a_time_are_known,
    backends_are_found_in_a_configuration)
