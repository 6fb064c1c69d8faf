#include "plat/text/json.h"

#include <jansson.h>

#define ID_MAX_B 21 /* with its comma */

/* A struct json is the library's value under another name. */
static const json_t *
json_of(const struct json *v)
{
	return (const json_t *)v;
}

const struct json *
json_parse(struct str text)
{
	return (const struct json *)json_loadb(text.p, text.n, 0, NULL);
}

void
json_free(const struct json *root)
{
	json_decref((json_t *)(uintptr_t)root);
}

bool
json_is_list(const struct json *v)
{
	return json_is_array(json_of(v));
}

size_t
json_count(const struct json *list)
{
	return json_array_size(json_of(list));
}

const struct json *
json_at(const struct json *list, size_t i)
{
	return (const struct json *)json_array_get(json_of(list), i);
}

const struct json *
json_member(const struct json *object, const char *name)
{
	return (const struct json *)json_object_get(json_of(object), name);
}

bool
json_text(const struct json *v, struct arena *a, struct str *text)
{
	if (!json_is_string(json_of(v)))
		return false;
	*text = str_dup(a, str_n(json_string_value(json_of(v)), json_string_length(json_of(v))));
	return true;
}

bool
json_int(const struct json *v, int64_t *i)
{
	*i = json_integer_value(json_of(v));
	return json_is_integer(json_of(v));
}

bool
json_scalar(const struct json *v, struct arena *a, struct str *text)
{
	const json_t *j = json_of(v);

	if (json_is_boolean(j))
		*text = json_is_true(j) ? STR("true") : STR("false");
	else if (json_is_integer(j))
		*text = str_fmt(a, "%lld", (long long)json_integer_value(j));
	else if (json_is_real(j))
		*text = str_fmt(a, "%.12g", json_real_value(j));
	else
		return json_text(v, a, text);
	return true;
}

void
json_init(struct json_out *w, struct arena *a, size_t max_b, char open)
{
	buf_init(&w->b, a, max_b);
	buf_ch(&w->b, open);
	w->more = false;
}

static void
json_next(struct json_out *w)
{
	if (w->more)
		buf_ch(&w->b, ',');
	w->more = true;
}

void
json_begin(struct json_out *w, char open)
{
	json_next(w);
	buf_ch(&w->b, open);
	w->more = false;
}

void
json_end(struct json_out *w, char close)
{
	buf_ch(&w->b, close);
	w->more = true;
}

void
json_key(struct json_out *w, const char *name)
{
	json_next(w);
	buf_json(&w->b, str_z(name));
	buf_ch(&w->b, ':');
	w->more = false;
}

void
json_put_str(struct json_out *w, struct str s)
{
	json_next(w);
	buf_json(&w->b, s);
}

void
json_put_i64(struct json_out *w, int64_t i)
{
	json_next(w);
	buf_i64(&w->b, i);
}

void
json_put_bool(struct json_out *w, bool value)
{
	json_next(w);
	buf_z(&w->b, value ? "true" : "false");
}

void
json_put_null(struct json_out *w)
{
	json_next(w);
	buf_z(&w->b, "null");
}

void
json_put_i64_or_null(struct json_out *w, int64_t i, bool null)
{
	json_next(w);
	if (null)
		buf_z(&w->b, "null");
	else
		buf_i64(&w->b, i);
}

void
json_add_str(struct json_out *w, const char *name, struct str s)
{
	json_key(w, name);
	json_put_str(w, s);
}

void
json_add_i64(struct json_out *w, const char *name, int64_t n)
{
	json_key(w, name);
	json_put_i64(w, n);
}

void
json_add_bool(struct json_out *w, const char *name, bool yes)
{
	json_key(w, name);
	json_put_bool(w, yes);
}

bool
json_done(struct json_out *w, char close, struct str *text, struct err *e)
{
	buf_ch(&w->b, close);
	*text = buf_str(&w->b);
	return buf_check(&w->b, e);
}

bool
json_ids(struct arena *a, const uint64_t *ids, size_t n, struct str *text, struct err *e)
{
	struct json_out w;

	json_init(&w, a, n * ID_MAX_B + 2, '[');
	for (size_t i = 0; i < n; i++) {
		json_next(&w);
		buf_u64(&w.b, ids[i]);
	}
	return json_done(&w, ']', text, e);
}
