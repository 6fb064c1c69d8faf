/* SMTP by libcurl, one mail with one recipient per connection.
 *
 * libcurl's result does not say what the server refused, so the exchange is followed: a sender that is refused stops
 * all mails, a recipient only this one. libcurl sends VRFY if there is no body, bare line feeds as they are, and
 * control characters of a recipient raw: mail_send() and mail_write() exclude all three. */
#include <curl/curl.h>
#include <string.h>

#include "plat/mail/mail_impl.h"

#define CONNECT_MS 15000
#define SAID_B 300
#define GO_AHEAD 354

enum smtp_step { SMTP_HELLO, SMTP_FROM, SMTP_RCPT, SMTP_DATA, SMTP_BODY };

struct smtp {
	struct str rest; /* of the mail */
	enum smtp_step step;
	int code;	   /* of the last answer; 0: none to the last command */
	bool over;	   /* QUIT was sent: what follows says nothing about the mail */
	bool sent_body;	   /* libcurl has taken the whole mail */
	char said[SAID_B]; /* the last answer */
};

static size_t
smtp_give(char *to, size_t one, size_t n, void *arg)
{
	struct smtp *s = arg;
	struct str part = str_head(s->rest, one * n);

	memcpy(to, part.p, part.n);
	s->rest = str_from(s->rest, part.n);
	s->sent_body = s->rest.n == 0;
	return part.n;
}

static void
follow_command(struct smtp *s, struct str line)
{
	static const struct {
		const char *command;
		enum smtp_step step;
	} steps[] = {{"MAIL ", SMTP_FROM}, {"RCPT ", SMTP_RCPT}, {"DATA", SMTP_DATA}};

	s->over = s->over || str_starts(line, STR("QUIT"));
	if (s->over)
		return;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (str_starts(line, str_z(steps[i].command)))
			s->step = steps[i].step;
	s->code = 0;
	s->said[0] = '\0';
}

static int
smtp_code(struct str line)
{
	int code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (line.n <= i || line.p[i] < '0' || line.p[i] > '9')
			return 0;
		code = 10 * code + (line.p[i] - '0');
	}
	return code;
}

/* An answer may have several lines: the first says most. */
static void
follow_answer(struct smtp *s, struct str line)
{
	int code = smtp_code(line);

	if (code == 0 || s->over)
		return;
	if (s->code != code)
		str_copy(s->said, sizeof(s->said), str_trim(line));
	s->code = code;
	if (s->step == SMTP_DATA && code == GO_AHEAD)
		s->step = SMTP_BODY;
}

static int
smtp_follow(CURL *c, curl_infotype type, char *p, size_t n, void *arg)
{
	(void)c;
	if (type == CURLINFO_HEADER_OUT)
		follow_command(arg, str_n(p, n));
	else if (type == CURLINFO_HEADER_IN)
		follow_answer(arg, str_n(p, n));
	return 0;
}

/* The enhanced status (RFC 3463) begins with `status`, such as "5.7.". */
static bool
has_status(const struct smtp *s, const char *status)
{
	return str_starts(str_from(str_z(s->said), 4), str_z(status));
}

/* A server that refuses to relay, or refuses by a rule of its own, does so until somebody changes its settings or ours:
 * no reason to give up the mail or its recipient. */
static enum mail_end
judge_recipient(const struct smtp *s, struct mail_result *r)
{
	if (s->code == 530 || has_status(s, "5.1.7") || has_status(s, "5.1.8"))
		return MAIL_HALT; /* login wanted; sender unknown */
	if (has_status(s, "5.7.") || strstr(s->said, "relay") != NULL || strstr(s->said, "Relay") != NULL)
		return MAIL_AGAIN;
	r->bad_address = has_status(s, "5.1.")
	    || (!has_status(s, "5.") && (s->code == 550 || s->code == 551 || s->code == 553));
	return MAIL_NEVER;
}

static enum mail_end
judge_refusal(const struct smtp *s, struct mail_result *r)
{
	switch (s->step) {
	case SMTP_RCPT: return judge_recipient(s, r);
	case SMTP_FROM: return s->code == 552 ? MAIL_NEVER : MAIL_HALT; /* 552: too large */
	case SMTP_DATA:
	case SMTP_BODY: return s->code == 530 ? MAIL_HALT : MAIL_NEVER;
	case SMTP_HELLO: break;
	}
	return MAIL_HALT;
}

static bool
is_configuration(CURLcode rc)
{
	static const CURLcode codes[] = {CURLE_USE_SSL_FAILED, CURLE_LOGIN_DENIED, CURLE_PEER_FAILED_VERIFICATION,
	    CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL,
	    CURLE_NOT_BUILT_IN, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_AUTH_ERROR};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (rc == codes[i])
			return true;
	return false;
}

static enum mail_end
smtp_judge(const struct smtp *s, CURLcode rc, struct mail_result *r)
{
	if (rc == CURLE_OK)
		return s->step == SMTP_BODY && s->code == 250 ? MAIL_SENT : MAIL_UNKNOWN;
	if (s->code / 100 == 4)
		return MAIL_AGAIN;
	if (s->code / 100 == 5)
		return judge_refusal(s, r);
	if (s->step == SMTP_BODY)
		return s->sent_body ? MAIL_UNKNOWN : MAIL_AGAIN;
	return is_configuration(rc) ? MAIL_HALT : MAIL_AGAIN;
}

static void
set_up_smtp(CURL *c, const struct mail_transport *t, struct smtp *s)
{
	curl_easy_setopt(c, CURLOPT_URL, t->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)t->limit_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(t->limit_ms < CONNECT_MS ? t->limit_ms : CONNECT_MS));
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(t->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (*t->ca_file != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, t->ca_file);
	if (*t->user != '\0') {
		curl_easy_setopt(c, CURLOPT_USERNAME, t->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, t->password);
	}
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, smtp_give);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->rest.n); /* SIZE=: refused before the body */
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, smtp_follow);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
}

static void
smtp_put_result(const struct mail_transport *t, const struct smtp *s, const char *error, struct mail_result *r)
{
	r->code = s->code;
	if (s->code >= 400 || r->end == MAIL_SENT)
		mail_ends(r, r->end, "%s: %s", t->where, s->said);
	else if (r->end == MAIL_UNKNOWN)
		mail_ends(r, r->end, "%s: no answer to the mail, so it may have arrived: %s", t->where, error);
	else
		mail_ends(r, r->end, "%s: %s", t->where, error);
}

void
mail_smtp(const struct mail_transport *t, const struct mail_envelope *v, struct mail_result *r)
{
	struct smtp s = {.rest = v->bytes};
	char to[320], from[320], error[CURL_ERROR_SIZE] = "";
	struct curl_slist *rcpt = NULL;
	CURLcode rc;
	CURL *c;

	str_copy(to, sizeof(to), v->to);
	str_copy(from, sizeof(from), v->from);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (c = curl_easy_init()) == NULL) {
		mail_ends(r, MAIL_AGAIN, "libcurl does not initialise");
		return;
	}
	set_up_smtp(c, t, &s);
	rcpt = curl_slist_append(NULL, to);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
	rc = curl_easy_perform(c);
	r->end = smtp_judge(&s, rc, r);
	smtp_put_result(t, &s, error[0] != '\0' ? error : curl_easy_strerror(rc), r);
	curl_easy_cleanup(c);
	curl_slist_free_all(rcpt);
	curl_global_cleanup();
}
