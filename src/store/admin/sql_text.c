#include "store/admin/sql_text.h"

static char
at(struct str s, size_t i)
{
	return i < s.n ? s.p[i] : '\0';
}

/* The length of the comment that begins at i; 0 if there is none. */
static size_t
comment(struct str s, size_t i)
{
	size_t end = i;

	if (at(s, i) == '/' && at(s, i + 1) == '*') {
		for (end = i + 2; end < s.n && !(s.p[end] == '*' && at(s, end + 1) == '/'); end++)
			;
		return (end + 2 < s.n ? end + 2 : s.n) - i;
	}
	if (at(s, i) != '#' && !(at(s, i) == '-' && at(s, i + 1) == '-' && (unsigned char)at(s, i + 2) <= ' '))
		return 0;
	while (end < s.n && s.p[end] != '\n')
		end++;
	return end - i;
}

static size_t
quoted(struct str s, size_t i)
{
	char quote = at(s, i);
	size_t end;

	if (quote != '\'' && quote != '"' && quote != '`')
		return 0;
	for (end = i + 1; end < s.n && s.p[end] != quote; end++)
		if (s.p[end] == '\\' && quote != '`' && end + 1 < s.n)
			end++;
	return (end < s.n ? end + 1 : s.n) - i;
}

static void
skip(struct sql_text *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		t->line += t->rest.p[i] == '\n';
	t->rest = str_from(t->rest, n);
}

static void
skip_blank(struct sql_text *t)
{
	size_t n;

	while (t->rest.n > 0) {
		if ((unsigned char)t->rest.p[0] <= ' ' || t->rest.p[0] == ';')
			skip(t, 1);
		else if ((n = comment(t->rest, 0)) > 0)
			skip(t, n);
		else
			return;
	}
}

bool
sql_text_next(struct sql_text *t, struct str *stmt, unsigned *line)
{
	size_t i = 0, n;

	if (t->line == 0)
		t->line = 1;
	skip_blank(t);
	if (t->rest.n == 0)
		return false;
	*line = t->line;
	while (i < t->rest.n && t->rest.p[i] != ';') {
		if ((n = comment(t->rest, i)) > 0 || (n = quoted(t->rest, i)) > 0)
			i += n;
		else
			i++;
	}
	*stmt = str_trim(str_head(t->rest, i));
	skip(t, i < t->rest.n ? i + 1 : i);
	return true;
}
