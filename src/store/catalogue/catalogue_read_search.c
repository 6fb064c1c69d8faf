/* Search, as declared in catalogue_read.h: intersects posting lists block by block, newest block first. */
#include "base/num.h"
#include "shop/search_block.h"
#include "store/catalogue/catalogue_read.h"
#include "store/sql.h"

#define TOKENS_MAX 4
#define BLOCKS_FIRST 4
#define BLOCKS_MAX 16 /* per query; a list has at most 32 kB */

struct search {
	struct db *db;
	struct str lang;
	const struct str *tokens;
	size_t n_tokens;
	uint64_t before; /* only ids below this one are searched */
	uint64_t *ids;
	size_t n, max;
};

/* Reads the next blocks; *more: there may be lower ones. */
static bool
search_look(struct search *s, struct arena *a, size_t n_blocks, bool *more, struct err *e)
{
	static const unsigned stmts[TOKENS_MAX] = {SQL_SEARCH_1, SQL_SEARCH_2, SQL_SEARCH_3, SQL_SEARCH_4};
	struct db_query *q = db_query(s->db, stmts[s->n_tokens - 1]);
	struct db_rows rows;

	for (size_t i = s->n_tokens; i > 0; i--) { /* the first token's parameters come last, but its list first */
		q_str(q, s->lang);
		q_bytes(q, s->tokens[i - 1]);
	}
	q_u64(q, search_block_of(s->before - 1));
	q_u64(q, n_blocks);
	if (!db_select(q, a, &rows, e))
		return false;
	while (db_next(&rows) && s->n < s->max) {
		struct str list[TOKENS_MAX];
		struct search_lists lists = {c_u64(&rows), list, s->n_tokens};

		for (size_t i = 0; i < s->n_tokens; i++)
			list[i] = c_bytes(&rows);
		s->n += search_block_common(&lists, s->before, s->ids + s->n, s->max - s->n);
		s->before = lists.block * SEARCH_BLOCK_IDS;
	}
	*more = rows.n == n_blocks && s->n < s->max && s->before > 0;
	return true;
}

bool
catalogue_search(struct db *db, struct arena *a, struct str lang, const struct str *tokens, size_t n_tokens,
    const struct catalogue_list_query *lq, struct catalogue_list *list, struct err *e)
{
	struct search s = {.db = db, .lang = lang, .tokens = tokens, .before = UINT64_MAX, .max = lq->n + 1};
	size_t n_blocks = BLOCKS_FIRST;
	bool more = true;

	ASSERT(n_tokens > 0 && lq->n > 0);
	*list = (struct catalogue_list){.next = STR_NONE};
	if (lq->after.n > 0 && !num_u64(lq->after, 1, UINT64_MAX, &s.before))
		return err_set(e, ERR_INPUT, "not a cursor of this list");
	s.n_tokens = n_tokens > TOKENS_MAX ? TOKENS_MAX : n_tokens;
	s.ids = ARENA_ARRAY(a, uint64_t, s.max);
	while (more) {
		struct arena_mark before = arena_mark(a);

		if (!search_look(&s, a, n_blocks, &more, e))
			return false;
		arena_rewind(a, before);
		n_blocks = n_blocks * 2 < BLOCKS_MAX ? n_blocks * 2 : BLOCKS_MAX;
	}
	list->ids = s.ids;
	list->n = s.n < lq->n ? s.n : lq->n;
	if (s.n > lq->n) /* one more than requested: there is a next page */
		list->next = str_fmt(a, "%llu", (unsigned long long)list->ids[lq->n - 1]);
	return true;
}
