#include "plat/host/fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define REDIRECTS_MAX 5L
#define CONNECT_MS 10000L
#define SLOW_B_PER_S 1024L
#define SLOW_S 15L

struct fetch {
	struct fetch_setup setup;
	CURL *c;
	struct buf body;
	bool forbidden, wrong_type; /* reasons why a download was cut off */
	char error[CURL_ERROR_SIZE];
};

static curl_socket_t
fetch_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct fetch *f = arg;

	(void)purpose;
	return public_socket(f->setup.allowed, to, &f->forbidden);
}

static bool
is_picture_type(const char *type)
{
	static const char *const types[] = {"image/", "application/octet-stream", "binary/octet-stream"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (type == NULL || str_eq_case(str_head(str_z(type), strlen(types[i])), str_z(types[i])))
			return true;
	return false;
}

static size_t
fetch_take(char *p, size_t one, size_t n, void *arg)
{
	struct fetch *f = arg;
	char *type = NULL;

	curl_easy_getinfo(f->c, CURLINFO_CONTENT_TYPE, &type);
	f->wrong_type = !is_picture_type(type);
	if (f->wrong_type)
		return 0;
	buf_put(&f->body, str_n(p, one * n));
	return f->body.over ? 0 : one * n;
}

static void
fetch_close(void *arg)
{
	struct fetch *f = arg;

	curl_easy_cleanup(f->c);
	curl_global_cleanup();
}

bool
fetch_open(struct arena *a, const struct fetch_setup *setup, struct fetch **out, struct err *e)
{
	struct fetch *f = ARENA_NEW(a, struct fetch);
	const char *ca = getenv("SSL_CERT_FILE");

	f->setup = *setup;
	if (f->setup.allowed == NULL)
		f->setup.allowed = public_web;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (f->c = curl_easy_init()) == NULL)
		return err_set(e, ERR_BUG, "libcurl does not initialise");
	curl_easy_setopt(f->c, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(f->c, CURLOPT_WRITEFUNCTION, fetch_take);
	curl_easy_setopt(f->c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(f->c, CURLOPT_OPENSOCKETFUNCTION, fetch_socket);
	curl_easy_setopt(f->c, CURLOPT_OPENSOCKETDATA, f);
	curl_easy_setopt(f->c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(f->c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(f->c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(f->c, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	curl_easy_setopt(f->c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(f->c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(f->c, CURLOPT_PROXY, "");
	curl_easy_setopt(f->c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)setup->max_b);
	curl_easy_setopt(f->c, CURLOPT_TIMEOUT_MS, (long)setup->limit_ms);
	curl_easy_setopt(f->c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(f->c, CURLOPT_LOW_SPEED_LIMIT, SLOW_B_PER_S);
	curl_easy_setopt(f->c, CURLOPT_LOW_SPEED_TIME, SLOW_S);
	curl_easy_setopt(f->c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(f->c, CURLOPT_USERAGENT, "kontor import");
	if (ca != NULL && *ca != '\0')
		curl_easy_setopt(f->c, CURLOPT_CAINFO, ca);
	arena_defer(a, fetch_close, f);
	*out = f;
	return true;
}

static enum fetch_result
fetch_judge(struct fetch *f, struct arena *a, CURLcode rc, const char **why)
{
	long status = 0;

	curl_easy_getinfo(f->c, CURLINFO_RESPONSE_CODE, &status);
	if (f->forbidden) {
		*why = "not a public address of the web";
		return FETCH_REFUSED;
	}
	if (f->wrong_type && status < 400) {
		*why = "the server sends no picture";
		return FETCH_REFUSED;
	}
	if (rc == CURLE_FILESIZE_EXCEEDED || f->body.over) {
		*why = "larger than 32 MiB";
		return FETCH_REFUSED;
	}
	if (status >= 400 || (rc == CURLE_OK && status != 200)) {
		*why = str_fmt(a, "the server answers %ld", status).p;
		return status >= 500 || status == 429 ? FETCH_FAILED : FETCH_REFUSED;
	}
	if (rc == CURLE_OK)
		return FETCH_DONE;
	*why = str_fmt(a, "%s", f->error[0] != '\0' ? f->error : curl_easy_strerror(rc)).p;
	return rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT || rc == CURLE_TOO_MANY_REDIRECTS
	               || rc == CURLE_LOGIN_DENIED
	           ? FETCH_REFUSED
	           : FETCH_FAILED;
}

enum fetch_result
fetch_get(struct fetch *f, struct arena *a, struct str url, struct str *bytes, const char **why)
{
	enum fetch_result result;

	if (str_starts(url, STR("//")))
		url = str_fmt(a, "https:%.*s", STR_ARG(url));
	f->forbidden = f->wrong_type = false;
	f->error[0] = '\0';
	*why = "not an address";
	*bytes = STR_NONE;
	buf_init(&f->body, a, f->setup.max_b);
	if (curl_easy_setopt(f->c, CURLOPT_URL, str_zdup(a, url)) != CURLE_OK)
		return FETCH_REFUSED;
	result = fetch_judge(f, a, curl_easy_perform(f->c), why);
	*bytes = f->body.n == 0 ? STR("") : buf_str(&f->body);
	return result;
}
