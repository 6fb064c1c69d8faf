/* qr.h - a QR code as the path of an SVG picture; wraps libqrencode. */
#ifndef KONTOR_PLAT_TEXT_QR_H
#define KONTOR_PLAT_TEXT_QR_H

#include "base/str.h"

struct qr {
	struct str path; /* the `d` of a filled path: the dark modules, one unit each; on the arena */
	int side;	 /* units of the square, with the quiet zone of four modules on each side */
};

/* Error level M, any bytes. False when the text does not fit into a code of version 13, the largest that payments use,
 * or when there is no memory for it. */
MUST_USE bool qr_make(struct arena *, struct str text, struct qr *);

#endif
