#include "view/mustache/texts.h"

#include "plat/text/file.h"
#include "view/mustache/template.h"

struct place {
	struct str file;
	unsigned line;
	struct place *next;
};

struct text {
	struct str one, many; /* no `many`: no plural */
	struct place *first, *last;
	struct text *next;
};

struct collector {
	struct arena *a;
	struct str file;
	struct text *first, **tail;
};

static struct text *
text_of(struct collector *c, const struct part *part)
{
	struct text *t;

	for (t = c->first; t != NULL; t = t->next)
		if (str_eq(t->one, part->text))
			break;
	if (t == NULL) {
		t = ARENA_NEW(c->a, struct text);
		t->one = part->text;
		*c->tail = t;
		c->tail = &t->next;
	}
	if (part->kind == PART_PLURAL)
		t->many = part->plural;
	return t;
}

static void
collect(struct collector *c, const struct part *part)
{
	for (; part != NULL; part = part->next) {
		struct place *place;
		struct text *t;

		collect(c, part->first);
		if (part->kind != PART_I18N && part->kind != PART_PLURAL)
			continue;
		t = text_of(c, part);
		place = ARENA_NEW(c->a, struct place);
		*place = (struct place){c->file, part->line, NULL};
		if (t->last == NULL)
			t->first = place;
		else
			t->last->next = place;
		t->last = place;
	}
}

static void
put_quoted(struct buf *b, const char *key, struct str s)
{
	buf_z(b, key);
	buf_put(b, STR(" \""));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_ch(b, '\\');
		buf_ch(b, s.p[i]);
	}
	buf_put(b, STR("\"\n"));
}

static void
texts_put_text(struct buf *b, const struct text *t, const char *label)
{
	buf_put(b, STR("\n#:"));
	for (const struct place *p = t->first; p != NULL; p = p->next)
		buf_fmt(b, " %s/%.*s:%u", label, STR_ARG(p->file), p->line);
	buf_ch(b, '\n');
	put_quoted(b, "msgid", t->one);
	if (t->many.n > 0) {
		put_quoted(b, "msgid_plural", t->many);
		buf_put(b, STR("msgstr[0] \"\"\nmsgstr[1] \"\"\n"));
	} else {
		buf_put(b, STR("msgstr \"\"\n"));
	}
}

bool
texts_pot(struct arena *a, const char *dir, const char *label, struct buf *b, struct err *e)
{
	struct collector c = {.a = a, .tail = &c.first};
	struct str *names, text;
	size_t n;
	bool found;

	if (!template_list(a, dir, true, &names, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct mustache_file file = {.name = names[i], .path = str_fmt(a, "%s/%.*s", dir, STR_ARG(names[i]))};

		c.file = names[i];
		if (!file_find(a, file.path.p, MUSTACHE_FILE_MAX_B, &text, &found, e)
		    || !mustache_parse(a, NULL, text, &file, e))
			return false;
		collect(&c, file.first);
	}
	buf_put(b, STR("msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: kontor\\n\"\n\"MIME-Version: 1.0\\n\"\n"
		       "\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n"
		       "\"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n\"\n"));
	for (const struct text *t = c.first; t != NULL; t = t->next)
		texts_put_text(b, t, label);
	return buf_check(b, e);
}
