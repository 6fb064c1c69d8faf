#include "store/outbox_store.h"

#include <stdio.h>

#include "store/sql.h"

static const struct {
	const char *name;
	bool (*forget)(struct outbox_forget *, struct str id, struct err *); /* NULL: no values of its own */
} subjects[OUTBOX__MAX] = {
#define OUTBOX_KEYS(name) outbox_forget_##name
#define OUTBOX_NONE(name) NULL
#define SUBJECT(name, keys, help) [OUTBOX_##name] = {#name, OUTBOX_##keys(name)},
#include "store/outbox.def"
};

static const struct {
	enum cache_class cls;
	enum outbox_subject subject;
} aggregates[] = {
#define AGGREGATE(name, l1, subject, help) {CACHE_##name, OUTBOX_##subject},
#include "plat/cache/cache.def"
};

bool
outbox_put(struct db *db, const struct outbox_row *row, struct err *e)
{
	bool all = db_role(db) != DB_WEB;
	struct db_query *q = db_query(db, all ? SQL_OUTBOX_ADD : SQL_OUTBOX_PUT);

	ASSERT(all || (row->use_by_s == 0 && row->hold_until_s == 0));
	q_str(q, row->kind);
	q_str(q, row->subject);
	q_u64(q, row->version);
	q_str(q, row->payload);
	q_i64(q, row->now_s);
	if (all)
		q_i64(q, row->hold_until_s);
	q_i64(q, row->now_s);
	if (row->cause == NULL)
		q_null(q);
	else
		q_bytes(q, str_n(row->cause, OUTBOX_CAUSE_B));
	q_u64(q, row->order_id);
	if (all) {
		q_i64(q, row->use_by_s);
		q_i64(q, row->hold_until_s);
	}
	return db_run(q, NULL, e);
}

const char *
outbox_subject_name(enum outbox_subject subject)
{
	ASSERT(subject < OUTBOX__MAX);
	return subjects[subject].name;
}

bool
outbox_stale(struct db *db, enum outbox_subject subject, struct str id, uint64_t version, int64_t now_s, struct err *e)
{
	struct outbox_row row = {.kind = STR("cache"), .version = version, .now_s = now_s};
	char text[120];
	int n = snprintf(text, sizeof(text), "%s/%.*s", outbox_subject_name(subject), STR_ARG(id));

	ASSERT(n > 0 && (size_t)n < sizeof(text));
	row.subject = str_z(text);
	return outbox_put(db, &row, e);
}

void
outbox_forget_aggregates(struct outbox_forget *x, enum outbox_subject subject)
{
	const struct conf_list *langs = &x->conf->site_languages;
	struct cache_key *keys = ARENA_ARRAY(x->a, struct cache_key, langs->n * ARRAY_LEN(aggregates));
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(aggregates); i++)
		for (size_t k = 0; aggregates[i].subject == subject && k < langs->n; k++)
			keys[n++] = cache_key(x->cache, aggregates[i].cls, langs->v[k], OUTBOX_AGGREGATE_ID);
	x->done = (n == 0 || cache_forget(x->cache, x->a, keys, n)) && x->done;
}

bool
outbox_forget(struct outbox_forget *x, struct str subject, bool *known, struct err *e)
{
	struct str name;

	*known = false;
	if (!str_cut(&subject, '/', &name))
		return true;
	for (int i = 0; i < OUTBOX__MAX; i++) {
		if (!str_eq_z(name, subjects[i].name))
			continue;
		outbox_forget_aggregates(x, (enum outbox_subject)i);
		*known = subjects[i].forget == NULL || subjects[i].forget(x, subject, e);
		if (*known || e->kind != ERR_INPUT)
			return *known;
		err_clear(e);
		return true;
	}
	return true;
}
