/* The parsers of browser input: body, query, cookie, path, fields. The first line is the Content-Type, the second the
 * request target, the third a header; the rest is the body. */
#include <stddef.h>

#include "base/utf8.h"
#include "plat/text/form.h"
#include "serve/addr.h"
#include "serve/response.h"
#include "serve/trace.h"
#include "web/fields.h"
#include "web/site.h"

#define MEMORY_B ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* All accepted fields must be valid text, the cleaned ones without control characters. */
static void
check_form(struct arena *a, const struct form *form)
{
	struct fields fields;
	struct err e = {0};

	for (size_t i = 0; i < form->n; i++)
		ASSERT(form->fields[i].is_file || utf8_valid(form->fields[i].value));
	if (fields_read(a, &web_site.fields, form, &fields, &e))
		for (unsigned i = 0; i < F__MAX; i++)
			ASSERT(form_text_ok(field_text(&fields, i), true));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct form_limits limits = {50, 64, 1000, 1000, 8192};
	static struct str nets[] = {STR_INIT("10.0.0.0/8"), STR_INIT("2001:db8::/32")};
	static const struct conf_list trusted = {ARRAY_LEN(nets), nets};
	struct str body = str_n(data, n), type, target, header, path, query;
	struct route_match match;
	struct arena a;
	struct form form;
	struct err e = {0};
	char note[LOG_NOTE_SIZE];
	struct str cookies, cookie;

	if (!str_cut(&body, '\n', &type) || !str_cut(&body, '\n', &target) || !str_cut(&body, '\n', &header))
		return 0;
	cookies = header;
	arena_init(&a, MEMORY_B);
	form_init(&form, &limits);
	if (form_body(&a, type, body, &form, &e))
		check_form(&a, &form);
	if (route_target(target, STR("/shop"), &path, &query)) {
		err_clear(&e);
		form_init(&form, &limits);
		if (form_urlencoded(&a, query, &form, &e))
			check_form(&a, &form);
		err_clear(&e);
		if (route_find(&web_site.routes, &a, STR("GET"), path, &match, &e))
			ASSERT(match.route != NULL);
	}
	while (form_cookie(&cookies, STR("kontor"), &cookie))
		ASSERT(form_text_ok(cookie, false));
	addr_client(&(struct addr_way){.peer = STR("10.0.0.1"), .forwarded_for = header}, &trusted);
	response_matches(header, STR("W/\"0-0\""));
	trace_note(&(struct trace_source){.traceparent = header, .unique_id = target, .remote_port = type}, note);
	arena_fini(&a);
	return 0;
}
