#include "web/goods_particular.h"

#include "serve/app.h"
#include "shop/country.h"
#include "view/country_text.h"

#define LONG_TEXT_B 600 /* a longer one is folded */

static void
maker_put_lines(struct arena *a, struct view *v, uint16_t name, struct str text)
{
	struct view *list = view_sublist(v, name);
	struct str line;

	while (str_cut(&text, '\n', &line))
		if (line.n > 0)
			view_push(list, view_node_str(a, line));
}

/* A mail address has an @ and is no address of the web. */
static void
put_contact(struct view *v, struct str contact)
{
	bool web = str_starts(contact, STR("http://")) || str_starts(contact, STR("https://"));

	if (contact.n > 0)
		view_str(v, web ? N_web_url : N_email, contact);
}

static void
put_maker(const struct page_ctx *cx, struct view *v, uint16_t name, const struct maker *m)
{
	struct view *to;
	enum country c;

	if (m->name.n == 0)
		return;
	to = view_sub(v, name);
	view_str(to, N_name, m->company.n > 0 ? m->company : m->name);
	maker_put_lines(cx->a, to, N_address, m->address);
	if (country_find(m->country, &c))
		view_str(to, N_country, str_z(country_texts(cx->lang)->name[c]));
	put_contact(to, m->contact);
}

/* The maker of a food is its operator, unless the table names another, and stands with the food. */
static void
put_safety(const struct page_ctx *cx, struct view *product, const struct catalogue_product *p)
{
	static const struct maker none;
	const struct str *given = p->particulars.v;
	const struct maker *m = &p->maker;
	struct view *v;

	if (view_get(product, N_food) != NULL && p->operator.name.n == 0 && m->eu_company.n == 0)
		m = &none;
	if (p->maker.name.n > 0)
		view_bool(product, N_made, true);
	if (m->name.n == 0 && given[PARTICULAR_MODEL].n == 0 && given[PARTICULAR_WARNINGS].n == 0)
		return;
	v = view_sub(product, N_safety);
	put_maker(cx, v, N_maker, m);
	if (m->eu_company.n > 0)
		put_maker(cx, v, N_responsible,
		    &(struct maker){.name = m->eu_company, .address = m->eu_address, .contact = m->eu_contact});
	view_str(v, N_model, given[PARTICULAR_MODEL]);
	view_str(v, N_warnings, given[PARTICULAR_WARNINGS]);
	if (given[PARTICULAR_WARNINGS].n > LONG_TEXT_B)
		view_bool(v, N_long, true);
}

static void
put_part(struct arena *a, struct view *list, struct str text, bool allergen)
{
	struct view *part;

	if (text.n == 0)
		return;
	part = view_add(list);
	view_str(part, N_text, str_dup(a, text));
	if (allergen)
		view_bool(part, N_allergen, true);
}

/* Allergens stand between asterisks; an odd one stays as it is. */
static void
put_ingredients(const struct page_ctx *cx, struct view *food, struct str s)
{
	struct view *list = view_sublist(food, N_ingredients);

	while (s.n > 0) {
		ptrdiff_t from = str_chr(s, '*'), to = from < 0 ? -1 : str_chr(str_from(s, (size_t)from + 1), '*');

		if (to < 0) {
			put_part(cx->a, list, s, false);
			return;
		}
		put_part(cx->a, list, str_head(s, (size_t)from), false);
		put_part(cx->a, list, str_head(str_from(s, (size_t)from + 1), (size_t)to), true);
		s = str_from(s, (size_t)(from + to) + 2);
	}
}

/* A stored number in the language's form. */
static void
put_number(const struct page_ctx *cx, struct view *v, uint16_t name, struct str plain)
{
	struct buf b;

	buf_init(&b, cx->a, 64);
	for (size_t i = 0; i < plain.n; i++) {
		if (plain.p[i] == '.')
			buf_put(&b, cx->lang->format.decimal);
		else
			buf_ch(&b, plain.p[i]);
	}
	if (plain.n > 0)
		view_str(v, name, buf_str(&b));
}

static void
put_nutrition(const struct page_ctx *cx, struct view *food, const struct str *given)
{
	static const struct {
		enum particular p;
		uint16_t name;
	} amounts[] = {{PARTICULAR_KJ, N_kj}, {PARTICULAR_KCAL, N_kcal}, {PARTICULAR_FAT, N_fat},
	    {PARTICULAR_SATURATES, N_saturates}, {PARTICULAR_CARBOHYDRATE, N_carbohydrate},
	    {PARTICULAR_SUGARS, N_sugars}, {PARTICULAR_FIBRE, N_fibre}, {PARTICULAR_PROTEIN, N_protein},
	    {PARTICULAR_SALT, N_salt}};
	struct view *v;

	if (given[PARTICULAR_PER].n == 0)
		return;
	v = view_sub(food, N_nutrition);
	view_str(v, N_per, given[PARTICULAR_PER]);
	for (size_t i = 0; i < ARRAY_LEN(amounts); i++)
		put_number(cx, v, amounts[i].name, given[amounts[i].p]);
}

/* The content of the pack, where all variants have the same and the table says nothing else. */
static struct str
net_quantity(const struct page_ctx *cx, const struct catalogue_product *p)
{
	const struct catalogue_measure *m;
	struct buf b;

	if (p->particulars.v[PARTICULAR_NET_QUANTITY].n > 0 || p->n_variants == 0)
		return p->particulars.v[PARTICULAR_NET_QUANTITY];
	m = &p->variants[0].measure;
	for (size_t i = 1; i < p->n_variants; i++)
		if (p->variants[i].measure.content_milli != m->content_milli
		    || !str_eq(p->variants[i].measure.content_unit, m->content_unit))
			return STR_NONE;
	if (m->content_milli == 0)
		return STR_NONE;
	buf_init(&b, cx->a, 64);
	buf_i64(&b, m->content_milli / 1000);
	if (m->content_milli % 1000 != 0) {
		struct str rest = str_fmt(cx->a, "%03lld", (long long)(m->content_milli % 1000));

		while (rest.p[rest.n - 1] == '0')
			rest.n--;
		buf_put(&b, cx->lang->format.decimal);
		buf_put(&b, rest);
	}
	buf_ch(&b, ' ');
	buf_put(&b, m->content_unit);
	return buf_str(&b);
}

static void
put_food(const struct page_ctx *cx, struct view *product, const struct catalogue_product *p)
{
	static const struct {
		enum particular p;
		uint16_t name;
	} texts[] = {{PARTICULAR_LEGAL_NAME, N_legal_name}, {PARTICULAR_ORIGIN, N_origin},
	    {PARTICULAR_STORAGE, N_storage}, {PARTICULAR_INSTRUCTIONS, N_instructions}};
	const struct str *given = p->particulars.v;
	bool any = false;
	struct view *v;

	for (int i = PARTICULAR_LEGAL_NAME; i <= PARTICULAR_SALT; i++)
		any = any || given[i].n > 0;
	if (!any)
		return;
	v = view_sub(product, N_food);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		view_str(v, texts[i].name, given[texts[i].p]);
	put_ingredients(cx, v, given[PARTICULAR_INGREDIENTS]);
	view_str(v, N_net_quantity, net_quantity(cx, p));
	put_number(cx, v, N_alcohol, given[PARTICULAR_ALCOHOL]);
	put_maker(cx, v, N_operator, p->operator.name.n > 0 ? &p->operator : &p->maker);
	put_nutrition(cx, v, given);
}

void
goods_put_energy(struct view *v, struct str cls, struct str scale)
{
	int step = particular_energy_step(scale, cls);
	struct str best, worst;
	struct view *to;

	if (step == 0)
		return;
	particular_energy_ends(scale, &best, &worst);
	to = view_sub(v, N_energy);
	view_str(to, N_class, cls);
	view_int(to, N_level, step);
	view_str(to, N_best, best);
	view_str(to, N_worst, worst);
}

void
goods_put_particulars(const struct page_ctx *cx, struct view *product, const struct catalogue_product *p)
{
	const struct str *given = p->particulars.v;
	struct view *energy;

	put_food(cx, product, p);
	put_safety(cx, product, p);
	goods_put_energy(product, given[PARTICULAR_ENERGY_CLASS], given[PARTICULAR_ENERGY_SCALE]);
	energy = view_get(product, N_energy);
	if (energy == NULL)
		return;
	if (given[PARTICULAR_ENERGY_LABEL].n > 0)
		view_str(energy, N_label_url, given[PARTICULAR_ENERGY_LABEL]);
	if (given[PARTICULAR_ENERGY_SHEET].n > 0)
		view_str(energy, N_sheet_url, given[PARTICULAR_ENERGY_SHEET]);
}
