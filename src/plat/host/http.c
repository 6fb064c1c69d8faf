#include "plat/host/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plat/host/http_exchange.h"

#define BODY_MAX_B ((size_t)4 << 20)
#define HEAD_MAX_B ((size_t)64 << 10)

static size_t
take_body(char *p, size_t one, size_t n, void *arg)
{
	struct buf *body = arg;

	buf_put(body, str_n(p, one * n));
	return body->over ? 0 : one * n;
}

/* A further status line (after an interim answer) restarts the head. */
static size_t
take_head(char *p, size_t one, size_t n, void *arg)
{
	struct buf *head = arg;

	if (str_starts(str_n(p, one * n), STR("HTTP/")))
		head->n = 0;
	buf_put(head, str_n(p, one * n));
	return n;
}

static curl_socket_t
http_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_exchange *x = arg;

	(void)purpose;
	return public_socket(x->allowed, to, &x->forbidden);
}

static void
set_up(CURL *c, const struct http_request *rq, struct http_exchange *g)
{
	const char *ca = getenv("SSL_CERT_FILE");

	curl_easy_setopt(c, CURLOPT_URL, rq->url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, g->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &g->body);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &g->head);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)rq->limit_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(rq->limit_ms / 2));
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, rq->tls_only ? "https" : "http,https");
	curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, rq->agent == NULL ? "kontor" : rq->agent);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, rq->unverified ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, rq->unverified ? 0L : 2L);
	if (ca != NULL && *ca != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	if (rq->allowed != NULL) {
		g->allowed = rq->allowed;
		curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, http_socket);
		curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, g);
	}
	if (g->at != NULL)
		curl_easy_setopt(c, CURLOPT_CONNECT_TO, g->at);
}

static void
set_up_post(CURL *c, const struct http_body *body, struct http_exchange *g)
{
	g->headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < body->n_headers; i++)
		g->headers = curl_slist_append(g->headers, str_zdup(g->a, body->headers[i]));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, g->headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->text.n);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->text.n == 0 ? "" : body->text.p);
}

static enum http_result
result_of(CURLcode rc)
{
	switch (rc) {
	case CURLE_OK: return HTTP_ANSWERED;
	case CURLE_COULDNT_RESOLVE_HOST: return HTTP_NO_ADDRESS;
	case CURLE_COULDNT_CONNECT: return HTTP_NO_CONNECT;
	case CURLE_PEER_FAILED_VERIFICATION: return HTTP_BAD_CERT;
	case CURLE_SSL_CONNECT_ERROR: return HTTP_NO_TLS;
	default: return HTTP_NO_ANSWER;
	}
}

/* The first certificate of the chain is the server's own. */
static void
read_cert(struct arena *a, CURL *c, struct http_answer *x)
{
	struct curl_certinfo *info = NULL;

	x->cert_names = x->cert_issuer = "";
	if (curl_easy_getinfo(c, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL || info->num_of_certs < 1)
		return;
	for (const struct curl_slist *i = info->certinfo[0]; i != NULL; i = i->next) {
		struct str value = str_z(i->data), key;

		if (!str_cut(&value, ':', &key))
			continue;
		if (str_eq_z(key, "Expire date"))
			x->cert_until_s = (int64_t)curl_getdate(str_zdup(a, value), NULL);
		else if (str_eq_z(key, "Issuer"))
			x->cert_issuer = str_zdup(a, value);
		else if (str_eq_z(key, "X509v3 Subject Alternative Name"))
			x->cert_names = str_zdup(a, value);
		else if (str_eq_z(key, "Subject") && *x->cert_names == '\0')
			x->cert_names = str_zdup(a, value);
	}
}

static void
read_answer(struct http_exchange *g, CURLcode rc, struct http_answer *x)
{
	const char *ip = NULL;
	curl_off_t connected_us = 0, retry_s = 0;
	long status = 0;

	*x = (struct http_answer){.result = result_of(rc), .why = ""};
	if (rc == CURLE_OPERATION_TIMEDOUT
	    && curl_easy_getinfo(g->c, CURLINFO_CONNECT_TIME_T, &connected_us) == CURLE_OK && connected_us == 0)
		x->result = HTTP_NO_CONNECT;
	if (rc == CURLE_WRITE_ERROR && g->body.over)
		x->result = HTTP_ANSWERED;
	else if (rc != CURLE_OK)
		x->why = str_zdup(g->a, str_z(g->error[0] != '\0' ? g->error : curl_easy_strerror(rc)));
	if (x->result == HTTP_NO_CONNECT && g->forbidden) {
		x->result = HTTP_FORBIDDEN;
		x->why = "the address is not a public one";
	}
	curl_easy_getinfo(g->c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(g->c, CURLINFO_RETRY_AFTER, &retry_s);
	curl_easy_getinfo(g->c, CURLINFO_PRIMARY_IP, &ip);
	x->status = (int)status;
	x->retry_s = (int64_t)retry_s;
	x->ip = str_zdup(g->a, str_z(ip == NULL ? "" : ip));
	x->head = g->head.n == 0 ? STR("") : buf_str(&g->head);
	x->body = g->body.n == 0 ? STR("") : buf_str(&g->body);
	read_cert(g->a, g->c, x);
}

bool
http_begin(struct arena *a, const struct http_request *rq, const struct http_body *body, struct http_exchange *g,
    struct err *e)
{
	*g = (struct http_exchange){.a = a};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (g->c = curl_easy_init()) == NULL)
		return err_set(e, ERR_BUG, "libcurl does not initialise");
	if (rq->at != NULL)
		g->at =
		    curl_slist_append(NULL, str_fmt(a, strchr(rq->at, ':') != NULL ? "::[%s]:" : "::%s:", rq->at).p);
	buf_init(&g->head, a, HEAD_MAX_B);
	buf_init(&g->body, a, rq->max_b == 0 ? BODY_MAX_B : rq->max_b);
	set_up(g->c, rq, g);
	if (body != NULL)
		set_up_post(g->c, body, g);
	return true;
}

void
http_end(struct http_exchange *g, CURLcode rc, struct http_answer *x)
{
	read_answer(g, rc, x);
	curl_easy_cleanup(g->c);
	curl_slist_free_all(g->at);
	curl_slist_free_all(g->headers);
	curl_global_cleanup();
}

static bool
http_run(
    struct arena *a, const struct http_request *rq, const struct http_body *body, struct http_answer *x, struct err *e)
{
	struct http_exchange g;

	if (!http_begin(a, rq, body, &g, e))
		return false;
	http_end(&g, curl_easy_perform(g.c), x);
	return true;
}

bool
http_get(struct arena *a, const struct http_request *rq, struct http_answer *x, struct err *e)
{
	return http_run(a, rq, NULL, x, e);
}

bool
http_post(
    struct arena *a, const struct http_request *rq, const struct http_body *body, struct http_answer *x, struct err *e)
{
	return http_run(a, rq, body, x, e);
}

struct str
http_header(const struct http_answer *x, struct str name)
{
	struct str head = x->head, line, key;

	while (str_cut(&head, '\n', &line)) {
		line = str_trim(line);
		if (str_cut(&line, ':', &key) && str_eq_case(key, name))
			return str_trim(line);
	}
	return STR_NONE;
}
