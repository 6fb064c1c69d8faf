/* Bounces: reading what mail servers send back, and the address that names the mail. */
#include <stdio.h>
#include <string.h>

#include "plat/mail/mail_report.h"
#include "plat/mail/mail_verp.h"
#include "unit.h"

static struct arena a;

static struct mail_report
report_of(const char *text)
{
	struct mail_report r;
	struct err e = {0};

	arena_fini(&a);
	arena_init(&a, 8 << 20);
	ck_assert_msg(mail_report_read(&a, str_z(text), &r, &e), "%s", e.msg);
	return r;
}

#define POSTFIX                                                                                                        \
	"Return-Path: <>\r\n"                                                                                          \
	"X-Original-To: bounce+77.01aabbccddeeff0011@shop.example\r\n"                                                 \
	"Delivered-To: bounce+77.01aabbccddeeff0011@shop.example\r\n"                                                  \
	"Date: Mon, 30 Nov 2026 10:00:00 +0000 (UTC)\r\n"                                                              \
	"From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n"                                                    \
	"Subject: Undelivered Mail Returned to Sender\r\n"                                                             \
	"To: bounce+77.01aabbccddeeff0011@shop.example\r\n"                                                            \
	"MIME-Version: 1.0\r\n"                                                                                        \
	"Content-Type: multipart/report; report-type=delivery-status;\r\n"                                             \
	"\tboundary=\"9B1C.1764/mx.example\"\r\n"                                                                      \
	"\r\n"                                                                                                         \
	"This is a MIME-encapsulated message.\r\n"                                                                     \
	"\r\n"                                                                                                         \
	"--9B1C.1764/mx.example\r\n"                                                                                   \
	"Content-Description: Notification\r\n"                                                                        \
	"Content-Type: text/plain; charset=us-ascii\r\n"                                                               \
	"\r\n"                                                                                                         \
	"I'm sorry. Status: 9.9.9\r\n"                                                                                 \
	"\r\n"                                                                                                         \
	"--9B1C.1764/mx.example\r\n"                                                                                   \
	"Content-Description: Delivery report\r\n"                                                                     \
	"Content-Type: message/delivery-status\r\n"                                                                    \
	"\r\n"                                                                                                         \
	"Reporting-MTA: dns; mx.example\r\n"                                                                           \
	"X-Postfix-Queue-ID: 9B1C\r\n"                                                                                 \
	"\r\n"                                                                                                         \
	"Final-Recipient: rfc822; anna@example.org\r\n"                                                                \
	"Original-Recipient: rfc822;anna@example.org\r\n"                                                              \
	"Action: failed\r\n"                                                                                           \
	"Status: 5.1.1\r\n"                                                                                            \
	"Remote-MTA: dns; mx2.example\r\n"                                                                             \
	"Diagnostic-Code: smtp; 550 5.1.1 <anna@example.org>: Recipient address\r\n"                                   \
	"    rejected: User unknown\r\n"                                                                               \
	"\r\n"                                                                                                         \
	"--9B1C.1764/mx.example\r\n"                                                                                   \
	"Content-Type: message/rfc822\r\n"                                                                             \
	"\r\n"                                                                                                         \
	"From: shop@shop.example\r\n"                                                                                  \
	"Status: 1.1.1\r\n"                                                                                            \
	"\r\n"                                                                                                         \
	"--9B1C.1764/mx.example--\r\n"

START_TEST(report_of_a_server_is_read)
{
	struct mail_report r = report_of(POSTFIX);

	ck_assert(r.found);
	ck_str(r.action, "failed");
	ck_str(r.status, "5.1.1");
	ck_str(r.recipient, "anna@example.org");
	ck_str(r.answer, "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown");
	ck_assert_uint_eq(r.n_to, 3);
	ck_str(r.to[0], "bounce+77.01aabbccddeeff0011@shop.example");
}
END_TEST

START_TEST(report_with_plain_line_ends_is_the_same)
{
	char text[sizeof(POSTFIX)], *to = text;
	struct mail_report r;

	for (const char *p = POSTFIX; *p != '\0'; p++)
		if (*p != '\r')
			*to++ = *p;
	*to = '\0';
	r = report_of(text);
	ck_assert(r.found);
	ck_str(r.status, "5.1.1");
	ck_str(r.answer, "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown");
}
END_TEST

/* exim's boundary is not quoted; its report names two recipients, the first of them delayed. */
START_TEST(recipient_that_failed_comes_before_one_that_is_delayed)
{
	struct mail_report r =
	    report_of("From MAILER-DAEMON Mon Nov 30 10:00:00 2026\n"
		      "Return-path: <>\n"
		      "Envelope-to: bounce+8.02@shop.example\n"
		      "CONTENT-TYPE: Multipart/Report; Report-Type=delivery-status; Boundary=1764-eximdsn-1\n"
		      "To: Shop <bounce+8.02@shop.example>, x\n\n"
		      "--1764-eximdsn-1\nContent-type: text/plain; charset=us-ascii\n\nhello\n\n"
		      "--1764-eximdsn-1\nContent-type: Message/Delivery-Status\n\n"
		      "Reporting-MTA: dns; mail.example\n\n"
		      "Action: delayed\nFinal-Recipient: rfc822;b@example.org\nStatus: 4.4.1\n\n"
		      "Action: Failed\nFinal-Recipient: rfc822;c@example.org\nStatus: 5.0.0 (unknown)\n\n"
		      "--1764-eximdsn-1--\n");

	ck_assert(r.found);
	ck_str(r.action, "failed");
	ck_str(r.status, "5.0.0");
	ck_str(r.recipient, "c@example.org");
	ck_assert_uint_eq(r.n_to, 2);
	ck_str(r.to[1], "bounce+8.02@shop.example");
}
END_TEST

START_TEST(other_mails_are_no_reports)
{
	static const char *const mails[] = {
	    "To: bounce+1.aa@shop.example\nSubject: Re: your order\n\nStatus: 5.1.1\nAction: failed\n",
	    "To: a@b.c\nContent-Type: multipart/report; boundary=x\n\nno parts at all\nAction: failed\n",
	    "To: a@b.c\nContent-Type: multipart/report; boundary=x\n\n--x\nContent-Type: text/plain\n\nAction: "
	    "failed\n--x--\n",
	    "To: a@b.c\nContent-Type: multipart/report\n\n--\nContent-Type: message/delivery-status\n\nAction: "
	    "failed\n",
	    "To: a@b.c\nContent-Type: multipart/reporter; boundary=x\n\n--x\n"
	    "Content-Type: message/delivery-status\n\nAction: failed\n--x--\n",
	};
	struct mail_report r;
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_LEN(mails); i++)
		ck_assert_msg(!report_of(mails[i]).found, "%s", mails[i]);
	ck_assert(!mail_report_read(&a, STR("\n\nbody"), &r, &e) && e.kind == ERR_INPUT);
	err_clear(&e);
	ck_assert(!mail_report_read(&a, STR(""), &r, &e));
}
END_TEST

/* Cut anywhere, it is read without harm, and never as another status. */
START_TEST(a_report_that_was_cut_is_no_other_report)
{
	char text[sizeof(POSTFIX)];

	for (size_t n = sizeof("Return-Path:"); n < sizeof(POSTFIX) - 1; n++) {
		struct mail_report r;

		memcpy(text, POSTFIX, n);
		text[n] = '\0';
		r = report_of(text);
		ck_assert(!r.found || r.status.n <= 5);
	}
}
END_TEST

START_TEST(a_bounce_address_names_its_mail_to_who_has_the_keys_alone)
{
	struct str plain = STR("bounce@shop.example"), address;
	struct secret_ring ring, other;
	uint64_t id = 0;
	char forged[100];

	arena_fini(&a);
	arena_init(&a, 1 << 20);
	secret_ring_make(&ring, 100);
	secret_ring_make(&other, 100);
	address = mail_verp(&a, &ring, plain, 1234567, 1000);
	ck_assert_msg(
	    str_starts(address, STR("bounce+1234567.")) && str_ends(address, STR("@shop.example")), "%s", address.p);
	ck_assert_int_eq(mail_verp_read(&ring, plain, address, &id), MAIL_VERP_GOOD);
	ck_assert_uint_eq(id, 1234567);
	/* servers change the case */
	snprintf(forged, sizeof(forged), "%s", address.p);
	for (char *p = forged; *p != '\0'; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	ck_assert_int_eq(mail_verp_read(&ring, plain, str_z(forged), &id), MAIL_VERP_GOOD);
	/* another mail's number, another key */
	snprintf(forged, sizeof(forged), "%s", address.p);
	forged[7] = '2';
	ck_assert_int_eq(mail_verp_read(&ring, plain, str_z(forged), &id), MAIL_VERP_FORGED);
	ck_assert_int_ne(mail_verp_read(&other, plain, address, &id), MAIL_VERP_GOOD);
	ck_assert_int_eq(mail_verp_read(&ring, STR("bounce@other.example"), address, &id), MAIL_VERP_OTHER);
	ck_assert_int_eq(mail_verp_read(&ring, plain, plain, &id), MAIL_VERP_OTHER);
	ck_assert_int_eq(mail_verp_read(&ring, plain, STR("bounce+5@shop.example"), &id), MAIL_VERP_OTHER);
	/* after a key was replaced, mails of before still bounce */
	secret_ring_turn(&ring, 2000, 1000, false);
	ck_assert_int_eq(mail_verp_read(&ring, plain, address, &id), MAIL_VERP_GOOD);
	/* without a key in use */
	ck_str(mail_verp(&a, &ring, plain, 7, 50), plain.p);
}
END_TEST

UNIT_MAIN("mail_report", report_of_a_server_is_read, report_with_plain_line_ends_is_the_same,
    recipient_that_failed_comes_before_one_that_is_delayed, other_mails_are_no_reports,
    a_report_that_was_cut_is_no_other_report, a_bounce_address_names_its_mail_to_who_has_the_keys_alone)
