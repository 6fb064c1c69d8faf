#include "store/catalogue/product_parts.h"

#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "shop/product.h"

/* Imports accept far fewer. */
#define PARTS_MAX (PRODUCT_IMAGES_MAX + PRODUCT_SPECS_MAX + PRODUCT_TAGS_MAX)
#define TEXT_MAX_B ((size_t)1 << 20)

enum { PART_IMAGE, PART_FACT, PART_TAG, PART__MAX };

/* The number of values in a part of each kind. */
static const size_t sizes[PART__MAX] = {[PART_IMAGE] = 6, [PART_FACT] = 3, [PART_TAG] = 2};

bool
product_parts_format(struct arena *a, const struct catalogue_product *p, struct str *json, struct err *e)
{
	struct json_out rows;

	json_init(&rows, a, TEXT_MAX_B, '[');
	for (size_t i = 0; i < p->n_images; i++) {
		json_begin(&rows, '[');
		json_put_i64(&rows, PART_IMAGE);
		json_put_i64(&rows, (int64_t)p->images[i].position);
		json_put_str(&rows, p->images[i].alt);
		json_put_str(&rows, secret_hex(a, p->images[i].hash.p, p->images[i].hash.n));
		json_put_i64(&rows, p->images[i].w);
		json_put_i64(&rows, p->images[i].h);
		json_end(&rows, ']');
	}
	for (size_t i = 0; i < p->n_facts; i++) {
		json_begin(&rows, '[');
		json_put_i64(&rows, PART_FACT);
		json_put_str(&rows, p->facts[i].name);
		json_put_str(&rows, p->facts[i].text);
		json_end(&rows, ']');
	}
	for (size_t i = 0; i < p->n_tags; i++) {
		json_begin(&rows, '[');
		json_put_i64(&rows, PART_TAG);
		json_put_str(&rows, p->tags[i]);
		json_end(&rows, ']');
	}
	return json_done(&rows, ']', json, e);
}

static bool
take_text(struct arena *a, const struct json *part, size_t at, struct str *text)
{
	return json_text(json_at(part, at), a, text);
}

static bool
take_count(const struct json *part, size_t at, int64_t *n)
{
	return json_int(json_at(part, at), n) && *n >= 0;
}

static bool
take_image(struct arena *a, const struct json *part, struct catalogue_image *im)
{
	uint8_t *hash = arena_alloc(a, CATALOGUE_HASH_B);
	struct str hex;
	int64_t position;

	if (!take_count(part, 1, &position) || !take_text(a, part, 2, &im->alt) || !take_text(a, part, 3, &hex)
	    || !take_count(part, 4, &im->w) || !take_count(part, 5, &im->h)
	    || !secret_from_hex(hex, hash, CATALOGUE_HASH_B))
		return false;
	im->position = (uint64_t)position;
	im->hash = str_n(hash, CATALOGUE_HASH_B);
	return true;
}

static bool
parts_kind_of(const struct json *part, size_t *kind)
{
	int64_t n;

	if (!take_count(part, 0, &n) || n >= PART__MAX)
		return false;
	*kind = (size_t)n;
	return json_count(part) == sizes[n];
}

static bool
take_part(struct arena *a, const struct json *part, struct catalogue_product *p)
{
	size_t kind;

	if (!parts_kind_of(part, &kind))
		return false;
	switch (kind) {
	case PART_IMAGE: return take_image(a, part, &p->images[p->n_images++]);
	case PART_FACT:
		return take_text(a, part, 1, &p->facts[p->n_facts].name)
		    && take_text(a, part, 2, &p->facts[p->n_facts++].text);
	default: return take_text(a, part, 1, &p->tags[p->n_tags++]);
	}
}

static bool
take_parts(struct arena *a, const struct json *root, struct catalogue_product *p)
{
	size_t n = json_count(root);

	if (n > PARTS_MAX)
		return false;
	p->images = ARENA_ARRAY(a, struct catalogue_image, n);
	p->facts = ARENA_ARRAY(a, struct catalogue_fact, n);
	p->tags = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		if (!take_part(a, json_at(root, i), p))
			return false;
	return true;
}

/* Many shops have products without any parts; those cost nothing here. */
bool
product_parts_parse(struct arena *a, struct str json, struct catalogue_product *p)
{
	struct catalogue_product parts = {0};
	bool ok = str_eq_z(json, "[]");

	if (!ok && json.n > 0 && json.n <= TEXT_MAX_B) {
		const struct json *root = json_parse(json);

		ok = json_is_list(root) && take_parts(a, root, &parts);
		json_free(root);
	}
	if (!ok)
		return false;
	p->images = parts.images;
	p->n_images = parts.n_images;
	p->facts = parts.facts;
	p->n_facts = parts.n_facts;
	p->tags = parts.tags;
	p->n_tags = parts.n_tags;
	return true;
}

bool
product_particulars_format(struct arena *a, const struct particulars *p, struct str *json, struct err *e)
{
	struct json_out w;

	*json = STR_NONE;
	if (!particulars_any(p))
		return true;
	json_init(&w, a, TEXT_MAX_B, '{');
	for (int i = 0; i < PARTICULAR__MAX; i++)
		if (p->v[i].n > 0)
			json_add_str(&w, particular_info((enum particular)i)->name, p->v[i]);
	return json_done(&w, '}', json, e);
}

void
product_particulars_parse(struct arena *a, struct str json, struct particulars *p)
{
	const struct json *root = json.n > 0 ? json_parse(json) : NULL;

	*p = (struct particulars){0};
	for (int i = 0; i < PARTICULAR__MAX && root != NULL; i++)
		if (!json_text(json_member(root, particular_info((enum particular)i)->name), a, &p->v[i]))
			p->v[i] = STR_NONE;
	json_free(root);
}

void
product_maker_parse(struct arena *a, struct str json, struct maker *m)
{
	struct str *const fields[] = {&m->name, &m->company, &m->address, &m->contact, &m->country, &m->eu_company,
	    &m->eu_address, &m->eu_contact};
	const struct json *root = json.n > 0 ? json_parse(json) : NULL;
	bool ok = root != NULL && json_count(root) == ARRAY_LEN(fields);

	for (size_t i = 0; i < ARRAY_LEN(fields) && ok; i++)
		ok = take_text(a, root, i, fields[i]);
	json_free(root);
	if (!ok)
		*m = (struct maker){0};
}
