#include "plat/host/http_exchange.h"

struct http_pool {
	CURLM *m;
};

struct pooled {
	struct http_exchange x;
	void *tag;
};

static void
pool_close(void *arg)
{
	struct http_pool *p = arg;

	curl_multi_cleanup(p->m);
	curl_global_cleanup();
}

bool
http_pool_open(struct arena *a, struct http_pool **out, struct err *e)
{
	struct http_pool *p = ARENA_NEW(a, struct http_pool);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (p->m = curl_multi_init()) == NULL)
		return err_set(e, ERR_BUG, "libcurl does not initialise");
	arena_defer(a, pool_close, p);
	*out = p;
	return true;
}

bool
http_pool_post(struct http_pool *p, struct arena *a, const struct http_request *rq, const struct http_body *body,
    void *tag, struct err *e)
{
	struct pooled *one = ARENA_NEW(a, struct pooled);

	if (!http_begin(a, rq, body, &one->x, e))
		return false;
	one->tag = tag;
	curl_easy_setopt(one->x.c, CURLOPT_PRIVATE, one);
	/* Otherwise the end of a request waits for a name server that does not answer. */
	curl_easy_setopt(one->x.c, CURLOPT_QUICK_EXIT, 1L);
	return curl_multi_add_handle(p->m, one->x.c) == CURLM_OK
	       || err_set(e, ERR_BUG, "libcurl does not take another request");
}

static struct pooled *
pool_ended(struct http_pool *p, CURLcode *rc)
{
	struct pooled *one = NULL;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(p->m, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		*rc = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&one);
		return one;
	}
	return NULL;
}

void *
http_pool_next(struct http_pool *p, uint32_t wait_ms, struct http_answer *answer)
{
	struct pooled *one;
	CURLcode rc = CURLE_OK;
	int running;

	curl_multi_perform(p->m, &running);
	one = pool_ended(p, &rc);
	if (one == NULL && wait_ms > 0) {
		curl_multi_poll(p->m, NULL, 0, (int)wait_ms, NULL);
		curl_multi_perform(p->m, &running);
		one = pool_ended(p, &rc);
	}
	if (one == NULL)
		return NULL;
	curl_multi_remove_handle(p->m, one->x.c);
	http_end(&one->x, rc, answer);
	return one->tag;
}
