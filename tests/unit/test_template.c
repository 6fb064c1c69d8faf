#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "view/mustache/template.h"

static struct arena a;
static struct err e;
static struct langs langs;
static struct template_set set;
static char dir[64];
static char problems[4096];

static void
start(void)
{
	const struct str tags[] = {STR("en"), STR("de"), STR("zh-Hans")};

	arena_init(&a, 64 << 20);
	e = (struct err){0};
	problems[0] = '\0';
	ck_ok(langs_init(&a, tags, 3, &langs, &e), &e);
}

static const char *
from_env(const char *name, const char *rest)
{
	const char *root = getenv(name);

	return str_fmt(&a, "%s/%s", root == NULL ? "." : root, rest).p;
}

static void
note(void *arg, enum template_problem problem, const char *line)
{
	size_t n = str_z(problems).n;

	(void)arg;
	if (problem != TEMPLATE_UNTRANSLATED)
		snprintf(problems + n, sizeof(problems) - n, "%s\n", line);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	const char *path = str_fmt(&a, "%s/%s", folder, name).p;
	FILE *f;

	mkdir(folder, 0700);
	f = fopen(path, "we");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

/* dir/t holds the installed templates, dir/o the overrides. */
static struct template_dirs
folders(void)
{
	struct template_dirs dirs = {.report = note};

	snprintf(dir, sizeof(dir), "/tmp/kontor-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	dirs.installed = str_fmt(&a, "%s/t", dir).p;
	dirs.overrides = str_fmt(&a, "%s/o", dir).p;
	return dirs;
}

static void
stop(void)
{
	ck_assert_int_eq(system(str_fmt(&a, "rm -rf %s", dir).p), 0);
	arena_fini(&a);
}

static struct str
rendered(const char *name)
{
	struct view *root = view_object(&a);
	struct buf b;
	size_t id;

	view_str(view_sub(root, N_page), N_title, STR("T"));
	buf_init(&b, &a, 1 << 20);
	ck_assert(template_find(&set, str_z(name), &id));
	ck_ok(template_render(&set, id, &langs.lang[0], root, &b, &e), &e);
	return buf_str(&b);
}

static unsigned untranslated;

static void
note_untranslated(void *arg, enum template_problem problem, const char *line)
{
	(void)arg;
	(void)problem;
	fprintf(stderr, "%s\n", line);
	untranslated++;
}

START_TEST(every_text_of_the_templates_is_translated)
{
	struct template_dirs dirs = {.report = note_untranslated};

	start();
	dirs.installed = from_env("top_srcdir", "templates");
	ck_ok(langs_load(&a, &langs, str_z(from_env("top_builddir", "po")), &e), &e);
	ck_assert(langs.lang[1].has_texts && langs.lang[2].has_texts);
	ck_ok(template_load(&a, &dirs, &langs, &set, &e), &e);
	ck_assert_msg(untranslated == 0, "make update-po, then translate what standard error names");
	arena_fini(&a);
}
END_TEST

START_TEST(every_template_renders_with_nothing_and_with_only_what_is_promised)
{
	struct template_dirs dirs = {.report = note};
	struct view *root;

	start();
	dirs.installed = from_env("top_srcdir", "templates");
	ck_ok(template_load(&a, &dirs, &langs, &set, &e), &e);
	root = view_object(&a);
	for (size_t id = 0; id < set.n; id++) {
		for (size_t i = 0; i < langs.n; i++) {
			struct buf b;

			buf_init(&b, &a, 1 << 20);
			ck_ok(template_render(&set, id, &langs.lang[i], root, &b, &e), &e);
			ck_assert_msg(str_find(buf_str(&b), STR("{{")) < 0, "%s", set.files[id].path.p);
		}
	}
	arena_fini(&a);
}
END_TEST

START_TEST(an_override_stands_in_for_the_installed_template_everywhere)
{
	struct template_dirs dirs;

	start();
	dirs = folders();
	write_file(dirs.installed, "home.mustache", "{{<layout}}{{$main}}home{{/main}}{{/layout}}");
	write_file(dirs.installed, "layout.mustache", "<{{$main}}{{/main}}{{>_foot}}>");
	write_file(dirs.installed, "_foot.mustache", "foot");
	write_file(dirs.overrides, "_foot.mustache", "{{>_own}}");
	write_file(dirs.overrides, "_own.mustache", "own {{page.title}}");
	ck_ok(template_load(&a, &dirs, &langs, &set, &e), &e);
	ck_str(rendered("home"), "<homeown T>");
	ck_assert_str_eq(problems, "");
	ck_assert_uint_eq(set.refused, 0);
	stop();
}
END_TEST

START_TEST(a_broken_override_is_refused_with_file_and_line_and_the_installed_one_serves)
{
	struct template_dirs dirs;

	start();
	dirs = folders();
	write_file(dirs.installed, "home.mustache", "home {{>_foot}}");
	write_file(dirs.installed, "cart.mustache", "cart");
	write_file(dirs.installed, "_foot.mustache", "foot");
	write_file(dirs.overrides, "home.mustache", "\n\n{{page.titel}}");
	write_file(dirs.overrides, "cart.mustache", "a\n{{>_none}}");
	write_file(dirs.overrides, "_foot.mustache", "{{#page}}");
	ck_ok(template_load(&a, &dirs, &langs, &set, &e), &e);
	ck_str(rendered("home"), "home foot");
	ck_str(rendered("cart"), "cart");
	ck_assert_uint_eq(set.refused, 3);
	ck_assert_ptr_nonnull(strstr(problems, "/o/home.mustache:3: unknown name 'titel'\n"));
	ck_assert_ptr_nonnull(strstr(problems, "/o/cart.mustache:2: there is no template '_none'\n"));
	ck_assert_ptr_nonnull(strstr(problems, "/o/_foot.mustache:1: '#page' is never closed\n"));
	stop();
}
END_TEST

START_TEST(overrides_that_are_parents_of_each_other_are_left_out)
{
	struct template_dirs dirs;

	start();
	dirs = folders();
	write_file(dirs.installed, "home.mustache", "{{<layout}}{{/layout}}");
	write_file(dirs.installed, "layout.mustache", "layout");
	write_file(dirs.overrides, "layout.mustache", "{{<home}}{{/home}}");
	ck_ok(template_load(&a, &dirs, &langs, &set, &e), &e);
	ck_str(rendered("home"), "layout");
	ck_assert_uint_eq(set.refused, 1);
	stop();
}
END_TEST

START_TEST(all_broken_installed_templates_are_reported_and_none_is_used)
{
	struct template_dirs dirs;

	start();
	dirs = folders();
	write_file(dirs.installed, "home.mustache", "{{page.titel}}");
	write_file(dirs.installed, "cart.mustache", "{{/page}}");
	ck_assert(!template_load(&a, &dirs, &langs, &set, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
	ck_assert_ptr_nonnull(strstr(problems, "/t/home.mustache:1: unknown name"));
	ck_assert_ptr_nonnull(strstr(problems, "/t/cart.mustache:1: '/page' closes nothing"));
	stop();
}
END_TEST

UNIT_MAIN("template", every_text_of_the_templates_is_translated,
    every_template_renders_with_nothing_and_with_only_what_is_promised,
    an_override_stands_in_for_the_installed_template_everywhere,
    a_broken_override_is_refused_with_file_and_line_and_the_installed_one_serves,
    overrides_that_are_parents_of_each_other_are_left_out, all_broken_installed_templates_are_reported_and_none_is_used)
