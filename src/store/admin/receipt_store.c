#include "store/admin/receipt_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "plat/text/file.h"
#include "plat/text/json.h"
#include "store/sql.h"

#define CHUNK 1000

static bool
open_one(struct receipt_set *set, const char *path, bool write, struct err *e)
{
	if (set->n_files == RECEIPT_FILES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d files of receipts", RECEIPT_FILES_MAX);
	if (!receipts_open_tool(&set->file[set->n_files], path, write, e))
		return false;
	set->n_files++;
	return true;
}

static bool
open_collected(struct arena *a, struct receipt_set *set, struct str path, bool write, struct err *e)
{
	ptrdiff_t slash = -1;
	struct str *names, dir, head;
	size_t n;

	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			slash = (ptrdiff_t)i;
	dir = slash < 0 ? STR(".") : str_head(path, (size_t)slash);
	head = str_fmt(a, "%.*s" RECEIPT_COLLECTED, STR_ARG(str_from(path, (size_t)(slash + 1))));
	if (!file_list(a, str_fmt(a, "%.*s", STR_ARG(dir)).p, STR(""), &names, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_starts(names[i], head)
		    && !open_one(set, str_fmt(a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(names[i])).p, write, e))
			return false;
	return true;
}

static bool
set_open_files(struct arena *a, struct receipt_set *set, struct str path, bool write, struct err *e)
{
	if (!open_one(set, path.p, write, e)) {
		if (e->kind != ERR_NOT_FOUND)
			return false;
		err_clear(e);
	}
	return open_collected(a, set, path, write, e);
}

static int
entry_by_id(const void *a, const void *b)
{
	const struct receipt_entry *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Counts; keeps the entries if there is room for them. */
static size_t
entries_read(struct receipt_set *set, unsigned file, struct receipt_entry *entry, size_t room)
{
	const struct receipts *rs = &set->file[file];
	struct receipt r;
	size_t n = 0;
	bool damaged;

	set->n_intents = file == 0 ? 0 : set->n_intents;
	for (uint64_t slot = 0; slot < rs->slots; slot++) {
		bool ok = receipt_read(rs, slot, &r, &damaged);

		set->n_damaged += damaged && entry != NULL;
		if (!ok)
			continue;
		if (r.acknowledged_s != 0 && r.id > set->top_id)
			set->top_id = r.id;
		if (r.acknowledged_s == 0 || r.accepted_s != 0) {
			set->n_intents += r.acknowledged_s == 0 && entry != NULL;
			set->n_accepted += r.accepted_s != 0 && entry != NULL;
			continue;
		}
		if (n < room) {
			entry[n] = (struct receipt_entry){.id = r.id, .slot = slot, .file = file};
			memcpy(entry[n].key_hash, r.key_hash, sizeof(r.key_hash));
		}
		n++;
	}
	return n < room || entry == NULL ? n : room;
}

bool
receipt_set_open(struct arena *a, struct str path, bool write, struct receipt_set *set, struct err *e)
{
	size_t room = 0;

	*set = (struct receipt_set){.n_files = 0};
	if (!set_open_files(a, set, path, write, e))
		return false;
	for (unsigned i = 0; i < set->n_files; i++)
		room += entries_read(set, i, NULL, 0);
	set->entry = arena_try(a, (room + 1) * sizeof(*set->entry));
	if (set->entry == NULL)
		return err_set(e, ERR_LIMIT, "no memory for %zu receipts", room);
	for (unsigned i = 0; i < set->n_files; i++)
		set->n += entries_read(set, i, set->entry + set->n, room - set->n);
	qsort(set->entry, set->n, sizeof(*set->entry), entry_by_id);
	return true;
}

void
receipt_set_close(struct receipt_set *set)
{
	for (size_t i = 0; i < set->n_files; i++)
		receipts_close(&set->file[i]);
	set->n_files = 0;
}

static void
mark(struct receipt_entry *entry, size_t n, uint64_t id, const uint8_t hash[RECEIPT_KEY_HASH_B])
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entry[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < n && entry[low].id == id; low++)
		if (memcmp(entry[low].key_hash, hash, RECEIPT_KEY_HASH_B) == 0)
			entry[low].there = true;
}

static bool
compare_chunk(struct receipt_entry *entry, size_t n, struct db *db, struct arena *a, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(a, uint64_t, n);
	struct db_rows rows;
	struct str json;

	for (size_t i = 0; i < n; i++)
		ids[i] = entry[i].id;
	if (!json_ids(a, ids, n, &json, e) || !db_select_str(db, SQL_RECEIPT_ORDERS, json, a, &rows, e))
		return false;
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);
		uint8_t hash[RECEIPT_KEY_HASH_B];

		receipt_hash(c_bytes(&rows), hash);
		mark(entry, n, id, hash);
	}
	return true;
}

bool
receipt_set_compare(struct receipt_set *set, struct db *db, struct arena *a, struct err *e)
{
	set->n_lost = 0;
	for (size_t i = 0; i < set->n; i += CHUNK) {
		struct arena_mark m = arena_mark(a);
		size_t n = set->n - i < CHUNK ? set->n - i : CHUNK;

		if (!compare_chunk(set->entry + i, n, db, a, e))
			return false;
		arena_rewind(a, m);
	}
	for (size_t i = 0; i < set->n; i++)
		set->n_lost += !set->entry[i].there;
	return true;
}

bool
receipt_set_get(const struct receipt_set *set, const struct receipt_entry *x, struct receipt *r)
{
	bool damaged;

	return receipt_read(&set->file[x->file], x->slot, r, &damaged) && r->id == x->id
	       && memcmp(r->key_hash, x->key_hash, sizeof(r->key_hash)) == 0;
}
