#include "store/catalogue/catalogue_words.h"

#include <stdlib.h>

#include "shop/search_block.h"
#include "store/rows_out.h"
#include "store/sql.h"

#define CHANGES_MAX ((size_t)40000) /* per batch */
#define GATHERED_MAX_B ((size_t)64 << 20) /* the batch uses up to half, reading and writing lists the rest */
#define WORDS_MAX_B ((size_t)1 << 20) /* per product and language */
#define BLOCKS_AT_A_TIME ((size_t)200) /* each has at most 32 kB */

/* A product gains or loses a word. */
struct change {
	struct str lang, token;
	uint64_t id;
	bool gone;
};

struct catalogue_words {
	struct db *db;
	struct arena a; /* the batch */
	struct change *change;
	size_t n;
	struct rows_out written, cleared; /* of search_words */
};

/* The changes of one block of a posting list. */
struct block {
	struct change *change;
	size_t n, n_gone; /* removals come first */
	struct str list;  /* as stored */
};

static void
words_begin(struct catalogue_words *w)
{
	w->change = ARENA_ARRAY(&w->a, struct change, CHANGES_MAX);
	w->n = 0;
	rows_out_init(&w->written, w->db, SQL_INDEX_KNOWN_PUT, &w->a);
	rows_out_init(&w->cleared, w->db, SQL_INDEX_KNOWN_CLEAR, &w->a);
}

struct catalogue_words *
catalogue_words_open(struct db *db, struct arena *a)
{
	struct catalogue_words *w = ARENA_NEW(a, struct catalogue_words);

	w->db = db;
	arena_init(&w->a, GATHERED_MAX_B);
	words_begin(w);
	return w;
}

void
catalogue_words_close(struct catalogue_words *w)
{
	arena_fini(&w->a);
}

static int
by_list(const struct change *x, const struct change *y)
{
	uint64_t a = search_block_of(x->id), b = search_block_of(y->id);
	int c = str_cmp(x->lang, y->lang);

	if (c == 0)
		c = str_cmp(x->token, y->token);
	return c != 0 ? c : (a > b) - (a < b);
}

static int
by_list_and_gone(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int c = by_list(x, y);

	if (c == 0)
		c = (int)y->gone - (int)x->gone;
	return c != 0 ? c : (x->id > y->id) - (x->id < y->id);
}

static struct block *
make_blocks(struct catalogue_words *w, size_t *n)
{
	struct block *blocks = ARENA_ARRAY(&w->a, struct block, w->n);

	qsort(w->change, w->n, sizeof(w->change[0]), by_list_and_gone);
	*n = 0;
	for (size_t i = 0; i < w->n; i++) {
		if (i == 0 || by_list(&w->change[i - 1], &w->change[i]) != 0)
			blocks[(*n)++].change = &w->change[i];
		blocks[*n - 1].n++;
		blocks[*n - 1].n_gone += w->change[i].gone;
	}
	return blocks;
}

static void
bind_key(struct db_query *q, const struct block *b)
{
	q_str(q, b->change->lang);
	q_bytes(q, b->change->token);
	q_u64(q, search_block_of(b->change->id));
}

static struct str
list_of_new(struct arena *a, const struct block *b)
{
	struct buf list;

	buf_init(&list, a, 2 * b->n);
	for (size_t i = b->n_gone; i < b->n; i++)
		search_block_put(&list, b->change[i].id);
	ASSERT(!list.over); /* a truncated list would lose products */
	return buf_str(&list);
}

typedef bool block_test(const struct block *);

static bool
is_longer(const struct block *b)
{
	return b->n_gone == 0;
}

static bool
is_shorter(const struct block *b)
{
	return b->n_gone > 0;
}

static size_t
words_count(const struct block *blocks, size_t n, block_test *test)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		m += test(&blocks[i]);
	return m;
}

/* Blocks that only gain products. */
static bool
append(struct catalogue_words *w, const struct block *blocks, size_t n, struct err *e)
{
	size_t m = words_count(blocks, n, is_longer);
	struct db_query *q;

	if (m == 0)
		return true;
	q = db_query_rows(w->db, SQL_INDEX_BLOCK_APPEND, &w->a, m);
	for (size_t i = 0; i < n; i++) {
		if (!is_longer(&blocks[i]))
			continue;
		bind_key(q, &blocks[i]);
		q_bytes(q, list_of_new(&w->a, &blocks[i]));
	}
	return db_run(q, NULL, e);
}

static bool
load_lists(struct catalogue_words *w, struct block *blocks, size_t n, struct err *e)
{
	struct json_out keys;
	struct db_rows rows;
	struct str json;

	json_init(&keys, &w->a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < n; i++) {
		if (!is_shorter(&blocks[i]))
			continue;
		json_begin(&keys, '[');
		json_put_i64(&keys, (int64_t)i);
		json_put_str(&keys, blocks[i].change->lang);
		json_put_str(&keys, blocks[i].change->token);
		json_put_i64(&keys, (int64_t)search_block_of(blocks[i].change->id));
		json_end(&keys, ']');
	}
	if (!json_done(&keys, ']', &json, e)
	    || !db_select_str(w->db, SQL_INDEX_BLOCKS_LOCK, json, &w->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct block *b = &blocks[c_u64(&rows)];

		b->list = c_bytes(&rows);
	}
	return true;
}

static struct str
list_without_gone(struct arena *a, const struct block *b)
{
	uint64_t *gone = ARENA_ARRAY(a, uint64_t, b->n_gone);
	struct buf list;

	buf_init(&list, a, b->list.n + 2 * b->n);
	for (size_t i = 0; i < b->n_gone; i++)
		gone[i] = b->change[i].id;
	search_block_put_without(&list, b->list, gone, b->n_gone);
	for (size_t i = b->n_gone; i < b->n; i++)
		search_block_put(&list, b->change[i].id);
	ASSERT(!list.over);
	return buf_str(&list);
}

/* Blocks that lose a product; an empty one is deleted. */
static bool
rewrite(struct catalogue_words *w, struct block *blocks, size_t n, struct err *e)
{
	size_t m = words_count(blocks, n, is_shorter);
	struct db_query *q;

	if (m == 0)
		return true;
	if (!load_lists(w, blocks, n, e))
		return false;
	q = db_query_rows(w->db, SQL_INDEX_BLOCK_PUT, &w->a, m);
	for (size_t i = 0; i < n; i++) {
		if (!is_shorter(&blocks[i]))
			continue;
		bind_key(q, &blocks[i]);
		q_bytes(q, list_without_gone(&w->a, &blocks[i]));
	}
	if (!db_run(q, NULL, e))
		return false;
	q = db_query_rows(w->db, SQL_INDEX_BLOCK_CLEAR, &w->a, m);
	for (size_t i = 0; i < n; i++)
		if (is_shorter(&blocks[i]))
			bind_key(q, &blocks[i]);
	return db_run(q, NULL, e);
}

bool
catalogue_words_send(struct catalogue_words *w, struct err *e)
{
	struct block *blocks;
	size_t n;
	bool ok;

	ok = rows_out_send(&w->written, e) && rows_out_send(&w->cleared, e);
	blocks = make_blocks(w, &n);
	for (size_t i = 0; ok && i < n; i += BLOCKS_AT_A_TIME) {
		size_t m = n - i < BLOCKS_AT_A_TIME ? n - i : BLOCKS_AT_A_TIME;
		struct arena_mark before = arena_mark(&w->a);

		ok = append(w, blocks + i, m, e) && rewrite(w, blocks + i, m, e);
		arena_rewind(&w->a, before);
	}
	arena_reset(&w->a);
	words_begin(w);
	return ok;
}

static void
words_add(struct catalogue_words *w, struct change c)
{
	ASSERT(w->n < CHANGES_MAX);
	w->change[w->n++] = c;
}

static size_t
count_words(struct str words)
{
	struct str one;
	size_t n = 0;

	while (words.n > 0 && str_cut(&words, '\n', &one))
		n++;
	return n;
}

/* Sends the batch unless it has room for `n` more changes. */
static bool
make_room(struct catalogue_words *w, size_t n, struct err *e)
{
	ASSERT(n <= CHANGES_MAX);
	return (w->n + n <= CHANGES_MAX && w->a.used_b < GATHERED_MAX_B / 2) || catalogue_words_send(w, e);
}

static struct catalogue_known *
known_in(struct catalogue_known *known, struct str lang)
{
	for (; known != NULL; known = known->next)
		if (str_eq(known->lang, lang))
			return known;
	return NULL;
}

static struct str
join(struct arena *a, const struct search_tokens *t)
{
	struct buf b;

	buf_init(&b, a, WORDS_MAX_B);
	for (size_t i = 0; i < t->n; i++) {
		if (i > 0)
			buf_ch(&b, '\n');
		buf_put(&b, t->token[i].text);
	}
	ASSERT(!b.over);
	return buf_str(&b);
}

/* Removes the product's old words in a language, except those that are among the tokens `now`. */
static void
words_leave(struct catalogue_words *w, uint64_t id, const struct catalogue_known *was, struct search_tokens *now)
{
	struct str lang = str_dup(&w->a, was->lang), words = str_dup(&w->a, was->words), one;

	while (words.n > 0 && str_cut(&words, '\n', &one)) {
		struct search_token *same = now == NULL ? NULL : search_find(now, one);

		if (same != NULL)
			same->known = true;
		else
			words_add(w, (struct change){lang, one, id, true});
	}
}

bool
catalogue_words_put(struct catalogue_words *w, uint64_t product_id, struct str lang, struct search_tokens *t,
    struct catalogue_known *known, struct err *e)
{
	struct catalogue_known *was = known_in(known, lang);
	struct arena_mark before;
	struct str words;

	if (!make_room(w, t->n + (was == NULL ? 0 : count_words(was->words)), e))
		return false;
	if (was != NULL)
		was->used = true;
	before = arena_mark(&w->a);
	words = join(&w->a, t);
	if (was != NULL && str_eq(was->words, words)) {
		arena_rewind(&w->a, before);
		return true;
	}
	if (was != NULL)
		words_leave(w, product_id, was, t);
	lang = str_dup(&w->a, lang);
	for (size_t i = 0; i < t->n; i++)
		if (!t->token[i].known)
			words_add(w, (struct change){lang, str_dup(&w->a, t->token[i].text), product_id, false});
	json_begin(&w->written.rows, '[');
	json_put_i64(&w->written.rows, (int64_t)product_id);
	json_put_str(&w->written.rows, lang);
	json_put_str(&w->written.rows, words);
	return rows_out_end(&w->written, e);
}

bool
catalogue_words_rest(struct catalogue_words *w, uint64_t product_id, struct catalogue_known *known, struct err *e)
{
	for (struct catalogue_known *was = known; was != NULL; was = was->next) {
		if (was->used)
			continue;
		if (!make_room(w, count_words(was->words), e))
			return false;
		words_leave(w, product_id, was, NULL);
		json_begin(&w->cleared.rows, '[');
		json_put_i64(&w->cleared.rows, (int64_t)product_id);
		json_put_str(&w->cleared.rows, was->lang);
		if (!rows_out_end(&w->cleared, e))
			return false;
	}
	return true;
}
