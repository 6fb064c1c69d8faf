/* offer_view.h - means of payment and countries of delivery, which the law wants named before ordering begins
 * (Directive 2011/83/EU, art. 8 (3)). */
#ifndef KONTOR_WEB_OFFER_VIEW_H
#define KONTOR_WEB_OFFER_VIEW_H

#include "serve/request.h"
#include "view/view.h"

/* Puts `offer`: what the settings in effect allow, whatever the goods are. */
void offer_put(const struct page_ctx *, struct view *page);

#endif
