#include "plat/text/form.h"

#include <string.h>

#include "base/utf8.h"

#define BOUNDARY_MAX_B 70 /* RFC 2046, section 5.1.1 */
#define PART_HEADERS_MAX 8

const struct form_limits form_limits_default = {
    .fields_max = 200,
    .name_max_b = 64,
    .value_max_b = 8192,
    .file_max_b = 0,
    .total_max_b = 128 * 1024,
};

void
form_init(struct form *f, const struct form_limits *limits)
{
	*f = (struct form){.limits = limits};
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
form_percent(struct arena *a, struct str raw, bool plus, struct str *out)
{
	char *p;
	size_t n = 0;

	if (str_chr(raw, '%') < 0 && (!plus || str_chr(raw, '+') < 0)) {
		*out = raw;
		return true;
	}
	p = arena_try(a, raw.n + 1);
	if (p == NULL)
		return false;
	for (size_t i = 0; i < raw.n; i++) {
		int hi, lo;

		if (raw.p[i] != '%') {
			p[n++] = plus && raw.p[i] == '+' ? ' ' : raw.p[i];
			continue;
		}
		if (raw.n - i < 3 || (hi = hex_digit(raw.p[i + 1])) < 0 || (lo = hex_digit(raw.p[i + 2])) < 0)
			return false;
		p[n++] = (char)(hi << 4 | lo);
		i += 2;
	}
	*out = str_n(p, n);
	return true;
}

bool
form_text_ok(struct str s, bool lines)
{
	uint32_t cp;

	while (s.n > 0) {
		if (!utf8_next(&s, &cp))
			return false;
		if (cp >= 0x20 && cp < 0x7f)
			continue;
		if (cp < 0xa0 && !(lines && (cp == '\t' || cp == '\n' || cp == '\r')))
			return false;
	}
	return true;
}

static struct form_field *
grow(struct arena *a, struct form *f, struct err *e)
{
	struct form_field *more;
	size_t cap = f->cap == 0 ? 16 : 2 * f->cap;

	if (f->n == f->limits->fields_max) {
		err_set(e, ERR_TOO_LARGE, "more than %zu fields", f->limits->fields_max);
		return NULL;
	}
	if (f->n == f->cap) {
		more = arena_try(a, cap * sizeof(*more));
		if (more == NULL) {
			err_set(e, ERR_LIMIT, "no memory for the fields of a form");
			return NULL;
		}
		if (f->n > 0)
			memcpy(more, f->fields, f->n * sizeof(*more));
		f->fields = more;
		f->cap = cap;
	}
	return &f->fields[f->n];
}

/* Messages use the field's number, since its name comes from outside. */
static bool
append(struct arena *a, struct form *f, const struct form_field *field, struct err *e)
{
	struct form_field *slot = grow(a, f, e);
	size_t value_max_b = field->is_file ? f->limits->file_max_b : f->limits->value_max_b;

	if (slot == NULL)
		return false;
	if (field->name.n > f->limits->name_max_b)
		return err_set(e, ERR_TOO_LARGE, "the name of field %zu is longer than %zu bytes", f->n,
		    f->limits->name_max_b);
	if (field->value.n > value_max_b)
		return err_set(e, ERR_TOO_LARGE, "field %zu is larger than %zu bytes", f->n, value_max_b);
	if (field->name.n == 0 || !form_text_ok(field->name, false))
		return err_set(e, ERR_INPUT, "the name of field %zu is empty or not text", f->n);
	if (!field->is_file && !utf8_valid(field->value))
		return err_set(e, ERR_INPUT, "field %zu is not text", f->n);
	if (field->is_file && !form_text_ok(field->file_name, false))
		return err_set(e, ERR_INPUT, "the file name of field %zu is not text", f->n);
	*slot = *field;
	f->n++;
	return true;
}

bool
form_urlencoded(struct arena *a, struct str raw, struct form *f, struct err *e)
{
	struct str pair;

	if (raw.n > f->limits->total_max_b)
		return err_set(e, ERR_TOO_LARGE, "the form is larger than %zu bytes", f->limits->total_max_b);
	while (str_cut(&raw, '&', &pair)) {
		struct form_field field = {.is_file = false};
		struct str name, value = pair;

		if (pair.n == 0)
			continue;
		if (!str_cut(&value, '=', &name))
			return err_set(e, ERR_BUG, "a pair without a name");
		if (!form_percent(a, name, true, &field.name) || !form_percent(a, value, true, &field.value))
			return err_set(e, ERR_INPUT, "field %zu is not properly percent-encoded", f->n);
		if (!append(a, f, &field, e))
			return false;
	}
	return true;
}

/* Cuts `; name=value` or `; name="value"` off the front. In the quoted form browsers write " as %22 (WHATWG), so a
 * quotation mark always ends it. They do not escape %, so %22 is ambiguous and is not decoded. */
static bool
header_param(struct str *rest, struct str *name, struct str *value)
{
	struct str s = str_trim(*rest);
	ptrdiff_t end;

	if (s.n == 0 || s.p[0] != ';')
		return false;
	s = str_from(s, 1);
	if (!str_cut(&s, '=', name) || s.p == NULL)
		return false;
	*name = str_trim(*name);
	if (s.n > 0 && s.p[0] == '"') {
		s = str_from(s, 1);
		end = str_chr(s, '"');
		if (end < 0)
			return false;
		*value = str_head(s, (size_t)end);
		*rest = str_from(s, (size_t)end + 1);
		return true;
	}
	end = str_chr(s, ';');
	*value = str_trim(end < 0 ? s : str_head(s, (size_t)end));
	*rest = end < 0 ? STR_NONE : str_from(s, (size_t)end);
	return true;
}

static bool
disposition(struct str value, struct form_field *field, struct err *e)
{
	ptrdiff_t semi = str_chr(value, ';');
	struct str rest, name, raw;

	if (semi < 0 || !str_eq_case(str_trim(str_head(value, (size_t)semi)), STR("form-data")))
		return err_set(e, ERR_INPUT, "a part is not form-data");
	for (rest = str_from(value, (size_t)semi); str_trim(rest).n > 0;) {
		if (!header_param(&rest, &name, &raw))
			return err_set(e, ERR_INPUT, "a part's Content-Disposition is malformed");
		if (str_eq_case(name, STR("name")))
			field->name = raw;
		else if (str_eq_case(name, STR("filename"))) {
			field->file_name = raw;
			field->is_file = true;
		}
	}
	return true;
}

/* Cuts a part's header lines off the front of *part. */
static bool
part_headers(struct str *part, struct form_field *field, struct err *e)
{
	for (int i = 0; i < PART_HEADERS_MAX; i++) {
		ptrdiff_t end = str_find(*part, STR("\r\n"));
		struct str line, name;

		if (end < 0)
			break;
		line = str_head(*part, (size_t)end);
		*part = str_from(*part, (size_t)end + 2);
		if (line.n == 0)
			return field->name.n > 0 || err_set(e, ERR_INPUT, "a part has no name");
		if (!form_text_ok(line, true) || !str_cut(&line, ':', &name) || line.p == NULL)
			return err_set(e, ERR_INPUT, "a part's header line is malformed");
		if (str_eq_case(name, STR("Content-Disposition")) && !disposition(line, field, e))
			return false;
	}
	return err_set(e, ERR_INPUT, "a part's header does not end");
}

/* body = delimiter CRLF part (CRLF delimiter CRLF part)* CRLF delimiter "--" CRLF? (browsers send no preamble) */
bool
form_multipart(struct arena *a, struct str boundary, struct str body, struct form *f, struct err *e)
{
	struct str delimiter = str_fmt(a, "\r\n--%.*s", STR_ARG(boundary));

	if (body.n > f->limits->total_max_b)
		return err_set(e, ERR_TOO_LARGE, "the form is larger than %zu bytes", f->limits->total_max_b);
	if (boundary.n == 0 || boundary.n > BOUNDARY_MAX_B || !form_text_ok(boundary, false))
		return err_set(e, ERR_INPUT, "the multipart boundary is malformed");
	if (!str_starts(body, str_from(delimiter, 2)))
		return err_set(e, ERR_INPUT, "a multipart body does not begin with its boundary");
	body = str_from(body, delimiter.n - 2);
	while (str_starts(body, STR("\r\n"))) {
		struct form_field field = {.is_file = false};
		ptrdiff_t end;

		body = str_from(body, 2);
		if (!part_headers(&body, &field, e))
			return false;
		/* Even for an empty value, browsers send a second CRLF before the delimiter, after the one that ends
		 * the headers. */
		end = str_find(body, delimiter);
		if (end < 0)
			return err_set(e, ERR_INPUT, "a multipart body was cut off");
		field.value = str_head(body, (size_t)end);
		body = str_from(body, (size_t)end + delimiter.n);
		if (!append(a, f, &field, e))
			return false;
	}
	if (!str_eq_z(body, "--") && !str_eq_z(body, "--\r\n"))
		return err_set(e, ERR_INPUT, "a multipart body does not end with its boundary");
	return true;
}

static struct str
boundary_of(struct str params)
{
	struct str name, value;

	while (header_param(&params, &name, &value))
		if (str_eq_case(name, STR("boundary")))
			return value;
	return STR_NONE;
}

bool
form_body(struct arena *a, struct str content_type, struct str body, struct form *f, struct err *e)
{
	ptrdiff_t semi = str_chr(content_type, ';');
	struct str type = str_trim(semi < 0 ? content_type : str_head(content_type, (size_t)semi));

	if (str_eq_case(type, STR("application/x-www-form-urlencoded")))
		return form_urlencoded(a, body, f, e);
	if (str_eq_case(type, STR("multipart/form-data")))
		return form_multipart(a, semi < 0 ? STR_NONE : boundary_of(str_from(content_type, (size_t)semi)), body,
		    f, e);
	return body.n == 0
	    || err_set(e, ERR_INPUT,
		"the Content-Type is neither application/x-www-form-urlencoded nor multipart/form-data");
}

bool
form_cookie(struct str *header, struct str name, struct str *value)
{
	struct str pair, key;

	while (str_cut(header, ';', &pair)) {
		*value = str_trim(pair);
		if (str_cut(value, '=', &key) && value->p != NULL && str_eq(key, name) && form_text_ok(*value, false))
			return true;
	}
	return false;
}
