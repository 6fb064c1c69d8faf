/* page_goods.c - the pages of home, categories and products. */
#include "store/catalogue/catalogue_read.h"
#include "view/jsonld.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/aggregate.h"
#include "web/goods_view.h"
#include "web/goods_tree.h"
#include "web/handlers.h"

#define HOME_N 8
#define FAVOURITES_N 4
#define RELATED_N 4

/* Keeps the first `max` ids that the page does not show already. Returns their number. */
static size_t
without(struct goods_ids *list, const struct goods_ids *shown, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n && n < max; i++) {
		size_t k = 0;

		while (k < shown->n && shown->ids[k] != list->ids[i])
			k++;
		if (k == shown->n)
			list->ids[n++] = list->ids[i];
	}
	return n;
}

bool
page_home(const struct page_ctx *cx, struct view *page, struct err *e)
{
	const struct catalogue_list_query newest = {.sort = SORT_NEWEST, .n = HOME_N};
	const struct jsonld_shop shop = {&cx->app->urls, &cx->app->conf, &cx->app->rules};
	struct goods_ids ids, favourites;
	struct view *menu;

	if (!aggregate_get(cx, CACHE_menu, &menu, e))
		return false;
	view_put(page, N_tiles, menu);
	if (!goods_ids(cx, &newest, &ids, e)
	    || !goods_put_cards(cx, ids.ids, ids.n, view_sublist(page, N_newest), e))
		return false;
	goods_first_row(view_get(page, N_newest));
	if (!goods_ids_tagged(cx, STR("featured"), FAVOURITES_N + HOME_N, &favourites, e))
		return false;
	favourites.n = without(&favourites, &ids, FAVOURITES_N);
	if (!goods_put_cards(cx, favourites.ids, favourites.n, view_sublist(page, N_popular), e))
		return false;
	view_html(page, N_json_ld, jsonld_site(cx->a, &shop, cx->lang));
	return true;
}

static const struct {
	const char *word;
	enum catalogue_sort sort;
	uint16_t name;
} sorts[] = {{"newest", SORT_NEWEST, N_by_newest}, {"price", SORT_PRICE, N_by_price},
    {"-price", SORT_PRICE_DOWN, N_by_price_down}, {"name", SORT_NAME, N_by_name}};

/* The requested sort, or the first. */
static size_t
sort_of(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
		if (str_eq_z(word, sorts[i].word))
			return i;
	return 0;
}

static struct str
list_url(const struct page_ctx *cx, size_t sort, struct str after)
{
	struct str url = url_to(&cx->app->urls, cx->a, cx->lang, URL_category, cx->args.slug);

	if (sort != 0)
		url = url_query(cx->a, url, "sort", str_z(sorts[sort].word));
	return url_query(cx->a, url, "after", after);
}

static void
put_sorts(const struct page_ctx *cx, struct view *page, size_t chosen)
{
	struct view *v = view_sub(page, N_sort);

	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		struct view *one = view_sub(v, sorts[i].name);

		view_str(one, N_url, list_url(cx, i, STR_NONE));
		if (i == chosen)
			view_bool(one, N_selected, true);
	}
}

static void
put_share(const struct page_ctx *cx, struct view *page, const struct view *image)
{
	struct str url = view_text(view_get(image, N_zoom_url));

	if (url.n > 0)
		view_str(page, N_share_url, url_absolute(&cx->app->urls, cx->a, url));
}

/* Slugs are made in lower case. */
static bool
page_find_category(const struct page_ctx *cx, struct view **category, struct err *e)
{
	struct str slug = str_lower(cx->a, cx->args.slug);

	if (!goods_find_category(cx, cx->args.slug, category, e))
		return false;
	if (*category != NULL)
		return true;
	if (!str_eq(slug, cx->args.slug) && !goods_find_category(cx, slug, category, e))
		return false;
	if (*category == NULL)
		return err_set(e, ERR_NOT_FOUND, "no category '%.*s'", STR_ARG(cx->args.slug));
	cx->result->moved_to = url_to(&cx->app->urls, cx->a, cx->lang, URL_category, slug);
	return true;
}

static void
put_pager(const struct page_ctx *cx, struct view *page, const struct goods_ids *ids, size_t sort)
{
	struct str here = url_to(&cx->app->urls, cx->a, cx->lang, URL_category, cx->args.slug);
	struct view *pager;

	if (ids->after.n == 0 && ids->next.n == 0)
		return;
	pager = view_sub(page, N_pager);
	if (ids->after.n > 0) {
		view_str(pager, N_first_url, list_url(cx, sort, STR_NONE));
		cx->result->query = str_from(list_url(cx, sort, ids->after), here.n);
	}
	if (ids->next.n > 0)
		view_str(pager, N_next_url, list_url(cx, sort, ids->next));
}

bool
page_category(const struct page_ctx *cx, struct view *page, struct err *e)
{
	struct str word = field_text(cx->fields, F_sort), after = field_text(cx->fields, F_after);
	size_t sort = sort_of(word);
	struct catalogue_list_query query = {.sort = sorts[sort].sort, .after = after, .n = GOODS_PAGE_N};
	struct view *category, *menu;
	struct goods_ids ids;

	if (!page_find_category(cx, &category, e) || !aggregate_get(cx, CACHE_menu, &menu, e))
		return false;
	if (cx->result->moved_to.n > 0)
		return true;
	query.category = (uint64_t)view_get(category, N_id)->u.i;
	if (!goods_ids(cx, &query, &ids, e)
	    || !goods_put_cards(cx, ids.ids, ids.n, view_sublist(page, N_cards), e))
		return false;
	goods_first_row(view_get(page, N_cards));
	put_share(cx, page, view_get(category, N_image));
	view_put(
	    page, N_breadcrumbs, goods_breadcrumbs(cx, view_get(category, N_breadcrumbs), STR_NONE));
	view_put(page, N_json_ld, view_take(category, N_json_ld));
	view_put(page, N_category, category);
	view_put(page, N_description, view_get(category, N_summary));
	view_put(page, N_count, view_get(category, N_count));
	put_sorts(cx, page, sort);
	put_pager(cx, page, &ids, sort);
	return true;
}

/* Other products of the category, newest first. */
static bool
put_related(const struct page_ctx *cx, struct view *page, const struct goods_ids *ids, uint64_t self, struct err *e)
{
	uint64_t other[RELATED_N];
	size_t n = 0;

	for (size_t i = 0; i < ids->n && n < RELATED_N; i++)
		if (ids->ids[i] != self)
			other[n++] = ids->ids[i];
	return goods_put_cards(cx, other, n, view_sublist(page, N_related), e);
}

/* Adds breadcrumbs to the page and its JSON-LD. They are cached once for all products of a category. */
static void
page_put_way(const struct page_ctx *cx, struct view *page, struct view *product, const struct view *way)
{
	struct view *up = way != NULL ? view_get(way, N_breadcrumbs) : view_list(cx->a);
	struct view *crumbs = goods_breadcrumbs(cx, up, view_text(view_get(product, N_name)));
	struct str made = view_text(view_take(product, N_json_ld));

	view_put(product, N_breadcrumbs, up);
	view_put(product, N_category, view_get(way, N_category));
	view_put(page, N_breadcrumbs, crumbs);
	view_put(page, N_category, view_get(way, N_category));
	view_html(page, N_json_ld, jsonld_with_breadcrumbs(cx->a, &cx->app->urls, made, crumbs));
}

/* Redirects to the product with this handle. */
static bool
page_lead(const struct page_ctx *cx, struct str handle, bool dotted)
{
	if (handle.n == 0)
		return false;
	cx->result->dotted = dotted;
	cx->result->moved_to = url_product(&cx->app->urls, cx->a, cx->lang, handle, 0);
	return true;
}

/* No product has the handle: does one have it in other upper or lower case, or had one it? */
static bool
page_find_alike(const struct page_ctx *cx, struct err *e)
{
	struct str slug = cx->args.slug, dotted = cx->args.dotted, alike = STR_NONE;
	bool gone = false, dotted_gone = false;

	if (dotted.n > 0 && !catalogue_find_alike(cx->db, cx->a, dotted, &alike, &dotted_gone, e))
		return false;
	if (page_lead(cx, alike, true))
		return true;
	if (!catalogue_find_alike(cx->db, cx->a, slug, &alike, &gone, e))
		return false;
	return page_lead(cx, alike, false)
	    || err_set(e, gone || dotted_gone ? ERR_GONE : ERR_NOT_FOUND, "no product '%.*s'", STR_ARG(slug));
}

/* A twin's path may also be the name of another product, which then comes first. *product is NULL if the page has
 * moved. */
static bool
page_find_product(const struct page_ctx *cx, struct view **product, struct err *e)
{
	struct str dotted = cx->args.dotted, moved, moved_dotted = STR_NONE;
	struct view *named = NULL;

	if (!goods_find_product(cx, cx->args.slug, false, product, &moved, e)
	    || (dotted.n > 0 && !goods_find_product(cx, dotted, *product != NULL, &named, &moved_dotted, e)))
		return false;
	cx->result->dotted = named != NULL;
	if (named != NULL)
		*product = named;
	if (*product != NULL || page_lead(cx, moved_dotted, true) || page_lead(cx, moved, false))
		return true;
	return page_find_alike(cx, e);
}

/* Shows the wanted variant of the product. */
static bool
choose_variant(const struct page_ctx *cx, struct view *product, struct err *e)
{
	uint64_t shown = (uint64_t)field_int(cx->fields, F_v, 0);
	uint64_t picture = (uint64_t)field_int(cx->fields, F_picture, 0);
	struct goods_wish wish = {(uint64_t)field_int(cx->fields, F_variant, (int64_t)shown),
	    {(uint64_t)field_int(cx->fields, F_pick1, 0), (uint64_t)field_int(cx->fields, F_pick2, 0),
		(uint64_t)field_int(cx->fields, F_pick3, 0)}};
	struct view *variant = NULL;
	struct goods_chosen chosen;

	if (view_get(product, N_choices) == NULL) {
		goods_choose_variant(cx, product, shown, picture);
		if (field_good(cx->fields, F_nearest))
			view_bool(product, N_impossible, true);
		return true;
	}
	chosen = goods_choose(product, &wish);
	if (chosen.variant != 0 && !goods_find_variant(cx, product, chosen.variant, &variant, e))
		return false;
	view_take(product, N_version);
	goods_show_large(cx, product, variant, &chosen, picture);
	return true;
}

bool
page_product(const struct page_ctx *cx, struct view *page, struct err *e)
{
	struct catalogue_list_query newest = {.sort = SORT_NEWEST, .n = RELATED_N + 1};
	struct goods_ids ids = {0};
	struct view *product, *category, *way = NULL;

	if (!page_find_product(cx, &product, e))
		return false;
	if (product == NULL)
		return true;
	category = view_take(product, N_category);
	if (category != NULL) {
		newest.category = (uint64_t)view_get(category, N_id)->u.i;
		if (!goods_way_and_ids(cx, &newest, &way, &ids, e))
			return false;
	}
	page_put_way(cx, page, product, way);
	if (!choose_variant(cx, product, e))
		return false;
	put_share(cx, page, view_get(product, N_image));
	view_put(page, N_product, product);
	view_put(page, N_title, view_get(product, N_name));
	view_put(page, N_description, view_get(product, N_summary));
	return way == NULL || put_related(cx, page, &ids, (uint64_t)view_get(product, N_id)->u.i, e);
}
