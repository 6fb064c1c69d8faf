/* mail_report.h - reads a delivery status notification (RFC 3464): what a mail server sends back when it could not
 * deliver a mail. Pure: nothing in the message is believed to be true, it is only read.
 *
 * Line ends may be LF, as in pipes and Maildirs, or CRLF. */
#ifndef KONTOR_PLAT_MAIL_MAIL_REPORT_H
#define KONTOR_PLAT_MAIL_MAIL_REPORT_H

#include "base/err.h"
#include "base/str.h"

#define MAIL_REPORT_MAX_B ((size_t)4 << 20)
#define MAIL_REPORT_TO_MAX 8

struct mail_report {
	struct str to[MAIL_REPORT_TO_MAX]; /* addresses that the message itself went to */
	size_t n_to;
	bool found;           /* it is a report; the rest is of its first recipient that failed, else of its first */
	struct str action;    /* "failed", "delayed", in lower case */
	struct str status;    /* "5.1.1" */
	struct str recipient; /* the address, without its type */
	struct str answer;    /* of the server, one line; may be empty */
};

/* Texts are on the arena or point into the message. ERR_INPUT if it has no header. */
MUST_USE bool mail_report_read(struct arena *, struct str message, struct mail_report *, struct err *);

#endif
