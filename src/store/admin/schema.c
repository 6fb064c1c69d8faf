#include "store/admin/schema.h"

#include <string.h>

#include "plat/text/secret.h"
#include "store/sql.h"

#define TEXT_MAX_B ((size_t)1 << 20)
#define LINE_CHARS 100
#define SHORT_CHARS 50

static const struct schema_part needed[] = {
#define SCHEMA(table, kind, name, definition)                                                                          \
	{STR_INIT(table), SCHEMA_##kind, STR_INIT(name), STR_INIT(definition)},
#include "store/admin/schema.def"
#undef SCHEMA
};

static const struct {
	const char *row, *name;
} kinds[] = {
    [SCHEMA_TABLE] = {"TABLE", "table"},
    [SCHEMA_COLUMN] = {"COLUMN", "column"},
    [SCHEMA_KEY] = {"KEY", "key"},
    [SCHEMA_CHECK] = {"CHECK", "check"},
    [SCHEMA_FOREIGN] = {"FOREIGN", "foreign key"},
};

bool
schema_read(struct db *db, struct arena *a, struct schema *s, struct err *e)
{
	struct str table = STR("");
	struct schema_part *part;
	struct db_rows rows;

	if (!db_select(db_query(db, SQL_SCHEMA_PARTS), a, &rows, e))
		return false;
	*s = (struct schema){.part = part = ARENA_ARRAY(a, struct schema_part, rows.n + 1)};
	while (db_next(&rows)) {
		struct schema_part *x = &part[s->n];

		x->table = c_str_or(&rows, STR(""));
		x->kind = (enum schema_kind)c_i64_or(&rows, 0);
		x->name = c_str_or(&rows, STR(""));
		x->definition = c_str_or(&rows, STR(""));
		if (x->kind == SCHEMA_TABLE)
			table = x->table;
		s->n += str_eq(x->table, table); /* no columns of views */
	}
	return true;
}

struct str
schema_hash(struct arena *a, const struct schema *s)
{
	uint8_t hash[SECRET_HASH_B];
	struct buf b;

	buf_init(&b, a, TEXT_MAX_B);
	schema_print(s, &b);
	secret_hash(buf_str(&b), hash);
	return secret_hex(a, hash, sizeof(hash));
}

static const struct schema_part *
find_part(const struct schema *s, const struct schema_part *want)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->part[i].kind == want->kind && str_eq(s->part[i].table, want->table)
		    && str_eq(s->part[i].name, want->name))
			return &s->part[i];
	return NULL;
}

static struct str
remedy_of(struct arena *a, const struct schema_part *want, bool exists)
{
	const char *table = want->table.p, *name = want->name.p, *text = want->definition.p;

	switch (want->kind) {
	case SCHEMA_TABLE:
		return exists ? str_fmt(a, "ALTER TABLE `%s` %s", table, text) : STR("restore the newest backup");
	case SCHEMA_COLUMN:
		return str_fmt(a, "ALTER TABLE `%s` %s COLUMN `%s` %s", table, exists ? "MODIFY" : "ADD", name, text);
	case SCHEMA_KEY:
		if (!exists)
			break;
		if (strcmp(name, "PRIMARY") == 0)
			return str_fmt(a, "ALTER TABLE `%s` DROP PRIMARY KEY, ADD %s", table, text);
		return str_fmt(a, "ALTER TABLE `%s` DROP KEY `%s`, ADD %s", table, name, text);
	default:
		if (exists)
			return str_fmt(a, "ALTER TABLE `%s` DROP CONSTRAINT `%s`; ALTER TABLE `%s` ADD %s", table, name,
			    table, text);
		break;
	}
	return str_fmt(a, "ALTER TABLE `%s` ADD %s", table, text);
}

/* Parts of a missing table are not named one by one. */
static bool
is_lost(const struct schema *s, const struct schema_part *want, const struct schema_part **found)
{
	const struct schema_part table = {.table = want->table, .kind = SCHEMA_TABLE, .name = STR("")};

	*found = find_part(s, want);
	if (*found != NULL)
		return !str_eq((*found)->definition, want->definition);
	return want->kind == SCHEMA_TABLE || find_part(s, &table) != NULL;
}

size_t
schema_compare(struct arena *a, const struct schema *s, struct schema_lost *lost, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		const struct schema_part *want = &needed[i], *found;

		if (!is_lost(s, want, &found))
			continue;
		if (n++ >= most)
			continue;
		lost[n - 1] = (struct schema_lost){.part = want,
		    .name = want->kind == SCHEMA_TABLE
			? str_fmt(a, "table %s", want->table.p)
			: str_fmt(a, "%s of %s: %s", kinds[want->kind].name, want->table.p, want->name.p),
		    .found = found == NULL ? STR("") : found->definition,
		    .remedy = remedy_of(a, want, found != NULL)};
	}
	return n;
}

/* Long texts are broken, as the sources are. */
static void
put_quoted(struct buf *b, struct str s)
{
	buf_ch(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (i > 0 && i % LINE_CHARS == 0)
			buf_z(b, "\"\n    \"");
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_ch(b, '\\');
		buf_ch(b, s.p[i]);
	}
	buf_ch(b, '"');
}

void
schema_print(const struct schema *s, struct buf *b)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct schema_part *x = &s->part[i];

		buf_z(b, "SCHEMA(");
		put_quoted(b, x->table);
		buf_fmt(b, ", %s, ", kinds[x->kind].row);
		put_quoted(b, x->name);
		buf_z(b, x->definition.n > SHORT_CHARS ? ",\n    " : ", ");
		put_quoted(b, x->definition);
		buf_z(b, ")\n");
	}
}
