/* kontor mail bounce, suppressed: mails that came back, and the addresses that get none any more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cmd/mail/mail.h"
#include "plat/mail/mail_report.h"
#include "plat/mail/mail_verp.h"
#include "plat/text/columns.h"
#include "plat/text/json.h"
#include "store/mail/bounce_store.h"
#include "view/format.h"

#define OUTPUT_MAX_B ((size_t)4 << 20)
#define LIMIT_ROWS 1000

/* The end of a message. Only the last three have changed anything. */
enum verdict { NO_REPORT, NOT_FAILED, FOREIGN, FORGED, UNKNOWN, AGAIN, NOTED, COUNTED, SUPPRESSED };

static const struct {
	const char *name, *text;
} verdicts[] = {
    [NO_REPORT] = {"no_report", "not a delivery report (RFC 3464)"},
    [NOT_FAILED] = {"not_failed", "the report says of no recipient that it failed"},
    [FOREIGN] = {"foreign", "did not come to an address of mail.bounce that names a mail"},
    [FORGED] = {"forged", "the address that it came to is forged, or older than the keys"},
    [UNKNOWN] = {"unknown", "the mail that it names does not exist any more"},
    [AGAIN] = {"again", "the bounce of this mail was read before"},
    [NOTED] = {"noted", "noted: it says nothing about the address"},
    [COUNTED] = {"counted", "counted"},
    [SUPPRESSED] = {"suppressed", "the address gets no mail any more"},
};

struct bounce_read {
	bool dry_run;
	struct mail_report report;
	struct bounce_done done;
	uint64_t id;
	enum verdict verdict;
};

/* The message in its whole length; a mail server sends a report of a few kilobytes. */
static bool
read_message(struct cmd *c, FILE *from, struct str *message, struct err *e)
{
	char *p = arena_try(c->a, MAIL_REPORT_MAX_B);
	size_t n;

	if (p == NULL)
		return err_set(e, ERR_LIMIT, "no memory for the message");
	n = fread(p, 1, MAIL_REPORT_MAX_B, from);
	if (ferror(from))
		return err_set(e, ERR_UPSTREAM, "cannot read the message: %s", strerror(errno));
	*message = str_n(p, n);
	return true;
}

/* The mail that the address names which the report went to. */
static enum verdict
find_mail(const struct cmd *c, const struct secret_ring *keys, struct bounce_read *r)
{
	enum verdict verdict = FOREIGN;

	for (size_t i = 0; i < r->report.n_to; i++) {
		switch (mail_verp_read(keys, c->conf.mail_bounce, r->report.to[i], &r->id)) {
		case MAIL_VERP_GOOD: return NOTED;
		case MAIL_VERP_FORGED: verdict = FORGED; break;
		case MAIL_VERP_OTHER: break;
		}
	}
	return verdict;
}

static bool
judge_report(struct cmd *c, struct str message, struct bounce_read *r, struct err *e)
{
	static const enum verdict of[BOUNCE__MAX] = {[BOUNCE_UNKNOWN] = UNKNOWN,
	    [BOUNCE_AGAIN] = AGAIN,
	    [BOUNCE_NOTED] = NOTED,
	    [BOUNCE_COUNTED] = COUNTED,
	    [BOUNCE_SUPPRESSED] = SUPPRESSED};
	struct bounce b;
	struct secret_ring keys = {.n = 0};
	struct err bad = {0};
	struct db *db;

	if (!cmd_db(c, DB_TOOL, &db, e) || !secret_ring_load(&keys, c->conf.order_links_file.p, e))
		return false;
	r->verdict = NO_REPORT;
	if (!mail_report_read(c->a, message, &r->report, &bad))
		return true;
	r->verdict = find_mail(c, &keys, r);
	if (r->verdict != NOTED)
		return true;
	r->verdict = NO_REPORT;
	if (!r->report.found)
		return true;
	r->verdict = NOT_FAILED;
	if (!str_eq_z(r->report.action, "failed"))
		return true;
	b = (struct bounce){.id = r->id, .status = r->report.status, .answer = r->report.answer};
	if (!bounce_take(db, c->a, &b, r->dry_run, &r->done, e))
		return false;
	r->verdict = of[r->done.result];
	return true;
}

static int
bounce_print(struct cmd *c, const struct bounce_read *r, bool json)
{
	struct json_out w;

	if (!json) {
		if (r->id != 0)
			printf("mail %llu%s%.*s: ", (unsigned long long)r->id, r->done.subject.n > 0 ? ", " : "",
			    STR_ARG(r->done.subject));
		if (r->report.found)
			printf("%.*s %.*s: ", STR_ARG(columns_plain(c->a, r->report.status, false)),
			    STR_ARG(columns_plain(c->a, r->report.answer, false)));
		printf("%s", verdicts[r->verdict].text);
		if (r->verdict == COUNTED)
			printf(": %lld of %d in %d days", (long long)r->done.count, BOUNCE_MOST, BOUNCE_DAYS);
		printf("%s\n", r->dry_run ? "; nothing was changed (--dry-run)" : "");
		return CMD_OK;
	}
	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_add_bool(&w, "dry_run", r->dry_run);
	json_add_str(&w, "result", str_z(verdicts[r->verdict].name));
	json_add_i64(&w, "mail", (int64_t)r->id);
	json_add_str(&w, "subject", r->done.subject);
	json_add_str(&w, "order", r->done.number);
	json_add_str(&w, "status", r->report.status);
	json_add_str(&w, "answer", r->report.answer);
	json_add_i64(&w, "count", r->done.count);
	return cmd_print_json(c, &w);
}

/* A mail server would send a message back that a pipe refuses, to an empty sender: so every message that was read ends
 * well, and a failure asks the server to try again. */
int
mail_bounce(struct cmd *c)
{
	bool json = false, dry_run = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &dry_run}};
	static struct bounce_read r;
	struct err e = {0};
	struct str message;
	FILE *from = stdin;
	bool ok;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc > 2)
		return mail_usage(c);
	if (c->argc == 2 && (from = fopen(c->argv[1], "re")) == NULL) {
		(void)err_set(&e, ERR_INPUT, "%s: %s", c->argv[1], strerror(errno));
		return cmd_fail(c, &e);
	}
	r = (struct bounce_read){.dry_run = dry_run};
	ok = read_message(c, from, &message, &e) && judge_report(c, message, &r, &e);
	if (from != stdin)
		(void)fclose(from);
	if (!ok) {
		(void)cmd_fail(c, &e);
		return EX_TEMPFAIL;
	}
	return bounce_print(c, &r, json);
}

static int
suppressed_print(struct cmd *c, const struct suppressed_list *list, bool json)
{
	struct err e = {0};
	struct columns t;
	struct json_out w;
	struct str text;
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	columns_init(&t, c->a, "ADDRESS|SINCE|WHY");
	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_key(&w, "suppressed");
	json_begin(&w, '[');
	for (size_t i = 0; i < list->n; i++) {
		json_begin(&w, '{');
		json_add_str(&w, "address", list->v[i].address);
		format_json_time(&w, "since", list->v[i].at);
		json_add_str(&w, "why", list->v[i].why);
		json_end(&w, '}');
		columns_put(&t, list->v[i].address);
		columns_put(&t, str_z(cmd_utc(c->a, list->v[i].at)));
		columns_put(&t, list->v[i].why);
	}
	json_end(&w, ']');
	json_add_bool(&w, "more", list->n == LIMIT_ROWS);
	if (!json)
		columns_print(&t, &b);
	else if (!json_done(&w, '}', &text, &e))
		return cmd_fail(c, &e);
	else
		buf_fmt(&b, "%.*s\n", STR_ARG(text));
	return cmd_print(c, &b);
}

int
mail_suppressed(struct cmd *c)
{
	bool json = false, dry_run = false, found;
	const char *after = "";
	const struct cmd_option options[] = {
	    {"json", .flag = &json}, {"dry-run", .flag = &dry_run}, {"after", .text = &after}};
	struct suppressed_list list;
	struct err e = {0};
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return mail_usage(c);
	if (strcmp(c->argv[1], "list") == 0 && c->argc == 2) {
		if (!cmd_db(c, DB_TOOL, &db, &e) || !suppressed_list(db, c->a, str_z(after), LIMIT_ROWS, &list, &e))
			return cmd_fail(c, &e);
		return suppressed_print(c, &list, json);
	}
	if (strcmp(c->argv[1], "lift") != 0 || c->argc != 3)
		return mail_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !suppressed_lift(db, str_z(c->argv[2]), dry_run, &found, &e))
		return cmd_fail(c, &e);
	if (!found) {
		(void)err_set(&e, ERR_NOT_FOUND, "%s is not suppressed", c->argv[2]);
		return cmd_fail(c, &e);
	}
	printf("%s gets mail again%s.\n", c->argv[2], dry_run ? "; nothing was changed (--dry-run)" : "");
	return CMD_OK;
}
