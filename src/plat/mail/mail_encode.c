#include "plat/mail/mail_encode.h"

#include <string.h>

#include "base/utf8.h"

#define LINE_MAX_B 76	/* of a line with an encoded word, and of one in quoted-printable */
#define WORD_BEGIN "=?UTF-8?Q?"
#define WORD_END "?="
#define CHAR_MAX_B 12	/* a code point in quoted-printable */

/* The bytes of a character as "=C3=A4"; returns the size. */
static size_t
put_hex(struct str ch, char out[CHAR_MAX_B])
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < ch.n; i++) {
		unsigned char byte = (unsigned char)ch.p[i];

		out[3 * i] = '=';
		out[3 * i + 1] = hex[byte >> 4];
		out[3 * i + 2] = hex[byte & 15];
	}
	return 3 * ch.n;
}

/* Only the characters that may stand anywhere in a header. */
static size_t
quote_in_word(struct str ch, char out[CHAR_MAX_B])
{
	const char c = ch.p[0];

	if (c != ' ' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
		return put_hex(ch, out);
	out[0] = c == ' ' ? '_' : c;
	return 1;
}

/* Encoding Q, not B: GMime takes the padding of one base64 word for the end of all. */
static void
put_encoded(struct buf *b, struct str s, size_t col)
{
	char out[CHAR_MAX_B];

	buf_z(b, WORD_BEGIN);
	col += strlen(WORD_BEGIN);
	while (s.n > 0) {
		struct str rest = s;
		uint32_t cp;
		size_t n;

		if (!utf8_next(&rest, &cp))
			rest = str_from(s, 1);
		n = quote_in_word(str_head(s, s.n - rest.n), out);
		if (col + n + strlen(WORD_END) > LINE_MAX_B) {
			buf_z(b, WORD_END "\r\n " WORD_BEGIN);
			col = 1 + strlen(WORD_BEGIN);
		}
		buf_put(b, str_n(out, n));
		col += n;
		s = rest;
	}
	buf_z(b, WORD_END);
}

/* True for text that a reader gives back unchanged: folding and unfolding may change runs of blanks. */
static bool
reads_back(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || (s.p[i] == ' ' && (i == 0 || i + 1 == s.n || s.p[i - 1] == ' ')))
			return false;
	return str_find(s, STR("=?")) < 0;
}

void
mail_encode_words(struct buf *b, struct str text, size_t col)
{
	if (reads_back(text) && text.n + col <= LINE_MAX_B)
		buf_put(b, text);
	else
		put_encoded(b, text, col);
}

void
mail_encode_mailbox(struct buf *b, struct str name, struct str address, size_t col)
{
	const size_t begin = b->n;

	if (name.n == 0) {
		buf_put(b, address);
		return;
	}
	if (reads_back(name) && name.n * 2 + col + 2 <= LINE_MAX_B) { /* room for a backslash before each character */
		buf_ch(b, '"');
		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\')
				buf_ch(b, '\\');
			buf_ch(b, name.p[i]);
		}
		buf_ch(b, '"');
	} else {
		put_encoded(b, name, col);
	}
	buf_z(b, b->n - begin + col + address.n + 3 > LINE_MAX_B ? "\r\n <" : " <");
	buf_put(b, address);
	buf_ch(b, '>');
}

static bool
ends_line(struct str s)
{
	return s.n == 0 || s.p[0] == '\n' || str_starts(s, STR("\r\n"));
}

/* The character before `rest`, which begins at column `col`, in quoted-printable; returns its size. */
static size_t
quote(struct str ch, struct str rest, size_t col, char out[CHAR_MAX_B])
{
	const unsigned char c = (unsigned char)ch.p[0];
	bool as_is = c >= ' ' && c <= '~' && c != '=';

	if (c == ' ' || c == '\t')
		as_is = !ends_line(rest);
	else if (col == 0 && (c == '.' || (c == 'F' && str_starts(rest, STR("rom ")))))
		as_is = false;
	if (as_is) {
		out[0] = (char)c;
		return 1;
	}
	return put_hex(ch, out);
}

/* The last column is for the soft line break, so that no text needs to look ahead for the end of its line. */
void
mail_encode_body(struct buf *b, struct str s)
{
	char out[CHAR_MAX_B];
	size_t col = 0;

	while (s.n > 0) {
		struct str rest = s;
		size_t n;
		uint32_t cp;

		if (ends_line(s)) {
			buf_z(b, "\r\n");
			s = str_from(s, s.p[0] == '\r' ? 2 : 1);
			col = 0;
			continue;
		}
		if (!utf8_next(&rest, &cp))
			rest = str_from(s, 1);
		n = quote(str_head(s, s.n - rest.n), rest, col, out);
		if (col + n >= LINE_MAX_B) {
			buf_z(b, "=\r\n");
			col = 0;
			n = quote(str_head(s, s.n - rest.n), rest, 0, out);
		}
		buf_put(b, str_n(out, n));
		col += n;
		s = rest;
	}
	if (col > 0)
		buf_z(b, "\r\n");
}
