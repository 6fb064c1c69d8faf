#include "serve/fields.h"

#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

enum field_kind { KIND_LINE, KIND_TEXT, KIND_WORD, KIND_INT, KIND_EMAIL, KIND_FLAG };

#define KEEP 1u
#define MANY 2u

static const struct {
	const char *name;
	enum field_kind kind;
	int64_t min, max;
	unsigned flags;
} rows[F__MAX] = {
#define FIELD(id, name, kind, min, max, flags) [F_##id] = {name, KIND_##kind, min, max, flags},
#include "serve/fields.def"
#undef FIELD
};

const char *
field_name(enum field_id id)
{
	ASSERT(id < F__MAX);
	return rows[id].name;
}

static enum field_state
check_length(enum field_id id, struct str s)
{
	size_t n = utf8_len(s);

	if (n < (size_t)rows[id].min)
		return FIELD_INVALID;
	return n > (size_t)rows[id].max ? FIELD_TOO_LONG : FIELD_GOOD;
}

static bool
is_word(struct str s)
{
	static const char more[] = "-_";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')
		    && memchr(more, c, sizeof(more) - 1) == NULL)
			return false;
	}
	return true;
}

/* One '@' with something on both sides, a dot in the domain, no blanks: only a mail that arrives proves more. */
static bool
is_email(struct str s)
{
	ptrdiff_t at = str_chr(s, '@');
	struct str domain;

	if (at <= 0 || str_chr(s, ' ') >= 0 || str_chr(s, ',') >= 0 || str_chr(s, '<') >= 0 || str_chr(s, '>') >= 0)
		return false;
	domain = str_from(s, (size_t)at + 1);
	return str_chr(domain, '@') < 0 && str_chr(domain, '.') > 0 && !str_ends(domain, STR("."))
	    && str_find(domain, STR("..")) < 0;
}

static enum field_state
check_text(enum field_id id, struct str s)
{
	switch (rows[id].kind) {
	case KIND_LINE:
		if (!form_text_ok(s, false))
			return FIELD_INVALID;
		break;
	case KIND_WORD:
		if (!is_word(s))
			return FIELD_INVALID;
		break;
	case KIND_EMAIL:
		if (!form_text_ok(s, false) || !is_email(s))
			return FIELD_INVALID;
		break;
	default:
		break;
	}
	return check_length(id, s);
}

static void
check(enum field_id id, struct field *f)
{
	struct str s = str_trim(f->raw);

	f->state = FIELD_ABSENT;
	if (s.n == 0)
		return;
	if (rows[id].kind == KIND_FLAG)
		f->state = FIELD_GOOD;
	else if (rows[id].kind == KIND_INT)
		f->state = num_i64(s, rows[id].min, rows[id].max, &f->number) ? FIELD_GOOD : FIELD_INVALID;
	else
		f->state = check_text(id, s);
	if (f->state == FIELD_GOOD)
		f->text = s;
}

static bool
find_id(struct str name, enum field_id *id)
{
	for (int i = 0; i < F__MAX; i++)
		if (str_eq_z(name, rows[i].name)) {
			*id = (enum field_id)i;
			return true;
		}
	return false;
}

static bool
fields_take(struct arena *a, enum field_id id, struct str raw, struct fields *fields, struct err *e)
{
	struct field **end = &fields->by_id[id], *f;

	if (*end != NULL && !(rows[id].flags & MANY))
		return err_set(e, ERR_INPUT, "the field %s stands twice", rows[id].name);
	f = ARENA_NEW(a, struct field);
	f->raw = raw;
	check(id, f);
	if (f->state > FIELD_GOOD && !(rows[id].flags & KEEP))
		return err_set(e, ERR_INPUT, "the field %s is %s", rows[id].name,
		    f->state == FIELD_TOO_LONG ? "too long" : "wrong");
	while (*end != NULL)
		end = &(*end)->next;
	*end = f;
	return true;
}

bool
fields_read(struct arena *a, const struct form *form, struct fields *fields, struct err *e)
{
	enum field_id id;

	*fields = (struct fields){.by_id = {NULL}};
	for (size_t i = 0; i < form->n; i++)
		if (!form->fields[i].is_file && find_id(form->fields[i].name, &id)
		    && !fields_take(a, id, form->fields[i].value, fields, e))
			return false;
	return true;
}

const struct field *
field_get(const struct fields *fields, enum field_id id)
{
	static const struct field absent;

	ASSERT(id < F__MAX);
	return fields->by_id[id] == NULL ? &absent : fields->by_id[id];
}

struct str
field_text(const struct fields *fields, enum field_id id)
{
	return field_get(fields, id)->text;
}

int64_t
field_int(const struct fields *fields, enum field_id id, int64_t otherwise)
{
	const struct field *f = field_get(fields, id);

	return f->state == FIELD_GOOD ? f->number : otherwise;
}

bool
field_good(const struct fields *fields, enum field_id id)
{
	return field_get(fields, id)->state == FIELD_GOOD;
}

bool
field_need(const struct fields *fields, enum field_id id, struct err *e)
{
	return field_good(fields, id) || err_set(e, ERR_INPUT, "the field %s is missing or wrong", field_name(id));
}
