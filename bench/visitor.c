#include "visitor.h"

#include <stdio.h>
#include <string.h>

#define REQUEST_B (FORM_BODY_B + 4096)
#define REDIRECTS_MAX 8

void
visitor_init(struct visitor *v, int port, uint64_t seed)
{
	http_init(&v->http, port, NULL);
	v->http.keep = true;
	draw_seed(&v->draw, seed);
	v->exchanges = 0;
	visitor_forget(v);
}

void
visitor_fini(struct visitor *v)
{
	http_fini(&v->http);
}

void
visitor_forget(struct visitor *v)
{
	memset(v->cookie, 0, sizeof(v->cookie));
	v->target[0] = '\0';
	v->html = "";
}

static void
keep_cookie(struct visitor *v, const char *line, size_t n)
{
	size_t name_n = strcspn(line, "=;\r"), value_n;

	if (name_n >= n || line[name_n] != '=' || name_n >= sizeof(v->cookie[0].name))
		return;
	value_n = strcspn(line + name_n + 1, ";\r");
	if (value_n >= sizeof(v->cookie[0].value))
		return;
	for (size_t i = 0; i < VISITOR_COOKIES; i++)
		if (v->cookie[i].name[0] == '\0'
		    || (strlen(v->cookie[i].name) == name_n && memcmp(v->cookie[i].name, line, name_n) == 0)) {
			snprintf(v->cookie[i].name, sizeof(v->cookie[i].name), "%.*s", (int)name_n, line);
			snprintf(
			    v->cookie[i].value, sizeof(v->cookie[i].value), "%.*s", (int)value_n, line + name_n + 1);
			return;
		}
}

static bool
exchange(struct visitor *v, const struct form *form)
{
	char request[REQUEST_B];
	const char *at = NULL;
	size_t n, line_n;

	n = (size_t)snprintf(request, sizeof(request),
	    "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) bench\r\n"
	    "Accept-Language: en-GB,en;q=0.8,de;q=0.5\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n",
	    form == NULL ? "GET" : "POST", v->target, v->http.port);
	for (size_t i = 0; i < VISITOR_COOKIES && v->cookie[i].name[0] != '\0'; i++)
		n += (size_t)snprintf(request + n, sizeof(request) - n, "%s%s=%s", i == 0 ? "Cookie: " : "; ",
		    v->cookie[i].name, v->cookie[i].value);
	if (v->cookie[0].name[0] != '\0')
		n += (size_t)snprintf(request + n, sizeof(request) - n, "\r\n");
	if (form != NULL)
		n += (size_t)snprintf(request + n, sizeof(request) - n,
		    "Origin: http://127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
		    "Content-Length: %zu\r\n\r\n%.*s",
		    v->http.port, form->body_n, (int)form->body_n, form->body);
	else
		n += (size_t)snprintf(request + n, sizeof(request) - n, "\r\n");
	http_begin(&v->http, request, n);
	v->exchanges++;
	v->html = "";
	if (http_go(&v->http) != HTTP_DONE)
		return false;
	while ((at = http_header(&v->http, "set-cookie", at, &line_n)) != NULL)
		keep_cookie(v, at, line_n);
	v->html = v->http.in + v->http.head_n;
	return true;
}

static bool
set_target(struct visitor *v, const char *target, size_t n)
{
	if (n >= 7 && memcmp(target, "http://", 7) == 0) { /* always of this shop; keep the path */
		size_t host_n = 7 + strcspn(target + 7, "/\r");

		target += host_n;
		n -= host_n;
	}
	if (n == 0 || n >= sizeof(v->target))
		return false;
	memcpy(v->target, target, n);
	v->target[n] = '\0';
	return true;
}

static bool
go(struct visitor *v, const char *target, const struct form *form)
{
	const char *location;
	size_t n;

	if (!set_target(v, target, strlen(target)))
		return false;
	for (int i = 0; i < REDIRECTS_MAX; i++) {
		if (!exchange(v, form))
			return false;
		if (v->http.status < 301 || v->http.status > 303)
			return true;
		form = NULL;
		location = http_header(&v->http, "location", NULL, &n);
		if (location == NULL || !set_target(v, location, n))
			return false;
	}
	return false;
}

bool
visitor_get(struct visitor *v, const char *target)
{
	return go(v, target, NULL);
}

bool
visitor_submit(struct visitor *v, const char *end, const struct form_value *values)
{
	struct form form;

	if (!form_fill(&form, v->html, end, values)) {
		v->http.status = 0;
		return false;
	}
	return go(v, form.action, &form);
}

/* Finds the next link from `at` on that begins with `head`; its URL ends at a quotation mark. */
static const char *
next_link(const char *at, const char *head)
{
	while ((at = strstr(at, "href=\"")) != NULL) {
		at += 6;
		if (strncmp(at, head, strlen(head)) == 0)
			return at;
	}
	return NULL;
}

bool
visitor_link(struct visitor *v, const char *head, char *out, size_t out_b)
{
	const char *at = v->html;
	size_t n = 0, chosen;

	while ((at = next_link(at, head)) != NULL)
		n++;
	if (n == 0)
		return false;
	chosen = draw_below(&v->draw, n);
	at = next_link(v->html, head);
	for (size_t i = 0; i < chosen; i++)
		at = next_link(at, head);
	n = strcspn(at, "\"#");
	return n < out_b && snprintf(out, out_b, "%.*s", (int)n, at) > 0;
}
