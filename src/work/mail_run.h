/* mail_run.h - writes the mails of the outbox and sends them.
 *
 * A mail is rendered when it is sent, in the language of its row, whatever the process's locale: its facts come from
 * the order, the link from the keys of links, the words from templates/mail/KIND.mustache. One template makes both
 * parts: its tree says `page.html` for the one with markup, and the other is its plain text (view/plain.h). So both say
 * the same. */
#ifndef KONTOR_WORK_MAIL_RUN_H
#define KONTOR_WORK_MAIL_RUN_H

#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/mail/mail.h"
#include "plat/text/secret_ring.h"
#include "store/shop_rules.h"
#include "view/mustache/template.h"
#include "view/url.h"

/* Gmail cuts the HTML of a mail at 102 kB, of 1,000 bytes or of 1,024. */
#define MAIL_HTML_MAX_B ((size_t)98000)

/* The part that all mails share. Opened once, and again after a change of the settings. */
struct mail_shop {
	const struct conf *conf;
	struct urls urls;     /* made absolute: their base has the origin */
	struct str host;      /* of site.url, for Message-IDs */
	struct langs langs;
	struct shop_rules rules;
	struct template_set templates;
	struct secret_ring links;
	bool unlinked; /* the keys of links could not be read, which is logged once */
};

/* The arena and the configuration must outlive it. Without keys of links mails have no link to the order. */
MUST_USE bool mail_shop_open(struct arena *, const struct conf *, struct mail_shop *, struct err *);

/* Reads the keys of links again, if their file was replaced. Always true: without keys mails have no link. */
bool mail_shop_links(struct mail_shop *);

struct mail_job {
	struct db *db;
	struct arena *a;
	const struct mail_shop *shop;
	int64_t now_s;
};

/* A row of the outbox, as far as its mail is made from it. */
struct mail_row {
	struct str subject; /* "KIND/ID", "KIND/ID/PART" */
	struct str payload; /* {"lang": ..., ...}, or none */
	uint64_t version;
	int64_t created_at;
	struct str lang; /* overrides the payload's; none: does not */
};

/* Makes the mail. *unfit: why it must not be sent any more, such as a reminder of what was paid meanwhile; else NULL.
 * ERR_NOT_FOUND if its order is gone; ERR_INPUT if it has no recipient, or if the row is of no known kind. */
MUST_USE bool mail_render(const struct mail_job *, const struct mail_row *, struct mail_message *, const char **unfit,
    struct err *);

#endif
