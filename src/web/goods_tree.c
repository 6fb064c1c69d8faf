#include "web/goods_tree.h"

#include <string.h>

#include "shop/cart.h"
#include "shop/price/price.h"
#include "view/picture.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/goods_particular.h"
#include "work/order_tree.h"

#define SUMMARY_MAX 200

static struct money
amount(const struct page_ctx *cx, int64_t minor)
{
	return (struct money){minor, cx->app->rules.cur};
}

void
goods_put_was(struct view *price, int64_t minor, int64_t was_minor, currency cur)
{
	int percent = price_percent(was_minor, minor);

	if (was_minor <= 0)
		return;
	view_money(price, N_was, (struct money){was_minor, cur});
	if (percent > 0)
		view_int(price, N_percent, percent);
}

static void
tree_put_price(const struct page_ctx *cx, struct view *parent, const struct catalogue_variant *v, bool from)
{
	struct view *p = view_sub(parent, N_price);
	int64_t unit_minor;

	view_money(p, N_now, amount(cx, v->price_minor));
	goods_put_was(p, v->price_minor, v->was_minor, cx->app->rules.cur);
	if (v->rrp_minor > 0)
		view_money(p, N_rrp, amount(cx, v->rrp_minor));
	if (catalogue_unit_price(v, &unit_minor)) {
		view_money(p, N_unit_price, amount(cx, unit_minor));
		if (v->measure.base_milli == 1000)
			view_str(p, N_unit, v->measure.base_unit);
		else
			view_str(p, N_unit, str_fmt(cx->a, "%lld %.*s", (long long)(v->measure.base_milli / 1000),
					     STR_ARG(v->measure.base_unit)));
	}
	if (from)
		view_bool(p, N_from, true);
	view_bool(p, N_tax_included, cx->app->rules.tax.included);
}

void
goods_put_days(struct view *v, int days_min, int days_max)
{
	if (days_max <= 0)
		return;
	if (days_min > 0 && days_min < days_max)
		view_int(v, N_days_min, days_min);
	view_int(v, N_days_max, days_max);
}

static void
put_avail(const struct page_ctx *cx, struct view *parent, enum stock_avail avail, bool digital)
{
	static const uint16_t flags[] = {[STOCK_SOLD_OUT] = N_sold_out,
	    [STOCK_FEW] = N_low,
	    [STOCK_PLENTY] = N_in_stock,
	    [STOCK_ON_ORDER] = N_on_order};
	const struct shipping_zone_rules *home = &cx->app->rules.shipping.zones[SHIPPING_HOME];
	struct view *v = view_sub(parent, N_availability);

	view_bool(v, digital ? N_digital : flags[avail], true);
	if (!digital && (avail == STOCK_FEW || avail == STOCK_PLENTY))
		goods_put_days(v, home->days_min, home->days_max);
}

struct view *
goods_card_tree(const struct page_ctx *cx, const struct catalogue_card *c)
{
	struct view *v = view_object(cx->a);

	view_int(v, N_id, (int64_t)c->id);
	view_str(v, N_name, c->title);
	view_str(v, N_vendor, c->vendor);
	view_str(v, N_url, url_product(&cx->app->urls, cx->a, cx->lang, c->handle, 0));
	picture_put(v, N_image, &cx->app->urls, &c->image);
	tree_put_price(cx, v, &c->cheapest, c->price_max_minor > c->cheapest.price_minor);
	goods_put_energy(v, c->energy_class, c->energy_scale);
	put_avail(cx, v, c->avail, false);
	return v;
}

/* True at the end of a sentence, in Western or Chinese punctuation. */
static bool
stops(struct str s, size_t i)
{
	return s.p[i] == '.' || (i >= 2 && memcmp(s.p + i - 2, "\xe3\x80\x82", 3) == 0);
}

/* The first sentences of a text, without markup. */
static struct str
summary(const struct page_ctx *cx, struct str html)
{
	struct buf b;
	bool inside = false;

	buf_init(&b, cx->a, 4 * SUMMARY_MAX);
	for (size_t i = 0; i < html.n && b.n < SUMMARY_MAX; i++) {
		if (html.p[i] == '<')
			inside = true;
		else if (html.p[i] == '>')
			inside = false;
		else if (html.p[i] == '&')
			return STR(""); /* the text might be cut within a character reference */
		else if (!inside)
			buf_ch(&b, html.p[i] == '\n' ? ' ' : html.p[i]);
		if (stops(html, i) && b.n > SUMMARY_MAX / 3)
			return str_trim(buf_str(&b));
	}
	return b.n < SUMMARY_MAX ? str_trim(buf_str(&b)) : STR("");
}

static size_t
n_options(const struct catalogue_product *p)
{
	size_t n = 0;

	while (n < CATALOGUE_OPTIONS && p->options[n].value.n > 0)
		n++;
	return p->n_variants > 1 ? n : 0;
}

/* Alternative texts exist in the shop's own language only; the pages of other languages, and pictures without one, have
 * the product's name. */
static void
put_picture(const struct page_ctx *cx, struct view *parent, const struct catalogue_product *p, size_t i)
{
	struct catalogue_image image = p->images[i];

	if (image.alt.n == 0 || cx->lang != cx->app->shop_lang)
		image.alt = i == 0 ? p->title : str_fmt(cx->a, "%.*s (%zu)", STR_ARG(p->title), i + 1);
	picture_put(parent, N_image, &cx->app->urls, &image);
}

struct view *
goods_variant_tree(const struct page_ctx *cx, const struct catalogue_variant *variant)
{
	struct view *v = view_object(cx->a);

	view_int(v, N_id, (int64_t)variant->id);
	view_str(v, N_text, catalogue_variant_text(cx->a, variant));
	view_str(v, N_sku, variant->sku);
	view_str(v, N_barcode, variant->barcode);
	tree_put_price(cx, v, variant, false);
	put_avail(cx, v, stock_avail(&variant->stock), catalogue_is_digital(variant));
	view_bool(v, N_download, !variant->shipped);
	return v;
}

static void
tree_put_variant(const struct page_ctx *cx, struct view *list, const struct catalogue_product *p,
    const struct catalogue_variant *variant)
{
	struct view *v = goods_variant_tree(cx, variant), *values = view_sublist(v, N_values);

	view_push(list, v);
	view_str(v, N_url, url_product(&cx->app->urls, cx->a, cx->lang, p->handle, variant->id));
	for (size_t i = 0; i < n_options(p); i++)
		view_push(values, view_node_str(cx->a, variant->words[i].value));
	for (size_t i = 0; i < p->n_images; i++)
		if (variant->image_position != 0 && p->images[i].position == variant->image_position)
			put_picture(cx, v, p, i);
}

static bool
has_value(const struct view *values, struct str value)
{
	for (size_t i = 0; i < view_count(values); i++)
		if (str_eq(view_text(view_get(view_at(values, i), N_value)), value))
			return true;
	return false;
}

static void
put_options(const struct page_ctx *cx, struct view *v, const struct catalogue_product *p)
{
	static const char *const ids[CATALOGUE_OPTIONS] = {"option1", "option2", "option3"};
	struct view *options;

	if (n_options(p) == 0)
		return;
	options = view_sublist(v, N_options);
	for (size_t i = 0; i < n_options(p); i++) {
		struct view *o = view_add(options), *values = view_sublist(o, N_values);

		view_str(o, N_id, str_z(ids[i]));
		view_str(o, N_name, p->options[i].text);
		for (size_t k = 0; k < p->n_variants; k++) {
			const struct catalogue_word *w = &p->variants[k].words[i];
			struct view *value;

			if (has_value(values, w->value))
				continue;
			value = view_add(values);
			view_str(value, N_id, str_fmt(cx->a, "%s-%zu", ids[i], view_count(values)));
			view_str(value, N_name, str_z(ids[i])); /* the name of the form field */
			view_str(value, N_value, w->value);
			view_str(value, N_text, w->text);
		}
	}
}

/* One character of HTML as text; *html is then what follows it. */
static char
next_char(struct str *html)
{
	static const struct {
		struct str html;
		char text;
	} refs[] = {{STR_INIT("&amp;"), '&'}, {STR_INIT("&lt;"), '<'}, {STR_INIT("&gt;"), '>'},
	    {STR_INIT("&quot;"), '"'}};
	char c;

	while (html->n > 0 && html->p[0] == '<') {
		ptrdiff_t close = str_chr(*html, '>');

		*html = str_from(*html, close < 0 ? html->n : (size_t)close + 1);
	}
	if (html->n == 0)
		return '\0';
	c = html->p[0] == '\n' ? ' ' : html->p[0];
	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		if (str_starts(*html, refs[i].html)) {
			*html = str_from(*html, refs[i].html.n);
			return refs[i].text;
		}
	*html = str_from(*html, 1);
	return c;
}

static bool
begins_with(struct str html, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (next_char(&html) != text.p[i])
			return false;
	return text.n > 0;
}

/* The description without a first sentence that is `text`; unchanged if that is not all of the text behind its first
 * tag up to a blank or a tag. */
static struct str
without_sentence(struct arena *a, struct str html, struct str text)
{
	struct str tag = str_head(html, (size_t)(str_chr(html, '>') + 1)), rest = str_from(html, tag.n);

	if (text.n == 0 || str_chr(text, '&') >= 0 || str_chr(text, '<') >= 0 || !str_starts(rest, text))
		return html;
	rest = str_from(rest, text.n);
	if (rest.n > 1 && rest.p[0] == '<' && rest.p[1] == '/')
		return str_from(rest, (size_t)(str_chr(rest, '>') + 1));
	return stops(text, text.n - 1) ? str_fmt(a, "%.*s%.*s", STR_ARG(tag), STR_ARG(str_trim(rest))) : html;
}

/* The summary stands beside the picture and the description below it, so the description leaves out a first sentence
 * that is the summary. If markup prevents that, the page shows no summary. */
static void
tree_put_texts(const struct page_ctx *cx, struct view *v, const struct catalogue_product *p)
{
	struct str text = p->seo_description.n > 0 ? p->seo_description : summary(cx, p->body_html);
	struct str body = without_sentence(cx->a, p->body_html, text);

	view_str(v, N_summary, text);
	if (begins_with(body, text))
		view_bool(v, N_repeats, true);
	view_html(v, N_description, body);
}

struct view *
goods_product_tree(const struct page_ctx *cx, const struct catalogue_product *p)
{
	struct view *v = view_object(cx->a), *list;

	view_int(v, N_id, (int64_t)p->id);
	view_str(v, N_name, p->title);
	view_str(v, N_vendor, p->vendor);
	view_str(v, N_title, p->seo_title);
	view_str(v, N_url, url_product(&cx->app->urls, cx->a, cx->lang, p->handle, 0));
	tree_put_texts(cx, v, p);
	list = view_sublist(v, N_variants);
	if (goods_is_large(p)) {
		goods_put_choices(cx, v, p);
	} else {
		put_options(cx, v, p);
		for (size_t i = 0; i < p->n_variants; i++)
			tree_put_variant(cx, list, p, &p->variants[i]);
	}
	list = view_sublist(v, N_images);
	for (size_t i = 0; i < p->n_images; i++) {
		struct view *holder = view_object(cx->a);

		put_picture(cx, holder, p, i);
		if (view_get(holder, N_image) != NULL)
			view_push(list, view_get(holder, N_image));
	}
	list = view_sublist(v, N_facts);
	for (size_t i = 0; i < p->n_facts; i++) {
		struct view *fact = view_add(list);

		view_str(fact, N_name, p->facts[i].name);
		view_str(fact, N_text, p->facts[i].text);
	}
	goods_put_particulars(cx, v, p);
	list = view_sublist(v, N_tags);
	for (size_t i = 0; i < p->n_tags; i++)
		view_push(list, view_node_str(cx->a, p->tags[i]));
	return v;
}

static struct str
value_at(const struct view *variant, size_t i)
{
	return view_text(view_at(view_get(variant, N_values), i));
}

static bool
can_be_had(const struct view *variant)
{
	return !view_truth(view_path(variant, N_availability, N_sold_out));
}

/* The variant that differs from `chosen` by `value` in option `i`. */
static struct view *
turned(const struct view *variants, const struct view *chosen, size_t i, struct str value)
{
	size_t n = view_count(view_get(chosen, N_values));

	for (size_t k = 0; k < view_count(variants); k++) {
		struct view *v = view_at(variants, k);
		bool all = true;

		for (size_t j = 0; j < n; j++)
			all = all && str_eq(value_at(v, j), j == i ? value : value_at(chosen, j));
		if (all)
			return v;
	}
	return NULL;
}

/* Any variant with this value: the target of the link for an impossible combination. */
static struct view *
any_with(const struct view *variants, size_t i, struct str value)
{
	for (size_t k = 0; k < view_count(variants); k++)
		if (str_eq(value_at(view_at(variants, k), i), value))
			return view_at(variants, k);
	return NULL;
}

static void
mark_values(struct view *product, const struct view *chosen)
{
	struct view *options = view_get(product, N_options), *variants = view_get(product, N_variants);

	for (size_t i = 0; i < view_count(options); i++) {
		struct view *o = view_at(options, i), *values = view_get(o, N_values);

		for (size_t k = 0; k < view_count(values); k++) {
			struct view *value = view_at(values, k), *to;
			struct str word = view_text(view_get(value, N_value));

			to = turned(variants, chosen, i, word);
			if (to == NULL)
				view_bool(value, N_impossible, true);
			else if (!can_be_had(to))
				view_bool(value, N_sold_out, true);
			if (to == NULL)
				to = any_with(variants, i, word);
			view_str(value, N_url, view_text(view_get(to, N_url)));
			if (str_eq(word, value_at(chosen, i))) {
				view_bool(value, N_selected, true);
				view_str(o, N_selected_text, view_text(view_get(value, N_text)));
			}
		}
	}
}

static struct view *
tree_choose(const struct view *variants, uint64_t id)
{
	for (size_t i = 0; i < view_count(variants); i++)
		if ((uint64_t)view_get(view_at(variants, i), N_id)->u.i == id)
			return view_at(variants, i);
	for (size_t i = 0; i < view_count(variants); i++)
		if (can_be_had(view_at(variants, i)))
			return view_at(variants, i);
	return view_at(variants, 0);
}

/* The large picture is the requested one, else the variant's own, else the first. Each thumbnail links to the page with
 * its large picture. */
static void
choose_picture(const struct page_ctx *cx, struct view *product, struct view *chosen, uint64_t picture)
{
	struct view *images = view_get(product, N_images), *large = NULL;
	struct str url = view_text(view_get(chosen != NULL ? chosen : product, N_url));

	if (picture >= 1 && picture <= view_count(images))
		large = view_at(images, picture - 1);
	else if (chosen != NULL)
		large = view_get(chosen, N_image);
	if (large == NULL)
		large = view_at(images, 0);
	if (large != NULL)
		view_put(product, N_image, large);
	if (view_count(images) < 2) {
		view_put(product, N_images, view_node_null(cx->a));
		return;
	}
	for (size_t i = 0; i < view_count(images); i++) {
		struct view *image = view_at(images, i);

		view_str(image, N_url, str_fmt(cx->a, "%.*s%cpicture=%zu#picture", STR_ARG(url),
				     str_chr(url, '?') < 0 ? '?' : '&', i + 1));
		if (str_eq(view_text(view_get(image, N_card_url)), view_text(view_get(large, N_card_url))))
			view_bool(image, N_selected, true);
	}
}

/* The lowest price of a parcel inside the country. */
static void
put_delivery(const struct page_ctx *cx, struct view *product)
{
	const struct shipping_zone_rules *home = &cx->app->rules.shipping.zones[SHIPPING_HOME];
	struct view *v;

	if (home->n == 0 || view_truth(view_path(product, N_kind, N_download)))
		return;
	v = view_sub(product, N_delivery);
	view_money(v, N_price, amount(cx, home->steps[0].price_minor));
	if (home->free)
		view_money(v, N_free_from, amount(cx, home->free_from_minor));
	goods_put_days(v, home->days_min, home->days_max);
}

static void
show_variant(const struct page_ctx *cx, struct view *product, struct view *chosen, uint64_t picture)
{
	if (chosen != NULL) {
		view_bool(chosen, N_selected, true);
		view_put(product, N_variant, chosen);
		view_put(product, N_price, view_get(chosen, N_price));
		view_put(product, N_availability, view_get(chosen, N_availability));
	}
	order_tree_kind(product, chosen != NULL && view_truth(view_get(chosen, N_download)) ? FULFILMENT_DOWNLOADED
											    : FULFILMENT_SENT);
	choose_picture(cx, product, chosen, picture);
	view_int(product, N_quantity_max, CART_QTY_MAX);
	put_delivery(cx, product);
}

void
goods_choose_variant(const struct page_ctx *cx, struct view *product, uint64_t variant_id, uint64_t picture)
{
	struct view *variants = view_get(product, N_variants), *chosen = tree_choose(variants, variant_id);

	if (chosen != NULL)
		mark_values(product, chosen);
	show_variant(cx, product, chosen, picture);
}

void
goods_show_large(const struct page_ctx *cx, struct view *product, struct view *variant,
    const struct goods_chosen *chosen, uint64_t picture)
{
	struct view *images = view_get(product, N_images);

	if (variant != NULL) {
		struct str id = str_fmt(cx->a, "%llu", (unsigned long long)chosen->variant);

		view_str(variant, N_url, url_query(cx->a, view_text(view_get(product, N_url)), "v", id));
		if (chosen->image > 0 && chosen->image <= view_count(images))
			view_put(variant, N_image, view_at(images, chosen->image - 1));
	}
	if (!chosen->exact)
		view_bool(product, N_impossible, true);
	show_variant(cx, product, variant, picture);
}

struct view *
goods_breadcrumbs(const struct page_ctx *cx, const struct view *way, struct str last)
{
	struct view *list = view_list(cx->a), *end = view_object(cx->a);
	size_t n = view_count(way);

	if (last.n == 0 && n > 0)
		last = view_text(view_get(view_at(way, --n), N_text));
	for (size_t i = 0; i < n; i++)
		view_push(list, view_at(way, i));
	view_str(end, N_text, last);
	if (last.n > 0)
		view_push(list, end);
	return list;
}

struct view *
goods_category_link(const struct page_ctx *cx, const struct catalogue_category *c)
{
	struct view *v = view_object(cx->a);

	view_str(v, N_text, c->title);
	view_str(v, N_url, url_to(&cx->app->urls, cx->a, cx->lang, URL_category, c->slug));
	view_int(v, N_count, (int64_t)c->count);
	picture_put(v, N_image, &cx->app->urls, &c->image);
	return v;
}

struct view *
goods_category_tree(const struct page_ctx *cx, const struct catalogue_category *c)
{
	struct view *v = view_object(cx->a);

	view_int(v, N_id, (int64_t)c->id);
	view_str(v, N_name, c->title);
	view_html(v, N_text, c->body_html);
	view_str(v, N_summary, summary(cx, c->body_html));
	view_int(v, N_count, (int64_t)c->count);
	picture_put(v, N_image, &cx->app->urls, &c->image);
	return v;
}
