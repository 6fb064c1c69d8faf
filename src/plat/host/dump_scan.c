#include "plat/host/dump_scan.h"

#include <string.h>

static const struct str definer = STR_INIT("/*!50013 DEFINER="), security = STR_INIT(" SQL SECURITY ");

void
dump_scan_init(struct dump_scan *s, struct arena *a)
{
	*s = (struct dump_scan){.a = a, .tables = ARENA_ARRAY(a, struct dump_table, DUMP_SCAN_TABLES_MAX)};
}

/* Cuts a quoted name off the front of *line. */
static bool
take_name(struct str *line, struct str *name)
{
	struct str rest = *line;

	if (!str_starts(rest, STR("`")))
		return false;
	rest = str_from(rest, 1);
	if (!str_cut(&rest, '`', name) || rest.p == NULL)
		return false;
	*line = rest;
	return true;
}

static struct dump_table *
table_of(struct dump_scan *s, struct str name)
{
	for (size_t i = 0; i < s->n_tables; i++)
		if (str_eq(s->tables[i].name, name))
			return &s->tables[i];
	if (s->n_tables == DUMP_SCAN_TABLES_MAX)
		return NULL;
	s->tables[s->n_tables] = (struct dump_table){.name = str_dup(s->a, name)};
	return &s->tables[s->n_tables++];
}

static bool
begins_with(struct str line, const char *words, struct str *name)
{
	if (!str_starts(line, str_z(words)))
		return false;
	line = str_from(line, strlen(words));
	return take_name(&line, name);
}

/* Handles a whole line outside of rows. */
static void
look_at_line(struct dump_scan *s, struct str line, struct buf *out)
{
	struct str name;
	ptrdiff_t at;

	if (begins_with(line, "CREATE TABLE ", &name))
		(void)table_of(s, name);
	s->complete = str_starts(line, STR("-- Dump completed")) || (s->complete && str_trim(line).n == 0);
	if (str_starts(line, definer) && (at = str_find(line, security)) >= 0) {
		buf_z(out, "/*!50013");
		line = str_from(line, (size_t)at);
	}
	buf_put(out, line);
}

/* Counts the outermost brackets outside of quotes, one per row; a ';' there ends the statement. */
static size_t
take_rows(struct dump_scan *s, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if (s->escaped) {
			s->escaped = false;
		} else if (s->quote != 0) {
			s->escaped = c == '\\';
			if (c == s->quote)
				s->quote = 0;
		} else if (c == '\'' || c == '"') {
			s->quote = c;
		} else if (c == '(') {
			if (s->depth++ == 0 && s->table != NULL)
				s->table->rows++;
		} else if (c == ')' && s->depth > 0) {
			s->depth--;
		} else if (c == ';' && s->depth == 0) {
			s->at = DUMP_SCAN_REST;
			return i + 1;
		}
	}
	return bytes.n;
}

/* Decides the kind of the line once it is whole or its head is full. */
static void
decide(struct dump_scan *s, bool whole, struct buf *out)
{
	struct str line = str_n(s->head, s->n_head), name;

	s->n_head = 0;
	if (begins_with(line, "INSERT INTO ", &name)) {
		size_t n;

		s->table = table_of(s, name);
		s->depth = 0;
		s->at = DUMP_SCAN_ROWS;
		n = take_rows(s, line);
		if (s->at == DUMP_SCAN_REST && n < line.n && line.p[line.n - 1] == '\n')
			s->at = DUMP_SCAN_HEAD;
		buf_put(out, line);
		return;
	}
	if (whole) {
		look_at_line(s, line, out);
		return;
	}
	s->complete = false;
	s->at = DUMP_SCAN_REST;
	buf_put(out, line);
}

void
dump_scan_take(struct dump_scan *s, struct str bytes, struct buf *out)
{
	while (bytes.n > 0) {
		size_t n = 1;

		if (s->at == DUMP_SCAN_HEAD) {
			bool ends = bytes.p[0] == '\n';

			s->head[s->n_head++] = bytes.p[0];
			if (ends || s->n_head == sizeof(s->head))
				decide(s, ends, out);
		} else if (s->at == DUMP_SCAN_REST) {
			const char *end = memchr(bytes.p, '\n', bytes.n);

			n = end == NULL ? bytes.n : (size_t)(end - bytes.p) + 1;
			if (end != NULL)
				s->at = DUMP_SCAN_HEAD;
			buf_put(out, str_head(bytes, n));
		} else {
			n = take_rows(s, bytes);
			buf_put(out, str_head(bytes, n));
		}
		bytes = str_from(bytes, n);
	}
}

void
dump_scan_end(struct dump_scan *s, struct buf *out)
{
	if (s->at == DUMP_SCAN_HEAD && s->n_head > 0)
		decide(s, true, out);
	else if (s->at != DUMP_SCAN_HEAD)
		s->complete = false;
}
