/* The certificate, and the way from http to https. */
#include "cmd/doctor/doctor_https.h"

#include <string.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "view/url.h"

#define LIMIT_MS 4000
#define DAY_S 86400
#define RENEW_DAYS 21

enum doctor_cert
doctor_cert(const char *why, int64_t until_s, int64_t now_s)
{
	if (strstr(why, "expired") != NULL || (until_s != 0 && until_s < now_s))
		return CERT_EXPIRED;
	return strstr(why, "subject name") != NULL || strstr(why, "ostname mismatch") != NULL ? CERT_HOST
	                                                                                      : CERT_UNTRUSTED;
}

/* The name without a port, and what mends the server's side. */
struct place {
	struct str host;
	const char *name, *reload;
};

static bool
is_local(const char *name)
{
	return strcmp(name, "localhost") == 0 || strncmp(name, "127.", 4) == 0;
}

/* The same address as look_page() takes: the site's own, else this machine's. */
static bool
get(struct doctor *d, const char *url, bool unverified, struct http_answer *x)
{
	struct http_request rq = {.url = url, .limit_ms = LIMIT_MS, .unverified = unverified};
	struct http_answer near;
	struct err e = {0};

	if (!http_get(d->a, &rq, x, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return false;
	}
	rq.at = "127.0.0.1";
	if ((x->result == HTTP_NO_ADDRESS || x->result == HTTP_NO_CONNECT) && http_get(d->a, &rq, &near, &e)
	    && near.result != HTTP_NO_CONNECT)
		*x = near;
	return true;
}

static void
judge_refused(struct doctor *d, const struct place *p, const char *url, const char *why)
{
	const char *const *words = WITH("HOST", p->name, "RELOAD", p->reload);
	struct http_answer x;

	if (!get(d, url, true, &x))
		return;
	switch (doctor_cert(why, x.cert_until_s, clock_utc_s())) {
	case CERT_EXPIRED: doctor_find(d, FOUND_cert_expired, words, "the certificate has expired (%s)", why); break;
	case CERT_HOST:
		doctor_find(d, FOUND_cert_host, words, "the certificate is for %s, not for %s", x.cert_names, p->name);
		break;
	case CERT_UNTRUSTED:
		doctor_find(d, FOUND_cert_untrusted, words, "browsers do not trust the certificate (%s; issued by %s)",
		    why, x.cert_issuer);
		break;
	}
}

static void
check_time(struct doctor *d, const struct place *p, const struct http_answer *x)
{
	int64_t days = (x->cert_until_s - clock_utc_s()) / DAY_S;

	if (x->cert_until_s == 0)
		return;
	if (days < RENEW_DAYS)
		doctor_find(d, FOUND_cert_expires, WITH("RELOAD", p->reload), "the certificate expires in %lld days",
		    (long long)days);
	doctor_note(d, "the certificate of %s is valid for %lld days", p->name, (long long)days);
}

/* Only with the usual ports is there an http beside the https. */
static void
check_redirect(struct doctor *d, const struct place *p)
{
	const char *url = str_fmt(d->a, "http://%s/", p->name).p;
	struct http_answer x;

	if (str_chr(p->host, ':') >= 0 || !get(d, url, true, &x))
		return;
	if (x.result != HTTP_ANSWERED)
		doctor_find(d, FOUND_no_redirect, WITH("HOST", p->name), "%s does not answer (%s)", url, x.why);
	else if (x.status < 300 || x.status > 399 || !str_starts(http_header(&x, STR("Location")), STR("https://")))
		doctor_find(d, FOUND_no_redirect, WITH("HOST", p->name),
		    "%s is answered with %d and does not lead to https", url, x.status);
}

static void
check_tls(struct doctor *d, const struct place *p)
{
	const char *url = str_fmt(d->a, "%s/healthz", d->conf->site_url.p).p;
	struct http_answer x;

	if (!get(d, url, false, &x))
		return;
	switch (x.result) {
	case HTTP_ANSWERED:
		check_time(d, p, &x);
		if (x.status == 200 && http_header(&x, STR("Strict-Transport-Security")).n == 0)
			doctor_find(d, FOUND_no_hsts, NULL, "%s comes without Strict-Transport-Security", url);
		break;
	case HTTP_BAD_CERT: judge_refused(d, p, url, x.why); break;
	case HTTP_NO_TLS: doctor_find(d, FOUND_tls_none, NULL, "%s does not speak TLS: %s", url, x.why); break;
	case HTTP_NO_ADDRESS:
	case HTTP_NO_CONNECT:
	case HTTP_NO_ANSWER: doctor_unseen(d, "%s does not answer (%s): see the check address", url, x.why); return;
	}
	check_redirect(d, p);
}

void
check_https(struct doctor *d)
{
	struct place p;
	struct urls u;
	struct err e = {0};

	if (!urls_init(&u, d->conf->site_url, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	p.host = u.host;
	p.name = str_zdup(d->a, u.name);
	p.reload = look_reload(d);
	if (u.https)
		check_tls(d, &p);
	else if (is_local(p.name))
		doctor_note(d, "site.url is on this machine alone: no https is needed");
	else
		doctor_find(d, FOUND_no_https, WITH("HOST", p.name),
		    "site.url is %s: what buyers type travels in the open", d->conf->site_url.p);
}
