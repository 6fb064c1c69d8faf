/* Adds, changes and removes receivers of webhooks, and sends to them. */
#include "cmd/hook/hook.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "plat/text/moment.h"
#include "shop/order_state.h"

#define GROUP "kontor-jobs"
#define HOURS_USUAL 24
#define HOURS_MAX 8760
#define HOUR_S 3600
#define TOPICS_MAX_B 500

struct hook_change {
	struct cmd *c;
	struct db *db;
	struct hook h;
	bool json, dry_run;
};

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') && (i == 0 || ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-')))
			return false;
	return s.n > 0 && s.n <= HOOK_NAME_MAX;
}

static bool
check_url(struct str url, struct err *e)
{
	struct str rest = str_from(url, STR("https://").n), host = rest;
	bool printable = url.n <= HOOK_URL_MAX;

	for (size_t i = 0; i < url.n; i++)
		printable = printable && url.p[i] > ' ' && url.p[i] < 0x7f && url.p[i] != '"' && url.p[i] != '\\';
	for (size_t i = 0; i < rest.n && host.n == rest.n; i++)
		if (rest.p[i] == '/' || rest.p[i] == '?')
			host = str_head(rest, i);
	if (!str_starts(url, STR("https://")))
		return err_set(e, ERR_INPUT, "webhooks are sent to https:// only");
	return (printable && host.n > 0 && str_chr(host, '@') < 0 && str_chr(url, '#') < 0)
	    || err_set(e, ERR_INPUT,
		"'%.*s' is no address for webhooks: https://HOST/PATH, at most %d characters of ASCII",
		STR_ARG(str_head(url, 200)), HOOK_URL_MAX);
}

/* "order.paid,shipped" as the column has it: "paid,shipped". */
static bool
parse_events(struct arena *a, struct str list, struct str *topics, struct err *e)
{
	struct str word;
	enum order_topic t;
	struct buf b;

	buf_init(&b, a, TOPICS_MAX_B);
	*topics = STR("*");
	if (str_eq_z(list, "all"))
		return true;
	while (str_cut(&list, ',', &word)) {
		word = str_trim(word);
		if (str_starts(word, STR("order.")))
			word = str_from(word, STR("order.").n);
		if (!order_topic_find(word, &t)) {
			buf_init(&b, a, 2 * TOPICS_MAX_B);
			for (int i = ORDER_TOPIC_NONE + 1; i < ORDER_TOPIC__MAX; i++)
				buf_fmt(&b, " order.%s", order_topic_name((enum order_topic)i));
			return err_set(e, ERR_INPUT, "'%.*s' is no event; there are:%.*s", STR_ARG(word),
			    STR_ARG(buf_str(&b)));
		}
		buf_fmt(&b, "%s%s", b.n == 0 ? "" : ",", order_topic_name(t));
	}
	*topics = buf_str(&b);
	return buf_check(&b, e);
}

/* The first receiver makes the key. */
static bool
open_key(struct cmd *c, struct hook_key *key, struct err *e)
{
	if (hook_key_load(&c->conf, key, e))
		return true;
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return secret_file_make(c->conf.hooks_secret_file.p, GROUP, e) && hook_key_load(&c->conf, key, e);
}

static int
put_change(struct hook_change *x, const char *done, struct str secret, struct err *e)
{
	struct hook_report r = {
	    .hook = &x->h, .done = done, .secret = secret, .dry_run = x->dry_run, .json = x->json};

	if (!x->dry_run && !str_eq_z(str_z(done), "removed") && !hook_get(x->db, x->c->a, x->h.name, &x->h, e))
		return cmd_fail(x->c, e);
	return hook_report(x->c, &r);
}

int
hook_do_add(struct cmd *c)
{
	struct hook_change x = {.c = c};
	const char *events = "all";
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run},
	    {"buyer", .flag = &x.h.buyer}, {"events", .text = &events}};
	struct str secret = STR_NONE;
	struct hook_key key;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 3)
		return hook_usage(c);
	x.h.name = str_z(c->argv[1]);
	x.h.url = str_z(c->argv[2]);
	if (!is_name(x.h.name))
		(void)err_set(&e, ERR_INPUT,
		    "a name is a letter, then letters, digits and hyphens: a-z 0-9 -, at most %d", HOOK_NAME_MAX);
	if (e.kind != ERR_NONE || !check_url(x.h.url, &e) || !parse_events(c->a, str_z(events), &x.h.topics, &e)
	    || !cmd_db(c, DB_TOOL, &x.db, &e) || !secret_init(&e))
		return cmd_fail(c, &e);
	if (x.dry_run)
		return put_change(&x, "added", secret, &e);
	if (!open_key(c, &key, &e))
		return cmd_fail(c, &e);
	x.h.sealed = hook_secret_make(c->a, &key, x.h.name);
	if (!hook_add(x.db, &x.h, &e) || !hook_secret_text(c->a, &key, x.h.name, x.h.sealed, &secret, &e))
		return cmd_fail(c, &e);
	return put_change(&x, "added", secret, &e);
}

int
hook_do_set(struct cmd *c)
{
	struct hook_change x = {.c = c};
	const char *events = NULL, *url = NULL, *buyer = NULL;
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run},
	    {"buyer", .text = &buyer}, {"events", .text = &events}, {"url", .text = &url}};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2
	    || (buyer != NULL && strcmp(buyer, "yes") != 0 && strcmp(buyer, "no") != 0))
		return hook_usage(c);
	if (!hook_open(c, &x.db, &x.h, &e) || (url != NULL && !check_url(str_z(url), &e))
	    || (events != NULL && !parse_events(c->a, str_z(events), &x.h.topics, &e)))
		return cmd_fail(c, &e);
	if (url != NULL)
		x.h.url = str_z(url);
	if (buyer != NULL)
		x.h.buyer = strcmp(buyer, "yes") == 0;
	if (!x.dry_run && !hook_set(x.db, &x.h, &e))
		return cmd_fail(c, &e);
	return put_change(&x, "changed", STR_NONE, &e);
}

int
hook_do_show(struct cmd *c)
{
	bool secret = false;
	struct hook h;
	struct hook_report r = {.hook = &h};
	const struct cmd_option options[] = {{"json", .flag = &r.json}, {"secret", .flag = &secret}};
	struct hook_key key;
	struct err e = {0};
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return hook_usage(c);
	if (!hook_open(c, &db, &h, &e))
		return cmd_fail(c, &e);
	if (h.old_until <= clock_utc_s()) {
		h.old_until = 0;
		h.old_sealed = STR_NONE;
	}
	if (secret
	    && (!hook_key_load(&c->conf, &key, &e) || !hook_secret_text(c->a, &key, h.name, h.sealed, &r.secret, &e)
		|| (h.old_sealed.p != NULL
		    && !hook_secret_text(c->a, &key, h.name, h.old_sealed, &r.old_secret, &e))))
		return cmd_fail(c, &e);
	return hook_report(c, &r);
}

/* Verbs that change a receiver by one function. */
static int
hook_change_by(struct cmd *c, bool (*fn)(struct db *, const struct hook *, struct err *), const char *done)
{
	struct hook_change x = {.c = c};
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run}};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return hook_usage(c);
	if (!hook_open(c, &x.db, &x.h, &e) || (!x.dry_run && !fn(x.db, &x.h, &e)))
		return cmd_fail(c, &e);
	return put_change(&x, done, STR_NONE, &e);
}

int
hook_do_pause(struct cmd *c)
{
	return hook_change_by(c, hook_pause, "paused");
}

int
hook_do_resume(struct cmd *c)
{
	return hook_change_by(c, hook_resume, "resumed");
}

int
hook_do_remove(struct cmd *c)
{
	return hook_change_by(c, hook_remove, "removed");
}

int
hook_do_rotate(struct cmd *c)
{
	struct hook_change x = {.c = c};
	uint64_t hours = HOURS_USUAL;
	bool now = false;
	const struct cmd_option options[] = {{"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run},
	    {"now", .flag = &now}, {"hours", .number = &hours, .min = 1, .max = HOURS_MAX}};
	struct str sealed, secret = STR_NONE;
	struct hook_key key;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return hook_usage(c);
	if (!hook_open(c, &x.db, &x.h, &e))
		return cmd_fail(c, &e);
	if (x.dry_run)
		return put_change(&x, "rotated", secret, &e);
	if (!open_key(c, &key, &e))
		return cmd_fail(c, &e);
	sealed = hook_secret_make(c->a, &key, x.h.name);
	if (!hook_rotate(x.db, &x.h, sealed, now ? 0 : (int64_t)hours * HOUR_S, &e)
	    || !hook_secret_text(c->a, &key, x.h.name, sealed, &secret, &e))
		return cmd_fail(c, &e);
	return put_change(&x, "rotated", secret, &e);
}

static bool
send_test(struct cmd *c, struct db *db, const struct hook *h, struct hook_end *end, struct err *e)
{
	struct hook_letter l = {.conf = &c->conf,
	    .name = h->name,
	    .url = h->url,
	    .sealed = h->sealed,
	    .id = hook_id_new(c->a),
	    .now_s = clock_utc_s()};
	struct hook_message m;
	struct hook_ended ended;
	struct http_answer x;
	struct hook_key key;
	uint64_t began_ns;

	l.key = &key;
	if (h->old_until > l.now_s)
		l.old_sealed = h->old_sealed;
	if (!hook_key_load(&c->conf, &key, e) || !hook_body_test(c->a, l.now_s, &l.body, e)
	    || !hook_message_make(c->a, &l, &m, e))
		return false;
	began_ns = clock_mono_ns();
	if (!http_post(c->a, &m.rq, &m.body, &x, e))
		return false;
	*end = (struct hook_end){.hook_id = h->id, .ms = (clock_mono_ns() - began_ns) / CLOCK_MS};
	hook_judge(c->a, &x, 0, end);
	return hook_end(db, c->a, end, NULL, NULL, &ended, e);
}

int
hook_do_test(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct hook_end end;
	struct err e = {0};
	struct json_out w;
	struct hook h;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return hook_usage(c);
	if (!hook_open(c, &db, &h, &e) || !send_test(c, db, &h, &end, &e))
		return cmd_fail(c, &e);
	if (!json) {
		printf("%.*s: %s after %llu ms%s%.*s\n", STR_ARG(h.name), end.ok ? "taken" : "failed",
		    (unsigned long long)end.ms, end.ok ? "" : ": ", STR_ARG(end.why));
		return end.ok ? CMD_OK : CMD_FAILED;
	}
	json_init(&w, c->a, HOOK_OUTPUT_MAX_B, '{');
	json_add_str(&w, "name", h.name);
	json_add_bool(&w, "taken", end.ok);
	json_key(&w, "status");
	json_put_i64_or_null(&w, end.status, end.status == 0);
	json_add_i64(&w, "ms", (int64_t)end.ms);
	json_add_str(&w, "why", end.why);
	return cmd_print_json(c, &w) == CMD_OK && end.ok ? CMD_OK : CMD_FAILED;
}

/* "-2h" counts back from now. */
static bool
parse_since(const char *text, int64_t *since_s, struct err *e)
{
	int64_t now_s = clock_utc_s();
	struct str s = str_z(text);
	struct moment t;
	bool back = str_starts(s, STR("-"));
	char plus[40] = "+";

	if (back)
		str_copy(plus + 1, sizeof(plus) - 1, str_from(s, 1));
	if (!moment_parse(back ? str_z(plus) : s, now_s, false, &t, e))
		return false;
	*since_s = back ? 2 * now_s - t.utc_s : t.utc_s;
	return true;
}

static bool
replay_all(struct hook_change *x, int64_t since_s, uint64_t *n, struct err *e)
{
	*n = 0;
	if (x->c->argc == 2)
		return hook_replay(x->db, &x->h, 0, since_s, n, e);
	for (int i = 2; i < x->c->argc; i++) {
		uint64_t id, one;

		if (!num_u64(str_z(x->c->argv[i]), 1, INT64_MAX, &id))
			return err_set(e, ERR_INPUT, "'%s' is not the id of a message", x->c->argv[i]);
		if (!hook_replay(x->db, &x->h, id, 0, &one, e))
			return false;
		if (one == 0)
			return err_set(e, ERR_NOT_FOUND, "message %llu is not one of '%.*s', or is being sent",
			    (unsigned long long)id, STR_ARG(x->h.name));
		*n += one;
	}
	return true;
}

int
hook_do_replay(struct cmd *c)
{
	struct hook_change x = {.c = c};
	const char *since = NULL;
	const struct cmd_option options[] = {
	    {"json", .flag = &x.json}, {"dry-run", .flag = &x.dry_run}, {"since", .text = &since}};
	int64_t since_s = 0;
	struct err e = {0};
	struct json_out w;
	uint64_t n;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || (c->argc == 2) != (since != NULL))
		return hook_usage(c);
	if ((since != NULL && !parse_since(since, &since_s, &e)) || !hook_open(c, &x.db, &x.h, &e)
	    || !db_begin(x.db, &e) || !replay_all(&x, since_s, &n, &e))
		return cmd_fail(c, &e);
	if (x.dry_run)
		db_rollback(x.db);
	else if (!db_commit(x.db, &e))
		return cmd_fail(c, &e);
	if (!x.json) {
		printf("%.*s: %llu %s sent again\n", STR_ARG(x.h.name), (unsigned long long)n,
		    x.dry_run ? "would be" : "will be");
		return CMD_OK;
	}
	json_init(&w, c->a, HOOK_OUTPUT_MAX_B, '{');
	json_add_str(&w, "name", x.h.name);
	json_add_i64(&w, "messages", (int64_t)n);
	json_add_bool(&w, "dry_run", x.dry_run);
	return cmd_print_json(c, &w);
}
