#include "view/jsonld.h"

#include "view/format.h"

#define JSONLD_MAX_B ((size_t)256 << 10)
#define IMAGES_MAX 8
#define HEAD "{\"@context\":\"https://schema.org\",\"@graph\":["
#define TAIL "]}"

struct writer {
	struct buf b;
	struct arena *a;
	const struct urls *urls;
};

static void
jsonld_begin(struct writer *w, struct arena *a, const struct urls *urls)
{
	w->a = a;
	w->urls = urls;
	buf_init(&w->b, a, JSONLD_MAX_B);
	buf_put(&w->b, STR(HEAD));
}

static struct str
end(struct writer *w)
{
	buf_put(&w->b, STR(TAIL));
	return w->b.over ? STR("") : buf_str(&w->b);
}

/* `key` includes comma and colon: ",\"sku\":". An empty text writes nothing. */
static void
jsonld_put_text(struct writer *w, const char *key, struct str text)
{
	if (text.n == 0)
		return;
	buf_z(&w->b, key);
	buf_json(&w->b, text);
}

static void
put_url(struct writer *w, const char *key, struct str url)
{
	if (url.n > 0)
		jsonld_put_text(w, key, url_absolute(w->urls, w->a, url));
}

/* Writes an array item; the first one writes `key`, ",\"image\":[", before it. */
static void
put_item(struct writer *w, const char *key, bool *any, struct str text)
{
	if (text.n == 0)
		return;
	jsonld_put_text(w, *any ? "," : key, text);
	*any = true;
}

static void
end_items(struct writer *w, bool any)
{
	if (any)
		buf_ch(&w->b, ']');
}

struct str
jsonld_site(struct arena *a, const struct urls *urls, const struct lang *lang, struct str name)
{
	struct writer w;
	struct str search = url_absolute(urls, a, url_to(urls, a, lang, URL_search, STR_NONE));

	jsonld_begin(&w, a, urls);
	buf_put(&w.b, STR("{\"@type\":\"WebSite\""));
	jsonld_put_text(&w, ",\"name\":", name);
	put_url(&w, ",\"url\":", url_to(urls, a, lang, URL_home, STR_NONE));
	jsonld_put_text(&w, ",\"inLanguage\":", lang->tag);
	buf_put(&w.b, STR(",\"potentialAction\":{\"@type\":\"SearchAction\",\"target\":{\"@type\":\"EntryPoint\""));
	jsonld_put_text(&w, ",\"urlTemplate\":", str_fmt(a, "%.*s?q={search_term_string}", STR_ARG(search)));
	buf_put(&w.b, STR("},\"query-input\":\"required name=search_term_string\"}}"));
	return end(&w);
}

static void
put_crumb(struct writer *w, size_t position, struct str text, struct str url)
{
	buf_put(&w->b, position == 1 ? STR("{\"@type\":\"ListItem\"") : STR(",{\"@type\":\"ListItem\""));
	buf_put(&w->b, STR(",\"position\":"));
	buf_u64(&w->b, position);
	jsonld_put_text(w, ",\"name\":", text);
	put_url(w, ",\"item\":", url);
	buf_ch(&w->b, '}');
}

static void
put_crumbs(struct writer *w, const struct view *links, struct str last)
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
	struct writer w;

	if (view_count(links) == 0 && last.n == 0)
		return STR("");
	jsonld_begin(&w, a, urls);
	put_crumbs(&w, links, last);
	return end(&w);
}

static void
jsonld_put_price(struct writer *w, const struct view *money)
{
	struct money m;

	if (money == NULL || money->type != VIEW_MONEY)
		return;
	m = (struct money){money->u.i, money->cur};
	buf_put(&w->b, STR(",\"price\":\""));
	format_money_plain(&w->b, m);
	buf_put(&w->b, STR("\",\"priceCurrency\":\""));
	buf_z(&w->b, currency_code(m.cur));
	buf_ch(&w->b, '"');
}

static struct str
availability(const struct view *v)
{
	if (view_truth(view_get(v, N_sold_out)))
		return STR("https://schema.org/OutOfStock");
	if (view_truth(view_get(v, N_on_order)))
		return STR("https://schema.org/BackOrder");
	if (view_truth(view_get(v, N_low)))
		return STR("https://schema.org/LimitedAvailability");
	return STR("https://schema.org/InStock");
}

static void
put_offer(struct writer *w, const struct view *variant)
{
	const struct view *price = view_get(variant, N_price), *was = view_get(price, N_was);
	bool tax = view_truth(view_get(price, N_tax_included));

	if (view_get(price, N_now) == NULL)
		return;
	buf_put(&w->b, STR(",\"offers\":{\"@type\":\"Offer\""));
	put_url(w, ",\"url\":", view_text(view_get(variant, N_url)));
	jsonld_put_price(w, view_get(price, N_now));
	jsonld_put_text(w, ",\"availability\":", availability(view_get(variant, N_availability)));
	jsonld_put_text(w, ",\"itemCondition\":", STR("https://schema.org/NewCondition"));
	buf_put(&w->b, STR(",\"priceSpecification\":[{\"@type\":\"UnitPriceSpecification\""));
	jsonld_put_price(w, view_get(price, N_now));
	buf_put(&w->b, tax ? STR(",\"valueAddedTaxIncluded\":true}") : STR(",\"valueAddedTaxIncluded\":false}"));
	if (was != NULL) {
		buf_put(&w->b, STR(",{\"@type\":\"UnitPriceSpecification\""));
		jsonld_put_text(w, ",\"priceType\":", STR("https://schema.org/StrikethroughPrice"));
		jsonld_put_price(w, was);
		buf_put(
		    &w->b, tax ? STR(",\"valueAddedTaxIncluded\":true}") : STR(",\"valueAddedTaxIncluded\":false}"));
	}
	buf_put(&w->b, STR("]}"));
}

/* A GTIN has 8, 12, 13 or 14 digits; other barcodes are left out. */
static bool
is_gtin(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == 8 || s.n == 12 || s.n == 13 || s.n == 14;
}

static void
put_article(struct writer *w, const struct view *variant)
{
	struct str barcode = view_text(view_get(variant, N_barcode));

	jsonld_put_text(w, ",\"sku\":", view_text(view_get(variant, N_sku)));
	if (is_gtin(barcode))
		jsonld_put_text(w, ",\"gtin\":", barcode);
	put_offer(w, variant);
}

static void
put_images(struct writer *w, const struct view *images)
{
	bool any = false;

	for (size_t i = 0; i < view_count(images) && i < IMAGES_MAX; i++)
		put_item(w, ",\"image\":[", &any,
		    url_absolute(w->urls, w->a, view_text(view_get(view_at(images, i), N_zoom_url))));
	end_items(w, any);
}

/* The schema.org property of an option, or none. */
static struct str
property(struct str option)
{
	static const struct {
		struct str option, property;
	} known[] = {
	    {STR_INIT("size"), STR_INIT("https://schema.org/size")},
	    {STR_INIT("color"), STR_INIT("https://schema.org/color")},
	    {STR_INIT("colour"), STR_INIT("https://schema.org/color")},
	    {STR_INIT("material"), STR_INIT("https://schema.org/material")},
	    {STR_INIT("pattern"), STR_INIT("https://schema.org/pattern")},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq_case(option, known[i].option))
			return known[i].property;
	return option;
}

static void
jsonld_put_variant(struct writer *w, const struct view *product, const struct view *variant)
{
	const struct view *options = view_get(product, N_options), *values = view_get(variant, N_values);
	struct str name = view_text(view_get(product, N_name)), text = view_text(view_get(variant, N_text));

	buf_put(&w->b, STR("{\"@type\":\"Product\""));
	jsonld_put_text(w, ",\"name\":",
	    text.n == 0 ? name : str_fmt(w->a, "%.*s \xe2\x80\x93 %.*s", STR_ARG(name), STR_ARG(text)));
	put_url(w, ",\"url\":", view_text(view_get(variant, N_url)));
	put_url(w, ",\"image\":", view_text(view_path(variant, N_image, N_zoom_url)));
	for (size_t i = 0; i < view_count(values) && i < view_count(options); i++) {
		buf_put(&w->b, i == 0 ? STR(",\"additionalProperty\":[") : STR(","));
		buf_put(&w->b, STR("{\"@type\":\"PropertyValue\""));
		jsonld_put_text(w, ",\"name\":", view_text(view_get(view_at(options, i), N_name)));
		jsonld_put_text(w, ",\"value\":", view_text(view_at(values, i)));
		buf_put(&w->b, i + 1 < view_count(values) && i + 1 < view_count(options) ? STR("}") : STR("}]"));
	}
	put_article(w, variant);
	buf_ch(&w->b, '}');
}

static void
put_group(struct writer *w, const struct view *product)
{
	const struct view *options = view_get(product, N_options), *variants = view_get(product, N_variants);
	const struct view *id = view_get(product, N_id);
	bool any = false;

	if (id != NULL && id->type == VIEW_INT)
		jsonld_put_text(w, ",\"productGroupID\":", str_fmt(w->a, "%lld", (long long)id->u.i));
	for (size_t i = 0; i < view_count(options); i++)
		put_item(w, ",\"variesBy\":[", &any, property(view_text(view_get(view_at(options, i), N_name))));
	end_items(w, any);
	buf_put(&w->b, STR(",\"hasVariant\":["));
	for (size_t i = 0; i < view_count(variants); i++) {
		if (i > 0)
			buf_ch(&w->b, ',');
		jsonld_put_variant(w, product, view_at(variants, i));
	}
	buf_ch(&w->b, ']');
}

struct str
jsonld_product(struct arena *a, const struct urls *urls, const struct view *product)
{
	const struct view *variants = view_get(product, N_variants);
	bool group = view_count(variants) > 1;
	struct str vendor = view_text(view_get(product, N_vendor));
	struct writer w;

	jsonld_begin(&w, a, urls);
	buf_put(&w.b, group ? STR("{\"@type\":\"ProductGroup\"") : STR("{\"@type\":\"Product\""));
	jsonld_put_text(&w, ",\"name\":", view_text(view_get(product, N_name)));
	jsonld_put_text(&w, ",\"description\":", view_text(view_get(product, N_summary)));
	put_url(&w, ",\"url\":", view_text(view_get(product, N_url)));
	put_images(&w, view_get(product, N_images));
	if (vendor.n > 0) {
		jsonld_put_text(&w, ",\"brand\":{\"@type\":\"Brand\",\"name\":", vendor);
		buf_ch(&w.b, '}');
	}
	if (group)
		put_group(&w, product);
	else if (view_count(variants) == 1)
		put_article(&w, view_at(variants, 0));
	else
		put_offer(&w, product);
	buf_ch(&w.b, '}');
	return end(&w);
}

struct str
jsonld_with_breadcrumbs(struct arena *a, const struct urls *urls, struct str made, const struct view *links)
{
	struct writer w = {.a = a, .urls = urls};
	struct str with;

	if (made.n == 0 || view_count(links) == 0)
		return made;
	ASSERT(made.n > sizeof(TAIL) - 1);
	buf_init(&w.b, a, JSONLD_MAX_B);
	buf_put(&w.b, str_head(made, made.n - (sizeof(TAIL) - 1)));
	buf_ch(&w.b, ',');
	put_crumbs(&w, links, STR_NONE);
	with = end(&w);
	return with.n == 0 ? made : with;
}
