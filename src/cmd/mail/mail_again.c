/* kontor mail resend, hold: a mail once more; all mail held back on all hosts. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cmd/mail/mail.h"
#include "cmd/setting/setting.h"
#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "store/mail/bounce_store.h"
#include "store/mail/mail_list.h"
#include "work/mail_kind.h"

#define OUTPUT_MAX_B 4000

struct again_ask {
	const char *key;
	bool json, dry_run;
};

static int
again_print(struct cmd *c, const struct again_ask *ask, uint64_t id)
{
	struct json_out w;

	if (!ask->json) {
		if (ask->dry_run)
			printf("nothing was changed (--dry-run)\n");
		else
			printf("It will be sent again as mail %llu.\n", (unsigned long long)id);
		return CMD_OK;
	}
	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_add_bool(&w, "dry_run", ask->dry_run);
	json_add_i64(&w, "id", ask->dry_run ? 0 : (int64_t)id);
	return cmd_print_json(c, &w);
}

static bool
may_have_mail(struct cmd *c, struct db *db, const struct mail_look *m, struct err *e)
{
	struct suppressed s;
	bool found;

	if (m->merchant)
		return true;
	if (!suppressed_find(db, c->a, m->address, &s, &found, e))
		return false;
	return !found
	       || err_set(e, ERR_CONFLICT, "%s gets no mail since %s (%s): kontor mail suppressed lift", m->address.p,
		   cmd_utc(c->a, s.at), s.why.p);
}

static bool
again_send(struct cmd *c, const struct again_ask *ask, uint64_t id, uint64_t *made, struct err *e)
{
	uint8_t key[OUTBOX_CAUSE_B];
	struct mail_again x = {
	    .id = id, .key = str_n(key, sizeof(key)), .actor = cmd_actor(c), .dry_run = ask->dry_run};
	struct str subject, name;
	struct mail_look m;
	enum mail_kind kind;
	struct db *db;

	if (!secret_init(e) || !cmd_db(c, DB_TOOL, &db, e) || !mail_get(db, c->a, id, &m, e)
	    || !may_have_mail(c, db, &m, e))
		return false;
	if (ask->key == NULL)
		secret_random(key, sizeof(key));
	else if (!secret_from_hex(str_z(ask->key), key, sizeof(key)))
		return err_set(e, ERR_INPUT, "--key: not %zu hexadecimal digits", 2 * sizeof(key));
	subject = m.subject;
	if (!str_cut(&subject, '/', &name) || !mail_kind_find(name, &kind))
		return err_set(e, ERR_CONFLICT, "this release has no mail %s", m.subject.p);
	x.use_s = mail_kind_info(kind)->use_s;
	return mail_send_again(db, c->a, &x, made, e);
}

int
mail_resend(struct cmd *c)
{
	struct again_ask ask = {.key = NULL};
	const struct cmd_option options[] = {
	    {"key", .text = &ask.key}, {"json", .flag = &ask.json}, {"dry-run", .flag = &ask.dry_run}};
	struct err e = {0};
	uint64_t id, made;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return mail_usage(c);
	if (!again_send(c, &ask, id, &made, &e))
		return cmd_fail(c, &e);
	return again_print(c, &ask, made);
}

static bool
hold_set(struct cmd *c, bool hold, bool dry_run, struct err *e)
{
	struct setting_edit edit = {.setting = conf_find(STR("mail.hold"), e), .value = hold ? STR("yes") : STR("no")};
	struct setting_change ch = {.action = SETTING_SET, .v = &edit, .n = 1, .dry_run = dry_run};

	return edit.setting != NULL && setting_apply(c, &ch, e);
}

static int
hold_print(struct cmd *c, bool held, int64_t waiting, bool json)
{
	struct json_out w;

	if (!json) {
		printf("%s; %lld %s.\n", held ? "All mail is held back" : "Mail is sent", (long long)waiting,
		    waiting == 1 ? "mail waits" : "mails wait");
		return CMD_OK;
	}
	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_add_bool(&w, "held", held);
	json_add_i64(&w, "waiting", waiting);
	return cmd_print_json(c, &w);
}

int
mail_hold(struct cmd *c)
{
	bool json = false, dry_run = false, on = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &dry_run}};
	struct err e = {0};
	int64_t waiting;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc > 2)
		return mail_usage(c);
	if (c->argc == 2) {
		on = strcmp(c->argv[1], "on") == 0;
		if (!on && strcmp(c->argv[1], "off") != 0)
			return mail_usage(c);
		if (!hold_set(c, on, dry_run, &e))
			return cmd_fail(c, &e);
	}
	if (!cmd_db(c, DB_TOOL, &db, &e) || !mail_count_waiting(db, c->a, &waiting, &e))
		return cmd_fail(c, &e);
	if (dry_run && !json)
		printf("nothing was changed (--dry-run)\n");
	return hold_print(c, c->conf.mail_hold, waiting, json);
}
