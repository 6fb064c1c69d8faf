/* Shows receivers of webhooks and the attempts to reach them. */
#include "cmd/hook/hook.h"

#include <stdio.h>

#include "plat/text/columns.h"
#include "view/format.h"

#define TRIES_USUAL 50
#define TRIES_MAX 10000

static void
json_events(struct json_out *w, struct str topics)
{
	struct str topic;

	json_key(w, "events");
	json_begin(w, '[');
	while (str_cut(&topics, ',', &topic))
		json_put_str(w, str_eq_z(topic, "*") ? topic : str_fmt(w->b.a, "order.%.*s", STR_ARG(topic)));
	json_end(w, ']');
}

static void
json_hook(struct json_out *w, const struct hook *h)
{
	json_add_str(w, "name", h->name);
	json_add_str(w, "url", h->url);
	json_events(w, h->topics);
	json_add_bool(w, "buyer", h->buyer);
	json_add_str(w, "state", str_z(hook_state_name(h->state)));
	json_add_i64(w, "version", (int64_t)h->version);
	format_json_time(w, "created", h->created_at);
	format_json_time(w, "succeeded", h->done_at);
	format_json_time(w, "failed", h->failed_at);
	json_add_i64(w, "failures", (int64_t)h->failures);
	format_json_time(w, "failing_since", h->failing_since);
	format_json_time(w, "not_before", h->due_at);
	format_json_time(w, "old_secret_until", h->old_until);
	json_add_str(w, "why", h->why);
	json_add_i64(w, "waiting", h->waiting);
	json_add_i64(w, "given_up", h->dead);
}

static void
report_json(struct json_out *w, const struct hook_report *r)
{
	json_hook(w, r->hook);
	if (r->done != NULL) {
		json_add_str(w, "done", str_z(r->done));
		json_add_bool(w, "dry_run", r->dry_run);
	}
	if (r->secret.p != NULL)
		json_add_str(w, "secret", r->secret);
	if (r->old_secret.p != NULL)
		json_add_str(w, "old_secret", r->old_secret);
}

static struct str
event_words(struct arena *a, struct str topics)
{
	struct str topic, text = STR("");

	if (str_eq_z(topics, "*"))
		return STR("all");
	while (str_cut(&topics, ',', &topic))
		text = str_fmt(a, "%.*s%sorder.%.*s", STR_ARG(text), text.n == 0 ? "" : ",", STR_ARG(topic));
	return text;
}

static void
put_time(struct cmd *c, const char *name, int64_t utc_s)
{
	if (utc_s != 0)
		printf("  %-14s %s\n", name, cmd_utc(c->a, utc_s));
}

static void
report_text(struct cmd *c, const struct hook_report *r)
{
	const struct hook *h = r->hook;

	if (r->done != NULL)
		printf("%.*s: %s%s\n", STR_ARG(h->name), r->dry_run ? "would be " : "", r->done);
	else
		printf("%.*s: %s\n", STR_ARG(h->name), hook_state_name(h->state));
	printf("  %-14s %.*s\n  %-14s %.*s\n  %-14s %s\n", "address", STR_ARG(h->url), "events",
	    STR_ARG(event_words(c->a, h->topics)), "buyer's data", h->buyer ? "yes" : "no");
	put_time(c, "created", h->created_at);
	put_time(c, "last success", h->done_at);
	put_time(c, "last failure", h->failed_at);
	if (h->failures > 0)
		printf("  %-14s %llu since %s: %.*s\n", "failures", (unsigned long long)h->failures,
		    cmd_utc(c->a, h->failing_since), STR_ARG(h->why));
	printf("  %-14s %lld\n", "waiting", (long long)h->waiting);
	if (h->dead > 0)
		printf("  %-14s %lld\n", "given up", (long long)h->dead);
	if (r->secret.p != NULL)
		printf("  %-14s %.*s\n", "secret", STR_ARG(r->secret));
	if (r->old_secret.p != NULL)
		printf("  %-14s %.*s\n", "old secret", STR_ARG(r->old_secret));
	put_time(c, "signs until", h->old_until);
}

int
hook_report(struct cmd *c, const struct hook_report *r)
{
	struct json_out w;

	if (!r->json) {
		report_text(c, r);
		return CMD_OK;
	}
	json_init(&w, c->a, HOOK_OUTPUT_MAX_B, '{');
	report_json(&w, r);
	return cmd_print_json(c, &w);
}

static void
hooks_text(struct cmd *c, const struct hook_list *list, struct buf *b)
{
	struct columns t;

	columns_init(&t, c->a, "NAME|STATE|>WAITING|>FAILURES|LAST SUCCESS|ADDRESS");
	for (size_t i = 0; i < list->n; i++) {
		const struct hook *h = &list->v[i];

		columns_put(&t, h->name);
		columns_put(&t, str_z(hook_state_name(h->state)));
		columns_put(&t, str_fmt(c->a, "%lld", (long long)h->waiting));
		columns_put(&t, str_fmt(c->a, "%llu", (unsigned long long)h->failures));
		columns_put(&t, str_z(h->done_at == 0 ? "" : cmd_utc(c->a, h->done_at)));
		columns_put(&t, h->url);
	}
	columns_print(&t, b);
}

int
hook_do_list(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	int status = CMD_OK;
	struct hook_list list;
	struct err e = {0};
	struct json_out w;
	struct db *db;
	struct buf b;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return hook_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !hook_list(db, c->a, &list, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, HOOK_OUTPUT_MAX_B, '{');
	json_key(&w, "hooks");
	json_begin(&w, '[');
	for (size_t i = 0; i < list.n; i++) {
		json_begin(&w, '{');
		json_hook(&w, &list.v[i]);
		json_end(&w, '}');
		if (list.v[i].state == HOOK_PAUSED_BY_FAILURES)
			status = CMD_FAILED;
	}
	json_end(&w, ']');
	buf_init(&b, c->a, HOOK_OUTPUT_MAX_B);
	hooks_text(c, &list, &b);
	if ((json ? cmd_print_json(c, &w) : cmd_print(c, &b)) != CMD_OK)
		return CMD_FAILED;
	return status;
}

static struct str
try_words(struct arena *a, const struct hook_try *x)
{
	return x->subject.p == NULL ? STR("test") : str_fmt(a, "order.%.*s", STR_ARG(x->subject));
}

static void
try_text(struct cmd *c, struct columns *t, const struct hook_try *x)
{
	columns_put(t, x->outbox_id == 0 ? STR("") : str_fmt(c->a, "%llu", (unsigned long long)x->outbox_id));
	columns_put(t, str_z(cmd_utc(c->a, x->at)));
	columns_put(t, try_words(c->a, x));
	columns_put(t, x->status == 0 ? STR("") : str_fmt(c->a, "%d", x->status));
	columns_put(t, str_fmt(c->a, "%llu", (unsigned long long)x->ms));
	columns_put(t, x->why);
}

static void
try_json(struct json_out *w, const struct hook_try *x)
{
	json_begin(w, '{');
	json_key(w, "id");
	json_put_i64_or_null(w, (int64_t)x->outbox_id, x->outbox_id == 0);
	format_json_time(w, "at", x->at);
	json_add_str(w, "message", try_words(w->b.a, x));
	json_key(w, "status");
	json_put_i64_or_null(w, x->status, x->status == 0);
	json_add_i64(w, "ms", (int64_t)x->ms);
	json_add_str(w, "why", x->why);
	json_end(w, '}');
}

int
hook_do_tries(struct cmd *c)
{
	bool json = false;
	uint64_t limit = TRIES_USUAL;
	const struct cmd_option options[] = {
	    {"json", .flag = &json}, {"limit", .number = &limit, .min = 1, .max = TRIES_MAX}};
	struct hook_try *tries;
	struct err e = {0};
	struct json_out w;
	struct columns t;
	struct hook h;
	struct db *db;
	struct buf b;
	size_t n;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return hook_usage(c);
	if (!hook_open(c, &db, &h, &e) || !hook_tries(db, c->a, &h, limit, &tries, &n, &e))
		return cmd_fail(c, &e);
	columns_init(&t, c->a, ">ID|TIME|MESSAGE|>STATUS|>MS|WHY");
	json_init(&w, c->a, HOOK_OUTPUT_MAX_B, '{');
	json_key(&w, "tries");
	json_begin(&w, '[');
	for (size_t i = 0; i < n; i++) {
		try_text(c, &t, &tries[i]);
		try_json(&w, &tries[i]);
	}
	json_end(&w, ']');
	buf_init(&b, c->a, HOOK_OUTPUT_MAX_B);
	columns_print(&t, &b);
	return json ? cmd_print_json(c, &w) : cmd_print(c, &b);
}
