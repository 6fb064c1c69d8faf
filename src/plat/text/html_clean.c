/* libgumbo builds the tree by the HTML standard's rules for broken markup, so we see the same tree as a browser.
 * libgumbo allocates on a capped arena, but does not check for NULL, so a full arena leaves it by longjmp. The tree is
 * never destroyed, because the destructor recurses as deep as the input nests. */
#include "plat/text/html_clean.h"

#include <gumbo.h>
#include <setjmp.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "plat/text/clean.h"

#define TREE_MAX_B ((size_t)64 << 20)
#define DOM_DEPTH_MAX 400
#define OPEN_MAX 24	/* nested blocks in the output */
#define STYLES_MAX 8	/* nested inline elements */
#define BREAKS_MAX 2
#define HREF_MAX_B 2000

enum role {
	DROP,	 /* removed with its content */
	UNWRAP,	 /* inline: removed, its content stays */
	DIVIDE,	 /* block: ends the paragraph, its content stays */
	TEXT,	 /* block of text and inline elements only */
	FLOW,	 /* block of text or blocks */
	LIST, /* contains li only */
	TABLE,	 /* contains caption and row groups */
	ROWS, /* contains tr */
	ROW, /* contains td and th */
	CELL,
	STYLE, /* inline element */
	BREAK,
	IMAGE
};

static const struct kind {
	GumboTag tag;
	enum role role;
	const char *name; /* in the output */
} kinds[] = {
    {GUMBO_TAG_P, TEXT, "p"},
    {GUMBO_TAG_H1, TEXT, "h2"},
    {GUMBO_TAG_H2, TEXT, "h2"},
    {GUMBO_TAG_H3, TEXT, "h3"},
    {GUMBO_TAG_H4, TEXT, "h4"},
    {GUMBO_TAG_H5, TEXT, "h4"},
    {GUMBO_TAG_H6, TEXT, "h4"},
    {GUMBO_TAG_UL, LIST, "ul"},
    {GUMBO_TAG_OL, LIST, "ol"},
    {GUMBO_TAG_LI, FLOW, "li"},
    {GUMBO_TAG_BLOCKQUOTE, FLOW, "blockquote"},
    {GUMBO_TAG_TABLE, TABLE, "table"},
    {GUMBO_TAG_CAPTION, TEXT, "caption"},
    {GUMBO_TAG_THEAD, ROWS, "thead"},
    {GUMBO_TAG_TBODY, ROWS, "tbody"},
    {GUMBO_TAG_TFOOT, ROWS, "tbody"},
    {GUMBO_TAG_TR, ROW, "tr"},
    {GUMBO_TAG_TH, CELL, "th"},
    {GUMBO_TAG_TD, CELL, "td"},
    {GUMBO_TAG_STRONG, STYLE, "strong"},
    {GUMBO_TAG_EM, STYLE, "em"},
    {GUMBO_TAG_B, STYLE, "b"},
    {GUMBO_TAG_I, STYLE, "i"},
    {GUMBO_TAG_U, STYLE, "u"},
    {GUMBO_TAG_SUB, STYLE, "sub"},
    {GUMBO_TAG_SUP, STYLE, "sup"},
    {GUMBO_TAG_A, STYLE, "a"},
    {GUMBO_TAG_BR, BREAK, "br"},
    {GUMBO_TAG_IMG, IMAGE, ""},
    {GUMBO_TAG_DIV, DIVIDE, ""},
    {GUMBO_TAG_SECTION, DIVIDE, ""},
    {GUMBO_TAG_ARTICLE, DIVIDE, ""},
    {GUMBO_TAG_ASIDE, DIVIDE, ""},
    {GUMBO_TAG_HEADER, DIVIDE, ""},
    {GUMBO_TAG_FOOTER, DIVIDE, ""},
    {GUMBO_TAG_MAIN, DIVIDE, ""},
    {GUMBO_TAG_NAV, DIVIDE, ""},
    {GUMBO_TAG_ADDRESS, DIVIDE, ""},
    {GUMBO_TAG_CENTER, DIVIDE, ""},
    {GUMBO_TAG_FIGURE, DIVIDE, ""},
    {GUMBO_TAG_FIGCAPTION, DIVIDE, ""},
    {GUMBO_TAG_DL, DIVIDE, ""},
    {GUMBO_TAG_DT, DIVIDE, ""},
    {GUMBO_TAG_DD, DIVIDE, ""},
    {GUMBO_TAG_PRE, DIVIDE, ""},
    {GUMBO_TAG_HR, DIVIDE, ""},
    {GUMBO_TAG_DETAILS, DIVIDE, ""},
    {GUMBO_TAG_SUMMARY, DIVIDE, ""},
    {GUMBO_TAG_SCRIPT, DROP, ""},
    {GUMBO_TAG_STYLE, DROP, ""},
    {GUMBO_TAG_TEMPLATE, DROP, ""},
    {GUMBO_TAG_NOSCRIPT, DROP, ""},
    {GUMBO_TAG_NOFRAMES, DROP, ""},
    {GUMBO_TAG_NOEMBED, DROP, ""},
    {GUMBO_TAG_IFRAME, DROP, ""},
    {GUMBO_TAG_OBJECT, DROP, ""},
    {GUMBO_TAG_EMBED, DROP, ""},
    {GUMBO_TAG_APPLET, DROP, ""},
    {GUMBO_TAG_AUDIO, DROP, ""},
    {GUMBO_TAG_VIDEO, DROP, ""},
    {GUMBO_TAG_CANVAS, DROP, ""},
    {GUMBO_TAG_SVG, DROP, ""},
    {GUMBO_TAG_MATH, DROP, ""},
    {GUMBO_TAG_TITLE, DROP, ""},
    {GUMBO_TAG_HEAD, DROP, ""},
    {GUMBO_TAG_FORM, UNWRAP, ""},
    {GUMBO_TAG_INPUT, DROP, ""},
    {GUMBO_TAG_BUTTON, DROP, ""},
    {GUMBO_TAG_SELECT, DROP, ""},
    {GUMBO_TAG_TEXTAREA, DROP, ""},
    {GUMBO_TAG_XMP, DROP, ""},
    {GUMBO_TAG_PLAINTEXT, DROP, ""},
};

/* An open block; its start tag is written with its first text or cell. */
struct open {
	const struct kind *kind;
	const GumboElement *el; /* NULL: added by us */
	bool written;
};

struct style {
	const struct kind *kind;
	struct str href;
};

struct writer {
	struct arena *a; /* for addresses */
	struct buf *out;
	struct open open[OPEN_MAX];
	size_t n_open;
	struct style want[STYLES_MAX], have[STYLES_MAX]; /* of the next text; as written */
	size_t n_want, n_have;
	bool blank, begun; /* a blank is pending; the line has text */
	int breaks; /* pending */
};

struct parser {
	struct arena a;
	jmp_buf full;
};

static const struct kind *
html_kind_of(GumboTag tag)
{
	static const struct kind unknown = {GUMBO_TAG_UNKNOWN, UNWRAP, ""};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].tag == tag)
			return &kinds[i];
	return &unknown;
}

static enum role
role_now(const struct writer *w)
{
	return w->n_open == 0 ? DIVIDE : w->open[w->n_open - 1].kind->role;
}

static void
styles_close(struct writer *w, size_t keep)
{
	while (w->n_have > keep)
		buf_fmt(w->out, "</%s>", w->have[--w->n_have].kind->name);
}

static void
styles_close_unwanted(struct writer *w)
{
	size_t same = 0;

	while (same < w->n_have && same < w->n_want && w->have[same].kind == w->want[same].kind
	    && str_eq(w->have[same].href, w->want[same].href))
		same++;
	styles_close(w, same);
}

static void
styles_open_wanted(struct writer *w)
{
	for (; w->n_have < w->n_want; w->n_have++) {
		const struct style *s = &w->want[w->n_have];

		if (s->kind->tag == GUMBO_TAG_A) {
			buf_z(w->out, "<a href=\"");
			buf_html(w->out, s->href);
			buf_z(w->out, "\" rel=\"nofollow noopener\">");
		} else {
			buf_fmt(w->out, "<%s>", s->kind->name);
		}
		w->have[w->n_have] = *s;
	}
}

static void
line_end(struct writer *w)
{
	styles_close(w, 0);
	w->blank = w->begun = false;
	w->breaks = 0;
}

static void
write_span(struct writer *w, const GumboElement *el, const char *name)
{
	const GumboAttribute *at = el == NULL ? NULL : gumbo_get_attribute(&el->attributes, name);

	if (at != NULL && strlen(at->value) == 1 && at->value[0] >= '2' && at->value[0] <= '9')
		buf_fmt(w->out, " %s=\"%s\"", name, at->value);
}

/* True when start tags are pending. A block begins with its start tag: an empty block must not break the line around
 * it. */
static bool
block_due(const struct writer *w)
{
	return w->n_open > 0 && !w->open[w->n_open - 1].written;
}

/* Writes the pending start tags. */
static void
materialise(struct writer *w)
{
	if (block_due(w))
		line_end(w);
	for (size_t i = 0; i < w->n_open; i++) {
		struct open *o = &w->open[i];

		if (o->written)
			continue;
		buf_fmt(w->out, "<%s", o->kind->name);
		if (o->kind->role == CELL) {
			write_span(w, o->el, "colspan");
			write_span(w, o->el, "rowspan");
		}
		buf_ch(w->out, '>');
		o->written = true;
	}
}

static void
block_close(struct writer *w)
{
	const struct open *o = &w->open[--w->n_open];

	if (!o->written) {
		w->breaks = w->breaks == 0 ? 1 : w->breaks;
		return;
	}
	line_end(w);
	buf_fmt(w->out, "</%s>", o->kind->name);
}

static bool
block_open(struct writer *w, const struct kind *kind, const GumboElement *el)
{
	if (w->n_open >= OPEN_MAX)
		return false;
	w->open[w->n_open++] = (struct open){kind, el, false};
	return true;
}

/* Ends the open paragraph or heading, if any. A caption ends only with its element. */
static void
leave_text(struct writer *w)
{
	while (role_now(w) == TEXT)
		block_close(w);
}

/* Opens the element that text needs in the open block, such as p at the top level. False: no text is allowed here. */
static bool
enter_text(struct writer *w)
{
	switch (role_now(w)) {
	case TEXT:
	case CELL: return true;
	case FLOW:
		return w->open[w->n_open - 1].kind->tag == GUMBO_TAG_LI
		    || block_open(w, html_kind_of(GUMBO_TAG_P), NULL);
	case LIST: return block_open(w, html_kind_of(GUMBO_TAG_LI), NULL);
	case DIVIDE: return block_open(w, html_kind_of(GUMBO_TAG_P), NULL);
	default: return false;
	}
}

static bool
html_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* False for control characters, byte order marks, and a no-break space at the start of a line. */
static bool
html_is_text(const struct writer *w, uint32_t cp)
{
	return cp >= 0x20 && (cp < 0x7f || cp > 0xa0 || (cp == 0xa0 && w->begun && !block_due(w))) && cp != 0xfeff;
}

static void
before_word(struct writer *w)
{
	materialise(w);
	styles_close_unwanted(w);
	if (w->begun && w->breaks > 0) {
		for (int i = 0; i < w->breaks; i++)
			buf_z(w->out, "<br>");
	} else if (w->begun && w->blank) {
		buf_ch(w->out, ' ');
	}
	styles_open_wanted(w);
	w->begun = true;
	w->blank = false;
	w->breaks = 0;
}

static void
text(struct writer *w, struct str s)
{
	bool in_word = false;

	while (s.n > 0) {
		struct str rest = s;
		uint32_t cp;

		if (html_is_blank(s.p[0])) {
			w->blank = true;
			in_word = false;
			s = str_from(s, 1);
			continue;
		}
		if (!utf8_next(&rest, &cp)) {
			s = str_from(s, 1);
			continue;
		}
		if (html_is_text(w, cp)) {
			if (!in_word && !enter_text(w))
				return;
			if (!in_word)
				before_word(w);
			in_word = true;
			buf_html(w->out, str_head(s, s.n - rest.n));
		}
		s = rest;
	}
}

/* An absolute URL of an allowed scheme, without the blanks and control characters that browsers ignore. */
static bool
safe_href(struct arena *a, const GumboElement *el, struct str *out)
{
	static const char *const schemes[] = {"http://", "https://", "mailto:"};
	const GumboAttribute *at = gumbo_get_attribute(&el->attributes, "href");
	struct buf b;

	if (at == NULL)
		return false;
	buf_init(&b, a, HREF_MAX_B);
	for (const char *z = at->value; *z != '\0'; z++) {
		if ((unsigned char)*z > 0x20 && *z != 0x7f && *z != '\\')
			buf_ch(&b, *z);
		else if (*z == ' ' && b.n > 0 && z[1] != '\0')
			buf_z(&b, "%20");
	}
	*out = buf_str(&b);
	for (size_t i = 0; i < ARRAY_LEN(schemes) && !b.over; i++) {
		size_t n = strlen(schemes[i]);

		if (out->n > n && strncasecmp(out->p, schemes[i], n) == 0)
			return true;
	}
	return false;
}

static void walk(struct writer *, const GumboNode *, int depth);

static void
walk_children(struct writer *w, const GumboElement *el, int depth)
{
	for (unsigned i = 0; i < el->children.length; i++)
		walk(w, el->children.data[i], depth + 1);
}

static void
walk_style(struct writer *w, const struct kind *kind, const GumboElement *el, int depth)
{
	struct str href = STR_NONE;
	bool wanted = w->n_want < STYLES_MAX && (kind->tag != GUMBO_TAG_A || safe_href(w->a, el, &href));

	for (size_t i = 0; i < w->n_want && wanted; i++)
		wanted = w->want[i].kind != kind;
	if (wanted)
		w->want[w->n_want++] = (struct style){kind, href};
	walk_children(w, el, depth);
	if (wanted)
		w->n_want--;
}

/* True when this kind of block is allowed directly inside the open one. */
static bool
html_fits(const struct writer *w, const struct kind *kind)
{
	enum role in = role_now(w);

	if (kind->tag == GUMBO_TAG_LI)
		return in == LIST;
	if (kind->tag == GUMBO_TAG_CAPTION || kind->role == ROWS)
		return in == TABLE;
	if (kind->role == ROW)
		return in == ROWS;
	if (kind->role == CELL)
		return in == ROW;
	return in == DIVIDE || in == FLOW || in == CELL;
}

static bool
in_caption(const struct writer *w)
{
	return role_now(w) == TEXT && w->open[w->n_open - 1].kind->tag == GUMBO_TAG_CAPTION;
}

/* Where text needs no paragraph, a dropped block leaves a line break. */
static void
divide_here(struct writer *w)
{
	if (in_caption(w))
		w->blank = true;
	else
		leave_text(w);
	if (w->begun && w->breaks == 0 && !in_caption(w))
		w->breaks = 1;
}

static void
divide(struct writer *w, const GumboElement *el, int depth)
{
	divide_here(w);
	walk_children(w, el, depth);
	divide_here(w);
}

static bool
in_own_item(const struct writer *w)
{
	return w->n_open > 0 && w->open[w->n_open - 1].kind->tag == GUMBO_TAG_LI && w->open[w->n_open - 1].el == NULL;
}

static void
walk_block(struct writer *w, const struct kind *kind, const GumboElement *el, int depth)
{
	size_t level;

	if (!in_caption(w) || kind->role != TEXT)
		leave_text(w);
	if (kind->tag == GUMBO_TAG_LI && in_own_item(w))
		block_close(w);
	if (role_now(w) == LIST && kind->tag != GUMBO_TAG_LI && !block_open(w, html_kind_of(GUMBO_TAG_LI), NULL))
		return;
	level = w->n_open;
	if (!html_fits(w, kind) || !block_open(w, kind, el)) {
		divide(w, el, depth);
		return;
	}
	if (kind->role == CELL)
		materialise(w);
	walk_children(w, el, depth);
	while (w->n_open > level)
		block_close(w);
}

static void
walk_element(struct writer *w, const GumboElement *el, int depth)
{
	const struct kind *kind = html_kind_of(el->tag);

	if (el->tag_namespace != GUMBO_NAMESPACE_HTML || kind->role == DROP)
		return;
	switch (kind->role) {
	case UNWRAP: walk_children(w, el, depth); break;
	case DIVIDE: divide(w, el, depth); break;
	case STYLE: walk_style(w, kind, el, depth); break;
	case BREAK:
		if (w->breaks < BREAKS_MAX)
			w->breaks++;
		break;
	case IMAGE: {
		const GumboAttribute *alt = gumbo_get_attribute(&el->attributes, "alt");

		if (alt != NULL)
			text(w, str_z(alt->value));
		break;
	}
	default: walk_block(w, kind, el, depth);
	}
}

static void
walk(struct writer *w, const GumboNode *n, int depth)
{
	if (depth > DOM_DEPTH_MAX)
		return;
	if (n->type == GUMBO_NODE_ELEMENT)
		walk_element(w, &n->v.element, depth);
	else if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE || n->type == GUMBO_NODE_CDATA)
		text(w, str_z(n->v.text.text));
}

static void *
parser_alloc(void *arg, size_t size_b)
{
	struct parser *p = arg;
	void *mem = arena_try(&p->a, size_b);

	if (mem == NULL)
		longjmp(p->full, 1);
	return mem;
}

static void
parser_free(void *arg, void *mem)
{
	(void)arg;
	(void)mem;
}

static bool
write_tree(struct parser *p, struct str in, struct buf *out)
{
	GumboOptions options = kGumboDefaultOptions;
	const GumboOutput *tree;
	struct writer w;

	options.allocator = parser_alloc;
	options.deallocator = parser_free;
	options.userdata = p;
	options.max_errors = 0;
	options.fragment_context = GUMBO_TAG_DIV;
	if (setjmp(p->full) != 0)
		return false;
	tree = gumbo_parse_with_options(&options, in.p, in.n);
	w = (struct writer){.a = &p->a, .out = out};
	walk_children(&w, &tree->root->v.element, 0);
	while (w.n_open > 0)
		block_close(&w);
	return true;
}

static struct str
paragraphs(struct arena *a, struct str in)
{
	struct str line;
	struct buf b;
	bool open = false;

	buf_init(&b, a, HTML_IN_MAX_B * 3);
	while (str_cut(&in, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0) {
			open = false;
			continue;
		}
		buf_z(&b, open ? "<br>" : "<p>");
		buf_put(&b, line);
		open = true;
	}
	return buf_str(&b);
}

bool
html_clean(struct arena *a, struct str in, struct str *out, struct err *e)
{
	struct parser p;
	struct buf b;
	bool ok;

	*out = STR("");
	if (in.n > HTML_IN_MAX_B)
		return err_set(e, ERR_INPUT, "the text is longer than %zu KiB", HTML_IN_MAX_B >> 10);
	if (!utf8_valid(in))
		return err_set(e, ERR_INPUT, "the text is not UTF-8");
	if (in.n == 0)
		return true;
	arena_init(&p.a, TREE_MAX_B);
	buf_init(&b, a, HTML_IN_MAX_B * 4);
	in = clean_controls(&p.a, in); /* the parser would turn them into U+FFFD */
	ok = write_tree(&p, str_chr(in, '<') < 0 ? paragraphs(&p.a, in) : in, &b) && !p.a.over && !b.over;
	arena_fini(&p.a);
	if (!ok)
		return err_set(e, ERR_INPUT, "the text's markup is too complex");
	*out = buf_str(&b);
	return true;
}
