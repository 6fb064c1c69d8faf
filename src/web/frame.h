/* frame.h - the parts that all public trees have in common. */
#ifndef KONTOR_WEB_FRAME_H
#define KONTOR_WEB_FRAME_H

#include "view/view.h"
#include "serve/app.h"
#include "serve/request.h"

/* Completes a page's public tree with its address in each language and the menu, where the present category is marked.
 * If the menu cannot be read, the page lacks it. */
void frame_page(const struct page_ctx *, struct str path, struct view *page);

#endif
