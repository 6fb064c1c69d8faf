#include "web/frame.h"

#include "htdocs/static.h"
#include "view/url.h"
#include "web/catalogue.h"

static void
put_lines(struct view *v, uint16_t name, struct str text, struct arena *a)
{
	struct view *list = view_sublist(v, name);
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0)
			view_push(list, view_node_str(a, line));
	}
}

static void
put_languages(struct view *list, struct arena *a, const struct app *app, const struct lang *here)
{
	for (size_t i = 0; i < app->langs.n; i++) {
		const struct lang *lang = &app->langs.lang[i];
		struct view *v = view_add(list);

		view_str(v, N_lang, lang->tag);
		view_str(v, N_name, lang->name);
		view_str(v, N_dir, lang->dir);
		view_str(v, N_url, url_home(&app->urls, a, lang));
		if (lang == here)
			view_bool(v, N_selected, true);
	}
}

static void
put_links(struct view *v, struct arena *a, const struct urls *urls, const struct lang *lang)
{
	static const struct {
		uint16_t name;
		enum url_info info;
	} infos[] = {{N_about_url, INFO_ABOUT}, {N_contact_url, INFO_CONTACT}, {N_delivery_url, INFO_DELIVERY},
	    {N_imprint_url, INFO_IMPRINT}, {N_privacy_url, INFO_PRIVACY}, {N_terms_url, INFO_TERMS},
	    {N_withdrawal_url, INFO_WITHDRAWAL}};
	static const struct {
		uint16_t name;
		enum url_step step;
	} steps[] = {{N_checkout_address_url, STEP_ADDRESS}, {N_checkout_delivery_url, STEP_DELIVERY},
	    {N_checkout_payment_url, STEP_PAYMENT}, {N_checkout_review_url, STEP_REVIEW},
	    {N_checkout_place_url, STEP_PLACE}};

	view_str(v, N_home_url, url_home(urls, a, lang));
	view_str(v, N_search_url, url_search(urls, a, lang, STR_NONE, STR_NONE));
	view_str(v, N_cart_url, url_cart(urls, a, lang));
	view_str(v, N_cart_add_url, url_cart_add(urls, a, lang));
	view_str(v, N_cart_update_url, url_cart_update(urls, a, lang));
	for (size_t i = 0; i < ARRAY_LEN(infos); i++)
		view_str(v, infos[i].name, url_info(urls, a, lang, infos[i].info));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		view_str(v, steps[i].name, url_checkout(urls, a, lang, steps[i].step));
	view_str(v, N_css_url, url_static(urls, a, STR(STATIC_CSS)));
	view_str(v, N_js_url, url_static(urls, a, STR(STATIC_JS)));
	view_str(v, N_icon_url, url_static(urls, a, STR(STATIC_ICON)));
}

struct view *
frame_site(struct arena *a, const struct app *app, const struct lang *lang)
{
	struct view *v = view_object(a);

	view_str(v, N_name, app->conf.site_name);
	view_str(v, N_tagline, app->conf.site_tagline);
	view_str(v, N_lang, lang->tag);
	view_str(v, N_dir, lang->dir);
	view_str(v, N_currency, app->conf.site_currency);
	view_str(v, N_email, app->conf.site_sender);
	view_str(v, N_phone, app->conf.site_phone);
	view_str(v, N_vat_id, app->conf.site_vat_id);
	view_str(v, N_imprint, app->conf.site_imprint);
	view_bool(v, N_tax_included, app->rules.tax.included);
	put_lines(v, N_address, app->conf.site_address, a);
	put_languages(view_sublist(v, N_languages), a, app, lang);
	put_links(v, a, &app->urls, lang);
	return v;
}

/* What follows the language in a path: "/p/tea" of "/en/p/tea". */
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
	if (catalogue_menu(cx, &menu, &e))
		view_put(page, N_menu, menu);
}
