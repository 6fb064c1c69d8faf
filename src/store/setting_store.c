#include "store/setting_store.h"

#include <stdio.h>

#include "store/shop_rules.h"
#include "store/sql.h"

#define VALUE_MAX_B ((size_t)64 << 10)

static bool
read_rows(struct db *db, enum sql_id id, struct arena *a, struct setting_rows *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select(db_query(db, id), a, &rows, e))
		return false;
	if (rows.n == 0)
		return err_set(e, ERR_UPSTREAM, "setting_change has no row: `kontor migrate` creates it");
	*out = (struct setting_rows){.v = ARENA_ARRAY(a, struct setting_row, rows.n)};
	while (db_next(&rows)) {
		struct setting_row *row = &out->v[out->n];

		out->change = c_u64(&rows);
		row->name = c_str_or(&rows, STR_NONE);
		row->value = c_str_or(&rows, STR_NONE);
		if (id == SQL_SETTING_LIST) {
			row->version = c_u64_or(&rows, 0);
			row->actor = c_str_or(&rows, STR_NONE);
			row->at = c_i64_or(&rows, 0);
		}
		out->n += row->name.p != NULL;
	}
	return true;
}

bool
setting_read(struct db *db, struct arena *a, struct setting_rows *rows, struct err *e)
{
	return read_rows(db, SQL_SETTING_READ, a, rows, e);
}

bool
setting_list(struct db *db, struct arena *a, struct setting_rows *rows, struct err *e)
{
	return read_rows(db, SQL_SETTING_LIST, a, rows, e);
}

bool
setting_number(struct db *db, struct arena *a, uint64_t *number, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_SETTING_NUMBER), a, &rows, e))
		return false;
	*number = c_u64(&rows);
	return true;
}

static struct str
setting_name(struct arena *a, const struct conf_setting *s)
{
	return str_fmt(a, "%s.%s", s->section, s->key);
}

static struct setting_row *
find_row(const struct setting_rows *rows, struct str name)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->v[i].name, name))
			return &rows->v[i];
	return NULL;
}

const struct setting_row *
setting_row(const struct setting_rows *rows, const struct conf_setting *s)
{
	char name[80];

	snprintf(name, sizeof(name), "%s.%s", s->section, s->key);
	return find_row(rows, str_z(name));
}

bool
setting_overrides(
    struct arena *a, const struct setting_rows *rows, const struct conf *file, const struct conf_setting *s)
{
	const struct setting_row *row = setting_row(rows, s);

	return row != NULL && row->value.p != NULL && !str_eq(row->value, conf_value(a, file, s));
}

/* Applies a value; *now is unchanged if a worker would not start with it. */
static bool
merge_one(struct arena *a, struct str name, struct str value, struct conf *now, struct err *e)
{
	const struct conf_setting *s = conf_find(name, e);
	struct shop_rules rules;
	struct conf next;

	if (s == NULL || !conf_with(a, now, s, value, &next, e) || !shop_rules_init(&rules, &next, e))
		return false;
	*now = next;
	return true;
}

bool
setting_merge(struct arena *a, const struct setting_merge *m, struct conf *now, struct shop_rules *rules, struct err *e)
{
	*now = *m->file;
	if (!shop_rules_init(rules, now, e))
		return false;
	for (size_t i = 0; i < m->rows->n; i++) {
		const struct setting_row *row = &m->rows->v[i];
		struct err why = {0};

		if (row->value.p != NULL && !merge_one(a, row->name, row->value, now, &why) && m->report != NULL)
			m->report(m->arg, row->name, why.msg);
	}
	now->merchant = conf_merchant_hash(now, m->rows->change);
	return shop_rules_init(rules, now, e);
}

void
setting_log_refused(void *arg, struct str name, const char *reason)
{
	(void)arg;
	log_put(LOG_ERROR, "event=setting_refused name=\"%.*s\" msg=\"%s: kontor.conf's value is used\"", STR_ARG(name),
	    reason);
}

const char *
setting_action_name(uint64_t action)
{
	static const char *const names[] = {
	    [SETTING_SET] = "set", [SETTING_UNSET] = "unset", [SETTING_UNDO] = "undo", [SETTING_COPY] = "copy"};

	return action < ARRAY_LEN(names) && names[action] != NULL ? names[action] : "?";
}

struct changing {
	struct arena *a;
	struct setting_change *ch;
	struct setting_rows rows;
	struct conf now;
};

/* As a file would have it: lines without blanks at their ends. */
static struct str
tidy(struct arena *a, struct str value)
{
	struct buf b;
	struct str line;

	value = str_trim(value);
	buf_init(&b, a, VALUE_MAX_B);
	while (str_cut(&value, '\n', &line)) {
		if (b.n > 0)
			buf_ch(&b, '\n');
		buf_put(&b, str_trim(line));
	}
	return b.n == 0 ? STR("") : buf_str(&b);
}

static bool
same(struct str x, struct str y)
{
	return (x.p == NULL) == (y.p == NULL) && str_eq(x, y);
}

static void
q_value(struct db_query *q, struct str value)
{
	if (value.p == NULL)
		q_null(q);
	else
		q_str(q, value);
}

static bool
write_one(struct db *db, const struct changing *x, const struct setting_done *d, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SETTING_SAVE);

	q_str(q, d->name);
	q_value(q, d->value);
	q_u64(q, d->number);
	q_str(q, str_z(x->ch->actor));
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(db, SQL_SETTING_LOG_PUT);
	q_u64(q, d->number);
	q_str(q, d->name);
	q_u64(q, x->ch->action);
	q_value(q, d->was);
	q_value(q, d->value);
	q_str(q, str_z(x->ch->actor));
	return db_run(q, NULL, e);
}

static bool
is_current(const struct changing *x, const struct setting_row *row, struct err *e)
{
	uint64_t version = row == NULL ? 0 : row->version;

	if (x->ch->version == 0 || version == x->ch->version)
		return true;
	return err_set(e, ERR_CONFLICT, "version %llu, by %.*s, is newer than %llu", (unsigned long long)version,
	    STR_ARG(row == NULL ? STR("nobody") : row->actor), (unsigned long long)x->ch->version);
}

/* Checks a value together with all others, and brings it into its usual form. */
static bool
take_value(struct changing *x, struct str name, struct str *value, struct err *e)
{
	if (!merge_one(x->a, name, tidy(x->a, *value), &x->now, e))
		return false;
	*value = conf_value(x->a, &x->now, conf_find(name, e));
	return true;
}

/* Writes a value unless it is there already, and adds it to the results. */
static bool
change_one(struct db *db, struct changing *x, struct str name, struct str value, struct err *e)
{
	const struct setting_row *row = find_row(&x->rows, name);
	struct setting_done *d = &x->ch->done[x->ch->n_done];

	if (!is_current(x, row, e) || (value.p != NULL && !take_value(x, name, &value, e)))
		return false;
	*d = (struct setting_done){.number = x->rows.change + 1,
	    .name = name,
	    .was = row == NULL ? STR_NONE : row->value,
	    .value = value,
	    .action = x->ch->action,
	    .actor = str_z(x->ch->actor)};
	if (same(d->was, d->value))
		return true;
	x->ch->n_done++;
	x->ch->number = d->number;
	return write_one(db, x, d, e);
}

static bool
change_all(struct db *db, struct changing *x, struct err *e)
{
	struct setting_change *ch = x->ch;

	ch->done = ARENA_ARRAY(x->a, struct setting_done, ch->n);
	for (size_t i = 0; i < ch->n; i++) {
		if (!change_one(db, x, setting_name(x->a, ch->v[i].setting), ch->v[i].value, e))
			return false;
	}
	return true;
}

static void
read_done(struct db_rows *rows, struct setting_done *d)
{
	d->number = c_u64(rows);
	d->name = c_str(rows);
	d->action = c_u64(rows);
	d->was = c_str_or(rows, STR_NONE);
	d->value = c_str_or(rows, STR_NONE);
	d->actor = c_str(rows);
	d->at = c_i64(rows);
}

/* Resets the values of a change that nobody has changed since; the others are kept. */
static bool
undo_all(struct db *db, struct changing *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_SETTING_LOG_ONE, x->ch->undo, x->a, &rows, e))
		return false;
	if (rows.n == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no change %llu", (unsigned long long)x->ch->undo);
	x->ch->done = ARENA_ARRAY(x->a, struct setting_done, rows.n);
	while (db_next(&rows)) {
		struct setting_done old = {0};
		const struct setting_row *row;

		read_done(&rows, &old);
		row = find_row(&x->rows, old.name);
		if (row != NULL && same(row->value, old.value)) {
			if (!change_one(db, x, old.name, old.was, e))
				return false;
			continue;
		}
		old.kept = true;
		x->ch->done[x->ch->n_done++] = old;
	}
	return true;
}

static bool
raise_number(struct db *db, uint64_t number, struct err *e)
{
	return number == 0 || db_run_u64(db, SQL_SETTING_RAISE, number, e);
}

/* The first statement makes other changes wait. */
static bool
change_body(struct db *db, void *arg, struct err *e)
{
	struct changing *x = arg;
	struct setting_merge m = {.file = x->ch->file, .rows = &x->rows};
	struct shop_rules rules;
	struct db_rows locked;

	x->ch->n_done = 0;
	x->ch->number = 0;
	return db_get(db_query(db, SQL_SETTING_LOCK), x->a, &locked, e) && setting_list(db, x->a, &x->rows, e)
	    && setting_merge(x->a, &m, &x->now, &rules, e)
	    && (x->ch->action == SETTING_UNDO ? undo_all : change_all)(db, x, e)
	    && raise_number(db, x->ch->number, e);
}

bool
setting_change(struct db *db, struct arena *a, struct setting_change *ch, struct err *e)
{
	struct changing x = {.a = a, .ch = ch};

	/* The number is read first: a transaction that runs twice must not undo its own change. */
	if (ch->action == SETTING_UNDO && ch->undo == 0 && !setting_number(db, a, &ch->undo, e))
		return false;
	return ch->dry_run ? db_trial(db, change_body, &x, e) : db_tx(db, change_body, &x, e);
}

bool
setting_history(
    struct db *db, struct arena *a, struct str name, uint64_t limit, struct setting_change *ch, struct err *e)
{
	struct db_query *q = db_query(db, name.n == 0 ? SQL_SETTING_LOG : SQL_SETTING_LOG_NAME);
	struct db_rows rows;

	if (name.n > 0)
		q_str(q, name);
	q_u64(q, limit);
	if (!db_select(q, a, &rows, e))
		return false;
	ch->done = ARENA_ARRAY(a, struct setting_done, rows.n);
	for (ch->n_done = 0; db_next(&rows); ch->n_done++)
		read_done(&rows, &ch->done[ch->n_done]);
	return true;
}

bool
setting_copy(struct db *db, struct arena *a, struct setting_change *ch, struct err *e)
{
	struct db_rows running;
	uint64_t number;
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	if (!setting_number(db, a, &number, e) || !db_get(db_query(db, SQL_SETTING_RUNNING), a, &running, e))
		return false;
	if (number != 0 || c_i64(&running) == 0)
		return true;
	ch->v = ARENA_ARRAY(a, struct setting_edit, n);
	ch->n = 0;
	for (size_t i = 0; i < n; i++)
		if (s[i].merchant && ch->file->lines[i] != 0)
			ch->v[ch->n++] = (struct setting_edit){&s[i], conf_value(a, ch->file, &s[i])};
	ch->action = SETTING_COPY;
	return ch->n == 0 || setting_change(db, a, ch, e);
}
