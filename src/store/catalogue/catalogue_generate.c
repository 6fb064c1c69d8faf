#include "store/catalogue/catalogue_generate.h"

#include "plat/db/db_code.h"
#include "store/rows_out.h"
#include "store/sql.h"

#define BATCH UINT64_C(1000) /* small enough for the server to sort in memory */
#define FIRST_ID UINT64_C(1000001) /* well above the ids of goods entered by hand */
#define VARIANTS 4 /* ids reserved for the variants of each product */

struct generate {
	struct catalogue_save *s;
	uint64_t first, from, to; /* id of the first product; the batch, counted from it */
	struct str seed, categories;
};

static bool
make_categories(struct generate *g, struct err *e)
{
	static const char *const tops[] = {"House", "Kitchen", "Study", "Garden", "Travel"};
	static const char *const subs[] = {"Wood", "Metal", "Paper", "Glass", "Cloth", "Stone", "Gifts", "Sale"};
	struct json_out rows;

	json_init(&rows, g->s->a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < ARRAY_LEN(tops) * ARRAY_LEN(subs); i++) {
		struct str top = str_z(tops[i / ARRAY_LEN(subs)]);
		uint64_t id, up;

		if (!catalogue_category(
			g->s, str_fmt(g->s->a, "%s > %s", tops[i / ARRAY_LEN(subs)], subs[i % ARRAY_LEN(subs)]), &id, e)
		    || !catalogue_category(g->s, top, &up, e))
			return false;
		json_begin(&rows, '[');
		json_put_i64(&rows, (int64_t)id);
		json_put_i64(&rows, (int64_t)up);
		json_end(&rows, ']');
	}
	return json_done(&rows, ']', &g->categories, e);
}

static bool
generate_begin(struct db *db, void *arg, struct err *e)
{
	struct generate *g = arg;
	struct db_rows found;
	uint64_t last, last_variant;

	if (!make_categories(g, e) || !db_get(db_query(db, SQL_GENERATE_FIRST), g->s->a, &found, e))
		return false;
	last = c_is_null(&found) ? 0 : c_u64(&found);
	last_variant = c_is_null(&found) ? 0 : c_u64(&found) / VARIANTS;
	last = last > last_variant ? last : last_variant;
	g->first = last < FIRST_ID ? FIRST_ID : last + 1;
	return true;
}

/* Binds the range, the last two parameters of the statement, and runs it. */
static bool
run_over(struct db_query *q, uint64_t from, uint64_t to, struct err *e)
{
	q_u64(q, from);
	q_u64(q, to);
	return db_run(q, NULL, e);
}

static bool
make_products(struct generate *g, struct err *e)
{
	struct db_query *q = db_query(g->s->db, SQL_GENERATE_PRODUCTS);

	q_u64(q, g->first);
	q_str(q, g->seed);
	q_i64(q, g->s->now_s);
	q_str(q, g->seed);
	q_str(q, g->categories);
	if (!run_over(q, g->from, g->to, e))
		return false;
	q = db_query(g->s->db, SQL_GENERATE_TEXTS);
	q_u64(q, g->first);
	q_str(q, g->s->langs[0]);
	q_str(q, g->seed);
	q_str(q, g->seed);
	q_str(q, g->seed);
	return run_over(q, g->from, g->to, e);
}

static bool
make_variants(struct generate *g, struct err *e)
{
	uint64_t from = (g->first + g->from) * VARIANTS, to = (g->first + g->to) * VARIANTS + VARIANTS - 1;
	struct db_query *q = db_query(g->s->db, SQL_GENERATE_VARIANTS);

	q_u64(q, g->first);
	q_u64(q, g->first);
	q_str(q, g->seed);
	if (!run_over(q, g->from, g->to, e) || !run_over(db_query(g->s->db, SQL_GENERATE_STOCK), from, to, e))
		return false;
	q = db_query(g->s->db, SQL_GENERATE_MOVEMENTS);
	q_i64(q, g->s->now_s);
	if (!run_over(q, from, to, e))
		return false;
	q = db_query(g->s->db, SQL_GENERATE_PRICES);
	q_i64(q, g->s->now_s);
	return run_over(q, from, to, e);
}

static bool
make_index(struct generate *g, struct err *e)
{
	size_t n = (size_t)(g->to - g->from) + 1;
	uint64_t *ids = ARENA_ARRAY(g->s->a, uint64_t, n);

	for (size_t i = 0; i < n; i++)
		ids[i] = g->first + g->from + i;
	return catalogue_index_new(g->s, ids, n, e)
	    && run_over(db_query(g->s->db, SQL_GENERATE_IMAGES), ids[0], ids[n - 1], e)
	    && run_over(db_query(g->s->db, SQL_GENERATE_PARTS), ids[0], ids[n - 1], e);
}

static bool
make_batch(struct db *db, void *arg, struct err *e)
{
	struct generate *g = arg;

	(void)db;
	return make_products(g, e) && make_variants(g, e) && make_index(g, e);
}

bool
catalogue_generate(
    struct catalogue_save *s, uint64_t n, uint64_t seed, void (*report)(uint64_t done), struct err *e)
{
	struct generate g = {.s = s, .seed = str_fmt(s->a, "%llu", (unsigned long long)seed)};

	if (n > CATALOGUE_GENERATE_MAX)
		return err_set(e, ERR_INPUT, "more than %llu products", (unsigned long long)CATALOGUE_GENERATE_MAX);
	if (!db_tx(s->db, generate_begin, &g, e))
		return false;
	for (g.from = 0; g.from < n; g.from += BATCH) {
		struct arena_mark before = arena_mark(s->a);

		g.to = (n - g.from > BATCH ? g.from + BATCH : n) - 1;
		if (!db_tx(s->db, make_batch, &g, e))
			return e->code == DB_CODE_DUPLICATE
			           ? err_context(e, "the seed %llu was used before", (unsigned long long)seed)
			           : false;
		arena_rewind(s->a, before);
		if (report != NULL)
			report(g.to + 1);
	}
	return true;
}
