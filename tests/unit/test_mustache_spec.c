/* The tests of the Mustache specification, from its own files in $KONTOR_TEST_DATA/mustache-spec, or in
 * ../shared/data/mustache-spec beside the sources. */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/mustache/mustache.h"

static unsigned n_tests, n_failed;

static struct view *
view_of(struct arena *a, struct view_names *names, const json_t *j)
{
	struct view *v;
	const char *key;
	json_t *item;
	size_t i;

	switch (json_typeof(j)) {
	case JSON_OBJECT:
		v = view_object(a);
		json_object_foreach ((json_t *)(uintptr_t)j, key, item)
			view_put(v, view_name_intern(names, str_z(key)), view_of(a, names, item));
		return v;
	case JSON_ARRAY:
		v = view_list(a);
		json_array_foreach (j, i, item)
			view_push(v, view_of(a, names, item));
		return v;
	case JSON_STRING: return view_node_str(a, str_z(json_string_value(j)));
	case JSON_INTEGER:
		return view_node_str(a, str_fmt(a, "%lld", (long long)json_integer_value(j)));
	case JSON_REAL: return view_node_str(a, str_fmt(a, "%.15g", json_real_value(j)));
	case JSON_TRUE: return view_node_bool(a, true);
	case JSON_FALSE: return view_node_bool(a, false);
	default: return view_node_null(a);
	}
}

static bool
render(struct arena *a, const json_t *test, struct buf *out, struct err *e)
{
	struct view_names names = {.a = a};
	struct mustache_file files[32] = {0};
	struct mustache_input in = {.files = files, .n = 1};
	struct mustache *m;
	const char *name;
	json_t *text;
	size_t bad;

	files[0].name = files[0].path = STR("(template)");
	if (!mustache_parse(a, &names, str_z(json_string_value(json_object_get(test, "template"))), &files[0], e))
		return false;
	json_object_foreach (json_object_get(test, "partials"), name, text) {
		files[in.n].name = files[in.n].path = str_z(name);
		if (!mustache_parse(a, &names, str_z(json_string_value(text)), &files[in.n++], e))
			return false;
	}
	return mustache_compile(a, &in, &m, &bad, e)
	    && mustache_render(m, 0, view_of(a, &names, json_object_get(test, "data")), out, e);
}

static void
run_test(const char *file, const json_t *test)
{
	struct arena a;
	struct err e = {0};
	struct buf out;
	const char *expected = json_string_value(json_object_get(test, "expected"));
	bool ok;

	arena_init(&a, 16 << 20);
	buf_init(&out, &a, 1 << 20);
	ok = render(&a, test, &out, &e) && str_eq_z(buf_str(&out), expected);
	printf(
	    "%sok %u - %s: %s\n", ok ? "" : "not ", ++n_tests, file, json_string_value(json_object_get(test, "name")));
	if (!ok) {
		n_failed++;
		fprintf(stderr, "%s: %s\n%s\nexpected <%s>\nbut got  <%.*s>\n", file,
		    json_string_value(json_object_get(test, "name")), e.msg, expected, STR_ARG(buf_str(&out)));
	}
	arena_fini(&a);
}

static void
run_file(const char *path)
{
	const char *file = strrchr(path, '/') + 1;
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error), *test;
	size_t i;

	if (root == NULL || json_array_size(json_object_get(root, "tests")) == 0) {
		printf("not ok %u - %s: no tests in it: %s\n", ++n_tests, file, error.text);
		n_failed++;
		return;
	}
	json_array_foreach (json_object_get(root, "tests"), i, test)
		run_test(file, test);
	json_decref(root);
}

int
main(void)
{
	const char *data = getenv("KONTOR_TEST_DATA"), *src = getenv("top_srcdir");
	char pattern[4096];
	glob_t found;

	if (data != NULL)
		snprintf(pattern, sizeof(pattern), "%s/mustache-spec/*.json", data);
	else
		snprintf(pattern, sizeof(pattern), "%s/../shared/data/mustache-spec/*.json", src == NULL ? "." : src);
	if (glob(pattern, 0, NULL, &found) != 0) {
		printf("1..0 # SKIP no Mustache specification at %s (set KONTOR_TEST_DATA)\n", pattern);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		run_file(found.gl_pathv[i]);
	globfree(&found);
	printf("1..%u\n", n_tests);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
