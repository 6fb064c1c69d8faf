#include "view/jsonld.h"

#include "htdocs/static.h"
#include "view/format.h"
#include "view/jsonld_impl.h"

#define JSONLD_MAX_B ((size_t)256 << 10)
#define IMAGES_MAX 8
#define HEAD "{\"@context\":\"https://schema.org\",\"@graph\":["
#define TAIL "]}"

void
jsonld_begin(struct jsonld_writer *w, struct arena *a, const struct urls *urls)
{
	*w = (struct jsonld_writer){.a = a, .urls = urls};
	buf_init(&w->b, a, JSONLD_MAX_B);
	buf_put(&w->b, STR(HEAD));
}

struct str
jsonld_end(struct jsonld_writer *w)
{
	buf_put(&w->b, STR(TAIL));
	return w->b.over ? STR("") : buf_str(&w->b);
}

void
jsonld_put_text(struct jsonld_writer *w, const char *key, struct str text)
{
	if (text.n == 0)
		return;
	buf_z(&w->b, key);
	buf_json(&w->b, text);
}

void
jsonld_put_url(struct jsonld_writer *w, const char *key, struct str url)
{
	if (url.n > 0)
		jsonld_put_text(w, key, url_absolute(w->urls, w->a, url));
}

/* Writes an array item; the first one writes `key`, ",\"image\":[", before it. */
static void
put_item(struct jsonld_writer *w, const char *key, bool *any, struct str text)
{
	if (text.n == 0)
		return;
	jsonld_put_text(w, *any ? "," : key, text);
	*any = true;
}

static void
end_items(struct jsonld_writer *w, bool any)
{
	if (any)
		buf_ch(&w->b, ']');
}

static void
put_organization(struct jsonld_writer *w, const struct jsonld_shop *shop, const struct lang *lang)
{
	const struct conf *c = shop->conf;
	struct str lines = c->site_address, line, address = STR_NONE;

	while (str_cut(&lines, '\n', &line))
		if (str_trim(line).n > 0)
			address = str_fmt(w->a, "%.*s%s%.*s", STR_ARG(address), address.n > 0 ? ", " : "",
			    STR_ARG(str_trim(line)));
	buf_put(&w->b, STR(",{\"@type\":\"Organization\""));
	jsonld_put_url(w, ",\"@id\":", jsonld_id(w, "shop"));
	jsonld_put_text(w, ",\"name\":", c->site_name);
	jsonld_put_url(w, ",\"url\":", url_to(w->urls, w->a, lang, URL_home, STR_NONE));
	jsonld_put_url(w, ",\"logo\":", url_static(w->urls, w->a, STR(STATIC_ICON512)));
	jsonld_put_text(w, ",\"email\":", c->site_sender);
	jsonld_put_text(w, ",\"telephone\":", c->site_phone);
	jsonld_put_text(w, ",\"vatID\":", c->site_vat_id);
	if (address.n > 0) {
		jsonld_put_text(w, ",\"address\":{\"@type\":\"PostalAddress\",\"streetAddress\":", address);
		jsonld_put_text(w, ",\"addressCountry\":", c->site_country);
		buf_ch(&w->b, '}');
	}
	jsonld_put_returns(w, shop, lang);
	buf_ch(&w->b, '}');
}

struct str
jsonld_site(struct arena *a, const struct jsonld_shop *shop, const struct lang *lang)
{
	struct jsonld_writer w;
	struct str search = url_absolute(shop->urls, a, url_to(shop->urls, a, lang, URL_search, STR_NONE));

	jsonld_begin(&w, a, shop->urls);
	buf_put(&w.b, STR("{\"@type\":\"WebSite\""));
	jsonld_put_text(&w, ",\"name\":", shop->conf->site_name);
	jsonld_put_url(&w, ",\"url\":", url_to(shop->urls, a, lang, URL_home, STR_NONE));
	jsonld_put_text(&w, ",\"inLanguage\":", lang->tag);
	jsonld_put_url(&w, ",\"publisher\":{\"@id\":", jsonld_id(&w, "shop"));
	buf_put(&w.b, STR("},\"potentialAction\":{\"@type\":\"SearchAction\",\"target\":{\"@type\":\"EntryPoint\""));
	jsonld_put_text(&w, ",\"urlTemplate\":", str_fmt(a, "%.*s?q={search_term_string}", STR_ARG(search)));
	buf_put(&w.b, STR("},\"query-input\":\"required name=search_term_string\"}}"));
	put_organization(&w, shop, lang);
	return jsonld_end(&w);
}

static void
put_crumb(struct jsonld_writer *w, size_t position, struct str text, struct str url)
{
	buf_put(&w->b, position == 1 ? STR("{\"@type\":\"ListItem\"") : STR(",{\"@type\":\"ListItem\""));
	buf_put(&w->b, STR(",\"position\":"));
	buf_u64(&w->b, position);
	jsonld_put_text(w, ",\"name\":", text);
	jsonld_put_url(w, ",\"item\":", url);
	buf_ch(&w->b, '}');
}

static void
put_crumbs(struct jsonld_writer *w, const struct view *links, struct str last)
{
	size_t n = view_count(links);

	buf_put(&w->b, STR("{\"@type\":\"BreadcrumbList\",\"itemListElement\":["));
	for (size_t i = 0; i < n; i++)
		put_crumb(w, i + 1, view_text(view_get(view_at(links, i), N_text)),
		    view_text(view_get(view_at(links, i), N_url)));
	if (last.n > 0)
		put_crumb(w, n + 1, last, STR_NONE);
	buf_put(&w->b, STR("]}"));
}

struct str
jsonld_breadcrumbs(struct arena *a, const struct urls *urls, const struct view *links, struct str last)
{
	struct jsonld_writer w;

	if (view_count(links) == 0 && last.n == 0)
		return STR("");
	jsonld_begin(&w, a, urls);
	put_crumbs(&w, links, last);
	return jsonld_end(&w);
}

/* A product with too many variants to list them. */
static void
put_range(struct jsonld_writer *w, const struct view *product)
{
	const struct view *count = view_get(product, N_count), *min = view_get(product, N_price_min);
	const struct view *max = view_get(product, N_price_max);
	bool none = view_truth(view_get(product, N_sold_out));

	if (count == NULL || min == NULL || max == NULL)
		return;
	buf_put(&w->b, STR(",\"offers\":{\"@type\":\"AggregateOffer\",\"lowPrice\":\""));
	format_money_plain(&w->b, (struct money){min->u.i, min->cur});
	buf_put(&w->b, STR("\",\"highPrice\":\""));
	format_money_plain(&w->b, (struct money){max->u.i, max->cur});
	buf_put(&w->b, STR("\",\"priceCurrency\":\""));
	buf_z(&w->b, currency_code(min->cur));
	buf_put(&w->b, STR("\",\"offerCount\":"));
	buf_i64(&w->b, count->u.i);
	buf_put(&w->b, none ? STR(",\"availability\":\"https://schema.org/OutOfStock\"}")
			    : STR(",\"availability\":\"https://schema.org/InStock\"}"));
}

static void
put_images(struct jsonld_writer *w, const struct view *images)
{
	bool any = false;

	for (size_t i = 0; i < view_count(images) && i < IMAGES_MAX; i++)
		put_item(w, ",\"image\":[", &any,
		    url_absolute(w->urls, w->a, view_text(view_get(view_at(images, i), N_zoom_url))));
	end_items(w, any);
}

static void
jsonld_put_options(struct jsonld_writer *w, const struct catalogue_product *p, const struct catalogue_variant *v)
{
	bool any = false;

	for (size_t i = 0; i < CATALOGUE_OPTIONS && p->options[i].value.n > 0; i++)
		if (w->property[i].n > 0)
			jsonld_put_text(w, str_fmt(w->a, ",\"%.*s\":", STR_ARG(w->property[i])).p, v->words[i].text);
	for (size_t i = 0; i < CATALOGUE_OPTIONS && p->options[i].value.n > 0; i++) {
		if (w->property[i].n > 0 || v->words[i].text.n == 0)
			continue;
		buf_put(&w->b, any ? STR(",") : STR(",\"additionalProperty\":["));
		any = true;
		buf_put(&w->b, STR("{\"@type\":\"PropertyValue\""));
		jsonld_put_text(w, ",\"name\":", p->options[i].text);
		jsonld_put_text(w, ",\"value\":", v->words[i].text);
		buf_ch(&w->b, '}');
	}
	end_items(w, any);
}

static void
jsonld_put_variant(struct jsonld_writer *w, const struct jsonld_goods *g, size_t i)
{
	const struct view *variant = view_at(view_get(g->tree, N_variants), i);
	struct str name = view_text(view_get(g->tree, N_name)), text = view_text(view_get(variant, N_text));

	buf_put(&w->b, STR("{\"@type\":\"Product\""));
	jsonld_put_text(w, ",\"name\":",
	    text.n == 0 ? name : str_fmt(w->a, "%.*s \xe2\x80\x93 %.*s", STR_ARG(name), STR_ARG(text)));
	jsonld_put_url(w, ",\"url\":", view_text(view_get(variant, N_url)));
	jsonld_put_url(w, ",\"image\":", view_text(view_path(variant, N_image, N_zoom_url)));
	jsonld_put_options(w, g->product, &g->product->variants[i]);
	jsonld_put_article(w, g, variant, &g->product->variants[i]);
	buf_ch(&w->b, '}');
}

static void
put_group(struct jsonld_writer *w, const struct jsonld_goods *g)
{
	const struct catalogue_product *p = g->product;
	bool any = false;

	jsonld_put_text(w, ",\"productGroupID\":", str_fmt(w->a, "%llu", (unsigned long long)p->id));
	for (size_t i = 0; i < CATALOGUE_OPTIONS && p->options[i].value.n > 0; i++) {
		struct str property = w->property[i] = jsonld_property(p->options[i].value);

		if (property.n > 0)
			property = str_fmt(w->a, "https://schema.org/%.*s", STR_ARG(property));
		put_item(w, ",\"variesBy\":[", &any, property.n > 0 ? property : p->options[i].value);
	}
	end_items(w, any);
	buf_put(&w->b, STR(",\"hasVariant\":["));
	for (size_t i = 0; i < p->n_variants; i++) {
		if (i > 0)
			buf_ch(&w->b, ',');
		jsonld_put_variant(w, g, i);
	}
	buf_ch(&w->b, ']');
}

struct str
jsonld_product(struct arena *a, const struct jsonld_goods *g)
{
	const struct view *tree = g->tree;
	struct str vendor = view_text(view_get(tree, N_vendor));
	bool large = view_get(tree, N_matrix) != NULL, group = g->product->n_variants > 1 && !large;
	struct jsonld_writer w;

	jsonld_begin(&w, a, g->shop->urls);
	buf_put(&w.b, group ? STR("{\"@type\":\"ProductGroup\"") : STR("{\"@type\":\"Product\""));
	jsonld_put_text(&w, ",\"name\":", view_text(view_get(tree, N_name)));
	jsonld_put_text(&w, ",\"description\":", view_text(view_get(tree, N_summary)));
	jsonld_put_url(&w, ",\"url\":", view_text(view_get(tree, N_url)));
	put_images(&w, view_get(tree, N_images));
	if (vendor.n > 0) {
		jsonld_put_text(&w, ",\"brand\":{\"@type\":\"Brand\",\"name\":", vendor);
		buf_ch(&w.b, '}');
	}
	jsonld_put_particulars(&w, g->product);
	if (group)
		put_group(&w, g);
	else if (large)
		put_range(&w, tree);
	else if (g->product->n_variants == 1)
		jsonld_put_article(&w, g, view_at(view_get(tree, N_variants), 0), &g->product->variants[0]);
	buf_ch(&w.b, '}');
	return jsonld_end(&w);
}

struct str
jsonld_with_breadcrumbs(struct arena *a, const struct urls *urls, struct str made, const struct view *links)
{
	struct jsonld_writer w = {.a = a, .urls = urls};
	struct str with;

	if (made.n == 0 || view_count(links) == 0)
		return made;
	ASSERT(made.n > sizeof(TAIL) - 1);
	buf_init(&w.b, a, JSONLD_MAX_B);
	buf_put(&w.b, str_head(made, made.n - (sizeof(TAIL) - 1)));
	buf_ch(&w.b, ',');
	put_crumbs(&w, links, STR_NONE);
	with = jsonld_end(&w);
	return with.n == 0 ? made : with;
}
