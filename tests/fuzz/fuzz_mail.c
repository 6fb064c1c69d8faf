/* Mails of any texts: each is refused or becomes short lines of ASCII without a header of a stranger. Answers of name
 * servers, and reports of mail servers: their fields are one line each, and no address names a mail without the key.
 * The texts are divided by LF and a byte 1: subject, names, addresses, Message-ID, plain text, HTML. */
#include <string.h>

#include "plat/mail/mail.h"
#include "plat/mail/mail_dns.h"
#include "plat/mail/mail_report.h"
#include "plat/mail/mail_verp.h"

#define MEMORY_B ((size_t)16 << 20)
#define LINE_MAX_B 998

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct str
next_text(struct str *rest)
{
	ptrdiff_t at = str_find(*rest, STR("\n\1"));
	struct str text = at < 0 ? *rest : str_head(*rest, (size_t)at);

	*rest = at < 0 ? STR_NONE : str_from(*rest, (size_t)at + 2);
	return text;
}

static void
check_lines(struct str mail)
{
	static const char *const keys[] = {"Date: ", "From: ", "To: ", "Reply-To: ", "Subject: ", "Message-ID: ",
	    "References: ", "Auto-Submitted: ", "X-Auto-Response-Suppress: ", "MIME-Version: ", "Content-Language: ",
	    "Content-Type: ", "Content-Transfer-Encoding: ", " "};
	bool header = true;
	struct str line;

	ASSERT(str_ends(mail, STR("\r\n")));
	mail = str_head(mail, mail.n - 1);
	while (str_cut(&mail, '\n', &line)) {
		bool known = false;

		ASSERT(str_ends(line, STR("\r")) && line.n <= LINE_MAX_B);
		line = str_head(line, line.n - 1);
		for (size_t i = 0; i < line.n; i++)
			ASSERT(line.p[i] == '\t' || (line.p[i] >= ' ' && line.p[i] <= '~'));
		ASSERT(!str_starts(line, STR(".")) && !str_starts(line, STR("From ")));
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			known = known || str_starts(line, str_z(keys[i]));
		ASSERT(!header || known || line.n == 0);
		header = header && line.n > 0;
	}
}

static void
check_line(struct str text)
{
	ASSERT(str_chr(text, '\n') < 0);
}

static void
check_report(struct arena *a, struct str message)
{
	static struct secret_ring ring;
	struct mail_report r;
	struct err e = {0};
	uint64_t id;

	if (ring.n == 0)
		secret_ring_make(&ring, 0);
	if (!mail_report_read(a, message, &r, &e))
		return;
	ASSERT(r.n_to <= MAIL_REPORT_TO_MAX && (!r.found || r.action.n > 0));
	for (size_t i = 0; i < r.n_to; i++) {
		ASSERT(str_chr(r.to[i], '@') > 0);
		ASSERT(mail_verp_read(&ring, STR("bounce@shop.example"), r.to[i], &id) != MAIL_VERP_GOOD);
	}
	check_line(r.action);
	check_line(r.status);
	check_line(r.recipient);
	check_line(r.answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str rest = str_n(data, n), bytes;
	struct mail_message m = {.language = STR("en"), .date_s = (int64_t)n};
	struct str *const texts[] = {&m.subject, &m.from_name, &m.to_name, &m.from, &m.to, &m.reply_to, &m.message_id,
	    &m.references, &m.text, &m.html};
	struct mail_dns dns;
	struct arena a;
	struct err e = {0};

	arena_init(&a, MEMORY_B);
	(void)!mail_dns_parse(&a, rest, MAIL_DNS_MX, &dns);
	(void)!mail_dns_parse(&a, rest, MAIL_DNS_TXT, &dns);
	check_report(&a, rest);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = next_text(&rest);
	if (mail_write(&a, &m, &bytes, &e))
		check_lines(bytes);
	arena_fini(&a);
	return 0;
}
