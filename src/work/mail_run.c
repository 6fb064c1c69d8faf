#include "work/mail_run.h"

#include <string.h>

#include "plat/text/digest.h"
#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "view/jsonld.h"
#include "view/plain.h"
#include "view/site_tree.h"
#include "work/mail_facts.h"

#define LINES_MAX 100 /* of an order; what follows stands on its page */
#define PART_MAX_B ((size_t)1 << 20)
#define ID_B 8

bool
mail_shop_links(struct mail_shop *shop)
{
	struct err e = {0};

	if (!secret_ring_load(&shop->links, shop->conf->order_links_file.p, &e) && !shop->unlinked)
		log_put(LOG_WARN, "event=mail_links msg=\"mails have no link to their order: %s\"", e.msg);
	shop->unlinked = e.kind != ERR_NONE;
	return true;
}

bool
mail_shop_open(struct arena *a, const struct conf *conf, struct mail_shop *shop, struct err *e)
{
	const struct template_dirs dirs = {.installed = conf->paths_template_dir.p,
	    .overrides = conf->paths_override_dir.p,
	    .mails = true};

	*shop = (struct mail_shop){.conf = conf};
	if (!urls_init(&shop->urls, conf->site_url, e)
	    || !langs_init(a, conf->site_languages.v, conf->site_languages.n, &shop->langs, e)
	    || !langs_load(a, &shop->langs, conf->paths_locale_dir, e) || !shop_rules_init(&shop->rules, conf, e)
	    || !template_load(a, &dirs, &shop->langs, &shop->templates, e))
		return false;
	shop->host = shop->urls.name;
	shop->urls.base = str_fmt(a, "%.*s%.*s", STR_ARG(shop->urls.origin), STR_ARG(shop->urls.base));
	shop->urls.origin = STR("");
	return mail_shop_links(shop);
}

/* A Message-ID tells nobody how many orders there are, and another try has the same. */
static bool
message_id(const struct mail_job *job, struct str kind, struct str subject_and_key, uint64_t version, struct str *out,
    struct err *e)
{
	uint8_t hash[DIGEST_B];

	if (!digest(subject_and_key, hash, e))
		return false;
	*out = str_fmt(job->a, "%.*s.%.*s.%llu@%.*s", STR_ARG(kind), STR_ARG(secret_hex(job->a, hash, ID_B)),
	    (unsigned long long)version, STR_ARG(job->shop->host));
	return true;
}

static bool
put_ids(const struct mail_job *job, const struct mail_row *row, const struct mail_facts *f, struct mail_message *m,
    struct err *e)
{
	struct str salt = f->key.n > 0 ? f->key : f->salt, key = secret_hex(job->a, salt.p, salt.n);
	struct str kind = str_z(mail_kind_info(f->kind)->name);
	struct str first = str_fmt(job->a, "order_placed/%llu %.*s", (unsigned long long)f->look.o.id, STR_ARG(key));
	struct str mine = str_fmt(job->a, "%.*s %.*s", STR_ARG(row->subject), STR_ARG(key));

	if (!message_id(job, kind, mine, row->version, &m->message_id, e))
		return false;
	if (f->key.n == 0 || mail_kind_info(f->kind)->reader != MAIL_BUYER || f->kind == MAIL_KIND_ORDER_PLACED)
		return true;
	return message_id(job, STR("order_placed"), first, 1, &m->references, e);
}

/* Renders the plain part; its first line is the subject. */
static bool
render_text(const struct mail_job *job, const struct mail_facts *f, size_t id, struct mail_message *m, struct err *e)
{
	struct buf rendered, plain;
	struct str rest, line;

	buf_init(&rendered, job->a, PART_MAX_B);
	buf_init(&plain, job->a, PART_MAX_B);
	if (!template_render(&job->shop->templates, id, f->lang, f->root, &rendered, e))
		return false;
	plain_text(&plain, buf_str(&rendered), str_eq_z(f->lang->dir, "rtl"));
	if (!buf_check(&plain, e))
		return false;
	rest = buf_str(&plain);
	if (!str_cut(&rest, '\n', &line) || rest.p == NULL)
		return err_set(e, ERR_BUG, "the template of the mail has no text");
	m->subject = line;
	m->text = str_trim(rest);
	return true;
}

static bool
render_html(const struct mail_job *job, const struct mail_facts *f, size_t id, struct mail_message *m, struct err *e)
{
	struct view *page = view_get(f->root, N_page);
	const struct view *order = view_path(f->root, N_me, N_order);
	struct buf b;

	view_bool(page, N_html, true);
	view_str(page, N_title, m->subject);
	if (order != NULL)
		view_html(page, N_json_ld,
		    jsonld_order(job->a, &job->shop->urls, job->shop->conf->site_name, order));
	buf_init(&b, job->a, PART_MAX_B);
	if (!template_render(&job->shop->templates, id, f->lang, f->root, &b, e))
		return false;
	(void)view_take(page, N_html);
	m->html = buf_str(&b);
	return true;
}

/* Long orders are shortened in both parts alike, until the mail is small enough. */
static bool
render_parts(const struct mail_job *job, struct mail_facts *f, struct mail_message *m, struct err *e)
{
	struct str name = str_fmt(job->a, "mail/%s", mail_kind_info(f->kind)->name);
	size_t id;

	if (!template_find(&job->shop->templates, name, &id))
		return err_set(e, ERR_BUG, "the template \"%.*s\" is missing", STR_ARG(name));
	for (size_t most = LINES_MAX;; most /= 2) {
		mail_facts_shorten(f, most);
		if (!render_text(job, f, id, m, e) || !render_html(job, f, id, m, e))
			return false;
		if (m->html.n <= MAIL_HTML_MAX_B || most == 0)
			return true;
	}
}

/* The buyer's mails go to the address of the order; its name stands in the header. */
static bool
put_addresses(const struct mail_job *job, const struct mail_facts *f, struct mail_message *m, struct err *e)
{
	const struct conf *conf = job->shop->conf;

	m->from_name = conf->site_name;
	m->from = conf->site_sender;
	if (m->from.n == 0)
		return err_set(e, ERR_INPUT, "site.sender is not set: mails have no sender");
	if (mail_kind_info(f->kind)->reader == MAIL_MERCHANT) {
		m->to = conf->mail_office.n > 0 ? conf->mail_office : conf->site_sender;
		return true;
	}
	m->to_name = f->to.n > 0 ? f->to_name : f->look.o.address.field[ADDRESS_NAME];
	m->to = f->to.n > 0 ? f->to : f->look.o.address.field[ADDRESS_EMAIL];
	return m->to.n > 0 || err_set(e, ERR_INPUT, "the order has no mail address");
}

/* The language of the row, or NULL: that of the order. */
static const struct lang *
row_language(const struct mail_job *job, const struct mail_row *row, enum mail_kind kind)
{
	const struct langs *langs = &job->shop->langs;
	const struct json *payload;
	struct str tag = row->lang;

	if (tag.n == 0 && row->payload.n > 0) {
		payload = json_parse(row->payload);
		if (!json_text(json_member(payload, "lang"), job->a, &tag))
			tag = STR_NONE;
		json_free(payload);
	}
	if (tag.n == 0 && mail_kind_info(kind)->reader == MAIL_MERCHANT)
		return &langs->lang[0];
	return tag.n == 0 ? NULL : lang_near(langs, job->a, tag);
}

bool
mail_render(const struct mail_job *job, const struct mail_row *row, struct mail_message *m, const char **unfit,
    struct err *e)
{
	struct site_facts site = {.conf = job->shop->conf,
	    .urls = &job->shop->urls,
	    .langs = &job->shop->langs,
	    .tax_included = job->shop->rules.tax.included};
	struct mail_facts f = {.about = row->subject, .payload = row->payload, .at = row->created_at};
	struct view *page;
	struct str name;
	bool rtl;

	*m = (struct mail_message){.date_s = row->created_at};
	*unfit = NULL;
	if (!str_cut(&f.about, '/', &name) || !mail_kind_find(name, &f.kind))
		return err_set(e, ERR_INPUT, "'%.*s' is no kind of mail", STR_ARG(row->subject));
	f.lang = row_language(job, row, f.kind);
	if (!mail_facts_get(job, &f, e))
		return false;
	*unfit = f.unfit;
	rtl = str_eq_z(f.lang->dir, "rtl");
	page = view_get(f.root, N_page);
	view_str(page, N_end, rtl ? STR("left") : STR("right"));
	view_put(f.root, N_site, site_tree(job->a, &site, f.lang));
	m->language = f.lang->tag;
	return put_addresses(job, &f, m, e) && put_ids(job, row, &f, m, e) && render_parts(job, &f, m, e);
}
