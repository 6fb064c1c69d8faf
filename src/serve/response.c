#include "serve/response.h"

#define HEAD_MAX_B ((size_t)32 * 1024)
#define ETAG_MAX_B 64
#define BRIEF_S "60"

void
response_init(struct response *r, struct arena *a)
{
	*r = (struct response){.status = 200, .type = STR("text/html; charset=utf-8")};
	buf_init(&r->lines, a, HEAD_MAX_B);
}

static void
response_put_line(struct buf *b, const char *name, struct str value)
{
	buf_z(b, name);
	buf_put(b, value);
	buf_z(b, "\r\n");
}

static bool
value_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

void
response_header(struct response *r, const char *name, struct str value)
{
	if (!value_ok(value)) {
		r->bad = true;
		return;
	}
	buf_z(&r->lines, name);
	response_put_line(&r->lines, ": ", value);
}

void
response_redirect(struct response *r, int status, struct str url)
{
	r->status = status;
	r->body = STR_NONE;
	response_header(r, "Location", url);
}

void
response_cookie(struct response *r, struct arena *a, const struct response_origin *origin, struct str name,
    struct str value, int64_t max_age_s)
{
	struct buf b;

	buf_init(&b, a, HEAD_MAX_B);
	buf_fmt(&b, "%s%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax", origin->https ? "__Host-" : "", STR_ARG(name),
	    STR_ARG(value));
	if (origin->https)
		buf_z(&b, "; Secure");
	if (max_age_s != 0)
		buf_fmt(&b, "; Max-Age=%lld", (long long)(max_age_s < 0 ? 0 : max_age_s));
	response_header(r, "Set-Cookie", buf_str(&b));
}

struct str
response_etag(struct arena *a, struct str body)
{
	struct buf b;

	buf_init(&b, a, ETAG_MAX_B);
	buf_z(&b, "W/\"");
	buf_hex(&b, str_hash(body));
	buf_ch(&b, '-');
	buf_hex(&b, body.n);
	buf_ch(&b, '"');
	return buf_str(&b);
}

bool
response_matches(struct str if_none_match, struct str etag)
{
	struct str bare = str_from(etag, 2), tag;

	bare = str_head(bare, bare.n - 1); /* without the closing quotation mark */
	while (str_cut(&if_none_match, ',', &tag)) {
		tag = str_trim(tag);
		if (str_eq_z(tag, "*"))
			return true;
		if (str_starts(tag, STR("W/")))
			tag = str_from(tag, 2);
		if (!str_starts(tag, bare))
			continue;
		tag = str_from(tag, bare.n);
		if (str_eq_z(tag, "\"") || (str_starts(tag, STR("-")) && str_ends(tag, STR("\""))))
			return true;
	}
	return false;
}

static const struct {
	int status;
	const char *reason;
} reasons[] = {{200, "OK"}, {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"}, {304, "Not Modified"},
    {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
    {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {413, "Content Too Large"},
    {414, "URI Too Long"}, {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
    {504, "Gateway Timeout"}};

const char *
response_reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

/* Must equal the headers of the static error page in the web servers' configuration. */
static void
security_headers(struct buf *b, const struct response *r, const struct response_origin *origin)
{
	buf_z(b, "Content-Security-Policy: ");
	buf_z(b, r->own_style
		     ? "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
		       "form-action 'none'"
		     : "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; "
		       "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
		       "form-action 'self'");
	if (origin->form_to.n > 0 && !r->own_style) {
		buf_ch(b, ' ');
		buf_put(b, origin->form_to);
	}
	buf_z(b, "\r\nX-Content-Type-Options: nosniff\r\n"
		 "Cross-Origin-Opener-Policy: same-origin\r\n"
		 "Cross-Origin-Resource-Policy: same-origin\r\n"
		 "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n");
	buf_z(b, r->no_referrer ? "Referrer-Policy: no-referrer\r\n"
				: "Referrer-Policy: strict-origin-when-cross-origin\r\n");
	if (origin->https && origin->hsts_s > 0)
		buf_fmt(b, "Strict-Transport-Security: max-age=%lld\r\n", (long long)origin->hsts_s);
}

/* Returns true for a 304. */
static bool
cache_headers(struct buf *b, const struct response *r, struct arena *a, struct str if_none_match)
{
	struct str etag = r->etag;

	switch (r->cache) {
	case RESPONSE_PRIVATE:
		buf_z(b, "Cache-Control: private, no-store\r\nVary: Cookie\r\n");
		break;
	case RESPONSE_HISTORY:
		buf_z(b, "Cache-Control: private, no-cache\r\nVary: Cookie\r\n");
		break;
	case RESPONSE_BRIEF:
		buf_z(b, "Cache-Control: public, max-age=" BRIEF_S "\r\n");
		break;
	case RESPONSE_SHARED:
		buf_z(b, r->vary_accept ? "Cache-Control: no-cache\r\nVary: Cookie, Accept\r\n"
					: "Cache-Control: no-cache\r\nVary: Cookie\r\n");
		if (r->status != 200)
			break;
		if (etag.n == 0)
			etag = response_etag(a, r->body);
		response_put_line(b, "ETag: ", etag);
		return response_matches(if_none_match, etag);
	}
	return false;
}

bool
response_head(const struct response *r, struct arena *a, const struct response_origin *origin, const char *request_id,
    struct str if_none_match, struct str *head, bool *send_body, struct err *e)
{
	struct buf b, cache;
	int status = r->status;

	if (r->bad || r->lines.over || !value_ok(r->type))
		return err_set(e, ERR_BUG, "a header of the answer is malformed");
	buf_init(&b, a, HEAD_MAX_B);
	buf_init(&cache, a, HEAD_MAX_B);
	if (cache_headers(&cache, r, a, if_none_match))
		status = 304;
	*send_body = status != 304;
	buf_z(&b, "Status: ");
	buf_i64(&b, status);
	buf_ch(&b, ' ');
	response_put_line(&b, response_reason(status), STR_NONE);
	if (*send_body) {
		response_put_line(&b, "Content-Type: ", r->type);
		buf_z(&b, "Content-Length: ");
		buf_u64(&b, r->body.n);
		buf_z(&b, "\r\n");
	}
	response_put_line(&b, "X-Request-Id: ", str_z(request_id));
	buf_put(&b, buf_str(&cache));
	security_headers(&b, r, origin);
	buf_put(&b, buf_str(&r->lines));
	buf_z(&b, "\r\n");
	*head = buf_str(&b);
	return buf_check(&b, e);
}
