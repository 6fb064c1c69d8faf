#include "unit.h"
#include "view/plain.h"

static struct arena a;

static void
setup(void)
{
	arena_init(&a, 8 << 20);
}

static void
teardown(void)
{
	arena_fini(&a);
}

static struct str
plain(const char *html, bool rtl)
{
	struct buf b;

	buf_init(&b, &a, 1 << 20);
	plain_text(&b, str_z(html), rtl);
	ck_assert(!b.over);
	return buf_str(&b);
}

START_TEST(blocks_and_breaks_become_lines)
{
	ck_str(plain("<h1>Tea &amp; more</h1>\n<p>One\n  two</p><p>three<br>four<br><br>five</p>", false),
	    "Tea & more\n==========\n\nOne two\n\nthree\nfour\n\nfive");
	ck_str(plain("<h2>\xe8\x8c\xb6</h2><ul><li>one</li><li>two</li></ul>after", false),
	    "\xe8\x8c\xb6\n--\n\n- one\n- two\n\nafter");
	ck_str(plain("<dl><div><dt>Sum</dt><dd>5</dd></div>\n<div><dt>Tax</dt><dd>1</dd></div></dl>", false),
	    "Sum: 5\nTax: 1");
	ck_str(plain("<p></p><p> </p>", false), "");
}
END_TEST

START_TEST(links_are_followed_by_their_address)
{
	ck_str(plain("<a href=\"https://x.example/?a=1&amp;b=2\">See</a>.", false), "See: https://x.example/?a=1&b=2.");
	ck_str(plain("<a href=\"https://x.example/\">https://x.example/</a>", false), "https://x.example/");
	ck_str(plain("<a href=\"mailto:a@example.org\">a@example.org</a>", false), "a@example.org");
}
END_TEST

/* A value that looks like markup or like a reference is text, and stays what it is. */
START_TEST(values_come_out_as_they_were)
{
	static const char *const values[] = {"<b>bold</b>", "&auml; &amp; &lt;", "\"'<>&", "</bdi><script>", "&#39;",
	    "50 < 60 > 40", "\xc3\xa4\xe2\x82\xac\xe8\x8c\xb6", "&", "&&&;", "<br>", "a&nbsp;b"};

	arena_init(&a, 8 << 20);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct buf html, out;

		buf_init(&html, &a, 1 << 16);
		buf_init(&out, &a, 1 << 16);
		buf_put(&html, STR("<p><bdi>"));
		buf_html(&html, str_z(values[i]));
		buf_put(&html, STR("</bdi></p>"));
		plain_text(&out, buf_str(&html), false);
		ck_str(buf_str(&out), values[i]);
	}
}
END_TEST

/* Else a title could add a header to a mail, since its subject is the first line. */
START_TEST(no_value_begins_a_line)
{
	ck_str(plain("<bdi>Tea\r\nBcc: x@example.org\n\n</bdi><br>body", false), "Tea Bcc: x@example.org\nbody");
	ck_str(plain("a\x01\x1b[1m\x7f"
		     "b",
		   false),
	    "a[1mb");
}
END_TEST

START_TEST(foreign_directions_are_isolated)
{
	ck_str(plain("<bdi>Tea</bdi>!", false), "Tea!");
	ck_str(plain("<bdi>Tea</bdi>!", true), "\xe2\x81\xa8Tea\xe2\x81\xa9!");
	ck_str(plain("<bdi dir=\"ltr\">+49</bdi>!", true), "\xe2\x81\xa6+49\xe2\x81\xa9!");
	ck_str(plain("to <bdi>\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d</bdi> 1", false),
	    "to \xe2\x81\xa8\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x81\xa9 1");
	/* an override of the direction ends with the value */
	ck_str(plain("<bdi>\xe2\x80\xaegpj</bdi>", false), "\xe2\x81\xa8\xe2\x80\xaegpj\xe2\x81\xa9");
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "plain", blocks_and_breaks_become_lines, links_are_followed_by_their_address,
    values_come_out_as_they_were, no_value_begins_a_line, foreign_directions_are_isolated)
