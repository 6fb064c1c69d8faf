#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "plat/mail/mail.h"
#include "plat/mail/mail_address.h"
#include "plat/mail/mail_dns.h"
#include "plat/mail/mail_encode.h"
#include "random.h"
#include "unit.h"

#define HEADER_LINE_B 76

static struct arena a;
static struct mail_message plain;

static void
setup(void)
{
	arena_init(&a, (size_t)64 << 20);
	plain = (struct mail_message){.from_name = STR("Kontor"),
	    .from = STR("shop@example.org"),
	    .to_name = STR("Ada Lovelace"),
	    .to = STR("ada@example.com"),
	    .subject = STR("Your order K-1"),
	    .text = STR("Thank you.\n"),
	    .html = STR("<p>Thank you.</p>\n"),
	    .message_id = STR("order_placed.1a2b.0@shop.example"),
	    .language = STR("en"),
	    .date_s = 1796040000};
}

static void
teardown(void)
{
	arena_fini(&a);
}

static struct str
written(const struct mail_message *m)
{
	struct err e = {0};
	struct str bytes;

	ck_ok(mail_write(&a, m, &bytes, &e), &e);
	return bytes;
}

/* The value of a header with its folds, up to the CRLF that ends it. */
static struct str
header(struct str mail, const char *key)
{
	struct str from = str_fmt(&a, "\r\n%s: ", key), rest;
	ptrdiff_t at = str_find(mail, from), end;

	ck_assert_msg(at >= 0, "no %s", key);
	rest = str_from(mail, (size_t)at + from.n);
	for (end = 0; (end = str_find(str_from(rest, (size_t)end), STR("\r\n")) + end) >= 0; end++)
		if (rest.p[end + 2] != ' ')
			break;
	return str_head(rest, (size_t)end);
}

static struct str
decoded(struct str s)
{
	struct buf b;
	unsigned byte;

	buf_init(&b, &a, s.n + 1);
	for (; s.n > 0; s = str_from(s, 1)) {
		if (s.p[0] != '=') {
			buf_ch(&b, s.p[0]);
		} else if (str_starts(s, STR("=\r\n"))) {
			s = str_from(s, 2);
		} else {
			ck_assert_int_eq(sscanf(str_zdup(&a, str_head(str_from(s, 1), 2)), "%2X", &byte), 1);
			buf_ch(&b, (char)byte);
			s = str_from(s, 2);
		}
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

/* Decodes encoded words, each of which must be whole text and short enough. */
static struct str
words(struct str s)
{
	struct buf b;

	buf_init(&b, &a, 65536);
	while (str_starts(s, STR("=?UTF-8?Q?"))) {
		struct str part = str_from(s, strlen("=?UTF-8?Q?"));
		ptrdiff_t end = str_find(part, STR("?="));

		ck_assert_int_gt(end, 0);
		ck_assert_int_le(end + 12, 75);
		s = str_from(part, (size_t)end + 2);
		part = str_dup(&a, str_head(part, (size_t)end));
		for (size_t i = 0; i < part.n; i++)
			if (part.p[i] == '_')
				((char *)(uintptr_t)part.p)[i] = ' ';
		part = decoded(part);
		ck_assert_msg(utf8_valid(part), "a word ends inside a character");
		buf_put(&b, part);
		if (str_starts(s, STR("\r\n =?")))
			s = str_from(s, 3);
	}
	ck_assert_int_eq(s.n, 0);
	return buf_str(&b);
}

/* Writes a body, checks each of its lines, and returns what a reader gets. */
static struct str
body_read_back(struct str text)
{
	struct buf b;
	struct str rest, line;

	buf_init(&b, &a, (size_t)8 << 20);
	mail_encode_body(&b, text);
	rest = buf_str(&b);
	ck_assert(str_ends(rest, STR("\r\n")));
	rest = str_head(rest, rest.n - 1);
	while (str_cut(&rest, '\n', &line)) {
		ck_assert_msg(str_ends(line, STR("\r")), "a line feed stands alone");
		line = str_head(line, line.n - 1);
		ck_assert_int_le(line.n, 76);
		ck_assert(str_chr(line, '\r') < 0 && !str_starts(line, STR(".")) && !str_starts(line, STR("From ")));
		ck_assert(!str_ends(line, STR(" ")) && !str_ends(line, STR("\t")));
		for (size_t i = 0; i < line.n; i++)
			ck_assert(line.p[i] == '\t' || (line.p[i] >= ' ' && line.p[i] <= '~'));
	}
	return decoded(buf_str(&b));
}

static struct str
repeat(const char *z, size_t n)
{
	struct buf b;

	buf_init(&b, &a, (size_t)4 << 20);
	for (size_t i = 0; i < n; i++)
		buf_z(&b, z);
	return buf_str(&b);
}

START_TEST(a_mail_is_the_bytes_that_a_reader_expects)
{
	ck_str(written(&plain),
	    "Date: Mon, 30 Nov 2026 12:00:00 +0000\r\n"
	    "From: \"Kontor\" <shop@example.org>\r\n"
	    "To: \"Ada Lovelace\" <ada@example.com>\r\n"
	    "Subject: Your order K-1\r\n"
	    "Message-ID: <order_placed.1a2b.0@shop.example>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Language: en\r\n"
	    "Content-Type: multipart/alternative;\r\n boundary=\"=_30bdd944c11fc99f8109d5579e642e40\"\r\n"
	    "\r\n"
	    "--=_30bdd944c11fc99f8109d5579e642e40\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "Thank you.\r\n"
	    "\r\n--=_30bdd944c11fc99f8109d5579e642e40\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "<p>Thank you.</p>\r\n"
	    "\r\n--=_30bdd944c11fc99f8109d5579e642e40--\r\n");
}
END_TEST

START_TEST(the_same_message_becomes_the_same_bytes_and_another_id_another_boundary)
{
	struct mail_message other = plain;
	struct str one = written(&plain);

	ck_assert(str_eq(one, written(&plain)));
	other.message_id = STR("order_placed.1a2b.1@shop.example");
	ck_assert(!str_eq(header(one, "Content-Type"), header(written(&other), "Content-Type")));
}
END_TEST

START_TEST(a_mail_without_html_has_one_part)
{
	plain.html = STR_NONE;
	ck_str(header(written(&plain), "Content-Type"), "text/plain; charset=utf-8");
	ck_assert(str_ends(written(&plain), STR("\r\n\r\nThank you.\r\n")));
}
END_TEST

START_TEST(long_subjects_of_any_script_are_folded_between_characters)
{
	static const char *const units[] = {"您的订单已发货", "🧑‍🚀🇩🇪", "Größe ", "a", "\xf0\x9f\x98\x80x", "é"};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		for (size_t n = 1; n <= 45; n++) {
			struct str subject = repeat(units[i], n), mail, rest, line;

			plain.subject = subject;
			mail = written(&plain);
			rest = str_fmt(&a, "Subject: %.*s", STR_ARG(header(mail, "Subject")));
			while (str_cut(&rest, '\n', &line))
				ck_assert_int_le(str_trim(line).n, HEADER_LINE_B);
			if (units[i][0] == 'a' && n + 9 <= HEADER_LINE_B)
				ck_assert(str_eq(header(mail, "Subject"), subject));
			else
				ck_assert(str_eq(words(header(mail, "Subject")), subject));
		}
}
END_TEST

START_TEST(subjects_that_a_reader_would_change_are_encoded)
{
	static const char *const subjects[] = {" begins", "ends ", "two  blanks", "=?UTF-8?B?SGk=?=", "50 % =? off"};

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		plain.subject = str_z(subjects[i]);
		ck_str(words(header(written(&plain), "Subject")), subjects[i]);
	}
	plain.subject = STR("&auml; is no entity here");
	ck_str(header(written(&plain), "Subject"), "&auml; is no entity here");
}
END_TEST

START_TEST(names_are_quoted_or_encoded_and_addresses_stay)
{
	static const char *const names[][2] = {{"", "ada@example.com"},
	    {"Lovelace, Ada", "\"Lovelace, Ada\" <ada@example.com>"},
	    {"Ada \"Countess\" L.", "\"Ada \\\"Countess\\\" L.\" <ada@example.com>"},
	    {"back\\slash", "\"back\\\\slash\" <ada@example.com>"},
	    {"Zoë", "=?UTF-8?Q?Zo=C3=AB?= <ada@example.com>"},
	    {"<eve@example.com>", "\"<eve@example.com>\" <ada@example.com>"}};
	struct str to;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		plain.to_name = str_z(names[i][0]);
		ck_str(header(written(&plain), "To"), names[i][1]);
	}
	plain.to_name = repeat("Nabucodonosor ", 20);
	to = header(written(&plain), "To");
	ck_assert(str_ends(to, STR("\r\n <ada@example.com>")));
	ck_assert(str_eq(words(str_head(to, to.n - strlen("\r\n <ada@example.com>"))), plain.to_name));
}
END_TEST

START_TEST(domains_become_ascii_and_reply_to_is_left_out_when_it_says_nothing)
{
	struct str mail;

	plain.to = STR("ada@büro.example");
	plain.reply_to = STR("Shop@example.org");
	mail = written(&plain);
	ck_str(header(mail, "To"), "\"Ada Lovelace\" <ada@xn--bro-hoa.example>");
	ck_assert_int_lt(str_find(mail, STR("Reply-To")), 0);
	plain.reply_to = STR("help@example.org");
	plain.references = STR("order_placed.1a2b.0@shop.example");
	mail = written(&plain);
	ck_str(header(mail, "Reply-To"), "help@example.org");
	ck_str(header(mail, "References"), "<order_placed.1a2b.0@shop.example>");
}
END_TEST

START_TEST(a_header_value_with_a_control_character_makes_no_mail)
{
	static const struct str bad[] = {STR_INIT("a\rb"), STR_INIT("a\nb"), STR_INIT("a\r\nBcc: eve@example.com"),
	    STR_INIT("a\0b"), STR_INIT("\x7f"), STR_INIT("\x1b[2J"), STR_INIT("\xff"), STR_INIT("\xed\xa0\x80")};
	struct str bytes, *values[] = {&plain.from_name, &plain.from, &plain.to_name, &plain.to,
	    &plain.reply_to, &plain.subject, &plain.message_id, &plain.references, &plain.language};
	struct mail_message good = plain;
	struct buf value;

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		for (size_t j = 0; j < ARRAY_LEN(bad); j++) {
			struct err e = {0};

			plain = good;
			buf_init(&value, &a, 100);
			buf_put(&value, bad[j]);
			buf_z(&value, "@example.org");
			*values[i] = buf_str(&value);
			ck_assert_msg(!mail_write(&a, &plain, &bytes, &e), "value %zu, text %zu", i, j);
			ck_assert_int_eq(e.kind, ERR_INPUT);
		}
}
END_TEST

START_TEST(what_is_too_large_or_no_text_makes_no_mail)
{
	struct mail_message good = plain;
	struct err e = {0};
	struct str bytes;

	plain.subject = repeat("x", 1001);
	ck_assert(!mail_write(&a, &plain, &bytes, &e) && e.kind == ERR_LIMIT);
	plain = good;
	err_clear(&e);
	plain.html = repeat("0123456789abcdef", (((size_t)2 << 20) / 16) + 1);
	ck_assert(!mail_write(&a, &plain, &bytes, &e) && e.kind == ERR_LIMIT);
	plain = good;
	err_clear(&e);
	plain.text = STR("a\0b");
	ck_assert(!mail_write(&a, &plain, &bytes, &e) && e.kind == ERR_INPUT);
	plain = good;
	err_clear(&e);
	plain.html = STR("\xe4");
	ck_assert(!mail_write(&a, &plain, &bytes, &e) && e.kind == ERR_INPUT);
}
END_TEST

START_TEST(bodies_come_back_whatever_their_lines_look_like)
{
	static const struct {
		const char *text, *read;
	} bodies[] = {{"", ""}, {"\n", "\r\n"}, {"a", "a\r\n"}, {"a\n", "a\r\n"}, {"a\r\nb\n\n", "a\r\nb\r\n\r\n"},
	    {".\n..\n.x\n", ".\r\n..\r\n.x\r\n"}, {"From me\nFrom: you\n", "From me\r\nFrom: you\r\n"},
	    {"blank \ntab\t\n \n", "blank \r\ntab\t\r\n \r\n"}, {"ends with a blank ", "ends with a blank \r\n"},
	    {"a = b =C3=A4\n", "a = b =C3=A4\r\n"}, {"a\rb\n", "a\rb\r\n"},
	    {"€ 5 \xf0\x9f\x98\x80\n", "€ 5 \xf0\x9f\x98\x80\r\n"}};

	for (size_t i = 1; i < ARRAY_LEN(bodies); i++)
		ck_str(body_read_back(str_z(bodies[i].text)), bodies[i].read);
	ck_assert(str_eq(body_read_back(repeat("x", 5000)), str_fmt(&a, "%s\r\n", repeat("x", 5000).p)));
	ck_assert(str_eq(body_read_back(repeat(".", 500)), str_fmt(&a, "%s\r\n", repeat(".", 500).p)));
	ck_assert(str_eq(body_read_back(repeat("From ", 500)), str_fmt(&a, "%s\r\n", repeat("From ", 500).p)));
	ck_assert(str_eq(body_read_back(repeat("您好，", 500)), str_fmt(&a, "%s\r\n", repeat("您好，", 500).p)));
	ck_assert(str_eq(body_read_back(repeat("line of an order\n", 300)), repeat("line of an order\r\n", 300)));
}
END_TEST

START_TEST(random_bodies_come_back)
{
	static const char *const parts[] = {"a", " ", "\t", "\n", "=", ".", "From ", "ä", "订",
	    "\xf0\x9f\x98\x80", "<td>", "-", "--=_", "x y z ", "\r"};
	uint64_t seed = 15;

	for (int i = 0; i < 3000; i++) {
		struct buf text, want;
		int n = (int)random_in(&seed, 1, 120);

		buf_init(&text, &a, 4096);
		buf_init(&want, &a, 4096);
		for (int j = 0; j < n; j++) {
			const char *part = parts[random_in(&seed, 0, ARRAY_LEN(parts) - 1)];

			if (part[0] == '\n' && text.n > 0 && text.p[text.n - 1] == '\r')
				continue;
			buf_z(&text, part);
			buf_z(&want, part[0] == '\n' ? "\r\n" : part);
		}
		if (text.n == 0)
			continue;
		if (text.p[text.n - 1] != '\n')
			buf_z(&want, "\r\n");
		ck_assert(str_eq(body_read_back(buf_str(&text)), buf_str(&want)));
		arena_reset(&a);
	}
}
END_TEST

START_TEST(addresses_that_some_server_cannot_take_are_refused_with_the_reason)
{
	static const char *const good[][2] = {{"a@b", "a@b"}, {"a.b+c@example.org", "a.b+c@example.org"},
	    {"-x@example.org", "-x@example.org"}, {"o'neil..x.@example.org", "o'neil..x.@example.org"},
	    {"x@BÜRO.example", "x@xn--bro-hoa.example"}};
	static const struct {
		const char *address, *why;
	} bad[] = {{"", "is not a mail address"}, {"x", "is not a mail address"}, {"@b", "is not a mail address"},
	    {"a@", "is not a mail address"}, {"jürgen@example.org", "only ASCII letters"},
	    {"a@b@c", "is not a mail address"}, {"a b@c", "is not a mail address"}, {"<a@b>", "is not a mail address"},
	    {"a@b,c@d", "is not a mail address"}, {"a\r\n@b", "control character"}, {"a@b\n", "control character"},
	    {"a@-b", "is not a mail address"}, {"a@b..c", "is not a mail address"},
	    {"a@b.", "is not a mail address"}, {"a@[127.0.0.1]", "is not a mail address"},
	    {"\"a b\"@c", "is not a mail address"}};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct err e = {0};
		struct str out;

		ck_ok(mail_address_get(&a, str_z(good[i][0]), &out, &e), &e);
		ck_str(out, good[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		struct str out;

		ck_assert_msg(!mail_address_get(&a, str_z(bad[i].address), &out, &e), "%s", bad[i].address);
		ck_assert_msg(strstr(e.msg, bad[i].why) != NULL, "%s: %s", bad[i].address, e.msg);
	}
}
END_TEST

#define DNS_HEAD "\0\1\x81\x80\0\1\0\2\0\0\0\0" "\4shop\7example\0" "\0\x0f\0\1"
#define DNS_RECORD(type, size) "\xc0\x0c\0" type "\0\1\0\0\1\0\0" size

START_TEST(an_answer_of_a_name_server_is_read_and_a_damaged_one_is_not)
{
	static const struct str mx =
	    STR_INIT(DNS_HEAD DNS_RECORD("\x0f", "\x07") "\0\x0a" "\2mx\xc0\x0c" DNS_RECORD("\x0f", "\3") "\0\0\0");
	static const struct str txt = STR_INIT(
	    DNS_HEAD DNS_RECORD("\x10", "\x0f") "\6v=spf1\7 mx -al" DNS_RECORD("\x10", "\6") "\4v=DM" "\0");
	struct mail_domain d = {.has_spf = false};

	ck_assert(mail_dns_parse(&a, mx, MAIL_DNS_MX, &d.mx) && d.mx.known);
	ck_assert_int_eq(d.mx.n, 2);
	ck_str(d.mx.v[0], "mx.shop.example");
	ck_str(d.mx.v[1], "");
	ck_assert(mail_dns_parse(&a, txt, MAIL_DNS_TXT, &d.spf));
	ck_assert_int_eq(d.spf.n, 2);
	ck_str(d.spf.v[0], "v=spf1 mx -al");
	d.dmarc = d.spf;
	mail_dns_judge(&d);
	ck_assert(d.has_spf && !d.has_dmarc && !d.null_mx);
	for (size_t n = 0; n < mx.n; n++)
		ck_assert_msg(!mail_dns_parse(&a, str_head(mx, n), MAIL_DNS_MX, &d.mx), "cut at %zu", n);
	ck_assert(mail_dns_parse(&a, mx, MAIL_DNS_TXT, &d.mx) && d.mx.n == 0);
}
END_TEST

START_TEST(rules_of_a_domain_are_recognised_as_whole_words)
{
	struct str spf[] = {STR("v=spf10 all")}, dmarc[] = {STR("other"), STR("V=DMARC1; p=none")}, none[] = {STR("")};
	struct mail_domain d = {.mx = {true, none, 1}, .spf = {true, spf, 1}, .dmarc = {true, dmarc, 2}};

	mail_dns_judge(&d);
	ck_assert(!d.has_spf && d.has_dmarc && d.null_mx);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "mail", a_mail_is_the_bytes_that_a_reader_expects,
    the_same_message_becomes_the_same_bytes_and_another_id_another_boundary, a_mail_without_html_has_one_part,
    long_subjects_of_any_script_are_folded_between_characters, subjects_that_a_reader_would_change_are_encoded,
    names_are_quoted_or_encoded_and_addresses_stay,
    domains_become_ascii_and_reply_to_is_left_out_when_it_says_nothing,
    a_header_value_with_a_control_character_makes_no_mail, what_is_too_large_or_no_text_makes_no_mail,
    bodies_come_back_whatever_their_lines_look_like, random_bodies_come_back,
    addresses_that_some_server_cannot_take_are_refused_with_the_reason,
    an_answer_of_a_name_server_is_read_and_a_damaged_one_is_not, rules_of_a_domain_are_recognised_as_whole_words)
