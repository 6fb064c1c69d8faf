/* The control file with real processes: what one of them sets holds for all, and dies with nobody but its holder. */
#include "plat/control/control.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "child.h"
#include "plat/control/control_area.h"
#include "plat/stats/stats_report.h"

static char dir[] = "/tmp/kontor-control-XXXXXX";
static char path[64];
static struct control ctl;
static struct arena a;
static struct err e;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kontor-control-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/control", dir);
	err_clear(&e);
	arena_init(&a, (size_t)16 << 20);
	ck_assert(log_open("test", "/dev/null", LOG_ERROR));
	ck_ok(control_open(&ctl, path, NULL, &e), &e);
}

static void
teardown(void)
{
	char cmd[80];

	control_close(&ctl);
	arena_fini(&a);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static struct child
start(void (*fn)(struct control *))
{
	struct child c = child_fork();

	if (c.pid == 0) {
		struct control own;
		struct err ce = {0};

		close(ctl.file.fd);
		if (!control_open(&own, path, NULL, &ce) || !control_claim(&own, "shop", &ce))
			_exit(1);
		fn(&own);
		child_wait(c);
	}
	return c;
}

static void
hold_fill(struct control *own)
{
	if (!control_permit(own, PERMIT_FILL, 2))
		_exit(1);
}

static void
hold_probe(struct control *own)
{
	atomic_store(&control_own(own)->probes, 1 << BREAKER_DB);
}

/* The identity serves as a count of holders that was ever too high. */
static void
contend(struct control *own)
{
	for (int i = 0; i < 20000; i++) {
		if (!control_permit(own, PERMIT_HASH, 1))
			continue;
		if (atomic_exchange(&own->area->pause, 1) != 0)
			atomic_fetch_add(&own->area->identity, 1);
		atomic_store(&own->area->pause, 0);
		control_permit_release(own, PERMIT_HASH);
	}
}

/* ---- the file ---- */

START_TEST(pause_epoch_and_identity_are_seen_by_all_and_outlive_them)
{
	struct control other;
	uint64_t epoch = control_epoch(&ctl), settings = control_settings(&ctl);

	ck_ok(control_open_tool(&other, path, true, &e), &e);
	control_epoch_raise(&other);
	ck_assert_uint_eq(control_epoch(&ctl), epoch + 1);
	ck_assert_uint_ne(settings, 0);
	control_settings_raise(&other);
	control_set_merchant(&other, 77);
	ck_assert(control_settings(&ctl) == settings + 1 && control_merchant(&ctl) == 77);
	ck_assert(!control_paused(&ctl));
	control_pause(&other, true, false);
	ck_assert(control_paused(&ctl));
	control_set_identity(&other, 77);
	control_close(&other);
	control_close(&ctl);
	ck_ok(control_open(&ctl, path, NULL, &e), &e);
	ck_assert(control_paused(&ctl));
	ck_assert_uint_eq(control_identity(&ctl), 77);
	ck_assert_uint_eq(control_epoch(&ctl), epoch + 1);
	control_pause(&ctl, false, false);
	ck_assert(!control_paused(&ctl));
}
END_TEST

START_TEST(a_file_of_a_later_release_is_shared)
{
	struct control old;

	atomic_store(&ctl.area->minor, CONTROL_MINOR + 5);
	ck_assert_int_eq(truncate(path, sizeof(struct control_area) + 4096), 0);
	control_pause(&ctl, true, false);
	ck_ok(control_open(&old, path, NULL, &e), &e);
	ck_assert(control_paused(&old));
	ck_assert_uint_eq(shared_get(&old.area->minor), CONTROL_MINOR + 5);
	control_close(&old);
}
END_TEST

START_TEST(a_foreign_or_short_file_and_a_missing_one_are_refused)
{
	struct control tool;

	ck_assert(!control_open_tool(&tool, "/nonexistent/control", false, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	err_clear(&e);
	ck_assert(!control_open(&tool, "/nonexistent/control", NULL, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert(control_paused(&tool)); /* nobody can say that orders may be taken */
	err_clear(&e);
	atomic_store(&ctl.area->magic, 5);
	ck_assert(!control_open(&tool, path, NULL, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(e.msg, path));
	ck_assert_ptr_nonnull(strstr(e.msg, "remove it"));
	err_clear(&e);
	ck_assert_int_eq(truncate(path, 100), 0);
	ck_assert(!control_open_tool(&tool, path, false, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
}
END_TEST

START_TEST(a_file_has_the_mode_and_owner_that_let_the_workers_in)
{
	struct stat sb;
	mode_t old = umask(077);
	char file[80];

	snprintf(file, sizeof(file), "%s/made", dir);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(dir, 12345, 54321), 0);
	control_close(&ctl);
	ck_ok(control_open(&ctl, file, NULL, &e), &e);
	umask(old);
	ck_assert_int_eq(fstat(ctl.file.fd, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 07777, 0660);
	if (geteuid() == 0)
		ck_assert(sb.st_uid == 12345 && sb.st_gid == 54321);
	ck_assert_int_ge(sb.st_blocks * 512, (long)sizeof(struct control_area));
}
END_TEST

START_TEST(a_deleted_or_replaced_file_is_not_sound)
{
	struct control other;

	ck_assert(!control_sound(&ctl, &e)); /* no slot */
	err_clear(&e);
	ck_ok(control_claim(&ctl, "shop", &e), &e);
	ck_ok(control_sound(&ctl, &e), &e);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(!control_sound(&ctl, &e));
	ck_assert_int_eq(e.kind, ERR_BUSY);
	err_clear(&e);
	ck_ok(control_open(&other, path, NULL, &e), &e);
	ck_assert(!control_sound(&ctl, &e));
	ck_assert_uint_ne(control_epoch(&other), 0);
	control_close(&other);
}
END_TEST

START_TEST(a_lost_file_is_made_again_and_the_last_word_on_the_pause_holds)
{
	static struct control one, two;
	uint64_t epoch;

	ck_ok(control_join(&one, path, "shop", NULL, &e) && control_join(&two, path, "shop", NULL, &e), &e);
	control_pause(&one, true, false);
	control_set_identity(&one, 7);
	epoch = control_epoch(&one);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert(!control_sound(&one, &e));
	err_clear(&e);
	ck_ok(control_join(&one, path, "shop", NULL, &e) && control_sound(&one, &e), &e);
	ck_assert(control_paused(&one));
	ck_assert_uint_eq(control_identity(&one), 7);
	ck_assert_uint_gt(control_epoch(&one), epoch);
	control_pause(&one, false, false);
	ck_ok(control_join(&two, path, "shop", NULL, &e), &e); /* still maps the paused one */
	ck_assert(!control_paused(&one) && !control_paused(&two));
	control_close(&one);
	control_close(&two);
}
END_TEST

/* To touch the mapped bytes would end the process. */
START_TEST(a_file_that_is_cut_short_is_not_sound_and_is_made_again)
{
	static struct control one, two;
	uint64_t epoch;

	ck_ok(control_join(&one, path, "shop", NULL, &e) && control_join(&two, path, "shop", NULL, &e), &e);
	epoch = control_epoch(&one);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert(!control_sound(&one, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "cut short"));
	err_clear(&e);
	ck_ok(control_join(&one, path, "shop", NULL, &e) && control_sound(&one, &e), &e);
	ck_assert_uint_ge(control_epoch(&one), epoch);
	control_pause(&one, true, false);
	ck_assert(!control_sound(&two, &e)); /* the file is whole again, but the slot is nobody's */
	err_clear(&e);
	ck_ok(control_join(&two, path, "shop", NULL, &e) && control_sound(&two, &e), &e);
	ck_assert(control_paused(&two));
	control_close(&one);
	control_close(&two);
}
END_TEST

START_TEST(while_a_lost_file_cannot_be_made_the_old_one_is_kept_and_unsound)
{
	static struct control one;
	char away[80];

	ck_ok(control_join(&one, path, "shop", NULL, &e), &e);
	control_pause(&one, true, false);
	snprintf(away, sizeof(away), "%s-away", dir);
	ck_assert_int_eq(rename(dir, away), 0);
	ck_assert(!control_join(&one, path, "shop", NULL, &e));
	err_clear(&e);
	ck_assert(!control_sound(&one, &e));
	err_clear(&e);
	ck_assert(control_paused(&one));
	ck_assert_int_eq(rename(away, dir), 0);
	ck_ok(control_join(&one, path, "shop", NULL, &e) && control_sound(&one, &e), &e);
	control_close(&one);
}
END_TEST

START_TEST(a_pause_that_is_written_to_the_database_ends_here_unless_it_was_set_anew)
{
	control_pause(&ctl, true, true);
	ck_assert(control_paused(&ctl) && control_pause_due(&ctl));
	control_pause_written(&ctl);
	ck_assert(!control_paused(&ctl) && !control_pause_due(&ctl));
	control_pause(&ctl, true, false);
	control_pause_written(&ctl);
	ck_assert(control_paused(&ctl));
	control_pause(&ctl, false, false);
	control_set_shop_paused(&ctl, CONTROL_PAUSED);
	ck_assert(!control_paused(&ctl) && control_shop_paused(&ctl));
}
END_TEST

START_TEST(an_epoch_is_never_repeated_by_a_new_file)
{
	uint64_t epoch;

	for (int i = 0; i < 1000; i++)
		control_epoch_raise(&ctl);
	epoch = control_epoch(&ctl);
	ck_assert_int_eq(unlink(path), 0);
	clock_sleep_ns(1100 * CLOCK_MS);
	control_close(&ctl);
	ck_ok(control_open(&ctl, path, NULL, &e), &e);
	ck_assert_uint_gt(control_epoch(&ctl), epoch);
}
END_TEST

/* ---- ids of orders ---- */

#define HOUR_NS (3600 * CLOCK_S)

START_TEST(an_order_id_is_settled_only_when_its_window_has_passed)
{
	control_order_acknowledged(&ctl, 10, HOUR_NS); /* an order of a lower id may still be being placed */
	control_order_acknowledged(&ctl, 9, HOUR_NS);
	ck_assert_uint_eq(control_order_floor(&ctl, HOUR_NS), 0);
	ck_assert_uint_eq(control_order_top(&ctl), 10);
	ck_assert_uint_eq(control_order_floor(&ctl, 1), 10);
	control_order_acknowledged(&ctl, 11, 1); /* each begins a window */
	control_order_acknowledged(&ctl, 12, 1);
	ck_assert_uint_eq(control_order_floor(&ctl, HOUR_NS), 10);
	control_order_acknowledged(&ctl, 13, 1);
	ck_assert_uint_eq(control_order_floor(&ctl, HOUR_NS), 11);
	ck_assert_uint_eq(control_order_top(&ctl), 13);
	ck_assert_uint_eq(control_order_floor(NULL, HOUR_NS), 0);
}
END_TEST

/* As seen by a process that read the clock before another one acknowledged an order. */
START_TEST(an_order_of_this_moment_is_not_settled_by_a_time_that_seems_ahead)
{
	control_order_acknowledged(&ctl, 10, HOUR_NS);
	control_order_acknowledged(&ctl, 11, HOUR_NS);
	atomic_store(&ctl.area->order_since_ns, clock_mono_ns() + HOUR_NS);
	atomic_store(&ctl.area->order_last_ns, clock_mono_ns() + HOUR_NS);
	ck_assert_uint_eq(control_order_floor(&ctl, HOUR_NS), 0);
	control_order_acknowledged(&ctl, 12, HOUR_NS);
	ck_assert_uint_eq(control_order_floor(&ctl, HOUR_NS), 0);
}
END_TEST

START_TEST(ids_of_orders_outlive_the_processes_a_reboot_and_a_lost_file)
{
	struct control own;

	ck_ok(control_claim(&ctl, "shop", &e), &e);
	control_order_acknowledged(&ctl, 10, HOUR_NS);
	control_set_older(&ctl, 4711);
	ck_assert_int_eq(unlink(path), 0);
	ck_ok(control_join(&ctl, path, "shop", NULL, &e), &e);
	ck_assert_uint_eq(control_order_top(&ctl), 10);
	ck_assert(control_older(&ctl, 4711) && !control_older(&ctl, 4712));
	memcpy(ctl.area->boot, "another", 8);
	ck_ok(control_open(&own, path, NULL, &e), &e);
	ck_assert_uint_eq(control_order_floor(&own, HOUR_NS), 10); /* nothing is being placed any more */
	control_close(&own);
}
END_TEST

START_TEST(slots_are_held_by_the_living_only)
{
	static struct control more[CONTROL_SLOTS];

	for (int i = 0; i < CONTROL_SLOTS; i++) {
		ck_ok(control_open(&more[i], path, NULL, &e), &e);
		ck_ok(control_claim(&more[i], "shop", &e), &e);
	}
	ck_assert(!control_claim(&ctl, "shop", &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	err_clear(&e);
	control_close(&more[77]);
	ck_ok(control_claim(&ctl, "shop", &e), &e);
	ck_assert_int_eq(ctl.slot, 77);
	for (int i = 0; i < CONTROL_SLOTS; i++)
		control_close(&more[i]);
}
END_TEST

START_TEST(without_a_file_nothing_is_shared_and_nothing_breaks)
{
	struct control zero = {0};
	struct control *const nobody[] = {NULL, &zero};

	for (size_t i = 0; i < ARRAY_LEN(nobody); i++) {
		ck_assert(control_permit(nobody[i], PERMIT_FILL, 1));
		control_permit_release(nobody[i], PERMIT_FILL);
		ck_assert(breaker_allow(nobody[i], BREAKER_DB));
		breaker_failure(nobody[i], BREAKER_DB);
		breaker_success(nobody[i], BREAKER_DB);
		ck_assert(!breaker_is_open(nobody[i], BREAKER_DB));
		ck_assert_uint_eq(control_epoch(nobody[i]), 1);
	}
	ck_assert(control_paused(&zero));
	control_close(&zero);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
}
END_TEST

/* ---- permits ---- */

START_TEST(permits_are_shared_and_die_with_their_holder)
{
	struct child one = start(hold_fill), two = start(hold_fill);

	child_await(one);
	child_await(two);
	ck_ok(control_claim(&ctl, "shop", &e), &e);
	ck_assert(!control_permit(&ctl, PERMIT_FILL, 2));
	ck_assert(control_permit(&ctl, PERMIT_HASH, 1)); /* of another kind */
	child_end(one, SIGKILL);
	ck_assert(control_permit(&ctl, PERMIT_FILL, 2));
	ck_assert(control_permit(&ctl, PERMIT_FILL, 2)); /* one's own counts once */
	control_permit_release(&ctl, PERMIT_FILL);
	child_end(two, SIGKILL);
	ck_assert(control_permit(&ctl, PERMIT_FILL, 1));
}
END_TEST

START_TEST(a_permit_for_one_is_never_held_by_two)
{
	struct child c[3];

	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		c[i] = start(contend);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_await(c[i]);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_end(c[i], SIGKILL);
	ck_assert_uint_eq(control_identity(&ctl), 0);
}
END_TEST

/* ---- breakers ---- */

static void
age_breaker(uint64_t by_ns)
{
	atomic_fetch_sub(&ctl.area->breaker[BREAKER_DB].opened_ns, by_ns);
}

static void
fail_times(struct control *c, unsigned breaker, int n)
{
	for (int i = 0; i < n; i++)
		breaker_failure(c, breaker);
}

START_TEST(the_breaker_opens_for_all_after_five_failures_and_lets_one_probe_through)
{
	struct control other;

	ck_ok(control_claim(&ctl, "shop", &e), &e);
	ck_ok(control_open(&other, path, NULL, &e), &e);
	ck_ok(control_claim(&other, "shop", &e), &e);
	fail_times(&ctl, BREAKER_DB, 4);
	ck_assert(breaker_allow(&other, BREAKER_DB));
	fail_times(&ctl, BREAKER_DB, 1);
	ck_assert(!breaker_allow(&ctl, BREAKER_DB));
	ck_assert(!breaker_allow(&other, BREAKER_DB));
	ck_assert(breaker_allow(&other, BREAKER_CACHE));
	age_breaker(CLOCK_S);
	ck_assert(breaker_allow(&other, BREAKER_DB)); /* the probe */
	ck_assert(!breaker_allow(&ctl, BREAKER_DB));
	age_breaker(CLOCK_S);
	ck_assert(!breaker_allow(&ctl, BREAKER_DB)); /* a slow probe is still the only one */
	breaker_failure(&other, BREAKER_DB);
	ck_assert(!breaker_allow(&ctl, BREAKER_DB));
	age_breaker(CLOCK_S);
	ck_assert(breaker_allow(&ctl, BREAKER_DB));
	breaker_success(&ctl, BREAKER_DB);
	ck_assert(breaker_allow(&other, BREAKER_DB));
	control_close(&other);
}
END_TEST

START_TEST(a_dead_probe_frees_the_way_for_the_next)
{
	struct child c;

	fail_times(&ctl, BREAKER_DB, 5);
	ck_ok(control_claim(&ctl, "shop", &e), &e);
	c = start(hold_probe);
	child_await(c);
	age_breaker(CLOCK_S);
	ck_assert(!breaker_allow(&ctl, BREAKER_DB));
	child_end(c, SIGKILL);
	age_breaker(CLOCK_S);
	ck_assert(breaker_allow(&ctl, BREAKER_DB));
}
END_TEST

START_TEST(a_success_between_failures_keeps_a_slow_breaker_closed)
{
	for (int i = 0; i < 20; i++) {
		breaker_failure(&ctl, BREAKER_DB);
		shared_set(&ctl.area->breaker[BREAKER_DB].window, 1); /* long ago */
		if (i % 4 == 3)
			breaker_success(&ctl, BREAKER_DB);
	}
	ck_assert(!breaker_is_open(&ctl, BREAKER_DB));
	for (int i = 0; i < 5; i++) {
		breaker_failure(&ctl, BREAKER_DB);
		shared_set(&ctl.area->breaker[BREAKER_DB].window, 1);
	}
	ck_assert(breaker_is_open(&ctl, BREAKER_DB));
}
END_TEST

START_TEST(each_server_has_a_breaker_that_goes_with_its_name)
{
	struct stats_report r = {0};

	breaker_set_server(&ctl, BREAKER_CACHE, "10.0.0.1:11211");
	breaker_set_server(&ctl, BREAKER_CACHE + 1, "10.0.0.2:11211");
	fail_times(&ctl, BREAKER_CACHE + 1, 5);
	ck_assert(!breaker_is_open(&ctl, BREAKER_CACHE));
	breaker_set_server(&ctl, BREAKER_CACHE + 1, "10.0.0.2:11211"); /* another worker that starts */
	ck_assert(breaker_is_open(&ctl, BREAKER_CACHE + 1));
	control_report(&ctl, &a, &r);
	ck_assert_uint_eq(r.n_services, 3);
	ck_assert_str_eq(r.services[2].server, "10.0.0.2:11211");
	ck_assert(!r.services[1].open && r.services[2].open);
	breaker_set_server(&ctl, BREAKER_CACHE + 1, "10.0.0.3:11211"); /* another server in its place */
	ck_assert(!breaker_is_open(&ctl, BREAKER_CACHE + 1));
}
END_TEST

START_TEST(a_new_boot_closes_the_breakers_and_keeps_the_pause)
{
	struct control again;

	fail_times(&ctl, BREAKER_DB, 5);
	control_pause(&ctl, true, false);
	ctl.area->boot[0] = ctl.area->boot[0] == 'x' ? 'y' : 'x';
	ck_ok(control_open(&again, path, NULL, &e), &e);
	ck_assert(!breaker_is_open(&ctl, BREAKER_DB));
	ck_assert(control_paused(&ctl));
	control_close(&again);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "control", pause_epoch_and_identity_are_seen_by_all_and_outlive_them,
    a_file_of_a_later_release_is_shared, a_foreign_or_short_file_and_a_missing_one_are_refused,
    a_file_has_the_mode_and_owner_that_let_the_workers_in, a_deleted_or_replaced_file_is_not_sound,
    a_lost_file_is_made_again_and_the_last_word_on_the_pause_holds,
    while_a_lost_file_cannot_be_made_the_old_one_is_kept_and_unsound,
    a_file_that_is_cut_short_is_not_sound_and_is_made_again,
    a_pause_that_is_written_to_the_database_ends_here_unless_it_was_set_anew, an_epoch_is_never_repeated_by_a_new_file,
    an_order_id_is_settled_only_when_its_window_has_passed,
    an_order_of_this_moment_is_not_settled_by_a_time_that_seems_ahead,
    ids_of_orders_outlive_the_processes_a_reboot_and_a_lost_file, slots_are_held_by_the_living_only,
    without_a_file_nothing_is_shared_and_nothing_breaks, permits_are_shared_and_die_with_their_holder,
    a_permit_for_one_is_never_held_by_two, the_breaker_opens_for_all_after_five_failures_and_lets_one_probe_through,
    a_dead_probe_frees_the_way_for_the_next, a_success_between_failures_keeps_a_slow_breaker_closed,
    each_server_has_a_breaker_that_goes_with_its_name, a_new_boot_closes_the_breakers_and_keeps_the_pause)
