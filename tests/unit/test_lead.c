#include <string.h>

#include "unit.h"
#include "web/fields.h"
#include "web/site.h"

static struct arena a;

static void
fresh(void)
{
	arena_fini(&a);
	arena_init(&a, 4 << 20);
}

START_TEST(route_of_another_spelling_is_near)
{
	static const struct {
		const char *path, *name, *lang, *slug;
	} all[] = {{"/healthz/", "healthz", "", ""}, {"//", "root", "", ""}, {"/EN", "home", "EN", ""},
	    {"//zh-Hans//", "home", "zh-Hans", ""}, {"/de_AT/C//Tea/", "category", "de_AT", "Tea"},
	    {"/en/p/Olive-Soap/", "product", "en", "Olive-Soap"}, {"/en/INFO/About", "about", "en", ""},
	    {"/Robots.TXT", "robots", "", ""}, {"/En/p/a%20b.c/", "product", "En", "a b.c"}};
	static const char *const far[] = {"", "x", "/en/p", "/en/p/a/b", "/en/p/..", "/en/p/%2F", "/en/p\\x",
	    "/en/order/short", "/en/p/a/b.json"};
	struct route_match m;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		fresh();
		ck_assert_msg(route_near(&web_site.routes, &a, str_z(all[i].path), &m), "%s", all[i].path);
		ck_assert_str_eq(m.route->name, all[i].name);
		ck_str(m.args.lang, all[i].lang);
		ck_str(m.args.slug, all[i].slug);
	}
	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		fresh();
		ck_assert_msg(!route_near(&web_site.routes, &a, str_z(far[i]), &m), "%s", far[i]);
	}
	ck_assert(route_near(&web_site.routes, &a, STR("/EN/p/Spec.json"), &m) && m.json);
	ck_str(m.args.slug, "Spec");
	ck_str(m.args.dotted, "Spec.json");
}
END_TEST

/* Links are decorated by advertisers and cut by mail programs. */
START_TEST(fields_of_a_link_ignore_all_that_is_not_ours_or_wrong)
{
	static const char *const other[] = {"utm=50%off", "=x", "%", "%ff=1", "a=%E9t%E9", "v=4x", "v=0", "v=%ff",
	    "sort=%zz", "q=%00", "&&&", "v", "n%00=1", "after=%01", "q=%ff", "sort=a%20b", "\xe9=\xff", "utm=a&utm=b"};
	static char many[8000];
	struct fields f;

	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		fresh();
		fields_query(&a, &web_site.fields,
		    str_fmt(&a, "%s&v=7&%s&q=green+tea&sort=price&%s", other[i], other[i], other[i]), &f);
		ck_assert_int_eq(field_int(&f, F_v, 0), 7);
		ck_str(field_text(&f, F_q), "green tea");
		ck_str(field_text(&f, F_sort), "price");
		ck_assert(!field_good(&f, F_after));
	}
	fresh();
	memset(many, 'a', 3000);
	for (size_t i = 3000; i < sizeof(many) - 10; i += 4)
		memcpy(many + i, "&b=1", 4);
	fields_query(&a, &web_site.fields, str_fmt(&a, "%s&v=7&v=8", many), &f);
	ck_assert_int_eq(field_int(&f, F_v, 0), 7);
	fresh();
	memset(many, 'x', 300);
	many[300] = '\0';
	fields_query(&a, &web_site.fields, str_fmt(&a, "q=%%C3%%A9+%s&sort=%s", many, many), &f);
	ck_assert_uint_eq(field_text(&f, F_q).n, 201);
	ck_assert(!field_good(&f, F_sort));
}
END_TEST

UNIT_MAIN("lead", route_of_another_spelling_is_near, fields_of_a_link_ignore_all_that_is_not_ours_or_wrong)
