/* `kontor mail test`: sends one mail through the transport that is set, at once and past the outbox. */
#include <stdio.h>

#include "base/clock.h"
#include "cmd/mail/mail.h"
#include "plat/mail/mail.h"
#include "plat/mail/mail_address.h"
#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "view/url.h"

#define OUTPUT_MAX_B 4096

static const char *const end_names[] = {[MAIL_SENT] = "sent",
    [MAIL_AGAIN] = "again",
    [MAIL_NEVER] = "never",
    [MAIL_UNKNOWN] = "unknown",
    [MAIL_HALT] = "halt"};

static const char *const end_texts[] = {[MAIL_SENT] = "sent",
    [MAIL_AGAIN] = "not sent; Kontor would try again later",
    [MAIL_NEVER] = "refused for good",
    [MAIL_UNKNOWN] = "not known whether it arrived; Kontor would send it again",
    [MAIL_HALT] = "not sent, because of the configuration; no mail can leave"};

/* Each test has a new id, since mailboxes drop a mail whose id they know. */
static bool
test_write(struct cmd *c, struct mail_envelope *v, struct err *e)
{
	struct mail_message m = {.from_name = c->conf.site_name,
	    .from = c->conf.site_sender,
	    .to = v->to,
	    .subject = str_fmt(c->a, "%s: test of outgoing mail ✓ 测试", c->conf.site_name.p),
	    .text = str_fmt(c->a,
		"This is a test of the mails of %s, %s\n\nIt was sent by \"kontor mail test\". "
		"If you can read äöü, 你好 and ✓, mails of all languages arrive.\n",
		c->conf.site_name.p, c->conf.site_url.p),
	    .language = STR("en"),
	    .date_s = clock_utc_s()};
	struct urls urls;
	char id[33];

	if (c->conf.site_sender.n == 0)
		return err_set(e, ERR_INPUT, "site.sender is empty; kontor setting set site.sender ADDRESS");
	if (!secret_init(e) || !urls_init(&urls, c->conf.site_url, e)
	    || !mail_address_get(c->a, m.from, &v->from, e) || !mail_address_get(c->a, m.to, &v->to, e))
		return false;
	secret_id(id);
	m.message_id = v->id = str_fmt(c->a, "test.%s@%.*s", id, STR_ARG(urls.name));
	return mail_write(c->a, &m, &v->bytes, e);
}

static int
test_print(struct cmd *c, const struct mail_result *r, bool json)
{
	struct json_out w;

	if (!json) {
		printf("%s: %s\n", end_texts[r->end], r->why);
	} else {
		json_init(&w, c->a, OUTPUT_MAX_B, '{');
		json_add_str(&w, "end", str_z(end_names[r->end]));
		json_add_i64(&w, "code", r->code);
		json_add_bool(&w, "bad_address", r->bad_address);
		json_add_str(&w, "why", str_z(r->why));
		if (cmd_print_json(c, &w) != CMD_OK)
			return CMD_FAILED;
	}
	return r->end == MAIL_SENT ? CMD_OK : CMD_FAILED;
}

int
mail_test(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{.name = "json", .flag = &json}};
	struct mail_transport t;
	struct mail_envelope v;
	struct mail_result r;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return mail_usage(c);
	if (!cmd_settings(c, NULL, &e)) {
		if (e.kind == ERR_INPUT || e.kind == ERR_NOT_FOUND)
			return cmd_fail(c, &e);
		fprintf(stderr, "kontor: note: without the merchant's settings in the database: %s\n", e.msg);
		err_clear(&e);
	}
	v = (struct mail_envelope){.to = str_trim(str_z(c->argv[1]))};
	if (!test_write(c, &v, &e) || !mail_transport_open(c->a, &c->conf, &t, &e))
		return cmd_fail(c, &e);
	mail_send(&t, &v, &r);
	return test_print(c, &r, json);
}
