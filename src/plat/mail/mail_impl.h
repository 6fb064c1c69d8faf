/* mail_impl.h - the transports behind mail_send(), and what they share. */
#ifndef KONTOR_PLAT_MAIL_MAIL_IMPL_H
#define KONTOR_PLAT_MAIL_MAIL_IMPL_H

#include "plat/mail/mail.h"

/* Each sends one mail whose envelope is checked. */
void mail_smtp(const struct mail_transport *, const struct mail_envelope *, struct mail_result *);
void mail_maildir(const struct mail_transport *, const struct mail_envelope *, struct mail_result *);
void mail_sendmail(const struct mail_transport *, const struct mail_envelope *, struct mail_result *);

/* The outcome and its reason. Control characters in the reason become blanks, and words with an @ "(address)", since it
 * is kept and logged. */
void mail_ends(struct mail_result *, enum mail_end, const char *fmt, ...) PRINTF(3, 4);

/* Writes a mail with the line ends of files. False with errno. */
MUST_USE bool mail_put_file(int fd, struct str bytes);

/* Creates the folders of a Maildir. */
MUST_USE bool mail_maildir_make(const char *dir, struct err *);

#endif
