#include "plat/host/fetch.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

struct range {
	uint32_t net;
	int bits;
};

/* Special-purpose addresses (IANA), multicast, and what is reserved. */
static bool
is_public_4(uint32_t ip)
{
	static const struct range special[] = {{0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10}, {0x7f000000, 8},
	    {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
	    {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3}};

	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if ((ip ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t
u32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Global unicast only, without ranges that contain or translate to addresses of IPv4, and those for documentation. */
static bool
is_public_6(const uint8_t *p)
{
	uint32_t front = u32_at(p);

	return p[0] >> 5 == 1 && front >> 16 != 0x2002 && front != 0x20010000 && front != 0x20010db8
	       && front >> 20 != 0x3ff && front >> 8 != 0x200100;
}

bool
fetch_is_public(const struct sockaddr *sa)
{
	static const uint16_t ports[] = {80, 443, 8080, 8443};
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;
	uint16_t port = ntohs(sa->sa_family == AF_INET ? in->sin_port : in6->sin6_port);
	bool web = false;

	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		web = web || port == ports[i];
	if (sa->sa_family == AF_INET)
		return web && is_public_4(ntohl(in->sin_addr.s_addr));
	return web && sa->sa_family == AF_INET6 && is_public_6(in6->sin6_addr.s6_addr);
}

static curl_socket_t
fetch_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct fetch *f = arg;

	if (purpose != CURLSOCKTYPE_IPCXN || !f->setup.allowed(&to->addr)) {
		f->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
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
		f->setup.allowed = fetch_is_public;
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
