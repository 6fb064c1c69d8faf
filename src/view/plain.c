#include "view/plain.h"

#include "base/utf8.h"

#define ISOLATE_LTR "\xe2\x81\xa6"   /* U+2066 */
#define ISOLATE_FIRST "\xe2\x81\xa8" /* U+2068: the direction of the first letter */
#define ISOLATE_END "\xe2\x81\xa9"   /* U+2069 */

struct plain {
	struct buf *out;
	size_t begin; /* of the text in `out` */
	struct str rest;
	unsigned gap; /* line ends due before the next character, 2 at most */
	bool blank;   /* a blank is due */
	bool rtl, isolated;
	struct str href;
	size_t link_at, heading_at; /* begin of the link's or heading's text */
};

static const struct reference {
	const char *name, *text;
} references[] = {
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"#39", "'"},
    {"nbsp", "\xc2\xa0"},
    {"shy", ""},
    {"hellip", "\xe2\x80\xa6"},
    {"ndash", "\xe2\x80\x93"},
    {"mdash", "\xe2\x80\x94"},
    {"times", "\xc3\x97"},
    {"middot", "\xc2\xb7"},
    {"euro", "\xe2\x82\xac"},
};

/* Line ends and blanks that are due come before the next character, so that no line ends in a blank and no text in
 * an empty line. */
static void
plain_put(struct plain *p, struct str s)
{
	if (s.n == 0)
		return;
	if (p->gap > 0 && p->out->n > p->begin)
		for (; p->gap > 0; p->gap--)
			buf_ch(p->out, '\n');
	else if (p->blank && p->gap == 0 && p->out->n > p->begin)
		buf_ch(p->out, ' ');
	p->gap = 0;
	p->blank = false;
	buf_put(p->out, s);
}

static void
plain_break(struct plain *p, unsigned lines)
{
	p->gap = p->gap > lines ? p->gap : lines;
	p->blank = false;
}

/* Takes "&name;" from the front, or the "&" alone. */
static void
put_reference(struct plain *p)
{
	ptrdiff_t end = str_chr(p->rest, ';');
	struct str name = end > 1 && end < 10 ? str_n(p->rest.p + 1, (size_t)end - 1) : STR_NONE;

	for (size_t i = 0; name.n > 0 && i < ARRAY_LEN(references); i++) {
		if (!str_eq_z(name, references[i].name))
			continue;
		plain_put(p, str_z(references[i].text));
		p->rest = str_from(p->rest, name.n + 2);
		return;
	}
	plain_put(p, STR("&"));
	p->rest = str_from(p->rest, 1);
}

/* Hebrew, Arabic and their neighbours, also in presentation forms; and the characters that turn the direction. */
static bool
is_rtl(uint32_t c)
{
	return (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)
	       || (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfeff)
	       || (c >= 0x10800 && c <= 0x10fff) || (c >= 0x1e800 && c <= 0x1efff);
}

static void
begin_isolate(struct plain *p, struct str tag)
{
	ptrdiff_t end = str_find(p->rest, STR("/bdi>"));
	struct str inside = end < 0 ? p->rest : str_head(p->rest, (size_t)end);
	uint32_t c;

	p->isolated = p->rtl;
	while (!p->isolated && utf8_next(&inside, &c))
		p->isolated = is_rtl(c);
	if (p->isolated)
		plain_put(p, str_find(tag, STR("dir=\"ltr\"")) >= 0 ? STR(ISOLATE_LTR) : STR(ISOLATE_FIRST));
}

static void
begin_link(struct plain *p, struct str tag)
{
	ptrdiff_t at = str_find(tag, STR("href=\"")), end;

	p->href = STR_NONE;
	p->link_at = p->out->n;
	if (at < 0)
		return;
	p->href = str_from(tag, (size_t)at + 6);
	end = str_chr(p->href, '"');
	p->href = end < 0 ? STR_NONE : str_head(p->href, (size_t)end);
}

/* The address follows the words, unless it is them, or a program opens it from its words: mailto:, tel:. */
static void
end_link(struct plain *p)
{
	struct str href = p->href, shown = str_trim(str_from(buf_str(p->out), p->link_at));

	p->href = STR_NONE;
	if (!str_starts(href, STR("http")) || str_eq(shown, href))
		return;
	if (shown.n > 0)
		plain_put(p, STR(": "));
	while (href.n > 0) {
		ptrdiff_t at = str_chr(href, '&');
		struct str rest = p->rest;

		plain_put(p, at < 0 ? href : str_head(href, (size_t)at));
		p->rest = at < 0 ? STR("") : str_from(href, (size_t)at);
		if (p->rest.n > 0)
			put_reference(p);
		href = p->rest;
		p->rest = rest;
	}
}

/* Underlines the heading; a character of East Asia is two columns wide. */
static void
end_heading(struct plain *p, char line)
{
	struct str text = str_trim(str_from(buf_str(p->out), p->heading_at));
	size_t width = 0;
	uint32_t c;

	while (utf8_next(&text, &c))
		width += c >= 0x2e80 && c <= 0xffdc && !is_rtl(c) ? 2 : 1;
	if (width > 0)
		buf_ch(p->out, '\n');
	for (size_t i = 0; i < width; i++)
		buf_ch(p->out, line);
	plain_break(p, 2);
}

static bool
is_block(struct str name)
{
	static const char *const names[] = {
	    "p", "h1", "h2", "h3", "ul", "ol", "dl", "table", "blockquote", "address", "section"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_z(name, names[i]))
			return true;
	return false;
}

static void
put_tag(struct plain *p, struct str tag)
{
	bool closing = str_starts(tag, STR("/"));
	struct str name = closing ? str_from(tag, 1) : tag;
	size_t n = 0;

	while (n < name.n && ((name.p[n] >= 'a' && name.p[n] <= 'z') || (name.p[n] >= '0' && name.p[n] <= '9')))
		n++;
	name = str_head(name, n);
	if (str_eq_z(name, "br"))
		p->gap = p->gap < 2 ? p->gap + 1 : 2;
	else if (closing && (str_eq_z(name, "h1") || str_eq_z(name, "h2")))
		end_heading(p, str_eq_z(name, "h1") ? '=' : '-');
	else if (is_block(name))
		plain_break(p, 2);
	else if (str_eq_z(name, "div") || str_eq_z(name, "tr") || str_eq_z(name, "li"))
		plain_break(p, 1);
	else if (str_eq_z(name, "bdi") && !closing)
		begin_isolate(p, tag);
	else if (str_eq_z(name, "bdi") && p->isolated)
		buf_z(p->out, ISOLATE_END);
	else if (str_eq_z(name, "a") && !closing)
		begin_link(p, tag);
	else if (str_eq_z(name, "a"))
		end_link(p);
	else if (str_eq_z(name, "dt") && closing) {
		buf_ch(p->out, ':');
		p->blank = true;
	}
	if (!closing && str_eq_z(name, "li"))
		plain_put(p, STR("- "));
	if (!closing && is_block(name))
		p->heading_at = p->out->n;
}

void
plain_text(struct buf *out, struct str html, bool rtl)
{
	struct plain p = {.out = out, .begin = out->n, .rest = html, .rtl = rtl};

	while (p.rest.n > 0) {
		unsigned char c = (unsigned char)p.rest.p[0];
		ptrdiff_t end;
		size_t n = 0;

		if (c == '<') {
			struct str tag;

			end = str_chr(p.rest, '>');
			tag = end < 0 ? str_from(p.rest, 1) : str_n(p.rest.p + 1, (size_t)end - 1);
			p.rest = str_from(p.rest, end < 0 ? p.rest.n : (size_t)end + 1);
			put_tag(&p, tag);
		} else if (c == '&') {
			put_reference(&p);
		} else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
			p.blank = true;
			p.rest = str_from(p.rest, 1);
		} else if (c < ' ' || c == 0x7f) {
			p.rest = str_from(p.rest, 1);
		} else {
			while (n < p.rest.n && (unsigned char)p.rest.p[n] > ' ' && p.rest.p[n] != '<'
				&& p.rest.p[n] != '&' && p.rest.p[n] != 0x7f)
				n++;
			plain_put(&p, str_head(p.rest, n));
			p.rest = str_from(p.rest, n);
		}
	}
}
