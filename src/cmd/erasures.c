#include "cmd/erasures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "plat/text/file.h"
#include "plat/text/secret.h"

#define FILE_MAX_B ((size_t)256 << 20)
#define YEAR_S (INT64_C(31557600))

static const char *
erasures_path(const struct conf *c, struct arena *a)
{
	return str_fmt(a, "%.*s-erasures", STR_ARG(c->paths_stats_file)).p;
}

/* "7 HASH 1 1800000000 kontor:ada" */
static bool
erasures_line(struct str line, struct customer_erasure *x)
{
	struct str id, hash, keep, at;
	uint64_t kept;

	if (!str_cut(&line, ' ', &id) || !str_cut(&line, ' ', &hash) || !str_cut(&line, ' ', &keep)
	    || !str_cut(&line, ' ', &at) || !num_u64(id, 1, UINT64_MAX, &x->order_id) || !num_u64(keep, 0, 1, &kept)
	    || !num_i64(at, 0, INT64_MAX, &x->at) || !secret_from_hex(hash, x->key_hash, sizeof(x->key_hash)))
		return false;
	x->keep_invoice = kept != 0;
	x->actor = line;
	return true;
}

static bool
erasures_load(const struct conf *c, struct arena *a, struct customer_erasures *all, struct err *e)
{
	const char *path = erasures_path(c, a);
	struct str text, line;
	size_t lines = 1;
	bool found;

	*all = (struct customer_erasures){.n = 0};
	if (!file_find(a, path, FILE_MAX_B, &text, &found, e))
		return false;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	all->v = ARENA_ARRAY(a, struct customer_erasure, lines);
	while (str_cut(&text, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (!erasures_line(line, &all->v[all->n++]))
			return err_set(e, ERR_INPUT, "%s: line %zu is damaged", path, all->n);
	}
	return true;
}

bool
erasures_note(const struct conf *c, struct arena *a, const struct customer_erasures *x, struct err *e)
{
	const char *path = erasures_path(c, a);
	struct buf b;
	bool ok;
	int fd;

	buf_init(&b, a, FILE_MAX_B);
	for (size_t i = 0; i < x->n; i++)
		buf_fmt(&b, "%llu %.*s %d %lld %.*s\n", (unsigned long long)x->v[i].order_id,
		    STR_ARG(secret_hex(a, x->v[i].key_hash, sizeof(x->v[i].key_hash))), x->v[i].keep_invoice,
		    (long long)x->v[i].at, STR_ARG(x->v[i].actor));
	if (x->n == 0)
		return true;
	if (!buf_check(&b, e))
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ok = fd >= 0 && file_write(fd, buf_str(&b)) && fsync(fd) == 0;
	if (!ok)
		(void)err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static int
same_order(const struct customer_erasure *x, const struct customer_erasure *y)
{
	int c = (x->order_id > y->order_id) - (x->order_id < y->order_id);

	return c != 0 ? c : memcmp(x->key_hash, y->key_hash, sizeof(x->key_hash));
}

/* Of the records of one order the one without an invoice comes first. */
static int
by_order(const void *a, const void *b)
{
	const struct customer_erasure *x = a, *y = b;
	int c = same_order(x, y);

	return c != 0 ? c : x->keep_invoice - y->keep_invoice;
}

/* One record of each order. */
static void
erasures_unite(struct customer_erasures *all)
{
	size_t n = 0;

	if (all->n > 0)
		qsort(all->v, all->n, sizeof(all->v[0]), by_order);
	for (size_t i = 0; i < all->n; i++)
		if (n == 0 || same_order(&all->v[n - 1], &all->v[i]) != 0)
			all->v[n++] = all->v[i];
	all->n = n;
}

bool
erasures_known(
    const struct conf *c, struct db *db, struct arena *a, struct customer_erasures *all, struct err *e)
{
	struct customer_erasures file, stored = {.n = 0}, missing = {.n = 0};
	struct err none = {0};
	bool read;

	*all = (struct customer_erasures){.n = 0};
	if (!erasures_load(c, a, &file, e))
		return false;
	read = db == NULL || customer_erasures(db, a, &stored, e);
	all->v = ARENA_ARRAY(a, struct customer_erasure, file.n + stored.n + 1);
	missing.v = ARENA_ARRAY(a, struct customer_erasure, file.n + stored.n + 1);
	for (size_t i = 0; i < file.n; i++)
		all->v[all->n++] = file.v[i];
	for (size_t i = 0; i < stored.n; i++)
		all->v[all->n++] = stored.v[i];
	erasures_unite(&file);
	erasures_unite(all);
	for (size_t i = 0; i < all->n; i++)
		if (file.n == 0 || bsearch(&all->v[i], file.v, file.n, sizeof(file.v[0]), by_order) == NULL)
			missing.v[missing.n++] = all->v[i];
	return erasures_note(c, a, &missing, read ? e : &none) && read;
}

struct customer_rules
erasures_rules(const struct conf *c, int64_t now_s, struct str actor)
{
	return (struct customer_rules){
	    .now_s = now_s, .invoice_s = c->order_invoice_years * YEAR_S, .actor = actor, .keep_invoices = true};
}
