/* kontor mail list, show: the mails of the outbox, and each as its reader sees it. */
#include <stdio.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/mail/mail.h"
#include "plat/text/columns.h"
#include "plat/text/json.h"
#include "store/mail/mail_list.h"
#include "view/format.h"
#include "work/mail_run.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)
#define LIMIT_ROWS 50
#define LIMIT_MAX 10000
#define SECRET_MIN 22 /* characters of a token in a link */

struct list_ask {
	const char *state, *kind, *order, *to;
	uint64_t limit, before;
	bool json;
};

static bool
list_filter(const struct list_ask *ask, struct mail_filter *f, struct err *e)
{
	*f = (struct mail_filter){.state = -1,
	    .kind = str_z(ask->kind),
	    .order = str_z(ask->order),
	    .to = str_z(ask->to),
	    .before = ask->before,
	    .limit = ask->limit};
	if (ask->state != NULL && !mail_state_find(str_z(ask->state), &f->state))
		return err_set(e, ERR_INPUT, "--state: there is no state \"%s\"", ask->state);
	if (f->order.n > 0 && f->to.n > 0)
		return err_set(e, ERR_INPUT, "give one of --order and --to");
	return true;
}

static struct str
reader_of(const struct cmd *c, const struct mail_look *m)
{
	if (!m->merchant)
		return m->address;
	return c->conf.mail_office.n > 0 ? c->conf.mail_office : c->conf.site_sender;
}

/* The state for people: a mail that came back was sent, too. */
static struct str
state_text(struct arena *a, const struct mail_look *m)
{
	if (m->bounced.n > 0)
		return str_fmt(a, "bounced %.*s", STR_ARG(m->bounced));
	return str_z(mail_state_name(m->state));
}

static void
look_json(const struct cmd *c, struct json_out *w, const struct mail_look *m)
{
	json_add_i64(w, "id", (int64_t)m->id);
	json_add_str(w, "subject", m->subject);
	json_add_i64(w, "version", (int64_t)m->version);
	json_add_str(w, "state", str_z(mail_state_name(m->state)));
	json_add_str(w, "bounced", m->bounced);
	json_add_str(w, "order", m->number);
	json_add_str(w, "reader", m->merchant ? STR("merchant") : STR("buyer"));
	json_add_str(w, "to", reader_of(c, m));
	json_add_str(w, "language", m->lang);
	json_add_i64(w, "attempts", m->attempts);
	json_add_str(w, "answer", m->why);
	json_add_str(w, "sent_again_by", m->by);
	format_json_time(w, "created", m->created_at);
	format_json_time(w, "due", m->state == OUTBOX_WAITING ? m->due_at : 0);
	format_json_time(w, "done", m->done_at);
}

static void
list_text(const struct cmd *c, const struct mail_looks *list, struct buf *b)
{
	struct columns t;

	columns_init(&t, c->a, ">ID|MAIL|ORDER|TO|WRITTEN|STATE|>TRIES|ANSWER");
	for (size_t i = 0; i < list->n; i++) {
		const struct mail_look *m = &list->v[i];

		columns_put(&t, str_fmt(c->a, "%llu", (unsigned long long)m->id));
		columns_put(&t, m->subject);
		columns_put(&t, m->number);
		columns_put(&t, reader_of(c, m));
		columns_put(&t, str_z(cmd_utc(c->a, m->created_at)));
		columns_put(&t, state_text(c->a, m));
		columns_put(&t, str_fmt(c->a, "%u", m->attempts));
		columns_put(&t, m->why);
	}
	columns_print(&t, b);
	if (c->conf.mail_hold)
		buf_z(b, "All mail is held back: kontor mail hold off\n");
}

static bool
list_json(const struct cmd *c, const struct mail_looks *list, uint64_t limit, struct buf *b, struct err *e)
{
	struct json_out w;
	struct str text;

	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_add_bool(&w, "held", c->conf.mail_hold);
	json_key(&w, "mails");
	json_begin(&w, '[');
	for (size_t i = 0; i < list->n; i++) {
		json_begin(&w, '{');
		look_json(c, &w, &list->v[i]);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	json_add_bool(&w, "more", list->n == limit);
	if (!json_done(&w, '}', &text, e))
		return false;
	buf_put(b, text);
	buf_ch(b, '\n');
	return true;
}

int
mail_list_all(struct cmd *c)
{
	struct list_ask ask = {.limit = LIMIT_ROWS};
	const struct cmd_option options[] = {{"state", .text = &ask.state}, {"kind", .text = &ask.kind},
	    {"order", .text = &ask.order}, {"to", .text = &ask.to},
	    {"limit", .number = &ask.limit, .min = 1, .max = LIMIT_MAX},
	    {"before", .number = &ask.before, .min = 1, .max = INT64_MAX}, {"json", .flag = &ask.json}};
	struct mail_looks list;
	struct mail_filter f;
	struct err e = {0};
	struct db *db;
	struct buf b;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return mail_usage(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (!list_filter(&ask, &f, &e) || !cmd_db(c, DB_TOOL, &db, &e) || !mail_list(db, c->a, &f, &list, &e))
		return cmd_fail(c, &e);
	if (!ask.json)
		list_text(c, &list, &b);
	else if (!list_json(c, &list, ask.limit, &b, &e))
		return cmd_fail(c, &e);
	return cmd_print(c, &b);
}

static bool
is_token(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || ch == '-'
	       || ch == '_';
}

/* The link of an order opens it to whoever has it: the staff need none. */
static struct str
without_secrets(struct arena *a, struct str text)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, a, OUTPUT_MAX_B);
	while ((at = str_find(text, STR("/order/"))) >= 0) {
		size_t end = (size_t)at + 7, n = end;

		while (n < text.n && is_token(text.p[n]))
			n++;
		buf_put(&b, str_head(text, end));
		buf_put(&b, n - end >= SECRET_MIN ? STR("(secret)") : str_head(str_from(text, end), n - end));
		text = str_from(text, n);
	}
	buf_put(&b, text);
	return buf_str(&b);
}

static void
show_text(const struct cmd *c, const struct mail_look *m, const struct mail_message *x, struct buf *b)
{
	buf_fmt(b, "Mail %llu: %.*s, version %llu\n", (unsigned long long)m->id, STR_ARG(m->subject),
	    (unsigned long long)m->version);
	buf_fmt(b, "%-11s %.*s\n", "to", STR_ARG(reader_of(c, m)));
	buf_fmt(b, "%-11s %.*s, %u attempt%s\n", "state", STR_ARG(state_text(c->a, m)), m->attempts,
	    PLURAL_S(m->attempts));
	if (m->why.n > 0)
		buf_fmt(b, "%-11s %.*s\n", "answer", STR_ARG(columns_plain(c->a, m->why, false)));
	buf_fmt(b, "%-11s %s\n", "written", cmd_utc(c->a, m->created_at));
	if (m->done_at != 0)
		buf_fmt(b, "%-11s %s\n", "done", cmd_utc(c->a, m->done_at));
	if (m->by.n > 0)
		buf_fmt(b, "%-11s %.*s\n", "sent again by", STR_ARG(m->by));
	if (x == NULL)
		return;
	buf_fmt(b, "%-11s <%.*s>\n", "Message-ID", STR_ARG(x->message_id));
	buf_fmt(b, "%-11s %.*s\n\n", "Subject", STR_ARG(columns_plain(c->a, x->subject, false)));
	buf_put(b, without_secrets(c->a, columns_plain(c->a, x->text, true)));
	buf_ch(b, '\n');
}

static bool
show_json(const struct cmd *c, const struct mail_look *m, const struct mail_message *x, struct buf *b, struct err *e)
{
	struct json_out w;
	struct str text;

	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	look_json(c, &w, m);
	json_add_str(&w, "message_id", x == NULL ? STR_NONE : x->message_id);
	json_add_str(&w, "title", x == NULL ? STR_NONE : x->subject);
	json_add_str(&w, "text", x == NULL ? STR_NONE : without_secrets(c->a, x->text));
	json_add_str(&w, "html", x == NULL ? STR_NONE : without_secrets(c->a, x->html));
	if (!json_done(&w, '}', &text, e))
		return false;
	buf_put(b, text);
	buf_ch(b, '\n');
	return true;
}

/* *x is NULL if the mail cannot be made any more; the reason is printed. */
static bool
render(struct cmd *c, struct db *db, const struct mail_look *m, struct mail_message **x, struct err *e)
{
	static struct mail_shop shop;
	struct mail_job job = {.db = db, .a = c->a, .shop = &shop, .now_s = clock_utc_s()};
	struct mail_row row = {
	    .subject = m->subject, .payload = m->payload, .version = m->version, .created_at = m->created_at};
	struct err gone = {0};
	const char *unfit;

	*x = NULL;
	if (m->payload.n == 0) {
		fprintf(stderr, "kontor: the content of the mail was erased\n");
		return true;
	}
	if (!mail_shop_open(c->a, &c->conf, &shop, e))
		return false;
	*x = ARENA_ARRAY(c->a, struct mail_message, 1);
	if (!mail_render(&job, &row, *x, &unfit, &gone)) {
		*x = NULL;
		fprintf(stderr, "kontor: the mail cannot be shown: %s\n", gone.msg);
	} else if (unfit != NULL) {
		fprintf(stderr, "kontor: this mail would not be sent any more: %s\n", unfit);
	}
	return true;
}

int
mail_show(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct mail_message *x;
	struct mail_look m;
	struct err e = {0};
	struct db *db;
	struct buf b;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return mail_usage(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !mail_get(db, c->a, id, &m, &e) || !render(c, db, &m, &x, &e))
		return cmd_fail(c, &e);
	if (!json)
		show_text(c, &m, x, &b);
	else if (!show_json(c, &m, x, &b, &e))
		return cmd_fail(c, &e);
	return cmd_print(c, &b);
}
