/* Offers: price, measures, delivery, returns. */
#include "view/format.h"
#include "view/jsonld_impl.h"

#define RETURN_DAYS "14" /* as the page about withdrawal says */

struct str
jsonld_id(struct jsonld_writer *w, const char *name)
{
	return str_fmt(w->a, "%.*s/#%s", STR_ARG(w->urls->base), name);
}

struct str
jsonld_property(struct str option)
{
	static const struct {
		struct str property, names; /* in the languages of shops, between bars */
	} known[] = {
	    {STR_INIT("color"), STR_INIT("color|colour|farbe|couleur|colore|cor|kleur|f\u00e4rg|farve|farge|kolor|"
		"\u989c\u8272|\u984f\u8272|\u8272|\u30ab\u30e9\u30fc")},
	    {STR_INIT("size"), STR_INIT("size|gr\u00f6\u00dfe|groesse|gr\u00f6sse|taille|talla|taglia|tamanho|maat|"
		"storlek|"
		"st\u00f8rrelse|rozmiar|\u5c3a\u5bf8|\u5c3a\u7801|\u5c3a\u78bc|\u5927\u5c0f|\u30b5\u30a4\u30ba")},
	    {STR_INIT("material"), STR_INIT("material|materiaal|materiale|mati\u00e8re|mat\u00e9riau|materia\u0142|"
		"\u6750\u8d28|\u6750\u8cea|\u6750\u6599|\u7d20\u6750")},
	    {STR_INIT("pattern"), STR_INIT("pattern|muster|motif|motivo|patr\u00f3n|patroon|m\u00f6nster|m\u00f8nster|"
		"wz\u00f3r|\u56fe\u6848|\u5716\u6848")},
	};

	option = str_trim(option);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct str names = known[i].names, name;

		while (str_cut(&names, '|', &name))
			if (str_eq_case(option, name))
				return known[i].property;
	}
	return STR_NONE;
}

static void
jsonld_put_price(struct jsonld_writer *w, const struct view *money)
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

/* A measure with the code of UN/CEFACT Recommendation 20, as schema.org wants. */
static void
put_quantity(struct jsonld_writer *w, int64_t milli, struct str unit)
{
	static const struct {
		const char *unit, *code;
	} codes[] = {{"mg", "MGM"}, {"g", "GRM"}, {"kg", "KGM"}, {"ml", "MLT"}, {"cl", "CLT"}, {"l", "LTR"},
	    {"mm", "MMT"}, {"cm", "CMT"}, {"m", "MTR"}, {"m2", "MTK"}, {"item", "C62"}};

	buf_fmt(&w->b, "{\"@type\":\"QuantitativeValue\",\"value\":%lld.%03lld", (long long)(milli / 1000),
	    (long long)(milli % 1000));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_eq_z(unit, codes[i].unit))
			jsonld_put_text(w, ",\"unitCode\":", str_z(codes[i].code));
}

/* The content of the pack, and the measure that the unit price is for. */
static void
put_reference(struct jsonld_writer *w, const struct catalogue_variant *v)
{
	const struct catalogue_measure *m = &v->measure;
	int64_t unit_minor;

	if (!catalogue_unit_price(v, &unit_minor))
		return;
	buf_z(&w->b, ",\"referenceQuantity\":");
	put_quantity(w, m->content_milli, m->content_unit);
	buf_z(&w->b, ",\"valueReference\":");
	put_quantity(w, m->base_milli, m->base_unit);
	buf_z(&w->b, "}}");
}

/* Begins a node; writes only its @id if it was written before. True: its properties follow. */
static bool
begin_node(struct jsonld_writer *w, const char *key, const char *id, const char *type, bool *done)
{
	bool first = !*done;

	buf_put(&w->b, STR(",\""));
	buf_z(&w->b, key);
	buf_put(&w->b, STR("\":{"));
	if (first) {
		buf_put(&w->b, STR("\"@type\":\""));
		buf_z(&w->b, type);
		buf_put(&w->b, STR("\","));
	}
	jsonld_put_url(w, "\"@id\":", jsonld_id(w, id));
	if (!first)
		buf_ch(&w->b, '}');
	*done = true;
	return first;
}

void
jsonld_put_returns(struct jsonld_writer *w, const struct jsonld_shop *shop, const struct lang *lang)
{
	if (!begin_node(w, "hasMerchantReturnPolicy", "returns", "MerchantReturnPolicy", &w->has_returns))
		return;
	jsonld_put_text(w, ",\"applicableCountry\":", shop->conf->site_country);
	buf_put(&w->b,
	    STR(",\"returnPolicyCategory\":\"https://schema.org/MerchantReturnFiniteReturnWindow\""
		",\"merchantReturnDays\":" RETURN_DAYS ",\"returnMethod\":\"https://schema.org/ReturnByMail\""));
	jsonld_put_url(w, ",\"merchantReturnLink\":", url_to(w->urls, w->a, lang, URL_withdrawal, STR_NONE));
	buf_ch(&w->b, '}');
}

/* A parcel inside the country. Its price depends on the weight of the whole order, so the highest is told. */
static void
put_shipping(struct jsonld_writer *w, const struct jsonld_shop *shop, int64_t price_minor)
{
	const struct shipping_zone_rules *home = &shop->rules->shipping.zones[SHIPPING_HOME];
	bool is_free = home->free && price_minor >= home->free_from_minor;
	bool *done = is_free ? &w->has_free : &w->has_paid;

	if (home->n == 0
	    || !begin_node(w, "shippingDetails", is_free ? "delivery-free" : "delivery", "OfferShippingDetails", done))
		return;
	buf_put(&w->b, STR(",\"shippingRate\":{\"@type\":\"MonetaryAmount\","));
	buf_put(&w->b, is_free ? STR("\"value\":\"") : STR("\"maxValue\":\""));
	format_money_plain(&w->b, (struct money){is_free ? 0 : home->steps[home->n - 1].price_minor, shop->rules->cur});
	buf_put(&w->b, STR("\""));
	jsonld_put_text(w, ",\"currency\":", str_z(currency_code(shop->rules->cur)));
	buf_ch(&w->b, '}');
	jsonld_put_text(w, ",\"shippingDestination\":{\"@type\":\"DefinedRegion\",\"addressCountry\":",
	    shop->conf->site_country);
	buf_put(&w->b,
	    STR("},\"deliveryTime\":{\"@type\":\"ShippingDeliveryTime\",\"handlingTime\":{\"@type\":"
		"\"QuantitativeValue\",\"minValue\":0,\"maxValue\":0,\"unitCode\":\"DAY\"},\"transitTime\":{\"@type\":"
		"\"QuantitativeValue\",\"minValue\":"));
	buf_i64(&w->b, home->days_min);
	buf_put(&w->b, STR(",\"maxValue\":"));
	buf_i64(&w->b, home->days_max);
	buf_put(&w->b, STR(",\"unitCode\":\"DAY\"}}}"));
}

/* A price that nobody has to pay. Search engines show a ListPrice struck out, so the recommended price is not one. */
static void
jsonld_put_other_price(struct jsonld_writer *w, const struct view *money, struct str type, const char *tax)
{
	if (money == NULL)
		return;
	buf_put(&w->b, STR(",{\"@type\":\"UnitPriceSpecification\""));
	jsonld_put_text(w, ",\"priceType\":", type);
	jsonld_put_price(w, money);
	buf_z(&w->b, tax);
}

static void
put_price_end(struct jsonld_writer *w, int64_t ends_s)
{
	if (ends_s == 0)
		return;
	buf_put(&w->b, STR(",\"priceValidUntil\":\""));
	format_date_iso(&w->b, ends_s);
	buf_ch(&w->b, '"');
}

static void
put_offer(struct jsonld_writer *w, const struct jsonld_goods *g, const struct view *variant,
    const struct catalogue_variant *v)
{
	const struct view *price = view_get(variant, N_price);
	const char *tax = view_truth(view_get(price, N_tax_included)) ? ",\"valueAddedTaxIncluded\":true}"
								     : ",\"valueAddedTaxIncluded\":false}";

	if (view_get(price, N_now) == NULL)
		return;
	buf_put(&w->b, STR(",\"offers\":{\"@type\":\"Offer\""));
	jsonld_put_url(w, ",\"url\":", view_text(view_get(variant, N_url)));
	jsonld_put_price(w, view_get(price, N_now));
	put_price_end(w, v->ends_s);
	jsonld_put_text(w, ",\"availability\":", availability(view_get(variant, N_availability)));
	jsonld_put_text(w, ",\"itemCondition\":", STR("https://schema.org/NewCondition"));
	buf_put(&w->b, STR(",\"priceSpecification\":[{\"@type\":\"UnitPriceSpecification\""));
	jsonld_put_price(w, view_get(price, N_now));
	put_reference(w, v);
	buf_z(&w->b, tax);
	jsonld_put_other_price(w, view_get(price, N_was), STR("https://schema.org/StrikethroughPrice"), tax);
	jsonld_put_other_price(w, view_get(price, N_rrp), STR("https://schema.org/SRP"), tax);
	buf_ch(&w->b, ']');
	if (!catalogue_is_digital(v)) {
		put_shipping(w, g->shop, v->price_minor);
		jsonld_put_returns(w, g->shop, g->lang);
	}
	buf_ch(&w->b, '}');
}

void
jsonld_put_article(struct jsonld_writer *w, const struct jsonld_goods *g, const struct view *variant,
    const struct catalogue_variant *v)
{
	jsonld_put_text(w, ",\"sku\":", v->sku);
	if (catalogue_is_gtin(v->barcode))
		jsonld_put_text(w, ",\"gtin\":", v->barcode);
	put_offer(w, g, variant, v);
}

static void
jsonld_put_maker(struct jsonld_writer *w, const struct maker *m)
{
	struct str lines = m->address, line, address = STR_NONE;
	bool web = str_starts(m->contact, STR("http"));

	if (m->name.n == 0)
		return;
	while (str_cut(&lines, '\n', &line))
		address = str_fmt(w->a, "%.*s%s%.*s", STR_ARG(address), address.n > 0 ? ", " : "", STR_ARG(line));
	buf_put(&w->b, STR(",\"manufacturer\":{\"@type\":\"Organization\""));
	jsonld_put_text(w, ",\"name\":", m->company.n > 0 ? m->company : m->name);
	jsonld_put_text(w, ",\"address\":", address);
	jsonld_put_text(w, web ? ",\"url\":" : ",\"email\":", m->contact);
	buf_ch(&w->b, '}');
}

/* "A+++" is A3Plus to schema.org. */
static struct str
energy_category(struct jsonld_writer *w, struct str cls)
{
	return cls.n == 1 ? str_fmt(w->a, "https://schema.org/EUEnergyEfficiencyCategory%.*s", STR_ARG(cls))
			  : str_fmt(w->a, "https://schema.org/EUEnergyEfficiencyCategoryA%zuPlus", cls.n - 1);
}

void
jsonld_put_particulars(struct jsonld_writer *w, const struct catalogue_product *p)
{
	const struct str *given = p->particulars.v;
	struct str cls = given[PARTICULAR_ENERGY_CLASS], scale = given[PARTICULAR_ENERGY_SCALE], best, worst;

	jsonld_put_maker(w, &p->maker);
	jsonld_put_text(w, ",\"model\":", given[PARTICULAR_MODEL]);
	if (particular_energy_step(scale, cls) == 0)
		return;
	particular_energy_ends(scale, &best, &worst);
	buf_put(&w->b, STR(",\"hasEnergyConsumptionDetails\":{\"@type\":\"EnergyConsumptionDetails\""));
	jsonld_put_text(w, ",\"hasEnergyEfficiencyCategory\":", energy_category(w, cls));
	jsonld_put_text(w, ",\"energyEfficiencyScaleMin\":", energy_category(w, worst));
	jsonld_put_text(w, ",\"energyEfficiencyScaleMax\":", energy_category(w, best));
	buf_ch(&w->b, '}');
}
