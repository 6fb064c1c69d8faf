/* picture_name.h - the files that a picture's address in a table may mean, in a folder of pictures. Pure. */
#ifndef KONTOR_IMPORT_PICTURE_NAME_H
#define KONTOR_IMPORT_PICTURE_NAME_H

#include "base/str.h"

#define PICTURE_NAMES_MAX 8

/* True for an address with a server's name. */
bool picture_is_remote(struct str source);

/* Fills `out` with paths below the folder, the likeliest first, on the arena; returns their number. They are the path
 * of a local source; the last part of the address, decoded, as it is, and with its query, since programs save files so;
 * and this name without what Shopify appends to names: a UUID, a size. None leads out of the folder. */
size_t picture_names(struct arena *, struct str source, struct str out[PICTURE_NAMES_MAX]);

#endif
