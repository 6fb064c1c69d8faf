#include "plat/mail/mail_report.h"

#include "base/buf.h"

#define FIELD_MAX_B ((size_t)64 << 10)
#define ANSWER_MAX_B 200

struct report_field {
	struct str name, value;
};

static struct str
report_line(struct str *rest)
{
	struct str line = STR_NONE;

	(void)str_cut(rest, '\n', &line);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
is_folded(struct str rest)
{
	return rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/* The next field of a header, unfolded. False at the empty line that ends it, or at the end. A line without a colon,
 * such as the "From " of a mailbox, is passed over. */
static bool
next_field(struct arena *a, struct str *rest, struct report_field *f)
{
	while (rest->n > 0) {
		struct str line = report_line(rest);
		ptrdiff_t colon = str_chr(line, ':');
		struct buf b;

		if (line.n == 0)
			return false;
		if (colon <= 0)
			continue;
		f->name = str_head(line, (size_t)colon);
		f->value = str_trim(str_from(line, (size_t)colon + 1));
		if (!is_folded(*rest))
			return true;
		buf_init(&b, a, FIELD_MAX_B);
		buf_put(&b, f->value);
		while (is_folded(*rest)) {
			buf_ch(&b, ' ');
			buf_put(&b, str_trim(report_line(rest)));
		}
		f->value = str_trim(buf_str(&b));
		return true;
	}
	return false;
}

/* The value of a parameter such as boundary="x". */
static bool
find_parameter(struct arena *a, struct str value, struct str name, struct str *out)
{
	struct str rest = value, part;

	while (str_cut(&rest, ';', &part)) {
		struct str key;

		part = str_trim(part);
		if (!str_cut(&part, '=', &key) || !str_eq_case(str_trim(key), name))
			continue;
		part = str_trim(part);
		if (part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"')
			part = str_head(str_from(part, 1), part.n - 2);
		*out = str_dup(a, part);
		return part.n > 0;
	}
	return false;
}

static bool
has_type(struct str value, struct str type)
{
	return str_eq_case(str_head(value, type.n), type)
	       && (value.n == type.n || value.p[type.n] == ';' || value.p[type.n] == ' ');
}

/* "rfc822; anna@example.org" */
static struct str
without_type(struct str value)
{
	ptrdiff_t at = str_chr(value, ';');

	return at < 0 ? value : str_trim(str_from(value, (size_t)at + 1));
}

/* The fields of one recipient, up to an empty line. */
static void
read_recipient(struct arena *a, struct str *rest, struct mail_report *one)
{
	struct report_field f;

	*one = (struct mail_report){.n_to = 0};
	while (next_field(a, rest, &f)) {
		one->found = true;
		if (str_eq_case(f.name, STR("Final-Recipient")))
			one->recipient = without_type(f.value);
		else if (str_eq_case(f.name, STR("Action")))
			one->action = str_lower(a, str_trim(f.value));
		else if (str_eq_case(f.name, STR("Status")))
			(void)str_cut(&f.value, ' ', &one->status);
		else if (str_eq_case(f.name, STR("Diagnostic-Code")))
			one->answer = str_head(without_type(f.value), ANSWER_MAX_B);
	}
}

static void
read_status(struct arena *a, struct str part, struct mail_report *r)
{
	while (part.n > 0) {
		struct mail_report one;

		read_recipient(a, &part, &one);
		if (one.action.n == 0 || (r->found && str_eq_z(r->action, "failed")))
			continue;
		if (r->found && !str_eq_z(one.action, "failed"))
			continue;
		r->found = true;
		r->action = one.action;
		r->status = one.status;
		r->recipient = one.recipient;
		r->answer = one.answer;
	}
}

/* Cuts the next part off, up to the line "--BOUNDARY". False when there is no such line. */
static bool
cut_part(struct str *rest, struct str boundary, struct str *part)
{
	struct str at = *rest;

	while (at.n > 0) {
		struct str before = at, line = report_line(&at);

		if (!str_starts(line, STR("--")) || !str_starts(str_from(line, 2), boundary))
			continue;
		*part = str_head(*rest, rest->n - before.n);
		*rest = at;
		return true;
	}
	return false;
}

static void
read_parts(struct arena *a, struct str body, struct str boundary, struct mail_report *r)
{
	struct str part;

	while (cut_part(&body, boundary, &part)) {
		bool status = false;
		struct report_field f;

		while (next_field(a, &part, &f))
			if (str_eq_case(f.name, STR("Content-Type")))
				status = has_type(f.value, STR("message/delivery-status"))
				         || has_type(f.value, STR("message/global-delivery-status"));
		if (status)
			read_status(a, part, r);
	}
}

/* "Name <a@b>, c@d" */
static void
add_addresses(struct mail_report *r, struct str list)
{
	struct str one;

	while (str_cut(&list, ',', &one) && r->n_to < MAIL_REPORT_TO_MAX) {
		ptrdiff_t open = str_chr(one, '<'), close = str_chr(one, '>');

		if (open >= 0 && close > open)
			one = str_head(str_from(one, (size_t)open + 1), (size_t)(close - open) - 1);
		one = str_trim(one);
		if (str_chr(one, '@') > 0)
			r->to[r->n_to++] = one;
	}
}

bool
mail_report_read(struct arena *a, struct str message, struct mail_report *r, struct err *e)
{
	static const char *const receivers[] = {"To", "Delivered-To", "X-Original-To", "Envelope-To"};
	struct str boundary = STR_NONE;
	struct report_field f;
	bool any = false;

	*r = (struct mail_report){.n_to = 0};
	while (next_field(a, &message, &f)) {
		any = true;
		for (size_t i = 0; i < ARRAY_LEN(receivers); i++)
			if (str_eq_case(f.name, str_z(receivers[i])))
				add_addresses(r, f.value);
		if (str_eq_case(f.name, STR("Content-Type")) && has_type(f.value, STR("multipart/report"))
		    && !find_parameter(a, f.value, STR("boundary"), &boundary))
			boundary = STR_NONE;
	}
	if (!any)
		return err_set(e, ERR_INPUT, "not a mail: it has no header");
	if (boundary.n > 0)
		read_parts(a, message, boundary, r);
	return true;
}
