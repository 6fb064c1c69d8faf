/* frame.h - the parts that all public trees share. */
#ifndef KONTOR_WEB_FRAME_H
#define KONTOR_WEB_FRAME_H

#include "view/view.h"
#include "serve/app.h"
#include "serve/request.h"

/* Completes a page's public tree: its address here and in the other languages, and the menu. Without a menu, when the
 * database and the cache cannot give one: the page is still worth having. */
void frame_page(const struct page_ctx *, struct str path, struct view *page);

#endif
