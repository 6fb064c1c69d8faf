/* A backup's manifest and the lines of a dump. A parsed manifest must be written back unchanged, and the kept part of a
 * dump must not depend on how the input is split. */
#include "cmd/backup/manifest.h"
#include "plat/host/dump_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
manifests(struct arena *a, struct str s)
{
	struct manifest m, again;
	struct err e = {0};
	struct buf b;

	if (!manifest_parse(a, s, &m, &e))
		return;
	for (size_t i = 0; i < m.n_files; i++)
		ASSERT(m.file[i].name.n > 0 && m.file[i].name.p[0] != '/');
	buf_init(&b, a, (size_t)4 << 20);
	manifest_put(&b, &m);
	ASSERT(manifest_parse(a, buf_str(&b), &again, &e));
	ASSERT(again.made_s == m.made_s && again.n_files == m.n_files && again.n_tables == m.n_tables);
}

static struct str
scan(struct arena *a, struct dump_scan *s, struct str text, size_t step)
{
	struct buf out;

	buf_init(&out, a, (size_t)4 << 20);
	dump_scan_init(s, a);
	for (; text.n > 0; text = str_from(text, step))
		dump_scan_take(s, str_head(text, step), &out);
	dump_scan_end(s, &out);
	return buf_str(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str s = str_n(p, n), whole, parts;
	struct dump_scan one, other;
	struct arena a;

	arena_init(&a, (size_t)64 << 20);
	manifests(&a, s);
	whole = scan(&a, &one, s, n + 1);
	parts = scan(&a, &other, s, 3);
	ASSERT(
	    str_eq(whole, parts) && whole.n <= n && one.complete == other.complete && one.n_tables == other.n_tables);
	for (size_t i = 0; i < one.n_tables; i++)
		ASSERT(one.tables[i].rows == other.tables[i].rows);
	arena_fini(&a);
	return 0;
}
