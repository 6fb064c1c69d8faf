/* page_sitemap.c - sitemap.xml: an index of parts (sitemaps.org), each address with its languages and pictures. */
#include "base/num.h"
#include "plat/db/db.h"
#include "store/sql.h"
#include "view/format.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/handlers.h"

#define SITEMAP_MAX_B ((size_t)16 << 20)
#define SITEMAP_PRODUCTS 3000 /* per part of a shop with one language */
#define SITEMAP_PRODUCTS_MIN 50

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
static const char scheme[] = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/* Products per part. Each has an address in each language, and each address names those of all languages. */
static uint64_t
part_size(const struct request *rq)
{
	uint64_t n = SITEMAP_PRODUCTS / (rq->app->langs.n * rq->app->langs.n);

	return n < SITEMAP_PRODUCTS_MIN ? SITEMAP_PRODUCTS_MIN : n;
}

static void
sitemap_finish(struct request *rq, struct buf *b)
{
	rq->res.type = STR("application/xml; charset=utf-8");
	rq->res.cache = RESPONSE_BRIEF;
	rq->res.body = buf_str(b);
}

static void
put_absolute(struct request *rq, struct buf *b, struct str path)
{
	buf_html(b, url_absolute(&rq->app->urls, rq->a, path));
}

bool
raw_sitemap(struct request *rq, struct err *e)
{
	struct db_query *q = db_query(rq->db, SQL_PRODUCT_TOP);
	struct db_rows rows;
	uint64_t n_parts;
	struct buf b;

	if (!db_get(q, rq->a, &rows, e))
		return false;
	n_parts = c_u64(&rows) / part_size(rq) + 2;
	buf_init(&b, rq->a, SITEMAP_MAX_B);
	buf_z(&b, head);
	buf_fmt(&b, "<sitemapindex %s>\n", scheme);
	for (uint64_t i = 0; i < n_parts; i++) {
		buf_z(&b, "<sitemap><loc>");
		put_absolute(rq, &b, url_to(&rq->app->urls, rq->a, NULL, URL_sitemap_part,
			str_fmt(rq->a, "%llu", (unsigned long long)i)));
		buf_z(&b, "</loc></sitemap>\n");
	}
	buf_z(&b, "</sitemapindex>\n");
	sitemap_finish(rq, &b);
	return buf_check(&b, e);
}

/* A page that exists in every language. */
struct place {
	const char *pattern;
	struct str slug;
	int64_t changed_s; /* 0: not known */
	struct str pictures; /* hashes, between blanks */
};

static struct str
address(struct request *rq, const struct place *p, const struct lang *lang)
{
	return url_fill(&rq->app->urls, rq->a, lang, p->pattern, p->slug);
}

static void
put_alternate(struct request *rq, struct buf *b, struct str tag, struct str path)
{
	buf_fmt(b, "<xhtml:link rel=\"alternate\" hreflang=\"%.*s\" href=\"", STR_ARG(tag));
	put_absolute(rq, b, path);
	buf_z(b, "\"/>");
}

static void
sitemap_put_pictures(struct request *rq, struct buf *b, struct str hashes)
{
	struct str hash;

	while (str_cut(&hashes, ' ', &hash)) {
		if (hash.n == 0)
			continue;
		buf_z(b, "<image:image><image:loc>");
		put_absolute(rq, b, url_media(&rq->app->urls, rq->a, hash, "zoom"));
		buf_z(b, "</image:loc></image:image>");
	}
}

static void
put_place(struct request *rq, struct buf *b, const struct place *p)
{
	const struct langs *langs = &rq->app->langs;

	for (size_t i = 0; i < langs->n; i++) {
		buf_z(b, "<url><loc>");
		put_absolute(rq, b, address(rq, p, &langs->lang[i]));
		buf_z(b, "</loc>");
		if (p->changed_s > 0) {
			buf_z(b, "<lastmod>");
			format_date_iso(b, p->changed_s);
			buf_z(b, "</lastmod>");
		}
		for (size_t k = 0; langs->n > 1 && k < langs->n; k++)
			put_alternate(rq, b, langs->lang[k].tag, address(rq, p, &langs->lang[k]));
		if (langs->n > 1)
			put_alternate(rq, b, STR("x-default"), address(rq, p, rq->app->shop_lang));
		sitemap_put_pictures(rq, b, p->pictures);
		buf_z(b, "</url>\n");
	}
}

static const char *
pattern_of(const struct request *rq, enum url_name name)
{
	return rq->app->site->routes.v[name].pattern;
}

/* Pages without a variable part. */
static void
put_pages(struct request *rq, struct buf *b)
{
	const struct route_table *routes = &rq->app->site->routes;

	for (size_t i = 0; i < routes->n; i++) {
		const struct route *r = &routes->v[i];

		if ((r->flags & ROUTE_SITEMAP) && str_find(str_z(r->pattern), STR("{slug}")) < 0)
			put_place(rq, b, &(struct place){.pattern = r->pattern});
	}
}

static bool
put_categories(struct request *rq, struct buf *b, struct err *e)
{
	struct db_query *q = db_query(rq->db, SQL_SITEMAP_CATEGORIES);
	struct db_rows rows;

	put_pages(rq, b);
	if (!db_select(q, rq->a, &rows, e))
		return false;
	while (db_next(&rows))
		put_place(rq, b, &(struct place){.pattern = pattern_of(rq, URL_category), .slug = c_str(&rows)});
	return true;
}

static bool
put_products(struct request *rq, struct buf *b, uint64_t part, struct err *e)
{
	struct db_query *q = db_query(rq->db, SQL_SITEMAP_PRODUCTS);
	struct place p = {.pattern = pattern_of(rq, URL_product)};
	struct db_rows rows;

	q_u64(q, part * part_size(rq));
	q_u64(q, (part + 1) * part_size(rq));
	if (!db_select(q, rq->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		p.slug = c_str(&rows);
		p.changed_s = c_i64(&rows);
		p.pictures = c_str_or(&rows, STR_NONE);
		put_place(rq, b, &p);
	}
	return true;
}

/* Part 0 has pages and categories; the others have the products by their ids. */
bool
raw_sitemap_part(struct request *rq, struct err *e)
{
	uint64_t part;
	struct buf b;

	if (!num_u64(rq->args.slug, 0, UINT64_MAX / SITEMAP_PRODUCTS - 1, &part))
		return err_set(e, ERR_NOT_FOUND, "no part of the sitemap");
	buf_init(&b, rq->a, SITEMAP_MAX_B);
	buf_z(&b, head);
	buf_fmt(&b, "<urlset %s xmlns:xhtml=\"http://www.w3.org/1999/xhtml\""
		" xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">\n", scheme);
	if (!(part == 0 ? put_categories(rq, &b, e) : put_products(rq, &b, part - 1, e)))
		return false;
	buf_z(&b, "</urlset>\n");
	sitemap_finish(rq, &b);
	return buf_check(&b, e);
}
