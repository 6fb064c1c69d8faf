/* Checks the certificate and the redirect from http to https. */
#include <string.h>

#include "base/clock.h"
#include "cmd/doctor/doctor_judge.h"

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

static void
judge_refused(struct doctor *d, const char *url, const char *why)
{
	struct http_answer x;

	if (!look_get(d, url, true, &x))
		return;
	switch (doctor_cert(why, x.cert_until_s, clock_utc_s())) {
	case CERT_EXPIRED: FIND(d, cert_expired, "WHY", why); break;
	case CERT_HOST: FIND(d, cert_host, "NAMES", x.cert_names); break;
	case CERT_UNTRUSTED: FIND(d, cert_untrusted, "WHY", why, "NAMES", x.cert_issuer); break;
	}
}

static void
check_time(struct doctor *d, const struct http_answer *x)
{
	int64_t days = (x->cert_until_s - clock_utc_s()) / DAY_S;

	if (x->cert_until_s == 0)
		return;
	if (days < RENEW_DAYS)
		FIND(d, cert_expires, "N", doctor_n(d, days));
	doctor_note(d, "the certificate is valid for %lld day%s", (long long)days, PLURAL_S(days));
}

/* Checks port 80 only if site.url names no port. */
static void
check_redirect(struct doctor *d)
{
	const char *why;
	struct http_answer x;

	if (d->urls->host.n != d->urls->name.n
	    || !look_get(d, str_fmt(d->a, "http://%.*s/", STR_ARG(d->urls->host)).p, true, &x))
		return;
	if (x.result != HTTP_ANSWERED)
		why = str_fmt(d->a, "does not answer (%s)", x.why).p;
	else if (x.status < 300 || x.status > 399 || !str_starts(http_header(&x, STR("Location")), STR("https://")))
		why = str_fmt(d->a, "is answered with %d and does not redirect to https", x.status).p;
	else
		return;
	FIND(d, no_redirect, "REASON", why);
}

static void
check_tls(struct doctor *d)
{
	const char *url = str_fmt(d->a, "%s/healthz", d->conf->site_url.p).p;
	struct http_answer x;

	if (!look_get(d, url, false, &x))
		return;
	switch (x.result) {
	case HTTP_ANSWERED:
		check_time(d, &x);
		if (x.status == 200 && http_header(&x, STR("Strict-Transport-Security")).n == 0)
			FIND(d, no_hsts, "HINT",
			    d->conf->web_hsts_days > 0
				? "remove from the web server's configuration the line that unsets the header"
				: str_fmt(d->a, "if all pages of %.*s use https: kontor config set web.hsts_days 365 "
						"&& kontor reload", STR_ARG(d->urls->name)).p);
		break;
	case HTTP_BAD_CERT: judge_refused(d, url, x.why); break;
	case HTTP_NO_TLS: FIND(d, tls_none, "WHY", x.why); break;
	default: doctor_unseen(d, "%s does not answer (%s): see the check address", url, x.why); return;
	}
	check_redirect(d);
}

void
check_https(struct doctor *d)
{
	struct str name = d->urls->name;

	if (d->urls->https)
		check_tls(d);
	else if (str_eq_z(name, "localhost") || str_starts(name, STR("127.")))
		doctor_note(d, "site.url is an address of this machine only: no https is needed");
	else
		FIND(d, no_https);
}
