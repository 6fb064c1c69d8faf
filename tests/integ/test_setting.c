/* The merchant's settings in the database: changed together or not at all, logged, undone, and never able to stop a
 * worker. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integ.h"
#include "store/setting_store.h"

#define WRITERS 8
#define CHANGES 12

static struct arena arena;
static struct conf conf;
static struct db *db;
static struct setting_change ch;

static void
begin(void)
{
	arena_init(&arena, (size_t)256 << 20);
	services_conf(&services, &arena, &conf);
	services_sql(&services, "DELETE FROM setting");
	services_sql(&services, "DELETE FROM setting_log");
	services_sql(&services, "UPDATE setting_change SET number = 0");
	db = services_db(&services, &arena, DB_TOOL);
}

static bool
change(enum setting_action action, const struct setting_edit *v, size_t n, struct err *e)
{
	ch.file = &conf;
	ch.action = action;
	ch.v = ARENA_ARRAY(&arena, struct setting_edit, n + 1);
	for (size_t i = 0; i < n; i++)
		ch.v[i] = v[i];
	ch.n = n;
	ch.actor = "test";
	err_clear(e);
	return setting_change(db, &arena, &ch, e);
}

static struct setting_edit
edit(const char *name, const char *value)
{
	struct err e = {0};
	const struct conf_setting *s = conf_find(str_z(name), &e);

	ck_assert_msg(s != NULL, "%s", e.msg);
	return (struct setting_edit){s, str_z(value)};
}

static bool
set(const char *name, const char *value, struct err *e)
{
	const struct setting_edit x = edit(name, value);

	ch = (struct setting_change){.n = 0};
	return change(SETTING_SET, &x, 1, e);
}

static bool
undo(uint64_t number, struct err *e)
{
	ch = (struct setting_change){.undo = number};
	return change(SETTING_UNDO, NULL, 0, e);
}

static struct conf
now(struct shop_rules *rules)
{
	struct setting_rows rows;
	struct setting_merge m = {.file = &conf, .rows = &rows};
	struct conf merged;
	struct err e = {0};

	ck_ok(setting_read(db, &arena, &rows, &e) && setting_merge(&arena, &m, &merged, rules, &e), &e);
	return merged;
}

static const char *
name_now(void)
{
	struct shop_rules rules;

	return now(&rules).site_name.p;
}

START_TEST(a_value_overrides_the_file_until_it_is_unset)
{
	struct shop_rules rules;
	struct setting_edit x = edit("site.name", NULL);
	struct err e = {0};

	begin();
	ck_assert_str_eq(name_now(), conf.site_name.p);
	ck_ok(set("site.name", "  Tee & S\xc3\xb6hne ", &e), &e);
	ck_assert_uint_eq(ch.number, 1);
	ck_assert_str_eq(name_now(), "Tee & S\xc3\xb6hne");
	ck_ok(set("shipping.home", "1000:3.50", &e), &e);
	(void)now(&rules);
	ck_assert_uint_eq(rules.shipping.zones[SHIPPING_HOME].n, 1);
	ck_assert_int_eq(rules.shipping.zones[SHIPPING_HOME].steps[0].price_minor, 350);
	ck_ok(change(SETTING_UNSET, &x, 1, &e), &e);
	ck_assert_str_eq(name_now(), conf.site_name.p);
}
END_TEST

START_TEST(each_change_has_another_hash_even_if_the_values_come_back)
{
	struct shop_rules rules;
	struct err e = {0};
	uint64_t first, second;

	begin();
	ck_ok(set("site.name", "A", &e), &e);
	first = now(&rules).merchant;
	ck_ok(set("site.name", "B", &e) && set("site.name", "A", &e), &e);
	second = now(&rules).merchant;
	ck_assert_str_eq(name_now(), "A");
	ck_assert_uint_ne(first, second);
	ck_ok(set("site.name", "A", &e), &e);
	ck_assert_uint_eq(ch.number, 0);
	ck_assert_uint_eq(ch.n_done, 0);
	ck_assert_uint_eq(now(&rules).merchant, second);
}
END_TEST

START_TEST(a_wrong_value_is_named_and_nothing_is_saved)
{
	static const struct {
		const char *name, *value, *says;
	} wrong[] = {
	    {"site.name", "", "site.name must have"},
	    {"site.name", "two\nlines", "site.name must be UTF-8 without control characters, in one line"},
	    {"site.name", "\xff", "site.name must be UTF-8"},
	    {"site.sender", "nobody", "site.sender must be a mail address"},
	    {"shipping.home", "2000:4.905", "shipping.home"},
	    {"shipping.eu_days", "soon", "shipping.eu_days"},
	    {"shipping.countries", "DE, XX", "'XX' is neither"},
	    {"order.number_prefix", "T_", "order.number_prefix"},
	    {"order.unpaid_expiry_h", "0", "order.unpaid_expiry_h must be a whole number"},
	    {"tax.one_stop", "perhaps", "tax.one_stop must be yes or no"},
	    {"site.currency", "USD", "is set in kontor.conf alone"},
	    {"db.name", "other", "is set in kontor.conf alone"},
	};
	struct err e = {0};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const struct setting_edit both[] = {edit("site.tagline", "good"), edit(wrong[i].name, wrong[i].value)};

		ch = (struct setting_change){.n = 0};
		ck_assert_msg(!change(SETTING_SET, both, 2, &e), "%s", wrong[i].name);
		ck_assert_msg(e.kind == ERR_INPUT && strstr(e.msg, wrong[i].says) != NULL, "%s", e.msg);
	}
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM setting"), 0);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM setting_log"), 0);
	ck_assert_int_eq(services_number(&services, "SELECT number FROM setting_change"), 0);
}
END_TEST

static size_t n_refused;

static void
count_refused(void *arg, struct str name, const char *reason)
{
	(void)arg;
	(void)reason;
	ck_assert(str_eq_z(name, "shipping.home") || str_eq_z(name, "site.nosuch"));
	n_refused++;
}

START_TEST(a_value_that_became_unusable_is_left_out_and_can_be_unset)
{
	struct setting_rows rows;
	struct setting_merge m = {.file = &conf, .rows = &rows, .report = count_refused};
	struct setting_edit x = edit("shipping.home", NULL);
	struct shop_rules rules;
	struct conf merged;
	struct err e = {0};

	begin();
	ck_ok(set("site.name", "Kept", &e), &e);
	services_sql(&services, "INSERT INTO setting VALUES ('shipping.home', 'rubbish', 1, 'x', 1),"
				" ('site.nosuch', 'y', 1, 'x', 1)");
	ck_ok(setting_read(db, &arena, &rows, &e) && setting_merge(&arena, &m, &merged, &rules, &e), &e);
	ck_assert_uint_eq(n_refused, 2);
	ck_assert_str_eq(merged.site_name.p, "Kept");
	ck_assert_str_eq(merged.shipping_home.p, conf.shipping_home.p);
	ck_ok(set("site.name", "Changed", &e), &e);
	ck_ok(change(SETTING_UNSET, &x, 1, &e), &e);
	n_refused = 0;
	ck_ok(setting_read(db, &arena, &rows, &e) && setting_merge(&arena, &m, &merged, &rules, &e), &e);
	ck_assert_uint_eq(n_refused, 1);
}
END_TEST

START_TEST(undo_resets_what_nobody_has_changed_since_and_names_the_rest)
{
	const struct setting_edit both[] = {edit("site.name", "Two"), edit("site.phone", "2")};
	struct err e = {0};

	begin();
	ck_ok(set("site.name", "One", &e), &e);
	ck_ok(change(SETTING_SET, both, 2, &e), &e);
	ck_ok(set("site.phone", "3", &e), &e);
	ck_ok(undo(2, &e), &e);
	ck_assert_uint_eq(ch.number, 4);
	ck_assert_uint_eq(ch.n_done, 2);
	ck_assert(!ch.done[0].kept && ch.done[1].kept && str_eq_z(ch.done[1].name, "site.phone"));
	ck_assert_str_eq(name_now(), "One");
	ck_ok(undo(0, &e), &e); /* undoes the undo */
	ck_assert_str_eq(name_now(), "Two");
	ck_assert(!undo(99, &e) && e.kind == ERR_NOT_FOUND);
	ck_ok(undo(1, &e), &e);
	ck_assert(ch.number == 0 && ch.n_done == 1 && ch.done[0].kept);
	ck_ok(undo(3, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT value FROM setting WHERE name = 'site.phone'"), 2);
}
END_TEST

START_TEST(a_change_of_an_older_version_is_refused_and_a_dry_run_writes_nothing)
{
	const struct setting_edit x = edit("site.name", "Late");
	struct err e = {0};

	begin();
	ck_ok(set("site.name", "One", &e) && set("site.name", "Two", &e), &e);
	ch = (struct setting_change){.version = 1};
	ck_assert(!change(SETTING_SET, &x, 1, &e) && e.kind == ERR_CONFLICT && strstr(e.msg, "by test") != NULL);
	ch = (struct setting_change){.version = 2, .dry_run = true};
	ck_ok(change(SETTING_SET, &x, 1, &e), &e);
	ck_assert(ch.number == 3 && ch.n_done == 1);
	ck_assert_str_eq(name_now(), "Two");
	ck_assert_int_eq(services_number(&services, "SELECT number FROM setting_change"), 2);
	ch = (struct setting_change){.version = 2};
	ck_ok(change(SETTING_SET, &x, 1, &e), &e);
	ck_assert_str_eq(name_now(), "Late");
}
END_TEST

static void
write_many(int writer)
{
	struct err e = {0};

	db = services_db(&services, &arena, DB_TOOL);
	for (int i = 0; i < CHANGES; i++) {
		const struct setting_edit both[] = {
		    edit("site.phone", str_fmt(&arena, "%d-%d", writer, i).p),
		    edit("site.vat_id", str_fmt(&arena, "%d", i).p)};

		ch = (struct setting_change){.n = 0};
		ck_ok(change(SETTING_SET, both, 2, &e), &e);
	}
	_exit(0);
}

START_TEST(changes_at_once_have_numbers_of_their_own_and_a_log_without_gaps)
{
	int status;

	begin();
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			write_many(i);
	while (wait(&status) > 0)
		ck_assert_int_eq(status, 0);
	ck_assert_int_eq(services_number(&services, "SELECT number FROM setting_change"), WRITERS * CHANGES);
	ck_assert_int_eq(
	    services_number(&services, "SELECT COUNT(DISTINCT number) FROM setting_log"), WRITERS * CHANGES);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM (SELECT was, LAG(value) OVER (PARTITION BY name ORDER BY number)"
			     " before_it FROM setting_log) x WHERE NOT was <=> before_it"),
	    0);
	ck_assert_int_eq(services_number(&services,
			     "SELECT COUNT(*) FROM setting s JOIN (SELECT name, MAX(number) number FROM setting_log"
			     " GROUP BY name) l ON l.name = s.name AND l.number = s.version"),
	    2);
}
END_TEST

START_TEST(the_file_is_copied_once_and_only_in_a_running_shop)
{
	int *lines;
	struct setting_change copy = {.actor = "test", .file = &conf};
	struct err e = {0};
	size_t n;

	begin();
	(void)conf_settings(&n);
	lines = ARENA_ARRAY(&arena, int, n);
	lines[conf_find(STR("site.name"), &e) - conf_settings(&n)] = 1;
	conf.lines = lines;
	conf.site_name = STR("Of the file");
	db = services_db(&services, &arena, DB_MIGRATE);
	services_sql(&services, "DELETE FROM product");
	ck_ok(setting_copy(db, &arena, &copy, &e), &e);
	ck_assert_uint_eq(copy.number, 0);
	services_sql(&services, "INSERT INTO product (id, handle, status, price_minor, avail, created_at,"
				" content_hash) VALUES (1, 'copied', 1, 1, 1, 1, 0)");
	ck_ok(setting_copy(db, &arena, &copy, &e), &e);
	ck_assert(copy.number == 1 && copy.n_done == 1 && str_eq_z(copy.done[0].value, "Of the file"));
	conf.site_name = STR("Edited in vain");
	ck_assert_str_eq(name_now(), "Of the file");
	copy = (struct setting_change){.actor = "test", .file = &conf};
	ck_ok(setting_copy(db, &arena, &copy, &e), &e);
	ck_assert_uint_eq(copy.number, 0);
}
END_TEST

INTEG_MAIN("setting", false, a_value_overrides_the_file_until_it_is_unset,
    each_change_has_another_hash_even_if_the_values_come_back, a_wrong_value_is_named_and_nothing_is_saved,
    a_value_that_became_unusable_is_left_out_and_can_be_unset,
    undo_resets_what_nobody_has_changed_since_and_names_the_rest,
    a_change_of_an_older_version_is_refused_and_a_dry_run_writes_nothing,
    changes_at_once_have_numbers_of_their_own_and_a_log_without_gaps,
    the_file_is_copied_once_and_only_in_a_running_shop)
