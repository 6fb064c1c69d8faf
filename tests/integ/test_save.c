#include <mysqld_error.h>
#include <stddef.h>
#include <string.h>

#include "integ.h"
#include "plat/conf/conf.h"
#include "store/catalogue/catalogue_save.h"

/* Products that no table could contain, since the parser refuses them. */
static struct arena a;
static struct conf conf;

struct goods {
	struct product p;
	struct product_variant v;
	struct product_image im;
	struct product_spec spec;
	struct str tag;
};

/* The text columns and their lengths. */
static const struct {
	const char *name;
	size_t at, chars;
} texts[] = {
#define TEXT(member, chars) {#member, offsetof(struct goods, member), chars}
    TEXT(p.handle, 190), TEXT(p.title, 255), TEXT(p.vendor, 190), TEXT(p.seo_title, 255), TEXT(p.seo_description, 500),
    TEXT(p.option[0], 255), TEXT(p.option[1], 255), TEXT(p.option[2], 255), TEXT(v.value[0], 255),
    TEXT(v.value[1], 255), TEXT(v.value[2], 255), TEXT(v.sku, 100), TEXT(v.barcode, 32), TEXT(v.content_unit, 8),
    TEXT(v.base_unit, 8), TEXT(im.source, 500), TEXT(im.alt, 255), TEXT(spec.label, 100), TEXT(spec.value, 500),
    TEXT(tag, 255),
#undef TEXT
};

static void
make(struct goods *g, const char *handle)
{
	*g = (struct goods){.p = {.handle = str_z(handle),
				.title = STR("Tea"),
				.status = PRODUCT_ACTIVE,
				.n_variants = 1,
				.n_images = 1,
				.n_specs = 1,
				.n_tags = 1},
	    .v = {.price_minor = 500, .compare_minor = -1, .cost_minor = -1, .stock = 1},
	    .im = {.source = STR("tea.jpg")},
	    .spec = {STR("Origin"), STR("Assam")},
	    .tag = STR("tea")};
	g->p.variants = &g->v;
	g->p.images = &g->im;
	g->p.specs = &g->spec;
	g->p.tags = &g->tag;
}

static void
lengthen(struct goods *g, size_t i, size_t chars)
{
	char *text = arena_alloc(&a, chars + 1);

	memset(text, 'x', chars);
	memcpy((char *)g + texts[i].at, &(struct str){text, chars}, sizeof(struct str));
}

static bool
save_body(struct db *db, void *arg, struct err *e)
{
	struct catalogue_save s = {.db = db, .a = &a, .now_s = 1,
	    .langs = conf.site_languages.v, .n_langs = conf.site_languages.n};
	const struct product *p = &((struct goods *)arg)->p;
	struct catalogue_saved saved;

	return catalogue_save_products(&s, &p, 1, &saved, e);
}

static struct db *
open_shop(void)
{
	arena_init(&a, (size_t)64 << 20);
	services_conf(&services, &a, &conf);
	return services_db(&services, &a, DB_TOOL);
}

START_TEST(text_that_fits_no_column_is_never_cut)
{
	struct db *db = open_shop();

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err e = {0};
		struct goods g;

		make(&g, "long");
		lengthen(&g, i, texts[i].chars + 1);
		ck_assert_msg(!db_tx(db, save_body, &g, &e), "%s was cut", texts[i].name);
		ck_assert_msg(e.code == ER_DATA_TOO_LONG, "%s: %s", texts[i].name, e.msg);
	}
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM product"), 0);
}
END_TEST

START_TEST(text_that_just_fits_is_saved_also_into_a_product_that_was_there)
{
	struct db *db = open_shop();
	struct err e = {0};
	struct goods g;

	make(&g, "fits");
	ck_ok(db_tx(db, save_body, &g, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].at != offsetof(struct goods, p.handle))
			lengthen(&g, i, texts[i].chars);
	}
	ck_ok(db_tx(db, save_body, &g, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT LENGTH(vendor) FROM product WHERE handle = 'fits'"), 190);
	lengthen(&g, 2, 191); /* the vendor */
	ck_assert(!db_tx(db, save_body, &g, &e));
	ck_assert_int_eq((int)e.code, ER_DATA_TOO_LONG);
}
END_TEST

/* The first 190 characters equal the handle of another product. */
START_TEST(handle_that_is_too_long_is_not_taken_for_that_of_another_product)
{
	struct db *db = open_shop();
	struct err e = {0};
	struct goods g;

	make(&g, "");
	lengthen(&g, 0, 190);
	ck_ok(db_tx(db, save_body, &g, &e), &e);
	g.p.title = STR("Coffee");
	lengthen(&g, 0, 191);
	ck_assert(!db_tx(db, save_body, &g, &e));
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM product_text WHERE title = 'Coffee'"), 0);
}
END_TEST

INTEG_MAIN("save", false, text_that_fits_no_column_is_never_cut,
    text_that_just_fits_is_saved_also_into_a_product_that_was_there,
    handle_that_is_too_long_is_not_taken_for_that_of_another_product)
