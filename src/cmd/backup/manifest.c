#include "cmd/backup/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/utf8.h"
#include "plat/text/file.h"

#define TEXT_MAX_B ((size_t)1 << 20)

static struct tm
parts_of(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm = {.tm_mday = 1};

	(void)gmtime_r(&t, &tm);
	return tm;
}

void
manifest_time(int64_t utc_s, char out[MANIFEST_TIME_B])
{
	struct tm tm = parts_of(utc_s);

	if (strftime(out, MANIFEST_TIME_B, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

void
manifest_time_name(int64_t utc_s, char out[MANIFEST_TIME_B])
{
	struct tm tm = parts_of(utc_s);

	if (strftime(out, MANIFEST_TIME_B, "%Y%m%dT%H%M%SZ", &tm) == 0)
		out[0] = '\0';
}

uint64_t
manifest_rows(const struct manifest *m, const char *table)
{
	for (size_t i = 0; i < m->n_tables; i++)
		if (str_eq_z(m->table[i].name, table))
			return m->table[i].rows;
	return 0;
}

void
manifest_put(struct buf *b, const struct manifest *m)
{
	char made[MANIFEST_TIME_B];

	manifest_time(m->made_s, made);
	buf_fmt(b, "kontor-backup %d\n", MANIFEST_FORMAT);
	buf_fmt(b, "name %.*s\n", STR_ARG(m->name));
	buf_fmt(b, "made %s\n", made);
	if (m->program.n > 0)
		buf_fmt(b, "program %.*s\n", STR_ARG(m->program));
	if (m->schema > 0)
		buf_fmt(b, "schema %llu %.*s\n", (unsigned long long)m->schema, STR_ARG(m->schema_name));
	buf_fmt(b, "database %.*s\n", STR_ARG(m->database));
	buf_fmt(b, "checked %s\n", m->checked ? "yes" : "no");
	if (m->last_order.n > 0)
		buf_fmt(b, "last-order %.*s\n", STR_ARG(m->last_order));
	for (size_t i = 0; i < m->n_tables; i++)
		buf_fmt(b, "rows %llu %.*s\n", (unsigned long long)m->table[i].rows, STR_ARG(m->table[i].name));
	if (m->has_pictures)
		buf_fmt(b, "pictures %llu %llu\n", (unsigned long long)m->pictures, (unsigned long long)m->pictures_b);
	for (size_t i = 0; i < m->n_files; i++)
		buf_fmt(b, "file %.*s %llu %.*s\n", STR_ARG(m->file[i].sha256), (unsigned long long)m->file[i].size_b,
		    STR_ARG(m->file[i].name));
	buf_z(b, "end\n");
}

static bool
take_number(struct str *rest, uint64_t *n)
{
	struct str word;

	return str_cut(rest, ' ', &word) && num_u64(word, 0, UINT64_MAX, n);
}

static bool
parse_time(struct str s, int64_t *utc_s)
{
	char text[MANIFEST_TIME_B], again[MANIFEST_TIME_B];
	struct tm tm = {.tm_isdst = 0};

	snprintf(text, sizeof(text), "%.*s", STR_ARG(s));
	if (strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		return false;
	*utc_s = (int64_t)timegm(&tm);
	manifest_time(*utc_s, again);
	return str_eq_z(s, again);
}

static bool
parse_rows(struct arena *a, struct str rest, struct manifest *m)
{
	struct dump_table *t = &m->table[m->n_tables];

	if (m->n_tables == DUMP_SCAN_TABLES_MAX || !take_number(&rest, &t->rows) || rest.n == 0)
		return false;
	t->name = str_dup(a, rest);
	m->n_tables++;
	return true;
}

static bool
is_plain(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ')
			return false;
	return true;
}

bool
manifest_is_name(struct str name)
{
	struct str part;

	if (name.n == 0 || !utf8_valid(name) || !is_plain(name))
		return false;
	while (str_cut(&name, '/', &part))
		if (part.n == 0 || str_eq_z(part, ".") || str_eq_z(part, ".."))
			return false;
	return true;
}

static bool
parse_file(struct arena *a, struct str rest, struct manifest *m)
{
	struct manifest_file *f = &m->file[m->n_files];
	struct str sum;

	if (m->n_files == MANIFEST_FILES_MAX || !str_cut(&rest, ' ', &sum) || sum.n != 64
	    || !take_number(&rest, &f->size_b) || !manifest_is_name(rest))
		return false;
	f->sha256 = str_dup(a, sum);
	f->name = str_dup(a, rest);
	m->n_files++;
	return true;
}

static bool
parse_text(struct arena *a, struct str rest, struct str *out)
{
	*out = str_dup(a, rest);
	return rest.n > 0;
}

/* Reads one line. Unknown words, from later versions, are ignored. */
static bool
parse_line(struct arena *a, struct str word, struct str rest, struct manifest *m)
{
	if (str_eq_z(word, "name"))
		return parse_text(a, rest, &m->name);
	if (str_eq_z(word, "made"))
		return parse_time(rest, &m->made_s);
	if (str_eq_z(word, "program"))
		return parse_text(a, rest, &m->program);
	if (str_eq_z(word, "schema"))
		return take_number(&rest, &m->schema) && parse_text(a, rest, &m->schema_name);
	if (str_eq_z(word, "database"))
		return parse_text(a, rest, &m->database);
	if (str_eq_z(word, "checked")) {
		m->checked = str_eq_z(rest, "yes");
		return m->checked || str_eq_z(rest, "no");
	}
	if (str_eq_z(word, "last-order"))
		return parse_text(a, rest, &m->last_order);
	if (str_eq_z(word, "rows"))
		return parse_rows(a, rest, m);
	if (str_eq_z(word, "pictures")) {
		m->has_pictures = true;
		return take_number(&rest, &m->pictures) && take_number(&rest, &m->pictures_b);
	}
	return !str_eq_z(word, "file") || parse_file(a, rest, m);
}

bool
manifest_parse(struct arena *a, struct str text, struct manifest *m, struct err *e)
{
	struct str line, word;
	uint64_t format;
	unsigned n = 1;

	*m = (struct manifest){.table = ARENA_ARRAY(a, struct dump_table, DUMP_SCAN_TABLES_MAX),
	    .file = ARENA_ARRAY(a, struct manifest_file, MANIFEST_FILES_MAX)};
	if (!str_cut(&text, '\n', &line) || !str_cut(&line, ' ', &word) || !str_eq_z(word, "kontor-backup")
	    || !take_number(&line, &format))
		return err_set(e, ERR_INPUT, "1: this is not the manifest of a backup");
	if (format != MANIFEST_FORMAT)
		return err_set(e, ERR_INPUT, "1: written in format %llu; this program knows %d",
		    (unsigned long long)format, MANIFEST_FORMAT);
	while (str_cut(&text, '\n', &line)) {
		n++;
		if (str_eq_z(line, "end") && text.p != NULL)
			return (m->name.n > 0 && m->made_s > 0 && m->database.n > 0 && m->n_files > 0)
			    || err_set(e, ERR_INPUT, "%u: name, time, database or files are missing", n);
		if (!is_plain(line) || !str_cut(&line, ' ', &word) || !parse_line(a, word, line, m))
			return err_set(e, ERR_INPUT, "%u: cannot be understood", n);
	}
	return err_set(e, ERR_INPUT, "%u: the end is missing", n);
}

bool
manifest_load(struct arena *a, const char *dir, struct manifest *m, struct err *e)
{
	const char *path = str_fmt(a, "%s/" MANIFEST_NAME, dir).p;
	struct str text;
	bool found;

	if (!file_find(a, path, TEXT_MAX_B, &text, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "%s is not a backup: it has no file " MANIFEST_NAME, dir);
	return manifest_parse(a, text, m, e) || err_context(e, "%s", path);
}

bool
manifest_save(struct arena *a, const char *dir, const struct manifest *m, struct err *e)
{
	const char *path = str_fmt(a, "%s/" MANIFEST_NAME, dir).p;
	struct buf b;
	bool ok;
	int fd;

	buf_init(&b, a, TEXT_MAX_B);
	manifest_put(&b, m);
	if (!buf_check(&b, e))
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ok = fd >= 0 && file_write(fd, buf_str(&b)) && fsync(fd) == 0;
	ok = (fd < 0 || close(fd) == 0) && ok;
	return ok || err_set(e, ERR_UPSTREAM, "%s: %s", path, strerror(errno));
}
