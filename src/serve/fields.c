#include "serve/fields.h"

#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "plat/mail/mail_address.h"
#include "plat/text/clean.h"

static enum field_state
check_length(const struct field_rule *rule, struct str s)
{
	size_t n = utf8_len(s);

	if (n < (size_t)rule->min)
		return FIELD_INVALID;
	return n > (size_t)rule->max ? FIELD_TOO_LONG : FIELD_GOOD;
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

/* An address that mail servers take, with a dot in its domain. Only delivery can prove more. */
static bool
is_email(struct str s)
{
	return mail_address_ok(s) && str_chr(mail_address_domain(s), '.') > 0;
}

static struct str
clean(struct arena *a, enum field_kind kind, struct str raw)
{
	switch (kind) {
	case FIELD_LINE:
	case FIELD_FLAG: return clean_line(a, raw);
	case FIELD_TEXT: return clean_text(a, raw);
	case FIELD_QUERY: return clean_words(a, raw);
	case FIELD_PHONE: return clean_phone(a, raw);
	case FIELD_EMAIL: return clean_mail(a, raw);
	case FIELD_CODE:
	case FIELD_WORD:
	case FIELD_INT: return clean_code(a, raw);
	case FIELD_VALUE: break;
	}
	return str_trim(raw);
}

static enum field_state
check_text(const struct field_rule *rule, struct str s)
{
	if ((rule->kind == FIELD_VALUE && !form_text_ok(s, false)) || (rule->kind == FIELD_WORD && !is_word(s))
	    || (rule->kind == FIELD_EMAIL && !is_email(s)))
		return FIELD_INVALID;
	return check_length(rule, s);
}

static void
check(struct arena *a, const struct field_rule *rule, struct str raw, struct field *f)
{
	f->typed = clean(a, rule->kind, raw);
	f->state = FIELD_ABSENT;
	if (f->typed.n == 0)
		return;
	if (rule->kind == FIELD_FLAG)
		f->state = FIELD_GOOD;
	else if (rule->kind == FIELD_INT)
		f->state = num_i64(f->typed, rule->min, rule->max, &f->number) ? FIELD_GOOD : FIELD_INVALID;
	else
		f->state = check_text(rule, f->typed);
	if (f->state == FIELD_GOOD)
		f->text = f->typed;
}

static bool
find_id(const struct field_table *table, struct str name, size_t *id)
{
	for (*id = 0; *id < table->n; (*id)++)
		if (str_eq_z(name, table->v[*id].name))
			return true;
	return false;
}

static bool
fields_take(struct arena *a, struct fields *fields, size_t id, struct str raw, struct err *e)
{
	const struct field_rule *rule = &fields->table->v[id];
	struct field **end = &fields->by_id[id], *f;

	if (*end != NULL && !(rule->flags & FIELD_MANY))
		return err_set(e, ERR_INPUT, "the field %s is given twice", rule->name);
	f = ARENA_NEW(a, struct field);
	check(a, rule, raw, f);
	if (f->state > FIELD_GOOD && !(rule->flags & FIELD_KEEP))
		return err_set(e, ERR_INPUT, "the field %s is %s", rule->name,
		    f->state == FIELD_TOO_LONG ? "too long" : "invalid");
	while (*end != NULL)
		end = &(*end)->next;
	*end = f;
	return true;
}

bool
fields_read(struct arena *a, const struct field_table *table, const struct form *form, struct fields *fields,
    struct err *e)
{
	size_t id;

	*fields = (struct fields){.table = table, .by_id = ARENA_ARRAY(a, struct field *, table->n)};
	for (size_t i = 0; i < form->n; i++)
		if (!form->fields[i].is_file && find_id(table, form->fields[i].name, &id)
		    && !fields_take(a, fields, id, form->fields[i].value, e))
			return false;
	return true;
}

/* Judges the first rule->max characters, if their number alone is wrong. */
static void
fields_cut(struct arena *a, const struct field_rule *rule, struct field *f)
{
	struct str rest = f->typed;
	uint32_t cp;

	if (f->state != FIELD_TOO_LONG || (rule->kind != FIELD_LINE && rule->kind != FIELD_QUERY))
		return;
	for (int64_t i = 0; i < rule->max && utf8_next(&rest, &cp); i++)
		;
	check(a, rule, str_head(f->typed, f->typed.n - rest.n), f);
}

void
fields_query(struct arena *a, const struct field_table *table, struct str query, struct fields *fields)
{
	struct str pair, name, value;
	struct field f, *kept;
	size_t id;

	*fields = (struct fields){.table = table, .by_id = ARENA_ARRAY(a, struct field *, table->n)};
	while (str_cut(&query, '&', &pair)) {
		if (!str_cut(&pair, '=', &name) || !form_percent(a, name, true, &name) || !find_id(table, name, &id)
		    || fields->by_id[id] != NULL || !form_percent(a, pair, true, &value) || !utf8_valid(value))
			continue;
		f = (struct field){.state = FIELD_ABSENT};
		check(a, &table->v[id], value, &f);
		fields_cut(a, &table->v[id], &f);
		if (f.state != FIELD_GOOD)
			continue;
		kept = ARENA_NEW(a, struct field);
		*kept = f;
		fields->by_id[id] = kept;
	}
}

const struct field *
field_get(const struct fields *fields, unsigned id)
{
	static const struct field absent;

	ASSERT(fields->table != NULL && id < fields->table->n);
	return fields->by_id[id] == NULL ? &absent : fields->by_id[id];
}

struct str
field_text(const struct fields *fields, unsigned id)
{
	return field_get(fields, id)->text;
}

int64_t
field_int(const struct fields *fields, unsigned id, int64_t otherwise)
{
	const struct field *f = field_get(fields, id);

	return f->state == FIELD_GOOD ? f->number : otherwise;
}

bool
field_good(const struct fields *fields, unsigned id)
{
	return field_get(fields, id)->state == FIELD_GOOD;
}
