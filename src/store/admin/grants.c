#include "store/admin/grants.h"

#include "store/admin/sql_text.h"

#define GRANTS_MAX 1000

/* Removes quotation marks. */
static struct str
plain(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '`' && s.p[i] != '\'' && s.p[i] != '"')
			p[n++] = s.p[i];
	return str_n(p, n);
}

static bool
grants_add(struct arena *a, struct grants *g, struct grant one, struct err *e)
{
	if (str_eq_z(one.right, "USAGE"))
		return true;
	if (g->v == NULL)
		g->v = ARENA_ARRAY(a, struct grant, GRANTS_MAX);
	if (g->n == GRANTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d rights of one account", GRANTS_MAX);
	g->v[g->n++] = one;
	return true;
}

/* Takes the first right, "SELECT" or "UPDATE (a, b)", from a list. */
static bool
next_right(struct str *rest, struct str *right, struct str *columns)
{
	size_t depth = 0, end = 0;
	ptrdiff_t open;

	*rest = str_trim(*rest);
	if (rest->n == 0)
		return false;
	while (end < rest->n && (depth > 0 || rest->p[end] != ',')) {
		depth += rest->p[end] == '(';
		depth -= rest->p[end] == ')' && depth > 0;
		end++;
	}
	*right = str_trim(str_head(*rest, end));
	*rest = str_from(*rest, end + 1);
	*columns = STR("");
	open = str_chr(*right, '(');
	if (open >= 0) {
		*columns = str_from(*right, (size_t)open + 1);
		columns->n -= columns->n > 0;
		*right = str_trim(str_head(*right, (size_t)open));
	}
	return true;
}

static bool
add_all(struct arena *a, struct grants *g, struct str rights, struct str object, struct err *e)
{
	struct str right, columns, column;

	while (next_right(&rights, &right, &columns)) {
		if (columns.n == 0 && !grants_add(a, g, (struct grant){right, STR(""), object}, e))
			return false;
		while (columns.n > 0 && str_cut(&columns, ',', &column))
			if (!grants_add(a, g, (struct grant){right, plain(a, str_trim(column)), object}, e))
				return false;
	}
	return true;
}

/* Splits "GRANT rights ON object TO account ...". False for any other statement, such as the grant of a role. */
static bool
split(struct str stmt, struct str *rights, struct str *object, struct str *account, struct str *rest)
{
	ptrdiff_t on = str_find(stmt, STR(" ON ")), to;

	if (!str_starts(stmt, STR("GRANT ")) || on < 6)
		return false;
	*rights = str_n(stmt.p + 6, (size_t)on - 6);
	stmt = str_from(stmt, (size_t)on + 4);
	to = str_find(stmt, STR(" TO "));
	if (to < 0)
		return false;
	*object = str_trim(str_head(stmt, (size_t)to));
	*rest = str_trim(str_from(stmt, (size_t)to + 4));
	return str_cut(rest, ' ', account);
}

static bool
is_of(struct arena *a, struct str account, struct str user)
{
	struct str name = plain(a, account), found;

	return str_cut(&name, '@', &found) && str_eq(found, user);
}

bool
grants_parse(struct arena *a, struct str text, struct str user, struct grants *g, struct err *e)
{
	struct sql_text t = {.rest = text};
	struct str stmt, rights, object, account, rest;
	unsigned line;

	while (sql_text_next(&t, &stmt, &line)) {
		stmt = str_trim(stmt);
		if (!split(stmt, &rights, &object, &account, &rest) || !is_of(a, account, user))
			continue;
		object = plain(a, object);
		if (str_eq_z(object, "*.*"))
			g->no_password = str_find(rest, STR("IDENTIFIED")) < 0;
		if (!add_all(a, g, rights, object, e))
			return false;
		if (str_find(rest, STR("WITH GRANT OPTION")) >= 0
		    && !grants_add(a, g, (struct grant){STR("GRANT OPTION"), STR(""), object}, e))
			return false;
	}
	return true;
}

/* True if `wide` is `narrow` or contains it. */
static bool
reaches(struct str wide, struct str narrow)
{
	struct str db = STR("");

	if (str_eq(wide, narrow) || str_eq_z(wide, "*.*"))
		return true;
	return str_cut(&narrow, '.', &db) && str_starts(wide, db) && str_eq_z(str_from(wide, db.n), ".*");
}

static bool
holds(const struct grants *g, const struct grant *want)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct grant *x = &g->v[i];
		bool same = str_eq(x->right, want->right)
		            || (str_eq_z(x->right, "ALL PRIVILEGES") && !str_eq_z(want->right, "GRANT OPTION"));

		if (same && (x->column.n == 0 || str_eq(x->column, want->column)) && reaches(x->object, want->object))
			return true;
	}
	return false;
}

size_t
grants_beyond(const struct grants *of, const struct grants *in, size_t most, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < of->n; i++) {
		const struct grant *x = &of->v[i];

		if (holds(in, x))
			continue;
		if (n++ < most)
			buf_fmt(b, "%s%.*s%s%.*s%s on %.*s", n > 1 ? ", " : "", STR_ARG(x->right),
			    x->column.n > 0 ? "(" : "", STR_ARG(x->column), x->column.n > 0 ? ")" : "",
			    STR_ARG(x->object));
	}
	if (n > most)
		buf_fmt(b, ", and %zu more", n - most);
	return n;
}
