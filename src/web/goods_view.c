#include "web/goods_view.h"

#include "base/num.h"
#include "plat/cache/cache.h"
#include "plat/text/fold.h"
#include "shop/search.h"
#include "store/catalogue/catalogue_read.h"
#include "view/encode.h"
#include "view/jsonld.h"
#include "serve/app.h"
#include "web/aggregate.h"
#include "web/goods_tree.h"

#define SEARCH_TOKENS 4
#define ID_MAX_B 512
#define ROW_N 4 /* cards side by side on a wide screen */

static struct catalogue_langs
langs(const struct page_ctx *cx)
{
	return (struct catalogue_langs){cx->lang->tag, cx->app->shop_lang->tag};
}

/* The shapes of cached trees, on which this file, goods_tree.c and page_goods.c rely. */

#define OBJECT VIEW_IS(VIEW_OBJECT)
#define LIST VIEW_IS(VIEW_LIST)
#define HTML VIEW_IS(VIEW_HTML)
#define ID {N_id, VIEW_IS(VIEW_INT), true, NULL}

static const struct view_shape no_fields[] = {{0}};
static const struct view_shape id_fields[] = {ID, {0}};
static const struct view_shape option_fields[] = {{N_values, LIST, true, no_fields}, {0}};
static const struct view_shape product_fields[] = {ID, {N_description, HTML, false, NULL},
    {N_json_ld, HTML, false, NULL}, {N_category, OBJECT, false, id_fields}, {N_variants, LIST, true, id_fields},
    {N_options, LIST, false, option_fields}, {N_choices, LIST, false, option_fields},
    {N_matrix, VIEW_IS(VIEW_STR), false, NULL}, {N_version, VIEW_IS(VIEW_INT), false, NULL},
    {N_images, LIST, true, no_fields}, {0}};
static const struct view_shape category_fields[] = {
    ID, {N_text, HTML, false, NULL}, {N_json_ld, HTML, false, NULL}, {N_breadcrumbs, LIST, true, no_fields}, {0}};
static const struct view_shape way_fields[] = {
    {N_breadcrumbs, LIST, true, no_fields}, {N_category, OBJECT, false, no_fields}, {0}};

/* By class; only for classes whose values are trees. A product that has moved is a string: its current address. */
static const struct view_shape shapes[CACHE__MAX] = {
    [CACHE_card] = {.types = OBJECT},
    [CACHE_product] = {.types = OBJECT | VIEW_IS(VIEW_STR), .fields = product_fields},
    [CACHE_variant] = {.types = OBJECT, .fields = id_fields},
    [CACHE_category] = {.types = OBJECT, .fields = category_fields},
    [CACHE_way] = {.types = OBJECT, .fields = way_fields},
};

static bool
read_tree(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	struct view *v;

	if (!view_decode(a, value, &shapes[item->key.cls], &v, e))
		return false;
	item->made = v;
	return true;
}

/* Fetches one tree. *out is NULL if there is none. */
static bool
fetch_tree(const struct page_ctx *cx, struct cache_key key, void *arg, cache_fill_fn *fill, struct view **out,
    struct err *e)
{
	struct cache_item item = {.key = key, .arg = arg, .read = read_tree};

	*out = NULL;
	if (!cache_fetch(cx->cache, cx->a, &item, 1, fill, (void *)(uintptr_t)cx, e))
		return false;
	if (item.how != CACHE_NONE)
		*out = item.made;
	return true;
}

static struct str
id_text(struct arena *a, uint64_t id)
{
	struct buf b;

	buf_init(&b, a, ID_MAX_B);
	buf_u64(&b, id);
	return buf_str(&b);
}

static bool
fill_cards(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct page_ctx *cx = arg;
	const struct catalogue_langs l = langs(cx);
	uint64_t *ids = ARENA_ARRAY(a, uint64_t, n);
	struct catalogue_cards cards;

	for (size_t i = 0; i < n; i++)
		ids[i] = *(const uint64_t *)want[i]->arg;
	if (!catalogue_load_cards(cx->db, a, &l, ids, n, &cards, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < cards.n; k++) {
			if (cards.v[k].id != ids[i])
				continue;
			want[i]->version = cards.v[k].version;
			want[i]->change_in_s = cards.v[k].cheapest.change_in_s;
			if (!view_encoded(a, goods_card_tree(cx, &cards.v[k]), &want[i]->value, e))
				return false;
		}
	}
	return true;
}

static bool
any_card(const struct cache_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].how != CACHE_LOST)
			return true;
	return false;
}

bool
goods_put_cards(const struct page_ctx *cx, const uint64_t *ids, size_t n, struct view *list, struct err *e)
{
	struct cache_item *items = ARENA_ARRAY(cx->a, struct cache_item, n);

	for (size_t i = 0; i < n; i++) {
		items[i].key = cache_key(cx->cache, CACHE_card, cx->lang->tag, id_text(cx->a, ids[i]));
		items[i].arg = (void *)(uintptr_t)&ids[i];
		items[i].read = read_tree;
	}
	if (n > 0 && !cache_fetch(cx->cache, cx->a, items, n, fill_cards, (void *)(uintptr_t)cx, e)) {
		if ((e->kind != ERR_UPSTREAM && e->kind != ERR_BUSY) || !any_card(items, n))
			return false;
		err_clear(e);
	}
	for (size_t i = 0; i < n; i++)
		if (items[i].how != CACHE_NONE && items[i].how != CACHE_LOST)
			view_push(list, items[i].made);
	return true;
}

void
goods_first_row(struct view *list)
{
	for (size_t i = 0; i < view_count(list) && i < ROW_N; i++) {
		view_bool(view_at(list, i), N_eager, true);
		if (i == 0)
			view_bool(view_at(list, i), N_first, true);
	}
}

/* Passed to the fill function of products. */
struct product_want {
	struct str handle;
	bool keep_none;
};

/* The time until the price of one of them changes by itself; 0: never. */
static int64_t
goods_change_in(const struct catalogue_variant *v, size_t n)
{
	int64_t in_s = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].change_in_s > 0 && (in_s == 0 || v[i].change_in_s < in_s))
			in_s = v[i].change_in_s;
	return in_s;
}

static bool
fill_product(const struct page_ctx *cx, struct arena *a, struct cache_item *item, struct err *e)
{
	const struct jsonld_shop shop = {&cx->app->urls, &cx->app->conf, &cx->app->rules};
	const struct product_want *w = item->arg;
	const struct catalogue_langs l = langs(cx);
	struct catalogue_product *p;
	struct str moved;
	struct view *v;

	if (!catalogue_find_product(cx->db, a, &l, w->handle, &p, &moved, e))
		return false;
	if (p == NULL && moved.n == 0 && !w->keep_none)
		return true;
	if (p == NULL)
		return view_encoded(a, view_node_str(a, moved), &item->value, e);
	v = goods_product_tree(cx, p);
	item->version = p->version;
	item->change_in_s = goods_change_in(p->variants, p->n_variants);
	if (p->category_id != 0)
		view_int(view_sub(v, N_category), N_id, (int64_t)p->category_id);
	view_html(v, N_json_ld,
	    jsonld_product(a, &(struct jsonld_goods){.shop = &shop, .lang = cx->lang, .product = p, .tree = v}));
	if (view_get(v, N_matrix) != NULL)
		view_int(v, N_version, (int64_t)p->version);
	return view_encoded(a, v, &item->value, e);
}

static bool
fill_products(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!fill_product(arg, a, want[i], e))
			return false;
	return true;
}

bool
goods_find_product(const struct page_ctx *cx, struct str handle, bool keep_none, struct view **out, struct str *moved,
    struct err *e)
{
	struct product_want w = {handle, keep_none};
	struct view *v;

	*out = NULL;
	*moved = STR_NONE;
	if (!fetch_tree(cx, cache_key(cx->cache, CACHE_product, cx->lang->tag, handle), &w, fill_products, &v, e))
		return false;
	if (v != NULL && v->type == VIEW_STR)
		*moved = view_text(v);
	else
		*out = v;
	return true;
}

/* Passed to the fill function of a variant. */
struct variant_want {
	uint64_t product_id, variant_id;
};

static bool
fill_variants(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct page_ctx *cx = arg;
	const struct catalogue_langs l = langs(cx);

	for (size_t i = 0; i < n; i++) {
		const struct variant_want *w = want[i]->arg;
		struct catalogue_variant *v;

		if (!catalogue_find_variant(cx->db, a, &l, w->product_id, w->variant_id, &v, e))
			return false;
		if (v == NULL)
			continue;
		want[i]->change_in_s = v->change_in_s;
		if (!view_encoded(a, goods_variant_tree(cx, v), &want[i]->value, e))
			return false;
	}
	return true;
}

/* Any change of the variant raises the product's version, so its values need no invalidation. */
bool
goods_find_variant(
    const struct page_ctx *cx, const struct view *product, uint64_t variant_id, struct view **out, struct err *e)
{
	const struct view *id = view_get(product, N_id), *version = view_get(product, N_version);
	struct variant_want w = {(uint64_t)id->u.i, variant_id};
	struct str key = str_fmt(cx->a, "%llu.%lld.%llu", (unsigned long long)w.product_id,
	    version != NULL ? (long long)version->u.i : 0LL, (unsigned long long)variant_id);

	return fetch_tree(cx, cache_key(cx->cache, CACHE_variant, cx->lang->tag, key), &w, fill_variants, out, e);
}

/* Passed to the fill function of a page of ids. */
struct ids_want {
	const struct catalogue_list_query *query;
	struct str tag;
	struct str *tokens;
	size_t n_tokens;
};

static void
format_ids(struct arena *a, const struct catalogue_list *list, struct str *out)
{
	struct buf b;

	buf_init(&b, a, VIEW_ENCODED_MAX_B);
	for (size_t i = 0; i < list->n; i++) {
		buf_u64(&b, list->ids[i]);
		buf_ch(&b, ' ');
	}
	buf_ch(&b, '|');
	buf_put(&b, list->next);
	*out = buf_str(&b);
}

static bool
read_ids(struct arena *a, struct cache_item *item, struct str text, struct err *e)
{
	struct goods_ids *out = ARENA_NEW(a, struct goods_ids);
	struct str ids, one;

	if (str_chr(text, '|') < 0 || !str_cut(&text, '|', &ids))
		return err_set(e, ERR_UPSTREAM, "the cache holds no list under a list's key");
	out->next = text;
	out->ids = arena_try(a, (ids.n / 2 + 1) * sizeof(*out->ids));
	if (out->ids == NULL)
		return err_set(e, ERR_LIMIT, "a list of %zu bytes exceeds the memory of the request", ids.n);
	while (str_cut(&ids, ' ', &one)) {
		if (one.n == 0)
			continue;
		if (!num_u64(one, 1, UINT64_MAX, &out->ids[out->n++]))
			return err_set(e, ERR_UPSTREAM, "the cache holds no list under a list's key");
	}
	item->made = out;
	return true;
}

static bool
fill_list(const struct page_ctx *cx, struct arena *a, struct cache_item *item, struct err *e)
{
	const struct ids_want *w = item->arg;
	struct catalogue_list list;
	bool ok;

	if (w->tag.n > 0)
		ok = catalogue_tagged(cx->db, a, w->tag, w->query->n, &list, e);
	else if (w->n_tokens > 0)
		ok = catalogue_search(cx->db, a, cx->lang->tag, w->tokens, w->n_tokens, w->query, &list, e);
	else
		ok = catalogue_list(cx->db, a, cx->lang->tag, w->query, &list, e);
	if (ok)
		format_ids(a, &list, &item->value);
	return ok;
}

static bool
goods_put_way(const struct page_ctx *cx, struct view *v, uint64_t category_id, struct err *e)
{
	const struct catalogue_langs l = langs(cx);
	struct view *list = view_sublist(v, N_breadcrumbs);
	struct catalogue_categories way;

	if (!catalogue_way(cx->db, cx->a, &l, category_id, &way, e))
		return false;
	for (size_t i = 0; i < way.n; i++)
		view_push(list, goods_category_link(cx, &way.v[i]));
	if (way.n > 0) {
		struct view *c = view_sub(v, N_category);

		view_int(c, N_id, (int64_t)way.v[way.n - 1].id);
		view_str(c, N_name, way.v[way.n - 1].title);
		view_put(c, N_url, view_get(view_at(list, way.n - 1), N_url));
	}
	return true;
}

static bool
fill_way(const struct page_ctx *cx, struct arena *a, struct cache_item *item, struct err *e)
{
	const struct ids_want *w = item->arg;
	struct view *v = view_object(a);

	return goods_put_way(cx, v, w->query->category, e) && view_encoded(a, v, &item->value, e);
}

static bool
fill_ids(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!(want[i]->key.cls == CACHE_way ? fill_way : fill_list)(arg, a, want[i], e))
			return false;
	return true;
}

static bool
fetch_ids(const struct page_ctx *cx, struct cache_key key, struct ids_want *w, struct goods_ids *out,
    struct err *e)
{
	struct cache_item item = {.key = key, .arg = w, .read = read_ids};

	if (!cache_fetch(cx->cache, cx->a, &item, 1, fill_ids, (void *)(uintptr_t)cx, e))
		return false;
	*out = *(struct goods_ids *)item.made;
	return true;
}

/* A cursor that the list does not know comes from a link that was cut or made up: the list then begins anew. */
static bool
from_start(const struct catalogue_list_query *query, struct catalogue_list_query *first, struct err *e)
{
	if (e->kind != ERR_INPUT || query->after.n == 0)
		return false;
	err_clear(e);
	*first = *query;
	first->after = STR_NONE;
	return true;
}

static bool
list_key(const struct page_ctx *cx, const struct catalogue_list_query *query, struct cache_key *key, struct err *e)
{
	struct buf id;

	buf_init(&id, cx->a, ID_MAX_B);
	buf_u64(&id, query->category);
	buf_ch(&id, '.');
	buf_u64(&id, query->sort);
	buf_ch(&id, '.');
	buf_u64(&id, query->n);
	buf_ch(&id, '.');
	buf_put(&id, query->after);
	*key = cache_key(cx->cache, CACHE_list, cx->lang->tag, buf_str(&id));
	return buf_check(&id, e);
}

bool
goods_ids(
    const struct page_ctx *cx, const struct catalogue_list_query *query, struct goods_ids *out, struct err *e)
{
	struct ids_want w = {.query = query};
	struct catalogue_list_query first;
	struct cache_key key;

	if (!list_key(cx, query, &key, e) || !fetch_ids(cx, key, &w, out, e))
		return from_start(query, &first, e) && goods_ids(cx, &first, out, e);
	out->after = query->after;
	return true;
}

bool
goods_way_and_ids(const struct page_ctx *cx, const struct catalogue_list_query *query, struct view **way,
    struct goods_ids *out, struct err *e)
{
	struct ids_want w = {.query = query};
	struct cache_item items[2] = {{.arg = &w, .read = read_tree}, {.arg = &w, .read = read_ids}};

	items[0].key = cache_key(cx->cache, CACHE_way, cx->lang->tag, id_text(cx->a, query->category));
	if (!list_key(cx, query, &items[1].key, e)
	    || !cache_fetch(cx->cache, cx->a, items, ARRAY_LEN(items), fill_ids, (void *)(uintptr_t)cx, e))
		return false;
	*way = items[0].made;
	*out = *(struct goods_ids *)items[1].made;
	return true;
}

bool
goods_ids_tagged(const struct page_ctx *cx, struct str tag, size_t n, struct goods_ids *out, struct err *e)
{
	const struct catalogue_list_query query = {.n = n};
	struct ids_want w = {.query = &query, .tag = tag};
	struct str id = str_fmt(cx->a, "tag.%zu.%.*s", n, STR_ARG(tag));

	return fetch_ids(cx, cache_key(cx->cache, CACHE_list, cx->lang->tag, id), &w, out, e);
}

bool
goods_ids_found(const struct page_ctx *cx, struct str words, const struct catalogue_list_query *query,
    struct goods_ids *out, struct err *e)
{
	struct ids_want w = {.query = query};
	struct catalogue_list_query first;
	struct search_tokens found;
	struct str folded, id;

	*out = (struct goods_ids){0};
	search_tokens_init(&found, cx->a, SEARCH_TOKENS);
	if (!fold_text(cx->a, words, FOLD_PLAIN, &folded, e))
		return false;
	search_add(&found, folded);
	if (found.n == 0)
		return true;
	w.tokens = ARENA_ARRAY(cx->a, struct str, found.n);
	id = str_fmt(cx->a, "%zu.%.*s.", query->n, STR_ARG(query->after));
	for (size_t i = 0; i < found.n; i++) {
		w.tokens[w.n_tokens++] = found.token[i].text;
		id = str_fmt(cx->a, "%.*s/%.*s", STR_ARG(id), STR_ARG(found.token[i].text));
	}
	if (!fetch_ids(cx, cache_key(cx->cache, CACHE_search, cx->lang->tag, id), &w, out, e))
		return from_start(query, &first, e) && goods_ids_found(cx, words, &first, out, e);
	out->after = query->after;
	return true;
}

static bool
fill_categories(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct page_ctx *cx = arg;
	const struct catalogue_langs l = langs(cx);

	for (size_t i = 0; i < n; i++) {
		struct catalogue_categories children;
		struct catalogue_category *c;
		struct view *v, *list;

		if (!catalogue_find_category(cx->db, a, &l, *(const struct str *)want[i]->arg, &c, e))
			return false;
		if (c == NULL)
			continue;
		if (!catalogue_children(cx->db, a, &l, c->id, &children, e))
			return false;
		v = goods_category_tree(cx, c);
		list = view_sublist(v, N_children);
		for (size_t k = 0; k < children.n; k++)
			view_push(list, goods_category_link(cx, &children.v[k]));
		if (!goods_put_way(cx, v, c->id, e))
			return false;
		view_html(v, N_json_ld,
		    jsonld_breadcrumbs(a, &cx->app->urls, view_get(v, N_breadcrumbs), STR_NONE));
		if (!view_encoded(a, v, &want[i]->value, e))
			return false;
	}
	return true;
}

bool
goods_find_category(const struct page_ctx *cx, struct str slug, struct view **out, struct err *e)
{
	return fetch_tree(
	    cx, cache_key(cx->cache, CACHE_category, cx->lang->tag, slug), &slug, fill_categories, out, e);
}

bool
aggregate_menu(const struct page_ctx *cx, struct view **out, struct err *e)
{
	const struct catalogue_langs l = langs(cx);
	struct catalogue_categories tops;

	*out = view_list(cx->a);
	if (!catalogue_children(cx->db, cx->a, &l, 0, &tops, e))
		return false;
	for (size_t i = 0; i < tops.n; i++)
		view_push(*out, goods_category_link(cx, &tops.v[i]));
	return true;
}
