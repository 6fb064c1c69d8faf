#include "view/mustache/mustache_text.h"

static bool
text_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str
text_collapse(struct arena *a, struct str body, struct str open, struct str close)
{
	char *p = arena_alloc(a, body.n * 2 + 1); /* one-character delimiters become two characters */
	size_t n = 0;
	bool in_tag = false;

	body = str_trim(body);
	for (size_t i = 0; i < body.n;) {
		struct str rest = str_from(body, i), delim = in_tag ? close : open;

		if (str_starts(rest, delim)) {
			p[n++] = in_tag ? '}' : '{';
			p[n++] = in_tag ? '}' : '{';
			in_tag = !in_tag;
			i += delim.n;
		} else if (!text_is_blank(body.p[i])) {
			p[n++] = body.p[i++];
		} else {
			for (; i < body.n && text_is_blank(body.p[i]); i++)
				;
			if (!in_tag)
				p[n++] = ' ';
		}
	}
	return str_n(p, n);
}

bool
text_next(struct str *rest, struct str *literal, struct str *name)
{
	ptrdiff_t i;

	*literal = *name = STR_NONE;
	if (rest->n == 0)
		return false;
	i = str_find(*rest, STR("{{"));
	if (i != 0) {
		*literal = i < 0 ? *rest : str_head(*rest, (size_t)i);
		*rest = str_from(*rest, literal->n);
		return true;
	}
	i = str_find(*rest, STR("}}"));
	if (i < 0) {
		*literal = *rest;
		*rest = STR_NONE;
		return true;
	}
	*name = str_n(rest->p + 2, (size_t)i - 2);
	*rest = str_from(*rest, (size_t)i + 2);
	return true;
}

bool
text_check(struct str text, struct err *e)
{
	struct str rest = text, literal, name;
	struct path path;

	while (text_next(&rest, &literal, &name)) {
		if (literal.p == NULL) {
			if (!mustache_path(NULL, name, &path, e))
				return false;
			continue;
		}
		for (size_t i = 0; i < literal.n; i++) {
			char c = literal.p[i];

			if (c == '<' || c == '>' || c == '"' || c == '{' || c == '}')
				return err_set(e, ERR_INPUT, "a text must not contain %c", c);
		}
	}
	return text.n > 0 || err_set(e, ERR_INPUT, "empty text");
}

static bool
has_tag(struct str text, struct str wanted)
{
	struct str literal, name;

	while (text_next(&text, &literal, &name))
		if (literal.p == NULL && str_eq(name, wanted))
			return true;
	return false;
}

bool
text_check_translation(struct str source, struct str plural, struct str translation, struct err *e)
{
	struct str rest = translation, literal, name;

	if (!text_check(translation, e))
		return false;
	while (text_next(&rest, &literal, &name))
		if (literal.p == NULL && !has_tag(source, name) && !has_tag(plural, name))
			return err_set(e, ERR_INPUT, "{{%.*s}} is not in the source text", STR_ARG(name));
	return true;
}

/* True when the text, which begins with "&", begins with a character reference such as "&amp;" or "&#160;". */
static bool
is_reference(struct str s)
{
	ptrdiff_t end = str_chr(s, ';');

	if (end < 2 || end > 10)
		return false;
	for (ptrdiff_t i = 1; i < end; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
			|| (c == '#' && i == 1)))
			return false;
	}
	return true;
}

void
text_html(struct buf *b, struct str literal)
{
	for (size_t i = 0; i < literal.n; i++) {
		struct str rest = str_from(literal, i);

		if (literal.p[i] == '&' && is_reference(rest))
			buf_ch(b, '&');
		else
			buf_html(b, str_head(rest, 1));
	}
}
