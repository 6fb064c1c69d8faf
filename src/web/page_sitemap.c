/* page_sitemap.c - sitemap.xml: an index of parts, and parts of up to SITEMAP_N addresses each (sitemaps.org). */
#include "base/num.h"
#include "plat/db/db.h"
#include "store/sql.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/handlers.h"

#define SITEMAP_MAX_B ((size_t)16 << 20)
#define SITEMAP_N 2000 /* products per part; each appears in every language */

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
static const char scheme[] = "http://www.sitemaps.org/schemas/sitemap/0.9";

static void
sitemap_finish(struct request *rq, struct buf *b)
{
	rq->res.type = STR("application/xml; charset=utf-8");
	rq->res.cache = RESPONSE_BRIEF;
	rq->res.body = buf_str(b);
}

static void
put_location(struct request *rq, struct buf *b, const char *element, struct str path)
{
	buf_fmt(b, "<%s><loc>", element);
	buf_html(b, url_absolute(&rq->app->urls, rq->a, path));
	buf_fmt(b, "</loc></%s>\n", element);
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
	n_parts = c_u64(&rows) / SITEMAP_N + 2;
	buf_init(&b, rq->a, SITEMAP_MAX_B);
	buf_z(&b, head);
	buf_fmt(&b, "<sitemapindex xmlns=\"%s\">\n", scheme);
	for (uint64_t i = 0; i < n_parts; i++)
		put_location(rq, &b, "sitemap",
		    url_to(&rq->app->urls, rq->a, NULL, URL_sitemap_part,
			str_fmt(rq->a, "%llu", (unsigned long long)i)));
	buf_z(&b, "</sitemapindex>\n");
	sitemap_finish(rq, &b);
	return buf_check(&b, e);
}

/* Pages without a variable part. */
static void
put_pages(struct request *rq, struct buf *b)
{
	const struct route_table *routes = &rq->app->site->routes;

	for (size_t i = 0; i < routes->n; i++) {
		const struct route *r = &routes->v[i];

		if (!(r->flags & ROUTE_SITEMAP) || str_find(str_z(r->pattern), STR("{slug}")) >= 0)
			continue;
		for (size_t k = 0; k < rq->app->langs.n; k++)
			put_location(rq, b, "url",
			    url_fill(&rq->app->urls, rq->a, &rq->app->langs.lang[k], r->pattern, STR_NONE));
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
	while (db_next(&rows)) {
		struct str slug = c_str(&rows);

		for (size_t i = 0; i < rq->app->langs.n; i++)
			put_location(rq, b, "url",
			    url_to(&rq->app->urls, rq->a, &rq->app->langs.lang[i], URL_category, slug));
	}
	return true;
}

static bool
put_products(struct request *rq, struct buf *b, uint64_t part, struct err *e)
{
	struct db_query *q = db_query(rq->db, SQL_SITEMAP_PRODUCTS);
	struct db_rows rows;

	q_u64(q, part * SITEMAP_N);
	q_u64(q, (part + 1) * SITEMAP_N);
	if (!db_select(q, rq->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct str handle = c_str(&rows);

		for (size_t i = 0; i < rq->app->langs.n; i++)
			put_location(
			    rq, b, "url", url_product(&rq->app->urls, rq->a, &rq->app->langs.lang[i], handle, 0));
	}
	return true;
}

/* Part 0 has pages and categories; part n has the SITEMAP_N products with ids from (n - 1) * SITEMAP_N. */
bool
raw_sitemap_part(struct request *rq, struct err *e)
{
	uint64_t part;
	struct buf b;

	if (!num_u64(rq->args.slug, 0, UINT64_MAX / SITEMAP_N - 1, &part))
		return err_set(e, ERR_NOT_FOUND, "no part of the sitemap");
	buf_init(&b, rq->a, SITEMAP_MAX_B);
	buf_z(&b, head);
	buf_fmt(&b, "<urlset xmlns=\"%s\">\n", scheme);
	if (!(part == 0 ? put_categories(rq, &b, e) : put_products(rq, &b, part - 1, e)))
		return false;
	buf_z(&b, "</urlset>\n");
	sitemap_finish(rq, &b);
	return buf_check(&b, e);
}
