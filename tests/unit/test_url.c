#include <jansson.h>
#include <string.h>

#include "unit.h"
#include "view/jsonld.h"

static struct arena a;
static struct err e;
static struct langs langs;
static struct urls urls;

static void
start(const char *site)
{
	const struct str tags[] = {STR("en"), STR("zh-Hans")};

	arena_init(&a, 8 << 20);
	e = (struct err){0};
	ck_ok(langs_init(&a, tags, 2, &langs, &e), &e);
	ck_ok(urls_init(&urls, str_z(site), &e), &e);
}

START_TEST(links_stand_below_the_path_of_the_site)
{
	const struct lang *en, *zh;

	start("https://example.org:8443/shop/");
	en = &langs.lang[0];
	zh = &langs.lang[1];
	ck_str(urls.origin, "https://example.org:8443");
	ck_str(urls.host, "example.org:8443");
	ck_str(urls.name, "example.org");
	ck_assert_uint_eq(urls.port, 8443);
	ck_assert(urls.https);
	ck_str(url_to(&urls, &a, zh, URL_home, STR_NONE), "/shop/zh-hans/");
	ck_str(url_product(&urls, &a, en, STR("earl-grey"), 7), "/shop/en/p/earl-grey?v=7");
	ck_str(url_product(&urls, &a, en, STR("earl-grey"), 0), "/shop/en/p/earl-grey");
	ck_str(url_query(&a, url_query(&a, url_to(&urls, &a, en, URL_category, STR("tea")), "sort", STR("-price")),
		   "after", STR("9.7")),
	    "/shop/en/c/tea?sort=-price&after=9.7");
	ck_str(url_query(&a, STR("/x"), "after", STR_NONE), "/x");
	ck_str(url_to(&urls, &a, en, URL_checkout_place, STR_NONE), "/shop/en/checkout/place");
	ck_str(url_to(&urls, &a, NULL, URL_sitemap_part, STR("7")), "/shop/sitemap/7");
	ck_str(url_fill(&urls, &a, en, "/{lang}/orders/{slug}/refund", STR("K 7")), "/shop/en/orders/K%207/refund");
	ck_str(url_media(&urls, &a, STR("abcdef"), "card"), "/shop/media/ab/abcdef-card.webp");
	ck_str(url_in(&urls, &a, zh, STR("/c/tea?sort=name")), "/shop/zh-hans/c/tea?sort=name");
	ck_str(url_absolute(&urls, &a, url_to(&urls, &a, en, URL_cart, STR_NONE)),
	    "https://example.org:8443/shop/en/cart");
	ck_str(url_absolute(&urls, &a, STR("https://x.test/")), "https://x.test/");
	arena_fini(&a);
}
END_TEST

START_TEST(parts_of_a_link_are_encoded)
{
	start("http://localhost:8080");
	ck_str(urls.base, "");
	ck_str(url_query(&a, url_to(&urls, &a, &langs.lang[0], URL_search, STR_NONE), "q", STR("tea & \"茶\"")),
	    "/en/search?q=tea%20%26%20%22%E8%8C%B6%22");
	ck_str(url_product(&urls, &a, &langs.lang[0], STR("../x?y#z"), 0), "/en/p/..%2Fx%3Fy%23z");
	arena_fini(&a);
}
END_TEST

START_TEST(an_invalid_site_url_is_refused)
{
	static const char *const bad[] = {"", "example.org", "ftp://example.org", "https://", "https:///x",
	    "https://a b/", "https://a:0/", "https://a:x/", "https://a/\"", "https://u@h/", "https://a/b//c",
	    "https://a/?q"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		e = (struct err){0};
		ck_assert_msg(!urls_init(&urls, str_z(bad[i]), &e), "%s", bad[i]);
		ck_assert_int_eq(e.kind, ERR_INPUT);
	}
}
END_TEST

static struct conf conf;
static struct shop_rules rules;
static struct jsonld_shop shop = {&urls, &conf, &rules};
static struct catalogue_product p;
static struct catalogue_variant variants[4];
static struct jsonld_goods goods = {.shop = &shop, .product = &p};

static struct catalogue_variant *
put_variant(struct view *tree, const char *text, int64_t minor, uint16_t availability)
{
	struct view *v = view_add(view_get(tree, N_variants)), *price = view_sub(v, N_price);
	struct catalogue_variant *variant = &variants[p.n_variants++];
	struct money m = {.minor = minor, .cur = rules.cur};

	*variant = (struct catalogue_variant){.sku = STR("T-1"), .barcode = STR("4006381333931"), .price_minor = minor,
	    .shipped = true, .words = {{str_z(text), str_z(text)}}};
	view_str(v, N_text, str_z(text));
	view_str(v, N_url, STR("/shop/en/p/tea?v=1"));
	view_money(price, N_now, m);
	view_bool(price, N_tax_included, true);
	view_bool(view_sub(v, N_availability), availability, true);
	return variant;
}

static struct view *
product(void)
{
	struct view *v = view_object(&a);
	struct shipping_zone_rules *home = &rules.shipping.zones[SHIPPING_HOME];

	ck_assert(currency_find(STR("EUR"), &rules.cur));
	*home = (struct shipping_zone_rules){.n = 2, .steps = {{2000, 490}, {9000, 990}}, .free = true,
	    .free_from_minor = 5000, .days_min = 2, .days_max = 3};
	conf = (struct conf){.site_name = STR("Hansen \"& Co\""), .site_country = STR("DE"),
	    .site_address = STR("Kai 1\n\n 20457 Hamburg \n")};
	p = (struct catalogue_product){.id = 12, .variants = variants};
	goods.tree = v;
	goods.lang = &langs.lang[0];
	view_str(v, N_name, STR("</script><b>Tea"));
	view_str(v, N_vendor, STR("Hansen & Co"));
	view_str(v, N_url, STR("/shop/en/p/tea"));
	view_sublist(v, N_variants);
	view_str(view_add(view_sublist(v, N_images)), N_zoom_url, STR("/shop/media/a-zoom.webp"));
	return v;
}

static json_t *
parsed(struct str s)
{
	json_error_t error;
	json_t *j = json_loadb(s.p, s.n, 0, &error);

	ck_assert_msg(j != NULL, "%s: %.*s", error.text, STR_ARG(s));
	ck_assert_msg(str_chr(s, '<') < 0, "could end the script");
	return j;
}

static const char *
at(json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

START_TEST(jsonld_of_a_product_with_variants_is_a_group_with_an_offer_each)
{
	struct view *tree, *links;
	json_t *j, *group, *variant, *offer;

	start("https://example.org/shop");
	tree = product();
	p.options[0] = (struct catalogue_word){STR("Gr\u00f6\u00dfe"), STR("Size")};
	put_variant(tree, "100 g", 490, N_in_stock);
	put_variant(tree, "250 g", 990, N_sold_out);
	links = view_list(&a);
	view_str(view_add(links), N_text, STR("Tea"));
	j = parsed(jsonld_with_breadcrumbs(&a, &urls, jsonld_product(&a, &goods), links));
	group = json_array_get(json_object_get(j, "@graph"), 0);
	ck_assert_str_eq(at(group, "@type"), "ProductGroup");
	ck_assert_str_eq(at(group, "name"), "</script><b>Tea");
	ck_assert_str_eq(at(group, "productGroupID"), "12");
	ck_assert_str_eq(
	    json_string_value(json_array_get(json_object_get(group, "variesBy"), 0)), "https://schema.org/size");
	ck_assert_uint_eq(json_array_size(json_object_get(group, "hasVariant")), 2);
	variant = json_array_get(json_object_get(group, "hasVariant"), 1);
	ck_assert_str_eq(at(variant, "gtin"), "4006381333931");
	ck_assert_str_eq(at(variant, "size"), "250 g");
	offer = json_object_get(variant, "offers");
	ck_assert_str_eq(at(offer, "price"), "9.90");
	ck_assert_str_eq(at(offer, "priceCurrency"), "EUR");
	ck_assert_str_eq(at(offer, "availability"), "https://schema.org/OutOfStock");
	ck_assert_str_eq(at(offer, "url"), "https://example.org/shop/en/p/tea?v=1");
	ck_assert(json_is_true(json_object_get(json_array_get(json_object_get(offer, "priceSpecification"), 0),
	    "valueAddedTaxIncluded")));
	ck_assert_str_eq(at(json_array_get(json_object_get(j, "@graph"), 1), "@type"), "BreadcrumbList");
	json_decref(j);
	arena_fini(&a);
}
END_TEST

START_TEST(jsonld_of_a_product_with_one_variant_is_a_product)
{
	struct view *tree;
	json_t *j, *one;

	start("https://example.org/shop");
	tree = product();
	put_variant(tree, "", 490, N_low);
	j = parsed(jsonld_with_breadcrumbs(&a, &urls, jsonld_product(&a, &goods), NULL));
	ck_assert_uint_eq(json_array_size(json_object_get(j, "@graph")), 1);
	one = json_array_get(json_object_get(j, "@graph"), 0);
	ck_assert_str_eq(at(one, "@type"), "Product");
	ck_assert_str_eq(at(one, "sku"), "T-1");
	ck_assert_str_eq(at(json_object_get(one, "offers"), "availability"), "https://schema.org/LimitedAvailability");
	json_decref(j);
	arena_fini(&a);
}
END_TEST

START_TEST(jsonld_names_the_shop_and_the_way_to_a_page)
{
	struct view *links;
	json_t *j, *items, *seller;

	start("https://example.org/shop");
	(void)product();
	j = parsed(jsonld_site(&a, &shop, &langs.lang[1]));
	ck_assert_str_eq(
	    at(json_array_get(json_object_get(j, "@graph"), 0), "url"), "https://example.org/shop/zh-hans/");
	seller = json_array_get(json_object_get(j, "@graph"), 1);
	ck_assert_str_eq(at(seller, "@type"), "Organization");
	ck_assert_str_eq(at(seller, "name"), "Hansen \"& Co\"");
	ck_assert_str_eq(at(json_object_get(seller, "address"), "streetAddress"), "Kai 1, 20457 Hamburg");
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(seller, "hasMerchantReturnPolicy"),
	    "merchantReturnDays")), 14);
	json_decref(j);
	links = view_list(&a);
	view_str(view_add(links), N_text, STR("Tea"));
	view_str(view_at(links, 0), N_url, STR("/shop/en/c/tea"));
	j = parsed(jsonld_breadcrumbs(&a, &urls, links, STR("Black tea")));
	items = json_object_get(json_array_get(json_object_get(j, "@graph"), 0), "itemListElement");
	ck_assert_uint_eq(json_array_size(items), 2);
	ck_assert_str_eq(at(json_array_get(items, 0), "item"), "https://example.org/shop/en/c/tea");
	ck_assert_str_eq(at(json_array_get(items, 1), "name"), "Black tea");
	json_decref(j);
	arena_fini(&a);
}
END_TEST

START_TEST(jsonld_tells_measures_delivery_and_properties)
{
	struct catalogue_variant *v;
	struct view *tree;
	json_t *j, *first, *second, *reference, *rate;

	start("https://example.org/shop");
	tree = product();
	p.options[0] = (struct catalogue_word){STR("Farbe"), STR("Farbe")};
	p.options[1] = (struct catalogue_word){STR("Duft"), STR("Scent")};
	v = put_variant(tree, "Gr\u00fcn", 990, N_in_stock);
	v->words[1] = (struct catalogue_word){STR("Rose"), STR("Rose")};
	v->measure = (struct catalogue_measure){250000, 1000, STR("g"), STR("kg")};
	put_variant(tree, "Rot", 5000, N_in_stock);
	put_variant(tree, "PDF", 990, N_digital)->shipped = false;
	j = parsed(jsonld_product(&a, &goods));
	first = json_array_get(json_object_get(j, "@graph"), 0);
	ck_assert_str_eq(
	    json_string_value(json_array_get(json_object_get(first, "variesBy"), 0)), "https://schema.org/color");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(first, "variesBy"), 1)), "Duft");
	second = json_array_get(json_object_get(first, "hasVariant"), 1);
	reference = json_array_get(json_object_get(first, "hasVariant"), 2);
	ck_assert_ptr_null(json_object_get(json_object_get(reference, "offers"), "shippingDetails"));
	first = json_array_get(json_object_get(first, "hasVariant"), 0);
	ck_assert_str_eq(at(first, "color"), "Gr\u00fcn");
	ck_assert_str_eq(at(json_array_get(json_object_get(first, "additionalProperty"), 0), "name"), "Scent");
	first = json_object_get(first, "offers");
	reference = json_array_get(json_object_get(first, "priceSpecification"), 0);
	reference = json_object_get(reference, "referenceQuantity");
	ck_assert(json_real_value(json_object_get(reference, "value")) == 250);
	ck_assert_str_eq(at(reference, "unitCode"), "GRM");
	ck_assert_str_eq(at(json_object_get(reference, "valueReference"), "unitCode"), "KGM");
	rate = json_object_get(json_object_get(first, "shippingDetails"), "shippingRate");
	ck_assert_str_eq(at(rate, "maxValue"), "9.90");
	rate = json_object_get(json_object_get(json_object_get(second, "offers"), "shippingDetails"), "shippingRate");
	ck_assert_str_eq(at(rate, "value"), "0.00");
	ck_assert_str_eq(at(json_object_get(json_object_get(second, "offers"), "hasMerchantReturnPolicy"), "@id"),
	    at(json_object_get(first, "hasMerchantReturnPolicy"), "@id"));
	json_decref(j);
	arena_fini(&a);
}
END_TEST

START_TEST(a_gtin_has_its_check_digit_and_is_not_the_shops_own)
{
	static const char *const good[] = {"4006381333931", "036000291452", "96385074", "10614141000415",
	    "9780306406157", "5901234123457", "4012345678901", "7612345678900"};
	static const char *const bad[] = {"", "123456789019", "4006381333930", "036000291453", "96385075",
	    "10614141000416", "2012345678900", "2000000000008", "200000000004", "20123451",
	    "0000000000000", "400638133393",
	    "40063813339310", "4006381 33931", "400638133393X", "0400000000015", "9812345678908", "00000000"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(catalogue_is_gtin(str_z(good[i])), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!catalogue_is_gtin(str_z(bad[i])), "%s", bad[i]);
}
END_TEST

UNIT_MAIN("url", jsonld_tells_measures_delivery_and_properties, a_gtin_has_its_check_digit_and_is_not_the_shops_own,
    links_stand_below_the_path_of_the_site, parts_of_a_link_are_encoded,
    an_invalid_site_url_is_refused, jsonld_of_a_product_with_variants_is_a_group_with_an_offer_each,
    jsonld_of_a_product_with_one_variant_is_a_product, jsonld_names_the_shop_and_the_way_to_a_page)
