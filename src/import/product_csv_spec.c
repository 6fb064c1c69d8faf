#include <string.h>

#include "base/utf8.h"
#include "import/product_csv_impl.h"
#include "plat/text/json.h"

#define MARK " (product.metafields."
#define LABEL_MAX 100
#define VALUE_MAX 500
#define RICH_DEPTH_MAX 16
#define TEXT_MAX_B ((size_t)16 << 10)

/* Namespaces of Shopify's own services and of programs for reviews: bookkeeping, not meant for buyers. "X*" matches all
 * that begin with X. */
static const char *const internal[] = {"mm-google-shopping", "shopify--*", "app--*", "reviews", "seo", "google", "spr",
    "judgeme", "loox", "yotpo", "stamped", "okendo", "opinew*", "fera", "inventory", "harmonized_system", "global"};

static bool
spec_is_internal(struct str space)
{
	for (size_t i = 0; i < ARRAY_LEN(internal); i++) {
		size_t n = strlen(internal[i]);
		bool all = internal[i][n - 1] == '*';

		if (all ? str_starts(space, str_n(internal[i], n - 1)) : str_eq_z(space, internal[i]))
			return true;
	}
	return false;
}

struct str
product_spec_label(struct str name)
{
	ptrdiff_t mark = str_find(name, STR(MARK));

	return mark > 0 ? str_trim(str_head(name, (size_t)mark)) : STR_NONE;
}

bool
product_spec_column(struct product_csv *pc, struct str name, size_t at)
{
	ptrdiff_t mark = str_starts(name, str_from(STR(MARK), 1)) ? 0 : str_find(name, STR(MARK));
	struct str key, space, label;

	if (mark < 0)
		return false;
	key = str_from(name, (size_t)mark + sizeof(MARK) - (mark == 0 ? 2 : 1));
	if (str_ends(key, STR(")")))
		key = str_head(key, key.n - 1);
	(void)str_cut(&key, '.', &space);
	label = product_one_line(pc->a, mark == 0 ? key : str_head(name, (size_t)mark));
	if (label.n > 0 && !spec_is_internal(space))
		pc->specs[pc->n_specs++] = (struct spec_column){at, product_cut_words(label, LABEL_MAX)};
	return true;
}

/* "12.0" is "12". */
static struct str
spec_number(struct str s)
{
	if (str_chr(s, '.') < 0 || str_chr(s, 'e') >= 0)
		return s;
	while (s.p[s.n - 1] == '0')
		s.n--;
	return s.p[s.n - 1] == '.' ? str_head(s, s.n - 1) : s;
}

static struct str
spec_unit(struct arena *a, struct str unit)
{
	static const char *const names[][2] = {{"millimeters", "mm"}, {"centimeters", "cm"}, {"meters", "m"},
	    {"inches", "in"}, {"feet", "ft"}, {"yards", "yd"}, {"milligrams", "mg"}, {"grams", "g"},
	    {"kilograms", "kg"}, {"ounces", "oz"}, {"pounds", "lb"}, {"milliliters", "ml"}, {"centiliters", "cl"},
	    {"liters", "l"}, {"cubic_meters", "m³"}, {"square_meters", "m²"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_case(unit, str_z(names[i][0])))
			return str_z(names[i][1]);
	return str_eq_z(unit, "") ? unit : str_dup(a, unit);
}

static void
spec_add(struct buf *b, const char *between, struct str s)
{
	if (s.n > 0 && b->n > 0)
		buf_z(b, between);
	buf_put(b, s);
}

/* The texts of rich text, in order. */
static void
spec_rich(const struct json *v, struct arena *a, struct buf *b, int depth)
{
	const struct json *children = json_member(v, "children");
	struct str s;

	if (json_text(json_member(v, "value"), a, &s))
		spec_add(b, " ", s);
	for (size_t i = 0; i < json_count(children) && depth < RICH_DEPTH_MAX; i++)
		spec_rich(json_at(children, i), a, b, depth + 1);
}

/* A text, a number, a measure, an amount or rich text; none for references and all else. */
static struct str
spec_item(const struct json *v, struct arena *a)
{
	struct str s = STR_NONE, unit = STR_NONE;
	struct buf b;

	if (json_scalar(v, a, &s))
		return str_starts(s, STR("gid://")) ? STR_NONE : s;
	buf_init(&b, a, TEXT_MAX_B);
	if (json_member(v, "children") != NULL)
		spec_rich(v, a, &b, 0);
	else if (json_scalar(json_member(v, "value"), a, &s)) {
		buf_put(&b, spec_number(s));
		if (json_text(json_member(v, "unit"), a, &unit))
			spec_add(&b, " ", spec_unit(a, unit));
	} else if (json_scalar(json_member(v, "amount"), a, &s)) {
		buf_put(&b, s);
		if (json_text(json_member(v, "currency_code"), a, &unit))
			spec_add(&b, " ", unit);
	}
	return buf_str(&b);
}

/* Lists become as Shopify writes them elsewhere: "a; b". */
struct str
product_spec_value(struct arena *a, struct str s, bool *lost)
{
	const struct json *root;
	struct buf b;

	*lost = false;
	if (str_starts(s, STR("gid://")))
		return STR_NONE;
	if ((s.p[0] != '[' && s.p[0] != '{') || (root = json_parse(s)) == NULL)
		return s;
	buf_init(&b, a, TEXT_MAX_B);
	if (!json_is_list(root))
		buf_put(&b, spec_item(root, a));
	for (size_t i = 0; i < json_count(root); i++)
		spec_add(&b, "; ", spec_item(json_at(root, i), a));
	*lost = b.n == 0 && str_find(s, STR("gid://")) < 0 && (json_count(root) > 0 || !json_is_list(root));
	json_free(root);
	return buf_str(&b);
}

static struct product_spec *
spec_of(struct product *p, struct str label)
{
	for (size_t i = 0; i < p->n_specs; i++)
		if (str_eq(p->specs[i].label, label))
			return &p->specs[i];
	return NULL;
}

/* Two columns of one label fill one row. */
static struct str
spec_join(struct arena *a, const struct product_spec *have, struct str value)
{
	return have == NULL || str_eq(have->value, value)
	           ? value
	           : str_fmt(a, "%.*s; %.*s", STR_ARG(have->value), STR_ARG(value));
}

void
product_read_specs(const struct product_row *r, struct product *p)
{
	struct product_csv *pc = r->pc;

	p->specs = ARENA_ARRAY(pc->group, struct product_spec, PRODUCT_SPECS_MAX);
	for (size_t i = 0; i < pc->n_specs; i++) {
		size_t at = pc->specs[i].at;
		struct str s = at < r->cells->n ? product_unquote(product_trim(r->cells->cell[at].text)) : STR_NONE,
			   whole;
		const char *label = str_zdup(pc->group, pc->specs[i].label);
		struct product_spec *have;
		bool lost = false;

		if (s.n > 0)
			s = product_one_line(pc->group, product_spec_value(pc->group, s, &lost));
		if (s.n == 0) {
			if (lost)
				product_note_cell(r, false, (int)at, label, "no list and no measure: ignored");
			continue;
		}
		have = spec_of(p, pc->specs[i].label);
		if (have == NULL && p->n_specs == PRODUCT_SPECS_MAX) {
			product_note_cell(r, false, (int)at, label, "more than 60 specifications: ignored");
			return;
		}
		whole = spec_join(pc->group, have, s);
		if (have == NULL)
			have = &p->specs[p->n_specs++];
		*have = (struct product_spec){pc->specs[i].label, product_cut_words(whole, VALUE_MAX)};
		if (have->value.n < whole.n)
			product_note_cell(r, false, (int)at, label, "longer than 500 characters: cut");
	}
}
