#include <string.h>

#include "base/buf.h"
#include "plat/text/html_clean.h"
#include "unit.h"

static struct arena a;

static struct str
clean(struct str in)
{
	struct err e = {0};
	struct str out, again;

	ck_ok(html_clean(&a, in, &out, &e), &e);
	ck_ok(html_clean(&a, out, &again, &e), &e);
	ck_assert_msg(str_eq(out, again), "'%.*s' became '%.*s' on cleaning again", STR_ARG(out), STR_ARG(again));
	return out;
}

#define ck_clean(in, z) ck_str(clean(STR(in)), (z))

static void
setup(void)
{
	arena_init(&a, 64 << 20);
}

START_TEST(html_clean_keeps_what_the_list_allows)
{
	setup();
	ck_clean("<p>a <b>b</b></p>", "<p>a <b>b</b></p>");
	ck_clean("<h1>x</h1><h2>y</h2><h6>z</h6>", "<h2>x</h2><h2>y</h2><h4>z</h4>");
	ck_clean("<ul>\n <li>a</li>\n <li>b <em>c</em></li></ul>", "<ul><li>a</li><li>b <em>c</em></li></ul>");
	ck_clean("<a href='https://x.example/?a=1&b=2' onclick=x target=_blank>x</a>",
	    "<p><a href=\"https://x.example/?a=1&amp;b=2\" rel=\"nofollow noopener\">x</a></p>");
	ck_clean("<table border=1><tr><th colspan=2>a<td rowspan=\"x\">b</table>",
	    "<table><tbody><tr><th colspan=\"2\">a</th><td>b</td></tr></tbody></table>");
	ck_clean("<blockquote>q</blockquote>H<sub>2</sub>O", "<blockquote><p>q</p></blockquote><p>H<sub>2</sub>O</p>");
	ck_clean("<p>a \x03 b\x1b[0m</p>", "<p>a b[0m</p>");
	ck_clean("<p>a\xc2\x80\xc2\x9f" "b\x7f</p>\x08", "<p>ab</p>");
	ck_clean("\x01plain\x02 text\x1f", "<p>plain text</p>");
	ck_clean("<p title='\x03'>x\x0b</p>", "<p>x</p>");
	ck_clean("\x03\x04", "");
	ck_clean("<\x03" "b>x</b>", "<p><b>x</b></p>");
	ck_clean("<div><div>a</div>\n<div><span>b&nbsp;c</span></div></div>", "<p>a</p><p>b\xc2\xa0" "c</p>");
	ck_clean("<p>a<br><br/><br>b<br></p>", "<p>a<br><br>b</p>");
	ck_clean("<p>&nbsp;</p><p> </p><b></b>", "");
	ck_clean("a <img src=x alt='a \"cup\"'> b", "<p>a a &quot;cup&quot; b</p>");
	arena_fini(&a);
}
END_TEST

START_TEST(html_clean_treats_text_without_tags_as_plain_text)
{
	setup();
	ck_clean("one\ntwo\n\nthree &amp; four", "<p>one<br>two</p><p>three &amp; four</p>");
	ck_clean("  ", "");
	ck_clean("5 > 4 \" '", "<p>5 &gt; 4 &quot; &#39;</p>");
	arena_fini(&a);
}
END_TEST

/* Known ways of injecting a script; only plain allowed tags may come out. */
static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "<ScRiPt src=//x></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"vbscript:x\">x</a>",
    "<a href=\"//evil.example/\">x</a>",
    "<a href='https://x/\" onmouseover=\"alert(1)'>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=x></object><embed src=x>",
    "<style>@import 'x';</style><link rel=stylesheet href=x>",
    "<p style=\"background:url(javascript:x)\" class=x id=y>t</p>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<!--><script>alert(1)</script>-->",
    "<!-- a --!><img src=x onerror=alert(1)> -->",
    "<template><script>alert(1)</script></template>",
    "<form action=x><input name=a><button formaction=javascript:x>b</button></form>",
    "<base href=x><meta http-equiv=refresh content='0;url=x'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<table><td><script>alert(1)</script><a href=x onclick=y>",
    "<<script>alert(1)//<</script>",
    "<p/onclick=alert(1)>x",
    "<body onload=alert(1)><html onclick=x>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video><audio src onerror=x>",
    "<a href=\"https://ok.example/\"><p>x<div>y</a>z",
    "<b><p>x</b>y<i><table><b>z</table>",
    "<ul><ul><li>x<ol>y<li>z</ul>w",
    "<li>x<td>y<tr>z",
    "<table>t<caption>c<p>d</p><ul><li>e</ul></caption><tr>u<td>v<table><td>w",
    "<blockquote>a<div>b</div><li>c</blockquote>",
    "<p>a<table><tr><td>b</table>c",
    "<object><p>a<object><p>b",
    "<button><p>a<button><p>b",
    "<h2>a<h3>b<p>c<h2>",
    "<select><option><script>alert(1)</script>",
    "<a href=https://a.example/>a<a href=https://b.example/>b<table><td><a href=https://c.example/>c",
    "\xef\xbb\xbf<p>\x01\x7f\xc2\x85x</p>",
    "&lt;script&gt;alert(1)&lt;/script&gt;<i>",
    "<p>a<li><div>b</div><div>c</div><p>d",
    "<td>x</td><dl><dt>a<dd>b</dl><pre>\n c\n d</pre><hr>",
};

/* True when all tags are those of the header, exactly as the writer writes them. */
static bool
only_allowed(struct str s)
{
	static const char *const tags[] = {"<p>", "<br>", "<ul>", "<ol>", "<li>", "<blockquote>", "<h2>", "<h3>",
	    "<h4>", "<table>", "<caption>", "<thead>", "<tbody>", "<tr>", "<th>", "<td>", "<strong>", "<em>", "<b>",
	    "<i>", "<u>", "<sub>", "<sup>", "</p>", "</ul>", "</ol>", "</li>", "</blockquote>", "</h2>", "</h3>",
	    "</h4>", "</table>", "</caption>", "</thead>", "</tbody>", "</tr>", "</th>", "</td>", "</strong>", "</em>",
	    "</b>", "</i>", "</u>", "</sub>", "</sup>", "</a>", "<a href=\"https://"};

	for (ptrdiff_t i; (i = str_chr(s, '<')) >= 0; s = str_from(s, (size_t)i + 1)) {
		struct str at = str_from(s, (size_t)i);
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(tags) && !found; k++)
			found = str_starts(at, str_z(tags[k]));
		if (!found)
			return false;
	}
	return true;
}

/* True when start and end tags are properly nested. */
static bool
well_formed(struct str s)
{
	struct str stack[64];
	size_t n = 0;

	for (ptrdiff_t i; (i = str_chr(s, '<')) >= 0;) {
		struct str tag = str_from(s, (size_t)i + 1);
		bool end = tag.n > 0 && tag.p[0] == '/';
		size_t len = 0;

		tag = end ? str_from(tag, 1) : tag;
		while (len < tag.n && tag.p[len] != '>' && tag.p[len] != ' ')
			len++;
		s = tag;
		tag = str_head(tag, len);
		if (str_eq_z(tag, "br"))
			continue;
		if (!end && n < ARRAY_LEN(stack))
			stack[n++] = tag;
		else if (!end || n == 0 || !str_eq(stack[--n], tag))
			return false;
	}
	return n == 0;
}

START_TEST(html_clean_lets_nothing_hostile_through_and_is_a_fixed_point)
{
	setup();
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct str out = clean(str_z(hostile[i]));

		ck_assert_msg(only_allowed(out), "%s -> %.*s", hostile[i], STR_ARG(out));
		ck_assert_msg(well_formed(out), "%s -> %.*s", hostile[i], STR_ARG(out));
		ck_assert_msg(str_find(out, STR("alert(1)")) < 0 || str_find(out, STR("&lt;")) >= 0
			|| str_find(out, STR("onmouseover")) >= 0 || str_find(out, STR("--&gt;")) >= 0
			|| strstr(hostile[i], "<<") != NULL || strstr(hostile[i], "plaintext") != NULL,
		    "%s -> %.*s", hostile[i], STR_ARG(out));
	}
	arena_fini(&a);
}
END_TEST

START_TEST(html_clean_puts_blocks_only_where_a_parser_leaves_them)
{
	setup();
	ck_clean("<ul>x<li>a</li><ul><li>b</li></ul></ul>",
	    "<ul><li>x</li><li>a</li><li><ul><li>b</li></ul></li></ul>");
	ck_clean("<p>a<table><tr><td>b</table>c", "<p>a</p><table><tbody><tr><td>b</td></tr></tbody></table><p>c</p>");
	ck_clean("<li><div>a</div><div>b</div>", "<p>a</p><p>b</p>");
	ck_clean("<ul><li><div>a</div><div>b</div>c</ul>", "<ul><li>a<br>b<br>c</li></ul>");
	ck_clean("<b>a<p>b</p>c</b>", "<p><b>a</b></p><p><b>b</b></p><p><b>c</b></p>");
	ck_clean("<b>a</b><b>b</b> <i> c </i>d", "<p><b>ab</b> <i>c</i> d</p>");
	arena_fini(&a);
}
END_TEST

START_TEST(html_clean_bounds_depth_and_the_parsers_memory)
{
	struct err e = {0};
	struct str out;
	struct buf b;

	setup();
	buf_init(&b, &a, 1 << 20);
	for (int i = 0; i < 50000; i++)
		buf_z(&b, "<div>");
	buf_z(&b, "x");
	ck_ok(html_clean(&a, buf_str(&b), &out, &e), &e);
	buf_init(&b, &a, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_fmt(&b, "<p><b a=%d>", i);
	for (int i = 0; i < 20000; i++)
		buf_z(&b, "<p>x");
	ck_assert(!html_clean(&a, buf_str(&b), &out, &e));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	err_clear(&e);
	buf_init(&b, &a, 1 << 20);
	for (int i = 0; i < 100; i++)
		buf_z(&b, "<ul><li>");
	buf_z(&b, "x");
	out = clean(buf_str(&b));
	ck_assert(well_formed(out));
	err_clear(&e);
	ck_assert(!html_clean(&a, STR("<p>\xff"), &out, &e));
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("html_clean", html_clean_keeps_what_the_list_allows, html_clean_treats_text_without_tags_as_plain_text,
    html_clean_lets_nothing_hostile_through_and_is_a_fixed_point,
    html_clean_puts_blocks_only_where_a_parser_leaves_them, html_clean_bounds_depth_and_the_parsers_memory)
