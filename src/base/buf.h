/* buf.h - a growing byte buffer on an arena.
 *
 * The error is sticky: beyond `max_b` or the arena's cap, writes are dropped and `over` stays set. The writer checks
 * once at the end with buf_check(). */
#ifndef KONTOR_BASE_BUF_H
#define KONTOR_BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

struct buf {
	struct arena *a;
	char *p;
	size_t n, cap_b, max_b;
	bool over;
};

void buf_init(struct buf *, struct arena *, size_t max_b);

void buf_put(struct buf *, struct str);
void buf_z(struct buf *, const char *z);
void buf_ch(struct buf *, char c);
void buf_utf8(struct buf *, uint32_t code_point);
void buf_fmt(struct buf *, const char *fmt, ...) PRINTF(2, 3);
void buf_u64(struct buf *, uint64_t);
void buf_i64(struct buf *, int64_t);
void buf_hex(struct buf *, uint64_t); /* lower case, without leading zeros */

/* Escaped for HTML text and double-quoted attributes: & < > " ' */
void buf_html(struct buf *, struct str);

/* Percent-encoded: all but the unreserved characters of RFC 3986, section 2.3. */
void buf_url(struct buf *, struct str);

/* A JSON string with its quotes. <, >, & and U+2028/9 are escaped, which makes it safe inside <script>. */
void buf_json(struct buf *, struct str);

/* The bytes written so far; valid until the next write. A NUL follows the last byte. */
struct str buf_str(const struct buf *);

/* ERR_LIMIT when something was dropped. */
MUST_USE bool buf_check(const struct buf *, struct err *);

#endif
