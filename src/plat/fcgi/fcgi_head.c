#include "plat/fcgi/fcgi_head.h"

#include <string.h>

#include "base/num.h"

struct bytes {
	const unsigned char *p, *end;
};

static bool
get_length(struct bytes *b, size_t *n)
{
	if (b->p == b->end)
		return false;
	if (b->p[0] < 0x80) {
		*n = *b->p++;
		return true;
	}
	if (b->end - b->p < 4)
		return false;
	*n = (size_t)(b->p[0] & 0x7f) << 24 | (size_t)b->p[1] << 16 | (size_t)b->p[2] << 8 | b->p[3];
	b->p += 4;
	return true;
}

static bool
get_params(struct bytes b, struct fcgi_head *h)
{
	h->n = 0;
	h->plain = true;
	while (b.p < b.end) {
		size_t name_b, value_b;

		if (!get_length(&b, &name_b) || !get_length(&b, &value_b) || name_b > (size_t)(b.end - b.p)
		    || value_b > (size_t)(b.end - b.p) - name_b)
			return false;
		h->plain = h->plain && h->n < FCGI_HEAD_PARAMS && memchr(b.p, '\0', name_b + value_b) == NULL
		           && memchr(b.p, '=', name_b) == NULL;
		if (h->n < FCGI_HEAD_PARAMS) {
			h->param[h->n].name = str_n(b.p, name_b);
			h->param[h->n++].value = str_n(b.p + name_b, value_b);
		}
		b.p += name_b + value_b;
	}
	return true;
}

struct str
fcgi_head_param(const struct fcgi_head *h, const char *name)
{
	size_t n = strlen(name);

	/* Many names have the same length; few of these end alike. */
	for (size_t i = 0; i < h->n; i++) {
		struct str found = h->param[i].name;

		if (found.n == n && found.p[n - 1] == name[n - 1] && memcmp(found.p, name, n) == 0)
			return h->param[i].value;
	}
	return STR_NONE;
}

void
fcgi_reader_init(struct fcgi_reader *r, char *head_p, char *body_p, size_t body_max_b)
{
	r->part = FCGI_PART_NONE;
	r->request_id = 0;
	r->head_p = head_p;
	r->body_p = body_p;
	r->body_max_b = body_max_b;
	r->head_b = r->body_b = r->header_n = 0;
	r->head.n = 0;
	r->head.plain = false;
}

static enum fcgi_part
end_head(struct fcgi_reader *r)
{
	const unsigned char *p = (const unsigned char *)r->head_p;
	uint64_t length;

	if (!get_params((struct bytes){p, p + r->head_b}, &r->head)) {
		r->head.n = 0;
		return FCGI_PART_BROKEN;
	}
	if (num_u64(fcgi_head_param(&r->head, "CONTENT_LENGTH"), 0, UINT64_MAX, &length) && length > r->body_max_b)
		return FCGI_PART_TOO_LARGE;
	return FCGI_PART_BODY;
}

/* A record's header has arrived: true if such a record may come now. */
static bool
begin_record(struct fcgi_reader *r)
{
	static const int wanted[] = {
	    [FCGI_PART_NONE] = FCGI_BEGIN_REQUEST, [FCGI_PART_HEAD] = FCGI_PARAMS, [FCGI_PART_BODY] = FCGI_STDIN};
	const unsigned char *h = r->header;
	int request_id = h[2] << 8 | h[3];

	r->content_b = (size_t)h[4] << 8 | h[5];
	r->padding_b = h[6];
	r->content_n = 0;
	if (h[0] != FCGI_VERSION_1 || h[1] != wanted[r->part])
		return false;
	if (r->part != FCGI_PART_NONE)
		return request_id == r->request_id;
	r->request_id = request_id;
	return request_id != 0 && r->content_b == sizeof(r->begin);
}

/* Stores content of the current record. */
static enum fcgi_part
put_content(struct fcgi_reader *r, const char *p, size_t n)
{
	if (r->part == FCGI_PART_NONE) {
		memcpy(r->begin + r->content_n, p, n);
	} else if (r->part == FCGI_PART_HEAD) {
		if (n > FCGI_HEAD_MAX_B - r->head_b)
			return FCGI_PART_TOO_LARGE;
		memcpy(r->head_p + r->head_b, p, n);
		r->head_b += n;
	} else {
		if (n > r->body_max_b - r->body_b)
			return FCGI_PART_TOO_LARGE;
		memcpy(r->body_p + r->body_b, p, n);
		r->body_b += n;
	}
	r->content_n += n;
	return r->part;
}

/* An empty record ends the variables, and another one the body. */
static enum fcgi_part
end_record(struct fcgi_reader *r)
{
	r->header_n = 0;
	if (r->part == FCGI_PART_NONE)
		return (r->begin[0] << 8 | r->begin[1]) == FCGI_RESPONDER ? FCGI_PART_HEAD : FCGI_PART_BROKEN;
	if (r->content_b > 0)
		return r->part;
	return r->part == FCGI_PART_HEAD ? end_head(r) : FCGI_PART_WHOLE;
}

/* Reads the next piece of at most n bytes: of a header, a content or padding. Returns its length. */
static size_t
put_piece(struct fcgi_reader *r, const char *p, size_t n)
{
	if (r->header_n < sizeof(r->header)) {
		r->header[r->header_n++] = (unsigned char)*p;
		if (r->header_n == sizeof(r->header) && !begin_record(r)) {
			r->part = FCGI_PART_BROKEN;
			return 1;
		}
		n = 1;
	} else if (r->content_n < r->content_b) {
		n = n < r->content_b - r->content_n ? n : r->content_b - r->content_n;
		r->part = put_content(r, p, n);
	} else {
		n = n < r->padding_b ? n : r->padding_b;
		r->padding_b -= n;
	}
	if (r->part < FCGI_PART_WHOLE && r->header_n == sizeof(r->header) && r->content_n == r->content_b
	    && r->padding_b == 0)
		r->part = end_record(r);
	return n;
}

enum fcgi_part
fcgi_reader_put(struct fcgi_reader *r, const void *p, size_t n)
{
	for (const char *at = p, *end = at + n; at < end && r->part < FCGI_PART_WHOLE;)
		at += put_piece(r, at, (size_t)(end - at));
	return r->part;
}

void
fcgi_reader_end_values(struct fcgi_reader *r)
{
	if (!r->head.plain)
		r->head.n = 0;
	for (size_t i = 0; i < r->head.n; i++)
		r->head_p[r->head.param[i].value.p + r->head.param[i].value.n - r->head_p] = '\0';
}
