#include "plat/host/fcgi_ask.h"

#include <errno.h>

#include "base/buf.h"
#include "base/num.h"
#include "plat/host/ask.h"

#define ANSWER_MAX_B ((size_t)4 << 20)
#define HEAD_B 8

/* Protocol constants. libfcgi has its own names for them but no client. */
enum { VERSION = 1, BEGIN = 1, END = 3, PARAMS = 4, IN = 5, OUT = 6, RESPONDER = 1, REQUEST = 1 };

static void
put_record(struct buf *b, int type, struct str content)
{
	const char head[HEAD_B] = {
	    VERSION, (char)type, 0, REQUEST, (char)(content.n >> 8 & 0xff), (char)(content.n & 0xff), 0, 0};

	buf_put(b, str_n(head, sizeof(head)));
	buf_put(b, content);
}

static void
put_param(struct buf *b, const char *name, struct str value)
{
	struct str n = str_z(name);
	const unsigned char long_n[] = {(unsigned char)(0x80 | (value.n >> 24 & 0x7f)),
	    (unsigned char)(value.n >> 16 & 0xff), (unsigned char)(value.n >> 8 & 0xff),
	    (unsigned char)(value.n & 0xff)};

	buf_ch(b, (char)n.n);
	if (value.n < 0x80)
		buf_ch(b, (char)value.n);
	else
		buf_put(b, str_n(long_n, sizeof(long_n)));
	buf_put(b, n);
	buf_put(b, value);
}

static struct str
request(struct arena *a, const struct fcgi_ask *k)
{
	static const char begin[HEAD_B] = {0, RESPONDER, 0, 0, 0, 0, 0, 0};
	struct buf params, b;

	buf_init(&params, a, UINT16_MAX);
	put_param(&params, "REQUEST_METHOD", STR("GET"));
	put_param(&params, "REQUEST_URI", k->uri);
	put_param(&params, "QUERY_STRING", STR(""));
	put_param(&params, "SERVER_PROTOCOL", STR("HTTP/1.1"));
	put_param(&params, "HTTP_HOST", k->host);
	put_param(&params, "REMOTE_ADDR", STR("127.0.0.1"));
	put_param(&params, "HTTP_USER_AGENT", STR("kontor doctor"));
	buf_init(&b, a, ANSWER_MAX_B);
	put_record(&b, BEGIN, str_n(begin, sizeof(begin)));
	put_record(&b, PARAMS, buf_str(&params));
	put_record(&b, PARAMS, STR(""));
	put_record(&b, IN, STR(""));
	return buf_str(&b);
}

static bool
no_answer(struct err *e, const char *why)
{
	err_set(e, ERR_UPSTREAM, "%s", why);
	e->code = EPROTO;
	return false;
}

bool
fcgi_ask_parse(struct arena *a, struct str records, struct str *answer, struct err *e)
{
	struct buf out;
	bool ended = false;

	buf_init(&out, a, ANSWER_MAX_B);
	while (!ended && records.n >= HEAD_B) {
		const unsigned char *h = (const unsigned char *)records.p;
		size_t n = (size_t)(h[4] << 8 | h[5]), padding = h[6];

		if (h[0] != VERSION || records.n < HEAD_B + n + padding)
			return no_answer(e, "the answer is not FastCGI");
		if (h[1] == OUT)
			buf_put(&out, str_n(records.p + HEAD_B, n));
		ended = h[1] == END;
		records = str_from(records, HEAD_B + n + padding);
	}
	if (!ended || out.n == 0)
		return no_answer(
		    e, ended ? "the answer is empty" : "the connection was closed before the answer was complete");
	*answer = buf_str(&out);
	return buf_check(&out, e);
}

bool
fcgi_ask(struct arena *a, const struct fcgi_ask *k, struct str *answer, struct err *e)
{
	struct ask s;
	struct buf b;
	bool ok;

	buf_init(&b, a, ANSWER_MAX_B);
	if (!ask_open(&s, str_z(k->socket), k->deadline_ns, e))
		return false;
	ok = ask_send(&s, request(a, k), e) && ask_read(&s, &b, STR(""), e);
	ask_close(&s);
	return ok && fcgi_ask_parse(a, b.n == 0 ? STR("") : buf_str(&b), answer, e);
}

struct str
fcgi_answer_header(struct str answer, struct str name)
{
	struct str line, key;

	while (str_cut(&answer, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0)
			break;
		if (str_cut(&line, ':', &key) && str_eq_case(key, name))
			return str_trim(line);
	}
	return STR_NONE;
}

int
fcgi_answer_status(struct str answer)
{
	struct str text = fcgi_answer_header(answer, STR("Status"));
	uint64_t n;

	return text.n >= 3 && num_u64(str_head(text, 3), 100, 999, &n) ? (int)n : 200;
}
