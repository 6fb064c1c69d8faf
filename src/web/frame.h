/* frame.h - what stands around every page: the site's fixed facts, and the parts that all public trees share. */
#ifndef KONTOR_WEB_FRAME_H
#define KONTOR_WEB_FRAME_H

#include "view/view.h"
#include "web/app.h"
#include "web/request.h"

/* The tree `site` of doc/templates.md for a language; on the arena. */
struct view *frame_site(struct arena *, const struct app *, const struct lang *);

/* Completes a page's public tree: its address here and in the other languages, and the menu. Without a menu, when the
 * database and the cache cannot give one: the page is still worth having. */
void frame_page(const struct page_ctx *, struct str path, struct view *page);

#endif
