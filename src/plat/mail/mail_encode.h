/* mail_encode.h - the encodings of a mail: encoded words (RFC 2047) for headers, quoted-printable for bodies. Pure. */
#ifndef KONTOR_PLAT_MAIL_MAIL_ENCODE_H
#define KONTOR_PLAT_MAIL_MAIL_ENCODE_H

#include "base/buf.h"

/* Writes a text of valid UTF-8 at column `col` of a header line: as it is if it is plain and fits, otherwise as encoded
 * words, folded. No word ends inside a character. */
void mail_encode_words(struct buf *, struct str text, size_t col);

/* The same for a display name, followed by its address in angle brackets. */
void mail_encode_mailbox(struct buf *, struct str name, struct str address, size_t col);

/* Writes a body with CRLF line ends and one at its end. Lines have at most 76 characters; none begins with a dot or
 * "From ", or ends in a blank. */
void mail_encode_body(struct buf *, struct str text);

#endif
