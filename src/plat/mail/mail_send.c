/* The settings of a transport, and what all transports share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plat/conf/conf_mail.h"
#include "plat/mail/mail_address.h"
#include "plat/mail/mail_impl.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"

#define PASSWORD_MAX_B 512
#define ID_MAX_B 200
#define PART_B 16384
#define ADDRESS_SHOWN "(address)"

static bool
read_password(struct arena *a, const char *path, const char **out, struct err *e)
{
	char *line = arena_alloc(a, PASSWORD_MAX_B);
	struct secret_text text = {.text = line,
	    .size = PASSWORD_MAX_B,
	    .maker = "the password of mail.user in its first line, group kontor-jobs, mode 0640",
	    .remedy = ""};
	struct str rest, first;

	if (!secret_file_text(path, &text, e))
		return false;
	rest = str_n(line, text.n);
	if (!str_cut(&rest, '\n', &first) || str_trim(first).n == 0)
		return err_set(e, ERR_INPUT, "%s has no password in its first line", path);
	if (text.n == PASSWORD_MAX_B || str_chr(first, '\0') >= 0)
		return err_set(e, ERR_INPUT, "%s does not hold a password", path);
	*out = str_zdup(a, str_trim(first));
	return true;
}

/* The host of site.url; a bare address is no name for EHLO. */
static struct str
hello_of(const struct conf *c)
{
	struct str rest = c->site_url, host;
	ptrdiff_t at = str_find(rest, STR("://"));

	if (c->mail_hello.n > 0)
		return c->mail_hello;
	rest = str_from(rest, at < 0 ? 0 : (size_t)at + 3);
	(void)(str_cut(&rest, '/', &host) && (rest = host, str_cut(&rest, ':', &host)));
	for (size_t i = 0; i < host.n; i++)
		if ((host.p[i] >= 'a' && host.p[i] <= 'z') || (host.p[i] >= 'A' && host.p[i] <= 'Z'))
			return host;
	return STR("localhost");
}

static bool
open_smtp(struct arena *a, const struct conf *c, struct mail_transport *t, struct err *e)
{
	bool tls = str_eq_z(c->mail_tls, "tls");
	struct str host;
	uint64_t port;

	if (!conf_mail_server(c, &host, &port, e))
		return false;
	t->server = str_fmt(a, str_chr(host, ':') >= 0 ? "[%.*s]:%llu" : "%.*s:%llu", STR_ARG(host),
	    (unsigned long long)port).p;
	t->where = str_fmt(a, "%s://%s", tls ? "smtps" : "smtp", t->server).p;
	t->url = str_fmt(a, "%s/%.*s", t->where, STR_ARG(hello_of(c))).p;
	t->starttls = str_eq_z(c->mail_tls, "starttls");
	t->ca_file = c->mail_tls_ca.p;
	t->user = c->mail_user.p;
	return c->mail_user.n == 0 || read_password(a, c->mail_password_file.p, &t->password, e);
}

bool
mail_transport_open(struct arena *a, const struct conf *c, struct mail_transport *t, struct err *e)
{
	*t = (struct mail_transport){.user = "", .password = "", .limit_ms = (uint32_t)c->mail_limit_s * 1000};
	if (str_eq_z(c->mail_transport, "file")) {
		t->way = MAIL_BY_FILE;
		t->where = c->mail_maildir.p;
		return mail_maildir_make(t->where, e);
	}
	if (str_eq_z(c->mail_transport, "sendmail")) {
		t->way = MAIL_BY_SENDMAIL;
		t->where = c->mail_sendmail.p;
		return true;
	}
	t->way = MAIL_BY_SMTP;
	return open_smtp(a, c, t, e);
}

void
mail_ends(struct mail_result *r, enum mail_end end, const char *fmt, ...)
{
	char text[1024];
	struct str rest, word;
	size_t n = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	rest = str_trim(str_z(text));
	r->end = end;
	r->why[0] = '\0';
	while (str_cut(&rest, ' ', &word) && n + 1 < sizeof(r->why)) {
		str_copy(r->why + n, sizeof(r->why) - n, n == 0 ? STR("") : STR(" "));
		n = strlen(r->why);
		str_copy(r->why + n, sizeof(r->why) - n, str_chr(word, '@') >= 0 ? STR(ADDRESS_SHOWN) : word);
		n = strlen(r->why);
	}
}

bool
mail_put_file(int fd, struct str bytes)
{
	char part[PART_B];
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\r' && i + 1 < bytes.n && bytes.p[i + 1] == '\n')
			continue;
		part[n++] = bytes.p[i];
		if (n == sizeof(part)) {
			if (!file_write(fd, str_n(part, n)))
				return false;
			n = 0;
		}
	}
	return file_write(fd, str_n(part, n));
}

/* The id becomes a file's name. */
static bool
is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '/' || s.p[i] == ':')
			return false;
	return s.n > 0 && s.n <= ID_MAX_B && s.p[0] != '.';
}

void
mail_send(const struct mail_transport *t, const struct mail_envelope *v, struct mail_result *r)
{
	*r = (struct mail_result){.end = MAIL_NEVER};
	if (!mail_address_ok(v->from)) {
		mail_ends(r, MAIL_HALT, "the sender's address cannot be used");
	} else if (!mail_address_ok(v->to)) {
		r->bad_address = true;
		mail_ends(r, MAIL_NEVER, "the recipient's address cannot be used");
	} else if (v->bytes.n == 0 || !is_id(v->id)) {
		mail_ends(r, MAIL_NEVER, "the mail is empty or its Message-ID cannot be used");
	} else if (t->way == MAIL_BY_FILE) {
		mail_maildir(t, v, r);
	} else if (t->way == MAIL_BY_SENDMAIL) {
		mail_sendmail(t, v, r);
	} else {
		mail_smtp(t, v, r);
	}
}
