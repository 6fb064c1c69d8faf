/* The header and the parts of a mail. */
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "plat/mail/mail.h"
#include "plat/mail/mail_address.h"
#include "plat/mail/mail_encode.h"
#include "plat/text/digest.h"

#define VALUE_MAX_B 1000
#define ID_MAX_B 200
#define LANGUAGE_MAX_B 35
#define BODY_MAX_B ((size_t)2 << 20)
#define MAIL_MAX_B ((size_t)16 << 20)
#define BOUNDARY_SIZE (2 * DIGEST_B + 3)

static bool
check_value(struct str s, const char *name, struct err *e)
{
	if (s.n > VALUE_MAX_B)
		return err_set(e, ERR_LIMIT, "the %s of the mail is longer than %d bytes", name, VALUE_MAX_B);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "the %s of the mail contains a control character", name);
	return utf8_valid(s) || err_set(e, ERR_INPUT, "the %s of the mail is not UTF-8", name);
}

static bool
check_body(struct str s, const char *name, struct err *e)
{
	if (s.n > BODY_MAX_B)
		return err_set(e, ERR_LIMIT, "the %s of the mail is longer than 2 MiB", name);
	if (str_chr(s, '\0') >= 0 || !utf8_valid(s))
		return err_set(e, ERR_INPUT, "the %s of the mail is not UTF-8, or contains a NUL", name);
	return true;
}

/* The left part of an id has the same characters as that of an address. */
static bool
check_id(struct str s, const char *name, struct err *e)
{
	ptrdiff_t at = str_chr(s, '@');

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("()<>[]:;\\,\"", s.p[i]) != NULL)
			at = -1;
	return (at > 0 && s.n <= ID_MAX_B && mail_address_domain(s).n > 0 && str_chr(mail_address_domain(s), '@') < 0)
	       || err_set(e, ERR_INPUT, "the %s of the mail cannot be used", name);
}

static bool
check_tag(struct str s, struct err *e)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '-' && !(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'z')
		    && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return err_set(e, ERR_INPUT, "the language of the mail is no language tag");
	return (s.n > 0 && s.n <= LANGUAGE_MAX_B) || err_set(e, ERR_INPUT, "the mail has no language");
}

static bool
check_message(const struct mail_message *m, struct err *e)
{
	return check_value(m->from_name, "sender's name", e) && check_value(m->to_name, "recipient's name", e)
	       && check_value(m->subject, "subject", e) && check_body(m->text, "text", e)
	       && check_body(m->html, "HTML", e) && check_id(m->message_id, "Message-ID", e)
	       && (m->references.n == 0 || check_id(m->references, "reference", e)) && check_tag(m->language, e);
}

/* "Mon, 30 Nov 2026 12:00:00 +0000", in English whatever the locale. */
static void
put_mail_date(struct buf *b, int64_t utc_s)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)utc_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		tm = (struct tm){.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
	buf_fmt(b, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * tm.tm_wday, tm.tm_mday,
	    months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
put_mailbox(struct buf *b, const char *key, struct str name, struct str address)
{
	buf_fmt(b, "%s: ", key);
	mail_encode_mailbox(b, name, address, strlen(key) + 2);
	buf_z(b, "\r\n");
}

struct addresses {
	struct str from, to, reply_to;
};

static void
put_mail_header(struct buf *b, const struct mail_message *m, const struct addresses *x)
{
	put_mail_date(b, m->date_s);
	put_mailbox(b, "From", m->from_name, x->from);
	put_mailbox(b, "To", m->to_name, x->to);
	if (x->reply_to.n > 0 && !str_eq_case(x->reply_to, x->to) && !str_eq_case(x->reply_to, x->from))
		put_mailbox(b, "Reply-To", STR_NONE, x->reply_to);
	buf_z(b, "Subject: ");
	mail_encode_words(b, m->subject, strlen("Subject: "));
	buf_fmt(b, "\r\nMessage-ID: <%.*s>\r\n", STR_ARG(m->message_id));
	if (m->references.n > 0)
		buf_fmt(b, "References: <%.*s>\r\n", STR_ARG(m->references));
	buf_fmt(b, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
		   "Content-Language: %.*s\r\n", STR_ARG(m->language));
}

static void
put_mail_part(struct buf *b, const char *type, struct str body)
{
	buf_fmt(b, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type);
	mail_encode_body(b, body);
}

/* "=_" is in no body, since '=' is always followed by digits or a line end there. */
static bool
make_boundary(struct str id, char out[BOUNDARY_SIZE], struct err *e)
{
	uint8_t sum[DIGEST_B];

	if (!digest(id, sum, e))
		return false;
	memcpy(out, "=_", 2);
	for (size_t i = 0; i < DIGEST_B; i++)
		for (size_t j = 0; j < 2; j++)
			out[2 + 2 * i + j] = "0123456789abcdef"[sum[i] >> (j == 0 ? 4 : 0) & 15];
	out[BOUNDARY_SIZE - 1] = '\0';
	return true;
}

bool
mail_write(struct arena *a, const struct mail_message *m, struct str *bytes, struct err *e)
{
	struct addresses x = {.reply_to = m->reply_to};
	char boundary[BOUNDARY_SIZE];
	struct buf b;

	if (!check_message(m, e) || !mail_address_get(a, m->from, &x.from, e) || !mail_address_get(a, m->to, &x.to, e)
	    || (m->reply_to.n > 0 && !mail_address_get(a, m->reply_to, &x.reply_to, e))
	    || !make_boundary(m->message_id, boundary, e))
		return false;
	buf_init(&b, a, MAIL_MAX_B);
	put_mail_header(&b, m, &x);
	if (m->html.n == 0) {
		put_mail_part(&b, "plain", m->text);
	} else {
		buf_fmt(&b, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary,
		    boundary);
		put_mail_part(&b, "plain", m->text);
		buf_fmt(&b, "\r\n--%s\r\n", boundary);
		put_mail_part(&b, "html", m->html);
		buf_fmt(&b, "\r\n--%s--\r\n", boundary);
	}
	*bytes = b.n == 0 ? STR_NONE : buf_str(&b);
	return buf_check(&b, e);
}
