/* page_search.c - the search page. */
#include "view/url.h"
#include "serve/app.h"
#include "web/aggregate.h"
#include "web/goods_view.h"
#include "web/handlers.h"

#define POPULAR_N 8

static bool
put_found(const struct page_ctx *cx, struct view *page, struct str words, struct err *e)
{
	const struct catalogue_list_query query = {.after = field_text(cx->fields, F_after), .n = GOODS_PAGE_N};
	struct goods_ids ids;
	struct view *pager;
	struct str here;

	if (!goods_ids_found(cx, words, &query, &ids, e)
	    || !goods_put_cards(cx, ids.ids, ids.n, view_sublist(page, N_cards), e))
		return false;
	goods_first_row(view_get(page, N_cards));
	if (ids.after.n == 0 && ids.next.n == 0) {
		view_int(page, N_count, (int64_t)view_count(view_get(page, N_cards)));
		return true;
	}
	pager = view_sub(page, N_pager);
	here = url_query(cx->a, url_to(&cx->app->urls, cx->a, cx->lang, URL_search, STR_NONE), "q", words);
	if (ids.after.n > 0)
		view_str(pager, N_first_url, here);
	if (ids.next.n > 0)
		view_str(pager, N_next_url, url_query(cx->a, here, "after", ids.next));
	return true;
}

bool
page_search(const struct page_ctx *cx, struct view *page, struct err *e)
{
	struct str words = field_text(cx->fields, F_q);
	struct goods_ids ids;
	struct view *menu;

	view_bool(page, N_hidden, true);
	if (words.n > 0) {
		view_str(page, N_query, words);
		if (!put_found(cx, page, words, e))
			return false;
		if (view_count(view_get(page, N_cards)) > 0)
			return true;
	}
	if (!aggregate_get(cx, CACHE_menu, &menu, e) || !goods_ids_tagged(cx, STR("featured"), POPULAR_N, &ids, e))
		return false;
	view_put(page, N_tiles, menu);
	return goods_put_cards(cx, ids.ids, ids.n, view_sublist(page, N_popular), e);
}
