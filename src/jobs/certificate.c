/* certificate.c - notes when the certificate of the shop's address expires. */
#include "jobs/job.h"
#include "plat/host/http.h"
#include "plat/stats/facts.h"
#include "view/url.h"

#define LOOK_MS 1000 /* the other jobs wait meanwhile */

/* An address that does not answer is not this job's business: what was known stays. */
bool
job_certificate(struct job_context *j, struct err *e)
{
	const char *dir = j->conf->paths_facts_dir.p;
	struct http_request rq = {.agent = "kontor doctor", .limit_ms = LOOK_MS, .unverified = true};
	struct http_answer x;
	struct urls urls;

	if (!urls_init(&urls, j->conf->site_url, e))
		return false;
	if (!urls.https)
		return true;
	rq.url = str_fmt(j->a, "%s/healthz", j->conf->site_url.p).p;
	if (!http_get(j->a, &rq, &x, e)) {
		if (e->kind != ERR_UPSTREAM)
			return false;
		err_clear(e);
		return true;
	}
	if (x.cert_until_s == 0 || fact_save(dir, FACT_CERTIFICATE, j->now_s, x.cert_until_s, e))
		return true;
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return true;
}
