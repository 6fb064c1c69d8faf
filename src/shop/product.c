#include "shop/product.h"

#define CANON_VERSION 1
#define PATH_SEP " > "

struct str
product_category_head(struct str path, size_t depth)
{
	size_t end = 0;

	for (size_t i = 0; i < depth && end < path.n; i++) {
		ptrdiff_t sep;

		if (i > 0)
			end += sizeof(PATH_SEP) - 1;
		sep = str_find(str_from(path, end), STR(PATH_SEP));
		end = sep < 0 ? path.n : end + (size_t)sep;
	}
	return str_head(path, end);
}

size_t
product_category_depth(struct str path)
{
	size_t n = path.n > 0 ? 1 : 0;

	for (ptrdiff_t i; (i = str_find(path, STR(PATH_SEP))) >= 0; n++)
		path = str_from(path, (size_t)i + sizeof(PATH_SEP) - 1);
	return n;
}

struct str
product_category_name(struct str path)
{
	for (ptrdiff_t i; (i = str_find(path, STR(PATH_SEP))) >= 0;)
		path = str_from(path, (size_t)i + sizeof(PATH_SEP) - 1);
	return path;
}

static void
product_put(struct buf *b, struct str s)
{
	buf_u64(b, s.n);
	buf_ch(b, ':');
	buf_put(b, s);
}

static void
put_i64(struct buf *b, int64_t i)
{
	buf_i64(b, i);
	buf_ch(b, ';');
}

static void
canon_variant(const struct product_variant *v, struct buf *b)
{
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		product_put(b, v->value[i]);
	product_put(b, v->sku);
	product_put(b, v->barcode);
	put_i64(b, v->price_minor);
	put_i64(b, v->compare_minor);
	put_i64(b, v->cost_minor);
	put_i64(b, (v->taxable ? 1 : 0) | (v->shipped ? 2 : 0) | (v->tracked ? 4 : 0) | (v->sell_over ? 8 : 0));
	put_i64(b, v->weight_mg);
	put_i64(b, v->content_milli);
	product_put(b, v->content_unit);
	put_i64(b, v->base_milli);
	product_put(b, v->base_unit);
	put_i64(b, (int64_t)v->image);
}

/* Sorts by label, so that the order of columns in the file does not matter. Labels are unique. */
static void
canon_specs(const struct product *p, struct buf *b)
{
	struct str last = STR_NONE;

	for (size_t n = 0; n < p->n_specs; n++) {
		const struct product_spec *next = NULL;

		for (size_t i = 0; i < p->n_specs; i++) {
			const struct product_spec *s = &p->specs[i];

			if ((n == 0 || str_cmp(s->label, last) > 0)
			    && (next == NULL || str_cmp(s->label, next->label) < 0))
				next = s;
		}
		if (next == NULL)
			return;
		product_put(b, next->label);
		product_put(b, next->value);
		last = next->label;
	}
}

void
product_canon(const struct product *p, const struct particulars *particulars, struct buf *b)
{
	const struct str texts[] = {p->title, p->body_html, p->vendor, p->seo_title, p->seo_description, p->category};

	put_i64(b, CANON_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		product_put(b, texts[i]);
	put_i64(b, (int64_t)p->status);
	put_i64(b, (int64_t)p->tax_class);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		product_put(b, p->option[i]);
	put_i64(b, (int64_t)p->n_variants);
	for (size_t i = 0; i < p->n_variants; i++)
		canon_variant(&p->variants[i], b);
	put_i64(b, (int64_t)p->n_images);
	for (size_t i = 0; i < p->n_images; i++) {
		product_put(b, p->images[i].source);
		product_put(b, p->images[i].alt);
	}
	put_i64(b, (int64_t)p->n_specs);
	canon_specs(p, b);
	for (size_t i = 0; i < p->n_tags; i++)
		product_put(b, p->tags[i]);
	for (size_t i = 0; i < p->n_more; i++) {
		buf_ch(b, '>');
		product_put(b, p->more[i]);
	}
	for (size_t i = 0; i < PARTICULAR__MAX; i++) {
		if (particulars->v[i].n == 0)
			continue;
		buf_ch(b, '!');
		put_i64(b, (int64_t)i);
		product_put(b, particulars->v[i]);
	}
}
