#include "plat/text/qr.h"

#include <qrencode.h>

#include "base/buf.h"

#define QUIET 4
#define VERSION_MAX 13
#define DARK 1 /* the lowest bit of a module */
#define PATH_MAX_B ((size_t)64 << 10)

/* One rectangle for each run of dark modules in a row. */
static struct str
qr_path(struct arena *a, const QRcode *code)
{
	const unsigned char *at = code->data;
	struct buf b;

	buf_init(&b, a, PATH_MAX_B);
	for (int y = 0; y < code->width; y++, at += code->width) {
		for (int x = 0, run; x < code->width; x += run) {
			for (run = 0; x + run < code->width && at[x + run] & DARK; run++)
				;
			if (run > 0)
				buf_fmt(&b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
			else
				run = 1;
		}
	}
	return b.over ? STR_NONE : buf_str(&b);
}

bool
qr_make(struct arena *a, struct str text, struct qr *qr)
{
	const unsigned char *bytes = (const unsigned char *)text.p;
	QRcode *code = text.n == 0 ? NULL : QRcode_encodeData((int)text.n, bytes, 0, QR_ECLEVEL_M);

	*qr = (struct qr){0};
	if (code == NULL)
		return false;
	if (code->version <= VERSION_MAX)
		*qr = (struct qr){qr_path(a, code), code->width + 2 * QUIET};
	QRcode_free(code);
	return qr->path.n > 0;
}
