#include "web/frame.h"

#include "view/url.h"
#include "web/aggregate.h"
#include "web/fields.h"

/* The path after the language: "/p/tea" of "/en/p/tea". */
static struct str
behind_language(struct str path)
{
	ptrdiff_t slash = path.n < 2 ? -1 : str_chr(str_from(path, 1), '/');

	return slash < 0 ? STR("/") : str_from(path, (size_t)slash + 1);
}

/* Adds what the visitor looks at on this page, for the same page in another language. */
static struct str
frame_choices(const struct page_ctx *cx, struct str url)
{
	static const struct {
		unsigned id;
		const char *name;
	} kept[] = {{F_q, "q"}, {F_sort, "sort"}, {F_v, "v"}, {F_picture, "picture"}, {F_after, "after"}};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (field_good(cx->fields, kept[i].id))
			url = url_query(cx->a, url, kept[i].name, field_text(cx->fields, kept[i].id));
	return url;
}

static void
frame_language(const struct page_ctx *cx, struct view *page, const struct lang *lang, struct str rest)
{
	struct view *v = view_add(view_get(page, N_languages));
	struct str path = url_in(&cx->app->urls, cx->a, lang, rest), url = url_absolute(&cx->app->urls, cx->a, path);

	if (cx->result != NULL && cx->result->query.n > 0)
		url = str_fmt(cx->a, "%.*s%.*s", STR_ARG(url), STR_ARG(cx->result->query));
	view_str(v, N_lang, lang->tag);
	view_str(v, N_name, lang->name);
	view_str(v, N_dir, lang->dir);
	view_str(v, N_url, url);
	view_str(v, N_link_url, frame_choices(cx, path));
	if (lang == cx->lang) {
		view_bool(v, N_selected, true);
		view_str(page, N_url, url);
	}
	if (lang == cx->app->shop_lang)
		view_str(page, N_default_url, url);
}

/* Marks the category of the menu that is shown, or that the page lies below. */
static void
frame_mark(const struct view *page, struct view *menu, struct str here)
{
	struct view *top = view_get(view_at(view_get(page, N_breadcrumbs), 0), N_url);
	struct str url = top != NULL ? view_text(top) : here;

	for (size_t i = 0; i < view_count(menu); i++)
		if (str_eq(view_text(view_get(view_at(menu, i), N_url)), url))
			view_bool(view_at(menu, i), N_selected, true);
}

void
frame_page(const struct page_ctx *cx, struct str path, struct view *page)
{
	struct str rest = behind_language(path);
	struct view *menu;
	struct err e = {0};

	view_sublist(page, N_languages);
	for (size_t i = 0; i < cx->app->langs.n; i++)
		frame_language(cx, page, &cx->app->langs.lang[i], rest);
	if (aggregate_get(cx, CACHE_menu, &menu, &e)) {
		frame_mark(page, menu, url_in(&cx->app->urls, cx->a, cx->lang, rest));
		view_put(page, N_menu, menu);
	}
}
