#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view/mustache/mustache_op.h"
#include "view/mustache/mustache_text.h"

#define EXPAND_MAX 32	      /* nested parents and blocks */
#define WORK_MAX 5000000	      /* expanded parts, in all files of a language */
#define PROCS_MAX 4096	      /* compiled partials, one per partial and indentation */

/* The parents being expanded, outermost last. Blocks of outer parents override those of inner ones. */
struct scope {
	const struct part *parent;
	size_t file; /* the file with the tag */
	const struct scope *outer;
};

/* Re-indents the lines of a part: removes `cut` bytes of white space, then adds `indent`. */
struct shift {
	struct str indent;
	size_t cut;
	bool begun; /* the first line is already indented */
};

/* A partial compiled for one indentation. */
struct proc {
	size_t file;
	struct str indent;
	uint32_t entry;
};

struct call {
	uint32_t at;
	size_t proc;
};

struct compiler {
	struct arena *a;
	const struct mustache_input *in;
	struct mustache *m;
	size_t file; /* being compiled, for messages */
	size_t cap_op;
	struct buf text; /* not yet emitted */
	struct proc *procs;
	size_t n_procs, cap_procs;
	struct call *calls;
	size_t n_calls, cap_calls;
	int depth;
	unsigned long work;
	struct err *e;
};

static bool parts(struct compiler *, const struct part *first, const struct scope *, struct shift *);

static COLD PRINTF(3, 4) bool
compile_fail(struct compiler *c, const struct part *part, const char *fmt, ...)
{
	char msg[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return err_set(c->e, ERR_INPUT, "%.*s:%u: %s", STR_ARG(c->in->files[c->file].path), part->line, msg);
}

static struct op *
op_new(struct compiler *c, enum op_code code)
{
	struct mustache *m = c->m;

	m->op = arena_more(c->a, m->op, m->n_op, &c->cap_op, sizeof(*m->op));
	m->op[m->n_op] = (struct op){.code = (uint8_t)code};
	return &m->op[m->n_op++];
}

/* Emits the text collected since the last operation. */
static void
compile_flush(struct compiler *c)
{
	struct op *op;

	if (c->text.n == 0)
		return;
	op = op_new(c, OP_TEXT);
	op->n = (uint32_t)c->text.n;
	op->p = str_dup(c->a, buf_str(&c->text)).p;
	c->text.n = 0;
}

/* Appends an operation; returns its index. */
static uint32_t
emit(struct compiler *c, enum op_code code, const struct path *path)
{
	struct op *op;

	compile_flush(c);
	op = op_new(c, code);
	if (path != NULL) {
		op->n_path = (uint8_t)path->n;
		memcpy(op->path, path->name, sizeof(op->path));
		op->rooted = c->in->lang != NULL && path->n > 0
		    && (path->name[0] == N_page || path->name[0] == N_me || path->name[0] == N_site);
	}
	return c->m->n_op - 1;
}

static struct str
moved(struct compiler *c, struct str white, const struct shift *shift)
{
	struct str rest = str_from(white, shift->cut);

	if (shift->indent.n == 0)
		return rest;
	return str_fmt(c->a, "%.*s%.*s", STR_ARG(shift->indent), STR_ARG(rest));
}

static bool
find_file(const struct compiler *c, struct str name, size_t *file)
{
	for (size_t i = 0; i < c->in->n; i++)
		if (str_eq(c->in->files[i].name, name)) {
			*file = i;
			return true;
		}
	return false;
}

static void
untranslated(struct compiler *c, const struct part *part, const char *why)
{
	if (c->in->untranslated != NULL)
		c->in->untranslated(c->in->arg, &c->in->files[c->file], part, why);
}

static bool
compile_put_text(struct compiler *c, struct str text)
{
	struct str literal, name;
	struct path path;

	while (text_next(&text, &literal, &name)) {
		if (literal.p != NULL)
			text_html(&c->text, literal);
		else if (!mustache_path(NULL, name, &path, c->e))
			return false;
		else
			emit(c, OP_VAR, &path);
	}
	return true;
}

/* The translated forms of a text; false: use the source text. */
static bool
translation(struct compiler *c, const struct part *part, struct str *forms, unsigned n)
{
	const struct lang *lang = c->in->lang;
	struct err wrong = {0};
	struct str all;

	if (!lang->has_texts || !messages_find(&lang->texts, part->text, &all)) {
		untranslated(c, part, "not translated");
		return false;
	}
	for (unsigned i = 0; i < n; i++) {
		if (!str_cut(&all, '\0', &forms[i])) {
			untranslated(c, part, "forms are missing");
			return false;
		}
		if (!text_check_translation(part->text, part->plural, forms[i], &wrong)) {
			untranslated(c, part, wrong.msg);
			return false;
		}
	}
	return true;
}

static bool
put_plural(struct compiler *c, const struct part *part)
{
	unsigned n = c->in->lang->plural.forms;
	struct str forms[PLURAL_FORMS_MAX];
	uint32_t table, ends[PLURAL_FORMS_MAX];

	bool translated = translation(c, part, forms, n);

	if (!translated) {
		n = 2;
		forms[0] = part->text;
		forms[1] = part->plural;
	}
	table = emit(c, OP_PLURAL, &part->path) + 1;
	c->m->op[table - 1].n = translated ? PLURAL_OF_LANGUAGE : PLURAL_OF_SOURCE;
	for (unsigned i = 0; i < n; i++)
		emit(c, OP_GO, NULL);
	for (unsigned i = 0; i < n; i++) {
		c->m->op[table + i].n = c->m->n_op;
		if (!compile_put_text(c, forms[i]))
			return false;
		ends[i] = emit(c, OP_GO, NULL);
	}
	for (unsigned i = 0; i < n; i++)
		c->m->op[ends[i]].n = c->m->n_op;
	return true;
}

static bool
put_i18n(struct compiler *c, const struct part *part)
{
	struct str form = part->text;

	if (part->kind == PART_PLURAL)
		return put_plural(c, part);
	if (!translation(c, part, &form, 1))
		form = part->text;
	return compile_put_text(c, form);
}

static bool
call_partial(struct compiler *c, const struct part *part, const struct shift *shift)
{
	struct str indent = part->alone && c->in->lang == NULL ? moved(c, part->indent, shift) : STR("");
	size_t file, i = 0;

	if (!find_file(c, part->text, &file))
		return c->in->lang == NULL
		    || compile_fail(c, part, "there is no template '%.*s'", STR_ARG(str_head(part->text, 60)));
	while (i < c->n_procs && (c->procs[i].file != file || !str_eq(c->procs[i].indent, indent)))
		i++;
	if (i == c->n_procs) {
		if (i == PROCS_MAX)
			return compile_fail(c, part, "partials nested too deep");
		c->procs = arena_more(c->a, c->procs, c->n_procs, &c->cap_procs, sizeof(*c->procs));
		c->procs[c->n_procs++] = (struct proc){file, indent, 0};
	}
	c->calls = arena_more(c->a, c->calls, c->n_calls, &c->cap_calls, sizeof(*c->calls));
	c->calls[c->n_calls].at = emit(c, OP_CALL, NULL);
	c->calls[c->n_calls++].proc = i;
	return true;
}

static bool
put_parent(struct compiler *c, const struct part *part, const struct scope *scope, const struct shift *shift)
{
	struct scope inner = {part, c->file, scope};
	struct shift by = {part->alone ? moved(c, part->indent, shift) : STR(""), 0, !part->alone};
	size_t file, here = c->file;
	bool ok;

	if (!find_file(c, part->text, &file))
		return c->in->lang == NULL
		    || compile_fail(c, part, "there is no template '%.*s'", STR_ARG(str_head(part->text, 60)));
	if (c->depth == EXPAND_MAX)
		return compile_fail(c, part, "parents and blocks nested too deep");
	c->depth++;
	c->file = file;
	ok = parts(c, c->in->files[file].first, &inner, &by);
	if (ok)
		c->file = here;
	c->depth--;
	return ok;
}

/* Finds the outermost parent tag that has a block of this name, and the block. */
static const struct part *
find_block(const struct scope *scope, struct str name, const struct scope **where)
{
	const struct part *found = NULL;

	for (; scope != NULL; scope = scope->outer) {
		for (const struct part *p = scope->parent->first; p != NULL; p = p->next)
			if (p->kind == PART_BLOCK && str_eq(p->text, name)) {
				*where = scope;
				found = p;
				break;
			}
	}
	return found;
}

static bool
put_block(struct compiler *c, const struct part *part, const struct scope *scope, struct shift *shift)
{
	const struct scope *where = NULL;
	const struct part *content = find_block(scope, part->text, &where);
	size_t here = c->file;
	struct shift by;
	bool ok;

	if (c->depth == EXPAND_MAX)
		return compile_fail(c, part, "parents and blocks nested too deep");
	if (content == NULL)
		return parts(c, part->first, scope, shift);
	by = (struct shift){moved(c, part->inner, shift), content->inner.n, !part->alone};
	c->depth++;
	c->file = where->file;
	ok = parts(c, content->first, where->outer, &by);
	if (ok)
		c->file = here;
	c->depth--;
	return ok;
}

static bool
put_section(struct compiler *c, const struct part *part, const struct scope *scope, struct shift *shift)
{
	bool inverted = part->kind == PART_INVERTED;
	uint32_t start = emit(c, inverted ? OP_INVERTED : OP_SECTION, &part->path), end;

	if (!parts(c, part->first, scope, shift))
		return false;
	compile_flush(c);
	if (!inverted) {
		end = emit(c, OP_END, NULL);
		c->m->op[end].n = start + 1;
	}
	c->m->op[start].n = c->m->n_op;
	return true;
}

static void
compile_put_line(struct compiler *c, const struct part *part, struct shift *shift)
{
	if (c->in->lang == NULL && !shift->begun)
		buf_put(&c->text, moved(c, part->text, shift));
	shift->begun = false;
}

static void
put_plain(struct compiler *c, struct str text)
{
	if (c->in->lang == NULL || str_trim(text).n > 0 || str_chr(text, '\n') < 0)
		buf_put(&c->text, text);
	else if (c->text.n == 0 || c->text.p[c->text.n - 1] != '\n')
		buf_ch(&c->text, '\n');
}

static bool
parts(struct compiler *c, const struct part *first, const struct scope *scope, struct shift *shift)
{
	bool ok = true;

	for (const struct part *p = first; p != NULL && ok; p = p->next) {
		if (++c->work > WORK_MAX)
			return compile_fail(c, p, "the templates are too large");
		if (p->kind != PART_LINE && p->kind != PART_SECTION && p->kind != PART_INVERTED)
			shift->begun = false;
		switch (p->kind) {
		case PART_TEXT: put_plain(c, p->text); break;
		case PART_LINE: compile_put_line(c, p, shift); break;
		case PART_VAR: emit(c, OP_VAR, &p->path); break;
		case PART_RAW: emit(c, OP_RAW, &p->path); break;
		case PART_SECTION:
		case PART_INVERTED: ok = put_section(c, p, scope, shift); break;
		case PART_PARTIAL: ok = call_partial(c, p, shift); break;
		case PART_PARENT: ok = put_parent(c, p, scope, shift); break;
		case PART_BLOCK: ok = put_block(c, p, scope, shift); break;
		case PART_I18N:
		case PART_PLURAL: ok = put_i18n(c, p); break;
		}
	}
	return ok;
}

/* Compiles a whole file as a procedure; *entry is its first operation. */
static bool
whole_file(struct compiler *c, size_t file, struct str indent, uint32_t *entry)
{
	struct shift shift = {indent, 0, false};

	c->file = file;
	compile_flush(c);
	*entry = c->m->n_op;
	if (!parts(c, c->in->files[file].first, NULL, &shift))
		return false;
	emit(c, OP_RETURN, NULL);
	return true;
}

bool
mustache_compile(struct arena *a, const struct mustache_input *in, struct mustache **out, size_t *bad, struct err *e)
{
	struct mustache *m = ARENA_NEW(a, struct mustache);
	struct compiler c = {.a = a, .in = in, .m = m, .e = e};
	bool ok = true;

	*out = m;
	m->lang = in->lang;
	m->n_files = in->n;
	m->entry = ARENA_ARRAY(a, uint32_t, in->n);
	buf_init(&c.text, a, MUSTACHE_FILE_MAX_B * 4);
	for (size_t i = 0; i < in->n && ok; i++)
		ok = whole_file(&c, i, STR(""), &m->entry[i]);
	for (size_t i = 0; i < c.n_procs && ok; i++) /* n_procs grows in the loop */
		ok = whole_file(&c, c.procs[i].file, c.procs[i].indent, &c.procs[i].entry);
	*bad = c.file;
	for (size_t i = 0; i < c.n_calls && ok; i++)
		m->op[c.calls[i].at].n = c.procs[c.calls[i].proc].entry;
	return ok && buf_check(&c.text, e);
}
