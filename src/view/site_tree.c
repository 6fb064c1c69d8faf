#include "view/site_tree.h"

#include "htdocs/static.h"
#include "view/hours.h"

static void
site_put_lines(struct view *v, uint16_t name, struct str text, struct arena *a)
{
	struct view *list = view_sublist(v, name);
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0)
			view_push(list, view_node_str(a, line));
	}
}

struct str
site_text_in(struct str text, const struct lang *lang)
{
	struct str all = STR(""), line;

	while (str_cut(&text, '\n', &line)) {
		ptrdiff_t colon;

		line = str_trim(line);
		colon = str_chr(line, ':');
		if (all.n == 0)
			all = line;
		else if (colon > 0 && str_eq_case(str_head(line, (size_t)colon), lang->tag))
			return str_trim(str_from(line, (size_t)colon + 1));
	}
	return all;
}

/* RFC 3966 allows no blanks. */
static void
put_phone_url(struct view *v, struct arena *a, struct str phone)
{
	struct buf b;

	if (phone.n == 0)
		return;
	buf_init(&b, a, 128);
	buf_z(&b, "tel:");
	for (size_t i = 0; i < phone.n; i++)
		if (phone.p[i] == '+' || (phone.p[i] >= '0' && phone.p[i] <= '9'))
			buf_ch(&b, phone.p[i]);
	view_str(v, N_phone_url, buf_str(&b));
}

static void
put_languages(struct view *list, const struct site_facts *s, const struct lang *here)
{
	for (size_t i = 0; i < s->langs->n; i++) {
		const struct lang *lang = &s->langs->lang[i];
		struct view *v = view_add(list);

		view_str(v, N_lang, lang->tag);
		view_str(v, N_name, lang->name);
		view_str(v, N_dir, lang->dir);
		view_str(v, N_url, url_to(s->urls, list->a, lang, URL_home, STR_NONE));
		if (lang == here)
			view_bool(v, N_selected, true);
	}
}

static void
put_links(struct view *v, struct arena *a, const struct urls *urls, const struct lang *lang)
{
	static const struct {
		uint16_t name;
		enum url_name url;
	} links[] = {
#define ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits)
#define LINK(kind, method, name, class, pattern, template, flags, deadline_ms, limits, help)                           \
	{N_##name##_url, URL_##name},
#include "view/routes.def"
	};

	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		view_str(v, links[i].name, url_to(urls, a, lang, links[i].url, STR_NONE));
	view_str(v, N_css_url, url_static(urls, a, STR(STATIC_CSS)));
	view_str(v, N_js_url, url_static(urls, a, STR(STATIC_JS)));
	view_str(v, N_icon_url, url_static(urls, a, STR(STATIC_ICON)));
	view_str(v, N_touch_url, url_static(urls, a, STR(STATIC_TOUCH)));
}

struct view *
site_tree(struct arena *a, const struct site_facts *s, const struct lang *lang)
{
	struct view *v = view_object(a);

	view_str(v, N_name, s->conf->site_name);
	view_str(v, N_tagline, site_text_in(s->conf->site_tagline, lang));
	view_str(v, N_lang, lang->tag);
	view_str(v, N_dir, lang->dir);
	view_str(v, N_currency, s->conf->site_currency);
	view_bool(v, N_tax_included, s->tax_included);
	view_str(v, N_email, s->conf->site_sender);
	view_str(v, N_phone, s->conf->site_phone);
	put_phone_url(v, a, s->conf->site_phone);
	view_str(v, N_vat_id, s->conf->site_vat_id);
	view_str(v, N_imprint, s->conf->site_imprint);
	site_put_lines(v, N_address, s->conf->site_address, a);
	hours_put(a, v, s->conf->site_hours);
	put_languages(view_sublist(v, N_languages), s, lang);
	put_links(v, a, s->urls, lang);
	return v;
}
