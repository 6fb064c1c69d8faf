/* Checks whether mails can leave, and whether the sender's domain is set up for them. No mail is sent. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/run.h"
#include "cmd/doctor/doctor_judge.h"
#include "plat/host/ask.h"
#include "plat/mail/mail.h"
#include "plat/mail/mail_address.h"
#include "plat/mail/mail_dns.h"

#define MAIL_NS (8 * CLOCK_S)

/* The server's greeting; one that begins with TLS sends none. */
static void
look_smtp(struct doctor *d, const struct mail_transport *t)
{
	bool tls = str_eq_z(d->conf->mail_tls, "tls");
	struct err e = {0};
	struct ask k;
	struct buf b;

	buf_init(&b, d->a, 65536);
	if (ask_open(&k, str_z(t->server), clock_mono_ns() + MAIL_NS, &e) && !tls && ask_read(&k, &b, STR("\r\n"), &e)
	    && !str_starts(buf_str(&b), STR("220")))
		(void)err_set(&e, ERR_UPSTREAM, "it answers \"%.*s\"", STR_ARG(str_trim(str_head(buf_str(&b), 100))));
	ask_close(&k);
	if (e.kind != ERR_NONE)
		FIND(d, mail_none, "WHERE", t->where, "WHY", e.msg);
	else
		doctor_note(d, "%s answers", t->where);
}

/* Programs such as postfix's have the group of their queue by a bit of their file, which NoNewPrivileges ignores. */
static void
look_sendmail(struct doctor *d, const struct mail_transport *t)
{
	const char *const argv[] = {
	    "systemctl", "show", "--no-pager", "--property", "NoNewPrivileges", "kontor-jobs.service", NULL};
	struct err e = {0};
	struct str text;
	int status;

	if (access(t->where, X_OK) != 0)
		FIND(d, sendmail_none, "FILE", t->where);
	if (run_read(d->a, argv, &text, &status, &e) && status == 0
	    && str_find(text, STR("NoNewPrivileges=yes")) >= 0)
		FIND(d, sendmail_rights, "FILE", t->where);
}

static void
look_transport(struct doctor *d)
{
	struct mail_transport t;
	struct err e = {0};

	if (str_eq_z(d->conf->mail_transport, "file")) {
		FIND(d, mail_file, "DIR", d->conf->mail_maildir.p);
		return;
	}
	if (!mail_transport_open(d->a, d->conf, &t, &e)) {
		if (geteuid() == 0 || e.kind == ERR_NOT_FOUND)
			FIND(d, mail_settings, "WHY", e.msg);
		else
			doctor_unseen(d, "%s", e.msg);
		return;
	}
	if (t.way == MAIL_BY_SENDMAIL)
		look_sendmail(d, &t);
	else
		look_smtp(d, &t);
}

/* DMARC of a domain without a record is that of the domain above, which is looked for as far as two labels. */
static void
ask_dmarc(struct doctor *d, struct str domain, struct mail_dns *out)
{
	struct str rest = domain, label;

	mail_dns_ask(d->a, str_fmt(d->a, "_dmarc.%.*s", STR_ARG(domain)), MAIL_DNS_TXT, out);
	while (out->known && out->n == 0 && str_cut(&rest, '.', &label) && str_chr(rest, '.') > 0)
		mail_dns_ask(d->a, str_fmt(d->a, "_dmarc.%.*s", STR_ARG(rest)), MAIL_DNS_TXT, out);
}

/* Names that no name server of the world knows (RFC 2606, RFC 6761), as a shop that is tried out has. */
static bool
is_reserved(struct str domain)
{
	static const char *const ends[] = {"example", "example.org", "example.com", "example.net", "test", "invalid",
	    "localhost", "local", "internal"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct str end = str_z(ends[i]);

		if (str_ends(domain, end) && (domain.n == end.n || domain.p[domain.n - end.n - 1] == '.'))
			return true;
	}
	return false;
}

static void
look_domain(struct doctor *d, struct str domain)
{
	const char *name = str_zdup(d->a, domain);
	struct mail_domain x = {.has_spf = false};

	if (is_reserved(domain)) {
		doctor_note(d, "%s is a name for trying out: its records are not looked for", name);
		return;
	}
	mail_dns_ask(d->a, domain, MAIL_DNS_MX, &x.mx);
	mail_dns_ask(d->a, domain, MAIL_DNS_TXT, &x.spf);
	ask_dmarc(d, domain, &x.dmarc);
	mail_dns_judge(&x);
	if (!x.mx.known || !x.spf.known || !x.dmarc.known) {
		doctor_unseen(d, "no name server answers, so MX, SPF and DMARC of %s are not known", name);
		return;
	}
	if (x.mx.n == 0 || x.null_mx)
		FIND(d, mx_none, "NAME", name);
	if (!x.has_spf)
		FIND(d, spf_none, "NAME", name);
	if (!x.has_dmarc)
		FIND(d, dmarc_none, "NAME", name);
	doctor_note(d, "%s: %zu MX, SPF %s, DMARC %s; whether the mail server signs (DKIM) only a mail shows", name,
	    x.mx.n, x.has_spf ? "yes" : "no", x.has_dmarc ? "yes" : "no");
}

void
check_mail(struct doctor *d)
{
	struct err e = {0};
	struct str from;

	look_settings(d);
	look_transport(d);
	if (d->conf->site_sender.n == 0)
		FIND(d, sender_none);
	else if (!mail_address_get(d->a, d->conf->site_sender, &from, &e))
		FIND(d, sender_wrong, "WHY", e.msg);
	else
		look_domain(d, mail_address_domain(from));
}
