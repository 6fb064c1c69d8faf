/* mail.h - builds mails (RFC 5322, MIME) and hands each to one transport: an SMTP server, a Maildir, or sendmail.
 *
 * The same message always becomes the same bytes, for every transport and every attempt: nothing in them is random or
 * read from a clock. Bodies are always quoted-printable, so no server needs to recode them, and no line is longer than
 * 76 characters.
 *
 * A transfer has one recipient and ends in one of five ways. No transport knows more than its server said: MAIL_UNKNOWN
 * means that the mail may have arrived, and is sent again with the same Message-ID.
 *
 * mail_write.c: header and parts. mail_encode.h: the encodings. mail_address.h: addresses. mail_send.c: what all
 * transports share. mail_smtp.c, mail_maildir.c, mail_sendmail.c: one transport each. */
#ifndef KONTOR_PLAT_MAIL_MAIL_H
#define KONTOR_PLAT_MAIL_MAIL_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "plat/conf/conf.h"

/* All texts are UTF-8. None of the header's may contain a control character; line ends in the bodies are LF or CRLF. */
struct mail_message {
	struct str from_name, from;
	struct str to_name, to;
	struct str reply_to;   /* none, or equal to another address here: no Reply-To */
	struct str subject;
	struct str text;       /* the plain part, always there */
	struct str html;       /* none: the mail has no HTML part */
	struct str message_id; /* "order_placed.3f2a.0@shop.example": without angle brackets, from the outbox key */
	struct str references; /* the Message-ID of the first mail of the order; none: this is the first */
	struct str language;   /* BCP 47 */
	int64_t date_s;	       /* UTC; the time of the event */
};

/* Writes the mail with CRLF line ends. ERR_INPUT if a header value or an address is unusable; ERR_LIMIT if the mail is
 * too large. */
MUST_USE bool mail_write(struct arena *, const struct mail_message *, struct str *bytes, struct err *);

enum mail_end {
	MAIL_SENT,
	MAIL_AGAIN,   /* try later */
	MAIL_NEVER,   /* the server refuses this mail or its recipient for good */
	MAIL_UNKNOWN, /* may have arrived: send again, with the same Message-ID */
	MAIL_HALT     /* the configuration is wrong: every other mail would fail, too */
};

struct mail_result {
	enum mail_end end;
	int code;	  /* the server's, such as 550; 0: it sent none */
	bool bad_address; /* with MAIL_NEVER: the address does not exist, so no mail should go there any more */
	char why[256];	  /* a line for the operator: the server's answer, if there was one */
};

struct mail_envelope {
	struct str from; /* bounces go there */
	struct str to;
	struct str bytes; /* of mail_write() */
	struct str id;	  /* the Message-ID */
};

/* The settings of section [mail], read once. Texts are borrowed from the configuration or live on the arena. */
enum mail_way { MAIL_BY_SMTP, MAIL_BY_FILE, MAIL_BY_SENDMAIL };
struct mail_transport {
	enum mail_way way;
	const char *where;    /* for messages: "smtp://127.0.0.1:25", the folder, the program */
	const char *url;      /* of the SMTP server, with the name for EHLO */
	const char *server;   /* "host:port" */
	const char *user, *password; /* "": no login */
	const char *ca_file;  /* "": the system's */
	bool starttls;
	uint32_t limit_ms; /* for one transfer */
};

/* ERR_INPUT if the settings do not make a transport; the message names the setting. ERR_NOT_FOUND and others if
 * mail.password_file cannot be read. Creates the folders of a Maildir, for which a confined process has no right. */
MUST_USE bool mail_transport_open(struct arena *, const struct conf *, struct mail_transport *, struct err *);

/* Sends one mail. Takes at most the transport's limit, and a second to end a program. */
void mail_send(const struct mail_transport *, const struct mail_envelope *, struct mail_result *);

#endif
