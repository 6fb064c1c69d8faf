#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "view/mustache/mustache.h"

static struct arena a;
static struct err e;
static struct langs langs;

static void
start(void)
{
	const struct str tags[] = {STR("en"), STR("de"), STR("zh-Hans"), STR("ar")};

	setenv("TZ", "UTC", 1); /* dates are written in the shop's time zone */
	arena_init(&a, 16 << 20);
	e = (struct err){0};
	ck_ok(langs_init(&a, tags, ARRAY_LEN(tags), &langs, &e), &e);
}

/* Compiles "t" with the partials "p" and "q" (NULL: absent). */
static bool
compile(const struct lang *lang, const char *t, const char *p, const char *q, struct mustache **m)
{
	const char *const texts[] = {t, p, q};
	struct mustache_file *files = ARENA_ARRAY(&a, struct mustache_file, 3);
	struct mustache_input in = {.files = files, .lang = lang};
	size_t bad;

	for (; in.n < 3 && texts[in.n] != NULL; in.n++) {
		files[in.n].name = str_n(&"tpq"[in.n], 1);
		files[in.n].path = files[in.n].name;
		if (!mustache_parse(&a, NULL, str_z(texts[in.n]), &files[in.n], &e))
			return false;
	}
	return mustache_compile(&a, &in, m, &bad, &e);
}

static struct str
render(const struct lang *lang, const char *t, const char *p, const struct view *root)
{
	struct mustache *m;
	struct buf b;

	ck_ok(compile(lang, t, p, NULL, &m), &e);
	buf_init(&b, &a, 1 << 20);
	ck_ok(mustache_render(m, 0, root, &b, &e), &e);
	return buf_str(&b);
}

static void
refused(const char *template, const char *why)
{
	struct mustache *m;

	ck_assert_msg(!compile(&langs.lang[0], template, NULL, NULL, &m), "accepted: %s", template);
	ck_assert_int_eq(e.kind, ERR_INPUT);
	ck_assert_str_eq(e.msg, why);
	err_clear(&e);
}

static struct money
eur(int64_t minor)
{
	struct money m = {.minor = minor};

	ck_assert(currency_find(STR("EUR"), &m.cur));
	return m;
}

START_TEST(the_type_of_a_value_decides_how_it_is_written_also_in_three_braces)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_str(v, N_text, STR("<a href=\"x\">'&"));
	view_html(v, N_description, STR("<b>&amp;</b>"));
	view_money(v, N_price, eur(123450));
	view_int(v, N_count, -5);
	view_bool(v, N_selected, true);
	view_put(v, N_url, view_node_null(&a));
	ck_str(render(&langs.lang[0], "{{text}} {{{text}}} {{&text}}", NULL, v),
	    "&lt;a href=&quot;x&quot;&gt;&#39;&amp; &lt;a href=&quot;x&quot;&gt;&#39;&amp; "
	    "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
	ck_str(render(&langs.lang[0], "<i title=\"{{text}}\">{{description}}{{{description}}}</i>", NULL, v),
	    "<i title=\"&lt;a href=&quot;x&quot;&gt;&#39;&amp;\"><b>&amp;</b><b>&amp;</b></i>");
	ck_str(render(&langs.lang[0],
		   "{{price}} {{price.plain}} {{price.currency}} {{count}} {{selected}}[{{url}}{{name}}]", NULL, v),
	    "€1,234.50 1234.50 EUR -5 true[]");
	arena_fini(&a);
}
END_TEST

START_TEST(amounts_and_dates_are_written_as_the_language_writes_them)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_money(v, N_price, eur(4320));
	view_date(v, N_when, 1795437000);
	view_int(v, N_count, 1234567);
	ck_str(render(&langs.lang[0], "{{price}}, {{when}}, {{count.grouped}}", NULL, v),
	    "€43.20, 23 November 2026, 1,234,567");
	ck_str(render(&langs.lang[1], "{{price}}, {{when}}, {{count.grouped}}", NULL, v),
	    "43,20\xc2\xa0€, 23. November 2026, 1.234.567");
	ck_str(render(&langs.lang[2], "{{price}}, {{when}}", NULL, v), "€43.20, 2026年11月23日");
	ck_str(render(&langs.lang[1], "{{when.iso}} {{when.day}} {{when.clock}}", NULL, v),
	    "2026-11-23T12:30:00Z 2026-11-23 12:30");
	arena_fini(&a);
}
END_TEST

START_TEST(a_string_can_be_kept_in_one_line)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_str(v, N_number, STR("K-1<0"));
	ck_str(render(&langs.lang[0], "{{number.whole}} {{{number.whole}}} {{number}}", NULL, v),
	    "<span class=\"nobr\">K-1&lt;0</span> <span class=\"nobr\">K-1&lt;0</span> K-1&lt;0");
	arena_fini(&a);
}
END_TEST

START_TEST(a_list_is_shown_for_each_item_and_its_surroundings_once)
{
	struct view *v, *list;

	start();
	v = view_object(&a);
	list = view_sublist(v, N_lines);
	ck_str(
	    render(&langs.lang[0],
		"{{#lines.any}}<ul>{{#lines}}x{{/lines}}</ul>{{/lines.any}}{{^lines.any}}none{{/lines.any}}", NULL, v),
	    "none");
	view_int(view_add(list), N_id, 1);
	view_int(view_add(list), N_id, 0);
	ck_str(render(&langs.lang[0],
		   "{{#lines.any}}<ul>{{#lines}}[{{id}}{{#id}}!{{/id}}]{{/lines}}</ul>{{/lines.any}}", NULL, v),
	    "<ul>[1!][0!]</ul>");
	arena_fini(&a);
}
END_TEST

START_TEST(a_form_that_a_value_does_not_have_is_absent)
{
	struct view *v;

	start();
	v = view_object(&a);
	view_str(v, N_text, STR("t"));
	view_money(v, N_price, eur(1));
	ck_str(
	    render(&langs.lang[0], "{{text.plain}}{{price.iso}}{{#text.any}}x{{/text.any}}{{text.plain.any}}", NULL, v),
	    "");
	arena_fini(&a);
}
END_TEST

START_TEST(indentation_and_empty_lines_are_not_sent)
{
	start();
	ck_str(render(&langs.lang[0], "<ul>\n\t<li>\n\n\t\t{{>p}}\n  {{! note }}\n\t</li> <li>\n", "a\n  b\n",
		   view_object(&a)),
	    "<ul>\n<li>\na\nb\n</li> <li>\n");
	arena_fini(&a);
}
END_TEST

START_TEST(mistakes_are_refused_with_file_and_line)
{
	start();
	refused("a\n{{page.titel}}", "t:2: unknown name 'titel'");
	refused("{{#page}}\n{{/me}}", "t:2: '/me' where '/page' of line 1 is expected");
	refused("\n{{/page}}", "t:2: '/page' closes nothing");
	refused("{{#page}}", "t:1: '#page' is never closed");
	refused("x {{page", "t:1: the tag is not closed");
	refused("{{}}", "t:1: the tag is empty");
	refused("\n\n{{>nothing}}", "t:3: there is no template 'nothing'");
	refused("{{=a=}}", "t:1: wrong delimiters");
	refused("{{page..name}}", "t:1: 'page..name' is not a name");
	refused("{{#_}}Hello", "t:1: the text is not closed by {{/_}}");
	refused("{{#_}}a <b>c</b>{{/_}}", "t:1: a text must not contain <");
	refused("{{#_}}say \"x\"{{/_}}", "t:1: a text must not contain \"");
	refused("{{#_}}{{{name}}}{{/_}}", "t:1: unknown name '{name'");
	refused("{{#_}} {{/_}}", "t:1: empty text");
	refused("{{#_n}}count|One{{/_n}}", "t:1: a text with a plural has the form count|one|many");
	refused("{{<t}}{{/t}}", "t:1: parents and blocks nested too deep");
	arena_fini(&a);
}
END_TEST

START_TEST(partials_that_recurse_are_stopped)
{
	struct mustache *m;
	struct view *v;
	struct buf b;

	start();
	ck_ok(compile(&langs.lang[0], "{{>p}}", "{{>q}}", "{{>p}}", &m), &e);
	buf_init(&b, &a, 1 << 20);
	ck_assert(!mustache_render(m, 0, view_object(&a), &b, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
	err_clear(&e);
	v = view_object(&a);
	view_put(v, N_page, v);
	ck_ok(compile(&langs.lang[0], "{{#page}}{{>p}}{{/page}}", "{{#page}}{{#page}}{{>q}}{{/page}}{{/page}}",
		  "{{#page}}{{#page}}{{>p}}{{/page}}{{/page}}", &m),
	    &e);
	ck_assert(!mustache_render(m, 0, v, &b, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
	arena_fini(&a);
}
END_TEST

START_TEST(lists_that_contain_themselves_are_stopped)
{
	struct view *v, *list;
	struct mustache *m;
	struct buf t, b;

	start();
	v = view_object(&a);
	list = view_sublist(v, N_lines);
	view_add(list);
	view_add(list);
	buf_init(&t, &a, 1 << 16);
	for (int i = 0; i < 40; i++)
		buf_z(&t, "{{#lines}}");
	for (int i = 0; i < 40; i++)
		buf_z(&t, "{{/lines}}");
	ck_ok(compile(&langs.lang[0], buf_str(&t).p, NULL, NULL, &m), &e);
	buf_init(&b, &a, 1 << 20);
	ck_assert(!mustache_render(m, 0, v, &b, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
	arena_fini(&a);
}
END_TEST

START_TEST(output_over_the_limit_is_an_error)
{
	struct mustache *m;
	struct buf b;

	start();
	ck_ok(compile(&langs.lang[0], "0123456789", NULL, NULL, &m), &e);
	buf_init(&b, &a, 9);
	ck_assert(!mustache_render(m, 0, view_object(&a), &b, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	arena_fini(&a);
}
END_TEST

/* A catalogue in memory: pairs of source and text, sorted by source; "" is the header. */
static void
use_texts(struct lang *l, const struct str (*pairs)[2], size_t n)
{
	uint32_t head[7] = {0x950412de, 0, (uint32_t)n, 28, 28 + (uint32_t)n * 8, 0, 0}, at = 28 + (uint32_t)n * 16;
	struct buf b;

	buf_init(&b, &a, 1 << 16);
	buf_put(&b, str_n(head, sizeof(head)));
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < n; i++) {
			uint32_t entry[2] = {(uint32_t)pairs[i][side].n, at};

			buf_put(&b, str_n(entry, sizeof(entry)));
			at += entry[0] + 1;
		}
	}
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < n; i++) {
			buf_put(&b, pairs[i][side]);
			buf_ch(&b, '\0');
		}
	}
	ck_ok(messages_open(buf_str(&b), &l->texts, &e), &e);
	l->plural = l->texts.plural;
	l->has_texts = true;
}

START_TEST(translations_may_reorder_their_fields)
{
	static const struct str pairs[][2] = {
	    {STR_INIT(""), STR_INIT("Plural-Forms: nplurals=2; plural=n != 1;\n")},
	    {STR_INIT("Bad {{name}}"), STR_INIT("Schlecht <b>{{name}}</b>")},
	    {STR_INIT("Worse {{name}}"), STR_INIT("Schlimmer {{name}} {{price}}")},
	    {STR_INIT("{{name}} for {{price}}"), STR_INIT("Für {{price}}: {{name}} & mehr")},
	};
	struct view *v;

	start();
	use_texts(&langs.lang[1], pairs, ARRAY_LEN(pairs));
	v = view_object(&a);
	view_str(v, N_name, STR("<Tea>"));
	view_money(v, N_price, eur(100));
	ck_str(render(&langs.lang[1], "{{#_}}\n {{name}}\n  for {{ price }} {{/_}}", NULL, v),
	    "Für 1,00\xc2\xa0€: &lt;Tea&gt; &amp; mehr");
	ck_str(render(&langs.lang[0], "{{#_}}{{name}} for {{price}}{{/_}}", NULL, v), "&lt;Tea&gt; for €1.00");
	ck_str(render(&langs.lang[1], "{{#_}}Nobody's &amp; new{{/_}}", NULL, v), "Nobody&#39;s &amp; new");
	/* A translation with markup, or with a field that the source lacks, is not used. */
	ck_str(render(&langs.lang[1], "{{#_}}Bad {{name}}{{/_}} {{#_}}Worse {{name}}{{/_}}", NULL, v),
	    "Bad &lt;Tea&gt; Worse &lt;Tea&gt;");
	arena_fini(&a);
}
END_TEST

START_TEST(counted_texts_take_the_form_of_the_language)
{
	static const struct str ar[][2] = {
	    {STR_INIT(""),
		STR_INIT("Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? "
			 "3 : n%100>=11 ? 4 : 5;\n")},
	    {STR_INIT("One\0{{count}} items"),
		STR_INIT("zero\0one\0two\0few {{count}}\0many {{count}}\0other {{count}}")},
	};
	static const struct {
		int64_t n;
		const char *en, *ar;
	} cases[] = {{0, "0 items", "zero"}, {1, "One", "one"}, {2, "2 items", "two"}, {3, "3 items", "few 3"},
	    {11, "11 items", "many 11"}, {100, "100 items", "other 100"}, {103, "103 items", "few 103"}};
	const char *t = "{{#_n}}count|One|{{count}} items{{/_n}}";

	start();
	use_texts(&langs.lang[3], ar, ARRAY_LEN(ar));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct view *v = view_object(&a);

		view_int(v, N_count, cases[i].n);
		ck_str(render(&langs.lang[0], t, NULL, v), cases[i].en);
		ck_str(render(&langs.lang[3], t, NULL, v), cases[i].ar);
		/* no translation: the source language's rule applies */
		ck_str(render(&langs.lang[2], t, NULL, v), cases[i].en);
	}
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("mustache", the_type_of_a_value_decides_how_it_is_written_also_in_three_braces,
    amounts_and_dates_are_written_as_the_language_writes_them, a_string_can_be_kept_in_one_line,
    a_list_is_shown_for_each_item_and_its_surroundings_once,
    a_form_that_a_value_does_not_have_is_absent, indentation_and_empty_lines_are_not_sent,
    mistakes_are_refused_with_file_and_line, partials_that_recurse_are_stopped,
    lists_that_contain_themselves_are_stopped, output_over_the_limit_is_an_error,
    translations_may_reorder_their_fields, counted_texts_take_the_form_of_the_language)
