#include "work/export_run.h"

#include <errno.h>
#include <string.h>

#include "import/translation_csv.h"
#include "plat/text/csv.h"
#include "store/catalogue/catalogue_export.h"

#define ARENA_MAX_B ((size_t)256 << 20)
#define OUT_MAX_B ((size_t)64 << 20)
#define WORDS_MAX 1000000
#define TAGS_MAX_B ((size_t)1 << 20)

struct writer {
	struct export *x;
	struct arena words, a; /* words: for the whole run; a: for one product */
	struct buf b;
	struct str *labels, own_lang;
	size_t n_labels;
	currency cur;
	bool first;
};

static void
cell(struct writer *w, struct str s)
{
	csv_put(&w->b, s, w->first);
	w->first = false;
}

static void
end_row(struct writer *w)
{
	csv_end_row(&w->b);
	w->first = true;
}

static bool
export_flush(struct writer *w, FILE *f, struct err *e)
{
	struct str s = buf_str(&w->b);

	if (!buf_check(&w->b, e))
		return false;
	if (s.n > 0 && fwrite(s.p, 1, s.n, f) != s.n)
		return err_set(e, ERR_UPSTREAM, "writing: %s", strerror(errno));
	arena_reset(&w->a);
	buf_init(&w->b, &w->a, OUT_MAX_B);
	return true;
}

/* Thousandths as a decimal without needless zeros: 250500 is "250.5". */
static struct str
milli(struct writer *w, int64_t v)
{
	struct str s = str_fmt(&w->a, "%lld.%03lld", (long long)(v / 1000), (long long)(v % 1000));

	while (s.p[s.n - 1] == '0')
		s.n--;
	return s.p[s.n - 1] == '.' ? str_head(s, s.n - 1) : s;
}

static struct str
money(struct writer *w, int64_t minor)
{
	return minor < 0 ? STR_NONE : money_plain(&w->a, (struct money){minor, w->cur});
}

static struct str
number(struct writer *w, int64_t n)
{
	return str_fmt(&w->a, "%lld", (long long)n);
}

static struct str
truth(bool b)
{
	return b ? STR("TRUE") : STR("FALSE");
}

static struct str
tags(struct writer *w, const struct product *p)
{
	struct buf b;

	buf_init(&b, &w->a, TAGS_MAX_B);
	for (size_t i = 0; i < p->n_tags; i++) {
		buf_z(&b, i == 0 ? "" : ", ");
		buf_put(&b, p->tags[i]);
	}
	return buf_str(&b);
}

/* A semicolon separates; one in a name has a backslash before it. */
static struct str
more(struct writer *w, const struct product *p)
{
	struct buf b;

	buf_init(&b, &w->a, 100000);
	for (size_t i = 0; i < p->n_more; i++) {
		buf_z(&b, i == 0 ? "" : "; ");
		for (size_t k = 0; k < p->more[i].n; k++) {
			if (p->more[i].p[k] == ';')
				buf_ch(&b, '\\');
			buf_ch(&b, p->more[i].p[k]);
		}
	}
	return buf_str(&b);
}

/* A cell of the product itself, which is filled only in the first row. */
static struct str
product_value(struct writer *w, const struct product *p, enum product_column col)
{
	static const char *const statuses[] = {"draft", "active", "archived"};

	switch (col) {
	case PRODUCT_COLUMN_TITLE: return p->title;
	case PRODUCT_COLUMN_BODY: return p->body_html;
	case PRODUCT_COLUMN_VENDOR: return p->vendor;
	case PRODUCT_COLUMN_TYPE: return p->category;
	case PRODUCT_COLUMN_MORE: return more(w, p);
	case PRODUCT_COLUMN_TAGS: return tags(w, p);
	case PRODUCT_COLUMN_PUBLISHED: return truth(p->status == PRODUCT_ACTIVE);
	case PRODUCT_COLUMN_STATUS: return str_z(statuses[p->status]);
	case PRODUCT_COLUMN_OPTION1: return p->n_options == 0 ? STR("Title") : p->option[0];
	case PRODUCT_COLUMN_OPTION2: return p->option[1];
	case PRODUCT_COLUMN_OPTION3: return p->option[2];
	case PRODUCT_COLUMN_GIFT_CARD: return truth(false);
	case PRODUCT_COLUMN_SEO_TITLE: return p->seo_title;
	case PRODUCT_COLUMN_SEO_DESCRIPTION: return p->seo_description;
	case PRODUCT_COLUMN_TAX_CLASS: return str_z(tax_class_name(p->tax_class));
	default: return STR_NONE;
	}
}

static struct str
variant_value(struct writer *w, const struct product *p, const struct product_variant *v, enum product_column col)
{
	switch (col) {
	case PRODUCT_COLUMN_VALUE1: return p->n_options == 0 ? STR("Default Title") : v->value[0];
	case PRODUCT_COLUMN_VALUE2: return v->value[1];
	case PRODUCT_COLUMN_VALUE3: return v->value[2];
	case PRODUCT_COLUMN_SKU: return v->sku;
	case PRODUCT_COLUMN_GRAMS: return milli(w, v->weight_mg);
	case PRODUCT_COLUMN_TRACKER: return v->tracked ? STR("shopify") : STR_NONE;
	case PRODUCT_COLUMN_QTY: return number(w, v->stock);
	case PRODUCT_COLUMN_POLICY: return v->sell_over ? STR("continue") : STR("deny");
	case PRODUCT_COLUMN_PRICE: return money(w, v->price_minor);
	case PRODUCT_COLUMN_COMPARE: return money(w, v->compare_minor);
	case PRODUCT_COLUMN_COST: return money(w, v->cost_minor);
	case PRODUCT_COLUMN_SHIPPED: return truth(v->shipped);
	case PRODUCT_COLUMN_TAXABLE: return truth(v->taxable);
	case PRODUCT_COLUMN_BARCODE: return v->barcode;
	case PRODUCT_COLUMN_VARIANT_IMAGE:
		return v->image > 0 && v->image <= p->n_images ? p->images[v->image - 1].source : STR_NONE;
	case PRODUCT_COLUMN_WEIGHT_UNIT: return STR("g");
	case PRODUCT_COLUMN_CONTENT: return v->content_milli > 0 ? milli(w, v->content_milli) : STR_NONE;
	case PRODUCT_COLUMN_CONTENT_UNIT: return v->content_unit;
	case PRODUCT_COLUMN_BASE: return v->base_milli > 0 ? milli(w, v->base_milli) : STR_NONE;
	case PRODUCT_COLUMN_BASE_UNIT: return v->base_unit;
	default: return STR_NONE;
	}
}

static struct str
image_value(struct writer *w, const struct product *p, size_t i, enum product_column col)
{
	switch (col) {
	case PRODUCT_COLUMN_IMAGE: return p->images[i].source;
	case PRODUCT_COLUMN_IMAGE_POSITION: return number(w, (int64_t)i + 1);
	case PRODUCT_COLUMN_IMAGE_ALT: return p->images[i].alt;
	default: return STR_NONE;
	}
}

static void
export_put_row(struct writer *w, const struct product *p, size_t i)
{
	cell(w, p->handle);
	for (int c = PRODUCT_COLUMN_HANDLE + 1; c < PRODUCT_COLUMN__MAX; c++) {
		enum product_column col = (enum product_column)c;
		struct str s = i == 0 ? product_value(w, p, col) : STR_NONE;

		if (s.n == 0 && i < p->n_variants)
			s = variant_value(w, p, &p->variants[i], col);
		if (s.n == 0 && i < p->n_images)
			s = image_value(w, p, i, col);
		cell(w, s);
	}
	for (size_t k = 0; k < PARTICULAR__MAX; k++)
		cell(w, i == 0 ? p->particulars.v[k] : STR_NONE);
	for (size_t k = 0; k < w->n_labels; k++) {
		struct str value = STR_NONE;

		for (size_t s = 0; s < p->n_specs && i == 0; s++)
			if (str_eq(p->specs[s].label, w->labels[k]))
				value = p->specs[s].value;
		cell(w, value);
	}
	end_row(w);
}

/* Spreadsheets take a file without this mark for one in the encoding of Windows. */
static void
put_mark(struct writer *w)
{
	if (w->x->excel)
		buf_z(&w->b, "\xef\xbb\xbf");
}

static void
put_header(struct writer *w)
{
	for (int c = 0; c < PRODUCT_COLUMN__MAX; c++)
		cell(w, str_z(product_column_name((enum product_column)c)));
	for (int k = 0; k < PARTICULAR__MAX; k++)
		cell(w, str_z(particular_info((enum particular)k)->column));
	for (size_t k = 0; k < w->n_labels; k++)
		cell(w, str_fmt(&w->a, "%.*s (product.metafields.kontor.s%zu)", STR_ARG(w->labels[k]), k + 1));
	end_row(w);
}

static void
export_put_text(struct writer *w, const struct translation *t)
{
	const struct str cells[] = {str_z(translation_kind_name(t->kind)), t->of, t->lang, t->title, t->body_html,
	    t->seo_title, t->seo_description};

	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		cell(w, cells[i]);
	for (int k = 0; k < PARTICULAR__MAX; k++)
		if (particular_info((enum particular)k)->words)
			cell(w, t->particulars.v[k]);
	end_row(w);
}

static bool
put_texts(struct writer *w, uint64_t id, struct err *e)
{
	struct catalogue_texts texts;

	if (!catalogue_export_texts(w->x->db, &w->a, w->own_lang, id, &texts, e))
		return false;
	buf_init(&w->b, &w->a, OUT_MAX_B);
	for (size_t i = 0; i < texts.n; i++)
		export_put_text(w, &texts.v[i]);
	return export_flush(w, w->x->translations, e);
}

static bool
put_words(struct writer *w, struct err *e)
{
	struct catalogue_texts texts;

	db_limits(w->x->db, WORDS_MAX, ARENA_MAX_B);
	if (!catalogue_export_words(w->x->db, &w->words, w->own_lang, &texts, e))
		return false;
	db_limits(w->x->db, DB_ROWS_MAX, DB_BYTES_MAX);
	put_mark(w);
	buf_z(&w->b, "Kind,Handle,Language,Title,Body,SEO Title,SEO Description");
	for (int k = 0; k < PARTICULAR__MAX; k++)
		if (particular_info((enum particular)k)->words)
			buf_fmt(&w->b, ",%s", particular_info((enum particular)k)->column);
	end_row(w);
	for (size_t i = 0; i < texts.n; i++)
		export_put_text(w, &texts.v[i]);
	return export_flush(w, w->x->translations, e);
}

static bool
put_products(struct writer *w, struct err *e)
{
	struct product *p;
	uint64_t id = 0;

	for (;;) {
		if (!catalogue_export_next(w->x->db, &w->a, w->own_lang, &id, &p, e))
			return false;
		if (p == NULL)
			return true;
		for (size_t i = 0; i < p->n_variants || i < p->n_images; i++)
			export_put_row(w, p, i);
		w->x->n++;
		if (fwrite(w->b.p, 1, w->b.n, w->x->products) != w->b.n)
			return err_set(e, ERR_UPSTREAM, "writing: %s", strerror(errno));
		if (w->x->translations != NULL && !put_texts(w, id, e))
			return false;
		arena_reset(&w->a);
		buf_init(&w->b, &w->a, OUT_MAX_B);
	}
}

static bool
export_tables(struct writer *w, struct err *e)
{
	if (!currency_find(w->x->conf->site_currency, &w->cur))
		return err_set(e, ERR_INPUT, "site.currency is not a known currency");
	if (!catalogue_export_labels(w->x->db, &w->words, &w->labels, &w->n_labels, e))
		return false;
	if (w->n_labels + PARTICULAR__MAX + PRODUCT_COLUMN__MAX > CSV_COLUMNS_MAX)
		return err_set(
		    e, ERR_LIMIT, "%zu different specifications exceed the columns of a table", w->n_labels);
	put_mark(w);
	put_header(w);
	return export_flush(w, w->x->products, e) && (w->x->translations == NULL || put_words(w, e))
	    && put_products(w, e);
}

bool
export_run(struct export *x, struct err *e)
{
	struct writer w = {.x = x, .own_lang = x->conf->site_languages.v[0], .first = true};
	bool ok;

	arena_init(&w.words, ARENA_MAX_B);
	arena_init(&w.a, ARENA_MAX_B);
	buf_init(&w.b, &w.a, OUT_MAX_B);
	db_deadline(x->db, CLOCK_NEVER);
	ok = db_snapshot(x->db, e) && export_tables(&w, e);
	db_rollback(x->db);
	arena_fini(&w.a);
	arena_fini(&w.words);
	return ok && ((fflush(x->products) == 0 && (x->translations == NULL || fflush(x->translations) == 0))
			 || err_set(e, ERR_UPSTREAM, "writing: %s", strerror(errno)));
}
