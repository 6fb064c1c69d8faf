#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_B ((size_t)4096)

struct span {
	const char *p;
	size_t n;
};

static const struct {
	const char *name;
	char c;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};

/* Decodes entities; cuts at VALUE_B. */
static void
unescape(struct span s, char *out)
{
	size_t n = 0, i = 0, k, length;

	while (i < s.n && n + 1 < VALUE_B) {
		for (k = 0; s.p[i] == '&' && k < sizeof(entities) / sizeof(entities[0]); k++) {
			length = strlen(entities[k].name);
			if (s.n - i >= length && memcmp(s.p + i, entities[k].name, length) == 0) {
				out[n++] = entities[k].c;
				i += length;
				break;
			}
		}
		if (s.p[i] != '&' || k == sizeof(entities) / sizeof(entities[0]))
			out[n++] = s.p[i++];
	}
	out[n] = '\0';
}

/* Finds an attribute of the tag that begins at `tag`. */
static bool
attribute(struct span tag, const char *name, struct span *out)
{
	size_t name_n = strlen(name);
	const char *end = tag.p + tag.n, *at = tag.p;

	while ((at = memchr(at, ' ', (size_t)(end - at))) != NULL && ++at < end) {
		const char *value = at + strcspn(at, "= >\""), *close;

		if (value >= end)
			value = end;
		*out = (struct span){value, 0};
		close = value;
		if (value + 1 < end && value[0] == '=' && value[1] == '"') {
			close = memchr(value + 2, '"', (size_t)(end - value - 2));
			if (close == NULL)
				return false;
			*out = (struct span){value + 2, (size_t)(close - value - 2)};
		}
		if ((size_t)(value - at) == name_n && memcmp(at, name, name_n) == 0)
			return true;
		at = close;
	}
	return false;
}

static bool
attribute_is(struct span tag, const char *name, const char *value)
{
	struct span is;

	return attribute(tag, name, &is) && is.n == strlen(value) && memcmp(is.p, value, is.n) == 0;
}

static void
put(struct form *f, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (f->body_n + 4 > FORM_BODY_B) /* does not happen in this shop; form_fill() detects it */
			return;
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-_.*", c)) {
			f->body[f->body_n++] = (char)c;
		} else {
			f->body[f->body_n++] = '%';
			f->body[f->body_n++] = hex[c >> 4];
			f->body[f->body_n++] = hex[c & 15];
		}
	}
}

static void
put_field(struct form *f, const char *name, const char *value)
{
	if (f->body_n > 0 && f->body_n < FORM_BODY_B)
		f->body[f->body_n++] = '&';
	put(f, name);
	if (f->body_n < FORM_BODY_B)
		f->body[f->body_n++] = '=';
	put(f, value);
}

static void
put_as_it_is(struct form *f, const struct form_value *values, struct span name, struct span value)
{
	char n[VALUE_B], v[VALUE_B];

	unescape(name, n);
	for (; values->name != NULL; values++)
		if (strcmp(values->name, n) == 0)
			return;
	unescape(value, v);
	put_field(f, n, v);
}

static struct span
tag_at(const char *p)
{
	return (struct span){p, strcspn(p, ">")};
}

/* The value of a select: the selected option, or else the first. */
static struct span
chosen(const char *p, const char *end)
{
	struct span first = {"", 0}, value, ignored;
	bool any = false;

	for (; (p = strstr(p, "<option")) != NULL && p < end; p++) {
		if (!attribute(tag_at(p), "value", &value))
			continue;
		if (attribute(tag_at(p), "selected", &ignored))
			return value;
		if (!any)
			first = value;
		any = true;
	}
	return first;
}

static const char *
find_end(const char *p, const char *close, const char *end)
{
	const char *at = strstr(p, close);

	return at == NULL || at > end ? end : at;
}

static void
put_input(struct form *f, const struct form_value *values, struct span tag, struct span name)
{
	struct span value = {"", 0}, ignored;
	bool ticked = attribute_is(tag, "type", "checkbox") || attribute_is(tag, "type", "radio");

	if (ticked && !attribute(tag, "checked", &ignored))
		return;
	if (!attribute(tag, "value", &value) && ticked)
		value = (struct span){"on", 2};
	put_as_it_is(f, values, name, value);
}

/* Every field between `p` and `end`. */
static void
put_fields(struct form *f, const char *p, const char *end, const struct form_value *values)
{
	struct span tag, name, ignored;
	const char *close;

	for (; (p = strchr(p, '<')) != NULL && p < end; p++) {
		tag = tag_at(p);
		if (!attribute(tag, "name", &name) || attribute(tag, "disabled", &ignored))
			continue;
		if (strncmp(p, "<input", 6) == 0) {
			put_input(f, values, tag, name);
		} else if (strncmp(p, "<select", 7) == 0) {
			put_as_it_is(f, values, name, chosen(p, find_end(p, "</select>", end)));
		} else if (strncmp(p, "<textarea", 9) == 0) {
			close = find_end(p, "</textarea>", end);
			p += tag.n + 1;
			put_as_it_is(f, values, name, (struct span){p, (size_t)(close - p)});
		}
	}
}

static bool
action_ends(struct form *f, struct span tag, const char *end)
{
	char action[VALUE_B];
	struct span s;
	size_t n, end_n = strlen(end);

	if (!attribute(tag, "action", &s))
		return false;
	unescape(s, action);
	n = strcspn(action, "?");
	if (n < end_n || memcmp(action + n - end_n, end, end_n) != 0 || strlen(action) >= FORM_ACTION_B)
		return false;
	memcpy(f->action, action, strlen(action) + 1);
	return true;
}

bool
form_fill(struct form *f, const char *html, const char *end, const struct form_value *values)
{
	const char *p = html;
	struct span tag;

	f->body_n = 0;
	for (; (p = strstr(p, "<form")) != NULL; p++) {
		tag = tag_at(p);
		if (!action_ends(f, tag, end))
			continue;
		put_fields(f, p + tag.n, find_end(p, "</form>", p + strlen(p)), values);
		for (; values->name != NULL; values++)
			put_field(f, values->name, values->value);
		return f->body_n + 4 <= FORM_BODY_B;
	}
	return false;
}
