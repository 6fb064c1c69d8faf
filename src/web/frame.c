#include "web/frame.h"

#include "view/url.h"
#include "web/aggregate.h"

/* The path after the language: "/p/tea" of "/en/p/tea". */
static struct str
behind_language(struct str path)
{
	ptrdiff_t slash = path.n < 2 ? -1 : str_chr(str_from(path, 1), '/');

	return slash < 0 ? STR("/") : str_from(path, (size_t)slash + 1);
}

void
frame_page(const struct page_ctx *cx, struct str path, struct view *page)
{
	struct str rest = behind_language(path);
	struct view *languages = view_sublist(page, N_languages), *menu;
	struct err e = {0};

	for (size_t i = 0; i < cx->app->langs.n; i++) {
		const struct lang *lang = &cx->app->langs.lang[i];
		struct str url = url_absolute(&cx->app->urls, cx->a, url_in(&cx->app->urls, cx->a, lang, rest));
		struct view *v = view_add(languages);

		view_str(v, N_lang, lang->tag);
		view_str(v, N_name, lang->name);
		view_str(v, N_dir, lang->dir);
		view_str(v, N_url, url);
		if (lang == cx->lang) {
			view_bool(v, N_selected, true);
			view_str(page, N_url, url);
		}
	}
	if (aggregate_get(cx, CACHE_menu, &menu, &e))
		view_put(page, N_menu, menu);
}
