/* charset.h - finds the encoding of a text file from all of its bytes, and turns the file into UTF-8.
 *
 * Files of spreadsheets do not say how they are encoded. Recognised are UTF-8 and UTF-16, with or without a byte order
 * mark, and one-byte encodings of Windows: the one that is usual for the shop's language, else Windows-1252. A one-byte
 * encoding is only accepted if the text that it yields is plausible: letters of two scripts in one word, signs inside
 * words, or long runs of accented letters mean that the file is in yet another one. */
#ifndef KONTOR_PLAT_TEXT_CHARSET_H
#define KONTOR_PLAT_TEXT_CHARSET_H

#include "base/err.h"
#include "base/str.h"

struct charset {
	const char *name; /* such as "UTF-8"; out, unless the caller names one that iconv knows */
	struct str lang;  /* of the shop: decides between one-byte encodings */
	/* out */
	int fd;               /* UTF-8, at its start: the caller's descriptor, or a new one of a file without a name */
	uint64_t n_mended;    /* bytes that were not in the encoding */
	uint32_t mended_line; /* of the first of them */
};

/* Reads the whole file from its start. Pipes are copied first. A few bytes that are not UTF-8 in a file of UTF-8 are
 * read as Windows-1252 and counted. ERR_INPUT: the encoding cannot be found, the named one is unknown, or the file is
 * not in it. */
MUST_USE bool charset_open(struct charset *, int fd, struct err *);

#endif
