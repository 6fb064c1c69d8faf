/* import_ceiling.c - rewrites the rows of an import with bare multi-row INSERTs.
 *
 * import_ceiling FROM_SOCKET TO_SOCKET BATCH: copies the catalogue of one database into an empty one with the same
 * schema: BATCH products and all rows derived from them per transaction, one statement per table and 1 MiB. Each batch
 * appends to the search's posting lists, which many products share. Only sending these statements and their COMMITs is
 * timed, not reading the rows or building the text. Writes {"products", "rows", "statements", "seconds"}. */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "shop/search_block.h"

#define STATEMENT_MAX_B ((size_t)1 << 20)

/* Rows of one batch; %llu twice: the first and the last product. */
static const struct {
	const char *table, *where;
} tables[] = {
    {"product", "id BETWEEN %llu AND %llu"},
    {"product_text", "product_id BETWEEN %llu AND %llu"},
    {"product_spec", "product_id BETWEEN %llu AND %llu"},
    {"product_tag", "product_id BETWEEN %llu AND %llu"},
    {"product_image", "product_id BETWEEN %llu AND %llu"},
    {"variant", "product_id BETWEEN %llu AND %llu"},
    {"stock", "variant_id IN (SELECT id FROM variant WHERE product_id BETWEEN %llu AND %llu)"},
    {"stock_movement", "variant_id IN (SELECT id FROM variant WHERE product_id BETWEEN %llu AND %llu)"},
    {"price_history", "variant_id IN (SELECT id FROM variant WHERE product_id BETWEEN %llu AND %llu)"},
    {"listing", "product_id BETWEEN %llu AND %llu"},
    {"listing_name", "product_id BETWEEN %llu AND %llu"},
    {"search_words", "product_id BETWEEN %llu AND %llu"},
    {"outbox", "kind = 'cache' AND subject IN (SELECT CONVERT(CONCAT('product/', id) USING ascii) COLLATE ascii_bin"
	       " FROM product WHERE id BETWEEN %llu AND %llu)"},
};

static struct copy {
	MYSQL *from, *to;
	unsigned long long rows, statements;
	uint64_t ns;
	char *text; /* the statement being built */
	size_t n;
} copy;

static void
die(const char *what, MYSQL *mysql)
{
	fprintf(stderr, "import_ceiling: %s: %s\n", what, mysql == NULL ? "" : mysql_error(mysql));
	exit(1);
}

static MYSQL *
reach(const char *path)
{
	MYSQL *mysql = mysql_init(NULL);

	if (mysql == NULL || mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0
	    || mysql_real_connect(mysql, NULL, "root", NULL, "kontor", 0, path, 0) == NULL)
		die(path, mysql);
	return mysql;
}

static void
timed(const char *text, size_t n)
{
	uint64_t began_ns = clock_mono_ns();

	if (mysql_real_query(copy.to, text, n) != 0)
		die("write", copy.to);
	copy.ns += clock_mono_ns() - began_ns;
	copy.statements++;
}

static void
put_bytes(const char *p, size_t n)
{
	memcpy(copy.text + copy.n, p, n);
	copy.n += n;
}

/* One value as the server reads it back: numbers as they are, bytes in hex, texts quoted. */
static void
put_value(const MYSQL_FIELD *f, const char *v, unsigned long n)
{
	if (v == NULL || IS_NUM(f->type)) {
		put_bytes(v == NULL ? "NULL" : v, v == NULL ? 4 : n);
	} else if (f->charsetnr == 63) {
		put_bytes("X'", 2);
		copy.n += mysql_hex_string(copy.text + copy.n, v, n);
		put_bytes("'", 1);
	} else {
		put_bytes("'", 1);
		copy.n += mysql_real_escape_string(copy.to, copy.text + copy.n, v, n);
		put_bytes("'", 1);
	}
}

static void
put_row(MYSQL_RES *res, MYSQL_ROW row)
{
	const unsigned long *n = mysql_fetch_lengths(res);
	const MYSQL_FIELD *f = mysql_fetch_fields(res);

	for (unsigned i = 0; i < mysql_num_fields(res); i++) {
		copy.text[copy.n++] = i == 0 ? '(' : ',';
		put_value(&f[i], row[i], n[i]);
	}
	copy.text[copy.n++] = ')';
	copy.rows++;
}

static void
copy_rows(const char *table, const char *where)
{
	char ask[512];
	MYSQL_RES *res;
	MYSQL_ROW row;

	snprintf(ask, sizeof(ask), "SELECT * FROM %s WHERE %s", table, where);
	if (mysql_query(copy.from, ask) != 0 || (res = mysql_store_result(copy.from)) == NULL)
		die(table, copy.from);
	copy.n = 0;
	while ((row = mysql_fetch_row(res)) != NULL) {
		if (copy.n == 0) {
			put_bytes("INSERT INTO ", 12);
			put_bytes(table, strlen(table));
			put_bytes(" VALUES ", 8);
		} else {
			put_bytes(",", 1);
		}
		put_row(res, row);
		if (copy.n >= STATEMENT_MAX_B) {
			timed(copy.text, copy.n);
			copy.n = 0;
		}
	}
	if (copy.n > 0)
		timed(copy.text, copy.n);
	mysql_free_result(res);
}

/* A product with a word. */
struct posting {
	const char *lang, *word;
	size_t word_n;
	unsigned long long block;
	unsigned offset;
};

static int
by_list(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;
	size_t n = x->word_n < y->word_n ? x->word_n : y->word_n;
	int c = strcmp(x->lang, y->lang);

	if (c == 0)
		c = memcmp(x->word, y->word, n);
	if (c == 0)
		c = (x->word_n > y->word_n) - (x->word_n < y->word_n);
	return c != 0 ? c : (x->block > y->block) - (x->block < y->block);
}

/* Adds the words of a row of search_words; returns the new total. */
static size_t
take_words(MYSQL_ROW row, struct posting **all, size_t n)
{
	unsigned long long id = strtoull(row[0], NULL, 10);

	for (const char *p = row[2]; *p != '\0'; n++) {
		if (n % 4096 == 0 && (*all = realloc(*all, (n + 4096) * sizeof(**all))) == NULL)
			die("memory", NULL);
		(*all)[n] = (struct posting){row[1], p, strcspn(p, "\n"), id / SEARCH_BLOCK_IDS,
		    (unsigned)(id % SEARCH_BLOCK_IDS)};
		p += (*all)[n].word_n;
		p += *p == '\n';
	}
	return n;
}

static void
put_list(const struct posting *p, size_t n)
{
	static const char head[] = "INSERT INTO search_block (lang, token, block, ids) VALUES ";

	if (copy.n == 0)
		put_bytes(head, sizeof(head) - 1);
	else
		put_bytes(",", 1);
	copy.n += (size_t)snprintf(copy.text + copy.n, 40, "('%s',X'", p->lang);
	copy.n += mysql_hex_string(copy.text + copy.n, p->word, p->word_n);
	copy.n += (size_t)snprintf(copy.text + copy.n, 40, "',%llu,X'", p->block);
	for (size_t i = 0; i < n; i++)
		copy.n += (size_t)snprintf(copy.text + copy.n, 5, "%04x", p[i].offset);
	put_bytes("')", 2);
	copy.rows++;
}

static void
end_lists(void)
{
	static const char append[] = " ON DUPLICATE KEY UPDATE ids = CONCAT(ids, VALUES(ids))";

	if (copy.n == 0)
		return;
	put_bytes(append, sizeof(append) - 1);
	timed(copy.text, copy.n);
	copy.n = 0;
}

static void
append_lists(unsigned long long first, unsigned long long last)
{
	struct posting *all = NULL;
	char ask[200];
	size_t n = 0;
	MYSQL_RES *res;
	MYSQL_ROW row;

	snprintf(ask, sizeof(ask),
	    "SELECT product_id, lang, words FROM search_words WHERE product_id BETWEEN %llu AND %llu", first, last);
	if (mysql_query(copy.from, ask) != 0 || (res = mysql_store_result(copy.from)) == NULL)
		die("search_words", copy.from);
	while ((row = mysql_fetch_row(res)) != NULL)
		n = take_words(row, &all, n);
	qsort(all, n, sizeof(*all), by_list);
	copy.n = 0;
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && by_list(&all[i], &all[k]) == 0;)
			k++;
		put_list(&all[i], k - i);
		if (copy.n >= STATEMENT_MAX_B)
			end_lists();
	}
	end_lists();
	mysql_free_result(res);
	free(all);
}

static void
copy_batch(unsigned long long first, unsigned long long last)
{
	char where[300];

	timed("START TRANSACTION", 17);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(where, sizeof(where), tables[i].where, first, last);
#pragma GCC diagnostic pop
		copy_rows(tables[i].table, where);
	}
	append_lists(first, last);
	timed("COMMIT", 6);
}

/* Reads the product ids, sorted. */
static size_t
read_ids(unsigned long long **ids)
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	size_t n = 0;

	if (mysql_query(copy.from, "SELECT id FROM product ORDER BY id") != 0
	    || (res = mysql_store_result(copy.from)) == NULL)
		die("product", copy.from);
	*ids = calloc(mysql_num_rows(res) + 1, sizeof(**ids));
	while (*ids != NULL && (row = mysql_fetch_row(res)) != NULL)
		(*ids)[n++] = strtoull(row[0], NULL, 10);
	mysql_free_result(res);
	return n;
}

int
main(int argc, char **argv)
{
	size_t batch = argc == 4 ? strtoul(argv[3], NULL, 10) : 0, n;
	unsigned long long *ids;

	if (batch == 0) {
		fprintf(stderr, "usage: import_ceiling FROM_SOCKET TO_SOCKET BATCH\n");
		return 2;
	}
	copy.from = reach(argv[1]);
	copy.to = reach(argv[2]);
	copy.text = malloc(STATEMENT_MAX_B * 32);
	n = read_ids(&ids);
	if (copy.text == NULL || ids == NULL)
		die("memory", NULL);
	copy_rows("category", "1 = 1 ORDER BY id");
	copy_rows("category_text", "1 = 1");
	for (size_t i = 0; i < n; i += batch)
		copy_batch(ids[i], ids[i + batch < n ? i + batch - 1 : n - 1]);
	printf("{\"products\":%zu,\"rows\":%llu,\"statements\":%llu,\"seconds\":%.3f}\n", n, copy.rows, copy.statements,
	    (double)copy.ns / 1e9);
	free(ids);
	free(copy.text);
	mysql_close(copy.from);
	mysql_close(copy.to);
	return 0;
}
