#include "plat/text/csv.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

#define CHUNK_B ((size_t)64 << 10)
#define LINES_MAX UINT32_C(4000000000)

enum state {
	FIELD_START,
	PLAIN,     /* in an unquoted field */
	QUOTED,    /* in a quoted field */
	QUOTE_SEEN /* after a quote in a quoted field: its end, or the first of a doubled quote */
};

struct csv {
	int fd;         /* -1: from memory */
	struct str mem; /* its unread rest */
	char *chunk;
	const char *in; /* unread bytes */
	size_t in_n;
	bool eof, begun;
	char sep;
	uint64_t done_b;
	uint32_t line, col; /* position of the next byte */

	char *row;
	size_t row_n;
	struct cell *cells;
	size_t n;
	uint32_t row_line;
};

/* The state of reading one row. */
struct reading {
	enum state state;
	size_t field_at; /* start of the field in csv->row */
	uint32_t line, col;
	bool bad;
	struct csv_bad why;
};

static void
init(struct arena *a, struct csv **out)
{
	struct csv *c = ARENA_NEW(a, struct csv);

	c->fd = -1;
	c->line = c->col = 1;
	c->sep = ',';
	c->chunk = arena_try(a, CHUNK_B);
	c->row = arena_try(a, CSV_ROW_MAX_B);
	c->cells = arena_try(a, CSV_COLUMNS_MAX * sizeof(*c->cells));
	*out = c->chunk == NULL || c->row == NULL || c->cells == NULL ? NULL : c;
}

bool
csv_open(struct arena *a, int fd, struct csv **out, struct err *e)
{
	init(a, out);
	if (*out == NULL)
		return err_set(e, ERR_LIMIT, "no memory to read a table");
	(*out)->fd = fd;
	return true;
}

bool
csv_open_mem(struct arena *a, struct str s, struct csv **out, struct err *e)
{
	init(a, out);
	if (*out == NULL)
		return err_set(e, ERR_LIMIT, "no memory to read a table");
	(*out)->mem = s;
	return true;
}

/* Ensures in_n > 0, or eof. */
static bool
csv_fill(struct csv *c, struct err *e)
{
	ssize_t n;

	if (c->in_n > 0 || c->eof)
		return true;
	if (c->fd < 0) {
		n = (ssize_t)(c->mem.n < CHUNK_B ? c->mem.n : CHUNK_B);
		if (n > 0)
			memcpy(c->chunk, c->mem.p, (size_t)n);
		c->mem = str_from(c->mem, (size_t)n);
	} else {
		do
			n = read(c->fd, c->chunk, CHUNK_B);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(e, ERR_UPSTREAM, "reading the table: %s", strerror(errno));
	}
	c->in = c->chunk;
	c->in_n = (size_t)n;
	c->eof = n == 0;
	return true;
}

static char
guess_separator(struct str s)
{
	size_t commas = 0, semicolons = 0, tabs = 0;
	bool quoted = false;

	for (size_t i = 0; i < s.n && (quoted || (s.p[i] != '\n' && s.p[i] != '\r')); i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		commas += s.p[i] == ',';
		semicolons += s.p[i] == ';';
		tabs += s.p[i] == '\t';
	}
	if (semicolons > commas)
		return semicolons >= tabs ? ';' : '\t';
	return tabs > commas ? '\t' : ',';
}

static void
spoil(struct reading *r, uint32_t line, uint32_t col, const char *why)
{
	if (r->bad)
		return;
	r->bad = true;
	r->why = (struct csv_bad){line, col, why};
}

static void
csv_add(struct csv *c, struct reading *r, char ch)
{
	if (r->bad || ch == '\0')
		return;
	if (c->row_n - r->field_at >= CSV_FIELD_MAX_B)
		spoil(r, r->line, r->col, "field longer than 2 MiB; is a quote left open?");
	else if (c->row_n >= CSV_ROW_MAX_B)
		spoil(r, c->row_line, 1, "row longer than 4 MiB; is a quote left open?");
	else
		c->row[c->row_n++] = ch;
}

/* Some programs take the fullwidth forms for the plain ones. */
static bool
runs_as_formula(struct str s)
{
	static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (str_starts(s, str_z(begins[i])))
			return true;
	return false;
}

/* True for any number of apostrophes followed by a character that starts a formula. */
static bool
is_guarded(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] == '\'')
		i++;
	return runs_as_formula(str_from(s, i));
}

static void
end_field(struct csv *c, struct reading *r)
{
	struct str s = str_n(c->row + r->field_at, c->row_n - r->field_at);

	if (!r->bad && c->n >= CSV_COLUMNS_MAX)
		spoil(r, r->line, r->col, "more than 512 columns");
	if (!r->bad && !utf8_valid(s))
		spoil(r, r->line, r->col, "not UTF-8; save the file as UTF-8");
	if (!r->bad) {
		if (s.n > 1 && s.p[0] == '\'' && is_guarded(s))
			s = str_from(s, 1);
		c->cells[c->n++] = (struct cell){s, r->line, r->col};
	}
	r->state = FIELD_START;
	r->field_at = c->row_n;
}

static void
advance(struct csv *c, char ch)
{
	c->in++;
	c->in_n--;
	c->done_b++;
	if (ch == '\n') {
		if (c->line < LINES_MAX)
			c->line++;
		c->col = 1;
	} else if (((unsigned char)ch & 0xc0) != 0x80 && ch != '\r' && c->col < LINES_MAX) {
		c->col++;
	}
}

/* A single CR ends a line too. */
static bool
swallow_line_end(struct csv *c, char ch, struct err *e)
{
	advance(c, ch);
	if (ch == '\n')
		return true;
	if (!csv_fill(c, e))
		return false;
	if (c->in_n > 0 && *c->in == '\n') {
		advance(c, '\n');
	} else {
		c->line++;
		c->col = 1;
	}
	return true;
}

static bool
skip_line(struct csv *c, struct err *e)
{
	while (c->in_n > 0 && *c->in != '\n' && *c->in != '\r')
		advance(c, *c->in);
	return c->in_n == 0 || swallow_line_end(c, *c->in, e);
}

/* Spreadsheets take a first line "sep=;" for the name of the separator. */
static bool
names_separator(struct str s, char *sep)
{
	struct str line = str_head(s, 5);

	if (s.n < 6 || !str_eq_case(str_head(line, 4), STR("sep=")) || (s.p[5] != '\r' && s.p[5] != '\n')
	    || (line.p[4] != ',' && line.p[4] != ';' && line.p[4] != '\t' && line.p[4] != '|'))
		return false;
	*sep = line.p[4];
	return true;
}

/* Handles the byte order mark and finds the separator. The first chunk is assumed to hold the whole header line. */
static bool
csv_begin(struct csv *c, struct err *e)
{
	static const char *const archives[] = {"PK\3\4", "\xd0\xcf\x11\xe0", "\x1f\x8b"}; /* zip, OLE, gzip */
	struct str s;

	if (!csv_fill(c, e))
		return false;
	s = str_n(c->in, c->in_n);
	if (s.n >= 2 && (memcmp(s.p, "\xff\xfe", 2) == 0 || memcmp(s.p, "\xfe\xff", 2) == 0))
		return err_set(e, ERR_INPUT, "the file is UTF-16; save it as UTF-8");
	for (size_t i = 0; i < ARRAY_LEN(archives); i++)
		if (str_starts(s, str_z(archives[i])))
			return err_set(e, ERR_INPUT, "the file is a spreadsheet or an archive; save it as CSV (UTF-8)");
	if (str_starts(s, STR("\xef\xbb\xbf"))) {
		c->in += 3;
		c->in_n -= 3;
		c->done_b += 3;
		s = str_from(s, 3);
	}
	c->begun = true;
	if (names_separator(s, &c->sep))
		return skip_line(c, e);
	c->sep = guess_separator(s);
	return true;
}

static void
csv_take(struct csv *c, struct reading *r, char ch)
{
	if (r->state == FIELD_START) {
		r->line = c->line;
		r->col = c->col;
	}
	if (r->state == QUOTED) {
		if (ch == '"')
			r->state = QUOTE_SEEN;
		else
			csv_add(c, r, ch);
	} else if (ch == c->sep) {
		end_field(c, r);
	} else if (ch == '"' && r->state == FIELD_START) {
		r->state = QUOTED;
	} else if (ch == '"' && r->state == QUOTE_SEEN) {
		csv_add(c, r, ch);
		r->state = QUOTED;
	} else if (r->state == QUOTE_SEEN) {
		spoil(r, c->line, c->col, "text after the closing quote of a field");
		r->state = PLAIN;
	} else {
		csv_add(c, r, ch);
		r->state = PLAIN;
	}
}

/* Reads to the end of a row; *empty: the line was empty. */
static bool
read_row(struct csv *c, struct reading *r, bool *empty, struct err *e)
{
	*empty = true;
	c->n = c->row_n = 0;
	c->row_line = c->line;
	for (;;) {
		char ch;

		if (!csv_fill(c, e))
			return false;
		if (c->in_n == 0)
			break;
		ch = *c->in;
		if ((ch == '\n' || ch == '\r') && r->state != QUOTED) {
			if (r->state == FIELD_START) {
				r->line = c->line;
				r->col = c->col;
			}
			if (!swallow_line_end(c, ch, e))
				return false;
			if (!*empty)
				end_field(c, r);
			return true;
		}
		*empty = false;
		csv_take(c, r, ch);
		advance(c, ch);
	}
	if (r->state == QUOTED)
		spoil(r, r->line, r->col, "the quote that opens this field is never closed");
	if (!*empty)
		end_field(c, r);
	return true;
}

enum csv_got
csv_next(struct csv *c, struct cells *row, struct csv_bad *bad, struct err *e)
{
	if (!c->begun && !csv_begin(c, e))
		return CSV_FAILED;
	for (;;) {
		struct reading r = {.state = FIELD_START, .line = c->line, .col = c->col};
		bool empty;

		if (!read_row(c, &r, &empty, e))
			return CSV_FAILED;
		if (r.bad) {
			*bad = r.why;
			return CSV_BAD;
		}
		if (!empty) {
			*row = (struct cells){c->cells, c->n, c->row_line};
			return CSV_ROW;
		}
		if (c->eof)
			return CSV_END;
	}
}

char
csv_separator(const struct csv *c)
{
	return c->sep;
}

uint64_t
csv_done_b(const struct csv *c)
{
	return c->done_b;
}

static bool
is_plain_number(struct str s)
{
	size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0, digits = 0, points = 0;

	for (; i < s.n; i++) {
		digits += s.p[i] >= '0' && s.p[i] <= '9';
		points += s.p[i] == '.';
		if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	}
	return digits > 0 && points <= 1;
}

void
csv_put(struct buf *b, struct str s, bool first)
{
	bool guard = is_guarded(s) && !is_plain_number(s), quote = guard;

	if (!first)
		buf_ch(b, ',');
	for (size_t i = 0; i < s.n && !quote; i++)
		quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == ';' || s.p[i] == '\n' || s.p[i] == '\r'
		        || s.p[i] == '\t';
	/* Quotes an empty first field: a row with only that field would be an empty line. */
	if (!quote && !(s.n == 0 && first)) {
		buf_put(b, s);
		return;
	}
	buf_ch(b, '"');
	if (guard)
		buf_ch(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_ch(b, '"');
		buf_ch(b, s.p[i]);
	}
	buf_ch(b, '"');
}

void
csv_end_row(struct buf *b)
{
	buf_z(b, "\r\n");
}
