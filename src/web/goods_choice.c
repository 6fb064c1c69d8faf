#include "web/goods_choice.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "serve/app.h"

#define VARIANTS_MANY 200
#define TEXTS_B ((size_t)64 << 10) /* option values of all variants */
#define LABELS_B ((size_t)80000)   /* of all selects, as HTML: keeps the page below 300 kB */
#define VALUES_MANY 2000	   /* of all selects: beyond, the markup alone would be longer */
#define ESCAPED_B 6		   /* the longest character reference */
#define JOINT_B 3 /* " / " */
#define RECORD_B 16

/* A record: id (8 bytes), the number of its value in each option (2 bytes each), number of its picture, 1 if it can be
 * bought. Numbers have their lowest byte first. */
enum { AT_ID = 0, AT_VALUES = 8, AT_IMAGE = 14, AT_BUY = 15 };

bool
goods_is_large(const struct catalogue_product *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_variants; i++)
		for (size_t k = 0; k < CATALOGUE_OPTIONS; k++)
			n += p->variants[i].words[k].text.n;
	return p->n_variants > VARIANTS_MANY || (p->n_variants > 1 && n > TEXTS_B);
}

static size_t
html_b(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '&' || s.p[i] == '<' || s.p[i] == '>' || s.p[i] == '"' || s.p[i] == '\'' ? ESCAPED_B : 1;
	return n;
}

/* The text in at most max_b bytes of HTML, cut in the middle: similar values often differ at one of their ends. */
static struct str
choice_label(struct arena *a, struct str s, size_t max_b)
{
	struct str cut = s;

	for (size_t keep = max_b; html_b(cut) > max_b && keep > 1; keep = keep * 3 / 4) {
		size_t tail = s.n - (keep < s.n ? keep * 2 / 5 : s.n);

		while (tail < s.n && ((unsigned char)s.p[tail] & 0xc0) == 0x80)
			tail++;
		cut = utf8_head(s, keep * 3 / 5);
		cut = str_fmt(a, "%.*s\xe2\x80\xa6%.*s", STR_ARG(cut), STR_ARG(str_from(s, tail)));
	}
	return cut;
}

/* A variant's value of one option. */
struct valued {
	struct str value;
	size_t variant;
};

static int
by_value(const void *a, const void *b)
{
	const struct valued *x = a, *y = b;
	int diff = str_cmp(x->value, y->value);

	return diff != 0 ? diff : (x->variant > y->variant) - (x->variant < y->variant);
}

struct choices {
	const struct page_ctx *cx;
	const struct catalogue_product *p;
	unsigned char *records;
	size_t n; /* selects */
	bool joint;
	size_t label_b;
};

/* Sets first[v] to the first variant with the value of variant v in select i. */
static void
find_firsts(const struct choices *c, size_t i, size_t *first)
{
	const struct catalogue_product *p = c->p;
	struct valued *v = ARENA_ARRAY(c->cx->a, struct valued, p->n_variants);

	for (size_t k = 0; k < p->n_variants; k++)
		v[k] = (struct valued){p->variants[k].words[i].value, first[k] = k};
	if (c->joint)
		return;
	qsort(v, p->n_variants, sizeof(*v), by_value);
	for (size_t k = 0; k < p->n_variants; k++) {
		bool again = k > 0 && str_eq(v[k].value, v[k - 1].value);

		first[v[k].variant] = again ? first[v[k - 1].variant] : v[k].variant;
	}
}

/* The bytes of the label of variant k in select i. */
static size_t
whole_label_b(const struct choices *c, size_t k, size_t i)
{
	const struct catalogue_word *words = c->p->variants[k].words;

	if (!c->joint)
		return html_b(words[i].text);
	return html_b(words[0].text) + html_b(words[1].text) + html_b(words[2].text) + 2 * JOINT_B;
}

static struct str
choice_text(const struct choices *c, size_t k, size_t i)
{
	const struct catalogue_word *words = c->p->variants[k].words;
	struct catalogue_variant cut = {0};
	struct arena *a = c->cx->a;

	if (!c->joint)
		return choice_label(a, words[i].text, c->label_b);
	for (size_t n = 0; n < CATALOGUE_OPTIONS; n++)
		cut.words[n].text = choice_label(a, words[n].text, c->label_b / CATALOGUE_OPTIONS - JOINT_B);
	return catalogue_variant_text(a, &cut);
}

static void
put_u64(unsigned char *p, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (unsigned char)(n >> (8 * i));
}

static uint64_t
get_u64(const unsigned char *p, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n |= (uint64_t)p[i] << (8 * i);
	return n;
}

static size_t
image_number(const struct catalogue_product *p, const struct catalogue_variant *v)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_images && v->image_position != 0; i++) {
		n += p->images[i].hash.n > 0;
		if (p->images[i].position == v->image_position)
			return p->images[i].hash.n > 0 && n < 256 ? n : 0;
	}
	return 0;
}

static struct str
joint_name(const struct choices *c)
{
	struct catalogue_variant names = {0};

	memcpy(names.words, c->p->options, sizeof(names.words));
	return catalogue_variant_text(c->cx->a, &names);
}

/* Adds select i, and the numbers of its values to the records. */
static void
put_choice(const struct choices *c, struct view *list, size_t i)
{
	static const char *const ids[CATALOGUE_OPTIONS] = {"pick1", "pick2", "pick3"};
	struct view *o = view_add(list), *values = view_sublist(o, N_values);
	const struct catalogue_product *p = c->p;
	struct arena *a = c->cx->a;
	size_t *first = ARENA_ARRAY(a, size_t, p->n_variants), *number = ARENA_ARRAY(a, size_t, p->n_variants);

	view_str(o, N_id, str_z(ids[i]));
	view_str(o, N_name, c->joint ? joint_name(c) : p->options[i].text);
	find_firsts(c, i, first);
	for (size_t k = 0; k < p->n_variants; k++) {
		const struct catalogue_variant *v = &p->variants[k];

		if (first[k] == k) {
			struct view *value = view_add(values);

			number[k] = view_count(values) - 1;
			view_str(value, N_value, str_fmt(a, "%llu", (unsigned long long)v->id));
			view_str(value, N_text, choice_text(c, k, i));
		}
		put_u64(c->records + k * RECORD_B + AT_VALUES + 2 * i, number[first[k]], 2);
	}
}

/* Counts the values of all selects, and shares the room among their labels. */
static size_t
measure_choices(struct choices *c)
{
	size_t *first = ARENA_ARRAY(c->cx->a, size_t, c->p->n_variants), n = 0, all_b = 0;

	for (size_t i = 0; i < c->n; i++) {
		find_firsts(c, i, first);
		for (size_t k = 0; k < c->p->n_variants; k++) {
			if (first[k] != k)
				continue;
			n++;
			all_b += whole_label_b(c, k, i);
		}
	}
	c->label_b = all_b <= LABELS_B || n == 0 ? SIZE_MAX : LABELS_B / n;
	return n;
}

/* A select for each option, or a joint one for all of them if they have too many values. */
static void
plan_choices(struct choices *c)
{
	while (c->n < CATALOGUE_OPTIONS && c->p->options[c->n].value.n > 0)
		c->n++;
	if (measure_choices(c) <= VALUES_MANY)
		return;
	c->joint = true;
	c->n = 1;
	measure_choices(c);
}

static bool
is_sold(const struct catalogue_variant *v)
{
	return catalogue_is_digital(v) || stock_avail(&v->stock) != STOCK_SOLD_OUT;
}

void
goods_put_choices(const struct page_ctx *cx, struct view *product, const struct catalogue_product *p)
{
	unsigned char *records = ARENA_ARRAY(cx->a, unsigned char, p->n_variants * RECORD_B);
	struct choices c = {.cx = cx, .p = p, .records = records};
	struct view *list = view_sublist(product, N_choices);
	int64_t min = p->variants[0].price_minor, max = min;
	bool any = false;

	plan_choices(&c);
	for (size_t i = 0; i < c.n; i++)
		put_choice(&c, list, i);
	for (size_t k = 0; k < p->n_variants; k++) {
		const struct catalogue_variant *v = &p->variants[k];
		unsigned char *record = records + k * RECORD_B;

		put_u64(record + AT_ID, v->id, 8);
		put_u64(record + AT_IMAGE, image_number(p, v), 1);
		put_u64(record + AT_BUY, is_sold(v), 1);
		any = any || is_sold(v);
		min = v->price_minor < min ? v->price_minor : min;
		max = v->price_minor > max ? v->price_minor : max;
	}
	view_str(product, N_matrix, str_n((char *)records, p->n_variants * RECORD_B));
	view_money(product, N_price_min, (struct money){min, cx->app->rules.cur});
	view_money(product, N_price_max, (struct money){max, cx->app->rules.cur});
	view_int(product, N_count, (int64_t)p->n_variants);
	if (!any)
		view_bool(product, N_sold_out, true);
}

struct matrix {
	const unsigned char *p;
	size_t n, n_options;
};

static size_t
value_of(const struct matrix *m, size_t k, size_t i)
{
	return (size_t)get_u64(m->p + k * RECORD_B + AT_VALUES + 2 * i, 2);
}

static bool
can_buy(const struct matrix *m, size_t k)
{
	return get_u64(m->p + k * RECORD_B + AT_BUY, 1) != 0;
}

/* The variant's number, or m->n. */
static size_t
number_of(const struct matrix *m, uint64_t id)
{
	size_t k = 0;

	while (k < m->n && (id == 0 || get_u64(m->p + k * RECORD_B + AT_ID, 8) != id))
		k++;
	return k;
}

/* The variant with the wanted values, else the nearest: a changed value counts more than one that was shown before. */
static size_t
nearest(const struct matrix *m, size_t shown, const size_t *wanted, bool *exact)
{
	int best = -1;
	size_t found = shown;

	*exact = false;
	for (size_t k = 0; k < m->n && !*exact; k++) {
		int score = can_buy(m, k);
		size_t equal = 0;

		for (size_t i = 0; i < m->n_options; i++) {
			if (value_of(m, k, i) != wanted[i])
				continue;
			equal++;
			score += wanted[i] != value_of(m, shown, i) ? 8 : 2;
		}
		*exact = equal == m->n_options;
		if (score > best || *exact) {
			best = score;
			found = k;
		}
	}
	return found;
}

static struct view *
value_at(const struct matrix *m, const struct view *choices, size_t k, size_t i)
{
	return view_at(view_get(view_at(choices, i), N_values), value_of(m, k, i));
}

/* A value is sold out if the variant that differs by it from the chosen one cannot be bought. */
static void
mark_choices(const struct matrix *m, const struct view *choices, size_t chosen)
{
	for (size_t i = 0; i < m->n_options; i++)
		view_bool(value_at(m, choices, chosen, i), N_selected, true);
	for (size_t k = 0; k < m->n; k++) {
		size_t differs = 0, at = 0;

		for (size_t i = 0; i < m->n_options; i++)
			if (value_of(m, k, i) != value_of(m, chosen, i)) {
				differs++;
				at = i;
			}
		if (can_buy(m, k) || differs > 1)
			continue;
		for (size_t i = at; i < (differs == 0 ? m->n_options : at + 1); i++)
			view_bool(value_at(m, choices, k, i), N_sold_out, true);
	}
}

/* The cached bytes are those of goods_put_choices(), unless someone else wrote them. */
static bool
matrix_fits(const struct matrix *m, const struct view *choices)
{
	if (m->n == 0 || m->n_options > CATALOGUE_OPTIONS)
		return false;
	for (size_t k = 0; k < m->n; k++)
		for (size_t i = 0; i < m->n_options; i++)
			if (value_of(m, k, i) >= view_count(view_get(view_at(choices, i), N_values)))
				return false;
	return true;
}

struct goods_chosen
goods_choose(struct view *product, const struct goods_wish *wish)
{
	const struct view *choices = view_get(product, N_choices);
	struct str bytes = view_text(view_take(product, N_matrix));
	struct matrix m = {(const unsigned char *)bytes.p, bytes.n / RECORD_B, view_count(choices)};
	size_t wanted[CATALOGUE_OPTIONS] = {0}, shown, chosen;
	struct goods_chosen out = {.exact = true};

	if (!matrix_fits(&m, choices))
		return out;
	shown = number_of(&m, wish->variant);
	for (size_t k = 0; k < m.n && shown == m.n; k++)
		if (can_buy(&m, k))
			shown = k;
	shown = shown == m.n ? 0 : shown;
	for (size_t i = 0; i < m.n_options; i++) {
		size_t k = number_of(&m, wish->pick[i]);

		wanted[i] = value_of(&m, k < m.n ? k : shown, i);
	}
	chosen = nearest(&m, shown, wanted, &out.exact);
	mark_choices(&m, choices, chosen);
	out.variant = get_u64(m.p + chosen * RECORD_B + AT_ID, 8);
	out.image = (size_t)get_u64(m.p + chosen * RECORD_B + AT_IMAGE, 1);
	return out;
}
