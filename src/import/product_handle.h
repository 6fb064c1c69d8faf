/* product_handle.h - handles: checks those that are given, makes others from a text. */
#ifndef KONTOR_IMPORT_PRODUCT_HANDLE_H
#define KONTOR_IMPORT_PRODUCT_HANDLE_H

#include "base/str.h"

#define PRODUCT_HANDLE_MAX 190 /* characters */

/* True when the handle is valid in a URL: no blanks, quotes, slashes, control characters, ? # % & < >, and not "." or
 * "..". */
bool product_handle_check(struct str);

/* A valid handle made from a handle as typed, or from a title: "Salt & Pepper" gives "salt-pepper". Letters of all
 * scripts stay; a text without letters and digits gives "product". There is room to append a number. */
struct str product_handle_make(struct arena *, struct str text);

#endif
