#include "plat/fcgi/fcgi_head.h"

#include <fastcgi.h>
#include <string.h>

struct reader {
	const unsigned char *p, *end;
};

struct record {
	int type, request_id;
	struct reader content;
};

static bool
get_record(struct reader *r, struct record *out)
{
	size_t content_b, padding_b;
	const unsigned char *h = r->p;

	if ((size_t)(r->end - r->p) < FCGI_HEADER_LEN || h[0] != FCGI_VERSION_1)
		return false;
	content_b = (size_t)h[4] << 8 | h[5];
	padding_b = h[6];
	if ((size_t)(r->end - r->p) - FCGI_HEADER_LEN < content_b + padding_b)
		return false;
	out->type = h[1];
	out->request_id = h[2] << 8 | h[3];
	out->content = (struct reader){h + FCGI_HEADER_LEN, h + FCGI_HEADER_LEN + content_b};
	r->p = out->content.end + padding_b;
	return true;
}

/* Reads a record of this type, request id and length. */
static bool
get_expected(struct reader *r, int type, int request_id, size_t content_b, struct record *out)
{
	return get_record(r, out) && out->type == type && out->request_id == request_id
	    && (size_t)(out->content.end - out->content.p) == content_b;
}

static bool
get_length(struct reader *r, size_t *n)
{
	if (r->p == r->end)
		return false;
	if (r->p[0] < 0x80) {
		*n = *r->p++;
		return true;
	}
	if (r->end - r->p < 4)
		return false;
	*n = (size_t)(r->p[0] & 0x7f) << 24 | (size_t)r->p[1] << 16 | (size_t)r->p[2] << 8 | r->p[3];
	r->p += 4;
	return true;
}

static bool
get_params(struct reader r, struct fcgi_head *h)
{
	h->n = 0;
	while (r.p < r.end) {
		size_t name_b, value_b;

		if (h->n == FCGI_HEAD_PARAMS || !get_length(&r, &name_b) || !get_length(&r, &value_b)
		    || name_b > (size_t)(r.end - r.p) || value_b > (size_t)(r.end - r.p) - name_b
		    || memchr(r.p, '\0', name_b + value_b) != NULL || memchr(r.p, '=', name_b) != NULL)
			return false;
		h->param[h->n].name = str_n(r.p, name_b);
		h->param[h->n++].value = str_n(r.p + name_b, value_b);
		r.p += name_b + value_b;
	}
	return true;
}

static bool
has_no_body(const struct fcgi_head *h)
{
	struct str length = fcgi_head_param(h, "CONTENT_LENGTH"), method = fcgi_head_param(h, "REQUEST_METHOD");

	return (length.n == 0 || str_eq_z(length, "0")) && (str_eq_z(method, "GET") || str_eq_z(method, "HEAD"));
}

bool
fcgi_head_parse(char *p, size_t n, struct fcgi_head *h)
{
	struct reader r = {(const unsigned char *)p, (const unsigned char *)p + n};
	struct record begin, params, end;

	/* Requires a first record without padding, because libfcgi misparses the record after a padded one. */
	if (!get_record(&r, &begin) || begin.type != FCGI_BEGIN_REQUEST || r.p != begin.content.end
	    || begin.content.end - begin.content.p != sizeof(FCGI_BeginRequestBody)
	    || (begin.content.p[0] << 8 | begin.content.p[1]) != FCGI_RESPONDER)
		return false;
	h->request_id = begin.request_id;
	if (!get_record(&r, &params) || params.type != FCGI_PARAMS || params.request_id != h->request_id
	    || !get_expected(&r, FCGI_PARAMS, h->request_id, 0, &end)
	    || !get_expected(&r, FCGI_STDIN, h->request_id, 0, &end) || r.p != r.end
	    || !get_params(params.content, h) || !has_no_body(h))
		return false;
	/* The byte after a value is already parsed (a length or a record header), so it may be overwritten. */
	for (size_t i = 0; i < h->n; i++)
		p[h->param[i].value.p + h->param[i].value.n - p] = '\0';
	return true;
}

struct str
fcgi_head_param(const struct fcgi_head *h, const char *name)
{
	struct str wanted = str_z(name);

	for (size_t i = 0; i < h->n; i++)
		if (h->param[i].name.n == wanted.n && memcmp(h->param[i].name.p, wanted.p, wanted.n) == 0)
			return h->param[i].value;
	return STR_NONE;
}
