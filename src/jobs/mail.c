/* mail.c - sends the mails of the outbox. */
#include "base/clock.h"
#include "jobs/job.h"
#include "work/mail_deliver.h"
#include "work/outbox_run.h"

#define RUN_NS (2 * CLOCK_S) /* the other jobs wait meanwhile */
#define SHOP_MEM_B ((size_t)64 << 20)
#define LEASE_MORE_S 60 /* beyond the time limit of a transfer */

/* Templates, languages and the transport, for the settings in effect. */
static struct {
	struct arena a;
	const struct conf *conf; /* NULL: none */
	uint64_t merchant;
	struct mail_shop shop;
	struct mail_transport transport;
	uint64_t halted_ns;
} post;

static bool
post_open(const struct conf *conf, struct err *e)
{
	if (post.conf == conf && post.merchant == conf->merchant)
		return mail_shop_links(&post.shop);
	post.conf = NULL;
	arena_fini(&post.a);
	arena_init(&post.a, SHOP_MEM_B);
	if (!mail_shop_open(&post.a, conf, &post.shop, e)
	    || !mail_transport_open(&post.a, conf, &post.transport, e))
		return false;
	post.conf = conf;
	post.merchant = conf->merchant;
	post.halted_ns = 0; /* the new settings may be right */
	return true;
}

bool
job_mail(struct job_context *j, struct err *e)
{
	struct mail_deliver deliver = {
	    .job = {.db = j->db, .a = j->a, .shop = &post.shop, .now_s = j->now_s}, .transport = &post.transport};
	struct outbox_run run = {.db = j->db,
	    .a = j->a,
	    .kind = "mail",
	    .deliver = mail_deliver,
	    .ctx = &deliver,
	    .lease_s = j->conf->mail_limit_s + LEASE_MORE_S,
	    .until_ns = clock_mono_ns() + RUN_NS};
	bool ok;

	if (j->conf->mail_hold)
		return true;
	if (!post_open(j->conf, e))
		return false;
	run.halted_ns = post.halted_ns;
	ok = outbox_run(&run, &j->more, e);
	post.halted_ns = run.halted_ns;
	return ok;
}
