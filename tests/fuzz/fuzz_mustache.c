/* A template, in both modes, with itself as partial "t"; if it compiles, it is rendered with a small tree. */
#include "view/mustache/mustache.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct view *
tree(struct arena *a)
{
	struct view *v = view_object(a), *list = view_sublist(v, N_lines);

	view_str(v, N_name, STR("<n>"));
	view_int(v, N_count, 2);
	view_put(v, N_page, v);
	for (int i = 0; i < 2; i++)
		view_str(view_add(list), N_text, STR("t"));
	return v;
}

static void
run(struct arena *a, struct view_names *spec, const struct lang *lang, struct str text)
{
	struct mustache_file file = {.name = STR("t"), .path = STR("t")};
	struct mustache_input in = {.files = &file, .n = 1, .lang = lang};
	struct mustache *m;
	struct err e = {0};
	struct buf b;
	size_t bad;

	if (!mustache_parse(a, spec, text, &file, &e) || !mustache_compile(a, &in, &m, &bad, &e))
		return;
	buf_init(&b, a, 1 << 16);
	(void)!mustache_render(m, 0, tree(a), &b, &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct str tag = STR("de");
	struct view_names names = {0};
	struct langs langs;
	struct arena a;
	struct err e = {0};

	arena_init(&a, (size_t)512 << 20);
	names.a = &a;
	if (langs_init(&a, &tag, 1, &langs, &e)) {
		run(&a, NULL, &langs.lang[0], str_n(p, n));
		run(&a, &names, NULL, str_n(p, n));
	}
	arena_fini(&a);
	return 0;
}
