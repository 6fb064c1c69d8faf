/* picture.h - a picture of the catalogue as a view tree, with its address in each size. */
#ifndef KONTOR_VIEW_PICTURE_H
#define KONTOR_VIEW_PICTURE_H

#include "shop/catalogue.h"
#include "view/url.h"
#include "view/view.h"

/* Puts the object parent.NAME; nothing if there is no picture. */
void picture_put(struct view *parent, uint16_t name, const struct urls *, const struct catalogue_image *);

#endif
