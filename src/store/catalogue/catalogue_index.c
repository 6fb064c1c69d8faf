/* Everything derived from products so that they can be found: lists, names, search tokens, counts. */
#include <stdlib.h>

#include "base/utf8.h"
#include "plat/text/fold.h"
#include "store/catalogue/catalogue_save_impl.h"
#include "store/catalogue/catalogue_words.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/sql.h"

#define CHUNK 20 /* products whose texts are in memory at a time */
#define TEXTS_MAX_B ((size_t)96 << 20)
#define TITLE_MAX 190

struct text {
	struct str lang, title, body;
	struct text *next;
};

struct word {
	int64_t kind;
	struct str text;
	struct word *next;
};

/* A product that is being indexed. */
struct entry {
	uint64_t id;
	bool active, listed, fits; /* listed: in any list before; fits: in exactly the right lists */
	struct str path, vendor;
	int64_t price_minor, created_at;
	const struct save_category **way; /* the categories and those above them, each once */
	size_t n_more, n_way, n_listed;
	struct text *texts;
	struct word *words;
	struct catalogue_known *known;
};

struct count {
	uint64_t category;
	int64_t by;
};

struct index {
	struct catalogue_save *s;
	struct entry *entry; /* in the order of their ids */
	size_t n, from, to; /* [from, to) is being processed: first all products, then a chunk at a time */
	struct save_categories categories;
	struct count *counts;
	size_t n_counts;
	struct search_tokens tokens;
	struct arena chunk; /* for the texts of a chunk */
	struct rows_out listing, names;
	struct catalogue_words *search;
};

static int
by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct entry *
entry_of(struct index *x, uint64_t id)
{
	struct entry key = {.id = id}, *found = bsearch(&key, x->entry, x->n, sizeof(key), by_id);

	ASSERT(found != NULL);
	return found;
}

typedef bool entry_test(const struct entry *);

static bool
is_any(const struct entry *en)
{
	(void)en;
	return true;
}

static bool
was_listed(const struct entry *en)
{
	return en->listed;
}

static bool
must_leave_lists(const struct entry *en)
{
	return en->listed && !en->fits;
}

/* The ids of the products in [from, to) that pass the test. *none: no product passes. */
static bool
list_ids(struct index *x, entry_test *test, struct str *json, bool *none, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(x->s->a, uint64_t, x->to - x->from);
	size_t n = 0;

	for (size_t i = x->from; i < x->to; i++)
		if (test(&x->entry[i]))
			ids[n++] = x->entry[i].id;
	*none = n == 0;
	return json_ids(x->s->a, ids, n, json, e);
}

static bool
run_for(struct index *x, unsigned stmt, entry_test *test, struct err *e)
{
	struct str ids;
	bool none;

	return list_ids(x, test, &ids, &none, e) && (none || db_run_str(x->s->db, stmt, ids, e));
}

static bool
select_for(
    struct index *x, unsigned stmt, entry_test *test, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct str ids;
	bool none;

	*rows = (struct db_rows){0};
	return list_ids(x, test, &ids, &none, e) && (none || db_select_str(x->s->db, stmt, ids, a, rows, e));
}

static void
add_way(struct index *x, struct entry *en, struct str path)
{
	for (size_t d = 1; d <= product_category_depth(path) && d <= PRODUCT_CATEGORY_DEPTH_MAX; d++) {
		const struct save_category *c = save_categories_find(&x->categories, product_category_head(path, d));
		size_t i = 0;

		while (i < en->n_way && en->way[i] != c)
			i++;
		if (c != NULL && i == en->n_way)
			en->way[en->n_way++] = c;
	}
}

/* `more`: the products' further categories. */
static bool
find_ways(struct index *x, struct db_rows more, struct err *e)
{
	struct str *paths = ARENA_ARRAY(x->s->a, struct str, x->n + more.n);
	struct db_rows again = more;
	size_t n = x->n;

	for (size_t i = 0; i < x->n; i++)
		paths[i] = x->entry[i].path;
	while (db_next(&more)) {
		entry_of(x, c_u64(&more))->n_more++;
		paths[n++] = c_str(&more);
	}
	if (!save_categories_load(x->s, paths, n, &x->categories, e))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		struct entry *en = &x->entry[i];

		en->way = ARENA_ARRAY(
		    x->s->a, const struct save_category *, (1 + en->n_more) * PRODUCT_CATEGORY_DEPTH_MAX);
		add_way(x, en, en->path);
	}
	while (db_next(&again)) {
		struct entry *en = entry_of(x, c_u64(&again));

		add_way(x, en, c_str(&again));
	}
	return true;
}

static bool
load_products(struct index *x, struct err *e)
{
	struct db_rows rows, more;

	if (!select_for(x, SQL_INDEX_PRODUCTS, is_any, x->s->a, &rows, e)
	    || !select_for(x, SQL_INDEX_MORE, is_any, x->s->a, &more, e))
		return false;
	while (db_next(&rows)) {
		struct entry *en = entry_of(x, c_u64(&rows));

		en->active = c_u64(&rows) == PRODUCT_ACTIVE;
		en->path = c_str_or(&rows, STR_NONE);
		en->vendor = c_str(&rows);
		en->price_minor = c_i64(&rows);
		en->created_at = c_i64(&rows);
	}
	return find_ways(x, more, e);
}

static bool
load_texts(struct index *x, struct err *e)
{
	struct db_rows rows;

	if (!select_for(x, SQL_INDEX_TEXTS, is_any, &x->chunk, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct entry *en = entry_of(x, c_u64(&rows));
		struct text *t = ARENA_NEW(&x->chunk, struct text);

		t->lang = c_str(&rows);
		t->title = c_str(&rows);
		t->body = c_str(&rows);
		t->next = en->texts;
		en->texts = t;
	}
	return true;
}

/* Reads their stored search words. */
static bool
load_known(struct index *x, struct err *e)
{
	struct db_rows rows;

	if (!select_for(x, SQL_INDEX_KNOWN, was_listed, &x->chunk, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct entry *en = entry_of(x, c_u64(&rows));
		struct catalogue_known *known = ARENA_NEW(&x->chunk, struct catalogue_known);

		known->lang = c_str(&rows);
		known->words = c_str(&rows);
		known->next = en->known;
		en->known = known;
	}
	return true;
}

static bool
load_words(struct index *x, struct err *e)
{
	struct db_rows rows;

	if (!select_for(x, SQL_INDEX_WORDS, is_any, &x->chunk, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct entry *en = entry_of(x, c_u64(&rows));
		struct word *w = ARENA_NEW(&x->chunk, struct word);

		w->kind = c_i64(&rows);
		w->text = c_str(&rows);
		w->next = en->words;
		en->words = w;
	}
	return true;
}

/* The text in a language, or, if that is missing, in the shop's language. */
static struct text
text_in(const struct index *x, const struct entry *en, struct str lang)
{
	struct text own = {0}, t = {0};

	for (const struct text *have = en->texts; have != NULL; have = have->next) {
		if (str_eq(have->lang, lang))
			t = *have;
		if (str_eq(have->lang, x->s->langs[0]))
			own = *have;
	}
	if (t.title.n == 0)
		t.title = own.title;
	if (t.body.n == 0)
		t.body = own.body;
	return t;
}

static bool
is_on_way(const struct entry *en, uint64_t category)
{
	for (size_t i = 0; i < en->n_way; i++)
		if (en->way[i]->id == category)
			return true;
	return category == 0;
}

static void
index_count(struct index *x, uint64_t category, int64_t by)
{
	size_t i = 0;

	if (category == 0)
		return;
	while (i < x->n_counts && x->counts[i].category != category)
		i++;
	if (i == x->n_counts)
		x->counts[x->n_counts++].category = category;
	x->counts[i].by += by;
}

/* Finds the products in exactly the right lists at the right price. Subtracts the others from the counts of their
 * lists. */
static bool
load_listing(struct index *x, struct err *e)
{
	struct db_rows rows, again;
	size_t n = 0;

	if (!select_for(x, SQL_INDEX_LISTING_IS, is_any, x->s->a, &rows, e))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		x->entry[i].fits = true;
		n += x->entry[i].n_way;
	}
	x->counts = ARENA_ARRAY(x->s->a, struct count, rows.n + n + 1);
	again = rows;
	while (db_next(&rows)) {
		struct entry *en = entry_of(x, c_u64(&rows));
		bool known = is_on_way(en, c_u64(&rows));

		en->n_listed++;
		en->listed = true;
		en->fits = en->fits && known && c_i64(&rows) == en->created_at && c_i64(&rows) == en->price_minor;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct entry *en = &x->entry[i];

		en->fits = en->fits && en->n_listed == (en->active ? en->n_way + 1 : 0);
	}
	while (db_next(&again)) {
		struct entry *en = entry_of(x, c_u64(&again));

		if (!en->fits)
			index_count(x, c_u64(&again), -1);
	}
	return true;
}

static int
by_category(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	return (x->category > y->category) - (x->category < y->category);
}

/* In ascending order of ids, since every save locks these rows. */
static bool
save_counts(struct index *x, struct err *e)
{
	struct rows_out out;

	qsort(x->counts, x->n_counts, sizeof(x->counts[0]), by_category);
	rows_out_init(&out, x->s->db, SQL_INDEX_COUNT, x->s->a);
	for (size_t i = 0; i < x->n_counts; i++) {
		json_begin(&out.rows, '[');
		json_put_i64(&out.rows, (int64_t)x->counts[i].category);
		json_put_i64(&out.rows, x->counts[i].by);
		if (!rows_out_end(&out, e))
			return false;
	}
	return rows_out_send(&out, e);
}

/* 0 stands for the whole shop. */
static uint64_t
list_at(const struct entry *en, size_t i)
{
	return i == 0 ? 0 : en->way[i - 1]->id;
}

static bool
save_listing(struct index *x, struct err *e)
{
	if (!run_for(x, SQL_INDEX_LISTING_CLEAR, must_leave_lists, e))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		const struct entry *en = &x->entry[i];

		for (size_t k = 0; en->active && !en->fits && k <= en->n_way; k++) {
			json_begin(&x->listing.rows, '[');
			json_put_i64(&x->listing.rows, (int64_t)list_at(en, k));
			json_put_i64(&x->listing.rows, (int64_t)en->id);
			json_put_i64(&x->listing.rows, en->created_at);
			json_put_i64(&x->listing.rows, en->price_minor);
			index_count(x, list_at(en, k), 1);
			if (!rows_out_end(&x->listing, e))
				return false;
		}
	}
	return rows_out_send(&x->listing, e) && save_counts(x, e);
}

static bool
put_names(struct index *x, const struct entry *en, struct err *e)
{
	struct json_out *rows = &x->names.rows;

	for (size_t l = 0; l < x->s->n_langs; l++) {
		struct str title = text_in(x, en, x->s->langs[l]).title;

		for (size_t n = TITLE_MAX * 4; utf8_len(title) > TITLE_MAX; n--)
			title = utf8_head(title, n);
		for (size_t i = 0; i <= en->n_way; i++) {
			json_begin(rows, '[');
			json_put_i64(rows, (int64_t)list_at(en, i));
			json_put_str(rows, x->s->langs[l]);
			json_put_str(rows, title);
			json_put_i64(rows, (int64_t)en->id);
			if (!rows_out_end(&x->names, e))
				return false;
		}
	}
	return true;
}

/* The text of clean HTML: tags become blanks, and the five entities that the cleaner writes become their characters. */
static struct str
plain_text(struct arena *a, struct str html)
{
	static const struct {
		struct str name;
		char c;
	} entities[] = {{STR_INIT("&amp;"), '&'}, {STR_INIT("&lt;"), '<'}, {STR_INIT("&gt;"), '>'},
	    {STR_INIT("&quot;"), '"'}, {STR_INIT("&#39;"), '\''}};
	char *p = arena_alloc(a, html.n + 1);
	size_t n = 0;

	while (html.n > 0) {
		size_t len = 1;
		char c = html.p[0];

		if (c == '<') {
			ptrdiff_t end = str_chr(html, '>');

			len = end < 0 ? html.n : (size_t)end + 1;
			c = ' ';
		}
		for (size_t i = 0; c == '&' && i < ARRAY_LEN(entities); i++)
			if (str_starts(html, entities[i].name)) {
				c = entities[i].c;
				len = entities[i].name.n;
				break;
			}
		p[n++] = c;
		html = str_from(html, len);
	}
	return str_n(p, n);
}

static bool
add_text(struct index *x, struct str text, struct err *e)
{
	struct str plain, german;

	if (!fold_text(&x->chunk, text, FOLD_PLAIN, &plain, e)
	    || !fold_text(&x->chunk, text, FOLD_GERMAN, &german, e))
		return false;
	search_add(&x->tokens, plain);
	if (!str_eq(plain, german))
		search_add(&x->tokens, german);
	return true;
}

static bool
add_category_titles(struct index *x, const struct entry *en, struct str lang, struct err *e)
{
	for (size_t i = 0; i < en->n_way; i++)
		for (const struct save_title *t = en->way[i]->titles; t != NULL; t = t->next)
			if (str_eq(t->lang, lang) && !add_text(x, t->title, e))
				return false;
	return true;
}

static bool
add_words(struct index *x, const struct entry *en, struct err *e)
{
	for (const struct word *w = en->words; w != NULL; w = w->next) {
		struct str folded;

		if (w->kind == 2) {
			if (!fold_text(&x->chunk, w->text, FOLD_PLAIN, &folded, e))
				return false;
			search_add_code(&x->tokens, folded);
		} else if (!add_text(x, w->text, e)) {
			return false;
		}
	}
	return true;
}

static bool
put_tokens(struct index *x, const struct entry *en, struct str lang, struct err *e)
{
	struct arena_mark before = arena_mark(&x->chunk);
	struct text text = text_in(x, en, lang);

	search_tokens_reset(&x->tokens, &x->chunk);
	if (!add_text(x, text.title, e) || !add_text(x, en->vendor, e) || !add_words(x, en, e)
	    || !add_category_titles(x, en, lang, e) || !add_text(x, plain_text(&x->chunk, text.body), e)
	    || !catalogue_words_put(x->search, en->id, lang, &x->tokens, en->known, e))
		return false;
	arena_rewind(&x->chunk, before);
	return true;
}

/* Works on a chunk of products, since a product may have many long texts. */
static bool
put_texts(struct index *x, struct err *e)
{
	if (!load_texts(x, e) || !load_words(x, e) || !load_known(x, e))
		return false;
	for (size_t i = x->from; i < x->to; i++) {
		const struct entry *en = &x->entry[i];

		if (en->active && !put_names(x, en, e))
			return false;
		for (size_t l = 0; en->active && l < x->s->n_langs; l++)
			if (!put_tokens(x, en, x->s->langs[l], e))
				return false;
		if (!catalogue_words_rest(x->search, en->id, en->known, e))
			return false;
	}
	return true;
}

/* A product in no list has neither names in lists nor search words. */
static bool
save_texts(struct index *x, struct err *e)
{
	bool ok = run_for(x, SQL_INDEX_NAMES_CLEAR, was_listed, e);

	for (x->from = 0; x->from < x->n && ok; x->from += CHUNK) {
		x->to = x->from + CHUNK < x->n ? x->from + CHUNK : x->n;
		ok = put_texts(x, e);
		arena_reset(&x->chunk);
	}
	return ok && rows_out_send(&x->names, e) && catalogue_words_send(x->search, e);
}

static bool
note_changed(struct index *x, struct err *e)
{
	struct str ids;
	bool none;

	return list_ids(x, is_any, &ids, &none, e) && catalogue_all_changed(x->s->db, ids, x->s->now_s, e)
	    && catalogue_goods_changed(x->s->db, x->entry[0].id, x->s->now_s, e);
}

static bool
make_all(struct index *x, struct err *e)
{
	bool ok;

	if (!load_products(x, e))
		return false;
	arena_init(&x->chunk, TEXTS_MAX_B);
	x->search = catalogue_words_open(x->s->db, x->s->a);
	ok = load_listing(x, e) && save_listing(x, e) && save_texts(x, e);
	catalogue_words_close(x->search);
	arena_fini(&x->chunk);
	return ok;
}

static void
init(struct index *x, struct catalogue_save *s, const uint64_t *ids, size_t n)
{
	*x = (struct index){.s = s, .n = n, .to = n, .entry = ARENA_ARRAY(s->a, struct entry, n)};
	for (size_t i = 0; i < n; i++)
		x->entry[i].id = ids[i];
	qsort(x->entry, n, sizeof(x->entry[0]), by_id);
	rows_out_init(&x->listing, s->db, SQL_INDEX_LISTING, s->a);
	rows_out_init(&x->names, s->db, SQL_INDEX_NAMES, s->a);
	search_tokens_init(&x->tokens, s->a, SEARCH_TOKENS_MAX);
}

bool
catalogue_index(struct catalogue_save *s, const uint64_t *ids, size_t n, struct err *e)
{
	struct index x;

	if (n == 0)
		return true;
	init(&x, s, ids, n);
	/* note_changed() comes first: it locks the products, so that nothing read later changes. */
	return note_changed(&x, e) && make_all(&x, e);
}

bool
catalogue_index_new(struct catalogue_save *s, const uint64_t *ids, size_t n, struct err *e)
{
	struct index x;

	if (n == 0)
		return true;
	init(&x, s, ids, n);
	return make_all(&x, e);
}
