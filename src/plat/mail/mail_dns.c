#include "plat/mail/mail_dns.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include "base/buf.h"

#define DNS_ANSWER_B 65535
#define RECORDS_MAX 64
#define DNS_TEXT_B 4096
#define TRIES 2
#define WAIT_S 2

/* A TXT record is a row of parts, each behind its length. */
static struct str
join_text(struct arena *a, struct str data)
{
	struct buf b;

	buf_init(&b, a, DNS_TEXT_B);
	while (data.n > 0) {
		size_t n = (unsigned char)data.p[0];

		buf_put(&b, str_head(str_from(data, 1), n));
		data = str_from(data, 1 + n);
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

/* A position in an answer. */
struct dns_reader {
	const unsigned char *begin, *p, *end;
};

static bool
read_16(struct dns_reader *r, unsigned *out)
{
	if (r->end - r->p < 2)
		return false;
	*out = (unsigned)r->p[0] << 8 | r->p[1];
	r->p += 2;
	return true;
}

static bool
skip(struct dns_reader *r, size_t n)
{
	if ((size_t)(r->end - r->p) < n)
		return false;
	r->p += n;
	return true;
}

static bool
skip_name(struct dns_reader *r)
{
	int n = dn_skipname(r->p, r->end);

	return n >= 0 && skip(r, (size_t)n);
}

/* A record: its name, type, class, time to live, size and data. */
static bool
read_record(struct arena *a, struct dns_reader *r, unsigned wanted, struct mail_dns *out)
{
	char name[NS_MAXDNAME];
	unsigned type, size;
	struct str data;

	if (!skip_name(r) || !read_16(r, &type) || !skip(r, 6) || !read_16(r, &size))
		return false;
	data = str_n(r->p, size);
	if (!skip(r, size))
		return false;
	if (type != wanted || out->n == RECORDS_MAX)
		return true;
	if (type == ns_t_txt) {
		out->v[out->n++] = join_text(a, data);
		return true;
	}
	if (data.n < 3 || dn_expand(r->begin, r->end, (const unsigned char *)data.p + 2, name, sizeof(name)) < 0)
		return false;
	out->v[out->n++] = str_dup(a, str_eq_z(str_z(name), ".") ? STR("") : str_z(name));
	return true;
}

bool
mail_dns_parse(struct arena *a, struct str answer, enum mail_dns_type type, struct mail_dns *out)
{
	struct dns_reader r = {.begin = (const unsigned char *)answer.p};
	unsigned flags, questions, answers;

	*out = (struct mail_dns){.v = ARENA_ARRAY(a, struct str, RECORDS_MAX)};
	r.p = r.begin;
	r.end = r.begin + answer.n;
	if (!skip(&r, 2) || !read_16(&r, &flags) || !read_16(&r, &questions) || !read_16(&r, &answers) || !skip(&r, 4))
		return false;
	while (questions-- > 0)
		if (!skip_name(&r) || !skip(&r, 4))
			return false;
	while (answers-- > 0)
		if (!read_record(a, &r, type == MAIL_DNS_MX ? ns_t_mx : ns_t_txt, out))
			return false;
	out->known = (flags & 15) == ns_r_noerror || (flags & 15) == ns_r_nxdomain;
	return true;
}

void
mail_dns_ask(struct arena *a, struct str name, enum mail_dns_type type, struct mail_dns *out)
{
	char *answer = arena_alloc(a, DNS_ANSWER_B);
	struct __res_state state = {0};
	int n;

	*out = (struct mail_dns){.known = false};
	if (res_ninit(&state) != 0)
		return;
	state.retrans = WAIT_S;
	state.retry = TRIES;
	n = res_nquery(&state, str_zdup(a, name), ns_c_in, type == MAIL_DNS_MX ? ns_t_mx : ns_t_txt,
	    (unsigned char *)answer, DNS_ANSWER_B);
	if (n < 0)
		out->known = state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA;
	else if (!mail_dns_parse(a, str_n(answer, (size_t)(n < DNS_ANSWER_B ? n : DNS_ANSWER_B)), type, out))
		out->known = false;
	res_nclose(&state);
}

static bool
has_text(const struct mail_dns *x, struct str head)
{
	for (size_t i = 0; i < x->n; i++)
		if (str_eq_case(str_head(x->v[i], head.n), head)
		    && (x->v[i].n == head.n || x->v[i].p[head.n] == ' ' || x->v[i].p[head.n] == ';'))
			return true;
	return false;
}

void
mail_dns_judge(struct mail_domain *d)
{
	d->has_spf = has_text(&d->spf, STR("v=spf1"));
	d->has_dmarc = has_text(&d->dmarc, STR("v=DMARC1"));
	d->null_mx = d->mx.n == 1 && d->mx.v[0].n == 0;
}
