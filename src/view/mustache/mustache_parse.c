#include "view/mustache/mustache_parse.h"

#include <stdarg.h>
#include <stdio.h>

#include "view/mustache/mustache_text.h"

/* A line is read into tokens, which enter the tree at the end of the line: only then is it known to be standalone or
 * not. */

enum token_kind {
	TOKEN_TEXT,
	TOKEN_VAR,
	TOKEN_RAW,
	TOKEN_OPEN, /* section, inverted section, parent, block: by `sigil` */
	TOKEN_CLOSE,
	TOKEN_PARTIAL,
	TOKEN_SILENT, /* comment, delimiters */
	TOKEN_I18N
};

struct token {
	enum token_kind kind;
	char sigil;
	bool plural;
	unsigned line;
	struct str s;
};

struct parser {
	struct arena *a;
	struct view_names *spec;
	struct mustache_file *file;
	struct str rest, open, close;
	unsigned line;
	struct token *tokens; /* of the current line */
	size_t n_tokens, cap_tokens;
	struct part *stack[MUSTACHE_OPEN_MAX];
	struct part **tail[MUSTACHE_OPEN_MAX + 1];
	size_t depth;
	unsigned parents; /* parents on the stack */
	struct err *e;
};

static COLD PRINTF(3, 4) bool
parse_fail(struct parser *p, unsigned line, const char *fmt, ...)
{
	char msg[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return err_set(p->e, ERR_INPUT, "%.*s:%u: %s", STR_ARG(p->file->path), line, msg);
}

static bool
fail_inner(struct parser *p, unsigned line)
{
	return err_context(p->e, "%.*s:%u", STR_ARG(p->file->path), line);
}

static bool
is_white(struct str s)
{
	return str_trim(s).n == 0;
}

bool
mustache_path(struct view_names *spec, struct str name, struct path *path, struct err *e)
{
	struct str rest = name, part;

	path->n = 0;
	if (str_eq(name, STR(".")))
		return true;
	while (str_cut(&rest, '.', &part)) {
		part = str_trim(part);
		if (part.n == 0)
			return err_set(e, ERR_INPUT, "'%.*s' is not a name", STR_ARG(str_head(name, 60)));
		if (path->n == MUSTACHE_PATH_MAX)
			return err_set(e, ERR_INPUT, "'%.*s' has too many parts", STR_ARG(str_head(name, 60)));
		if (spec != NULL)
			path->name[path->n] = view_name_intern(spec, part);
		else if (!view_name_find(part, &path->name[path->n]))
			return err_set(e, ERR_INPUT, "unknown name '%.*s'", STR_ARG(str_head(part, 60)));
		path->n++;
	}
	return true;
}

static struct token *
token_add(struct parser *p, enum token_kind kind, struct str s, char sigil)
{
	p->tokens = arena_more(p->a, p->tokens, p->n_tokens, &p->cap_tokens, sizeof(*p->tokens));
	p->tokens[p->n_tokens] = (struct token){.kind = kind, .sigil = sigil, .line = p->line, .s = s};
	return &p->tokens[p->n_tokens++];
}

/* Consumes `n` bytes and counts their line ends. */
static struct str
parse_take(struct parser *p, size_t n)
{
	struct str s = str_head(p->rest, n);

	for (size_t i = 0; i < s.n; i++)
		p->line += s.p[i] == '\n';
	p->rest = str_from(p->rest, n);
	return s;
}

static bool
read_delimiters(struct parser *p, struct str s)
{
	size_t i = 0;
	struct str open, close;

	s = str_trim(s);
	while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r')
		i++;
	open = str_head(s, i);
	close = str_trim(str_from(s, i));
	if (open.n == 0 || close.n == 0 || str_chr(close, ' ') >= 0 || str_chr(s, '=') >= 0)
		return parse_fail(p, p->line, "wrong delimiters");
	p->open = open;
	p->close = close;
	return true;
}

/* Called after `{{#_}}` or `{{#_n}}`. */
static bool
read_i18n(struct parser *p, bool plural)
{
	struct str end = str_fmt(p->a, "%.*s/%s%.*s", STR_ARG(p->open), plural ? "_n" : "_", STR_ARG(p->close));
	ptrdiff_t i = str_find(p->rest, end);
	struct token *t;

	if (i < 0)
		return parse_fail(p, p->line, "the text is not closed by %.*s", STR_ARG(end));
	t = token_add(p, TOKEN_I18N, STR_NONE, '#');
	t->plural = plural;
	t->s = text_collapse(p->a, parse_take(p, (size_t)i), p->open, p->close);
	parse_take(p, end.n);
	return true;
}

/* The token kind of a sigil of the specification. */
static enum token_kind
parse_kind_of(char sigil)
{
	switch (sigil) {
	case '#':
	case '^':
	case '<':
	case '$': return TOKEN_OPEN;
	case '/': return TOKEN_CLOSE;
	case '>': return TOKEN_PARTIAL;
	case '!':
	case '=': return TOKEN_SILENT;
	case '&':
	case '{': return TOKEN_RAW;
	default: return TOKEN_VAR;
	}
}

/* Called at an opening delimiter. */
static bool
read_tag(struct parser *p)
{
	unsigned line = p->line;
	struct str end = p->close, body;
	enum token_kind kind;
	ptrdiff_t n;
	char sigil;

	parse_take(p, p->open.n);
	sigil = p->rest.n > 0 ? p->rest.p[0] : ' ';
	if (sigil == '{' || sigil == '=')
		end = str_fmt(p->a, "%c%.*s", sigil == '{' ? '}' : '=', STR_ARG(p->close));
	kind = parse_kind_of(sigil);
	if (kind != TOKEN_VAR)
		parse_take(p, 1);
	n = str_find(p->rest, end);
	if (n < 0)
		return parse_fail(p, line, "the tag is not closed");
	body = parse_take(p, (size_t)n);
	parse_take(p, end.n);
	if (sigil == '=') {
		token_add(p, TOKEN_SILENT, STR_NONE, sigil);
		return read_delimiters(p, body);
	}
	body = str_trim(body);
	if (kind == TOKEN_SILENT) {
		token_add(p, kind, STR_NONE, sigil);
		return true;
	}
	if (body.n == 0)
		return parse_fail(p, line, "the tag is empty");
	if (p->spec == NULL && sigil == '#' && (str_eq(body, STR("_")) || str_eq(body, STR("_n"))))
		return read_i18n(p, body.n == 2);
	token_add(p, kind, body, sigil)->line = line;
	return true;
}

/* Reads up to and including the next line end outside of tags. */
static bool
parse_read_line(struct parser *p)
{
	p->n_tokens = 0;
	while (p->rest.n > 0) {
		ptrdiff_t newline = str_chr(p->rest, '\n');
		ptrdiff_t tag = str_find(newline < 0 ? p->rest : str_head(p->rest, (size_t)newline), p->open);

		if (tag < 0) {
			struct str s = str_head(p->rest, newline < 0 ? p->rest.n : (size_t)newline + 1);

			token_add(p, TOKEN_TEXT, s, 0);
			parse_take(p, s.n);
			return true;
		}
		if (tag > 0) {
			token_add(p, TOKEN_TEXT, str_head(p->rest, (size_t)tag), 0);
			parse_take(p, (size_t)tag);
		}
		if (!read_tag(p))
			return false;
	}
	return true;
}

/* True for a standalone line: apart from white space, it contains one tag other than a variable or text, or only
 * inheritance tags. A block that opens and closes on the line does not count. */
static bool
line_stands_alone(const struct parser *p)
{
	size_t tags = 0, inherit = 0, parents = p->parents;
	bool block = false;

	for (size_t i = 0; i < p->n_tokens; i++) {
		const struct token *t = &p->tokens[i];

		if (t->kind == TOKEN_TEXT) {
			if (!is_white(t->s))
				return false;
			continue;
		}
		if (t->kind == TOKEN_VAR || t->kind == TOKEN_RAW || t->kind == TOKEN_I18N)
			return false;
		tags++;
		inherit += t->sigil == '<' || t->sigil == '$' || t->kind == TOKEN_CLOSE;
		if (t->sigil == '<')
			parents++;
		if (t->kind == TOKEN_CLOSE && block && parents == 0)
			return false;
		block = t->sigil == '$';
	}
	return tags == 1 || (tags > 1 && tags == inherit);
}

static struct part *
part_add(struct parser *p, enum part_kind kind, const struct token *t)
{
	struct part *part = ARENA_NEW(p->a, struct part);

	part->kind = kind;
	part->line = t->line;
	part->text = t->s;
	*p->tail[p->depth] = part;
	p->tail[p->depth] = &part->next;
	return part;
}

static bool
set_path(struct parser *p, struct part *part)
{
	return mustache_path(p->spec, part->text, &part->path, p->e) || fail_inner(p, part->line);
}

static bool
open_part(struct parser *p, struct part *part)
{
	if (p->depth == MUSTACHE_OPEN_MAX)
		return parse_fail(p, part->line, "sections nested too deep");
	p->parents += part->kind == PART_PARENT;
	p->stack[p->depth++] = part;
	p->tail[p->depth] = &part->first;
	return true;
}

/* The indentation of the first line of a block's content. */
static struct str
inner_indent(const struct part *block)
{
	const struct part *first = block->first;

	while (first != NULL && (first->kind == PART_SECTION || first->kind == PART_INVERTED))
		first = first->first;
	if (first != NULL && first->kind == PART_LINE)
		return first->text;
	if (first != NULL && first->alone)
		return first->indent;
	return block->indent;
}

static bool
close_part(struct parser *p, const struct token *t)
{
	struct part *part;

	if (p->depth == 0)
		return parse_fail(p, t->line, "'/%.*s' closes nothing", STR_ARG(t->s));
	part = p->stack[--p->depth];
	p->parents -= part->kind == PART_PARENT;
	if (!str_eq(part->text, t->s))
		return parse_fail(p, t->line, "'/%.*s' where '/%.*s' of line %u is expected",
		    STR_ARG(t->s), STR_ARG(part->text),
		    part->line);
	if (part->kind == PART_BLOCK)
		part->inner = part->alone ? inner_indent(part) : part->indent;
	return true;
}

static bool
add_i18n(struct parser *p, const struct token *t)
{
	struct part *part = part_add(p, t->plural ? PART_PLURAL : PART_I18N, t);
	struct str rest = t->s, count;

	if (!t->plural)
		return text_check(part->text, p->e) || fail_inner(p, t->line);
	if (!str_cut(&rest, '|', &count) || !str_cut(&rest, '|', &part->text) || !str_cut(&rest, '|', &part->plural)
	    || rest.n > 0)
		return parse_fail(p, t->line, "a text with a plural has the form count|one|many");
	part->text = str_trim(part->text);
	part->plural = str_trim(part->plural);
	return (mustache_path(NULL, str_trim(count), &part->path, p->e) && text_check(part->text, p->e)
		   && text_check(part->plural, p->e))
	    || fail_inner(p, t->line);
}

static bool
add_token(struct parser *p, const struct token *t, bool alone, struct str indent)
{
	struct part *part;

	switch (t->kind) {
	case TOKEN_TEXT: part_add(p, PART_TEXT, t); return true;
	case TOKEN_SILENT: return true;
	case TOKEN_I18N: return add_i18n(p, t);
	case TOKEN_CLOSE: return close_part(p, t);
	case TOKEN_VAR: return set_path(p, part_add(p, PART_VAR, t));
	case TOKEN_RAW: return set_path(p, part_add(p, p->spec != NULL ? PART_RAW : PART_VAR, t));
	case TOKEN_PARTIAL: part = part_add(p, PART_PARTIAL, t); break;
	case TOKEN_OPEN:
		if (t->sigil == '#' || t->sigil == '^') {
			part = part_add(p, t->sigil == '#' ? PART_SECTION : PART_INVERTED, t);
			return set_path(p, part) && open_part(p, part);
		}
		part = part_add(p, t->sigil == '<' ? PART_PARENT : PART_BLOCK, t);
		break;
	default: return false;
	}
	part->alone = alone;
	part->indent = indent;
	return t->kind == TOKEN_PARTIAL || open_part(p, part);
}

static bool
add_line(struct parser *p)
{
	bool alone = line_stands_alone(p);
	struct str indent = STR("");
	size_t i = 0;

	if (p->n_tokens > 0 && p->tokens[0].kind == TOKEN_TEXT) {
		struct token *t = &p->tokens[0];
		size_t n = 0;

		while (n < t->s.n && (t->s.p[n] == ' ' || t->s.p[n] == '\t'))
			n++;
		indent = str_head(t->s, n);
		if (!alone && is_white(t->s) && p->n_tokens == 1) /* empty lines are never indented */
			indent.n = 0;
		else if (!alone)
			t->s = str_from(t->s, n);
		if (!alone && t->s.n == 0)
			i = 1;
	}
	if (!alone && p->n_tokens > 0
	    && !(p->n_tokens == 1 && is_white(p->tokens[0].s) && p->tokens[0].kind == TOKEN_TEXT))
		part_add(p, PART_LINE, &(struct token){.line = p->tokens[0].line, .s = indent});
	for (size_t first = i; i < p->n_tokens; i++) {
		const struct token *t = &p->tokens[i];

		if (alone && t->kind == TOKEN_TEXT)
			continue;
		if (!add_token(p, t, alone, alone || i == first ? indent : STR("")))
			return false;
	}
	return true;
}

static char
sigil_of(enum part_kind kind)
{
	return kind == PART_SECTION ? '#' : kind == PART_INVERTED ? '^' : kind == PART_PARENT ? '<' : '$';
}

bool
mustache_parse(struct arena *a, struct view_names *spec, struct str text, struct mustache_file *file, struct err *e)
{
	struct parser p = {
	    .a = a, .spec = spec, .file = file, .rest = text, .open = STR("{{"), .close = STR("}}"), .line = 1, .e = e};

	file->first = NULL;
	p.tail[0] = &file->first;
	if (text.n > MUSTACHE_FILE_MAX_B)
		return parse_fail(&p, 1, "the file is too large");
	while (p.rest.n > 0)
		if (!parse_read_line(&p) || !add_line(&p))
			return false;
	return p.depth == 0
	    || parse_fail(&p, p.stack[p.depth - 1]->line, "'%c%.*s' is never closed",
	    sigil_of(p.stack[p.depth - 1]->kind),
		STR_ARG(p.stack[p.depth - 1]->text));
}
