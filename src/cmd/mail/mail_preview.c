/* kontor mail preview: a mail as it would be sent now, for a look at its words and its form. Nothing is sent. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/mail/mail.h"
#include "store/order/order_store.h"
#include "work/mail_kind.h"
#include "work/mail_run.h"

#define OUTPUT_MAX_B ((size_t)2 << 20)

struct preview {
	struct cmd *c;
	const char *order, *about, *lang;
	uint64_t part;
	bool text, html, eml;
	struct mail_shop shop;
	struct mail_job job;
	struct buf out;
};

static bool
preview_subject(struct preview *p, enum mail_kind kind, struct mail_row *row, struct err *e)
{
	const char *name = mail_kind_info(kind)->name;
	struct arena *a = p->c->a;
	struct order_keyed o;

	if (!mail_kind_has_order(kind)) {
		if (p->about != NULL) /* variants, such as 12,13 */
			row->payload = str_fmt(a, "{\"ids\":[%s]}", p->about);
		row->subject = str_fmt(a, "%s/%s", name, p->about == NULL ? "" : p->about);
		return p->about != NULL || err_set(e, ERR_INPUT, "%s needs --about", name);
	}
	if (p->order == NULL)
		return err_set(e, ERR_INPUT, "%s needs --order", name);
	if (!order_keyed_get(p->job.db, a, str_z(p->order), &o, e))
		return false;
	row->subject = p->part == 0 ? str_fmt(a, "%s/%llu", name, (unsigned long long)o.id)
				: str_fmt(a, "%s/%llu/%llu", name, (unsigned long long)o.id,
				      (unsigned long long)p->part);
	return true;
}

static bool
preview_print(struct preview *p, const struct mail_message *m, struct err *e)
{
	struct str bytes;

	buf_init(&p->out, p->c->a, OUTPUT_MAX_B);
	if (p->eml) {
		if (!mail_write(p->c->a, m, &bytes, e))
			return false;
		buf_put(&p->out, bytes);
	} else if (p->html) {
		buf_put(&p->out, m->html);
	} else {
		buf_fmt(&p->out, "To: %.*s\nSubject: %.*s\n\n", STR_ARG(m->to), STR_ARG(m->subject));
		buf_put(&p->out, m->text);
		buf_ch(&p->out, '\n');
	}
	return buf_check(&p->out, e);
}

static bool
preview_make(struct preview *p, enum mail_kind kind, struct err *e)
{
	struct mail_row row = {.version = 1, .created_at = p->job.now_s, .lang = str_z(p->lang)};
	struct mail_message m;
	const char *unfit;

	if (!mail_shop_open(p->c->a, &p->c->conf, &p->shop, e))
		return false;
	if (p->lang != NULL && lang_near(&p->shop.langs, p->c->a, str_z(p->lang)) == NULL)
		return err_set(e, ERR_INPUT, "the shop has no language \"%s\"", p->lang);
	if (!preview_subject(p, kind, &row, e) || !mail_render(&p->job, &row, &m, &unfit, e))
		return false;
	if (unfit != NULL)
		fprintf(stderr, "kontor: this mail would not be sent: %s\n", unfit);
	return preview_print(p, &m, e);
}

static int
preview_kinds(const struct cmd *c)
{
	for (int i = 0; i < MAIL_KIND__MAX; i++)
		printf("%-20s  %s\n", mail_kind_info((enum mail_kind)i)->name, mail_kind_info((enum mail_kind)i)->help);
	(void)c;
	return CMD_OK;
}

int
mail_preview(struct cmd *c)
{
	static struct preview p;
	struct err e = {0};
	enum mail_kind kind;
	const struct cmd_option options[] = {{"order", .text = &p.order}, {"about", .text = &p.about},
	    {"lang", .text = &p.lang}, {"part", .number = &p.part, .min = 1, .max = INT64_MAX},
	    {"text", .flag = &p.text}, {"html", .flag = &p.html}, {"eml", .flag = &p.eml}};

	p = (struct preview){.c = c};
	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2 || p.text + p.html + p.eml > 1)
		return mail_usage(c);
	if (strcmp(c->argv[1], "help") == 0)
		return preview_kinds(c);
	if (!mail_kind_find(str_z(c->argv[1]), &kind))
		return mail_usage(c);
	p.job = (struct mail_job){.a = c->a, .shop = &p.shop, .now_s = clock_utc_s()};
	if (!cmd_db(c, DB_TOOL, &p.job.db, &e) || !preview_make(&p, kind, &e))
		return cmd_fail(c, &e);
	return cmd_print(c, &p.out);
}
