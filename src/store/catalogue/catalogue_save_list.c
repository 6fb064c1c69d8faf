#include "plat/text/secret.h"
#include "store/catalogue/catalogue_save_impl.h"
#include "store/catalogue/product_parts.h"
#include "store/sql.h"

bool
save_pictures_load(struct save_batch *b, struct err *e)
{
	struct db_rows rows;

	if (!save_select_for(b, SQL_SAVE_IMAGES_ARE, save_is_known, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct save_item *it = save_item_of(b, c_u64(&rows));
		struct save_picture *pic = ARENA_NEW(b->s->a, struct save_picture);

		pic->source = c_str(&rows);
		pic->hash = c_bytes_or(&rows, STR_NONE);
		pic->w = (int64_t)c_u64(&rows);
		pic->h = (int64_t)c_u64(&rows);
		pic->next = it->pictures;
		it->pictures = pic;
	}
	return true;
}

/* The stored picture with this source. Of several it is the first one, which is the last in this list. */
static const struct save_picture *
picture_of(const struct save_item *it, struct str source)
{
	const struct save_picture *found = NULL;

	for (const struct save_picture *pic = it->pictures; pic != NULL; pic = pic->next)
		if (str_eq(pic->source, source))
			found = pic;
	return found;
}

/* True when the content of any picture differs from the stored one. */
bool
save_pictures_differ(const struct save_item *it)
{
	for (size_t i = 0; i < it->p->n_images; i++) {
		const struct product_image *im = &it->p->images[i];
		const struct save_picture *pic = picture_of(it, im->source);

		if (im->has_picture && (pic == NULL || !str_eq(pic->hash, str_n(im->picture, PRODUCT_PICTURE_B))))
			return true;
	}
	return false;
}

/* A picture's new values. If its file was not found this time, the old values are kept. */
static struct save_picture
picture_now(const struct save_item *it, const struct product_image *im)
{
	const struct save_picture *had = im->has_picture ? NULL : picture_of(it, im->source);

	if (had != NULL)
		return *had;
	return (struct save_picture){.hash = im->has_picture ? str_n(im->picture, PRODUCT_PICTURE_B) : STR_NONE,
	    .w = im->w,
	    .h = im->h};
}

static bool
put_pictures(struct catalogue_save *s, const struct save_item *it, struct rows_out *out, struct err *e)
{
	for (size_t i = 0; i < it->p->n_images; i++) {
		const struct product_image *im = &it->p->images[i];
		struct save_picture now = picture_now(it, im);

		json_begin(&out->rows, '[');
		json_put_i64(&out->rows, (int64_t)it->id);
		json_put_i64(&out->rows, (int64_t)i + 1);
		json_put_str(&out->rows, im->source);
		if (now.hash.n == 0)
			json_put_i64_or_null(&out->rows, 0, true);
		else
			json_put_str(&out->rows, secret_hex(s->a, now.hash.p, now.hash.n));
		json_put_i64(&out->rows, now.w);
		json_put_i64(&out->rows, now.h);
		json_put_str(&out->rows, im->alt);
		if (!rows_out_end(out, e))
			return false;
	}
	return true;
}

bool
save_pictures(struct save_batch *b, struct err *e)
{
	struct rows_out out;

	if (!save_run_for(b, SQL_SAVE_IMAGES_CLEAR, save_is_changed, e))
		return false;
	rows_out_init(&out, b->s->db, SQL_SAVE_IMAGES, b->s->a);
	for (size_t i = 0; i < b->n; i++)
		if (save_is_written(&b->item[i]) && !put_pictures(b->s, &b->item[i], &out, e))
			return false;
	return rows_out_send(&out, e);
}

/* Rows of all products. */
struct words {
	struct rows_out specs, tags, more;
};

static bool
put_words(const struct save_item *it, struct words *w, struct err *e)
{
	for (size_t i = 0; i < it->p->n_specs; i++) {
		json_begin(&w->specs.rows, '[');
		json_put_i64(&w->specs.rows, (int64_t)it->id);
		json_put_i64(&w->specs.rows, (int64_t)i + 1);
		json_put_str(&w->specs.rows, it->p->specs[i].label);
		json_put_str(&w->specs.rows, it->p->specs[i].value);
		if (!rows_out_end(&w->specs, e))
			return false;
	}
	for (size_t i = 0; i < it->p->n_tags; i++) {
		json_begin(&w->tags.rows, '[');
		json_put_i64(&w->tags.rows, (int64_t)it->id);
		json_put_str(&w->tags.rows, it->p->tags[i]);
		if (!rows_out_end(&w->tags, e))
			return false;
	}
	for (size_t i = 0; i < it->p->n_more; i++) {
		json_begin(&w->more.rows, '[');
		json_put_i64(&w->more.rows, (int64_t)it->id);
		json_put_i64(&w->more.rows, (int64_t)it->more[i]);
		if (!rows_out_end(&w->more, e))
			return false;
	}
	return true;
}

bool
save_words(struct save_batch *b, struct err *e)
{
	struct words w;

	if (!save_run_for(b, SQL_SAVE_SPECS_CLEAR, save_is_changed, e)
	    || !save_run_for(b, SQL_SAVE_TAGS_CLEAR, save_is_changed, e)
	    || !save_run_for(b, SQL_SAVE_MORE_CLEAR, save_is_changed, e))
		return false;
	rows_out_init(&w.specs, b->s->db, SQL_SAVE_SPECS, b->s->a);
	rows_out_init(&w.tags, b->s->db, SQL_SAVE_TAGS, b->s->a);
	rows_out_init(&w.more, b->s->db, SQL_SAVE_MORE, b->s->a);
	for (size_t i = 0; i < b->n; i++)
		if (save_is_written(&b->item[i]) && !put_words(&b->item[i], &w, e))
			return false;
	return rows_out_send(&w.specs, e) && rows_out_send(&w.tags, e) && rows_out_send(&w.more, e);
}

bool
save_parts(struct catalogue_save *s, const struct save_item *it, struct str *json, struct err *e)
{
	const struct product *p = it->p;
	struct catalogue_product shown = {.tags = p->tags, .n_tags = p->n_tags, .n_facts = p->n_specs};

	shown.images = ARENA_ARRAY(s->a, struct catalogue_image, p->n_images);
	for (size_t i = 0; i < p->n_images; i++) {
		struct save_picture now = picture_now(it, &p->images[i]);

		if (now.hash.n > 0)
			shown.images[shown.n_images++] =
			    (struct catalogue_image){now.hash, p->images[i].alt, now.w, now.h, i + 1};
	}
	shown.facts = ARENA_ARRAY(s->a, struct catalogue_fact, p->n_specs);
	for (size_t i = 0; i < p->n_specs; i++)
		shown.facts[i] = (struct catalogue_fact){p->specs[i].label, p->specs[i].value};
	return product_parts_format(s->a, &shown, json, e);
}
