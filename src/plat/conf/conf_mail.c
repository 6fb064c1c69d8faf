#include "plat/conf/conf_mail.h"

#include <stddef.h>
#include <string.h>

#include "base/num.h"

static bool
is_host(struct str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')
		    && (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return s.n > 0 && s.p[0] != '-';
}

bool
conf_mail_server(const struct conf *c, struct str *host, uint64_t *port, struct err *e)
{
	struct str rest = c->mail_server;
	const char *more = ".-";
	bool ok;

	*port = str_eq_z(c->mail_tls, "tls") ? 465 : str_eq_z(c->mail_tls, "starttls") ? 587 : 25;
	if (str_starts(rest, STR("["))) {
		more = ":.";
		rest = str_from(rest, 1);
		ok = str_chr(rest, ']') > 0 && str_cut(&rest, ']', host) && (rest.n == 0 || str_starts(rest, STR(":")));
		rest = str_from(rest, 1);
	} else {
		ok = str_cut(&rest, ':', host);
	}
	ok = ok && is_host(*host, more) && (rest.n == 0 || num_u64(rest, 1, 65535, port));
	return ok
	       || err_set(e, ERR_INPUT, "mail.server must be a host, host:port or [address]:port, not \"%.*s\"",
		   STR_ARG(c->mail_server));
}

bool
conf_mail_local(struct str host)
{
	return str_eq_z(host, "localhost") || str_starts(host, STR("127.")) || str_eq_z(host, "::1");
}

static bool
check_login(const struct conf *c, struct str host, size_t *offset, struct err *e)
{
	*offset = offsetof(struct conf, mail_password_file);
	if (c->mail_password_file.n == 0)
		return err_set(e, ERR_INPUT, "mail.user is set, but not mail.password_file");
	*offset = offsetof(struct conf, mail_tls);
	return !str_eq_z(c->mail_tls, "off") || conf_mail_local(host)
	       || err_set(e, ERR_INPUT,
		   "mail.tls must be starttls or tls: the password of mail.user would cross the network unencrypted");
}

bool
conf_mail_check(const struct conf *c, size_t *offset, struct err *e)
{
	struct str host;
	uint64_t port;

	*offset = offsetof(struct conf, mail_transport);
	if (str_eq_z(c->mail_transport, "sendmail") && c->web_confine)
		return err_set(e, ERR_INPUT,
		    "mail.transport = sendmail needs web.confine = no: a confined kontor-jobs starts no programs");
	*offset = offsetof(struct conf, mail_server);
	if (!conf_mail_server(c, &host, &port, e))
		return false;
	*offset = offsetof(struct conf, mail_hello);
	if (c->mail_hello.n > 0 && !is_host(c->mail_hello, ".-[]:"))
		return err_set(e, ERR_INPUT, "mail.hello must be a host name, not \"%s\"", c->mail_hello.p);
	return c->mail_user.n == 0 || check_login(c, host, offset, e);
}
