#include "plat/fcgi/fcgi_head.h"

#include <string.h>

#include "base/buf.h"
#include "unit.h"

static struct arena arena;
static struct fcgi_head head;

static void
record(struct buf *b, int type, struct str content, int padding)
{
	const char h[] = {1, (char)type, 1, 2, (char)(content.n >> 8), (char)(content.n & 0xff), (char)padding, 0};

	buf_put(b, str_n(h, sizeof(h)));
	buf_put(b, content);
	while (padding-- > 0)
		buf_ch(b, '\0');
}

static void
param(struct buf *b, const char *name, struct str value)
{
	buf_ch(b, (char)strlen(name));
	if (value.n < 128) {
		buf_ch(b, (char)value.n);
	} else {
		const char n[] = {(char)0x80, 0, (char)(value.n >> 8), (char)(value.n & 0xff)};

		buf_put(b, str_n(n, sizeof(n)));
	}
	buf_z(b, name);
	buf_put(b, value);
}

/* A request with these variables, followed by the records that end it. */
static struct buf
request(struct buf *params, int padding)
{
	struct buf b;

	buf_init(&b, &arena, 1 << 16);
	record(&b, 1, STR("\0\1\0\0\0\0\0\0"), 0);
	record(&b, 4, buf_str(params), padding);
	record(&b, 4, STR(""), 0);
	record(&b, 5, STR(""), 0);
	return b;
}

static struct buf
get_params(void)
{
	struct buf b;

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	buf_init(&b, &arena, 1 << 16);
	param(&b, "REQUEST_METHOD", STR("GET"));
	param(&b, "CONTENT_LENGTH", STR("0"));
	return b;
}

START_TEST(a_whole_request_gives_its_variables)
{
	struct buf params = get_params(), rq;
	char path[300];

	memset(path, 'x', sizeof(path));
	param(&params, "REQUEST_URI", str_n(path, sizeof(path)));
	param(&params, "EMPTY", STR(""));
	param(&params, "REQUEST_METHOD", STR("POST"));
	rq = request(&params, 5);
	ck_assert(fcgi_head_parse(rq.p, rq.n, &head));
	ck_assert_int_eq(head.request_id, 258);
	ck_str(fcgi_head_param(&head, "REQUEST_METHOD"), "GET");
	ck_assert(str_eq(fcgi_head_param(&head, "REQUEST_URI"), str_n(path, sizeof(path))));
	ck_assert_uint_eq(strlen(fcgi_head_param(&head, "REQUEST_URI").p), sizeof(path));
	ck_assert(fcgi_head_param(&head, "EMPTY").n == 0 && fcgi_head_param(&head, "EMPTY").p != NULL);
	ck_assert_ptr_null(fcgi_head_param(&head, "REQUEST").p);
}
END_TEST

static void
refused(struct buf *rq)
{
	struct str before = str_dup(&arena, buf_str(rq));

	ck_assert(!fcgi_head_parse(rq->p, rq->n, &head));
	ck_assert(str_eq(buf_str(rq), before));
}

START_TEST(an_incomplete_request_is_left_to_libfcgi)
{
	struct buf params = get_params(), rq = request(&params, 0);

	for (size_t n = rq.n; n-- > 0;) {
		struct buf cut = rq;

		cut.n = n;
		refused(&cut);
	}
	buf_ch(&rq, '\1');
	refused(&rq);
}
END_TEST

START_TEST(a_request_with_a_body_or_a_nul_is_left_to_libfcgi)
{
	struct buf params, rq;

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	buf_init(&params, &arena, 1 << 16);
	param(&params, "REQUEST_METHOD", STR("POST"));
	rq = request(&params, 0);
	refused(&rq);
	params = get_params();
	param(&params, "HTTP_X", STR("a\0b"));
	rq = request(&params, 0);
	refused(&rq);
	params = get_params();
	param(&params, "HTTP_X=a", STR("b")); /* libfcgi reads this as HTTP_X */
	rq = request(&params, 0);
	refused(&rq);
	buf_init(&params, &arena, 1 << 16);
	param(&params, "REQUEST_METHOD", STR("GET"));
	param(&params, "CONTENT_LENGTH", STR("3"));
	rq = request(&params, 0);
	refused(&rq);
}
END_TEST

START_TEST(too_many_variables_are_left_to_libfcgi)
{
	struct buf params = get_params(), rq;

	for (size_t i = 2; i < FCGI_HEAD_PARAMS; i++)
		param(&params, "HTTP_X", STR("1"));
	rq = request(&params, 0);
	ck_assert(fcgi_head_parse(rq.p, rq.n, &head));
	param(&params, "HTTP_X", STR("1"));
	rq = request(&params, 0);
	refused(&rq);
}
END_TEST

UNIT_MAIN("fcgi_head", a_whole_request_gives_its_variables, an_incomplete_request_is_left_to_libfcgi,
    a_request_with_a_body_or_a_nul_is_left_to_libfcgi, too_many_variables_are_left_to_libfcgi)
