/* Categories, and what is made from a product so that it is found: lists, names, tokens, counts. */
#include <string.h>

#include "base/utf8.h"
#include "plat/digest.h"
#include "plat/fold.h"
#include "plat/secret.h"
#include "shop/search.h"
#include "store/catalogue_save_impl.h"
#include "store/outbox_store.h"
#include "store/sql.h"

#define SLUG_MAX 80
#define TEXTS_MAX 64
#define TITLE_MAX 190

/* Categories -------------------------------------------------------------------------------------------------- */

/* Lower-case ASCII letters and digits, joined by hyphens; what cannot be said so is named by its hash. */
static bool
slug_of(struct catalogue_save *s, struct str text, struct str *out, struct err *e)
{
	uint8_t hash[DIGEST_B];
	struct str folded;
	struct buf b;
	bool foreign = false, due = false;

	if (!fold_text(s->a, text, FOLD_GERMAN, &folded, e) || !digest(text, hash, e))
		return false;
	buf_init(&b, s->a, SLUG_MAX * 4);
	for (size_t i = 0; i < folded.n && b.n < SLUG_MAX; i++) {
		unsigned char c = (unsigned char)folded.p[i];

		foreign = foreign || c >= 0x80;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (due && b.n > 0)
				buf_ch(&b, '-');
			due = false;
			buf_ch(&b, (char)c);
		} else {
			due = true;
		}
	}
	if (foreign || b.n == 0) {
		if (b.n > 0)
			buf_ch(&b, '-');
		buf_put(&b, str_head(secret_hex(s->a, hash, DIGEST_B), 8));
	}
	*out = buf_str(&b);
	return buf_check(&b, e);
}

static bool
find_id(struct catalogue_save *s, unsigned stmt, struct str key, uint64_t *id, struct err *e)
{
	struct db_query *q = db_query(s->db, stmt);
	struct db_rows rows;
	bool found;

	q_str(q, key);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	*id = found ? c_u64(&rows) : 0;
	return true;
}

/* The last name alone, or the whole path, or that with a number. */
static bool
free_slug(struct catalogue_save *s, struct str path, struct str *slug, struct err *e)
{
	struct str whole;
	uint64_t id;

	if (!slug_of(s, product_category_name(path), slug, e) || !find_id(s, SQL_SAVE_CATEGORY_SLUG_IS, *slug, &id, e))
		return false;
	if (id == 0)
		return true;
	if (!slug_of(s, path, &whole, e))
		return false;
	*slug = whole;
	for (int i = 2; i < 1000; i++) {
		if (!find_id(s, SQL_SAVE_CATEGORY_SLUG_IS, *slug, &id, e))
			return false;
		if (id == 0)
			return true;
		*slug = str_fmt(s->a, "%.*s-%d", STR_ARG(whole), i);
	}
	return err_set(e, ERR_LIMIT, "no address is free for the category %.*s", STR_ARG(path));
}

static bool
make_category(struct catalogue_save *s, struct str path, uint64_t parent, uint64_t *id, struct err *e)
{
	struct db_query *q;
	struct str slug;

	if (!free_slug(s, path, &slug, e))
		return false;
	q = db_query(s->db, SQL_SAVE_CATEGORY_NEW);
	if (parent == 0)
		q_null(q);
	else
		q_u64(q, parent);
	q_str(q, path);
	q_str(q, slug);
	q_u64(q, product_category_depth(path) - 1);
	if (!db_run(q, NULL, e))
		return false;
	*id = db_last_id(s->db);
	q = db_query(s->db, SQL_SAVE_CATEGORY_TEXT);
	q_u64(q, *id);
	q_str(q, s->langs->v[0]);
	q_str(q, product_category_name(path));
	q_str(q, STR(""));
	return db_run(q, NULL, e);
}

bool
catalogue_category(struct catalogue_save *s, struct str path, uint64_t *id, struct err *e)
{
	size_t depth = product_category_depth(path);
	uint64_t parent = 0;

	*id = 0;
	for (size_t i = 1; i <= depth; i++) {
		struct str head = product_category_head(path, i);

		parent = *id;
		if (!find_id(s, SQL_SAVE_CATEGORY_OF_PATH, head, id, e))
			return false;
		if (*id == 0 && !make_category(s, head, parent, id, e))
			return false;
	}
	return true;
}

/* Reading what the index is made from ------------------------------------------------------------------------- */

struct text {
	struct str lang, title, body;
};

struct index {
	struct catalogue_save *s;
	uint64_t id;
	bool active;
	struct str path, vendor;
	int64_t price_minor, created_at;
	uint64_t way[PRODUCT_CATEGORY_DEPTH_MAX]; /* from the top down */
	size_t n_way, n_texts;
	struct text texts[TEXTS_MAX];
	struct db_rows words;
	struct str way_json;
};

static bool
load_way(struct index *x, struct err *e)
{
	struct catalogue_save *s = x->s;
	struct rows_json paths, ids;
	struct db_rows rows;
	struct db_query *q;
	struct str json;

	rows_init(&ids, s->a);
	rows_init(&paths, s->a);
	for (size_t i = 1; i <= product_category_depth(x->path); i++) {
		rows_begin(&paths);
		rows_str(&paths, product_category_head(x->path, i));
		rows_end(&paths);
	}
	if (!rows_done(&paths, &json, e))
		return false;
	q = db_query(s->db, SQL_INDEX_WAY);
	q_str(q, json);
	if (x->path.n > 0) {
		if (!db_select(q, s->a, &rows, e))
			return false;
		while (db_next(&rows) && x->n_way < PRODUCT_CATEGORY_DEPTH_MAX) {
			x->way[x->n_way] = c_u64(&rows);
			rows_begin(&ids);
			rows_i64(&ids, (int64_t)x->way[x->n_way++]);
			rows_end(&ids);
		}
	}
	return rows_done(&ids, &x->way_json, e);
}

static bool
load_texts(struct index *x, struct err *e)
{
	struct db_query *q = db_query(x->s->db, SQL_INDEX_TEXTS);
	struct db_rows rows;

	q_u64(q, x->id);
	if (!db_select(q, x->s->a, &rows, e))
		return false;
	while (x->n_texts < TEXTS_MAX && db_next(&rows)) {
		struct text *t = &x->texts[x->n_texts++];

		t->lang = c_str(&rows);
		t->title = c_str(&rows);
		t->body = c_str(&rows);
	}
	q = db_query(x->s->db, SQL_INDEX_WORDS);
	q_u64(q, x->id);
	q_u64(q, x->id);
	q_u64(q, x->id);
	return db_select(q, x->s->a, &x->words, e);
}

static bool
load(struct index *x, struct err *e)
{
	struct db_query *q = db_query(x->s->db, SQL_INDEX_PRODUCT);
	struct db_rows rows;

	q_u64(q, x->id);
	if (!db_get(q, x->s->a, &rows, e))
		return false;
	x->active = c_u64(&rows) == PRODUCT_ACTIVE;
	x->path = c_is_null(&rows) ? STR_NONE : c_str(&rows);
	x->vendor = c_str(&rows);
	x->price_minor = c_i64(&rows);
	x->created_at = c_i64(&rows);
	return load_way(x, e) && load_texts(x, e);
}

/* The text in a language, or in the shop's where it is missing. */
static struct text
text_in(const struct index *x, struct str lang)
{
	struct text own = {0}, t = {0};

	for (size_t i = 0; i < x->n_texts; i++) {
		if (str_eq(x->texts[i].lang, lang))
			t = x->texts[i];
		if (str_eq(x->texts[i].lang, x->s->langs->v[0]))
			own = x->texts[i];
	}
	if (t.title.n == 0)
		t.title = own.title;
	if (t.body.n == 0)
		t.body = own.body;
	return t;
}

/* Lists ------------------------------------------------------------------------------------------------------- */

static bool
run_id(struct catalogue_save *s, unsigned stmt, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(s->db, stmt);

	q_u64(q, id);
	return db_run(q, NULL, e);
}

static bool
count(struct catalogue_save *s, int64_t by, struct str ids, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_INDEX_COUNT);

	q_i64(q, by);
	q_str(q, ids);
	return db_run(q, NULL, e);
}

/* Is the product in exactly these lists already, at this price? The categories where it was: *was. */
static bool
listing_fits(struct index *x, bool *fits, struct str *was, struct err *e)
{
	struct db_query *q = db_query(x->s->db, SQL_INDEX_LISTING_IS);
	size_t wanted = x->active ? x->n_way + 1 : 0;
	struct rows_json ids;
	struct db_rows rows;

	q_u64(q, x->id);
	if (!db_select(q, x->s->a, &rows, e))
		return false;
	*fits = rows.n == wanted;
	rows_init(&ids, x->s->a);
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);
		bool known = id == 0;

		for (size_t i = 0; i < x->n_way; i++)
			known = known || x->way[i] == id;
		*fits = *fits && known && c_i64(&rows) == x->created_at && c_i64(&rows) == x->price_minor;
		if (id == 0)
			continue;
		rows_begin(&ids);
		rows_i64(&ids, (int64_t)id);
		rows_end(&ids);
	}
	return rows_done(&ids, was, e);
}

static bool
index_listing(struct index *x, struct err *e)
{
	struct rows_json ids;
	struct db_query *q;
	struct str was, json;
	bool fits;

	if (!listing_fits(x, &fits, &was, e))
		return false;
	if (fits)
		return true;
	if (!run_id(x->s, SQL_INDEX_LISTING_CLEAR, x->id, e) || !count(x->s, -1, was, e))
		return false;
	if (!x->active)
		return true;
	rows_init(&ids, x->s->a);
	for (size_t i = 0; i <= x->n_way; i++) {
		rows_begin(&ids);
		rows_i64(&ids, i == 0 ? 0 : (int64_t)x->way[i - 1]);
		rows_end(&ids);
	}
	if (!rows_done(&ids, &json, e))
		return false;
	q = db_query(x->s->db, SQL_INDEX_LISTING);
	q_u64(q, x->id);
	q_i64(q, x->created_at);
	q_i64(q, x->price_minor);
	q_str(q, json);
	return db_run(q, NULL, e) && count(x->s, 1, x->way_json, e);
}

static bool
index_names(struct index *x, struct err *e)
{
	struct rows_json rows;
	struct db_query *q;
	struct str json;

	if (!run_id(x->s, SQL_INDEX_NAMES_CLEAR, x->id, e))
		return false;
	if (!x->active)
		return true;
	rows_init(&rows, x->s->a);
	for (size_t l = 0; l < x->s->langs->n; l++) {
		struct str title = text_in(x, x->s->langs->v[l]).title;

		for (size_t n = TITLE_MAX * 4; utf8_len(title) > TITLE_MAX; n--)
			title = utf8_head(title, n);
		for (size_t i = 0; i <= x->n_way; i++) {
			rows_begin(&rows);
			rows_i64(&rows, i == 0 ? 0 : (int64_t)x->way[i - 1]);
			rows_str(&rows, x->s->langs->v[l]);
			rows_str(&rows, title);
			rows_end(&rows);
		}
	}
	if (!rows_done(&rows, &json, e))
		return false;
	q = db_query(x->s->db, SQL_INDEX_NAMES);
	q_u64(q, x->id);
	q_str(q, json);
	return db_run(q, NULL, e);
}

/* Search tokens ----------------------------------------------------------------------------------------------- */

/* The words of clean HTML: tags become blanks, the five entities that the cleaner writes become their characters. */
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
		for (size_t i = 0; c == '&' && i < ARRAY_LEN(entities); i++) {
			if (str_starts(html, entities[i].name)) {
				c = entities[i].c;
				len = entities[i].name.n;
				break;
			}
		}
		p[n++] = c;
		html = str_from(html, len);
	}
	return str_n(p, n);
}

static bool
add_text(struct index *x, struct search_tokens *t, struct str text, enum search_weight weight, struct err *e)
{
	struct str plain, german;

	if (!fold_text(x->s->a, text, FOLD_PLAIN, &plain, e) || !fold_text(x->s->a, text, FOLD_GERMAN, &german, e))
		return false;
	search_add(t, plain, weight);
	if (!str_eq(plain, german))
		search_add(t, german, weight);
	return true;
}

static bool
add_category_titles(struct index *x, struct search_tokens *t, struct str lang, struct err *e)
{
	struct db_query *q = db_query(x->s->db, SQL_INDEX_CATEGORY_TEXTS);
	struct db_rows rows;

	q_str(q, x->way_json);
	if (!db_select(q, x->s->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct str in = c_str(&rows), title = c_str(&rows);

		if (str_eq(in, lang) && !add_text(x, t, title, SEARCH_WORDS, e))
			return false;
	}
	return true;
}

static bool
add_words(struct index *x, struct search_tokens *t, struct err *e)
{
	struct db_rows rows = x->words;

	while (db_next(&rows)) {
		int64_t kind = c_i64(&rows);
		struct str word = c_str(&rows), folded;

		if (kind == 2) {
			if (!fold_text(x->s->a, word, FOLD_PLAIN, &folded, e))
				return false;
			search_add_code(t, folded, SEARCH_TITLE);
		} else if (!add_text(x, t, word, kind == 0 ? SEARCH_WORDS : SEARCH_SPEC, e)) {
			return false;
		}
	}
	return true;
}

static bool
tokens_in(struct index *x, struct str lang, struct rows_json *rows, struct err *e)
{
	struct text text = text_in(x, lang);
	struct search_tokens t;

	search_tokens_init(&t, x->s->a, SEARCH_TOKENS_MAX);
	if (!add_text(x, &t, text.title, SEARCH_TITLE, e) || !add_text(x, &t, x->vendor, SEARCH_WORDS, e)
	    || !add_words(x, &t, e) || !add_category_titles(x, &t, lang, e)
	    || !add_text(x, &t, plain_text(x->s->a, text.body), SEARCH_BODY, e))
		return false;
	for (size_t i = 0; i < t.n; i++) {
		rows_begin(rows);
		rows_str(rows, lang);
		rows_str(rows, t.token[i].text);
		rows_i64(rows, t.token[i].weight);
		rows_end(rows);
	}
	return true;
}

static bool
index_tokens(struct index *x, struct err *e)
{
	struct rows_json rows;
	struct db_query *q;
	struct str json;

	if (!run_id(x->s, SQL_INDEX_TOKENS_CLEAR, x->id, e))
		return false;
	if (!x->active)
		return true;
	rows_init(&rows, x->s->a);
	for (size_t l = 0; l < x->s->langs->n; l++)
		if (!tokens_in(x, x->s->langs->v[l], &rows, e))
			return false;
	if (!rows_done(&rows, &json, e))
		return false;
	q = db_query(x->s->db, SQL_INDEX_TOKENS);
	q_u64(q, x->id);
	q_str(q, json);
	return db_run(q, NULL, e);
}

bool
catalogue_index(struct catalogue_save *s, uint64_t id, struct err *e)
{
	struct index *x = ARENA_NEW(s->a, struct index);

	x->s = s;
	x->id = id;
	return load(x, e) && index_listing(x, e) && index_names(x, e) && index_tokens(x, e)
	    && catalogue_changed(s->db, id, s->now_s, e);
}
