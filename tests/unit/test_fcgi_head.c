#include "plat/fcgi/fcgi_head.h"

#include <string.h>

#include "base/buf.h"
#include "unit.h"

#define BODY_MAX_B 1000

static struct arena arena;
static char head_bytes[FCGI_HEAD_MAX_B + 1], body_bytes[BODY_MAX_B];
static struct fcgi_reader in;

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

static struct buf
records(void)
{
	struct buf b;

	if (arena.cap_b == 0)
		arena_init(&arena, 1 << 22);
	buf_init(&b, &arena, 1 << 17);
	return b;
}

/* A request with these variables and body, followed by the records that end it. */
static struct buf
request(struct buf *params, struct str body, int padding)
{
	struct buf b = records();

	record(&b, 1, STR("\0\1\0\0\0\0\0\0"), padding);
	record(&b, 4, buf_str(params), padding);
	record(&b, 4, STR(""), padding);
	if (body.n > 0)
		record(&b, 5, body, padding);
	record(&b, 5, STR(""), padding);
	return b;
}

/* Reads it in pieces of `step` bytes. */
static enum fcgi_part
put(struct buf rq, size_t step)
{
	enum fcgi_part part = FCGI_PART_NONE;

	fcgi_reader_init(&in, head_bytes, body_bytes, BODY_MAX_B);
	for (size_t at = 0; at < rq.n; at += step)
		part = fcgi_reader_put(&in, rq.p + at, step < rq.n - at ? step : rq.n - at);
	return part;
}

static struct str
value(const char *name)
{
	return fcgi_head_param(&in.head, name);
}

static struct buf
params_of(const char *method)
{
	struct buf b;

	arena_fini(&arena);
	arena_init(&arena, 1 << 22);
	buf_init(&b, &arena, 1 << 17);
	param(&b, "REQUEST_METHOD", str_z(method));
	return b;
}

START_TEST(a_request_is_the_same_however_it_is_cut)
{
	char path[300];

	memset(path, 'x', sizeof(path));
	for (int padding = 0; padding < 9; padding += 4)
		for (size_t step = 1; step < 700; step += step < 40 ? 1 : 97) {
			struct buf params = params_of("POST"), rq;

			param(&params, "REQUEST_URI", str_n(path, sizeof(path)));
			param(&params, "EMPTY", STR(""));
			param(&params, "REQUEST_METHOD", STR("GET"));
			param(&params, "CONTENT_LENGTH", STR("4"));
			rq = request(&params, STR("a=bc"), padding);
			ck_assert_int_eq(put(rq, step), FCGI_PART_WHOLE);
			ck_assert_int_eq(in.request_id, 258);
			ck_assert(str_eq(str_n(in.body_p, in.body_b), STR("a=bc")));
			ck_assert(in.head.plain);
			fcgi_reader_end_values(&in);
			ck_str(value("REQUEST_METHOD"), "POST");
			ck_assert(str_eq(value("REQUEST_URI"), str_n(path, sizeof(path))));
			ck_assert_uint_eq(strlen(value("REQUEST_URI").p), sizeof(path));
			ck_assert(value("EMPTY").n == 0 && value("EMPTY").p != NULL);
			ck_assert_ptr_null(value("REQUEST").p);
		}
}
END_TEST

START_TEST(variables_and_body_in_several_records_are_joined)
{
	struct buf params = params_of("POST"), rq = records();
	struct str all;

	param(&params, "HTTP_COOKIE", STR("session"));
	all = buf_str(&params);
	record(&rq, 1, STR("\0\1\0\0\0\0\0\0"), 0);
	for (size_t i = 0; i < all.n; i++)
		record(&rq, 4, str_head(str_from(all, i), 1), 3);
	record(&rq, 4, STR(""), 0);
	for (size_t i = 0; i < 500; i++)
		record(&rq, 5, STR("xy"), 7);
	record(&rq, 5, STR(""), 0);
	ck_assert_int_eq(put(rq, 13), FCGI_PART_WHOLE);
	ck_str(value("HTTP_COOKIE"), "session");
	ck_assert_uint_eq(in.body_b, 1000);
}
END_TEST

START_TEST(a_request_is_whole_with_its_last_byte_only)
{
	struct buf params = params_of("GET"), rq = request(&params, STR_NONE, 2);

	for (size_t n = rq.n - 1; n > 0; n--) {
		struct buf cut = rq;

		cut.n = n;
		ck_assert_int_eq(put(cut, 64), n < 18 ? FCGI_PART_NONE
						      : n < 18 + 10 + params.n + 10 ? FCGI_PART_HEAD : FCGI_PART_BODY);
	}
	buf_z(&rq, "and what follows");
	ck_assert_int_eq(put(rq, rq.n), FCGI_PART_WHOLE);
}
END_TEST

START_TEST(a_large_body_is_refused_unread)
{
	struct buf params = params_of("POST"), rq;
	char body[BODY_MAX_B + 1] = "";

	param(&params, "CONTENT_LENGTH", STR("1001"));
	rq = request(&params, STR_NONE, 0);
	rq.n -= 8; /* not a byte of the body has arrived */
	ck_assert_int_eq(put(rq, rq.n), FCGI_PART_TOO_LARGE);
	params = params_of("POST"); /* without its length */
	ck_assert_int_eq(put(request(&params, str_n(body, BODY_MAX_B), 0), 8192), FCGI_PART_WHOLE);
	params = params_of("POST");
	ck_assert_int_eq(put(request(&params, str_n(body, sizeof(body)), 0), 8192), FCGI_PART_TOO_LARGE);
}
END_TEST

START_TEST(variables_beyond_their_limit_are_refused)
{
	struct buf params = params_of("GET");
	static char large[20000];

	memset(large, 'x', sizeof(large));
	param(&params, "HTTP_X", str_n(large, sizeof(large)));
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_WHOLE);
	param(&params, "HTTP_Y", str_n(large, sizeof(large)));
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_TOO_LARGE);
	ck_assert_uint_eq(in.head.n, 0);
}
END_TEST

static void
broken(struct str bytes)
{
	struct buf rq = records();

	buf_put(&rq, bytes);
	ck_assert_uint_eq(rq.n, bytes.n);
	ck_assert_int_eq(put(rq, 3), FCGI_PART_BROKEN);
}

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
#define PARAMS(length) "\1\4\0\1\0" length "\0\0"

START_TEST(lengths_that_do_not_fit_are_refused)
{
	broken(STR(BEGIN PARAMS("\10") "\xff\xff\xff\xff\xff\xff\xff\xff" PARAMS("\0")));
	broken(STR(BEGIN PARAMS("\10") "\xff\xff\xff\xfe\x80\0\0\2" PARAMS("\0"))); /* their sum overflows an int */
	broken(STR(BEGIN PARAMS("\11") "\x80\0\0\1\xff\xff\xff\xff" "a" PARAMS("\0")));
	broken(STR(BEGIN PARAMS("\4") "\2\1ab" PARAMS("\0")));
	broken(STR(BEGIN PARAMS("\1") "\1" PARAMS("\0")));
	broken(STR(BEGIN PARAMS("\2") "\0\x80" PARAMS("\0")));
}
END_TEST

START_TEST(other_records_than_a_web_server_sends_are_refused)
{
	broken(STR("\2\1\0\1\0\10\0\0"));
	broken(STR("GET / HTTP/1.1\r\n\r\n"));
	broken(STR("\1\1\0\1\0\7\0\0"));
	broken(STR("\1\1\0\0\0\10\0\0"));			/* request 0 */
	broken(STR("\1\1\0\1\0\10\0\0\0\3\0\0\0\0\0\0"));	/* a filter */
	broken(STR("\1\11\0\0\0\0\0\0"));			/* FCGI_GET_VALUES */
	broken(STR(BEGIN BEGIN));
	broken(STR(BEGIN "\1\5\0\1\0\0\0\0"));		/* a body before the variables */
	broken(STR(BEGIN "\1\4\0\2\0\0\0\0"));		/* of another request */
	broken(STR(BEGIN PARAMS("\0") "\1\2\0\1\0\0\0\0"));	/* FCGI_ABORT_REQUEST */
}
END_TEST

START_TEST(unusual_variables_are_left_to_libfcgi)
{
	struct buf params = params_of("GET");

	for (size_t i = 1; i < FCGI_HEAD_PARAMS; i++)
		param(&params, "HTTP_X", STR("1"));
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_WHOLE);
	ck_assert(in.head.plain);
	param(&params, "HTTP_X", STR("1"));
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_WHOLE);
	ck_assert(!in.head.plain);
	params = params_of("GET");
	param(&params, "HTTP_X", STR("a\0b"));
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_WHOLE);
	ck_assert(!in.head.plain);
	params = params_of("GET");
	param(&params, "HTTP_X=a", STR("b")); /* libfcgi reads this as HTTP_X */
	ck_assert_int_eq(put(request(&params, STR_NONE, 0), 8192), FCGI_PART_WHOLE);
	ck_assert(!in.head.plain);
	fcgi_reader_end_values(&in);
	ck_assert_uint_eq(in.head.n, 0);
}
END_TEST

UNIT_MAIN("fcgi_head", a_request_is_the_same_however_it_is_cut, variables_and_body_in_several_records_are_joined,
    a_request_is_whole_with_its_last_byte_only, a_large_body_is_refused_unread,
    variables_beyond_their_limit_are_refused, lengths_that_do_not_fit_are_refused,
    other_records_than_a_web_server_sends_are_refused, unusual_variables_are_left_to_libfcgi)
